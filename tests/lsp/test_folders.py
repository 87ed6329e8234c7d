"""Several workspace folders in one window: what is of the same name in two of them is never mistaken for the other."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

from ..agent.workspace import write
from .editor import Editor
from .test_server import agents

TEXT = {"kind": "text", "text": "a good film"}
FOLDERS = {"one": "first", "two": "second"}
"""The label by which the models of each folder are known."""


@pytest.fixture(scope="module")
def roots(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Two folders with models of the same names: in files, in a package, and as weights."""
    made = {}
    for name, label in FOLDERS.items():
        root = made[name] = tmp_path_factory.mktemp(name)
        write(root)
        models = (root / "models.py").read_text().replace("positive", label)
        (root / "models.py").write_text(models)
        (root / "package").mkdir()
        (root / "package" / "__init__.py").touch()
        shutil.copy(root / "models.py", root / "package" / "critics.py")
    shapes = {"embedding.weight": (6, 4), "out.weight": (2, 4), "out.bias": (2,)}
    torch.save({name: torch.ones(shape) for name, shape in shapes.items()}, made["one"] / "even.pt")
    return made


@pytest.fixture(scope="module")
def editor(roots: dict[str, Path]) -> Iterator[Editor]:
    editor = Editor()
    for root in roots.values():
        editor.of_folders[root.as_uri()] = {"models": ["package.critics:sentiment"]}
    editor.open(*roots.values())
    yield editor
    assert editor.close() == 0


def listed(editor: Editor, file: str) -> dict[str, str]:
    """Detail -> spec, of the models named `sentiment` in a file or module."""
    models = editor.request("heatline/models", {})["models"]
    return {
        model["detail"]: model["ref"]["spec"]
        for model in models
        if model["name"] == "sentiment" and model["detail"].endswith(file)
    }


def label(editor: Editor, spec: str, **params: Any) -> str:
    model = {"kind": "factory", "spec": spec}
    asked = {"model": model, "sample": TEXT, "method": "gradient", **params}
    found = editor.request("heatline/explain", asked)
    return str(found["target"]["label"])


@pytest.mark.parametrize("file", ["models.py", "package.critics"])
def test_models_of_two_folders_are_told_apart_and_run_in_their_own(
    editor: Editor, roots: dict[str, Path], file: str
) -> None:
    specs = listed(editor, file)
    assert set(specs) == {f"{root.name} · {file}" for root in roots.values()}
    assert [label(editor, specs[f"{roots[name].name} · {file}"]) for name in FOLDERS] == list(FOLDERS.values())
    if os.path.isdir("/proc"):
        assert len(agents(editor.process.pid)) == 2


def test_the_code_of_a_model_says_which_agent_loads_it(tmp_path: Path, roots: dict[str, Path]) -> None:
    """Neither its weights nor the sample: the interpreter of the folder that they lie in is none."""
    module = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(3 * 8 * 8, 2)).eval()
    exported = roots["two"] / "linear.pt2"
    torch.export.save(torch.export.export(module, (torch.zeros(1, 3, 8, 8),)), exported)
    editor = Editor()
    editor.of_folders[roots["one"].as_uri()] = {"python": str(tmp_path / "no-such-python")}
    editor.open(*roots.values())
    spec = f"{roots['one'] / 'even.pt'}@{roots['two'] / 'models.py'}:sentiment"
    assert label(editor, spec, target=1) == "second"
    photo = {"kind": "file", "path": str(roots["one"] / "photo.png")}
    assert label(editor, str(exported), sample=photo).startswith("class")
    assert editor.close() == 0


def test_a_folder_within_another_one_lists_its_models_itself(tmp_path: Path) -> None:
    outer, inner = write(tmp_path), tmp_path / "inner"
    inner.mkdir()
    write(inner)
    editor = Editor()
    editor.open(outer, inner)
    assert set(listed(editor, "models.py")) == {f"{outer.name} · models.py", "inner · models.py"}
    assert editor.close() == 0
