"""Makes a package out of the agent's bytes, inside a process that is not ours.

This text is executed where the agent is to live (a fresh interpreter, a kernel, a paused program),
so it stands alone and uses the standard library only. Nothing is put on `sys.path`; the package
has a private name with its version and digest in it, so it cannot clash with a heatline that the
person installed, nor with another version's agent in the same process.
"""

from __future__ import annotations

import ast
import base64
import gc
import importlib.abc
import importlib.machinery
import importlib.util
import io
import re
import sys
import time
import zipfile
from collections.abc import Iterator, Sequence
from importlib.machinery import ModuleSpec
from types import CodeType, ModuleType
from typing import Any, NamedTuple

CROSS_IMPORT = re.compile(r"^(\s*)from (attribution_core|heatline)(?=[. ])", re.MULTILINE)
"""The one form in which the two packages may import each other."""


class Piece(NamedTuple):
    """One statement of a module."""

    code: CodeType
    needed: list[str]
    """The full names of the modules in the archive that it imports."""


def _path(name: str) -> str:
    """Without angle brackets: tracebacks then find the lines through `get_source`."""
    return name.replace(".", "/") + ".py"


def _is_string(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


class BundleImporter(importlib.abc.MetaPathFinder, importlib.abc.InspectLoader):
    """Finds and loads `NAME.attribution_core...` and `NAME.heatline...` from a zip archive in memory."""

    def __init__(self, name: str, data: bytes) -> None:
        self.name = name
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            self.sources = {path: archive.read(path).decode("utf-8") for path in archive.namelist()}
        self._compiled: dict[str, list[Piece]] = {}

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname != self.name and not fullname.startswith(self.name + "."):
            return None
        package, place = self._place(fullname)
        if place is not None and place not in self.sources:
            return None
        return ModuleSpec(fullname, self, origin="heatline agent", is_package=package)

    def _place(self, fullname: str) -> tuple[bool, str | None]:
        """(is it a package, its path in the archive; None for the outermost package)."""
        stem = fullname[len(self.name) + 1 :].replace(".", "/")
        if not stem:
            return True, None
        init = stem + "/__init__.py"
        return (True, init) if init in self.sources else (False, stem + ".py")

    def is_package(self, fullname: str) -> bool:
        return self._place(fullname)[0]

    def get_source(self, fullname: str) -> str:
        path = self._place(fullname)[1]
        return "" if path is None else CROSS_IMPORT.sub(rf"\1from {self.name}.\2", self.sources[path])

    def exec_module(self, module: ModuleType) -> None:
        name = module.__name__
        exec(compile(self.get_source(name), _path(name), "exec", dont_inherit=True), module.__dict__)

    def compile(self, name: str) -> None:
        """Makes the statements of a module ready, so that `imported` takes less time."""
        if name in self._compiled:
            return
        path = _path(name)
        tree = ast.parse(self.get_source(name), path)
        self._compiled[name] = [
            Piece(
                compile(ast.Module([statement], []), path, "exec", annotations.compiler_flag, dont_inherit=True),
                self._needed(name, statement),
            )
            for place, statement in enumerate(tree.body)
            if not place or not _is_string(statement)  # else each would be taken for the docstring
        ]

    def _needed(self, name: str, statement: ast.stmt) -> list[str]:
        """The modules of the archive that a statement imports."""
        if not isinstance(statement, ast.ImportFrom):
            return []
        package = name if self.is_package(name) else name.rpartition(".")[0]
        owner = importlib.util.resolve_name("." * statement.level + (statement.module or ""), package)
        named = [owner, *(f"{owner}.{alias.name}" for alias in statement.names)]
        return [found for found in named if found.startswith(self.name) and self.find_spec(found) is not None]

    def imported(self, name: str) -> Iterator[None]:
        """Imports a module, statement by statement; between two of them somebody else may run."""
        if name in sys.modules:
            return
        owner, _, last = name.rpartition(".")
        if owner:
            yield from self.imported(owner)
        self.compile(name)
        spec = self.find_spec(name)
        assert spec is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        done = False
        try:
            for piece in self._compiled[name]:
                for needed in piece.needed:
                    yield from self.imported(needed)
                exec(piece.code, module.__dict__)
                yield
            done = True
        finally:
            if not done:  # also where nobody asks for the rest
                sys.modules.pop(name, None)
        del self._compiled[name]
        if owner:
            setattr(sys.modules[owner], last, module)

    def modules(self) -> list[str]:
        """The full names of all modules in the archive."""
        stems = (path.removesuffix(".py").removesuffix("/__init__") for path in self.sources)
        return [self.name, *(f"{self.name}.{stem.replace('/', '.')}" for stem in stems)]


class PublicNames(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """`heatline` and `attribution_core` as the agent's own modules, where no installed ones are found before."""

    def __init__(self, name: str) -> None:
        self.name = name

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname.partition(".")[0] not in ("heatline", "attribution_core"):
            return None
        if importlib.util.find_spec(f"{self.name}.{fullname}") is None:
            return None
        return ModuleSpec(fullname, self, origin="heatline agent")

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        module = importlib.import_module(f"{self.name}.{spec.name}")
        spec.loader_state = module.__spec__
        return module

    def exec_module(self, module: ModuleType) -> None:
        """The module was executed under its private name, and keeps the spec of it for its relative imports."""
        if module.__spec__ is not None:
            module.__spec__ = module.__spec__.loader_state


def publish(name: str) -> None:
    """In a process of our own: a person's `from heatline import Model` works without an installed heatline."""
    sys.meta_path.append(PublicNames(name))


def install(name: str, data: bytes) -> None:
    """Makes the package `name` importable; does nothing where it already is."""
    if _importer(name) is None:
        sys.meta_path.append(BundleImporter(name, data))


def _importer(name: str) -> Any:
    """The importer of a package, which another copy of this text may have made: a debugged kernel has two."""
    return next((f for f in sys.meta_path if type(f).__name__ == "BundleImporter" and f.name == name), None)  # type: ignore[attr-defined]


def load(name: str, module: str) -> ModuleType:
    """The module `NAME.module`."""
    return importlib.import_module(f"{name}.{module}")


_parts: dict[str, dict[int, str]] = {}
_preparing: dict[str, Iterator[None]] = {}


def receive(name: str, number: int, count: int, part: str) -> None:
    """Takes one of `count` parts of the bytes (in base64), where they come in several messages; installs the last."""
    parts = _parts.setdefault(name, {})
    parts[number] = part
    if len(parts) == count:
        install(name, base64.b64decode("".join(parts[i] for i in range(count))))
        del _parts[name]


def prepare(name: str, modules: Sequence[str], seconds: float) -> bool:
    """Compiles everything and imports some modules, for about so long at a time; says whether it is done."""
    deadline = time.perf_counter() + seconds
    steps = _preparing.setdefault(name, _prepared(name, modules))
    collects = gc.isenabled()
    gc.disable()  # beside torch's objects one collection takes as long as a whole slice
    try:
        return all(time.perf_counter() < deadline for _ in steps)
    finally:
        if collects:
            gc.enable()


def _prepared(name: str, modules: Sequence[str]) -> Iterator[None]:
    """Compiles one module at a time, and imports one statement at a time."""
    importer = _importer(name)
    for module in importer.modules():
        importer.compile(module)
        yield
    for module in modules:
        yield from importer.imported(f"{name}.{module}")
