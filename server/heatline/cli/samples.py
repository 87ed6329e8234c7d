"""Samples and baselines, as they are written on a command line."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from .failures import BadArgument

if TYPE_CHECKING:
    from attribution_core import Model

ROW = re.compile(r"(?P<file>.+\.(?:csv|tsv|jsonl|jsonl\.gz)):(?P<number>\d+)", re.IGNORECASE)
DATA = ("mean", "random", "dataset")
"""Baselines that are made of a data set."""


def are_several(arguments: Sequence[str]) -> bool:
    """Whether more than one sample is named, one by one or by their folder."""
    return len(arguments) > 1 or _is_folder(arguments[0])


def samples_of(arguments: Sequence[str], model: Model, text_column: str | None = None) -> list[tuple[str, object]]:
    """The samples that arguments name, each with a name that is short enough for a file's. A folder stands for the
    images or texts in it; where the model reads text, one that ends in a slash.

    Raises
    ------
    BadArgument, BadSample
        If a file is named that is not there, in a way that cannot be meant, or a folder holds no samples.
    """
    from attribution_core.datasets import open_data

    found: list[tuple[str, object]] = []
    for argument in arguments:
        if _is_folder(argument) and (model.reads != "text" or argument.endswith(("/", os.sep))):
            files = [item.sample for item in open_data(argument, model.reads).read(0)]
            found.extend((Path(str(file)).stem, file) for file in files)
            continue
        row, path = ROW.fullmatch(argument), Path(argument.removeprefix("@"))
        if row is not None:
            name = f"{Path(row['file']).stem}-{row['number']}"
        else:
            name = path.stem if _is_file(path.expanduser()) else f"sample-{len(found) + 1}"
        found.append((name, sample_of(argument, model, text_column)))
    return found


def sample_of(argument: str, model: Model, text_column: str | None = None) -> object:
    """The sample that an argument names: a text in a file, a row of a table; the rest is for the model to read.

    Raises
    ------
    BadArgument
        If a file is named that is not there, or in a way that cannot be meant.
    """
    if argument.startswith("@"):
        path = Path(argument[1:]).expanduser()
        if not _is_file(path):
            raise BadArgument(f"there is no file {path}. Check the path after the @.")
        return path
    row = ROW.fullmatch(argument)
    if row is None:
        _check_file(argument, model)
        return argument
    path = Path(row["file"]).expanduser()
    if not _is_file(path):
        if model.reads == "text":
            return argument
        raise BadArgument(f"there is no file {path}. Check the path before the colon.")
    from attribution_core.datasets import row_sample

    return row_sample(path, int(row["number"]), model.reads, text_column)


def baseline_of(argument: str | None, model: Model, seed: int, text_column: str | None = None) -> object:
    """The baseline that an argument names: another sample, something made of a data set, a number; or a name.

    Raises
    ------
    BadArgument
        If a file is named that is not there.
    """
    if argument is None:
        return None
    from attribution_core import Baseline

    kind, colon, rest = argument.partition(":")
    if colon and kind in DATA:
        if not Path(rest).expanduser().exists():
            raise BadArgument(f"there is no file or folder {rest}. Check the path after {kind}: in --baseline.")
        if kind == "mean":
            return Baseline.mean(rest)
        return Baseline.dataset(rest, seed=seed) if kind == "dataset" else Baseline.random(rest, seed=seed)
    if colon and kind == "sample":
        return Baseline.sample(sample_of(rest, model, text_column))
    if argument.startswith("@") or ROW.fullmatch(argument) or _is_file(Path(argument).expanduser()):
        return Baseline.sample(sample_of(argument, model, text_column))
    return _numbers(argument)


def _check_file(argument: str, model: Model) -> None:
    """Refuses the name of a file where what is in it must have been meant."""
    if not _is_file(Path(argument).expanduser()):
        return
    if ROW.fullmatch(f"{argument}:1"):
        raise BadArgument(f"{argument} is a table. Name one of its rows, such as {argument}:1.")
    if model.reads == "text":
        raise BadArgument(f"the model reads text, and {argument} is a file. Write @{argument} for the text in it.")


def _numbers(argument: str) -> object:
    """A level (128) or a colour (255,0,0) as numbers; anything else as it is."""
    try:
        numbers = [float(part) for part in argument.split(",")]
    except ValueError:
        return argument
    return numbers[0] if len(numbers) == 1 else numbers


def _is_folder(argument: str) -> bool:
    try:
        return argument != "" and Path(argument).expanduser().is_dir()
    except (OSError, ValueError, RuntimeError):
        return False


def _is_file(path: Path) -> bool:
    """Whether it is one; no system takes a long text for the name of a file."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False
