"""The program that a place stands in: a file's text, or a notebook's cells up to the one in question."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lsprotocol import types

from ..source import Lines
from .folders import path_of

if TYPE_CHECKING:
    from .server import Server

_MAGIC = re.compile(r"^([ \t]*)[%!?]", re.MULTILINE)
_WHOLE_CELL = re.compile(r"\s*%%(?!time|timeit|capture|prun)")
"""Cells of another language, or of the shell."""


@dataclass(frozen=True)
class Part:
    """A document, and where it begins in the program, in code points."""

    uri: str
    start: int
    lines: Lines


@dataclass(frozen=True)
class Program:
    """Texts that run one after the other."""

    path: str
    """Of the file or notebook."""
    source: str
    parts: list[Part]
    """The last one is the document in question."""

    @classmethod
    def of_text(cls, uri: str, source: str, encoding: str) -> Program:
        """A document alone."""
        return cls(path_of(uri), source, [Part(uri, 0, Lines(source, encoding))])

    def offset(self, position: types.Position) -> int:
        """Where a position of the document lies, in code points."""
        part = self.parts[-1]
        return part.start + part.lines.offset(position.line, position.character)

    def place(self, offset: int) -> tuple[str, types.Position]:
        """The document of a place in the program, and its position there."""
        part = self._part(offset)
        return part.uri, types.Position(*part.lines.position(offset - part.start))

    def range(self, start: int, end: int) -> types.Range:
        """A stretch of the program that lies in one document, in its positions."""
        part = self._part(start)
        places = (types.Position(*part.lines.position(offset - part.start)) for offset in (start, end))
        return types.Range(*places)

    def _part(self, offset: int) -> Part:
        return next(part for part in reversed(self.parts) if part.start <= offset)


def program_of(server: Server, uri: str) -> Program | None:
    """The program of an open document; None where it cannot be read."""
    source = server.source(uri)
    if source is None:
        return None
    cells = _cells_until(server, uri)
    if not cells:
        return Program.of_text(uri, source, server.encoding)
    joined = ""
    parts: list[Part] = []
    for cell in cells:
        text = server.source(cell) or ""
        parts.append(Part(cell, len(joined), Lines(text, server.encoding)))
        joined += _without_magics(text) + "\n"
    return Program(path_of(uri), joined, parts)


def _cells_until(server: Server, uri: str) -> list[str]:
    """The code cells of a notebook from its first to this one; none for a file."""
    notebook = server.workspace.get_notebook_document(cell_uri=uri)
    if notebook is None:
        return []
    cells = [cell.document for cell in notebook.cells if cell.kind == types.NotebookCellKind.Code]
    return [cell for cell in cells[: cells.index(uri) + 1] if cell in server.workspace.text_documents]


def _without_magics(text: str) -> str:
    """IPython's own lines as comments, of the same length."""
    if _WHOLE_CELL.match(text):
        return re.sub(r"[^\r\n]", " ", text)
    return _MAGIC.sub(r"\1#", text)
