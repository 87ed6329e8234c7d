"""Rows of a table in a file: `data.csv:17`."""

from __future__ import annotations

import csv
import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

from ..errors import BadSample

TABLES = (".csv", ".tsv")
DELIMITERS = ",;\t|"
LOOKED_AT = 64 * 1024
"""Characters from which the delimiter and the header are told."""

Row = dict[str, str] | list[str]
"""column -> value; without the names where the file has no header."""
AnyRow = TypeVar("AnyRow")


def read_rows(path: str | Path) -> Iterator[Row]:
    """The rows of a table, one at a time.

    Parameters
    ----------
    path : a CSV file in UTF-8, its values separated by comma, semicolon, tab or bar. The first line is taken for the
        names of the columns unless one of its values is a number.

    Raises
    ------
    BadSample
        If the file cannot be read, or a row has more or fewer values than the others.
    """
    path = Path(path).expanduser()
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            start = file.read(LOOKED_AT)
            file.seek(0)
            yield from _rows(csv.reader(file, delimiter=_delimiter(start, path), skipinitialspace=True), path.name)
    except OSError as error:
        raise BadSample(f"{path} cannot be read: {error.strerror}", "Check the path.") from None
    except UnicodeDecodeError as error:
        raise BadSample(f"{path.name} is not UTF-8 (byte {error.start})", "Save it as UTF-8.") from None
    except csv.Error as error:
        raise BadSample(f"{path.name} is no table: {error}", "Give a CSV file.") from None


def read_row(path: str | Path, number: int) -> Row:
    """One row of a table.

    Parameters
    ----------
    path : see `read_rows`.
    number : from 1; the line with the names of the columns does not count.

    Raises
    ------
    BadSample
        If there is no such row.
    """
    return nth(read_rows(path), number, Path(path).name)


def nth(rows: Iterator[AnyRow], number: int, name: str) -> AnyRow:
    """The n-th row, from 1, of a file of this name.

    Raises
    ------
    BadSample
        If there is no such row.
    """
    if number < 1:
        raise BadSample(f"there is no row {number} in {name}", "Rows are counted from 1, below the header.")
    count = 0
    for count, row in enumerate(itertools.islice(rows, number), start=1):
        if count == number:
            return row
    raise BadSample(f"there is no row {number} in {name}", f"It has {count} rows below the header.")


def _rows(reader: Iterator[list[str]], name: str) -> Iterator[Row]:
    filled = (values for values in reader if any(value.strip() for value in values))
    first = next(filled, None)
    if first is None:
        raise BadSample(f"{name} is empty", "Give a table with at least one row.")
    header = None if any(_is_number(value) for value in first) else [value.strip() for value in first]
    rows = filled if header is not None else itertools.chain([first], filled)
    for number, values in enumerate(rows, start=1):
        if len(values) != len(first):
            raise BadSample(
                f"row {number} of {name} has {len(values)} values, and the first line {len(first)}",
                "Check for separators that are not quoted.",
            )
        yield list(values) if header is None else dict(zip(header, values, strict=True))


def _delimiter(start: str, path: Path) -> str:
    """The separator that the first line has most of."""
    if path.suffix.lower() == ".tsv":
        return "\t"
    line = next((line for line in start.splitlines() if line.strip()), "")
    return max(DELIMITERS, key=line.count)


def _is_number(value: str) -> bool:
    try:
        float(value)
    except ValueError:
        return False
    return True
