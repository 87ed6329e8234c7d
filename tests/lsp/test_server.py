"""The language server over its pipes, with a real agent and real models."""

from __future__ import annotations

import base64
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from heatline.protocol import Explanation, InlineResult, Located, ModelsResult, Prediction, StaticResult
from heatline.wire import decode

from ..agent.workspace import write
from .editor import PLAIN, Editor, RpcError

SOURCE = '''\
"""A docstring that is long enough to be a sample."""
text = "a good film"
other = ("not a "
         "bad film")
photo = "photo.png"
missing = "no such.png"
word = "good"
unasked = "film"
docs = b"a good film"
'''
TEXT, OTHER, PHOTO, MISSING, WORD, UNASKED, BYTES, NAME = (
    (1, 12),
    (3, 12),
    (4, 12),
    (5, 14),
    (6, 10),
    (7, 12),
    (8, 14),
    (1, 0),
)


def factory(name: str) -> dict[str, str]:
    return {"kind": "factory", "spec": f"models.py:{name}"}


TEXT_SAMPLE = {"kind": "text", "text": "a good film"}


def explain(editor: Editor, text: str, model: str = "sentiment", **params: Any) -> Any:
    sample = {"kind": "text", "text": text}
    return editor.request("heatline/explain", {"model": factory(model), "sample": sample, **params})


def explain_photo(editor: Editor, root: Path) -> Any:
    sample = {"kind": "file", "path": str(root / "photo.png")}
    return editor.request("heatline/explain", {"model": factory("picture"), "sample": sample})


def agents(pid: int) -> list[int]:
    """The agents of a server."""
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


@pytest.fixture(scope="module")
def editor(root: Path) -> Iterator[Editor]:
    """One server for the tests of this module; a text and an image were explained."""
    editor = Editor()
    editor.open(root, options={"images": True})
    explain(editor, "a good film")
    explain_photo(editor, root)
    yield editor
    assert editor.close() == 0


@pytest.fixture(scope="module")
def uri(editor: Editor, root: Path) -> str:
    return editor.edit(root / "use.py", SOURCE)


@pytest.fixture(scope="module")
def untouched(root: Path) -> Iterator[Editor]:
    """A server from which nobody has asked an explanation."""
    editor = Editor({"python": sys.executable, "model": "models.py:sentiment"})
    editor.open(root)
    yield editor
    assert editor.close() == 0


# ---------------------------------------------------------------- source text


def test_models_of_the_workspace(untouched: Editor) -> None:
    models = decode(ModelsResult, untouched.request("heatline/models", {})).models
    found = {model.name: model for model in models}
    assert found["sentiment"].ref.kind == "factory"
    assert found["sentiment"].ref.spec == "models.py:sentiment"
    assert (found["sentiment"].inputs, found["picture"].inputs) == ("text", "image")
    assert models[0].name == "sentiment"
    assert models.index(found["picture"]) < models.index(found["Sentiment"])


def test_models_of_a_file_that_is_not_saved(untouched: Editor, root: Path) -> None:
    (root / "draft.py").write_text("")
    untouched.edit(root / "draft.py", "import torch\ndef draft() -> torch.nn.Module: ...\n")
    names = [model["name"] for model in untouched.request("heatline/models", {"root": str(root)})["models"]]
    assert "draft" in names


def test_locate_and_inline(untouched: Editor) -> None:
    source = 'x = "caf\\u00e9 😀 good"'
    located = decode(Located, untouched.request("heatline/locate", {"source": source, "offset": 8}))
    assert (located.kind, located.text) == ("string", "café 😀 good")
    params = {"source": source, "offset": 8, "spans": [{"start": 7, "end": 11}]}
    (found,) = decode(InlineResult, untouched.request("heatline/inlineAttributions", params)).ranges
    assert source.encode("utf-16-le")[2 * found.start : 2 * found.end].decode("utf-16-le") == "good"


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_before_a_gesture_there_is_no_hover_and_no_agent(untouched: Editor, root: Path) -> None:
    """Also where a model is configured: a workspace may bring settings of its own."""
    uri = untouched.edit(root / "use.py", SOURCE)
    assert [untouched.hover(uri, *place) for place in (TEXT, OTHER, PHOTO)] == [None, None, None]
    assert agents(untouched.process.pid) == []


# ---------------------------------------------------------------- explanations


def test_explain_with_progress_and_previews(editor: Editor) -> None:
    result = decode(Explanation, explain(editor, "a good film", "slow", job="first"))
    assert result.status == "final"
    assert result.target.label == "positive"
    assert result.picture.kind == "text"
    assert max(result.picture.words, key=lambda word: word.score).text == "good"

    progress = [params for params in editor.of("$/progress") if params["token"] == "first"]
    assert len(progress) > 2
    percentages = [params["value"]["percentage"] for params in progress]
    assert percentages == sorted(percentages)
    updates = [params for params in editor.of("heatline/update") if params["job"] == "first"]
    assert [update["seq"] for update in updates] == list(range(len(updates)))
    assert updates[0]["explanation"]["status"] == "preview"


def test_a_request_without_a_job_is_quiet(editor: Editor) -> None:
    before = len(editor.notifications)
    explain(editor, "a bad film")
    assert len(editor.notifications) == before


def test_predict(editor: Editor) -> None:
    params = {"model": factory("sentiment"), "sample": {"kind": "text", "text": "bad bad film"}}
    assert decode(Prediction, editor.request("heatline/predict", params)).classes[0].label == "negative"


def test_static_forms_of_a_result(editor: Editor) -> None:
    explain(editor, "a good film", job="kept")
    found = decode(StaticResult, editor.request("heatline/static", {"job": "kept"}))
    assert "good" in found.text
    with pytest.raises(RpcError, match="never") as error:
        editor.request("heatline/static", {"job": "never"})
    assert error.value.kind == "stale-handle"


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_the_server_itself_has_no_torch(editor: Editor) -> None:
    loaded = Path(f"/proc/{editor.process.pid}/maps").read_text()
    assert "libtorch" not in loaded
    assert "numpy" not in loaded
    (agent,) = agents(editor.process.pid)
    assert "libtorch" in Path(f"/proc/{agent}/maps").read_text()


@pytest.mark.parametrize(
    ("model", "sample", "kind", "message"),
    [
        (factory("raises"), TEXT_SAMPLE, "user-code", "weights are missing"),
        (factory("nothing"), TEXT_SAMPLE, "bad-input", "nothing"),
        ({"kind": "factory", "spec": "gone.py:make"}, TEXT_SAMPLE, "bad-input", "gone.py"),
        (factory("sentiment"), {"kind": "text", "text": ""}, "bad-input", "empty"),
        (factory("picture"), {"kind": "file", "path": "models.py"}, "bad-input", "models.py"),
        (factory("exits"), TEXT_SAMPLE, "user-code", ""),
        ({"kind": "live", "handle": {"session": "s", "object": 1}}, TEXT_SAMPLE, "stale-handle", "live session"),
        ({"kind": "factory"}, TEXT_SAMPLE, "protocol", "model.spec is missing"),
        ({"kind": "factory", "spec": 3}, TEXT_SAMPLE, "protocol", "model.spec is 3"),
    ],
)
def test_bad_input_is_one_clear_line(
    editor: Editor, model: dict[str, Any], sample: dict[str, Any], kind: str, message: str
) -> None:
    with pytest.raises(RpcError) as error:
        editor.request("heatline/explain", {"model": model, "sample": sample})
    assert error.value.kind == kind
    assert message in str(error.value)
    assert "\n" not in str(error.value)


# ---------------------------------------------------------------- hovers


def test_hover_on_a_text_that_was_explained(editor: Editor, uri: str) -> None:
    text = editor.hover(uri, *TEXT)
    assert text is not None
    assert text.startswith("**positive 99.8 %** · negative 0.2 %")
    assert "`good` +0.2" in text


def test_hover_on_another_text_uses_the_same_model(editor: Editor, uri: str) -> None:
    text = editor.hover(uri, *OTHER)
    assert text is not None
    assert "`bad` −0." in text


@pytest.mark.parametrize("place", [(0, 20), UNASKED, MISSING, BYTES, NAME])
def test_no_hover_on_what_is_no_sample(editor: Editor, uri: str, place: tuple[int, int]) -> None:
    """A docstring, a single word nobody asked about, a file that is not there, bytes, a name."""
    assert editor.hover(uri, *place) is None


def test_hover_on_a_word_that_was_explained(editor: Editor, uri: str) -> None:
    explain(editor, "good")
    assert editor.hover(uri, *WORD) is not None


def test_hover_on_an_image_shows_a_small_heatmap(editor: Editor, root: Path, uri: str) -> None:
    explain_photo(editor, root)
    text = editor.hover(uri, *PHOTO)
    assert text is not None
    assert len(text) < 100_000
    assert " of the attribution lies in the " in text
    picture = text.partition("(data:image/png;base64,")[2].rstrip(")")
    assert base64.b64decode(picture).startswith(b"\x89PNG")


def test_hover_in_a_cell_of_a_notebook(editor: Editor, root: Path) -> None:
    cell = f"vscode-notebook-cell:{root}/note.ipynb#W0"
    notebook = {
        "uri": (root / "note.ipynb").as_uri(),
        "notebookType": "jupyter-notebook",
        "version": 1,
        "cells": [{"kind": 2, "document": cell}],
    }
    text = {"uri": cell, "languageId": "python", "version": 1, "text": 'x = "a good film"\ny = "photo.png"'}
    editor.notify("notebookDocument/didOpen", {"notebookDocument": notebook, "cellTextDocuments": [text]})
    assert "positive" in (editor.hover(cell, 0, 8) or "")
    assert "of the attribution" in (editor.hover(cell, 1, 8) or "")


def test_hovers_can_be_switched_off(editor: Editor, uri: str) -> None:
    editor.configure(hover=False)
    assert editor.hover(uri, *TEXT) is None
    editor.configure(hover=True)
    assert editor.hover(uri, *TEXT) is not None


def test_a_changed_model_file_makes_cached_answers_stale(editor: Editor, root: Path, uri: str) -> None:
    models = root / "changing.py"
    models.write_text((root / "models.py").read_text())
    ref = {"kind": "factory", "spec": "changing.py:sentiment"}
    editor.request("heatline/explain", {"model": ref, "sample": TEXT_SAMPLE})
    before = editor.hover(uri, *TEXT)
    models.write_text(models.read_text().replace("positive", "fine"))
    after = editor.hover(uri, *TEXT)
    models.unlink()
    explain(editor, "a good film")
    assert before is not None
    assert after is not None
    assert ("**positive" in before, "**fine" in after) == (True, True)


# ---------------------------------------------------------------- actions, lenses, the command


def action_titles(editor: Editor, uri: str, place: tuple[int, int], only: list[str] | None = None) -> list[str]:
    at = {"line": place[0], "character": place[1]}
    params = {
        "textDocument": {"uri": uri},
        "range": {"start": at, "end": at},
        "context": {"diagnostics": [], **({"only": only} if only else {})},
    }
    return [action["title"] for action in editor.request("textDocument/codeAction", params)]


def test_code_actions_name_the_models_that_fit(editor: Editor, uri: str) -> None:
    texts = action_titles(editor, uri, TEXT)
    assert texts[0] == "Explain Prediction with sentiment (models.py)"
    assert not any("picture" in title for title in texts)
    assert "Explain Prediction with picture (models.py)" in action_titles(editor, uri, PHOTO)
    assert action_titles(editor, uri, (1, 1)) == []
    assert action_titles(editor, uri, TEXT, ["quickfix"]) == []
    assert action_titles(editor, uri, TEXT, ["heatline"]) != []


def run(editor: Editor, *arguments: Any) -> Any:
    return editor.request("workspace/executeCommand", {"command": "heatline.explain", "arguments": list(arguments)})


def messages(editor: Editor) -> list[str]:
    return [params["message"] for params in editor.of("window/showMessage")]


def test_the_command_tells_in_words(editor: Editor, uri: str) -> None:
    text = run(editor, uri, {"line": TEXT[0], "character": TEXT[1]}, "models.py:sentiment")
    assert text.startswith("sentiment: positive 99.8 %")
    assert messages(editor)[-1] == text
    values = [p["value"] for p in editor.of("$/progress") if p["token"].startswith("heatline-")]
    assert (values[0]["kind"], values[-1]["kind"]) == ("begin", "end")


def test_the_command_asks_which_model(editor: Editor, uri: str) -> None:
    place = {"line": TEXT[0], "character": TEXT[1]}
    editor.pick = "models.py:noisy"
    assert run(editor, uri, place).startswith("noisy: positive")
    editor.pick = None
    assert run(editor, uri, place) is None


def test_the_command_says_what_is_wrong(editor: Editor, uri: str) -> None:
    assert run(editor, uri, {"line": 1, "character": 0}) is None
    assert "line 2 has no string" in messages(editor)[-1]
    assert run(editor, uri, {"line": TEXT[0], "character": TEXT[1]}, "models.py:raises") is None
    assert "weights are missing" in messages(editor)[-1]
    assert run(editor, uri) is None
    assert "takes a document's URI" in messages(editor)[-1]


def test_configured_models_stand_first(editor: Editor) -> None:
    editor.configure(models=["models.py:noisy", "package.module:make"])
    first, second, third, *_ = decode(ModelsResult, editor.request("heatline/models", {})).models
    assert (first.name, first.origin, first.inputs) == ("noisy", "configured", "text")
    assert (second.name, second.origin) == ("make", "configured")
    assert third.name == "sentiment"
    editor.configure(models=[])


# ---------------------------------------------------------------- other clients


def test_a_client_with_commands_of_its_own(tmp_path: Path) -> None:
    editor = Editor()
    found = editor.open(write(tmp_path), options={"commands": True})
    assert found["executeCommandProvider"]["commands"] == []
    uri = editor.edit(tmp_path / "use.py", SOURCE)
    assert action_titles(editor, uri, TEXT) == ["Explain Prediction..."]
    models = editor.edit(tmp_path / "models.py")
    lenses = editor.request("textDocument/codeLens", {"textDocument": {"uri": models}})
    lens = next(lens for lens in lenses if lens["command"]["arguments"] == ["models.py:sentiment"])
    assert lens["command"]["command"] == "heatline.explainWith"
    line = (tmp_path / "models.py").read_text().splitlines()[lens["range"]["start"]["line"]]
    assert line.startswith("def sentiment")
    assert editor.close() == 0


def test_a_client_that_knows_little(tmp_path: Path) -> None:
    """Settings come once, hovers are plain text, and nothing is asked."""
    editor = Editor()
    editor.open(write(tmp_path), options={"settings": {"python": sys.executable}}, capabilities=PLAIN)
    uri = editor.edit(tmp_path / "use.py", SOURCE)
    assert editor.request("textDocument/codeLens", {"textDocument": {"uri": uri}}) == []
    assert run(editor, uri, {"line": TEXT[0], "character": TEXT[1]}, "models.py:sentiment") == editor.hover(uri, *TEXT)
    assert editor.asked == []
    assert editor.close() == 0
