"""Makes a package out of the agent's bytes, inside a process that is not ours.

This text is executed where the agent is to live (a fresh interpreter, a kernel, a paused program),
so it stands alone and uses the standard library only. Nothing is put on `sys.path`; the package
has a private name with its version and digest in it, so it cannot clash with a heatline that the
person installed, nor with another version's agent in the same process.
"""

import importlib.abc
import importlib.machinery
import importlib.util
import io
import re
import sys
import zipfile

CROSS_IMPORT = re.compile(r"^(\s*)from (attribution_core|heatline)(?=[. ])", re.MULTILINE)
"""The one form in which the two packages may import each other."""


class BundleImporter(importlib.abc.MetaPathFinder, importlib.abc.InspectLoader):
    """Finds and loads `NAME.attribution_core...` and `NAME.heatline...` from a zip archive in memory."""

    def __init__(self, name, data):  # type: ignore[no-untyped-def]
        self.name = name
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            self.sources = {path: archive.read(path).decode("utf-8") for path in archive.namelist()}

    def find_spec(self, fullname, path=None, target=None):  # type: ignore[no-untyped-def]
        if fullname != self.name and not fullname.startswith(self.name + "."):
            return None
        package, path = self._place(fullname)
        if path is not None and path not in self.sources:
            return None
        return importlib.machinery.ModuleSpec(fullname, self, origin="heatline agent", is_package=package)

    def _place(self, fullname):  # type: ignore[no-untyped-def]
        """(is it a package, its path in the archive; None for the outermost package)."""
        stem = fullname[len(self.name) + 1 :].replace(".", "/")
        if not stem:
            return True, None
        init = stem + "/__init__.py"
        return (True, init) if init in self.sources else (False, stem + ".py")

    def is_package(self, fullname):  # type: ignore[no-untyped-def]
        return self._place(fullname)[0]

    def get_source(self, fullname):  # type: ignore[no-untyped-def]
        path = self._place(fullname)[1]
        return "" if path is None else CROSS_IMPORT.sub(rf"\1from {self.name}.\2", self.sources[path])

    def exec_module(self, module):  # type: ignore[no-untyped-def]
        name = module.__name__
        # No angle brackets: tracebacks then find the lines through get_source.
        code = compile(self.get_source(name), name.replace(".", "/") + ".py", "exec", dont_inherit=True)
        exec(code, module.__dict__)


class PublicNames(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """`heatline` and `attribution_core` as the agent's own modules, where no installed ones are found before."""

    def __init__(self, name):  # type: ignore[no-untyped-def]
        self.name = name

    def find_spec(self, fullname, path=None, target=None):  # type: ignore[no-untyped-def]
        if fullname.partition(".")[0] not in ("heatline", "attribution_core"):
            return None
        if importlib.util.find_spec(f"{self.name}.{fullname}") is None:
            return None
        return importlib.machinery.ModuleSpec(fullname, self, origin="heatline agent")

    def create_module(self, spec):  # type: ignore[no-untyped-def]
        module = importlib.import_module(f"{self.name}.{spec.name}")
        spec.loader_state = module.__spec__
        return module

    def exec_module(self, module):  # type: ignore[no-untyped-def]
        """The module was executed under its private name, and keeps the spec of it for its relative imports."""
        module.__spec__ = module.__spec__.loader_state


def publish(name):  # type: ignore[no-untyped-def]
    """In a process of our own: a person's `from heatline import Model` works without an installed heatline."""
    sys.meta_path.append(PublicNames(name))


def install(name, data):  # type: ignore[no-untyped-def]
    """Makes the package `name` importable; does nothing where it already is."""
    if not any(getattr(finder, "name", None) == name for finder in sys.meta_path):
        sys.meta_path.append(BundleImporter(name, data))


def load(name, module):  # type: ignore[no-untyped-def]
    """The module `NAME.module`."""
    return importlib.import_module(f"{name}.{module}")
