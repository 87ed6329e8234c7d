"""What the folder of an agent offers where no language server looks into it: models, and samples.

By parsing, as the language server does; nothing of the folder is run.
"""

from __future__ import annotations

import importlib.util
import itertools
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ..protocol import FactoryModel, FileSample, ModelInfo, SampleInfo, SampleKind, TextSample
from ..source import IMAGE_SUFFIXES, Lines, NoParso, files_of, find_models, literals_in
from .failures import Refusal
from .samples import is_text_file

MOST_FILES = 5000
"""Looked at for samples."""
MOST_SAMPLES = 200
LARGEST_SOURCE = 200_000
"""Bytes of a Python file whose texts are offered."""
_KINDS: dict[object, SampleKind] = {"image": "image", "text": "text", "tabular": "tabular"}
_NAME = 60


def models_of(root: Path) -> list[ModelInfo]:
    """The models of a folder, best first: those that its pyproject.toml names, then those that its source makes.

    Raises
    ------
    Refusal
        `no-model` where the source cannot be looked into.
    BadModel
        If pyproject.toml cannot be read.
    """
    configured = _configured(root)
    try:
        found = find_models(str(root)).models
    except NoParso:
        if configured:
            return configured
        raise Refusal(
            "no-model",
            f"models cannot be found in the source of {root}: parso is not installed in {sys.executable}",
            f"Install it with '{sys.executable} -m pip install parso', or name a model as path/to/file.py:function.",
        ) from None
    return configured + found


def _configured(root: Path) -> list[ModelInfo]:
    if importlib.util.find_spec("torch") is None:
        return []
    from attribution_core.models.configured import configured_models

    return [
        ModelInfo(FactoryModel("factory", name), name, f"pyproject.toml, {entry.model}", _kind(entry), "configured")
        for name, entry in configured_models(root).items()
    ]


def _kind(entry: Any) -> SampleKind:
    inputs = entry.settings.get("inputs")
    return _KINDS.get(inputs.get("kind"), "unknown") if isinstance(inputs, dict) else "unknown"


def samples_of(root: Path) -> list[SampleInfo]:
    """The samples of a folder: its images, its text files, and the sentences in its Python files."""
    files = itertools.islice(files_of(str(root)), MOST_FILES)
    found = itertools.chain.from_iterable(_samples_of_file(Path(path), root) for path in files)
    return list(itertools.islice(found, MOST_SAMPLES))


def _samples_of_file(path: Path, root: Path) -> Iterator[SampleInfo]:
    name = path.relative_to(root).as_posix()
    if path.name.lower().endswith(IMAGE_SUFFIXES):
        yield SampleInfo(FileSample("file", name), name, "an image", "image")
    elif is_text_file(path.name):
        yield SampleInfo(FileSample("file", name), name, "a text", "text")
    elif path.suffix == ".py":
        yield from _sentences(path, name)


def _sentences(path: Path, name: str) -> Iterator[SampleInfo]:
    """String literals of more than one word that stand somewhere as a value."""
    try:
        if os.path.getsize(path) > LARGEST_SOURCE:
            return
        source = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return
    lines = Lines(source, "utf-32")
    for literal in literals_in(source):
        if not literal.statement and len(literal.value.split()) > 1:
            line, _ = lines.position(literal.start)
            yield SampleInfo(
                TextSample("text", literal.value), _short(literal.value), f"{name}, line {line + 1}", "text"
            )


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _NAME else f"{text[: _NAME - 1]}…"
