"""What was explained, shown in the source: the top class beside a sample, scores on the words of a literal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lsprotocol import types

from ..protocol import Span
from ..source import inline_ranges
from ..source.utf16 import Lines, Utf16
from .explained import Entry, Folder
from .failures import failure
from .samples import Sample, literal_sample_at, samples_in

if TYPE_CHECKING:
    from .server import Server


@dataclass(frozen=True)
class _Place:
    """`textDocument` and `position` of a request."""

    uri: str
    position: types.Position


async def inlay_hints(server: Server, params: types.InlayHintParams) -> list[types.InlayHint]:
    """The top class behind each sample in a range that was explained; nothing is computed for it."""
    uri = params.text_document.uri
    folder = server.folders.of_uri(uri)
    settings = await server.folders.settings(folder)
    if not settings.inlay_hints or not folder.used:
        return []
    hints = []
    for sample in samples_in(server, uri, folder.root):
        end = sample.range.end
        entry = _explained(folder, sample) if params.range.start <= end <= params.range.end else None
        if entry is not None:
            text = types.MarkupContent(types.MarkupKind.PlainText, entry.plain)
            hints.append(types.InlayHint(end, entry.top, tooltip=text, padding_left=True))
    return hints


def inline_words(server: Server, params: dict[str, Any]) -> dict[str, Any]:
    """`heatline/inlineWords`: the words of an explained string literal, where they stand in the document.

    Parameters
    ----------
    params : `textDocument` and `position`, as of a hover.

    Returns
    -------
    `label`, the top class, and `words`: for each `text`, `score` (the attribution), `strength` (score by the largest
    magnitude, from -1 to 1) and `ranges`, in the position encoding that was agreed. Null for what was not explained.
    """
    asked = _place(params)
    folder = server.folders.of_uri(asked.uri)
    source = server.source(asked.uri)
    sample = literal_sample_at(server, asked.uri, asked.position, folder.root)
    entry = _explained(folder, sample) if sample is not None else None
    if source is None or sample is None or entry is None:
        return {"label": None, "words": []}
    lines, units = Lines(source, server.encoding), Utf16(source)
    start = lines.offset(sample.range.start.line, sample.range.start.character)
    spans = [Span(word.start, word.end) for word in entry.words]
    strongest = max((abs(word.score) for word in entry.words), default=0.0) or 1.0
    words: list[dict[str, Any]] = [
        {"text": word.text, "score": word.score, "strength": word.score / strongest, "ranges": []}
        for word in entry.words
    ]
    for found in inline_ranges(source, units.to_units(start), spans).ranges:
        places = [lines.position(units.to_code_points(at)) for at in (found.start, found.end)]
        words[found.span]["ranges"].append(
            {name: {"line": p[0], "character": p[1]} for name, p in zip(("start", "end"), places, strict=True)}
        )
    return {"label": entry.top, "words": words}


def _explained(folder: Folder, sample: Sample) -> Entry | None:
    """What the model that hovers use said of a sample; None where it was not asked."""
    spec = folder.model_for(sample.kind)
    return folder.find(folder.key(spec, sample.ref)) if spec is not None else None


def _place(params: object) -> _Place:
    try:
        document, position = params["textDocument"]["uri"], params["position"]  # type: ignore[index]
        line, character = position["line"], position["character"]
        if isinstance(document, str) and isinstance(line, int) and isinstance(character, int):
            return _Place(document, types.Position(line, character))
    except (KeyError, TypeError):
        pass
    raise failure("protocol", "heatline/inlineWords takes a textDocument with its uri, and a position")
