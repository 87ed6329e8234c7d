"""The models of a whole folder, within limits."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from pathlib import Path

from ..protocol import ModelInfo
from .factories import LIBRARIES, Factory, factories_in

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
    found: list[tuple[str, Factory]] = []
    cut = ""
    for path in chain(_elsewhere(root, opened), _python_files(root)):
        name = Path(path).relative_to(root).as_posix()
        if spent.files >= limits.files:
            cut = f"Only the first {limits.files} Python files of {root} were looked into for models."
            break
        if spent.parsed_bytes >= limits.parsed_bytes:
            cut = f"Models were looked for in {root} until {limits.parsed_bytes} bytes were parsed; {name} was next."
            break
        spent.files += 1
        factories = _parsed(opened[path], spent) if path in opened else _on_disk(path, limits, spent)
        found += [(name, factory) for factory in factories]
    # Stable: within one rank, shallow files come first, as they were found.
    found.sort(key=lambda place: (_is_test(place[0]), place[1].rank))
    return Found([factory.model(name) for name, factory in found], cut)


def _is_test(name: str) -> bool:
    return any(part.startswith("test") or part == "conftest.py" for part in name.lower().split("/"))


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


def _elsewhere(root: str, opened: Mapping[str, str]) -> list[str]:
    """Files open in an editor that the walk passes over: somebody works on them all the same."""
    found = []
    for path in opened:
        inside = Path(path).relative_to(root).parent.parts if Path(path).is_relative_to(root) else None
        if inside is None or not path.endswith(".py") or not os.path.isfile(path):
            continue
        if any(part.startswith(".") or part in _SKIPPED for part in inside):
            found.append(path)
    return found


def _on_disk(path: str, limits: Limits, spent: _Spent) -> tuple[Factory, ...]:
    try:
        status = os.stat(path)
        if status.st_size > limits.file_bytes:
            return ()
        factories, parsed = _read(path, status.st_mtime_ns, status.st_size)
    except OSError:
        return ()
    spent.parsed_bytes += parsed
    return factories


@lru_cache(maxsize=8192)
def _read(path: str, mtime_ns: int, size: int) -> tuple[tuple[Factory, ...], int]:
    """A file's factories and how many bytes were parsed; cached until the file changes."""
    data = Path(path).read_bytes()
    if not any(word in data for word in _WORDS):
        return (), 0
    return factories_in(data.decode("utf-8", "replace")), len(data)


def _parsed(source: str, spent: _Spent) -> tuple[Factory, ...]:
    spent.parsed_bytes += len(source)
    return factories_in(source)
