"""Program text as tokens, also while it is being typed.

Only what the analysis asks for is told apart: string literals with the parts of formatted ones,
names, brackets and logical lines. It is a scanner of its own because the two at hand fall short
here: `tokenize` gives up at the first unfinished literal, and parso (0.8) does not read
the quotes that Python 3.12 allows inside `f"{row["name"]}"`. It also needs nothing but the
standard library, so it works inside any kernel or paused program, and reads megabytes a second.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache, lru_cache

_TOKEN = re.compile(
    r"""
      (?P<skip>[ \t\f\ufeff]+|\\(?:\r\n|\r|\n)|\#[^\r\n]*)
    | (?P<newline>\r\n|\r|\n)
    | (?P<string>(?:[rR][bBfFtT]?|[bBfFtT][rR]?|[uU])?(?:'''|\"\"\"|'|"))
    | (?P<name>[^\W\d]\w*)
    | (?P<number>\.?\d[\w.]*)
    | (?P<open>[(\[{])
    | (?P<close>[)\]}])
    | (?P<operator>[\s\S])
    """,
    re.VERBOSE,
)

_STATEMENT = re.compile(r"[ \t]*(?:def|class|import|return|while|try|with|raise|assert|del)\b")
"""Words that cannot begin a line inside brackets: before them, an open bracket was forgotten."""

_LONGEST_INTERPOLATION = 4000
_DEEPEST_NESTING = 12


@dataclass(frozen=True, slots=True)
class Token:
    kind: str
    """`string`, `name`, `number`, `open`, `close`, `operator`, or `newline` (the end of a logical line)."""
    start: int
    """Code points into the source."""
    end: int


@dataclass(frozen=True, slots=True)
class StringToken(Token):
    """One string literal with its prefix and quotes."""

    prefix: str
    """In lower case."""
    constants: list[tuple[int, int]]
    """(start, end) in the source of what stands between the quotes, less the interpolations."""
    inside: list[Token] = field(default_factory=list)
    """The tokens of the interpolations."""


class _Unfinished(Exception):
    """What was taken for an interpolation does not end as one."""


@lru_cache(maxsize=4)
def tokens(source: str) -> list[Token]:
    """All tokens of a source, without spaces, comments and line ends inside brackets."""
    found: list[Token] = []
    depth = 0
    position = 0
    while position < len(source):
        kind, end = _match(source, position)
        if kind == "string":
            token = _string(source, position, end, nesting=0)
            found.append(token)
            end = token.end
        elif kind == "newline":
            if depth and _STATEMENT.match(source, end):
                depth = 0
            if not depth:
                found.append(Token("newline", position, end))
        elif kind != "skip":
            depth = max(0, depth + (kind == "open") - (kind == "close"))
            found.append(Token(kind, position, end))
        position = end
    return found


def _match(source: str, position: int) -> tuple[str, int]:
    match = _TOKEN.match(source, position)
    if match is None or match.lastgroup is None:  # the last alternative takes any character
        raise AssertionError(f"no token at {position}")
    return match.lastgroup, match.end()


def _string(source: str, start: int, body: int, nesting: int) -> StringToken:
    """The literal that begins at `start` and whose opening quote ends at `body`.

    Unfinished, it goes to the end of its line, or of the source when it has triple quotes; within
    an interpolation (`nesting` above 0) `_Unfinished` is raised instead.
    """
    opening = source[start:body]
    quote = opening.lstrip("rRbBuUfFtT")
    prefix = opening[: len(opening) - len(quote)].lower()
    formatted = "f" in prefix or "t" in prefix
    constant = _constant(quote, formatted=formatted, raw="r" in prefix)
    constants: list[tuple[int, int]] = []
    inside: list[Token] = []
    position = body
    while True:
        match = constant.match(source, position)
        end = match.end() if match else position
        if end > position:
            constants.append((position, end))
        if source.startswith(quote, end):
            return StringToken("string", start, end + len(quote), prefix, constants, inside)
        if formatted and source.startswith("{", end):
            try:
                position = _interpolation(source, end + 1, quote, inside, nesting)
            except _Unfinished:
                if nesting:
                    raise
                position = _half_typed(source, end + 1, quote, inside)
            continue
        if nesting:
            raise _Unfinished
        return StringToken("string", start, end, prefix, constants, inside)


@cache
def _constant(quote: str, *, formatted: bool, raw: bool) -> re.Pattern[str]:
    """What may stand before the closing quote, an interpolation or, with single quotes, a line end."""
    mark = quote[0]
    braces = "{}" if formatted else ""
    lines = "" if len(quote) == 3 else r"\r\n"
    pieces = [rf"[^\\{mark}{braces}{lines}]+"]
    if formatted and not raw:
        pieces.append(rf"\\N\{{[^{{}}{mark}\r\n]*\}}")
    # A backslash before a brace is itself: the brace still opens an interpolation.
    pieces.append(rf"\\(?:\r\n|[^{braces}])" if braces else r"\\(?:\r\n|[\s\S])")
    if formatted:
        pieces += [r"\\(?=[{}])", r"\{\{", r"\}"]
    if len(quote) == 3:
        pieces.append(rf"{mark}(?!{mark}{mark})")
    return re.compile(f"(?:{'|'.join(pieces)})+")


def _interpolation(source: str, start: int, quote: str, inside: list[Token], nesting: int) -> int:
    """Adds the tokens of an interpolation whose brace ends at `start`; answers where it ends."""
    if nesting >= _DEEPEST_NESTING:
        raise _Unfinished
    limit = min(len(source), start + _LONGEST_INTERPOLATION)
    found: list[Token] = []
    depth = 0
    position = start
    while position < limit:
        kind, end = _match(source, position)
        if kind == "string":
            token = _string(source, position, end, nesting + 1)
            found.append(token)
            end = token.end
        elif kind == "close" and not depth:
            if source[position] != "}":
                raise _Unfinished
            inside += found
            return end
        elif source[position] == ":" and not depth:
            end = _format_spec(source, end, quote, found, nesting)
            inside += found
            return end
        elif kind not in ("skip", "newline"):
            depth += (kind == "open") - (kind == "close")
            found.append(Token(kind, position, end))
        position = end
    raise _Unfinished


def _format_spec(source: str, start: int, quote: str, inside: list[Token], nesting: int) -> int:
    position = start
    while position < len(source):
        character = source[position]
        if character == "}":
            return position + 1
        if source.startswith(quote, position) or (len(quote) == 1 and character in "\r\n"):
            break
        position += 1
        if character == "{":
            position = _interpolation(source, position, quote, inside, nesting + 1)
    raise _Unfinished


def _half_typed(source: str, start: int, quote: str, inside: list[Token]) -> int:
    """An interpolation without its closing brace ends before the quote, or at the line's end."""
    stop = re.compile(rf"{quote}|[\r\n}}]").search(source, start)
    end = stop.start() if stop else len(source)
    position = start
    while position < end:
        kind, after = _match(source, position)
        if kind == "string":
            kind, after = "operator", position + 1
        after = min(after, end)
        if kind != "skip":
            inside.append(Token(kind, position, after))
        position = after
    return end + 1 if source.startswith("}", end) else end
