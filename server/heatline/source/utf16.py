"""UTF-16 offsets, which editors count in, against code points, which Python counts in."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right

_ASTRAL = re.compile("[\U00010000-\U0010ffff]")


class Utf16:
    """Converts offsets into one source.

    Offsets outside the source are taken as its nearest end; one inside a surrogate pair as the
    pair's beginning.
    """

    def __init__(self, source: str) -> None:
        self._astral = [match.start() for match in _ASTRAL.finditer(source)]
        self._astral_units = [start + i for i, start in enumerate(self._astral)]
        self._length = len(source)

    def to_units(self, offset: int) -> int:
        """Code points -> UTF-16 code units."""
        offset = min(max(offset, 0), self._length)
        return offset + bisect_left(self._astral, offset)

    def to_code_points(self, units: int) -> int:
        """UTF-16 code units -> code points."""
        units = max(units, 0)
        before = bisect_left(self._astral_units, units)
        if before and self._astral_units[before - 1] + 1 == units:
            return self._astral[before - 1]
        return min(units - before, self._length)


class Lines:
    """Line and character against an offset in code points, in the encoding an editor agreed to.

    Lines end where the Language Server Protocol ends them: at LF, CRLF and CR, nowhere else.
    """

    def __init__(self, source: str, encoding: str = "utf-16") -> None:
        if encoding not in ("utf-8", "utf-16", "utf-32"):
            raise ValueError(f"position encoding {encoding!r} is not one of utf-8, utf-16 and utf-32")
        self._source = source
        self._encoding = encoding
        self._starts = [0] + [match.end() for match in re.finditer(r"\r\n|\r|\n", source)]

    def offset(self, line: int, character: int) -> int:
        """The code point at a position; the line's end for a character past it."""
        if line < 0:
            return 0
        if line >= len(self._starts):
            return len(self._source)
        start = self._starts[line]
        end = self._starts[line + 1] if line + 1 < len(self._starts) else len(self._source)
        text = self._source[start:end].rstrip("\r\n")
        if self._encoding == "utf-16":
            return start + Utf16(text).to_code_points(character)
        if self._encoding == "utf-8":
            head = text.encode("utf-8", "surrogatepass")[: max(character, 0)]
            return start + len(head.decode("utf-8", "ignore"))
        return start + min(max(character, 0), len(text))

    def position(self, offset: int) -> tuple[int, int]:
        """(line, character) of a code point."""
        line = bisect_right(self._starts, offset) - 1
        head = self._source[self._starts[line] : offset]
        if self._encoding == "utf-16":
            return line, Utf16(head).to_units(len(head))
        if self._encoding == "utf-8":
            return line, len(head.encode("utf-8", "surrogatepass"))
        return line, len(head)
