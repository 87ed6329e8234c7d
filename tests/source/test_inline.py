"""Where parts of a literal's value stand in the source."""

from __future__ import annotations

import ast
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heatline.protocol import Span
from heatline.source import inline_ranges, locate

CASES = [
    # source, part of the value, the stretches of source that it covers
    ('x = "a good film"', "good", ["good"]),
    ('x = "caf\\u00e9 au lait"', "café", ["caf\\u00e9"]),
    ('x = "tab\\there"', "tab\there", ["tab\\there"]),
    ('x = "\\N{BULLET} point"', "•", ["\\N{BULLET}"]),
    ('x = r"\\d good"', "good", ["good"]),
    ('x = "😀😀 good"', "good", ["good"]),
    ('x = "\\U0001F600 good"', "good", ["good"]),
    ('x = ("a go"\n     "od film")', "good", ["go", "od"]),
    ('x = f"a {adjective} film"', "a  film", ["a ", " film"]),
    ('x = f"{{a}} film"', "{a}", ["{{a}}"]),
    ('x = "a go\\\nod film"', "good", ["go", "od"]),
    ('x = """a\r\ngood\r\nfilm"""', "a\ngood", ["a\r\ngood"]),
    ("x = '''it's 'good' '''", "'good'", ["'good'"]),
    ('\tx = "\tgood"', "\tgood", ["\tgood"]),
    ('x = "half-typed good', "good", ["good"]),
]


@pytest.mark.parametrize(("source", "part", "stretches"), CASES)
def test_ranges(source: str, part: str, stretches: list[str]) -> None:
    offset = min(source.index(quote) for quote in "'\"" if quote in source)
    start = locate(source, offset).text.index(part)
    found = inline_ranges(source, offset, [Span(0, 0), Span(start, start + len(part))])
    units = source.encode("utf-16-le")
    assert [units[2 * r.start : 2 * r.end].decode("utf-16-le") for r in found.ranges] == stretches
    assert {r.span for r in found.ranges} == {1}


def test_bytes_and_other_places_have_no_ranges() -> None:
    assert inline_ranges('x = b"good"', 7, [Span(0, 4)]).ranges == []
    assert inline_ranges("x = 1", 4, [Span(0, 1)]).ranges == []


def test_spans_past_the_value_are_cut() -> None:
    (found,) = inline_ranges('x = "good"', 6, [Span(2, 99), Span(-5, 0), Span(7, 9)]).ranges
    assert (found.start, found.end) == (7, 9)


CHARACTERS = st.one_of(
    st.characters(exclude_categories=["Cs"], exclude_characters="\\\"'\r\n\0{}"),
    st.sampled_from(
        ["\\n", "\\x41", "\\u00e9", "\\U0001F600", "\\101", "\\0", "\\N{BULLET}", "\\\\", "\\'", '\\"', "\\\n"]
    ),
    st.sampled_from(["\\q", "😀", "\t"]),
)


@st.composite
def literals(draw: st.DrawFn) -> str:
    """Valid literals of every kind that has a constant value."""
    quote = draw(st.sampled_from(["'", '"', "'''", '"""']))
    prefix = draw(st.sampled_from(["", "r", "R", "u", "f", "rf", "fR"]))
    pieces = draw(st.lists(CHARACTERS, max_size=12))
    if len(quote) == 3:
        pieces = [draw(st.sampled_from([piece, piece, "\n", "\r\n"])) for piece in pieces]
    if "f" in prefix.lower():
        if "r" in prefix.lower():  # a name in braces would be an interpolation there
            pieces = [piece for piece in pieces if not piece.startswith("\\N")]
        pieces = [draw(st.sampled_from([piece, piece, piece, "{{", "}}"])) for piece in pieces]
    return prefix + quote + "".join(pieces) + quote


@given(st.lists(literals(), min_size=1, max_size=3), st.sampled_from(["", "😀 ", "größe"]))
@pytest.mark.filterwarnings("ignore::SyntaxWarning", "ignore::DeprecationWarning")
def test_value_and_mapping_agree_with_python(parts: list[str], comment: str) -> None:
    source = f"# {comment}\nx = (" + " \n".join(parts) + ")\n"
    try:
        tree = ast.parse(source.replace("\r\n", "\n"))
    except SyntaxError:
        return
    value = python_value(tree)
    offset = len(source[: source.index("(") + 1].encode("utf-16-le")) // 2
    found = locate(source, offset)
    assert found.text == value

    ranges = inline_ranges(source, offset, [Span(i, i + 1) for i in range(len(value))]).ranges
    assert [r.span for r in ranges] == list(range(len(value)))
    assert all(a.end <= b.start for a, b in itertools.pairwise(ranges))
    units = source.encode("utf-16-le")
    for character, at in zip(value, ranges, strict=True):
        text = units[2 * at.start : 2 * at.end].decode("utf-16-le")
        assert text == character or stands_for(text, character)


def python_value(tree: ast.Module) -> str:
    (statement,) = tree.body
    assert isinstance(statement, ast.Assign)
    if isinstance(statement.value, ast.JoinedStr):
        return "".join(str(part.value) for part in statement.value.values if isinstance(part, ast.Constant))
    return str(ast.literal_eval(statement.value))


def stands_for(text: str, character: str) -> bool:
    """An escape, a doubled brace or a line end."""
    if text in ("{{", "}}"):
        return text[0] == character
    if text == "\r\n":
        return character == "\n"
    return text.startswith("\\") and ast.literal_eval(f'"{text}"') == character
