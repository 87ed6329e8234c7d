"""What stands at a place. In each case `|` marks the place that is asked about."""

from __future__ import annotations

import ast
import sysconfig
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heatline.source import Lines, Utf16, locate

STRINGS = [
    # source, value
    ('x = "a film|"', "a film"),
    ('x = |"a film"', "a film"),
    ('x = "a film"|', "a film"),
    ("x = '''two\nli|nes'''", "two\nlines"),
    ('x = r"\\d|"', "\\d"),
    ('x = "\\x41|\\u00e9\\N{BULLET}\\101\\t"', "Aé•A\t"),
    ('x = "one \\\n|line"', "one line"),
    ('x = "CR|LF \\\r\nline"', "CRLF line"),
    ('x = """CR\r\nL|F"""', "CR\nLF"),
    ('x = ("one "\n     # between\n     f"two {n|ame} three"\n     "!")', None),  # the name inside
    ('x = ("one "\n     # between\n     f"t|wo {name} three"\n     "!")', "one two  three!"),
    ('x = "one " \\\n  "t|wo"', "one two"),
    ('"o|ne"\n"two"', "one"),
    ('f"{{literal}} {x!r:>{width}}|"', "{literal} "),
    ('f"{rows["a b|c"]} and more"', "abc".replace("abc", "a bc")),
    ('f"{rows["abc"]} and| more"', " and more"),
    ("f'{d:%Y|-%m}'", ""),
    ('f"{f"{1}in|ner"}outer"', "inner"),
    ('f"\\N{BULLET}|{x}"', "•"),
    ('rf"\\{x}|"', "\\"),
    ('u"old|"', "old"),
    ("F'|'", ""),
    ("x = '|'", ""),
    ('x = "😀 gr|eat"', "😀 great"),
    ("\tx = 'tab\tst|op'", "tab\tstop"),
    ("# it's a comment\nx = 'te|xt'", "text"),
    # half-typed
    ('x = "a wonderful fi|lm', "a wonderful film"),
    ('x = "unfini|shed\ny = "next"', "unfinished"),
    ('x = "unfinished\ny = "ne|xt"', "next"),
    ('x = f"half {na\ny = "ne|xt"', "next"),
    ("x = f'ha|lf {na'\ny = 1", "half "),
    ('f("a\ndef g():\n    return "b|"', "b"),
    ('x = """never clo|sed\nat all', "never closed\nat all"),
    ('x = ["a",\ndef f():\n    "do|c"', "doc"),
    ('x = "bad escape \\x4|"', "bad escape \\x4"),
    ('x = "\\N{NO SUCH CHARACTER}|"', "\\N{NO SUCH CHARACTER}"),
]

NAMES = [
    ("mod|el(x)", "model"),
    ("|model(x)", "model"),
    ("model|(x)", "model"),
    ("self.n|et.eval()", "self.net"),
    ("se|lf.net", "self"),
    ("self . net|", "self.net"),
    ('f"{mod|el.name}"', "model"),
    ("größ|e = 1", "größe"),
    ("match| = 1", "match"),
]

NOTHING = [
    "|",
    "x = b'by|tes'",
    "x = 'text' b'by|tes'",
    "x = t'tem|plate {x}'",
    "x = 1|2",
    "# a com|ment",
    "rows[0].na|me",
    "f().na|me",
    "ret|urn x",
    "x  |  = 1",
    "x = N|one",
]


def at_mark(marked: str) -> tuple[str, int]:
    """The source without its mark, and where that stood, in UTF-16."""
    offset = marked.index("|")
    return marked.replace("|", "", 1), len(marked[:offset].encode("utf-16-le")) // 2


@pytest.mark.parametrize(("marked", "value"), [case for case in STRINGS if case[1] is not None])
def test_strings(marked: str, value: str) -> None:
    found = locate(*at_mark(marked))
    assert (found.kind, found.text) == ("string", value)


@pytest.mark.parametrize(("marked", "name"), [*NAMES, (STRINGS[9][0], "name")])
def test_names(marked: str, name: str) -> None:
    found = locate(*at_mark(marked))
    assert (found.kind, found.text) == ("name", name)


@pytest.mark.parametrize("marked", NOTHING)
def test_nothing(marked: str) -> None:
    source, offset = at_mark(marked)
    found = locate(source, offset)
    assert (found.kind, found.start, found.end, found.text) == ("nothing", offset, offset, "")


@pytest.mark.parametrize(
    ("marked", "covered"),
    [
        ('x = f("a film|")', '"a film"'),
        ('x = (rb"", "😀" \'b|\')', "\"😀\" 'b'"),
        ('y = "😀😀"; self.net|.x', "self.net"),
        ('x = ("a"\n "b|" )', '"a"\n "b"'),
    ],
)
def test_offsets_are_utf16(marked: str, covered: str) -> None:
    source, offset = at_mark(marked)
    found = locate(source, offset)
    assert source.encode("utf-16-le")[2 * found.start : 2 * found.end].decode("utf-16-le") == covered


@pytest.mark.parametrize(
    ("value", "image"),
    [
        ("cat.png", True),
        ("data/Cat.JPG", True),
        ("C:\\\\photos\\\\cat.jpeg", True),
        ("cat.txt", False),
        ("see cat.png there", False),
        ("https://example.org/cat.png", False),
        ("a\\ncat.png", False),
        (".png", True),
    ],
)
def test_image_paths(value: str, image: bool) -> None:
    assert locate(f'x = "{value}"', 6).image is image


def test_whatever_python_reads() -> None:
    """In modules of the standard library, every literal has the range and the value that `ast` gives it."""
    folder = Path(sysconfig.get_paths()["stdlib"])
    seen = 0
    for name in ("argparse", "ast", "enum", "html/__init__", "json/decoder", "re/_parser", "textwrap", "turtle"):
        path = folder / f"{name}.py"
        if not path.exists():  # modules move between versions of Python
            continue
        source = path.read_text(encoding="utf-8")
        units, lines = Utf16(source), Lines(source, "utf-8")
        for node in literals(ast.parse(source)):
            start = units.to_units(lines.offset(node.lineno - 1, node.col_offset))
            end = units.to_units(lines.offset(node.end_lineno - 1, node.end_col_offset))  # type: ignore[operator, arg-type]
            found = locate(source, start)
            assert (found.kind, found.start, found.end) == ("string", start, end), (name, node.lineno)
            if isinstance(node, ast.Constant):
                assert found.text == node.value, (name, node.lineno)
            seen += 1
    assert seen > 1000


def literals(tree: ast.AST) -> list[ast.Constant | ast.JoinedStr]:
    """Outermost string literals."""
    found: list[ast.Constant | ast.JoinedStr] = []
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str)):
            found.append(node)
        else:
            waiting += ast.iter_child_nodes(node)
    return found


@given(st.text(alphabet=st.sampled_from("abf r\\'\"{}()[]:!.#\n\r\t😀{{}}\x0c\u2028x4N\ufeff")), st.integers(-3, 50))
def test_any_text_is_borne(source: str, offset: int) -> None:
    found = locate(source, offset)
    length = len(source.encode("utf-16-le", "surrogatepass")) // 2
    assert 0 <= found.start <= found.end <= length


@given(st.text(), st.integers(0, 60), st.sampled_from(["utf-8", "utf-16", "utf-32"]))
def test_positions_round_trip(source: str, offset: int, encoding: str) -> None:
    offset = min(offset, len(source))
    lines = Lines(source, encoding)
    if source[offset - 1 : offset + 1] == "\r\n":
        return  # between CR and LF there is no position
    if offset and source[offset - 1] == "\r" and source[offset : offset + 1] != "\n":
        assert lines.position(offset)[1] == 0
    assert lines.offset(*lines.position(offset)) == offset
    assert Utf16(source).to_code_points(Utf16(source).to_units(offset)) == offset
