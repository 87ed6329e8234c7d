"""From the items of a data set to stacks, without running the model on each of them."""

from __future__ import annotations

import functools
import time
from collections import deque
from collections.abc import Callable, Generator, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Union

import torch
from torch import Tensor

from .datasets import Item, listed
from .errors import AttributionError, BadModel, BadRequest, BadSample, BadTarget, UserCodeError
from .inputs import Inputs, Prepared, Text
from .inputs.prepared import Function
from .inputs.tabular import TabularSample
from .inputs.text import TextSample
from .inputs.tokenize import Encoded
from .stacks import UNLABELLED, FeatureStack, Stack, TokenRow, TokenStack
from .target import Classes

READING_SECONDS = 0.05
"""Reading pauses about so often, so that it can be cancelled."""


@dataclass(frozen=True)
class Unread:
    """A sample that could not be read, and why."""

    why: str

    width = 1

    def __len__(self) -> int:
        return 1


Entry = Union[Stack, TokenRow, Unread]


class Unrun:
    """Stands in for a network while a sample is prepared: it computes nothing."""

    def __init__(self, network: Function) -> None:
        self.device, self.dtype, self.seed = network.device, network.dtype, network.seed
        self.accepts = functools.cache(network.accepts)

    def __call__(self, *arguments: Tensor, **named: Tensor) -> Tensor:
        return torch.zeros(len(next(iter((*arguments, *named.values())))), 1, device=self.device)


@dataclass
class Reader:
    """Reads items as one model takes them.

    Attributes
    ----------
    first : the first sample, read with the model itself: what follows must be like it.
    names : what a token id is called, for tokenizers that do not say it themselves.
    remark : what a person should know of the first sample of which there is something to know.
    """

    inputs: Inputs
    network: Function
    classes: Classes
    first: Prepared
    names: dict[int, str] = field(default_factory=dict)
    remark: str = ""
    _labels: dict[object, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._stand_in = Unrun(self.network)
        own = getattr(self.inputs, "vocabulary", None) is not None
        self._unnamed = not own and not hasattr(getattr(self.inputs, "tokenizer", None), "convert_ids_to_tokens")

    @property
    def vocabulary(self) -> int:
        """How many words there are, for a model that reads text."""
        return max(len(table) for table in self.first.tables) if isinstance(self.first, TextSample) else 0

    def entries(self, item: Item) -> list[Entry]:
        """The samples of an item, stacked as they came where the model can take them so.

        Raises
        ------
        BadRequest
            If the samples are not all of one shape.
        """
        labels = self.class_numbers(item)
        if isinstance(item.sample, (Tensor, Mapping)):
            ready = self._ready(item, torch.tensor(labels, dtype=torch.int64, device="cpu"))
            if ready is not None:
                return [ready]
        samples = unstacked(item.sample) if item.stacked else [item.sample]
        return [self._alone(sample, label) for sample, label in zip(samples, labels, strict=True)]

    def class_numbers(self, item: Item) -> list[int]:
        """The classes that the data name; -1 for what the model does not know."""
        if not item.stacked:
            return [self._class_number(item.label)]
        return [self._class_number(label) for label in listed(item.label, len(item))]

    def grouped(self, window: Iterable[Entry]) -> list[Stack]:
        """The samples of a window, those of one shape together, the longest texts first."""
        alike: dict[Hashable, list[Entry]] = {}
        for entry in window:
            if not isinstance(entry, Unread):
                alike.setdefault(entry.shape, []).append(entry)
        return sorted(map(self._joined, alike.values()), key=lambda group: -group.width)

    def _joined(self, entries: Sequence[Entry]) -> Stack:
        stacks = [entry for entry in entries if isinstance(entry, Stack)]
        rows = [entry for entry in entries if isinstance(entry, TokenRow)]
        if rows:
            stacks.append(TokenStack.of(rows, self.vocabulary, self.network.device))
        return stacks[0].joined(stacks[1:])

    def named(self) -> Callable[[Iterable[int]], list[str]]:
        """The names of token ids."""
        vocabulary = getattr(self.inputs, "vocabulary", None)
        convert = getattr(getattr(self.inputs, "tokenizer", None), "convert_ids_to_tokens", None)
        if vocabulary is not None:
            known = {int(number): word for word, number in vocabulary.items()}
        elif convert is not None:
            return lambda ids: [str(word) for word in convert(list(ids))]
        else:
            known = self.names
        return lambda ids: [known.get(number, f"#{number}") for number in ids]

    def _class_number(self, label: Any) -> int:
        if type(label) is int and 0 <= label < self.classes.count:
            return label
        if isinstance(label, Tensor) or (hasattr(label, "item") and not isinstance(label, str)):
            label = label.item()
        if isinstance(label, float) and label.is_integer():
            label = int(label)
        if not isinstance(label, (int, str)):
            return UNLABELLED
        if label not in self._labels:
            try:
                self._labels[label] = self.classes.index(label)
            except BadTarget:
                self._labels[label] = UNLABELLED
        return self._labels[label]

    def _ready(self, item: Item, labels: Tensor) -> Stack | None:
        """Tensors that are the network's own inputs, all at once."""
        sample = item.sample
        if self.first.kind == "text":
            given = sample if isinstance(sample, Mapping) else {"input_ids": sample}
            ids = given.get("input_ids")
            if not isinstance(ids, Tensor) or ids.dim() != 1 + item.stacked or ids.is_floating_point():
                return None
            return self._tokens({str(name): part for name, part in given.items()}, item.stacked, labels)
        if not isinstance(sample, Tensor) or not sample.is_floating_point():
            return None
        if sample.dim() != self.first.features[0].dim() + item.stacked:
            return None
        values = sample.detach().to(self.network.device, self.network.dtype or sample.dtype)
        return self._checked(FeatureStack(values if item.stacked else values[None], labels))

    def _tokens(self, given: Mapping[str, object], stacked: bool, labels: Tensor) -> TokenStack:
        tensors = {
            name: (part if stacked else part[None]).to(self.network.device)
            for name, part in given.items()
            if isinstance(part, Tensor)
        }
        ids = tensors.pop("input_ids").to(torch.int64)
        named = {n: part for n, part in tensors.items() if part.shape == ids.shape and self.network.accepts(n)}
        pad = self.inputs.stand_ins().get("pad") if isinstance(self.inputs, Text) else None
        mask = tensors.get("attention_mask")
        counted = mask.bool() if mask is not None else torch.ones_like(ids, dtype=torch.bool)
        return TokenStack(ids, counted if pad is None else counted & (ids != pad), named, labels, self.vocabulary)

    def _alone(self, sample: object, label: int) -> Entry:
        try:
            if isinstance(self.inputs, Text):
                return self._text(self.inputs.read(sample), label)
            prepared = self.inputs.prepare(sample, self._stand_in)
        except BadSample as error:
            return Unread(error.message)
        self.remark = self.remark or next(iter(prepared.notes), "")
        numbers = torch.tensor([label], dtype=torch.int64, device="cpu")
        return self._checked(FeatureStack(prepared.features[0][None], numbers))

    def _text(self, encoded: Encoded, label: int) -> TokenRow:
        self.remark = self.remark or next(iter(encoded.notes), "")
        if self._unnamed:
            for number, token in zip(encoded.ids, encoded.tokens, strict=True):
                if token.end > token.start:
                    self.names.setdefault(number, token.text)
        counted = [not special for special in encoded.special] or [True] * len(encoded.ids)
        named = {name: values for name, values in encoded.named.items() if self._stand_in.accepts(name)}
        return TokenRow(encoded.ids, counted, named, label)

    def _checked(self, stack: FeatureStack) -> FeatureStack:
        own = tuple(self.first.features[0].shape)
        if stack.shape != own:
            raise BadRequest(
                f"the samples differ in shape: the first is {own}, and another one {stack.shape}",
                "Give them one size, such as Image(size=224).",
            )
        return stack


def readable(first: Prepared) -> Prepared:
    """The sample, if it is of a kind that can be averaged over.

    Raises
    ------
    BadModel
        If the model takes several tensors, or one by name.
    """
    if isinstance(first, TextSample) or (len(first.features) == 1 and list(getattr(first, "arguments", [0])) == [0]):
        return first
    raise BadModel(
        f"the model takes {len(first.features)} tensors, or takes them by name, and averages are made over one",
        "Wrap it in a function of the one tensor that is of interest.",
    )


def feature_names(first: Prepared, inputs: Inputs) -> list[str]:
    """The names of a row's features; none for an image."""
    if not isinstance(first, TabularSample):
        return []
    count = len(first.features[0])
    named = [str(name) for name in getattr(inputs, "features", [])]
    return named if len(named) == count else list(first.columns) if len(first.columns) == count else []


def unstacked(sample: Any) -> list[object]:
    """Stacked samples one by one."""
    if isinstance(sample, Mapping):
        rows = zip(*(unstacked(part) for part in sample.values()), strict=True)
        return [dict(zip(sample, row, strict=True)) for row in rows]
    return list(sample)


class Windows:
    """The samples of a data set, so many at a time. How many is counted by their width: in samples, or in tokens.

    Parameters
    ----------
    items : from where to begin.
    """

    def __init__(self, reader: Reader, items: Iterator[Item]) -> None:
        self._reader, self._items = reader, items
        self._waiting: deque[Entry] = deque()

    def next(self, count: int) -> Generator[int, None, list[Entry]]:
        """The next samples, fewer at the end; what came along with them waits for its turn.

        Yields, now and then, how many samples are read.
        """
        have, began = sum(len(entry) * entry.width for entry in self._waiting), time.perf_counter()
        samples = sum(len(entry) for entry in self._waiting)
        while have < count and (item := next_item(self._items)) is not None:
            new = self._reader.entries(item)
            self._waiting.extend(new)
            have += sum(len(entry) * entry.width for entry in new)
            samples += len(item)
            if time.perf_counter() - began > READING_SECONDS:
                yield samples
                began = time.perf_counter()
        taken: list[Entry] = []
        while self._waiting and count > 0:
            entry = self._waiting.popleft()
            most = -(-count // entry.width)
            if isinstance(entry, Stack) and len(entry) > most:
                self._waiting.appendleft(entry.part(most, len(entry)))
                entry = entry.part(0, most)
            taken.append(entry)
            count -= len(entry) * entry.width
        return taken


def next_item(items: Iterator[Item]) -> Item | None:
    """The next item; None at the end.

    Raises
    ------
    UserCodeError
        If the person's own data set fails.
    """
    try:
        return next(items, None)
    except AttributionError:
        raise
    except Exception as error:
        raise UserCodeError("reading the data failed", error) from error
