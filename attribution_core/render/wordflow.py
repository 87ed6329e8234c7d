"""Coloured words as pixels: lines are broken, and each word stands on its colour."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..attribution import TokenScore
from ..palette import readable_on, signed_colour
from .figure import write
from .fonts import length_of
from .look import Look
from .tokens import STRONGEST, UNDERLINED

if TYPE_CHECKING:
    from PIL.Image import Image as Picture
    from PIL.ImageDraw import ImageDraw

SIZE, LEADING = 17, 32
"""Size of type, and from line to line, pixels."""
MOST_LINES = 30
PADDING = 2


@dataclass(frozen=True)
class Piece:
    """A stretch of text without a line break; `score` is None between words."""

    text: str
    score: float | None


def flowed(text: str, words: Sequence[TokenScore], full: float, look: Look, width: int) -> tuple[Picture, str]:
    """The text in lines of a width. Of a long one, the lines around what matters most; then the sentence says so.

    Parameters
    ----------
    full : the score of the full colour.
    """
    from PIL import Image, ImageDraw

    size = SIZE * look.zoom
    lines = _broken(pieces(text, words), size, width)
    first = _most_telling(lines)
    shown = lines[first : first + MOST_LINES]
    leading = round(LEADING * look.zoom)
    sheet = Image.new("RGB", (width, leading * max(1, len(shown))), look.theme.rgb("paper"))
    draw = ImageDraw.Draw(sheet)
    backwards = _runs_backwards(text)
    for i, line in enumerate(shown):
        _write_line(draw, line, leading * (i + 0.5), full, look, width if backwards else 0)
    said = f"Lines {first + 1} to {first + len(shown)} of {len(lines)}, where it matters most."
    return sheet, said if len(shown) < len(lines) else ""


def pieces(text: str, words: Sequence[TokenScore]) -> list[Piece]:
    """The whole text in order, cut into words and what stands between them; blanks and line ends by themselves."""
    found: list[Piece] = []
    at = 0
    for word in sorted(words, key=lambda word: word.start):
        if word.end <= word.start or word.start < at:
            continue
        found += [Piece(part, None) for part in _cut(text[at : word.start])]
        found += [Piece(part, word.score) for part in _cut(text[word.start : word.end])]
        at = word.end
    return found + [Piece(part, None) for part in _cut(text[at:])]


def _cut(text: str) -> list[str]:
    """A text at its line ends and blanks."""
    parts: list[str] = []
    for letter in text.replace("\r\n", "\n").replace("\t", " "):
        if letter in "\n " or not parts or parts[-1] in ("\n", " "):
            parts.append(letter)
        else:
            parts[-1] += letter
    return parts


def _broken(all_pieces: Sequence[Piece], size: float, width: int) -> list[list[Piece]]:
    """Pieces as lines no wider than `width`. What is between two blanks stays together, where it fits at all."""
    lines: list[list[Piece]] = [[]]
    used = 0.0
    for block in _blocks(all_pieces):
        if block[0].text == "\n":
            lines.append([])
            used = 0
            continue
        needed = sum(_advance(piece, size) for piece in block)
        if used and used + needed > width and block[0].text != " ":
            lines.append([])
            used = 0
        for piece in block:
            for part in _fitting(piece, size, width):
                advance = _advance(part, size)
                if used and used + advance > width:
                    lines.append([])
                    used = 0
                if used or part.text != " ":
                    lines[-1].append(part)
                    used += advance
    return lines


def _blocks(all_pieces: Sequence[Piece]) -> list[list[Piece]]:
    blocks: list[list[Piece]] = []
    for piece in all_pieces:
        alone = piece.text in ("\n", " ")
        if alone or not blocks or blocks[-1][0].text in ("\n", " "):
            blocks.append([piece])
        else:
            blocks[-1].append(piece)
    return blocks


def _fitting(piece: Piece, size: float, width: int) -> list[Piece]:
    """A piece, cut where it alone is wider than a line."""
    if _advance(piece, size) <= width:
        return [piece]
    count = max(1, int(len(piece.text) * width / _advance(piece, size)) - 1)
    return [Piece(piece.text[i : i + count], piece.score) for i in range(0, len(piece.text), count)]


def _advance(piece: Piece, size: float) -> float:
    return length_of(piece.text, size) + (0 if piece.score is None else 2 * PADDING * size / SIZE)


def _most_telling(lines: Sequence[Sequence[Piece]]) -> int:
    """The first of the lines to show: a window with the most in it, as early as possible."""
    weights = [sum(abs(piece.score or 0.0) for piece in line) for line in lines]
    starts = range(max(1, len(lines) - MOST_LINES + 1))
    return max(starts, key=lambda start: sum(weights[start : start + MOST_LINES]))


def _runs_backwards(text: str) -> bool:
    """Whether the first letter that has a direction runs from right to left."""
    directions = (unicodedata.bidirectional(letter) for letter in text)
    return next((found in ("R", "AL") for found in directions if found in ("L", "R", "AL")), False)


def _write_line(draw: ImageDraw, line: Sequence[Piece], middle: float, full: float, look: Look, right: int) -> None:
    """Words from the left; from `right` leftwards where that is not 0."""
    size, padding, half = SIZE * look.zoom, PADDING * look.zoom, 0.7 * SIZE * look.zoom
    at = float(right)
    for piece in line:
        width = _advance(piece, size)
        left = at - width if right else at
        if piece.score is None:
            write(draw, (left, middle), piece.text, look.theme.rgb("ink"), size, "lm")
        else:
            strength = max(-1.0, min(1.0, piece.score / full))
            colour = signed_colour(STRONGEST * strength, look.theme.signs)
            box = (left, middle - half, left + width - 1, middle + half)
            draw.rounded_rectangle(box, 3 * look.zoom, colour)
            write(draw, (left + padding, middle), piece.text, readable_on(colour), size, "lm")
            if strength <= -UNDERLINED:
                low = middle + half - 3 * look.zoom
                ends = [(left + padding, low), (left + width - padding - 1, low)]
                draw.line(ends, readable_on(colour), max(1, round(1.5 * look.zoom)))
        at = left if right else left + width
