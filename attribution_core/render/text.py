"""Pictures of attributions over texts: words on coloured ground."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from ..attribution import TextAttribution, TokenScore
from ..palette import DIVERGING, readable_on, signed_colour
from .figure import SMALL, fitted, write
from .look import Body, Look
from .paint import Show
from .terminal_colours import RESET, UNDERLINE, ground, ink
from .tokens import STRONGEST, UNDERLINED, spans, strongest
from .wordflow import flowed
from .words import for_and_against

MOST_WORDS = 8
"""Words of a text that are listed with their scores."""
MAPS_ON_PAGE, WORDS_ON_PAGE = 8, 800
"""Of interior maps."""
MARGIN = 12
"""Pixels around the text."""


def body(found: Sequence[TextAttribution], look: Look) -> Body:
    """The text in lines; several below each other, each under its title."""
    from PIL import Image, ImageDraw

    margin, head = round(MARGIN * look.zoom), round((SMALL + 16) * look.zoom) if look.titles else 0
    width = look.width - 2 * margin
    parts = [flowed(one.text, one.words, look.full or strongest(one.words), look, width) for one in found]
    sheet = Image.new("RGB", (width, sum(part.height + head for part, _ in parts)), look.theme.rgb("paper"))
    draw = ImageDraw.Draw(sheet)
    top = 0
    for i, (part, _) in enumerate(parts):
        if look.titles:
            words = fitted(look.titles[i], SMALL * look.zoom, width)
            write(draw, (0, top + head / 4), words, look.theme.rgb("faint"), SMALL * look.zoom)
        sheet.paste(part, (0, top + head))
        top += head + part.height
    return Body(sheet, reading=[_key(found, look), *dict.fromkeys(said for _, said in parts if said)])


def html(found: Sequence[TextAttribution], look: Look) -> str:
    """Paragraphs with coloured words; of a single one also the words that matter most, as numbers."""
    parts = []
    for i, one in enumerate(found):
        title = f'<p class="faint">{escape(look.titles[i])}</p>' if look.titles else ""
        parts.append(title + spans(one.text, one.words, look.full))
    parts.append(f'<p class="faint">{escape(_key(found, look))}</p>')
    if len(found) == 1 and not look.titles:
        parts.append(_list(found[0].words))
    return "".join(parts)


def terminal(found: Sequence[TextAttribution], look: Look) -> str:
    """Words on coloured ground."""
    parts = []
    for i, one in enumerate(found):
        title = f"{look.titles[i]}\n" if look.titles else ""
        parts.append(title + _coloured(one, look.full or strongest(one.words)))
    return "\n".join(parts)


def summary(attribution: TextAttribution) -> list[str]:
    """The words that matter most."""
    best = sorted(attribution.words, key=lambda word: -abs(word.score))[:MOST_WORDS]
    return ["Words: " + ", ".join(f"{word.text} {word.score:+.3g}" for word in best)]


def full(attribution: TextAttribution, show: Show) -> float:
    """The score that has the full colour."""
    return max((abs(word.score) for word in attribution.words), default=0.0)


def _key(found: Sequence[TextAttribution], look: Look) -> str:
    """What the colours mean."""
    signed, lengths = [one for one in found if one.adds_up], [one for one in found if not one.adds_up]
    parts = [for_and_against(signed, "underlined")] if signed else []
    if lengths:
        parts.append("Gradients of words have a length and no sign.")
    if not look.full:
        parts.append(f"Full colour: {', '.join(f'{strongest(one.words):.3g}' for one in found)}.")
    return " ".join(parts)


def maps_on_page(attribution: TextAttribution) -> int:
    """Interior maps that a page has room for: none of a long text."""
    return min(MAPS_ON_PAGE, WORDS_ON_PAGE // max(1, len(attribution.words)))


def _list(words: list[TokenScore]) -> str:
    best = sorted(words, key=lambda word: -abs(word.score))[:MOST_WORDS]
    rows = "".join(f'<tr><td class="number">{w.score:+.3g}</td><td>{escape(w.text)}</td></tr>' for w in best)
    return f"<table>{rows}</table>"


def _coloured(attribution: TextAttribution, full: float) -> str:
    parts, at = [], 0
    for word in sorted(attribution.words, key=lambda word: word.start):
        if word.end <= word.start:
            continue
        share = max(-1.0, min(1.0, word.score / full))
        colour = signed_colour(STRONGEST * share, DIVERGING)
        line = UNDERLINE if share <= -UNDERLINED else ""
        parts += [attribution.text[at : word.start], ground(colour), ink(readable_on(colour)), line]
        parts += [attribution.text[word.start : word.end], RESET]
        at = word.end
    return "".join([*parts, attribution.text[at:]])
