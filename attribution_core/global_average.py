"""The result of averaging gradients over a data set, and the state from which an interrupted average goes on."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal

import torch
from torch import Tensor

from .arrays import read_arrays, write_arrays
from .errors import BadRequest, BadTarget
from .methods.global_average import Tally
from .target import ScoreKind

LEAST_OCCURRENCES = 5
"""A word must have been seen so often to be ranked: the average of one or two says nothing about a data set."""
RESULT, STATE = "global average", "state of a global average"


@dataclass(frozen=True)
class AveragedClass:
    """A class whose score was differentiated.

    Attributes
    ----------
    score : its average over the samples.
    constant : b of the linear classifier.
    """

    index: int
    label: str
    score: float
    constant: float


@dataclass(frozen=True)
class AveragePlan:
    """What repeats the computation exactly.

    Attributes
    ----------
    sizes : (n, size): from the n-th micro-batch on, each has this size; in samples, for texts in tokens.
    window : tokens that are read together, to find equally long texts; 0 where all samples have one shape.
    """

    sizes: tuple[tuple[int, int], ...]
    window: int = 0


@dataclass(frozen=True)
class RankedFeature:
    """A word or a column, and what it does to a class on average.

    Attributes
    ----------
    average : of a word gradient . embedding where it occurs; of a column the gradient.
    length : of a word the average length of the gradient; None for a column.
    count : how often the word occurs; the samples, for a column.
    """

    name: str
    average: float
    length: float | None
    count: int


@dataclass(frozen=True, kw_only=True)
class GlobalAverage:
    """What a model makes of its inputs on average over a data set.

    Attributes
    ----------
    kind : `image`, `text` or `tabular`.
    classes : whose scores were differentiated, K of them.
    score : which scalar of a class.
    gradients : float64 Tensor on the CPU
        The mean of the gradients: (K, channels, height, width) for images, (K, features) for rows; for texts
        (K, words), the mean of gradient . embedding where the word occurs.
    names : of the features of a row, of the words; empty for images.
    counts : how often each word occurs, (words,); None but for texts.
    lengths : the mean length of the gradient at each word, (K, words); None but for texts.
    samples : how many were averaged over.
    agreement : share of the samples for which the linear classifier gradients . x + constant names the same class as
        the model, both choosing among `classes`; None where it was not measured.
    accuracy, linear_accuracy : share of the labelled samples that model and linear classifier get right; None without
        labels.
    seconds : wall-clock time, that of earlier sessions included.
    notes : sentences that a person should know.
    """

    kind: str
    model: str
    data: str
    classes: tuple[AveragedClass, ...]
    score: ScoreKind
    gradients: Tensor
    names: tuple[str, ...]
    counts: Tensor | None
    lengths: Tensor | None
    samples: int
    agreement: float | None
    accuracy: float | None
    linear_accuracy: float | None
    seconds: float
    device: str
    dtype: str
    seed: int
    notes: tuple[str, ...]
    plan: AveragePlan
    status: Literal["preview", "final"] = "final"

    @property
    def constants(self) -> Tensor:
        """b of the linear classifier, (K,)."""
        return torch.tensor([each.constant for each in self.classes], dtype=self.gradients.dtype, device="cpu")

    def linear(self, features: Tensor) -> Tensor:
        """What the linear classifier gives, (n, K), for inputs of the network (n, *features); for texts for how often
        each of `names` occurs, (n, words)."""
        flat = features.detach().cpu().to(self.gradients.dtype).flatten(1)
        return flat @ self.gradients.flatten(1).T + self.constants

    def ranked(self, target: int | str, least: int = LEAST_OCCURRENCES) -> list[RankedFeature]:
        """Words or columns in the order of their averages for a class, the largest first.

        Parameters
        ----------
        target : the index or label of one of `classes`.
        least : leave out words that occur less often.

        Raises
        ------
        BadRequest
            For images, whose pixels have no names.
        """
        if not self.names:
            raise BadRequest("pixels have no names to rank", "Look at .gradients, or draw them.")
        row = self.row(target)
        averages = self.gradients[row].tolist()
        counts = [self.samples] * len(self.names) if self.counts is None else self.counts.tolist()
        lengths = [None] * len(self.names) if self.lengths is None else self.lengths[row].tolist()
        entries = map(RankedFeature, self.names, averages, lengths, counts)
        kept = [entry for entry in entries if self.counts is None or entry.count >= least]
        return sorted(kept, key=lambda entry: -entry.average)

    def row(self, target: int | str) -> int:
        """Where a class is in `classes`.

        Raises
        ------
        BadTarget
            If it was not averaged.
        """
        for i, each in enumerate(self.classes):
            if target in (each.index, each.label):
                return i
        raise BadTarget(
            f"there is no average for '{target}'", f"There is one for {', '.join(c.label for c in self.classes)}."
        )

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes an .npz file (JSON and arrays, no pickle) for `load`."""
        header = {name: value for name, value in vars(self).items() if not isinstance(value, Tensor)}
        header["classes"] = [asdict(each) for each in self.classes]
        header["plan"] = asdict(self.plan)
        tensors = {name: value for name, value in vars(self).items() if isinstance(value, Tensor)}
        write_arrays(path, RESULT, header, **tensors)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> GlobalAverage:
        """Reads what `save` wrote.

        Raises
        ------
        BadRequest
            If the file holds something else.
        """
        header, tensors = read_arrays(path, RESULT)
        header["classes"] = tuple(AveragedClass(**each) for each in header["classes"])
        header["plan"] = _plan(header["plan"])
        header["names"], header["notes"] = tuple(header["names"]), tuple(header["notes"])
        return cls(**{"counts": None, "lengths": None, **header, **tensors})

    def __str__(self) -> str:
        from .render.average import average_text

        return average_text(self)

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(str(self))

    def _repr_html_(self) -> str:
        from .render.average import average_html

        return average_html(self)


@dataclass(frozen=True)
class Reached:
    """How far an average has come. Never changed, only replaced: so it is whole at any moment.

    Attributes
    ----------
    job : what is being averaged; another job cannot go on from here.
    first_scores : of the first sample: other weights or another order of the data would give others.
    tally : the sums so far.
    read : samples read before the current window.
    done : micro-batches of the current window that are in the tally.
    batches : micro-batches in all.
    plan, settled : their sizes so far, and whether the last one is there to stay.
    unread, why : samples that could not be read, and what was wrong with the first of them.
    remark : what a person should know of the first sample of which there is something to know.
    names : what token ids are called, for tokenizers that do not say it themselves.
    """

    job: dict[str, object]
    first_scores: tuple[float, ...]
    tally: Tally | None = None
    read: int = 0
    done: int = 0
    batches: int = 0
    plan: AveragePlan = AveragePlan(())
    settled: bool = False
    unread: int = 0
    why: str = ""
    remark: str = ""
    names: dict[int, str] = field(default_factory=dict)
    seconds: float = 0.0


class AverageState:
    """Carries an average over an interruption: give it to `average`, and after an interruption give it again.

    Attributes
    ----------
    reached : None before the first sample.

    Examples
    --------
    >>> state = AverageState()
    >>> # average(model, data, state=state), interrupted; then state.save("state.npz"), and in another session
    >>> # average(model, data, state=AverageState.load("state.npz"))
    """

    def __init__(self, reached: Reached | None = None) -> None:
        self.reached = reached

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes an .npz file (JSON and arrays, no pickle)."""
        reached: dict[str, object] | None = None
        tensors: dict[str, Tensor] = {}
        if self.reached is not None:
            reached = {**vars(self.reached), "plan": asdict(self.reached.plan)}
            if self.reached.tally is not None:
                sums = vars(self.reached.tally)
                reached["tally"] = {name: value for name, value in sums.items() if isinstance(value, int)}
                tensors = {name: value for name, value in sums.items() if isinstance(value, Tensor)}
        write_arrays(path, STATE, {"reached": reached}, **tensors)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> AverageState:
        """Reads what `save` wrote.

        Raises
        ------
        BadRequest
            If the file holds something else.
        """
        header, tensors = read_arrays(path, STATE)
        reached = header["reached"]
        if reached is None:
            return cls()
        reached["plan"] = _plan(reached["plan"])
        reached["first_scores"] = tuple(reached["first_scores"])
        reached["names"] = {int(number): str(name) for number, name in reached["names"].items()}
        if reached["tally"] is not None:
            reached["tally"] = Tally(**{"lengths": None, **reached["tally"], **tensors})
        return cls(Reached(**reached))


def on_device(tally: Tally, device: torch.device) -> Tally:
    """The sums where further ones are added to them."""
    return replace(
        tally,
        scores=tally.scores.to(device),
        features=tally.features.to(device),
        gradients=tally.gradients.to(device),
        lengths=None if tally.lengths is None else tally.lengths.to(device),
    )


def _plan(saved: dict[str, Sequence[Sequence[int]] | int]) -> AveragePlan:
    sizes, window = saved["sizes"], saved["window"]
    assert not isinstance(sizes, int)
    assert isinstance(window, int)
    return AveragePlan(tuple((int(start), int(size)) for start, size in sizes), window)
