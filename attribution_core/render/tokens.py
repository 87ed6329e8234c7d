"""Coloured tokens: HTML that needs nothing around it."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from ..attribution import Attribution, TextAttribution, TokenScore
from ..errors import BadRequest
from ..palette import DIVERGING, DIVERGING_DARK, Rgb, luminance, signed_colour

STRONGEST = 0.75
"""How far into the palette words go, so that they stay readable."""


def tokens_html(attribution: Attribution) -> str:
    """The text with its words on coloured ground: orange for the class, blue and underlined against it.

    The colours of a light page are written out; those of a dark one are there as the custom properties `--dark` and
    `--dark-ink` of each word, for a page's style sheet to choose.

    Raises
    ------
    BadRequest
        If the attribution is not over a text.
    """
    if not isinstance(attribution, TextAttribution):
        raise BadRequest("coloured words were asked for, and this attribution is over an image", "Draw a heatmap.")
    return spans(attribution.text, attribution.words)


def spans(text: str, words: Sequence[TokenScore]) -> str:
    """The text with spans around its words."""
    full = strongest(words)
    parts, at = [], 0
    for word in sorted(words, key=lambda word: word.start):
        if word.end <= word.start:
            continue
        parts.append(escape(text[at : word.start]))
        parts.append(_span(text[word.start : word.end], word.score, full))
        at = word.end
    parts.append(escape(text[at:]))
    return f'<p class="heatline-text" style="line-height:2;white-space:pre-wrap">{"".join(parts)}</p>'


def strongest(words: Sequence[TokenScore]) -> float:
    """The score that has full colour: the largest, in absolute value."""
    return max((abs(word.score) for word in words), default=0.0) or 1.0


def _span(text: str, score: float, full: float) -> str:
    strength = STRONGEST * score / full
    light, dark = signed_colour(strength, DIVERGING), signed_colour(strength, DIVERGING_DARK)
    line = "text-decoration:underline;text-underline-offset:3px;" if score < 0 and abs(score) >= 0.02 * full else ""
    return (
        f'<span title="{score:+.4g}" style="--dark:{_hex(dark)};--dark-ink:{_ink(dark)};background:{_hex(light)};'
        f'color:{_ink(light)};{line}padding:1px 2px;border-radius:3px">{escape(text)}</span>'
    )


def _hex(colour: Rgb) -> str:
    return "#{:02x}{:02x}{:02x}".format(*colour)


def _ink(ground: Rgb) -> str:
    """Black or white, whichever can be read on a ground."""
    return "#000" if luminance(ground) > 0.18 else "#fff"
