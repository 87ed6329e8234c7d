"""The models of a whole folder, within limits."""

from __future__ import annotations

import os
from collections import OrderedDict, deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from ..protocol import ModelInfo
from .factories import Factory, factories_of
from .modules import Modules, Stamp, stamp

_SKIPPED = {"node_modules", "__pycache__", "site-packages", "build", "dist"}


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


@dataclass(frozen=True)
class _Known:
    """What was found in a file, and the files that it rests on as they were then."""

    factories: tuple[Factory, ...]
    parsed_bytes: int
    files: dict[str, Stamp | None]

    def holds(self, opened: Mapping[str, str]) -> bool:
        try:
            return not any(
                before is None or path in opened or stamp(path) != before for path, before in self.files.items()
            )
        except OSError:
            return False


_known: OrderedDict[tuple[str, str], _Known] = OrderedDict()
_KNOWN = 8192


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
    modules = Modules(root, opened)
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
        factories = _of_file(path, modules, limits, spent)
        found += [(name, factory) for factory in factories]
    # Stable: within one rank, shallow files come first, as they were found.
    found.sort(key=lambda place: (_is_test(place[0]), place[1].rank))
    return Found([factory.model(name) for name, factory in found], cut)


def _is_test(name: str) -> bool:
    return any(part.startswith("test") or part == "conftest.py" for part in name.lower().split("/"))


def _python_files(root: str) -> Iterator[str]:
    return (path for path in files_of(root) if path.endswith(".py"))


def files_of(root: str) -> Iterator[str]:
    """The paths of a folder's files, less those passed over (see `find_models`).

    Breadth first, so that a limit cuts off what lies deepest.
    """
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
            else:
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


def _of_file(path: str, modules: Modules, limits: Limits, spent: _Spent) -> tuple[Factory, ...]:
    """A file's factories; kept until it or a file that they rest on changes."""
    if path not in modules.opened and not _is_small(path, limits):
        return ()
    known = _known.get((modules.root, path))
    if known is None or not known.holds(modules.opened):
        modules.used = {}
        source = modules.text(path)
        concerned = modules.concerns_models(path, source)
        factories = factories_of(path, source, modules) if concerned else ()
        known = _Known(factories, len(source) if concerned else 0, modules.used)
        _known[modules.root, path] = known
        while len(_known) > _KNOWN:
            _known.popitem(last=False)
    spent.parsed_bytes += known.parsed_bytes
    return known.factories


def _is_small(path: str, limits: Limits) -> bool:
    try:
        return os.path.getsize(path) <= limits.file_bytes
    except OSError:
        return False
