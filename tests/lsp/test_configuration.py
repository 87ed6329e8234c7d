"""What pyproject.toml and the settings say: models by name, defaults, agents behind a command."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from heatline.lsp.configuration import configuration
from heatline.protocol import ModelsResult
from heatline.wire import decode

from ..agent.workspace import write
from .editor import Editor, RpcError

PYPROJECT = """
[tool.heatline]
method = "gradient"

[tool.heatline.models.films]
factory = "models.py:sentiment"
labels = ["dull", "fine"]

[tool.heatline.models.pets]
factory = "models.py:picture"
inputs = { kind = "image", size = 32 }
"""
COUNTING = """

def counted():
    with open("loads", "ab") as loads:
        loads.write(b".")
    return sentiment()
"""
TEXT = {"kind": "text", "text": "a good film"}


def named(spec: str) -> dict[str, str]:
    return {"kind": "factory", "spec": spec}


def explain(editor: Editor, spec: str, **params: Any) -> Any:
    return editor.request("heatline/explain", {"model": named(spec), "sample": TEXT, **params})


def workspace(folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "pyproject.toml").write_text(PYPROJECT)
    return write(folder)


# ---------------------------------------------------------------- the file


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[tool.heatline", "cannot be read"),
        ("tool.heatline = 3", "no table of tables"),
        ("tool.heatline.models = 3", "no table of tables"),
        ("[tool.heatline.models]\na = 3", "no table of tables"),
        ("[tool.heatline.models.a]\nfactory = 3", "names no factory"),
        ("[tool.heatline.models.a]\nfactory = 'f.py:a'", ""),
        ("[tool.heatline]\nmemory = '2 GB'", "'memory' of [tool.heatline] in"),
        ("[tool.heatline]\nsteps = 2.5", "is 2.5; expected a whole number above 0"),
        ("[tool.heatline]\nmemory = 2048\nseconds = 60", ""),
        ("", ""),
    ],
)
def test_a_file_that_is_wrong_says_how(tmp_path: Path, text: str, problem: str) -> None:
    (tmp_path / "pyproject.toml").write_text(text)
    found = configuration(str(tmp_path)).problem
    assert problem in found
    assert bool(problem) == bool(found)


def test_the_nearest_file_that_speaks_of_heatline(tmp_path: Path) -> None:
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    (tmp_path / "pyproject.toml").write_text(PYPROJECT + '[tool.heatline.other]\npython = "evil"\n')
    (inner / "pyproject.toml").write_text("[project]\nname = 'x'\n")
    found = configuration(str(inner))
    assert (list(found.models), found.defaults) == (["films", "pets"], {"method": "gradient"})
    (tmp_path / "pyproject.toml").write_text(PYPROJECT.replace("films", "movies"))
    assert list(configuration(str(inner)).models) == ["movies", "pets"]


# ---------------------------------------------------------------- in the server


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return workspace(tmp_path_factory.mktemp("configured"))


def test_models_by_name(editor: Editor, root: Path) -> None:
    films, pets, *rest = decode(ModelsResult, editor.request("heatline/models", {})).models
    assert (films.name, films.detail, films.inputs) == ("films", "pyproject.toml, models.py:sentiment", "text")
    assert (pets.name, pets.inputs, pets.origin) == ("pets", "image", "configured")
    assert {"sentiment", "picture"} & {model.name for model in rest} == set()
    assert explain(editor, "films")["target"]["label"] == "fine"
    uri = editor.edit(root / "use.py", 'x = "a good film"\n')
    assert (editor.hover(uri, 0, 8) or "").startswith("**fine ")


def test_defaults_of_the_workspace_and_of_the_person(editor: Editor) -> None:
    assert explain(editor, "films")["method"] == "gradient"
    editor.configure(method="integrated", steps=3, baseline="")
    assert explain(editor, "films")["method"] == "integrated"
    assert explain(editor, "films", method="input-x-gradient")["method"] == "input-x-gradient"
    editor.configure(method="", steps=0)


def test_an_answer_that_takes_too_long(editor: Editor) -> None:
    explain(editor, "films")
    editor.configure(seconds=0.5)
    with pytest.raises(RpcError, match=r"no answer within 0\.5 s") as error:
        explain(editor, "models.py:hangs")
    editor.configure(seconds=0)
    assert "heatline.seconds" in error.value.data["next_step"]
    assert explain(editor, "films")["status"] == "final"


def test_a_setting_that_cannot_be_used_is_told_of_once(editor: Editor) -> None:
    before = len(editor.of("window/showMessage"))
    editor.configure(memory="lots", seconds=-1, steps=True)
    assert explain(editor, "films")["status"] == "final"
    told = {params["message"] for params in editor.of("window/showMessage")[before:]}
    assert told == {
        "'heatline.memory' is \"lots\"; expected a number of megabytes above 0. It counts as not set.",
        "'heatline.seconds' is -1; expected a number of seconds above 0. It counts as not set.",
        "'heatline.steps' is true; expected a whole number above 0. It counts as not set.",
    }
    editor.configure(memory=0, seconds=None, steps=0)
    explain(editor, "films")
    assert len(editor.of("window/showMessage")) == before + 3


def test_what_an_agent_keeps_has_a_limit(editor: Editor, root: Path) -> None:
    """With room for one model, the one before is loaded again; with more room it is not."""
    (root / "models.py").write_text((root / "models.py").read_text() + COUNTING)
    loads = root / "loads"

    def loaded(times: int, **settings: Any) -> int:
        loads.write_bytes(b"")
        editor.configure(**settings)
        for _ in range(times):
            for spec in ("models.py:counted", "models.py:sentiment"):
                explain(editor, spec, steps=2, method="integrated")
        return loads.stat().st_size

    assert loaded(2, memory=0.0001) == 2
    assert loaded(2, memory=1000) == 1


def test_the_same_name_in_two_folders(tmp_path: Path) -> None:
    roots = [workspace(tmp_path / name) for name in ("one", "two")]
    second = roots[1] / "pyproject.toml"
    second.write_text(second.read_text().replace("fine", "great"))
    editor = Editor()
    editor.open(*roots)
    specs = [model["ref"]["spec"] for model in editor.request("heatline/models", {})["models"]]
    wanted = [f"{root}/pyproject.toml:films" for root in roots]
    assert set(wanted) <= set(specs)
    assert [explain(editor, spec)["target"]["label"] for spec in wanted] == ["fine", "great"]
    assert editor.close() == 0


def test_a_file_that_becomes_wrong_is_told_of_once(tmp_path: Path) -> None:
    """The editor watches it for us; what it says counts from the next request on."""
    root = workspace(tmp_path)
    editor = Editor()
    editor.open(root)
    watching = editor.until_asked("client/registerCapability")
    patterns = [
        watcher["globPattern"]
        for registration in watching["registrations"]
        for watcher in registration["registerOptions"].get("watchers", [])
    ]
    assert patterns == ["**/pyproject.toml"]

    def change(text: str) -> list[str]:
        (root / "pyproject.toml").write_text(text)
        changes = [{"uri": (root / "pyproject.toml").as_uri(), "type": 2}]
        editor.notify("workspace/didChangeWatchedFiles", {"changes": changes})
        names = [model["name"] for model in editor.request("heatline/models", {})["models"]]
        assert ("films" in names) == (text == PYPROJECT)
        return [params["message"] for params in editor.of("window/showMessage")]

    assert change(PYPROJECT) == []
    (told,) = change("[tool.heatline")
    assert "pyproject.toml cannot be read" in told
    assert len(change("[tool.heatline ")) == 1  # the same fault
    assert len(change(PYPROJECT)) == 1
    assert len(change("[tool.heatline")) == 2
    assert editor.close() == 0


# ---------------------------------------------------------------- an agent behind a command

STAND_IN = """#!/bin/sh
# Stands in for ssh: HOST COMMAND..., run here, in another folder, with the arguments joined as ssh joins them.
[ "$1" = gpu ] || { echo "ssh: Could not resolve hostname $1" >&2; exit 255; }
shift
cd /
exec sh -c "$*"
"""


@pytest.mark.skipif(sys.platform == "win32", reason="the stand-in for ssh is a shell script")
def test_an_agent_over_ssh(tmp_path: Path) -> None:
    """With a stand-in for ssh that runs its command here; the workspace lies elsewhere on that machine."""
    here, there = workspace(tmp_path / "here"), workspace(tmp_path / "there")
    (there / "models.py").write_text((there / "models.py").read_text().replace("positive", "remote"))
    (there / "pyproject.toml").unlink()
    ssh = tmp_path / "ssh"
    ssh.write_text(STAND_IN)
    ssh.chmod(0o755)
    agent = f"{ssh} gpu {sys.executable} -m heatline agent --stdio"
    editor = Editor({"agent": agent, "agentRoot": str(there)})
    editor.open(here)
    assert explain(editor, "models.py:sentiment", job="remote")["target"]["label"] == "remote"
    assert any(params["token"] == "remote" for params in editor.of("$/progress"))
    photo = {"kind": "file", "path": str(here / "photo.png")}
    (here / "photo.png").unlink()  # what is read is the file on the agent's machine
    params = {"model": named("models.py:picture"), "sample": photo}
    assert editor.request("heatline/explain", params)["picture"]["kind"] == "image"

    editor.configure(agent=agent.replace(" gpu ", " nowhere "))
    with pytest.raises(RpcError, match="status 255: ssh: Could not resolve hostname nowhere") as error:
        explain(editor, "models.py:sentiment")
    assert error.value.kind == "agent-died"
    editor.configure(agent=[str(tmp_path / "no-ssh"), "gpu"])
    with pytest.raises(RpcError, match=r"the command .*no-ssh gpu cannot be started") as error:
        explain(editor, "models.py:sentiment")
    assert "heatline.agent" in error.value.data["next_step"]
    assert editor.close() == 0
