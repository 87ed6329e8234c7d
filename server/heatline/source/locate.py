"""What stands at a place in program text, and where parts of a literal's value stand in it."""

from __future__ import annotations

import keyword

from ..protocol import InlineRange, InlineResult, Located, Span
from .lexer import Token
from .literals import joined, literal_at, token_at
from .utf16 import Utf16

IMAGE_SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff", ".ppm")
_LONGEST_PATH = 4096


def locate(source: str, offset: int) -> Located:
    """The string literal or the name around an offset (UTF-16 code units), without running anything.

    A name is whole up to where the offset stands: in `self.net.eval`, on `net`, it is `self.net`.
    Names that something else than a name leads to (`f().x`, `rows[0].x`) are not looked up.
    """
    units = Utf16(source)
    offset = min(max(offset, 0), units.to_units(len(source)))
    place = token_at(source, units.to_code_points(offset))
    if place is not None:
        within, index = place
        if within[index].kind == "name":
            first = _first_of_dotted(source, within, index)
            if first is not None:
                start, end = within[first].start, within[index].end
                text = "".join(source[token.start : token.end] for token in within[first : index + 1])
                return Located("name", units.to_units(start), units.to_units(end), text)
        else:
            literal = joined(source, within, index)
            if literal is not None:
                return Located(
                    "string",
                    units.to_units(literal.start),
                    units.to_units(literal.end),
                    literal.value,
                    image=names_image(literal.value),
                )
    return Located("nothing", offset, offset, "")


def names_image(value: str) -> bool:
    """The value reads like a path of an image file."""
    return (
        value.lower().endswith(IMAGE_SUFFIXES)
        and len(value) <= _LONGEST_PATH
        and "://" not in value
        and not set(value) & set("\n\r\0")
    )


def _first_of_dotted(source: str, within: list[Token], index: int) -> int | None:
    """The index of the first name of a dotted one; None where it is no plain name."""

    def is_dot(at: int) -> bool:
        return source[within[at].start : within[at].end] == "."

    def is_name(at: int) -> bool:
        token = within[at]
        return token.kind == "name" and not keyword.iskeyword(source[token.start : token.end])

    if not is_name(index):
        return None
    while index > 0 and is_dot(index - 1):
        if index < 2 or not is_name(index - 2):
            return None
        index -= 2
    return index


def inline_ranges(source: str, offset: int, spans: list[Span]) -> InlineResult:
    """Where spans of a literal's value stand in the source.

    Each span gives a range for every unbroken stretch of source: escapes lie whole within one;
    interpolations, continued lines and the quotes between joined literals lie between two. Empty
    spans, and those past the value's end, give none.
    """
    units = Utf16(source)
    literal = literal_at(source, units.to_code_points(offset))
    if literal is None:
        return InlineResult([])
    ranges: list[InlineRange] = []
    for number, span in enumerate(spans):
        stretch: tuple[int, int] | None = None
        for at in range(max(span.start, 0), min(span.end, len(literal.value))):
            start, end = literal.starts[at], literal.ends[at]
            if stretch and stretch[1] == start:
                stretch = stretch[0], end
                continue
            if stretch:
                ranges.append(InlineRange(number, units.to_units(stretch[0]), units.to_units(stretch[1])))
            stretch = start, end
        if stretch:
            ranges.append(InlineRange(number, units.to_units(stretch[0]), units.to_units(stretch[1])))
    return InlineResult(ranges)
