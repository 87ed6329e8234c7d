"""Makes a package out of the agent's bytes, inside a process that is not ours.

This text is executed where the agent is to live (a fresh interpreter, a kernel, a paused program),
so it stands alone and uses the standard library only. Nothing is put on `sys.path`; the package
has a private name with its version and digest in it, so it cannot clash with a heatline that the
person installed, nor with another version's agent in the same process.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import importlib.util
import io
import re
import sys
import zipfile
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType

CROSS_IMPORT = re.compile(r"^(\s*)from (attribution_core|heatline)(?=[. ])", re.MULTILINE)
"""The one form in which the two packages may import each other."""


class BundleImporter(importlib.abc.MetaPathFinder, importlib.abc.InspectLoader):
    """Finds and loads `NAME.attribution_core...` and `NAME.heatline...` from a zip archive in memory."""

    def __init__(self, name: str, data: bytes) -> None:
        self.name = name
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            self.sources = {path: archive.read(path).decode("utf-8") for path in archive.namelist()}

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
        # No angle brackets: tracebacks then find the lines through get_source.
        code = compile(self.get_source(name), name.replace(".", "/") + ".py", "exec", dont_inherit=True)
        exec(code, module.__dict__)


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
    if not any(getattr(finder, "name", None) == name for finder in sys.meta_path):
        sys.meta_path.append(BundleImporter(name, data))


def load(name: str, module: str) -> ModuleType:
    """The module `NAME.module`."""
    return importlib.import_module(f"{name}.{module}")
