"""Samples in source text: string literals, and predictions whose model and sample the source tells."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from lsprotocol import types

from ..protocol import FileSample, SampleKind, TextSample
from ..source import Literal, Modules, literal_at, literals_in, model_call_at, names_image
from .program import Program, program_of

if TYPE_CHECKING:
    from .server import Server

LARGEST_SOURCE = 1_000_000
"""Characters of program text in which literals are looked for; more is data, and reading it would be felt."""
LARGEST_PARSED = 300_000
"""The same for calls of models, which take parsing: about 2 s per megabyte."""


@dataclass(frozen=True)
class Sample:
    """A string literal, as a sample."""

    ref: FileSample | TextSample
    kind: SampleKind
    uri: str
    """Of the document that the literal stands in."""
    range: types.Range
    """Of the literal."""
    prose: bool
    """An image, or what reads like a sentence that stands somewhere as a value: more than a word, and no docstring."""
    spec: str = ""
    """What makes the model that the source applies to it; empty where any model may read it."""


async def sample_at(server: Server, uri: str, position: types.Position, root: str) -> Sample | None:
    """The sample that a place stands for: the string literal there, or the one that flows into the prediction there."""
    literal = literal_sample_at(server, uri, position, root)
    return literal if literal is not None else await _predicted_from(server, uri, position, root)


def literal_sample_at(server: Server, uri: str, position: types.Position, root: str) -> Sample | None:
    """The sample that a string literal at a place stands for."""
    program = _whole(server, uri)
    if program is None:
        return None
    literal = literal_at(program.source, program.offset(position))
    return _sample(literal, program, root) if literal is not None else None


def samples_in(server: Server, uri: str, root: str) -> Iterator[Sample]:
    """The samples among a document's string literals, in order."""
    program = _whole(server, uri)
    if program is not None:
        for literal in literals_in(program.source):
            sample = _sample(literal, program, root)
            if sample is not None:
                yield sample


async def _predicted_from(server: Server, uri: str, position: types.Position, root: str) -> Sample | None:
    """The only sample that flows into the prediction at a place; None where there are several."""
    program = program_of(server, uri)
    if program is None or len(program.source) > LARGEST_PARSED:
        return None
    modules = Modules(root, server.open_files())
    call = await asyncio.to_thread(model_call_at, program.source, program.offset(position), program.path, modules)
    if call is None:
        return None
    found = []
    for start in call.literals:
        literal = literal_at(program.source, start)
        sample = _sample(literal, program, root) if literal is not None else None
        if sample is not None and sample.prose:
            found.append(replace(sample, spec=call.spec and server.spec_in(call.spec, root)))
    return found[0] if len({sample.ref for sample in found}) == 1 else None


def _whole(server: Server, uri: str) -> Program | None:
    """The document alone. Literals need no cells before theirs."""
    source = server.source(uri)
    if source is None or len(source) > LARGEST_SOURCE:
        return None
    return Program.of_text(uri, source, server.encoding)


def _sample(literal: Literal, program: Program, root: str) -> Sample | None:
    if not literal.value.strip():
        return None
    uri, _ = program.place(literal.start)
    place = program.range(literal.start, literal.end)
    if not names_image(literal.value):
        prose = not literal.statement and len(literal.value.split()) > 1
        return Sample(TextSample("text", literal.value), "text", uri, place, prose)
    path = _existing(literal.value, [os.path.dirname(program.path), root])
    return Sample(FileSample("file", path), "image", uri, place, True) if path else None


def _existing(written: str, folders: list[str]) -> str | None:
    for folder in folders:
        path = Path(folder) / os.path.expanduser(written)
        if path.is_file():
            return os.path.normpath(path)
    return None
