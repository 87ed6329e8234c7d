"""Rows of files: which are read, and which of their columns is what."""

from __future__ import annotations

import functools
import gzip
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .errors import BadRequest, BadSample
from .inputs.table import TABLES
from .inputs.table import read_rows as read_table

JSON_LINES = (".jsonl", ".jsonl.gz")
COUNTED = 64 << 20
"""Bytes up to which the rows of a file are counted before they are read, for the sake of a progress bar."""
USUAL = {
    "text": ("text", "sentence", "review", "content", "document", "comment", "question", "title"),
    "image": ("image", "file", "path", "filename", "file_name", "image_path"),
    "label": ("label", "labels", "class", "target", "y", "sentiment", "category"),
}
"""Names that columns usually have; the first that is there is taken."""


@dataclass(frozen=True)
class Columns:
    """Which column holds the sample, and which one the label.

    Parameters
    ----------
    reads : what the model reads: `image`, `text`, `tabular` (all columns but the label), or `unknown`.
    text, label : names; guessed when left out.
    """

    reads: str
    text: str | None = None
    label: str | None = None

    def parts(self, row: Mapping[Any, object]) -> tuple[object, object]:
        """(sample, label) of a row.

        Raises
        ------
        BadRequest
            If there is no such column, or none that could be meant.
        """
        sample, label = self._places(tuple(row))
        found = None if label is None else row[label]
        return row[sample] if sample is not None else {k: v for k, v in row.items() if k != label}, found

    @functools.lru_cache(maxsize=64)  # noqa: B019 - small, and of no consequence
    def _places(self, columns: tuple[Any, ...]) -> tuple[Any, Any]:
        """The columns of sample and label; None for all others together, and for none."""
        names = {str(name): name for name in columns}
        label = self._chosen(self.label, "label", list(names), "label_column")
        others = [name for name in names if name != label]
        what = "image" if self.reads == "image" else "text"
        sample = None if self.reads == "tabular" else self._chosen(self.text, what, others, "text_column")
        if sample is None and self.reads not in ("tabular", "unknown"):
            raise BadRequest(
                f"none of the columns {', '.join(names)} seems to hold the {what}",
                "Say which: text_column (--text-column).",
            )
        return None if sample is None else names[sample], None if label is None else names[label]

    def _chosen(self, name: str | None, what: str, names: list[str], option: str) -> str | None:
        if name is not None:
            if name not in names:
                raise BadRequest(
                    f"there is no column '{name}'",
                    f"{option} (--{option.replace('_', '-')}) is one of {', '.join(names)}.",
                )
            return name
        usual = next((known for known in USUAL[what] for found in names if found.lower() == known), None)
        if usual is not None:
            return next(found for found in names if found.lower() == usual)
        return names[0] if what != "label" and len(names) == 1 else None


def is_file_of_rows(path: Path) -> bool:
    """Whether a file is one of those that are read row by row."""
    return path.name.lower().endswith((*TABLES, *JSON_LINES))


def read_rows(path: Path) -> Iterator[Mapping[Any, object]]:
    """The rows of a file, as mappings from column to value. Columns without names are called 1, 2, ...

    Raises
    ------
    BadSample
        If it is not what its name says.
    """
    if path.name.lower().endswith(TABLES):
        for row in read_table(path):
            yield row if isinstance(row, dict) else {str(i): value for i, value in enumerate(row, start=1)}
        return
    try:
        with gzip.open(path, "rb") if path.suffix.lower() == ".gz" else path.open("rb") as file:
            for number, line in enumerate(file, start=1):
                if line.strip():
                    yield _json_line(line, f"line {number} of {path.name}")
    except (OSError, EOFError) as error:
        raise BadSample(f"{path.name} cannot be read: {error}", "Get a whole copy of the file.") from None


def count_rows(path: Path) -> int | None:
    """How many rows a file has; None for a large one. What is wrong with it is said when it is read."""
    if path.stat().st_size > COUNTED:
        return None
    try:
        return sum(1 for _ in read_rows(path))
    except BadSample:
        return None


def _json_line(line: bytes, place: str) -> dict[str, object]:
    try:
        row = json.loads(line)
    except ValueError:
        raise BadSample(f"{place} is not JSON", "Write one object per line, in UTF-8.") from None
    if isinstance(row, str):
        row = {"text": row}
    if not isinstance(row, dict):
        raise BadSample(f"{place} is a {type(row).__name__}", "Write one object per line.")
    return row
