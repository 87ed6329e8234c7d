"""Coloured tokens: HTML that needs nothing around it."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from ..attribution import Attribution, TextAttribution, TokenScore
from ..errors import BadRequest
from ..palette import DIVERGING, DIVERGING_DARK, Rgb, readable_on, signed_colour

STRONGEST = 0.75
"""How far into the palette words go, so that they stay readable."""
UNDERLINED = 0.02
"""Words of at least this strength against the class are underlined."""
MOST_SPANS = 600
"""Of a longer text only so many words are coloured, those that matter most: a page must stay small."""


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
        article = "an" if attribution.kind == "image" else "a"
        raise BadRequest(
            f"coloured words were asked for, and this attribution is over {article} {attribution.kind} sample",
            "Write HTML: attribution_html.",
        )
    return spans(attribution.text, attribution.words)


def spans(text: str, words: Sequence[TokenScore], full: float | None = None) -> str:
    """The text with spans around its words.

    Parameters
    ----------
    full : the score of the full colour; the largest when left out.
    """
    full = full or strongest(words)
    coloured = sorted(words, key=lambda word: -abs(word.score))[:MOST_SPANS]
    parts, at = [], 0
    for word in sorted(coloured, key=lambda word: word.start):
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
    share = max(-1.0, min(1.0, score / full))
    strength = STRONGEST * share
    light, dark = signed_colour(strength, DIVERGING), signed_colour(strength, DIVERGING_DARK)
    line = "text-decoration:underline;text-underline-offset:3px;" if share <= -UNDERLINED else ""
    return (
        f'<span title="{score:+.4g}" style="--dark:{_hex(dark)};--dark-ink:{_ink(dark)};background:{_hex(light)};'
        f'color:{_ink(light)};{line}padding:1px 2px;border-radius:3px">{escape(text)}</span>'
    )


def _hex(colour: Rgb) -> str:
    return "#{:02x}{:02x}{:02x}".format(*colour)


def _ink(ground: Rgb) -> str:
    return _hex(readable_on(ground))
