"""Samples of one shape, stacked so that they are evaluated together.

What is averaged differs by kind. The features of an image or a row are added up place by place. A text has
no places that it shares with other texts, only words: what is added up is gradient . embedding for each entry
of the vocabulary, the derivative of the score by how much of that word there is (Hechtlinger 2016, 5.2).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from .engine import Point
from .inputs.embedding import RecordedLookups
from .inputs.prepared import Function
from .methods.average import accumulator

UNLABELLED = -1


@dataclass(frozen=True)
class Gathered:
    """Gradients of one class's score, added up over samples.

    Attributes
    ----------
    gradients : in the shape of a sample's features; of texts gradient . embedding, (vocabulary,).
    lengths : of texts the gradients' lengths, (vocabulary,); None otherwise.
    """

    gradients: Tensor
    lengths: Tensor | None = None


class Stack(ABC):
    """n samples of one shape.

    Attributes
    ----------
    labels : the class of each by the data, (n,) on the CPU; -1 where it is not known.
    """

    labels: Tensor

    def __len__(self) -> int:
        return len(self.labels)

    @property
    @abstractmethod
    def width(self) -> int:
        """What a sample costs, by which micro-batches are measured: 1, or its tokens."""

    @property
    @abstractmethod
    def shape(self) -> Hashable:
        """What must be equal for samples to be stacked."""

    @abstractmethod
    def part(self, start: int, end: int) -> Stack:
        """Some of the samples."""

    @abstractmethod
    def joined(self, others: Sequence[Stack]) -> Stack:
        """These samples and others of the same shape."""

    @abstractmethod
    def outputs(self, network: Function) -> Tensor:
        """The network's outputs, (n, columns)."""

    @abstractmethod
    def differentiable(self, network: Function) -> tuple[Tensor, Point]:
        """The outputs, and the tensors that they can be differentiated by."""

    @abstractmethod
    def gather(self, inputs: Point, gradients: Point) -> Gathered:
        """Adds up gradients over the samples."""

    @abstractmethod
    def features(self) -> Tensor:
        """The features added up over the samples; of texts how often each entry of the vocabulary occurs."""

    @abstractmethod
    def linear(self, weights: Tensor) -> Tensor:
        """Features times weights, (n, classes), for weights (classes, *features)."""


@dataclass(frozen=True)
class FeatureStack(Stack):
    """Images or rows of a table: `values` (n, *shape)."""

    values: Tensor
    labels: Tensor
    width: int = field(default=1, init=False)

    @property
    def shape(self) -> Hashable:
        return tuple(self.values.shape[1:])

    def part(self, start: int, end: int) -> FeatureStack:
        return FeatureStack(self.values[start:end], self.labels[start:end])

    def joined(self, others: Sequence[Stack]) -> FeatureStack:
        stacks = [self, *(other for other in others if isinstance(other, FeatureStack))]
        if len(stacks) == 1:
            return self
        return FeatureStack(torch.cat([s.values for s in stacks]), torch.cat([s.labels for s in stacks]))

    def outputs(self, network: Function) -> Tensor:
        return network(self.values)

    def differentiable(self, network: Function) -> tuple[Tensor, Point]:
        inputs = self.values.detach().requires_grad_()
        return network(inputs), (inputs,)

    def gather(self, inputs: Point, gradients: Point) -> Gathered:
        return Gathered(_summed(gradients[0], 0))

    def features(self) -> Tensor:
        return _summed(self.values, 0)

    def linear(self, weights: Tensor) -> Tensor:
        return self.values.flatten(1).to(weights.dtype) @ weights.flatten(1).T


@dataclass(frozen=True)
class TokenRow:
    """One text: its ids, which of them are counted, further inputs by name, and the class by the data."""

    ids: list[int]
    counted: list[bool]
    named: dict[str, list[int]]
    label: int

    def __len__(self) -> int:
        return 1

    @property
    def width(self) -> int:
        """As of a `TokenStack`."""
        return len(self.ids)

    @property
    def shape(self) -> Hashable:
        """As of a `TokenStack`."""
        return len(self.ids), tuple(sorted(self.named))


class _Leaves(RecordedLookups):
    """Makes the embeddings that a network looks up for `ids`, (n, length), the leaves of its graph."""

    def embeddings(self, table: Tensor, options: Mapping[str, object]) -> Tensor:
        known = next((i for i, other in enumerate(self.tables) if other is table), None)
        if known is None:
            rows = table.detach()
            if options.get("max_norm") is not None:
                rows = rows.clone()  # the lookup would renormalise the person's table in place
            limits: tuple[Any, Any] = (options.get("max_norm"), options.get("norm_type") or 2.0)
            found = functional.embedding(self.ids, rows, None, *limits)
            known = len(self.tables)
            self.tables.append(table)
            self.found.append(found.detach().requires_grad_())
        return self.found[known]


@dataclass(frozen=True)
class TokenStack(Stack):
    """Texts of equally many tokens.

    Attributes
    ----------
    ids : (n, length).
    counted : (n, length), False for the tokenizer's own tokens and for padding, which are no words.
    named : further inputs by name, (n, length) each (an attention mask).
    vocabulary : how many entries there are.
    """

    ids: Tensor
    counted: Tensor
    named: Mapping[str, Tensor]
    labels: Tensor
    vocabulary: int

    @classmethod
    def of(cls, rows: Sequence[TokenRow], vocabulary: int, device: torch.device) -> TokenStack:
        """Texts of one shape."""

        def table(values: Sequence[Sequence[int]]) -> Tensor:
            return torch.tensor(values, dtype=torch.int64, device=device)

        return cls(
            table([row.ids for row in rows]),
            table([row.counted for row in rows]).bool(),
            {name: table([row.named[name] for row in rows]) for name in rows[0].named},
            torch.tensor([row.label for row in rows], dtype=torch.int64, device="cpu"),
            vocabulary,
        )

    @property
    def width(self) -> int:
        return int(self.ids.shape[1])

    @property
    def shape(self) -> Hashable:
        return self.width, tuple(sorted(self.named))

    def part(self, start: int, end: int) -> TokenStack:
        named = {name: values[start:end] for name, values in self.named.items()}
        return TokenStack(self.ids[start:end], self.counted[start:end], named, self.labels[start:end], self.vocabulary)

    def joined(self, others: Sequence[Stack]) -> TokenStack:
        stacks = [self, *(other for other in others if isinstance(other, TokenStack))]
        if len(stacks) == 1:
            return self
        return TokenStack(
            torch.cat([s.ids for s in stacks]),
            torch.cat([s.counted for s in stacks]),
            {name: torch.cat([s.named[name] for s in stacks]) for name in self.named},
            torch.cat([s.labels for s in stacks]),
            self.vocabulary,
        )

    def outputs(self, network: Function) -> Tensor:
        return network(input_ids=self.ids, **self.named) if self.named else network(self.ids)

    def differentiable(self, network: Function) -> tuple[Tensor, Point]:
        # Ids of our own: a slice of others would not be recognised by its memory.
        ids = self.ids.contiguous().clone()
        with _Leaves(ids) as leaves:
            outputs = TokenStack(ids, self.counted, self.named, self.labels, self.vocabulary).outputs(network)
        return outputs, tuple(leaves.found)

    def gather(self, inputs: Point, gradients: Point) -> Gathered:
        pairs = zip(gradients, inputs, strict=True)
        signed = torch.stack([_summed(g * embedding.detach(), 2) for g, embedding in pairs]).sum(0)
        lengths = torch.stack([_length(g) for g in gradients]).norm(dim=0)
        return Gathered(self._by_entry(signed), self._by_entry(lengths))

    def features(self) -> Tensor:
        return self._by_entry(torch.ones_like(self.ids, dtype=accumulator(self.ids)))

    def linear(self, weights: Tensor) -> Tensor:
        return (weights[:, self.ids] * self.counted).sum(2).T

    @cached_property
    def _entries(self) -> tuple[Tensor, Tensor | None]:
        """The entries of the counted tokens, in order, and which these are; None for all of them."""
        if bool(self.counted.all()):
            return self.ids.flatten(), None
        return self.ids[self.counted], self.counted

    def _by_entry(self, values: Tensor) -> Tensor:
        """Values of tokens, (n, length), added up by entry of the vocabulary."""
        entries, counted = self._entries
        chosen = values.flatten() if counted is None else values[counted]
        sums = torch.zeros(self.vocabulary, dtype=values.dtype, device=values.device)
        if values.device.type == "cpu":
            return sums.index_add_(0, entries, chosen)
        # With `accumulate`, unlike index_add_, the order of additions is the same every time, on GPUs too.
        return sums.index_put_((entries,), chosen, accumulate=True)


def _length(gradients: Tensor) -> Tensor:
    """The Euclidean norm over the last dimension, in the type that micro-batches are added up in."""
    kind = torch.float64 if gradients.dtype == torch.float64 else torch.float32
    lengths: Tensor = torch.linalg.vector_norm(gradients, dim=-1, dtype=kind)
    return lengths.to(accumulator(gradients))


def _summed(values: Tensor, dim: int) -> Tensor:
    """The sum over one dimension, never below float32, in the type that micro-batches are added up in."""
    kind = torch.float64 if values.dtype == torch.float64 else torch.float32
    return values.sum(dim, dtype=kind).to(accumulator(values))
