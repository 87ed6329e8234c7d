"""What was explained, shown in the source; in every position encoding."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from heatline.lsp import summary
from heatline.protocol import TokenScore

from ..agent.workspace import write
from .editor import PLAIN, VSCODE, Editor, recorded

EMACS, NEOVIM = recorded("emacs_v29.1"), recorded("neovim_v0.11.0")
ENCODINGS = {"utf-8": NEOVIM, "utf-16": VSCODE, "utf-32": EMACS}
SOURCE = '''\
é = "𝔞 not good film"; 𝔟 = ("a " r"go"
    f"od\\n" """fi
lm""")
word = "good"
'''
EVERYTHING = {"start": {"line": 0, "character": 0}, "end": {"line": 99, "character": 0}}


def covered(source: str, span: dict[str, Any], encoding: str) -> str:
    """The stretch of a source that a range of one line covers, counted as the encoding does."""
    line: str = source.split("\n")[span["start"]["line"]]
    assert span["start"]["line"] == span["end"]["line"]
    codec, width = {"utf-8": ("utf-8", 1), "utf-16": ("utf-16-le", 2), "utf-32": ("utf-32-le", 4)}[encoding]
    start, end = (int(span[side]["character"]) * width for side in ("start", "end"))
    return line.encode(codec)[start:end].decode(codec)


def explain(editor: Editor, text: str) -> Any:
    model = {"kind": "factory", "spec": "models.py:sentiment"}
    return editor.request("heatline/explain", {"model": model, "sample": {"kind": "text", "text": text}})


def words(editor: Editor, uri: str, line: int, character: int) -> dict[str, Any]:
    params = {"textDocument": {"uri": uri}, "position": {"line": line, "character": character}}
    found: dict[str, Any] = editor.request("heatline/inlineWords", params)
    return found


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
def test_words_and_hints_stand_where_the_literal_has_them(tmp_path: Path, encoding: str) -> None:
    editor = Editor({"python": sys.executable, "inlayHints": True})
    found = editor.open(write(tmp_path), capabilities=ENCODINGS[encoding])
    assert found["positionEncoding"] == encoding
    uri = editor.edit(tmp_path / "use.py", SOURCE)
    assert words(editor, uri, 0, 10) == {"label": None, "words": []}
    hints = {"textDocument": {"uri": uri}, "range": EVERYTHING}
    assert editor.request("textDocument/inlayHint", hints) == []

    explain(editor, "𝔞 not good film")
    first = words(editor, uri, 0, 10)
    assert first["label"].startswith("positive ")
    assert max(first["words"], key=lambda word: word["score"])["text"] == "good"
    for word in first["words"]:
        assert [covered(SOURCE, span, encoding) for span in word["ranges"]] == [word["text"]]
    assert max(abs(word["strength"]) for word in first["words"]) == 1

    explain(editor, "a good\nfi\nlm")
    second = words(editor, uri, 1, 7)
    assert [[covered(SOURCE, span, encoding) for span in word["ranges"]] for word in second["words"]] == [
        ["a"],
        ["go", "od"],
        ["fi"],
        ["lm"],
    ]

    shown = editor.request("textDocument/inlayHint", hints)
    assert [hint["label"] for hint in shown] == [first["label"], second["label"]]
    assert covered(SOURCE, {"start": {"line": 0, "character": 0}, "end": shown[0]["position"]}, encoding).endswith(
        'film"'
    )
    assert (
        editor.request("textDocument/inlayHint", {**hints, "range": {**EVERYTHING, "end": EVERYTHING["start"]}}) == []
    )
    if encoding == "utf-8":
        assert any(asked["method"] == "workspace/inlayHint/refresh" for asked in editor.asked)
    editor.configure(inlayHints=False)
    assert editor.request("textDocument/inlayHint", hints) == []
    assert editor.close() == 0


def test_coloured_words_only_where_the_client_leaves_them_in(tmp_path: Path) -> None:
    html = {**VSCODE, "general": {"markdown": {"parser": "marked", "allowedTags": ["p", "span"]}}}
    found = []
    for capabilities in (html, VSCODE, NEOVIM, PLAIN):
        editor = Editor()
        editor.open(write(tmp_path), options={"settings": {"python": sys.executable}}, capabilities=capabilities)
        uri = editor.edit(tmp_path / "use.py", 'x = "a good film"\n')
        explain(editor, "a good film")
        found.append(editor.hover(uri, 0, 8) or "")
        assert editor.close() == 0
    coloured, *others = found
    assert '<span style="background-color:#cf8e68ff;">good</span>' in coloured
    assert coloured.startswith(others[0])
    assert not any("<span" in text for text in others)


def scores(*words: tuple[str, float]) -> tuple[str, list[TokenScore]]:
    text, found = "", []
    for word, score in words:
        found.append(TokenScore(word, len(text), len(text) + len(word), score))
        text += word + " "
    return text, found


def test_coloured_words_say_strength_and_sign() -> None:
    found = summary.coloured(*scores(("great", 0.5), ("poor", -0.25), ("the", 0.0), ("a", 0.001)))
    assert found == (
        '<span style="background-color:#cf8e68ff;">great</span> '
        '<span style="background-color:#609dbc80;">poor</span> the a'
    )


def test_markup_in_coloured_words_stays_text() -> None:
    found = summary.coloured(*scores(("</span><b>", 1.0), ("[x](command:evil)", 0.5), ("`_a_`\n#", 0.1)))
    inside = found.replace("</span>", "").replace("<span", "")
    assert not set(inside.replace('style="background-color:#', "")) & set("<[`*_\n(")
    assert "&#60;&#47;span&#62;&#60;b&#62;" in found


def test_long_texts_are_cut() -> None:
    found = summary.coloured(*scores(*[("word", 1.0)] * 10_000))
    assert len(found) < summary.LARGEST_COLOURED + 10
    assert found.endswith("…")
    assert summary.coloured("nothing here", []) == ""
