"""Models in files and folders: weights with a factory, whole models, what is refused, names of a workspace."""

from __future__ import annotations

import json
import pickle
import re
import struct
import sys
import warnings
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from attribution_core import (
    AttributionError,
    BadModel,
    Image,
    Tabular,
    Text,
    UserCodeError,
    explain,
    load_model,
    predict,
)
from attribution_core.models.checkpoints import load_weights, read_weights

FACTORY = """
from torch import nn
from attribution_core import Model, Tabular

def net():
    return nn.Sequential(nn.Linear(4, 8), nn.BatchNorm1d(8), nn.Tanh(), nn.Linear(8, 3))

def tied():
    return Model(net(), inputs=Tabular(columns=["a", "b", "c", "d"]), labels=["x", "y", "z"])

def wide():
    return nn.Sequential(nn.Linear(4, 9), nn.BatchNorm1d(9), nn.Tanh(), nn.Linear(9, 3))

def function():
    return lambda rows: rows.softmax(1)

def estimator():
    from sklearn.linear_model import LogisticRegression
    return LogisticRegression().fit([[0.0, 1], [1, 0], [2, 2]], ["no", "yes", "no"])
"""
ROW = torch.tensor([0.5, -1.0, 2.0, 0.1])


def network() -> nn.Module:
    return nn.Sequential(nn.Linear(4, 8), nn.BatchNorm1d(8), nn.Tanh(), nn.Linear(8, 3)).eval()


def write_safetensors(path: Path, tensors: Mapping[str, Tensor]) -> None:
    """The format, by hand."""
    header: dict[str, Any] = {"__metadata__": {"format": "pt"}}
    data = b""
    names = {torch.float32: "F32", torch.int64: "I64", torch.bfloat16: "BF16", torch.float16: "F16"}
    for name, tensor in tensors.items():
        raw = bytes(tensor.detach().contiguous().flatten().view(torch.uint8).tolist())
        places = [len(data), len(data) + len(raw)]
        header[name] = {"dtype": names[tensor.dtype], "shape": list(tensor.shape), "data_offsets": places}
        data += raw
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    (tmp_path / "nets.py").write_text(FACTORY)
    return tmp_path


def same(module: object, other: nn.Module) -> bool:
    assert isinstance(module, nn.Module)
    return all(
        torch.equal(a, b) for a, b in zip(module.state_dict().values(), other.state_dict().values(), strict=True)
    )


SAVED: dict[str, Callable[[nn.Module, Path], Path]] = {
    "safetensors": lambda net, folder: _saved_safetensors(net, folder / "w.safetensors"),
    "state dict": lambda net, folder: _saved(net.state_dict(), folder / "w.pt"),
    "old format": lambda net, folder: _saved(net.state_dict(), folder / "w.pth", _use_new_zipfile_serialization=False),
    "training checkpoint": lambda net, folder: _saved(
        {"epoch": 3, "model_state_dict": net.state_dict(), "optimizer": {"state": {}}}, folder / "w.ckpt"
    ),
    "data parallel": lambda net, folder: _saved(
        {f"module.{name}": value for name, value in net.state_dict().items()}, folder / "w.bin"
    ),
    "compiled": lambda net, folder: _saved(
        {f"_orig_mod.{name}": value for name, value in net.state_dict().items()}, folder / "w.pt"
    ),
    "lightning": lambda net, folder: _saved(
        {"state_dict": {f"model.{name}": value for name, value in net.state_dict().items()}}, folder / "w.ckpt"
    ),
}


def _saved(value: object, path: Path, **options: Any) -> Path:
    torch.save(value, path, **options)
    return path


def _saved_safetensors(net: nn.Module, path: Path) -> Path:
    write_safetensors(path, net.state_dict())
    return path


@pytest.mark.parametrize("form", SAVED)
def test_weights_fill_what_a_factory_makes(form: str, workspace: Path) -> None:
    net = network()
    path = SAVED[form](net, workspace)
    model = load_model(f"{path.name}@nets.py:net", workspace)
    assert same(model.module, net)
    assert model.name == "net"
    again = load_model("nets.py:tied", workspace, checkpoint=path.name)
    assert same(again.module, net)
    assert again.labels == ["x", "y", "z"]


def test_safetensors_of_the_library_are_read(tmp_path: Path) -> None:
    library = pytest.importorskip("safetensors.torch")
    tensors = {
        "a": torch.randn(3, 5),
        "b": torch.arange(7),
        "half": torch.randn(3).bfloat16(),
        "none": torch.ones(0, 2),
    }
    library.save_file(tensors, tmp_path / "w.safetensors")
    found = read_weights(tmp_path / "w.safetensors")
    assert found.keys() == tensors.keys()
    assert all(torch.equal(found[name], tensors[name]) for name in tensors)


def test_types_and_places_of_safetensors(tmp_path: Path) -> None:
    tensors = {"b": torch.tensor([1.5]).half(), "a": torch.randn(2, 3), "n": torch.tensor(7)}
    write_safetensors(tmp_path / "w.safetensors", tensors)
    found = read_weights(tmp_path / "w.safetensors")
    assert {name: (value.dtype, value.shape) for name, value in found.items()} == {
        name: (value.dtype, value.shape) for name, value in tensors.items()
    }
    assert all(torch.equal(found[name], tensors[name]) for name in tensors)


def test_tied_weights_may_be_left_out(tmp_path: Path) -> None:
    net = nn.Sequential(nn.Linear(3, 3), nn.Linear(3, 3))
    net[1].weight = net[0].weight
    state = net.state_dict()
    load_weights(net, {name: state[name] for name in ("0.weight", "0.bias", "1.bias")}, "w", "net")


def test_a_misfit_names_what_is_missing_and_unexpected(workspace: Path) -> None:
    state = network().state_dict()
    odd = {f"blocks.{i}.weight": torch.ones(1) for i in range(5)} | {
        name: value for name, value in state.items() if not name.startswith("1.")
    }
    odd["3.weight"] = torch.ones(5, 8)
    _saved(odd, workspace / "w.pt")
    with pytest.raises(BadModel) as caught:
        load_model("w.pt@nets.py:net", workspace)
    assert caught.value.message == (
        "w.pt does not fit what net makes: missing 1.weight, 1.bias, 1.running_mean and 1 more; "
        "unexpected blocks.0.weight, blocks.1.weight, blocks.2.weight and 2 more; "
        "of another shape 3.weight (5x8, the model's is 3x8)"
    )
    assert "options that it was trained with" in caught.value.next_step


class Harmful:
    """A pickle that runs code when it is opened."""

    def __reduce__(self) -> tuple[Any, ...]:
        return exec, ("import builtins; builtins.heatline_was_here = True",)


def test_an_unsafe_pickle_is_refused_and_not_opened(workspace: Path) -> None:
    for name, value in (("bare.pt", Harmful()), ("state.pt", {"w": torch.ones(1), "x": Harmful()})):
        _saved(value, workspace / name)
        for spec in (name, f"{name}@nets.py:net"):
            with pytest.raises(BadModel, match="may run code when it is opened: it asks for") as caught:
                load_model(spec, workspace)
            assert "trust=True (or --trust)" in caught.value.next_step
    (workspace / "plain.pt").write_bytes(pickle.dumps(Harmful()))
    with pytest.raises(BadModel, match="may run code"):
        load_model("plain.pt", workspace)
    assert not hasattr(sys.modules["builtins"], "heatline_was_here")


def test_a_pickled_module_needs_trust(workspace: Path) -> None:
    net = network()
    _saved(net, workspace / "whole.pt")
    with pytest.raises(BadModel, match=r"it asks for torch\.nn\.modules\.container\.Sequential"):
        load_model("whole.pt", workspace)
    model = load_model("whole.pt", workspace, trust=True)
    assert same(model.module, net)
    assert model.name == "whole"
    assert same(load_model("whole.pt@nets.py:net", workspace, trust=True).module, net)


def test_a_trusted_pickle_whose_classes_are_gone(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(workspace))
    (workspace / "gone.py").write_text("from torch import nn\nclass Net(nn.Linear): pass\n")
    import gone  # type: ignore[import-not-found]

    _saved(gone.Net(2, 2), workspace / "w.pt")
    del sys.modules["gone"]
    (workspace / "gone.py").unlink()
    with pytest.raises(UserCodeError, match=r"opening w.pt failed: ModuleNotFoundError") as caught:
        load_model("w.pt", workspace, trust=True)
    assert "classes" in caught.value.next_step


def damaged(path: Path, content: bytes) -> str:
    path.write_bytes(content)
    return path.name


BAD_FILES: dict[str, tuple[Callable[[Path], str], str, str]] = {
    "missing": (lambda folder: "none.pt", "there is no file", "Check the path"),
    "missing export": (lambda folder: "none.pt2", "there is no file", "Check the path"),
    "missing weights": (lambda folder: "none.safetensors@nets.py:net", "there is no file", "Check the path"),
    "empty": (lambda folder: damaged(folder / "w.pt", b""), "w.pt is empty", "whole copy"),
    "text": (lambda folder: damaged(folder / "w.pt", b"not a model"), "w.pt is damaged, or not a file of torch", ""),
    "cut archive": (
        lambda folder: damaged(folder / "w.pt", _saved(network().state_dict(), folder / "v.pt").read_bytes()[:3000]),
        "w.pt is damaged", "whole copy",
    ),
    "cut export": (lambda folder: damaged(folder / "w.pt2", b"PK\x03\x04"), "w.pt2 is damaged", "whole copy"),
    "cut safetensors": (
        lambda folder: damaged(
            folder / "w.safetensors", _saved_safetensors(network(), folder / "v.safetensors").read_bytes()[:-9]
        ) + "@nets.py:net",
        "w.safetensors is cut short", "whole copy",
    ),
    "safetensors of noise": (
        lambda folder: damaged(folder / "w.safetensors", bytes(range(200))) + "@nets.py:net", "is cut short", "",
    ),
    "safetensors without header": (
        lambda folder: damaged(folder / "w.safetensors", struct.pack("<Q", 4) + b"abcdefgh") + "@nets.py:net",
        "is cut short", "",
    ),
    "weights alone": (
        lambda folder: _saved(network().state_dict(), folder / "w.pt").name, "w.pt holds weights, not a model",
        r"w\.pt@file\.py:function",
    ),
    "safetensors alone": (
        lambda folder: _saved_safetensors(network(), folder / "w.safetensors").name, "holds weights, not a model",
        "@file.py:function",
    ),
    "no weights": (
        lambda folder: _saved({"epoch": 3}, folder / "w.pt").name + "@nets.py:net",
        "w.pt holds no weights", "state dict",
    ),
    "nowhere to go": (
        lambda folder: _saved(network().state_dict(), folder / "w.pt").name + "@nets.py:function",
        "makes no nn.Module", "Leave the checkpoint out",
    ),
    "a folder of something": (lambda folder: ".", "has no config.json", "save_pretrained"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_bad_file_is_one_clear_line(name: str, workspace: Path) -> None:
    make, message, step = BAD_FILES[name]
    with pytest.raises(BadModel, match=message) as caught:
        load_model(make(workspace), workspace)
    assert caught.value.next_step
    assert "\n" not in str(caught.value)
    assert re.search(step, caught.value.next_step)


def test_two_checkpoints_are_one_too_many(workspace: Path) -> None:
    with pytest.raises(BadModel, match=r"both w\.pt and v\.pt"):
        load_model("w.pt@nets.py:net", workspace, checkpoint="v.pt")


@pytest.mark.parametrize("name", ["function", "estimator"])
def test_a_factory_may_return_any_function(name: str, workspace: Path) -> None:
    model = load_model(f"nets.py:{name}", workspace)
    found = predict(model, [0.5, 1.0])
    assert found.kind == "tabular"
    if name == "estimator":
        assert {entry.label for entry in found.classes} == {"no", "yes"}


# ---------------------------------------------------------------- whole models


@pytest.mark.parametrize("batch", [None, 1, 4])
def test_a_file_of_torch_export(batch: int | None, tmp_path: Path) -> None:
    net = network()
    dynamic = None if batch else {"input": {0: torch.export.Dim("batch", min=1, max=64)}}
    example = torch.randn(batch or 2, 4)
    torch.export.save(torch.export.export(net, (example,), dynamic_shapes=dynamic), tmp_path / "net.pt2")
    model = load_model("net.pt2", tmp_path)
    expected = explain(net, ROW, steps=24, score="logit", rule="gauss-legendre")
    found = explain(model, ROW, steps=24, score="logit", rule="gauss-legendre")
    torch.testing.assert_close(found.scores, expected.scores)
    assert found.model == "net"
    if batch == 1:
        assert found.plan.batch == 1


def test_a_file_of_torchscript(tmp_path: Path) -> None:
    net = network()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.jit.script(net).save(tmp_path / "net.pt")  # type: ignore[no-untyped-call]
        torch.jit.freeze(torch.jit.script(net)).save(tmp_path / "frozen.pt")
    expected = explain(net, ROW, steps=8)
    for name in ("net.pt", "frozen.pt"):
        torch.testing.assert_close(explain(load_model(name, tmp_path), ROW, steps=8).scores, expected.scores)


def test_a_file_of_torch_export_with_a_pickle_inside(tmp_path: Path) -> None:
    """`torch.export.load` would open it with every right."""
    torch.export.save(torch.export.export(network(), (torch.randn(1, 4),)), tmp_path / "net.pt2")
    torch.save(((Harmful(),), {}), tmp_path / "inputs.pt")
    with zipfile.ZipFile(tmp_path / "net.pt2") as old, zipfile.ZipFile(tmp_path / "bad.pt2", "w") as new:
        for name in old.namelist():
            replaced = name.endswith("sample_inputs/model.pt")
            new.writestr(name, (tmp_path / "inputs.pt").read_bytes() if replaced else old.read(name))
    with pytest.raises(BadModel, match=r"bad\.pt2 is a pickle that may run code"):
        load_model("bad.pt2", tmp_path)
    assert not hasattr(sys.modules["builtins"], "heatline_was_here")


# ---------------------------------------------------------------- names of a workspace

PYPROJECT = """
[tool.other]
x = 1

[tool.heatline.models.rows]
factory = "nets.py:net"
checkpoint = "w.safetensors"
inputs = { kind = "tabular", columns = ["age", "fare", "sex", "class"], mean = { age = 30.0 } }
labels = ["first", "second", "third"]
device = "cpu"

[tool.heatline.models.bare]
factory = "nets.py:tied"
labels = "labels.txt"

[tool.heatline.models.photos]
factory = "nets.py:net"
inputs = { kind = "image", size = [8, 6], mean = [0.5, 0.4, 0.3] }

[tool.heatline.models.words]
factory = "nets.py:net"
inputs = { kind = "text", vocabulary = "words.txt", longest = 20 }
"""


def test_a_workspace_names_its_models(workspace: Path) -> None:
    (workspace / "pyproject.toml").write_text(PYPROJECT)
    (workspace / "labels.txt").write_text("cat\ndog\nbird\n")
    (workspace / "words.txt").write_text("<pad>\n<unk>\ngood\n")
    net = network()
    write_safetensors(workspace / "w.safetensors", net.state_dict())
    below = workspace / "deep" / "below"
    below.mkdir(parents=True)
    rows = load_model("rows", below)
    assert same(rows.module, net)
    assert (rows.name, rows.device, rows.labels) == ("rows", "cpu", ["first", "second", "third"])
    assert rows.inputs == Tabular(columns=["age", "fare", "sex", "class"], mean={"age": 30.0})
    found = explain(rows, {"age": 31, "fare": 2, "sex": 1, "class": 3}, steps=4)
    assert found.baseline == "column means, no category"
    bare = load_model("bare", workspace)
    assert bare.labels == ["cat", "dog", "bird"]
    assert isinstance(bare.inputs, Tabular), "the factory's own where pyproject.toml says nothing"
    assert load_model("photos", workspace).inputs == Image(size=(8, 6), mean=[0.5, 0.4, 0.3])
    words = load_model("words", workspace).inputs
    assert words == Text(vocabulary={"<pad>": 0, "<unk>": 1, "good": 2}, longest=20)


BAD_CONFIGURATIONS = [
    ("[tool.heatline.models.a]\nfactori = 'x.py:y'", "unknown key 'factori'", "Did you mean factory"),
    ("[tool.heatline.models.a]\nlabels = ['x']", "names no factory", "file.py:function"),
    ("[tool.heatline.models.a]\nfactory = 3", "factory in .* is no string", "quotes"),
    ("[tool.heatline.models]\na = 'x.py:y'", "no table of tables", "One table|one table"),
    ("[tool.heatline.models.a]\nfactory = 'a'", "is 'a', a name again", "file.py:function"),
    ("[tool.heatline.models.a]\nfactory = 'nets.py:net'\ninputs = {size = 3}", "says no kind", "image, text"),
    ("[tool.heatline.models.a]\nfactory = 'nets.py:net'\ninputs = {kind='image', sise=3}", "key 'sise'", "size"),
    (
        "[tool.heatline.models.a]\nfactory = 'nets.py:net'\ninputs = {kind='image', mean='x'}",
        "mean='x'",
        "one per channel",
    ),
    ("[tool.heatline.models.a]\nfactory = 'nets.py:net'\nlabels = 'none.txt'", "none.txt cannot be read", "path"),
    ("[tool.heatline.models.a]\nfactory = 'nets.py:net'\nlabels = 3", "labels in .* is no list", "labels = "),
    ("[tool.heatline.models.a\n", "pyproject.toml cannot be read", "Mend it"),
    ("[tool.heatline.models.b]\nfactory = 'nets.py:net'", "'a' names no factory", "a name of pyproject.toml: b"),
    ("", "'a' names no factory", "a model's file or folder"),
]


@pytest.mark.parametrize(("text", "message", "step"), BAD_CONFIGURATIONS)
def test_a_configuration_that_makes_no_sense(text: str, message: str, step: str, workspace: Path) -> None:
    (workspace / "pyproject.toml").write_text(text)
    with pytest.raises(AttributionError, match=message) as caught:
        load_model("a", workspace)
    assert re.search(step, caught.value.next_step)


# ---------------------------------------------------------------- folders of transformers


def test_a_folder_of_transformers_that_cannot_be_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cases = [
        ("{", "config.json cannot be read"),
        ('{"architectures": ["BertModel"]}', "holds BertModel, which has no classes"),
        ('{"architectures": ["XForSequenceClassification"], "auto_map": {}}', "brings code of its own"),
    ]
    for text, message in cases:
        (tmp_path / "config.json").write_text(text)
        with pytest.raises(BadModel, match=message) as caught:
            load_model(str(tmp_path))
        assert caught.value.next_step
    (tmp_path / "config.json").write_text('{"architectures": ["BertForSequenceClassification"]}')
    monkeypatch.setitem(sys.modules, "transformers", None)
    with pytest.raises(BadModel, match="needs transformers") as caught:
        load_model(str(tmp_path))
    assert "pip install transformers" in caught.value.next_step
