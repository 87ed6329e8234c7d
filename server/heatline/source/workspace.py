"""The models of a whole folder, within limits."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from ..protocol import FactoryModel, ModelInfo
from .factories import LIBRARIES, models_in

_SKIPPED = {"node_modules", "__pycache__", "site-packages", "build", "dist"}
_WORDS = tuple(library.encode() for library in LIBRARIES)


@dataclass(frozen=True)
class Limits:
    """Where a search stops, so that it ends within seconds in any folder."""

    files: int = 5000
    """Python files looked into."""
    parsed_bytes: int = 4_000_000
    """Of the files that name a library of models; parsing takes about 2 s per megabyte."""
    file_bytes: int = 1_000_000
    """A larger file is passed over."""


@dataclass(frozen=True)
class Found:
    models: list[ModelInfo]
    """Best first."""
    cut: str
    """Which limit ended the search, a sentence for the person; empty where none did."""


@dataclass
class _Spent:
    files: int = 0
    parsed_bytes: int = 0


def find_models(root: str, opened: Mapping[str, str] | None = None, limits: Limits | None = None) -> Found:
    """The models that the Python files of a folder make.

    Hidden folders, virtual environments, installed packages and build results are passed over;
    links to folders are not followed.

    Parameters
    ----------
    opened : absolute path -> text, for files that stand open in an editor.

    Raises
    ------
    NoParso
    """
    opened = opened or {}
    limits = limits or Limits()
    spent = _Spent()
    found: list[ModelInfo] = []
    cut = ""
    for path in _python_files(root):
        name = Path(path).relative_to(root).as_posix()
        if spent.files >= limits.files:
            cut = f"Only the first {limits.files} Python files of {root} were looked into for models."
            break
        if spent.parsed_bytes >= limits.parsed_bytes:
            cut = f"Models were looked for in {root} until {limits.parsed_bytes} bytes were parsed; {name} was next."
            break
        spent.files += 1
        if path in opened:
            found += _renamed(_parsed(opened[path], spent), name)
        else:
            found += _renamed(_on_disk(path, limits, spent), name)
    # Stable: within one rank, shallow files come first, as they were found.
    return Found(sorted(found, key=_rank), cut)


def _rank(model: ModelInfo) -> tuple[bool, bool]:
    parts = model.detail.lower().split("/")
    is_test = any(part.startswith("test") or part == "conftest.py" for part in parts)
    return is_test, model.name[:1].isupper()


def _python_files(root: str) -> Iterator[str]:
    """Breadth first, so that a limit cuts off what lies deepest."""
    waiting = deque([root])
    while waiting:
        try:
            entries = sorted(os.scandir(waiting.popleft()), key=lambda entry: entry.name)
        except OSError:
            continue
        if any(entry.name == "pyvenv.cfg" for entry in entries):
            continue
        for entry in entries:
            if entry.name.startswith("."):
                continue
            try:
                is_folder = entry.is_dir(follow_symlinks=False)
            except OSError:
                continue
            if is_folder:
                if entry.name not in _SKIPPED:
                    waiting.append(entry.path)
            elif entry.name.endswith(".py"):
                yield entry.path


def _on_disk(path: str, limits: Limits, spent: _Spent) -> tuple[ModelInfo, ...]:
    try:
        status = os.stat(path)
        if status.st_size > limits.file_bytes:
            return ()
        models, parsed = _read(path, status.st_mtime_ns, status.st_size)
    except OSError:
        return ()
    spent.parsed_bytes += parsed
    return models


@lru_cache(maxsize=8192)
def _read(path: str, mtime_ns: int, size: int) -> tuple[tuple[ModelInfo, ...], int]:
    """A file's models and how many bytes were parsed; cached until the file changes."""
    data = Path(path).read_bytes()
    if not any(word in data for word in _WORDS):
        return (), 0
    return tuple(models_in(data.decode("utf-8", "replace"), "")), len(data)


def _parsed(source: str, spent: _Spent) -> tuple[ModelInfo, ...]:
    spent.parsed_bytes += len(source)
    return tuple(models_in(source, ""))


def _renamed(models: tuple[ModelInfo, ...], name: str) -> list[ModelInfo]:
    return [
        ModelInfo(FactoryModel("factory", f"{name}:{model.name}"), model.name, name, model.inputs, model.origin)
        for model in models
    ]
