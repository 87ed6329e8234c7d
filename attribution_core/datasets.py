"""Data sets: wherever a person keeps samples, they are read in order, from any place on, a few at a time.

a folder            its images, or its .txt files; the name of a subfolder is the label of what is in it
.csv .tsv .jsonl    a sample per row (.jsonl.gz too)
a DataLoader        batches as they come
a Dataset, a list   by index
tensors             a sample per row
any iterable        once through
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset, TensorDataset

from .errors import BadRequest, BadSample
from .inputs.table import nth
from .records import Columns, count_rows, is_file_of_rows, read_rows

IMAGES = frozenset((".bmp", ".gif", ".jpeg", ".jpg", ".pgm", ".png", ".ppm", ".tif", ".tiff", ".webp"))
TEXTS = frozenset((".txt",))
CHUNK = 256
"""Rows of a tensor that are taken together."""


@dataclass(frozen=True)
class Item:
    """A sample, or several that are stacked already.

    Attributes
    ----------
    label : what the data say it is: an index, a name, or None; of stacked samples a sequence of them.
    stacked : whether the sample has one more dimension in front.
    """

    sample: object
    label: object = None
    stacked: bool = False

    def __len__(self) -> int:
        return _count(self.sample) if self.stacked else 1

    def part(self, start: int, end: int) -> Item:
        """Some of the stacked samples."""
        if not self.stacked:
            return self
        return Item(_slice(self.sample, start, end), _slice(self.label, start, end), True)


@dataclass(frozen=True)
class DataSet:
    """Samples in an order.

    Attributes
    ----------
    name : what a person calls it.
    read : the items from the n-th sample on.
    count : samples; None where only reading would tell.
    again : whether it can be read more than once.
    indexed : whether reading can begin anywhere at no cost.
    """

    name: str
    read: Callable[[int], Iterator[Item]]
    count: int | None = None
    again: bool = True
    indexed: bool = False

    def limited(self, limit: int) -> DataSet:
        """The first samples alone."""
        return DataSet(
            self.name,
            lambda start: portion(self.read(start), 0, max(0, limit - start)),
            limit if self.count is None else min(limit, self.count),
            self.again,
            self.indexed,
        )


def open_data(data: object, reads: str, *, text_column: str | None = None, label_column: str | None = None) -> DataSet:
    """The data set that a person means.

    Parameters
    ----------
    data : see the module. Samples come alone or as (sample, label); rows as mappings from column to value.
    reads : what the model reads: `image`, `text`, `tabular`, or `unknown`.
    text_column, label_column : of rows; guessed by the usual names when left out.

    Raises
    ------
    BadSample, BadRequest
        If there is no such file, or it holds no samples.
    """
    if isinstance(data, DataSet):
        return data
    columns = Columns(reads, text_column, label_column)
    if isinstance(data, (str, os.PathLike)):
        return _of_path(Path(data).expanduser(), reads, columns)
    if isinstance(data, DataLoader):
        return _of_loader(data, columns)
    if isinstance(data, TensorDataset):
        return _of_tensors(data.tensors, "TensorDataset")
    if isinstance(data, Tensor):
        return _of_tensors((data,), f"tensor {'x'.join(str(side) for side in data.shape)}")
    if isinstance(data, Iterator):
        return DataSet(
            type(data).__name__, lambda start: portion(_items(data, columns), start), _length(data), again=False
        )
    indexed = isinstance(data, (Dataset, Sequence)) or (hasattr(data, "__getitem__") and hasattr(data, "__len__"))
    if indexed and not isinstance(data, Mapping) and _length(data) is not None:
        return _of_sequence(data, columns)
    if isinstance(data, Iterable) and not isinstance(data, Mapping):
        return DataSet(type(data).__name__, lambda start: portion(_items(data, columns), start))
    raise BadSample(
        f"a {type(data).__name__} is not a data set",
        "Give a folder, a .csv or .jsonl file, a DataLoader, or an iterable of samples.",
    )


def row_sample(path: Path, number: int, reads: str, text_column: str | None = None) -> object:
    """The sample in one row of a file.

    Parameters
    ----------
    number : from 1; a line with the names of columns does not count.
    reads, text_column : see `open_data`.

    Raises
    ------
    BadSample, BadRequest
        If there is no such row, or no column that holds what the model reads.
    """
    row = nth(read_rows(path), number, path.name)
    return _of_record(row, Columns(reads, text_column), path.parent).sample


def portion(items: Iterator[Item], start: int, count: int | None = None) -> Iterator[Item]:
    """The items from the n-th sample on, and at most so many samples of them."""
    for item in items:
        if count == 0:
            return
        if len(item) <= start:
            start -= len(item)
            continue
        taken = item.part(start, len(item)) if start else item
        start = 0
        if count is not None:
            taken = taken.part(0, min(len(taken), count))
            count -= len(taken)
        yield taken


def _of_path(path: Path, reads: str, columns: Columns) -> DataSet:
    if path.is_dir():
        return _of_folder(path, reads)
    if not path.exists():
        raise BadSample(f"there is no file or folder {path}", "Check the path.")
    if not is_file_of_rows(path):
        raise BadSample(
            f"{path.name} is no data set that can be read", "Give a folder, or a .csv, .tsv or .jsonl file."
        )
    return DataSet(
        path.name,
        lambda start: (_of_record(row, columns, path.parent) for row in islice(read_rows(path), start, None)),
        count_rows(path),
    )


def _of_folder(folder: Path, reads: str) -> DataSet:
    """Files in the order of their names, subfolder by subfolder."""
    wanted = {"image": IMAGES, "text": TEXTS}.get(reads, IMAGES | TEXTS)
    found = [path.relative_to(folder) for path in folder.rglob("*") if path.suffix.lower() in wanted]
    files = sorted(path for path in found if not any(part.startswith(".") for part in path.parts))
    if not files:
        what = {"image": "images", "text": ".txt files"}.get(reads, "images or .txt files")
        raise BadSample(f"there are no {what} in the folder {folder}", "Check the path.")

    def item(file: Path) -> Item:
        return Item(folder / file, file.parts[0] if len(file.parts) > 1 else None)

    return DataSet(folder.name or str(folder), lambda start: map(item, files[start:]), len(files), indexed=True)


def _of_loader(loader: DataLoader[Any], columns: Columns) -> DataSet:
    stacked = loader.batch_sampler is not None or loader.batch_size is not None
    sampler: object = loader.sampler
    return DataSet(
        type(loader.dataset).__name__,
        lambda start: portion((_item(given, columns, stacked) for given in loader), start),
        _length(loader.dataset) if _length(sampler) is None else _length(sampler),
    )


def _of_tensors(tensors: Sequence[Tensor], name: str) -> DataSet:
    """Tensors with a sample per row: the samples, and perhaps their labels."""
    if len(tensors) > 2 or tensors[0].dim() == 0:
        raise BadSample(f"{name} holds {len(tensors)} tensors", "Give the samples, and at most their labels.")
    count = len(tensors[0])

    def read(start: int) -> Iterator[Item]:
        for at in range(start, count, CHUNK):
            rows = [tensor[at : at + CHUNK] for tensor in tensors]
            yield Item(rows[0], rows[1] if len(rows) == 2 else None, stacked=True)

    return DataSet(name, read, count, indexed=True)


def _of_sequence(data: Any, columns: Columns) -> DataSet:
    count = len(data)
    return DataSet(
        type(data).__name__,
        lambda start: (_item(data[i], columns, False) for i in range(start, count)),
        count,
        indexed=True,
    )


def _items(data: Iterable[object], columns: Columns) -> Iterator[Item]:
    return (_item(given, columns, False) for given in data)


def _item(given: object, columns: Columns, stacked: bool) -> Item:
    """What an iterable gives: a sample, (sample, label), or a row."""
    if isinstance(given, (tuple, list)) and len(given) == 2 and _is_label(given[1]):
        return Item(given[0], given[1], stacked)
    if stacked and isinstance(given, (tuple, list)) and len(given) == 1:
        return Item(given[0], None, True)
    if isinstance(given, Mapping):
        tensors = columns.reads in ("tensors", "unknown") and any(isinstance(part, Tensor) for part in given.values())
        if not ("input_ids" in given or stacked or tensors):
            return _of_record(given, columns, Path())
        labels = next((given[name] for name in ("labels", "label") if name in given), None)
        return Item({name: part for name, part in given.items() if name not in ("labels", "label")}, labels, stacked)
    return Item(given, None, stacked)


def _is_label(value: object) -> bool:
    """Whether the second of two things is what the first is, and not a second input."""
    if isinstance(value, Tensor):
        return value.dim() <= 1
    if isinstance(value, (list, tuple)):
        return all(_is_label(part) for part in value)
    return value is None or isinstance(value, (int, str)) or (hasattr(value, "item") and getattr(value, "ndim", 1) == 0)


def _of_record(row: Mapping[Any, object], columns: Columns, folder: Path) -> Item:
    sample, label = columns.parts(row)
    if columns.reads == "image" and isinstance(sample, str):
        sample = folder / sample
    return Item(sample, label)


def _length(data: object) -> int | None:
    try:
        return len(data)  # type: ignore[arg-type]
    except (TypeError, NotImplementedError):
        return None


def _count(sample: object) -> int:
    if isinstance(sample, Mapping):
        sample = next(iter(sample.values()), ())
    count = _length(sample)
    if count is None:
        raise BadRequest(f"a batch came as a {type(sample).__name__}", "Give tensors, or one sample at a time.")
    return count


def _slice(values: Any, start: int, end: int) -> Any:
    if values is None:
        return None
    if isinstance(values, Mapping):
        return {name: _slice(part, start, end) for name, part in values.items()}
    if isinstance(values, Tensor) and values.dim() == 0:
        return values
    return values[start:end]


def listed(label: object, count: int) -> list[object]:
    """The labels of stacked samples, one by one, as Python's own integers and strings."""
    if label is None:
        return [None] * count
    values = label.tolist() if isinstance(label, Tensor) or hasattr(label, "tolist") else label
    found = list(values) if isinstance(values, (list, tuple)) else [values]
    if len(found) != count:
        raise BadRequest(f"{count} samples came with {len(found)} labels", "Give one label each.")
    return [part.item() if isinstance(part, torch.Tensor) else part for part in found]
