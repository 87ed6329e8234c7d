"""Which file of a workspace a module's name stands for, and what stands in it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .module import Module

LIBRARIES = ("torch", "heatline", "attribution_core", "timm", "transformers", "lightning")
"""A module that names none of these, nor imports one that does, makes no model."""

Stamp = tuple[int, int]
"""When a file was last written (nanoseconds), and its size."""

_IMPORT = re.compile(
    r"^[ \t]*(?:from[ \t]+(?P<owner>[.\w]+)[ \t]+import[ \t]+\(?(?P<names>[^#\r\n]*)|import[ \t]+(?P<plain>[^#\r\n]*))",
    re.MULTILINE,
)
_DEEPEST = 12
_LARGEST = 1_000_000
"""Bytes of an imported file; a larger one is data."""


class Modules:
    """The modules of one workspace folder, as they stand now.

    Parameters
    ----------
    root : the folder's path. Nothing outside it is followed.
    opened : absolute path -> text, for files that stand open in an editor.
    """

    def __init__(self, root: str, opened: Mapping[str, str] | None = None) -> None:
        self.root = os.path.normpath(root)
        self.opened = opened or {}
        self.parsed: dict[str, Module] = {}
        """Those of imported files."""
        self._texts: dict[str, tuple[str, Stamp | None]] = {}
        self._concerned: dict[str, bool] = {}
        self._beginnings: dict[str, bool] = {}
        self.used: dict[str, Stamp | None] = {}
        """The files that answers came from, with the state they were read in; None for one that is open."""

    def spec(self, path: str) -> str:
        """How a file is named in a model's reference: relative to the folder where it lies in it."""
        return Path(path).relative_to(self.root).as_posix() if Path(path).is_relative_to(self.root) else path

    def resolve(self, name: str, importer: str) -> Iterator[tuple[str, list[str]]]:
        """The files that the beginning of a full name may stand for, each with the names that follow it.

        Parameters
        ----------
        name : such as `package.nets.Net`, with leading dots where the import is relative.
        importer : the path of the file that imports it.
        """
        dotted = name.lstrip(".")
        level = len(name) - len(dotted)
        parts = dotted.split(".") if dotted else []
        bases = [base for base in self._bases(level, importer) if not parts or self._begins(base, parts[0])]
        for count in range(len(parts), -1 if level else 0, -1):
            for base in bases:
                path = os.path.join(base, *parts[:count])
                for file in (f"{path}.py", os.path.join(path, "__init__.py")):
                    if file != importer and self._is_here(file):
                        yield file, parts[count:]

    def text(self, path: str) -> str:
        """What stands in a file; empty where it cannot be read."""
        if path not in self._texts:
            self._texts[path] = self._read(path)
        text, self.used[path] = self._texts[path]
        return text

    def concerns_models(self, path: str, text: str, depth: int = 0) -> bool:
        """A file names a library of models, or imports a file of the workspace that does."""
        if any(library in text for library in LIBRARIES):
            return True
        if depth > _DEEPEST:
            return False
        if path not in self._concerned:
            self._concerned[path] = False  # also for files that import one another
            self._concerned[path] = any(
                self.concerns_models(file, self.text(file), depth + 1)
                for name in _imported(text)
                for file, _ in self.resolve(name, path)
            )
        return self._concerned[path]

    def _bases(self, level: int, importer: str) -> list[str]:
        """The folders in which a name may begin."""
        folder = os.path.dirname(importer)
        if level:
            return [os.path.normpath(os.path.join(folder, *[".."] * (level - 1)))]
        return list(dict.fromkeys([folder, self.root, os.path.join(self.root, "src")]))

    def _begins(self, base: str, first: str) -> bool:
        """A module or package of this name may lie in a folder. Most names are of libraries: asked once for each."""
        path = os.path.join(base, first)
        if path not in self._beginnings:
            self._beginnings[path] = (
                os.path.isdir(path) or self._is_here(f"{path}.py") or os.path.isfile(os.path.join(base, "__init__.py"))
            )
        return self._beginnings[path]

    def _is_here(self, file: str) -> bool:
        return Path(file).is_relative_to(self.root) and (file in self.opened or os.path.isfile(file))

    def _read(self, path: str) -> tuple[str, Stamp | None]:
        if path in self.opened:
            return self.opened[path], None
        try:
            state = stamp(path)
            return Path(path).read_bytes()[:_LARGEST].decode("utf-8", "replace"), state
        except OSError:
            return "", None


def stamp(path: str) -> Stamp:
    """A file's state. Raises `OSError` where there is none."""
    status = os.stat(path)
    return status.st_mtime_ns, status.st_size


def _imported(text: str) -> Iterator[str]:
    for match in _IMPORT.finditer(text):
        owner, names, plain = match.group("owner", "names", "plain")
        if plain is not None:
            yield from (part.split()[0] for part in plain.split(",") if part.split())
        else:
            if owner.strip("."):
                yield owner
            joint = "" if owner.endswith(".") else "."
            yield from (owner + joint + part.split()[0] for part in names.strip(" ()").split(",") if part.split())
