"""String literals: their value, and where each character of the value stands in the source."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from .lexer import StringToken, Token, tokens

_SIMPLE = {
    "\\": "\\",
    "'": "'",
    '"': '"',
    "a": "\a",
    "b": "\b",
    "f": "\f",
    "n": "\n",
    "r": "\r",
    "t": "\t",
    "v": "\v",
}

_LINE_END = r"\r\n?"
"""Python reads each of CR, LF and CRLF in its source as LF."""

_ESCAPE = (
    r"\\(?:(?P<continuation>\r\n|[\r\n])|(?P<octal>[0-7]{1,3})|x(?P<x>[0-9a-fA-F]{2})|u(?P<u>[0-9a-fA-F]{4})"
    r"|U(?P<U>[0-9a-fA-F]{8})|N\{(?P<name>[^{}]*)\}|(?P<simple>[\\'\"abfnrtv]))"
)

_DOUBLED = r"(?P<brace>\{\{|\}\})"


@dataclass(frozen=True)
class Literal:
    """A string literal, or several in a row that Python joins."""

    start: int
    """Code points into the source, like all offsets here."""
    end: int
    value: str
    starts: list[int]
    """For each character of the value, where it begins in the source."""
    ends: list[int]
    statement: bool
    """It stands alone, as a docstring does."""


def literal_at(source: str, offset: int) -> Literal | None:
    """The innermost string literal around an offset; None where there is none, or one of bytes."""
    place = token_at(source, offset, ("string",))
    return joined(source, *place) if place else None


def literals_in(source: str) -> Iterator[Literal]:
    """The string literals of a source that stand in no other one, in order."""
    within = tokens(source)
    for index, token in enumerate(within):
        if isinstance(token, StringToken) and not (index and isinstance(within[index - 1], StringToken)):
            literal = joined(source, within, index)
            if literal is not None:
                yield literal


def token_at(source: str, offset: int, kinds: tuple[str, ...] = ("string", "name")) -> tuple[list[Token], int] | None:
    """The innermost token of these kinds around an offset: the list it stands in, and its index.

    A cursor right behind a token still means it, unless another of them begins there.
    """
    return _token_at(tokens(source), offset, kinds)


def _token_at(within: list[Token], offset: int, kinds: tuple[str, ...]) -> tuple[list[Token], int] | None:
    last = bisect_right(within, offset, key=lambda token: token.start) - 1
    for index in (last, last - 1):
        if index < 0 or within[index].end < offset:
            break
        token = within[index]
        if isinstance(token, StringToken):
            inner = _token_at(token.inside, offset, kinds)
            if inner:
                return inner
        if token.kind in kinds:
            return within, index
    return None


def joined(source: str, within: list[Token], index: int) -> Literal | None:
    """The literal at `within[index]` with its neighbours that Python joins to it.

    None for bytes, and for template strings, whose value is no text.
    """
    first = last = index
    while first > 0 and isinstance(within[first - 1], StringToken):
        first -= 1
    while last + 1 < len(within) and isinstance(within[last + 1], StringToken):
        last += 1
    parts = [token for token in within[first : last + 1] if isinstance(token, StringToken)]
    if any(set(part.prefix) & set("bt") for part in parts):
        return None
    value: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for part in parts:
        for start, end in part.constants:
            _decode(source, start, end, part.prefix, value, starts, ends)
    statement = (first == 0 or within[first - 1].kind == "newline") and (
        last + 1 == len(within) or within[last + 1].kind == "newline"
    )
    return Literal(parts[0].start, parts[-1].end, "".join(value), starts, ends, statement)


@cache
def _special(prefix: str) -> re.Pattern[str]:
    """What stands for something else in literals with this prefix."""
    pieces = [] if "r" in prefix else [_ESCAPE]
    pieces.append(_LINE_END)
    if "f" in prefix:
        pieces.append(_DOUBLED)
    return re.compile("|".join(pieces))


def _decode(
    source: str, start: int, end: int, prefix: str, value: list[str], starts: list[int], ends: list[int]
) -> None:
    """Adds the characters of source[start:end], a constant part of a literal."""

    def plain(stop: int) -> None:
        value.append(source[position:stop])
        starts.extend(range(position, stop))
        ends.extend(range(position + 1, stop + 1))

    position = start
    for match in _special(prefix).finditer(source, start, end):
        character = _meaning(match)
        if character is None:
            continue
        plain(match.start())
        position = match.end()
        if character:
            value.append(character)
            starts.append(match.start())
            ends.append(match.end())
    plain(end)


def _meaning(match: re.Match[str]) -> str | None:
    """The character; empty for a continued line; None for an escape that Python would refuse."""
    groups = {name: text for name, text in match.groupdict().items() if text is not None}
    if not groups:
        return "\n"
    kind, text = groups.popitem()
    if kind == "continuation":
        return ""
    if kind == "simple":
        return _SIMPLE[text]
    if kind == "brace":
        return text[0]
    if kind == "name":
        try:
            character = unicodedata.lookup(text)
        except KeyError:
            return None
        return character if len(character) == 1 else None
    code = int(text, 8 if kind == "octal" else 16)
    return chr(code) if code <= 0x10FFFF else None
