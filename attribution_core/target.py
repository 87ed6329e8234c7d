"""Which scalar is explained.

A network gives one number per class. What is explained is one scalar made of them: the probability of a
class, its logit, or its log-probability, or the difference of two classes in one of these. The choice matters: the
probability also depends on the other classes, and saturates; the logit does neither. The paper explains the
probability. The numbers of a regression are explained as they are: its values.
"""

from __future__ import annotations

import dataclasses
import difflib
import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Union, get_args

import torch
from torch import Tensor, nn

from .errors import BadModel, BadRequest, BadTarget
from .next_token import next_token

ScoreKind = Literal["probability", "logit", "log-probability", "value"]
SCORES: tuple[ScoreKind, ...] = get_args(ScoreKind)
Labels = Sequence[str] | Mapping[int, str] | None
"""Names of the classes, by index."""
Task = Literal["classification", "regression"]
TargetChoice = Union[int, str, "tuple[int | str | None, int | str]", None]
"""A class by index or label, a pair for their difference, or None, also in a pair, for the most probable one."""


@dataclass(frozen=True)
class ClassScore:
    """A class, and what the model gives it.

    Attributes
    ----------
    probability : NaN for the values of a regression.
    logit : of a regression the value.
    """

    index: int
    label: str
    probability: float
    logit: float


@dataclass(frozen=True)
class Chosen:
    """What a person chose: a class, and the one that it is compared with."""

    index: int
    against: int | None = None


@dataclass(frozen=True)
class Target:
    """The scalar that was explained.

    Attributes
    ----------
    label : of a difference "cat rather than dog".
    score : which scalar of the class.
    value, baseline_value : the score at the sample and at the baseline (None without a baseline; the mean over a
        baseline that is a distribution).
    against : the class that was subtracted; None where it is no difference.
    """

    index: int
    label: str
    score: ScoreKind
    value: float
    baseline_value: float | None = None
    against: int | None = None


def class_outputs(output: object, vocabularies: Collection[int] = ()) -> Tensor:
    """The tensor of shape (n, classes) in whatever a model returned.

    Parameters
    ----------
    output : Tensor of shape (n, classes) or (n,); or a tuple, a dict or an object with `logits` that holds one. Of a
        language model's (n, positions, vocabulary) the last position is taken.
    vocabularies : sizes by which a language model is known.

    Raises
    ------
    BadModel
        If there is none in it.
    """
    tensor = _find_tensor(output)
    if tensor is None:
        raise BadModel(
            f"the model returned {_describe(output)}, where class scores were expected",
            "Return a tensor of shape (batch, classes), or a tuple, dict or dataclass with one named 'logits'.",
        )
    if tensor.dim() == 1:
        return tensor[:, None]
    if tensor.dim() > 2 and tensor.numel() == tensor.shape[0] * tensor.shape[1]:
        return tensor.flatten(1)
    following = next_token(tensor, vocabularies)
    if following is not None:
        return following
    if tensor.dim() != 2:
        raise BadModel(
            f"the model returned a tensor of shape {tuple(tensor.shape)}, where (batch, classes) was expected",
            "Wrap the model so that it returns one row of class scores per sample.",
        )
    return tensor


def _find_tensor(output: object) -> Tensor | None:
    if isinstance(output, Tensor):
        return output if output.dim() > 0 and output.is_floating_point() else None
    if isinstance(output, Mapping):
        return _find_tensor(output["logits"]) if "logits" in output else _first(list(output.values()))
    if hasattr(output, "logits"):
        return _find_tensor(output.logits)
    if isinstance(output, (tuple, list)):
        return _first(output)
    if dataclasses.is_dataclass(output):
        return _first([getattr(output, field.name) for field in dataclasses.fields(output)])
    return None


def _first(values: Sequence[object]) -> Tensor | None:
    """The first tensor that could be class scores (a loss has no dimension, hidden states have three)."""
    tensors = [value for value in values if isinstance(value, Tensor) and _find_tensor(value) is not None]
    return next((tensor for tensor in tensors if tensor.dim() <= 2), tensors[0] if tensors else None)


def _describe(output: object) -> str:
    if isinstance(output, Tensor):
        return f"a tensor of shape {tuple(output.shape)} and type {str(output.dtype).removeprefix('torch.')}"
    return f"a {type(output).__name__}"


@dataclass(frozen=True)
class Classes:
    """What the numbers of a network mean: the classes, and how outputs become probabilities.

    Attributes
    ----------
    count : how many classes.
    kind : `logits` (softmax follows), `binary logit` (one number, sigmoid follows: class 1 against class 0),
        `probabilities` (the network's last layer has made them), `binary probability`, `values` (of a regression).
    """

    count: int
    kind: Literal["logits", "binary logit", "probabilities", "binary probability", "values"]
    labels: Labels = None

    @classmethod
    def recognise(cls, outputs: Tensor, module: object, labels: Labels = None, task: Task | None = None) -> Classes:
        """Reads the kind off the outputs for one sample, (1, columns), and the module's last layer."""
        last = _last_layer(module)
        columns = outputs.shape[1]
        if task == "regression":
            return cls(columns, "values", labels)
        if labels is None:
            labels = getattr(getattr(module, "config", None), "id2label", None)
        if columns == 1:
            return cls(2, "binary probability" if isinstance(last, nn.Sigmoid) else "binary logit", labels)
        made = isinstance(last, (nn.Softmax, nn.Sigmoid)) or _sums_to_one(outputs)
        return cls(columns, "probabilities" if made else "logits", labels)

    def label(self, index: int) -> str:
        """The name of a class."""
        if isinstance(self.labels, Mapping):
            return str(self.labels.get(index, f"class {index}"))
        if self.labels is not None and index < len(self.labels):
            return str(self.labels[index])
        if self.kind == "values":
            return "value" if self.count == 1 else f"value {index}"
        return f"class {index}"

    def explained(self, chosen: Chosen) -> str:
        """The name of what was chosen."""
        label = self.label(chosen.index)
        return label if chosen.against is None else f"{label} rather than {self.label(chosen.against)}"

    def chosen(self, target: TargetChoice, outputs: Tensor) -> Chosen:
        """What a person means, given the outputs for the sample.

        Raises
        ------
        BadTarget
            If there is no such class, or a difference is not one of two classes.
        """
        if not isinstance(target, (tuple, list)):
            return Chosen(self._one(target, outputs))
        if len(target) != 2:
            raise BadTarget(f"a difference of {len(target)} classes was asked for", "Give a pair: target=(a, b).")
        index, against = self._one(target[0], outputs), self.index(target[1])
        if index == against:
            raise BadTarget(f"the difference of '{self.label(index)}' and itself is nothing", "Give two classes.")
        return Chosen(index, against)

    def _one(self, target: int | str | None, outputs: Tensor) -> int:
        return self.top(outputs, 1)[0].index if target is None else self.index(target)

    def kind_of_score(self, kind: ScoreKind) -> ScoreKind:
        """The score that can be had: of a regression its value, unless something else was asked for by name.

        Raises
        ------
        BadTarget
            If a regression was asked for a logit.
        """
        if self.kind != "values" or kind == "value":
            return kind
        if kind != "probability":
            raise BadTarget(f"a regression has no {kind}", "Its score is its value: score='value'.")
        return "value"

    def index(self, target: int | str) -> int:
        """The class that a person means.

        Raises
        ------
        BadTarget
            If there is none; near matches are offered.
        """
        if isinstance(target, str):
            if self.labels is not None and target in self._labels():
                return self._labels().index(target)
            if not target.strip().lstrip("-").isdigit():
                return self._named(target.strip())
        try:
            index = int(target)
        except (TypeError, ValueError):
            raise BadTarget(
                f"a {type(target).__name__} is no class", "Give an index, a label, or a pair of them."
            ) from None
        if not 0 <= index < self.count:
            raise BadTarget(
                f"there is no class {index}: the model has {self.count} classes",
                f"Give an index from 0 to {self.count - 1}, or a label.",
            )
        return index

    def _named(self, name: str) -> int:
        """By the whole label or, for labels such as "tabby, tabby cat", by one of their synonyms."""
        if self.labels is None:
            raise BadTarget(
                f"there is no class '{name}': the model has no labels",
                f"Give an index from 0 to {self.count - 1}, or labels: Model(module, labels=[...]).",
            )
        labels = self._labels()
        folded = name.casefold()
        for found in (
            [i for i, label in enumerate(labels) if label == name],
            [i for i, label in enumerate(labels) if label.casefold() == folded],
            [i for i, label in enumerate(labels) if folded in _synonyms(label)],
        ):
            if found:
                return found[0]
        synonyms = {synonym: label for label in labels for synonym in (label.casefold(), *_synonyms(label))}
        near = difflib.get_close_matches(folded, synonyms, n=3, cutoff=0.6)
        near += [synonym for synonym in synonyms if folded in synonym][:3]
        offers = list(dict.fromkeys(f"'{synonyms[match]}'" for match in near))[:3]
        step = (
            f"Did you mean {' or '.join(offers)}?" if offers else f"Give a label, or an index up to {self.count - 1}."
        )
        raise BadTarget(f"there is no class '{name}'", step)

    def _labels(self) -> list[str]:
        return [self.label(index) for index in range(self.count)]

    def score(self, outputs: Tensor, index: int, kind: ScoreKind) -> Tensor:
        """The scalar to explain, (n,), from the network's outputs (n, columns)."""
        return self._scores(outputs, kind)[:, index]

    def scores(self, outputs: Tensor, chosen: Sequence[Chosen], kind: ScoreKind) -> Tensor:
        """K scalars to explain, (n, K)."""
        every = self._scores(outputs, kind)
        columns = [
            every[:, one.index] if one.against is None else every[:, one.index] - every[:, one.against]
            for one in chosen
        ]
        return torch.stack(columns, dim=1)

    def logits(self, outputs: Tensor, indices: Sequence[int]) -> Tensor:
        """Of some classes, (n, classes); of a regression its values."""
        return self._scores(outputs, "logit")[:, list(indices)]

    def top(self, outputs: Tensor, count: int) -> list[ClassScore]:
        """The most probable classes for the first row of `outputs`, most probable first."""
        wide = outputs[:1].detach().to("cpu", torch.float64)
        if self.kind == "values":
            return [ClassScore(i, self.label(i), math.nan, float(wide[0, i])) for i in range(min(count, self.count))]
        probabilities, logits = (self._scores(wide, kind)[0] for kind in ("probability", "logit"))
        best = logits.sort(descending=True, stable=True).indices[:count].tolist()
        return [ClassScore(i, self.label(i), float(probabilities[i]), float(logits[i])) for i in best]

    def _scores(self, outputs: Tensor, kind: str) -> Tensor:
        """(n, classes)"""
        if self.kind == "values":
            return outputs
        if self.kind == "binary logit":
            both = torch.cat([-outputs, outputs], dim=1)
            functions = {"logit": both, "probability": torch.sigmoid(both)}
            return functions[kind] if kind in functions else nn.functional.logsigmoid(both)
        if self.kind == "logits":
            if kind == "logit":
                return outputs
            return outputs.softmax(1) if kind == "probability" else outputs.log_softmax(1)
        both = torch.cat([1 - outputs, outputs], dim=1) if self.kind == "binary probability" else outputs
        # Of probabilities only the logarithm can be had back: the logits, up to what softmax took away.
        return both if kind == "probability" else both.clamp_min(torch.finfo(both.dtype).tiny).log()


def score_kind(name: str) -> ScoreKind:
    """Checks the name of a score."""
    for known in SCORES:
        if name == known:
            return known
    raise BadRequest(f"there is no score '{name}'", f"Choose one of {', '.join(SCORES)}.")


def _synonyms(label: str) -> list[str]:
    return [part.strip().casefold() for part in label.split(",")]


def _sums_to_one(outputs: Tensor) -> bool:
    row = outputs[0].detach().float()
    return bool((row >= 0).all()) and abs(float(row.sum()) - 1) < 1e-3


def _last_layer(module: object) -> object:
    """The last leaf of a module, in the order of registration."""
    while isinstance(module, nn.Module):
        children = list(module.children())
        if not children:
            break
        module = children[-1]
    return module
