"""Hovers on samples: what the chosen model says of a string or an image, and what drove it."""

from __future__ import annotations

import itertools
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lsprotocol import types

from ..protocol import Explanation, FileSample, SampleKind, StaticResult, TextSample
from ..source import Lines, literal_at, names_image
from ..wire import WireError, decode, encode
from . import summary
from .explained import Entry, Folder
from .failures import Failure, failure
from .folders import path_of
from .launch import launch_of

if TYPE_CHECKING:
    from .server import Server

IMAGE_WIDTH = 240
"""Pixels of the small picture."""
LARGEST = 98_000
"""Characters of a hover at most: VS Code cuts at 100,000, and a cut picture shows nothing."""
LARGEST_SOURCE = 1_000_000
"""Characters of program text in which samples are looked for; more is data, and reading it would be felt."""


@dataclass(frozen=True)
class Sample:
    """A string literal, as a sample."""

    ref: FileSample | TextSample
    kind: SampleKind
    range: types.Range
    prose: bool
    """It reads like a sentence that stands somewhere as a value: more than a word, and no docstring."""


class Hovers:
    """Answers hovers.

    They use only a model that the person chose, and only an agent that a gesture of theirs has
    started: a hover never starts one, nor a second time what failed before.
    """

    def __init__(self, server: Server) -> None:
        self._server = server
        self._jobs = itertools.count()

    async def at(self, uri: str, position: types.Position) -> types.Hover | None:
        """The hover at a place of a document."""
        folder = self._server.folders.of_uri(uri)
        settings = await self._server.folders.settings(folder)
        sample = sample_at(self._server, uri, position, folder.root)
        if sample is None or not settings.hover:
            return None
        spec = folder.model_for(sample.kind)
        if spec is None:
            return None
        key = folder.key(spec, sample.ref)
        entry = folder.find(key)
        if entry is None and sample.prose and key not in folder.refused:
            try:
                entry = await self._explain(folder, spec, sample)
                folder.remember(key, entry)
            except Failure as error:
                if error.kind not in ("agent-died", "cancelled"):
                    folder.refuse(key)
                return None
        if entry is None:
            return None
        if sample.kind == "image":
            await self._draw(folder, entry)
        return types.Hover(self._content(entry), sample.range)

    async def _explain(self, folder: Folder, spec: str, sample: Sample) -> Entry:
        job = f"heatline-hover-{next(self._jobs)}"
        params = {"model": {"kind": "factory", "spec": spec}, "sample": encode(sample.ref), "job": job}
        return entry_of(await self._ask(folder, "heatline/explain", params), job)

    async def _draw(self, folder: Folder, entry: Entry) -> None:
        """Gets the entry's picture, where the editor shows pictures and the agent still has it."""
        if entry.png is not None or not self._server.options.get("images"):
            return
        try:
            result = await self._ask(folder, "heatline/static", {"job": entry.job, "max_width": IMAGE_WIDTH})
            entry.png = decode(StaticResult, result, "result").png or ""
        except (Failure, WireError):
            entry.png = ""

    async def _ask(self, folder: Folder, method: str, params: dict[str, Any]) -> Any:
        agent = self._server.agents.running(launch_of(await self._server.folders.settings(folder), folder.root))
        if agent is None:
            raise failure("agent-died", f"no agent runs in {folder.root}")
        # No patience: a mouse that moves on is no reason to end an agent.
        return await agent.request(method, params, patience=None)

    def _content(self, entry: Entry) -> types.MarkupContent:
        if not self._server.shows_markdown:
            return types.MarkupContent(types.MarkupKind.PlainText, entry.plain)
        text = entry.markdown
        picture = f"\n\n![heatmap](data:image/png;base64,{entry.png})" if entry.png else ""
        if len(text) + len(picture) <= LARGEST:
            text += picture
        return types.MarkupContent(types.MarkupKind.Markdown, text)


def sample_at(server: Server, uri: str, position: types.Position, root: str) -> Sample | None:
    """The sample that a string literal at a place stands for."""
    source = server.source(uri)
    if source is None or len(source) > LARGEST_SOURCE:
        return None
    lines = Lines(source, server.encoding)
    literal = literal_at(source, lines.offset(position.line, position.character))
    if literal is None or not literal.value.strip():
        return None
    start, end = lines.position(literal.start), lines.position(literal.end)
    place = types.Range(types.Position(*start), types.Position(*end))
    if not names_image(literal.value):
        prose = not literal.statement and len(literal.value.split()) > 1
        return Sample(TextSample("text", literal.value), "text", place, prose)
    path = _existing(literal.value, [os.path.dirname(path_of(uri)), root])
    return Sample(FileSample("file", path), "image", place, True) if path else None


def _existing(written: str, folders: list[str]) -> str | None:
    for folder in folders:
        path = Path(folder) / os.path.expanduser(written)
        if path.is_file():
            return os.path.normpath(path)
    return None


def entry_of(result: Any, job: str) -> Entry:
    """What is kept of an explanation."""
    try:
        explanation = decode(Explanation, result, "result")
    except WireError as error:
        raise failure("internal", f"the agent's answer does not fit the protocol: {error}") from None
    return Entry(summary.markdown(explanation), summary.plain(explanation), job)
