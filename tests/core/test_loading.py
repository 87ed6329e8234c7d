"""Models from factories: every way to write one, and one clear line for each that is wrong."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
import torch
from torch import nn

from attribution_core import AttributionError, BadModel, UserCodeError, as_model, load_model

FACTORIES = """
import torch
from torch import nn
from attribution_core import Model
from dataclasses import dataclass

@dataclass
class Size:
    outputs: int = 2

def bare():
    return nn.Linear(3, Size().outputs)

def tied():
    return Model(bare(), labels=["no", "yes"])

def named():
    return Model(bare(), name="mine")

class Net(nn.Linear):
    def __init__(self):
        super().__init__(3, 2)

ready = bare()

def optional(width=3, *args, **kwargs):
    return nn.Linear(width, 2)

def needy(path, width=3):
    return nn.Linear(width, 2)

def nothing():
    pass

def wrong():
    return [1, 2]

def raising():
    inner()

def inner():
    raise ValueError("no weights here\\nsecond line")

def leaving():
    raise SystemExit(3)

number = 7
"""


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    (tmp_path / "factories.py").write_text(FACTORIES)
    (tmp_path / "beside.py").write_text("from factories import bare\n")
    (tmp_path / "broken.py").write_text("import torch\nraise RuntimeError('at import')\n")
    (tmp_path / "grammar.py").write_text("def model(:\n")
    (tmp_path / "lost.py").write_text("import no_such_module_anywhere\ndef model(): ...\n")
    package = tmp_path / "nets" / "deep"
    package.mkdir(parents=True)
    for folder in (tmp_path / "nets", package):
        (folder / "__init__.py").write_text("")
    (package / "layers.py").write_text("SIZE = 3\n")
    (package / "net.py").write_text(
        "from torch import nn\nfrom .layers import SIZE\ndef model():\n    return nn.Linear(SIZE, 2)\n"
    )
    return tmp_path


@pytest.mark.parametrize("name", ["bare", "tied", "named", "Net", "ready", "optional"])
@pytest.mark.parametrize("absolute", [True, False])
def test_what_a_file_may_offer(name: str, absolute: bool, workspace: Path) -> None:
    spec = f"{workspace / 'factories.py'}:{name}" if absolute else f"factories.py:{name}"
    path_before = list(sys.path)
    model = load_model(spec, root=None if absolute else workspace)
    assert isinstance(model.module, nn.Module)
    assert model.module(torch.ones(1, 3)).shape == (1, 2)
    assert sys.path == path_before
    assert model.labels == (["no", "yes"] if name == "tied" else None)
    assert model.name


@pytest.mark.parametrize(
    "spec", ["beside.py:bare", "nets/deep/net.py:model", "nets.deep.net:model", "factories:bare", "./factories.py:bare"]
)
def test_imports_work_as_they_do_for_the_person(spec: str, workspace: Path) -> None:
    for name in [name for name in sys.modules if name.split(".")[0] in ("nets", "factories", "beside")]:
        del sys.modules[name]
    assert callable(load_model(spec, root=workspace).module)


def test_a_file_is_run_afresh(workspace: Path) -> None:
    first = load_model("factories.py:bare", workspace)
    text = (workspace / "factories.py").read_text()
    (workspace / "factories.py").write_text(text.replace("outputs: int = 2", "outputs: int = 555"))
    again = load_model("factories.py:bare", workspace)
    assert isinstance(first.module, nn.Linear)
    assert isinstance(again.module, nn.Linear)
    assert (first.module.out_features, again.module.out_features) == (2, 555)


def test_a_module_of_another_file_is_not_replaced(workspace: Path) -> None:
    (workspace / "json.py").write_text("from torch import nn\ndef model():\n    return nn.Linear(3, 2)\n")
    import json

    load_model("json.py:model", workspace)
    assert sys.modules["json"] is json


BAD: list[tuple[str, type[AttributionError], str, str]] = [
    ("factories", BadModel, "'factories' names no factory", "file.py:function"),
    ("", BadModel, "names no factory", "file.py:function"),
    ("C:\\models\\net.py", BadModel, "names no factory", "file.py:function"),
    ("missing.py:bare", BadModel, "there is no file", "before the colon"),
    ("no_such.module:bare", BadModel, "there is no module 'no_such.module'", "before the colon"),
    ("factories.py:bear", BadModel, "there is no 'bear' in factories.py", "Did you mean bare"),
    ("factories.py:zzz", BadModel, "there is no 'zzz'", "Did you mean"),
    ("factories.py:number", BadModel, "number is a int", "Name a function"),
    ("factories.py:needy", BadModel, "needy needs arguments: path", "without arguments"),
    ("factories.py:nothing", BadModel, "nothing returned None", "returns an nn.Module"),
    ("factories.py:wrong", BadModel, "wrong returned a list", "returns an nn.Module"),
    ("factories.py:raising", UserCodeError, "the factory raising failed: ValueError: no weights here", ""),
    ("factories.py:leaving", UserCodeError, "the factory leaving failed: SystemExit: 3", ""),
    ("broken.py:model", UserCodeError, "broken.py failed when it was run: RuntimeError: at import", ""),
    ("grammar.py:model", UserCodeError, "grammar.py failed when it was run: SyntaxError", ""),
    ("lost.py:model", UserCodeError, "ModuleNotFoundError: No module named 'no_such_module_anywhere'", ""),
]


@pytest.mark.parametrize(("spec", "kind", "message", "step"), BAD, ids=[entry[0] or "empty" for entry in BAD])
def test_one_clear_line(spec: str, kind: type[AttributionError], message: str, step: str, workspace: Path) -> None:
    with pytest.raises(kind) as caught:
        load_model(spec, workspace)
    assert message in str(caught.value)
    assert step in caught.value.next_step
    assert "\n" not in str(caught.value)


def test_the_traceback_shows_the_persons_frames_only(workspace: Path) -> None:
    with pytest.raises(UserCodeError) as caught:
        load_model("factories.py:raising", workspace)
    assert "in raising" in caught.value.traceback
    assert "in inner" in caught.value.traceback
    assert "attribution_core" not in caught.value.traceback
    assert "ValueError: no weights here\nsecond line" in caught.value.traceback


def test_names() -> None:
    assert as_model(nn.ReLU()).name == "ReLU"
    assert as_model(nn.ReLU(), name="mine").name == "mine"
    assert as_model(torch.relu).name == "relu"


def test_weights_that_do_not_fit_are_named_and_shortened() -> None:
    net = torch.nn.Sequential(*(torch.nn.Linear(3, 3) for _ in range(3)))
    weights = {f"old.{name}": value for name, value in net.state_dict().items()}
    weights["0.weight"] = torch.ones(7, 3)
    with pytest.raises(RuntimeError) as caught:
        net.load_state_dict(weights)
    assert UserCodeError("the factory net failed", caught.value).message == (
        "the factory net failed: RuntimeError: the weights do not fit Sequential: "
        "missing 0.bias, 1.weight, 1.bias and 2 more; unexpected old.0.weight, old.0.bias, old.1.weight and 3 more; "
        "of another shape 0.weight"
    )


@pytest.mark.parametrize("form", ["plain", "scripted", "exported"])
def test_what_a_module_reads_is_told_from_a_file_too(form: str) -> None:
    nets = {
        "image": (torch.nn.Conv2d(3, 2, 3), torch.zeros(1, 3, 9, 9)),
        "tabular": (torch.nn.Linear(5, 2), torch.zeros(1, 5)),
        "text": (torch.nn.Embedding(9, 4), torch.zeros(1, 5, dtype=torch.int64)),
    }
    for reads, (layer, example) in nets.items():
        module: torch.nn.Module = torch.nn.Sequential(layer, torch.nn.Tanh()).eval()
        if form == "scripted":
            module = torch.jit.trace(module, example)  # type: ignore[no-untyped-call]
        elif form == "exported":
            module = torch.export.export(module, (example,)).module()
        assert as_model(module).reads == reads
