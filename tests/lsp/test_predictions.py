"""Hovers, code actions and the command on predictions, in files and in notebooks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from .editor import Editor, RpcError

SOURCE = """\
from models import sentiment, slow, encode
model = sentiment()
ids = encode("a good film", "pt")
pred = model(ids)
print(pred.argmax())
other = slow()("a bad film")
many = model(encode("a good film") + encode("a bad film"))
picture = load("photo.png")
"""
PRED, USE, CALL, OTHER, IDS = (3, 2), (4, 8), (3, 9), (5, 2), (2, 1)


def place(at: tuple[int, int]) -> dict[str, int]:
    return {"line": at[0], "character": at[1]}


def run(editor: Editor, command: str, *arguments: Any) -> Any:
    return editor.request("workspace/executeCommand", {"command": command, "arguments": list(arguments)})


def actions(editor: Editor, uri: str, at: tuple[int, int]) -> list[dict[str, Any]]:
    params = {"textDocument": {"uri": uri}, "range": {"start": place(at), "end": place(at)}}
    found: list[dict[str, Any]] = editor.request("textDocument/codeAction", {**params, "context": {"diagnostics": []}})
    return found


@pytest.fixture(scope="module")
def uri(editor: Editor, root: Path) -> str:
    return editor.edit(root / "use.py", SOURCE)


def test_a_prediction_from_the_action_to_the_hover(editor: Editor, uri: str) -> None:
    assert editor.hover(uri, *PRED) is None  # before the gesture
    (action,) = actions(editor, uri, PRED)
    assert action["title"] == "Explain Prediction with sentiment (models.py)"
    told = run(editor, action["command"]["command"], *action["command"]["arguments"])
    assert told.startswith("sentiment: positive 99.8 %")
    for at in (PRED, USE, CALL):
        assert (editor.hover(uri, *at) or "").startswith("**positive 99.8 %**"), at


def test_no_hover_with_a_model_that_was_not_chosen(editor: Editor, uri: str) -> None:
    """The source names another model there, which no gesture has asked for."""
    assert editor.hover(uri, *OTHER) is None
    (action,) = actions(editor, uri, OTHER)
    assert action["title"] == "Explain Prediction with slow (models.py)"


@pytest.mark.parametrize("at", [IDS, (0, 0), (4, 1), (7, 2)])
def test_what_is_no_prediction(editor: Editor, uri: str, at: tuple[int, int]) -> None:
    assert editor.hover(uri, *at) is None
    assert actions(editor, uri, at) == []


CASES = [
    ("pred = model(f'a {adjective} film')", "pred", "**positive", "`good` +"),
    ("pred = model(['a bad film', 'a good film'])", "pred", "Sample 1 of 2: **", "`bad`"),
    ("pred = model(['a bad film', 'a good film'])\npred[1]", "pred[1]", "Sample 2 of 2: **positive", "`good`"),
    ("pred = model(['a bad film', 'a good film'])\npred[2]", "pred[2]", "The batch has 2 samples, and no entry 2.", ""),
    ("text = 'a bad film'\ntext = 'a good film'\npred = model(text)", "pred", "**positive", "`good`"),
    ("if ids:\n    text = 'a bad film'\nelse:\n    text = 'a good film'\npred = model(text)", "pred",
     "2 samples may flow into model(...) here.", "does not say which"),
    ("pred = model('a good film', 'a bad film')", "pred", "2 samples may flow into model(...)", "reads one"),
    ("pred = model(read())", "pred", "The program's text does not say what flows into model(...)", "ask there"),
]  # fmt: skip


@pytest.mark.parametrize(("source", "place", "start", "within"), CASES)
def test_which_sample_it_was_or_why_that_cannot_be_said(
    editor: Editor, root: Path, source: str, place: str, start: str, within: str
) -> None:
    editor.request(
        "heatline/explain",
        {"model": {"kind": "factory", "spec": "models.py:sentiment"}, "sample": {"kind": "text", "text": "a film"}},
    )
    text = f"from models import sentiment\nmodel = sentiment()\nadjective = 'good'\n{source}\n"
    uri = editor.edit(root / f"case{CASES.index((source, place, start, within))}.py", text)
    line = text[: text.rindex(place)].count("\n")
    found = editor.hover(uri, line, 1)
    assert found is not None
    assert found.startswith(start)
    assert within in found
    titles = [action["title"] for action in actions(editor, uri, (line, 1))]
    which = start.partition(":")[0].lower() if start.startswith("Sample") else ""
    said = start.startswith(("**", "Sample"))
    assert titles == ([f"Explain Prediction with sentiment ({', '.join(filter(None, ['models.py', which]))})"] * said)


def test_a_model_that_was_not_chosen_is_silent_about_its_predictions(editor: Editor, root: Path) -> None:
    uri = editor.edit(root / "silent.py", "from models import picture\npred = picture()(read())\n")
    assert editor.hover(uri, 1, 1) is None


def test_half_typed(editor: Editor, root: Path) -> None:
    uri = editor.edit(root / "half.py", SOURCE + "last = model('a good film')\nnext = last.so(\nfor x in")
    assert (editor.hover(uri, 9, 9) or "").startswith("**positive ")


# ---------------------------------------------------------------- notebooks


class Notebook:
    """A notebook of code cells, kept in step with the server."""

    def __init__(self, editor: Editor, path: Path, cells: list[str]) -> None:
        self.editor, self.path = editor, path
        self.uris = [f"vscode-notebook-cell:{path}#W{i}" for i in range(len(cells))]
        self.notebook = {"uri": path.as_uri(), "version": 1}
        editor.notify(
            "notebookDocument/didOpen",
            {
                "notebookDocument": {
                    **self.notebook,
                    "notebookType": "jupyter-notebook",
                    "cells": [{"kind": 2, "document": uri} for uri in self.uris],
                },
                "cellTextDocuments": [
                    {"uri": uri, "languageId": "python", "version": 1, "text": text}
                    for uri, text in zip(self.uris, cells, strict=True)
                ],
            },
        )

    def change(self, **cells: Any) -> None:
        self.editor.notify(
            "notebookDocument/didChange", {"notebookDocument": self.notebook, "change": {"cells": cells}}
        )


def test_names_of_earlier_cells(editor: Editor, root: Path) -> None:
    cells = [
        "%matplotlib inline\n!pip list\nfrom models import sentiment\nmodel = sentiment()",
        "%%bash\nmodel=nothing\n'unfinished",
        '# 😀\ntext = "a very good film"',
        "pred = model(text)",
        'text = "a bad film"',
    ]
    notebook = Notebook(editor, root / "note.ipynb", cells)
    (action,) = actions(editor, notebook.uris[3], (0, 2))
    assert action["title"] == "Explain Prediction with sentiment (models.py)"
    assert run(editor, action["command"]["command"], *action["command"]["arguments"]).startswith("sentiment: positive")
    assert "`very`" in (editor.hover(notebook.uris[3], 0, 8) or "")
    assert editor.hover(notebook.uris[1], 1, 1) is None

    changed = {"document": {"uri": notebook.uris[2], "version": 2}, "changes": [{"text": 'text = "a dull film"'}]}
    notebook.change(textContent=[changed])
    assert "`very`" not in (editor.hover(notebook.uris[3], 0, 8) or "")

    # The cell with the sample is deleted; the other one of that name stands below the call.
    notebook.change(
        structure={"array": {"start": 2, "deleteCount": 1, "cells": []}, "didClose": [{"uri": notebook.uris[2]}]}
    )
    assert "does not say what flows into model(...)" in (editor.hover(notebook.uris[3], 0, 2) or "")


def test_no_code_lens_in_a_cell(editor: Editor, root: Path) -> None:
    """What a cell defines, no other process can load."""
    cells = ["import torch\ndef net() -> torch.nn.Module: ...", "m = net()\np = m('a good film')"]
    notebook = Notebook(editor, root / "lens.ipynb", cells)
    assert editor.request("textDocument/codeLens", {"textDocument": {"uri": notebook.uris[0]}}) == []
    assert all("net (" not in action["title"] for action in actions(editor, notebook.uris[1], (1, 0)))


# ---------------------------------------------------------------- lenses and commands


def test_a_lens_explains_a_sample_of_the_open_documents(editor: Editor, root: Path) -> None:
    models = editor.edit(root / "models.py")
    lenses = editor.request("textDocument/codeLens", {"textDocument": {"uri": models}})
    commands = [lens["command"] for lens in lenses if lens["command"]["arguments"] == ["models.py:noisy"]]
    assert [command["title"] for command in commands] == ["Explain with this model", "Average gradients"]
    uri = editor.edit(root / "few.py", 'x = "not a bad film"\n')
    editor.pick = "not a bad film (few.py:1)"
    assert run(editor, commands[0]["command"], *commands[0]["arguments"]).startswith("noisy: ")
    assert "noisy" in (editor.hover(uri, 0, 8) or "")
    editor.pick = None


def test_average_gradients(editor: Editor, root: Path) -> None:
    (root / "data").mkdir(exist_ok=True)
    (root / "data" / "reviews.csv").write_text(
        "text,label\n" + "a good film,positive\na bad film,negative\nnot a good film,positive\n" * 5
    )
    told = run(editor, "heatline.average", "models.py:sentiment")
    assert told.startswith("sentiment over 15 samples of ")
    assert "positive: " in told
    assert "good +" in told
    with pytest.raises(RpcError):
        editor.request("heatline/average", {"model": {"kind": "factory", "spec": "models.py:sentiment"}})
    assert run(editor, "heatline.average", "models.py:sentiment", "no/such.csv") is None
    assert run(editor, "heatline.average") is None
    told = editor.of("window/showMessage")[-1]["message"]
    assert "takes a model's spec" in told
