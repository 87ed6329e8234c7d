"""Tables: from a row of a table to a network's input, and back from its attributions to the columns."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor

from ..attribution import Attribution, ColumnScore, TabularAttribution
from ..engine import Point
from ..errors import BadBaseline, BadSample
from .prepared import Function, Prepared, finite, fitted_baseline


@dataclass(frozen=True)
class Tabular:
    """How a row becomes a network's input, of shape (batch, features): numbers as (value - mean) / std, and a
    category as one feature per value, 1 for the row's own and 0 for the others.

    Parameters
    ----------
    columns : names, in the network's order. Left out, a row is a sequence of numbers.
    categories : column -> its values, in the network's order, for columns that are not numbers.
    mean, std : subtracted and divided by; column -> number, 0 and 1 for those left out.
    missing : stands for a number that the row leaves empty, before it is normalised; column -> number.

    Examples
    --------
    >>> row = Tabular(columns=["age", "sex"], categories={"sex": ["female", "male"]}, mean={"age": 30}, std={"age": 14})
    >>> row.features
    ['age', 'sex=female', 'sex=male']
    """

    columns: Sequence[str] | None = None
    categories: Mapping[str, Sequence[str]] = field(default_factory=dict)
    mean: Mapping[str, float] = field(default_factory=dict)
    std: Mapping[str, float] = field(default_factory=dict)
    missing: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for option in ("categories", "mean", "std", "missing"):
            unknown = set(getattr(self, option)) - set(self.columns or ())
            if unknown:
                raise BadSample(
                    f"Tabular({option}=...) names no column: {', '.join(sorted(unknown))}", "Name a column."
                )

    @property
    def features(self) -> list[str]:
        """A name for each of the network's inputs."""
        return [name for column in self.columns or () for name in self._names(column)]

    def prepare(self, sample: object, network: Function) -> TabularSample:
        """See `Inputs.prepare`. A tensor of floats is taken as the network's own input, already normalised."""
        if isinstance(sample, Tensor):
            row = [float(value) for value in _row(sample)]
            columns = self._columns_of(len(row))
            shown = self._decoded(columns, row)
            name = f"tensor {'x'.join(str(side) for side in sample.shape)}"
        else:
            values = self._by_name(sample)
            row, columns = self._encoded_row(values), list(values)
            shown = [_shown(value if c in self.categories else _number(value)) for c, value in values.items()]
            name = ", ".join(f"{column} {value}" for column, value in zip(columns[:3], shown, strict=False))
        features = self.encoded(sample, network) if isinstance(sample, Tensor) else _tensor(row, network)
        outputs = network(features[None])
        widths = [len(self._names(column)) for column in columns]
        return TabularSample(name, (features,), outputs, [], columns, shown, widths, self, network)

    def encoded(self, sample: object, network: Function) -> Tensor:
        """A row as the network takes it, (features,)."""
        if isinstance(sample, Tensor):
            return _row(sample).to(network.device, network.dtype or sample.dtype)
        return _tensor(self._encoded_row(self._by_name(sample)), network)

    def _columns_of(self, count: int) -> list[str]:
        """The columns of an input of `count` features."""
        if self.columns is None:
            return [f"feature {index}" for index in range(count)]
        if count != len(self.features):
            raise BadSample(
                f"the row has {count} numbers, and the columns make {len(self.features)} features",
                f"Give them in this order: {_few(self.features)}.",
            )
        return list(self.columns)

    def _by_name(self, sample: object) -> dict[str, object]:
        """column -> value, in the network's order."""
        if isinstance(sample, Mapping) or hasattr(sample, "to_dict"):
            given = dict(sample if isinstance(sample, Mapping) else sample.to_dict())
            columns = [str(key) for key in given] if self.columns is None else list(self.columns)
            absent = [column for column in columns if column not in given]
            if absent:
                raise BadSample(f"the row has no {_few(absent)}", f"It has {_few([str(key) for key in given])}.")
            return {column: given[column] for column in columns}
        if isinstance(sample, str) or not isinstance(sample, Iterable):
            raise BadSample(
                f"the model reads a row of a table, and a {type(sample).__name__} was given",
                "Give a mapping from column to value, or a sequence of numbers.",
            )
        values = list(sample)
        if len(values) == 1 and getattr(sample, "ndim", 1) == 2:
            values = list(values[0])  # an array of one row
        if self.columns is None:
            return dict(zip(self._columns_of(len(values)), values, strict=True))
        if len(values) != len(self.columns):
            raise BadSample(
                f"the row has {len(values)} values, and the model takes {len(self.columns)}", _few(self.columns)
            )
        return dict(zip(self.columns, values, strict=True))

    def _names(self, column: str) -> list[str]:
        values = self.categories.get(column)
        return [column] if values is None else [f"{column}={value}" for value in values]

    def _encoded_row(self, values: Mapping[str, object]) -> list[float]:
        return [number for column, value in values.items() for number in self._encoded(column, value)]

    def _encoded(self, column: str, value: object) -> list[float]:
        """A value as the network takes it: one number, or one per category."""
        categories = self.categories.get(column)
        if categories is not None:
            if str(value) not in categories and not _is_empty(value):
                raise BadSample(f"{column} is '{value}'", f"It is one of {_few(list(categories))}.")
            return [1.0 if str(value) == category else 0.0 for category in categories]
        if _is_empty(value) and column in self.missing:
            value = self.missing[column]
        number = _number(value)
        if not isinstance(number, float):
            raise BadSample(
                f"{column} is '{value}', not a number",
                f"Give a number, or list its values: categories={{'{column}': ...}}.",
            )
        if not math.isfinite(number):
            raise BadSample(f"{column} is {number}", "Give a finite number, or say what stands for it: missing=....")
        return [(number - self.mean.get(column, 0.0)) / self.std.get(column, 1.0)]

    def _decoded(self, columns: list[str], row: list[float]) -> list[str]:
        """What a person calls the values of an encoded row."""
        shown, at = [], 0
        for column in columns:
            categories = self.categories.get(column)
            if categories is None:
                shown.append(_shown(row[at] * self.std.get(column, 1.0) + self.mean.get(column, 0.0)))
                at += 1
            else:
                part = row[at : at + len(categories)]
                shown.append(str(categories[part.index(max(part))]) if max(part) > 0 else "none")
                at += len(categories)
        return shown


@dataclass
class TabularSample(Prepared):
    """A row, ready for a network. `features` holds one tensor, (features,)."""

    name: str
    features: Point
    outputs: Tensor
    notes: list[str]
    columns: list[str]
    shown: list[str]
    widths: list[int]
    table: Tabular
    network: Function
    kind: str = field(default="tabular", init=False)

    def function(self, points: Point) -> Tensor:
        return self.network(*points)

    def baseline(self, choice: object) -> tuple[str, Point]:
        features = self.features[0]
        if isinstance(choice, Tensor):
            return "tensor", (fitted_baseline(choice, features),)
        name = "zero" if choice is None else choice if isinstance(choice, str) else ""
        if name == "zero" or (name == "mean" and self.table.mean):
            # Columns that were centred are 0 at their mean.
            return "column means, no category" if self.table.mean else "zero", (torch.zeros_like(features),)
        if name == "mean":
            raise BadBaseline(
                "the means of the columns are not known", "Give them, Tabular(mean=...), or rows: Baseline.mean(rows)."
            )
        if isinstance(choice, Mapping):
            return "row", self.like(choice)
        named = f"'{choice}'" if isinstance(choice, (str, int, float)) else f"of type {type(choice).__name__}"
        raise BadBaseline(
            f"there is no baseline {named} for a table", "Choose zero or mean, give a row as a tensor, or a Baseline."
        )

    def like(self, other: object) -> Point:
        own = self.features[0]
        return (fitted_baseline(self.table.encoded(other, self.network), own),)

    def noise(self, seed: int) -> Point:
        raise BadBaseline("the columns of a table have no range for noise", "Give rows: Baseline.dataset(rows).")

    def map_of(self, attributions: Point) -> Tensor:
        return torch.stack([part.sum() for part in torch.split(attributions[0], self.widths)])

    def attribution(self, computed: Attribution, attributions: Point) -> Attribution:
        totals = [float(part.double().sum()) for part in torch.split(computed.scores, self.widths)]
        columns = [ColumnScore(*entry) for entry in zip(self.columns, self.shown, totals, strict=True)]
        return TabularAttribution.of(computed, columns)


def _row(sample: Tensor) -> Tensor:
    """The one row of a tensor."""
    if not sample.is_floating_point() or sample.dim() not in (1, 2) or (sample.dim() == 2 and sample.shape[0] != 1):
        raise BadSample(
            f"a tensor of shape {tuple(sample.shape)} is not one row of a table",
            "Give floats of shape (features,) or (1, features); of a batch, pick one: batch[0].",
        )
    return finite(sample.detach()).flatten()


def _tensor(row: Sequence[float], network: Function) -> Tensor:
    return torch.tensor(row, dtype=torch.float64, device="cpu").to(network.device, network.dtype or torch.float32)


def _is_empty(value: object) -> bool:
    return value is None or value == "" or (isinstance(value, float) and math.isnan(value))


def _number(value: object) -> object:
    """A value as a number; as it is, where it is none."""
    try:
        return float(str(value))
    except ValueError:
        return value


def _shown(value: object) -> str:
    return f"{value:.6g}" if isinstance(value, float) else "missing" if _is_empty(value) else str(value)


def _few(names: Sequence[str]) -> str:
    return ", ".join(names[:8]) + (", ..." if len(names) > 8 else "")
