"""Hovers on samples and predictions: what the chosen model says, and what drove it."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from lsprotocol import types

from ..protocol import StaticResult
from ..wire import WireError, decode, encode
from .explained import Entry, Folder, entry_of
from .failures import Failure
from .samples import Sample, literal_sample_at, prediction_at

if TYPE_CHECKING:
    from .server import Server

IMAGE_WIDTH = 240
"""Pixels of the small picture."""
LARGEST = 98_000
"""Characters of a hover at most: VS Code cuts at 100,000, and a cut picture shows nothing."""


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
        if not settings.hover or not folder.used:
            return None
        literal = literal_sample_at(self._server, uri, position, folder.root)
        sample = literal
        if sample is None:
            prediction = await prediction_at(self._server, uri, position, folder.root)
            if prediction is not None and prediction.sample is None and prediction.spec in folder.used:
                return types.Hover(types.MarkupContent(types.MarkupKind.PlainText, prediction.why_not))
            sample = prediction.sample if prediction is not None else None
        spec = _model_for(folder, sample) if sample is not None else None
        if sample is None or spec is None:
            return None
        key = folder.key(spec, sample.ref)
        entry = folder.find(key)
        if entry is None and sample.prose and key not in folder.refused:
            try:
                entry = await self._explain(folder, spec, sample)
                folder.remember(key, entry)
                self._server.explained_more()
            except Failure as error:
                if error.kind not in ("agent-died", "cancelled"):
                    folder.refuse(key)
                return None
        if entry is None:
            return None
        if sample.kind == "image":
            await self._draw(folder, entry)
        content = self._content(entry, sample)
        return types.Hover(content, literal.range if literal is not None else None)

    async def _explain(self, folder: Folder, spec: str, sample: Sample) -> Entry:
        job = f"heatline-hover-{next(self._jobs)}"
        params = {"model": {"kind": "factory", "spec": spec}, "sample": encode(sample.ref), "job": job}
        # No patience: a mouse that moves on is no reason to end an agent.
        return entry_of(await self._server.requests.quietly(folder, "heatline/explain", params), job)

    async def _draw(self, folder: Folder, entry: Entry) -> None:
        """Gets the entry's picture, where the editor shows pictures and the agent still has it."""
        if entry.png is not None or not self._server.options.get("images"):
            return
        try:
            params = {"job": entry.job, "max_width": IMAGE_WIDTH, "bare": True}
            result = await self._server.requests.quietly(folder, "heatline/static", params)
            entry.png = decode(StaticResult, result, "result").png or ""
        except (Failure, WireError):
            entry.png = ""

    def _content(self, entry: Entry, sample: Sample) -> types.MarkupContent:
        which = f"{sample.which[:1].upper()}{sample.which[1:]}: " if sample.which else ""
        if not self._server.shows_markdown:
            return types.MarkupContent(types.MarkupKind.PlainText, f"{which}{entry.plain}")
        text = f"{which}{entry.markdown}"
        for picture in (
            entry.coloured if self._server.shows_html else "",
            f"![heatmap](data:image/png;base64,{entry.png})" if entry.png else "",
        ):
            if picture and len(text) + len(picture) + 2 <= LARGEST:
                text += f"\n\n{picture}"
        return types.MarkupContent(types.MarkupKind.Markdown, text)


def _model_for(folder: Folder, sample: Sample) -> str | None:
    """The model that the source applies to the sample, else the chosen one; None for one the person did not choose."""
    if sample.spec:
        return sample.spec if sample.spec in folder.used else None
    return folder.model_for(sample.kind)
