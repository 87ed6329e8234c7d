"""An attribution in a terminal."""

from __future__ import annotations

from ..attribution import Attribution, ImageAttribution, TextAttribution
from ..palette import DIVERGING, Rgb, luminance, signed_colour
from .heatmap import overlay, resized
from .scale import scaled
from .tokens import STRONGEST, strongest
from .words import headline, percent, provenance

COLUMNS = 64
"""Width of an image, characters. A character shows two pixels, one above the other."""
RESET = "\x1b[0m"
MOST_WORDS = 8


def plain_text(attribution: Attribution) -> str:
    """Everything that matters, in words and numbers."""
    lines = [headline(attribution), *_classes(attribution)]
    if isinstance(attribution, TextAttribution):
        best = sorted(attribution.words, key=lambda word: -abs(word.score))[:MOST_WORDS]
        lines.append("Words: " + ", ".join(f"{word.text} {word.score:+.3g}" for word in best))
    elif isinstance(attribution, ImageAttribution):
        lines.append(f"Most of it lies {_where(attribution)}.")
    lines.append(provenance(attribution))
    lines.extend(attribution.notes)
    return "\n".join(lines)


def terminal_text(attribution: Attribution) -> str:
    """The same with colours, for a terminal that shows 24-bit colour."""
    picture = _words(attribution) if isinstance(attribution, TextAttribution) else _image(attribution)
    return f"{picture}\n{plain_text(attribution)}"


def _classes(attribution: Attribution) -> list[str]:
    return [f"  {percent(entry.probability):>8}  {entry.label}" for entry in attribution.classes]


def _where(attribution: ImageAttribution) -> str:
    """The centre of the heat, in words: for those who cannot see the picture."""
    magnitude = attribution.magnitude.double()
    total = float(magnitude.sum())
    if total == 0:
        return "nowhere: the map is zero everywhere"
    height, width = magnitude.shape
    rows, columns = magnitude.sum(1).tolist(), magnitude.sum(0).tolist()
    y = sum((i + 0.5) * value for i, value in enumerate(rows)) / total / height
    x = sum((i + 0.5) * value for i, value in enumerate(columns)) / total / width
    vertical = "at the top" if y < 0.4 else "at the bottom" if y > 0.6 else "in the middle"
    horizontal = ", left" if x < 0.4 else ", right" if x > 0.6 else ""
    return f"{vertical}{horizontal}"


def _words(attribution: TextAttribution) -> str:
    full = strongest(attribution.words)
    parts, at = [], 0
    for word in sorted(attribution.words, key=lambda word: word.start):
        if word.end <= word.start:
            continue
        ground = signed_colour(STRONGEST * word.score / full, DIVERGING)
        ink = (0, 0, 0) if luminance(ground) > 0.18 else (255, 255, 255)
        line = "\x1b[4m" if word.score <= -0.02 * full else ""
        parts += [attribution.text[at : word.start], _ground(ground), _ink(ink), line]
        parts += [attribution.text[word.start : word.end], RESET]
        at = word.end
    return "".join([*parts, attribution.text[at:]])


def _image(attribution: Attribution) -> str:
    """Half blocks: the upper pixel is the ink, the lower one the ground."""
    if not isinstance(attribution, ImageAttribution):
        return ""
    height, width = attribution.photo.shape[:2]
    rows = max(2, 2 * round(COLUMNS * height / width / 2))
    small = resized(attribution.photo, (rows, COLUMNS))
    pixels = overlay(small, attribution, scaled(attribution.magnitude), "magnitude").tolist()
    lines = []
    for upper, lower in zip(pixels[::2], pixels[1::2], strict=True):
        cells = [f"{_ink(tuple(a))}{_ground(tuple(b))}▀" for a, b in zip(upper, lower, strict=True)]
        lines.append("".join(cells) + RESET)
    return "\n".join(lines)


def _ink(colour: Rgb) -> str:
    return "\x1b[38;2;{};{};{}m".format(*colour)


def _ground(colour: Rgb) -> str:
    return "\x1b[48;2;{};{};{}m".format(*colour)
