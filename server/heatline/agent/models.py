"""Models that were loaded by name: the most recent stay in memory, and what changed on disk is loaded anew."""

from __future__ import annotations

import dataclasses
import importlib
import linecache
import os
import sys
import sysconfig
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from attribution_core import Model, load_model

BUDGET = 4 << 30
"""Bytes that the parameters of all kept models may take together, unless told otherwise."""
MOST = 16
"""Models kept, however small."""
CHECKPOINTS = (".safetensors",)
"""Read by libraries that do not tell Python; hence every one that lies beside a file that was read counts as read."""

Stamp = tuple[int, int, int]
"""What tells that a file is another one: (time of the last change in nanoseconds, size, inode)."""
_GONE: Stamp = (0, 0, 0)


@dataclass
class Loaded:
    """A model, and what it was made of.

    Attributes
    ----------
    generation : never the same for two loads.
    model : None once it had to make room for others.
    files : what was read to make it.
    """

    generation: int
    model: Model | None
    files: dict[str, Stamp]
    size: int


class Models:
    """Loads models, and keeps the most recent.

    Parameters
    ----------
    budget : bytes; the most recent model is kept whatever its size.
    """

    def __init__(self, budget: int = BUDGET) -> None:
        self.budget = budget
        self._loaded: dict[tuple[str, Path], Loaded] = {}
        self._modules: dict[str, str] = {}
        """Of the workspace, brought in by loading: name -> file."""
        self._loads = 0

    def get(self, spec: str, root: Path) -> Model:
        """The model of a name, loaded where it must be.

        Raises
        ------
        AttributionError
            See `attribution_core.load_model`.
        """
        key = spec, root
        self._forget_changed()
        kept = self._loaded.pop(key, None)
        if kept is None or kept.model is None:
            kept = self._load(spec, root)
        self._loaded[key] = kept  # last: the most recent
        self._make_room()
        assert kept.model is not None
        return kept.model

    def generation(self, spec: str, root: Path) -> int | None:
        """Names the state of a model's files; None before it was loaded, and after they changed."""
        self._forget_changed()
        kept = self._loaded.get((spec, root))
        return None if kept is None else kept.generation

    def clear(self) -> None:
        """Lets go of all models."""
        self._loaded.clear()

    # ------------------------------------------------------------ inside

    def _load(self, spec: str, root: Path) -> Loaded:
        before = set(sys.modules)
        importlib.invalidate_caches()
        with _opened() as opened, _no_bytecode():
            try:
                model = named(load_model(spec, root=root), spec.rpartition(":")[2])
            except BaseException:
                _unload(dict(_own_modules(set(sys.modules) - before)))  # what will be mended must be read again
                raise
        self._modules.update(_own_modules(set(sys.modules) - before))
        self._loads += 1
        files = {*self._modules.values(), *_of_the_person(opened), *_named_files(spec, root)}
        files.update(_beside(files))
        return Loaded(self._loads, model, {file: _stamp(file) for file in files}, _size(model))

    def _forget_changed(self) -> None:
        """Where a file changed, its models go; and with them every module of the workspace, since they import one
        another, so that the next load reads them all again."""
        changed = {key for key, kept in self._loaded.items() if _changed(kept.files)}
        if changed:
            self._loaded = {key: kept for key, kept in self._loaded.items() if key not in changed}
            _unload(self._modules)
            self._modules.clear()

    def _make_room(self) -> None:
        kept = [loaded for loaded in self._loaded.values() if loaded.model is not None]
        total = sum(loaded.size for loaded in kept)
        for oldest in kept[:-1]:
            if total <= self.budget and len(kept) <= MOST:
                return
            total -= oldest.size
            oldest.model = None
            kept = kept[1:]


def named(model: Model, name: str) -> Model:
    """Under the name that the person sees in their code, unless they gave it another one than its class."""
    if model.name == type(model.module).__name__ and name:
        return dataclasses.replace(model, name=name)
    return model


def _size(model: Model) -> int:
    """Bytes of a module's parameters and buffers; 0 for functions."""
    tensors = [
        tensor
        for part in ("parameters", "buffers")
        if callable(getattr(model.module, part, None))
        for tensor in getattr(model.module, part)()
    ]
    return sum(tensor.numel() * tensor.element_size() for tensor in {id(each): each for each in tensors}.values())


# ---------------------------------------------------------------- what a model is made of

_INSTALLED = tuple(
    os.path.realpath(path) + os.sep
    for name in ("stdlib", "platstdlib", "purelib", "platlib")
    if (path := sysconfig.get_path(name))
)
_watched: list[str] | None = None
"""Files opened for reading while a model is loaded; None at other times."""
_watching = False


def _own_modules(names: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Those modules that are neither installed nor heatline's."""
    for name in names:
        file = getattr(sys.modules.get(name), "__file__", None)
        ours = name.partition(".")[0] in ("attribution_core", "heatline", __name__.partition(".")[0])
        if isinstance(file, str) and not ours and not _installed(file):
            yield name, os.path.realpath(file)


def _unload(names: Iterable[str]) -> None:
    for name in names:
        sys.modules.pop(name, None)
    linecache.checkcache()


def _installed(file: str) -> bool:
    file = os.path.realpath(file)
    return file.startswith(_INSTALLED) or "site-packages" in file or "dist-packages" in file


@contextmanager
def _opened() -> Iterator[list[str]]:
    """The files that are opened meanwhile. An audit hook sees them all, and cannot be taken back: so there is one."""
    global _watched, _watching
    if not _watching:
        _watching = True
        sys.addaudithook(_audit)
    _watched = []
    try:
        yield _watched
    finally:
        _watched = None


def _audit(event: str, arguments: tuple[Any, ...]) -> None:
    if _watched is not None and event == "open" and isinstance(arguments[0], (str, os.PathLike)):
        _watched.append(os.fspath(arguments[0]))


def _of_the_person(opened: list[str]) -> Iterator[str]:
    for name in set(opened):
        file = os.path.realpath(name)
        if os.path.isfile(file) and not _installed(file) and not file.startswith(("/proc/", "/sys/", "/dev/")):
            yield file


def _named_files(spec: str, root: Path) -> Iterator[str]:
    """Files and folders that the name itself names."""
    for part in [*spec.rpartition("@")[::2], spec.rpartition("@")[2].rpartition(":")[0]]:
        path = root / Path(part).expanduser()
        if part and path.is_file():
            yield str(path.resolve())
        elif part and path.is_dir():
            yield from (str(file.resolve()) for file in path.iterdir() if file.is_file())


def _beside(files: Iterable[str]) -> set[str]:
    folders = {os.path.dirname(file) for file in files}
    return {
        entry.path
        for folder in folders
        if os.path.isdir(folder)
        for entry in os.scandir(folder)
        if entry.name.endswith(CHECKPOINTS)
    }


def _changed(files: dict[str, Stamp]) -> bool:
    return any(_stamp(file) != stamp for file, stamp in files.items())


def _stamp(file: str) -> Stamp:
    try:
        found = os.stat(file)
    except OSError:
        return _GONE
    return found.st_mtime_ns, found.st_size, found.st_ino


@contextmanager
def _no_bytecode() -> Iterator[None]:
    """Compiled files know their source's age to the second only, and do not belong into the person's folders."""
    before = sys.dont_write_bytecode
    sys.dont_write_bytecode = True
    try:
        yield
    finally:
        sys.dont_write_bytecode = before
