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
from ..source import Literal, ModelCall, Modules, literal_at, literals_in, model_call_at, names_image
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
    which: str = ""
    """Of a batch, which entry it is: `sample 1 of 2`."""


@dataclass(frozen=True)
class Prediction:
    """A prediction, and what the source says of it."""

    spec: str
    """What makes its model; empty where the source does not say."""
    sample: Sample | None
    why_not: str = ""
    """Where there is no sample: why, a sentence for the person."""


async def sample_at(server: Server, uri: str, position: types.Position, root: str) -> Sample | None:
    """The sample that a place stands for: the string literal there, or the one that flows into the prediction there."""
    literal = literal_sample_at(server, uri, position, root)
    if literal is not None:
        return literal
    prediction = await prediction_at(server, uri, position, root)
    return prediction.sample if prediction is not None else None


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


async def prediction_at(server: Server, uri: str, position: types.Position, root: str) -> Prediction | None:
    """The prediction at a place, with the sample that flows into it as far as parsing can be sure."""
    program = program_of(server, uri)
    if program is None or len(program.source) > LARGEST_PARSED:
        return None
    modules = Modules(root, server.open_files())
    call = await asyncio.to_thread(model_call_at, program.source, program.offset(position), program.path, modules)
    if call is None:
        return None
    spec = call.spec and server.spec_in(call.spec, root)
    found: dict[int, Sample] = {}
    for start in call.literals:
        literal = literal_at(program.source, start)
        if literal is not None and start in call.known:
            literal = replace(literal, value=call.known[start])
        sample = _sample(literal, program, root) if literal is not None else None
        if sample is not None and sample.prose:
            found[start] = replace(sample, spec=spec)
    if len({sample.ref for sample in found.values()}) == 1:
        return Prediction(spec, next(iter(found.values())))
    if found and tuple(found) == call.batch:
        return _of_batch(spec, list(found.values()), call.entry)
    return Prediction(spec, None, _why_not(call, len(found)))


def _of_batch(spec: str, samples: list[Sample], entry: int | None) -> Prediction:
    """The entry of a batch that is asked about, else the first."""
    place = (entry or 0) + (len(samples) if (entry or 0) < 0 else 0)
    if not 0 <= place < len(samples):
        return Prediction(spec, None, f"The batch has {len(samples)} samples, and no entry {entry}.")
    return Prediction(spec, replace(samples[place], which=f"sample {place + 1} of {len(samples)}"))


def _why_not(call: ModelCall, count: int) -> str:
    if count:
        return (
            f"{count} samples may flow into {call.callee}(...) here. An explanation reads one, and the program's text "
            "does not say which."
        )
    return (
        f"The program's text does not say what flows into {call.callee}(...) here: no text or image path that stands "
        "in it. Where the program runs, in a notebook or a debugger, ask there."
    )


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
