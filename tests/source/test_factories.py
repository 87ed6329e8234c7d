"""Which functions and classes are taken for factories of models."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from heatline.source import Limits, NoParso, find_models, models_in, module
from heatline.source.factories import factories_in

IMPORTS = """\
import functools, pytest, timm, torch, torchvision
import heatline as hl
import torch.nn as nn
import torchvision.models as tm
from torch import nn as layers
from torch.nn import Module, Sequential as Seq
from torchvision.models import resnet18
from attribution_core import Model, Image
from elsewhere import Stranger, shape
"""

NET = """\
class Net(nn.Module):
    def __init__(self, width=3):
        super().__init__()
    def forward(self, x):
        return x
"""

FACTORIES = [
    "def make(): return Net()",
    "def make(): return Net().eval()",
    "def make(): return Net(7).to('cpu').eval()",
    "def make(width=3, *rest, deep=False, **more): return Net()",
    "def make():\n    net = Net()\n    net.load_state_dict({})\n    return net",
    "def make():\n    net: nn.Module = Net()\n    return net.eval()",
    "def make():\n    if x:\n        return None\n    return Net()",
    "def make():\n    with torch.no_grad():\n        return Net()",
    "def make(): return Net() if torch else None",
    "def make(): return (net := Net())",
    "def make(): return (Net())",
    "def make(): return build()\ndef build(kind=1): return Net()",
    "def make(): return build(3)\ndef build(kind): return Net()",
    "def make() -> nn.Module: return shape()",
    "def make() -> 'nn.Module': return shape()",
    "def make() -> layers.Module: ...",
    "def make() -> Module: ...",
    "def make() -> Net: ...",
    "def make() -> torchvision.models.ResNet: ...",
    "def make() -> hl.Model: ...",
    "def make() -> Model: ...",
    "def make(): return Model(shape(), inputs=Image())",
    "def make(): return hl.Model(shape())",
    "def make(): return nn.Sequential(nn.Linear(2, 2))",
    "def make(): return Seq()",
    "def make(): return torchvision.models.squeezenet1_1(weights=None)",
    "def make(): return tm.segmentation.fcn_resnet50()",
    "def make(): return resnet18(weights='DEFAULT')",
    "def make(): return timm.create_model('vit')",
    "def make(): return torch.load('net.pt', weights_only=False)",
    "def make(): return torch.jit.load('net.pt').eval()",
    "def make(): return torch.export.load('net.pt2').module()",
    "def make(): return torch.compile(shape())",
    "def make():\n    import timm as t\n    return t.create_model('vit')",
    "def make():\n    from transformers import AutoModel as A\n    return A.from_pretrained('bert')",
    "def make(): return Net.from_pretrained('here')",
    "@functools.cache\ndef make(): return Net()",
    "if torch:\n    def make(): return Net()",
    "def make(): return kept\nkept = Net()",
    "def broken(\n\ndef make(): return Net()",
    "x = 'unfinished\ndef make(): return Net()",
    "class make(nn.Module):\n    def forward(self, x): return x",
    "class make(Net): pass",
    "class make(nn.Sequential):\n    def __init__(self): pass\n    def forward(self, x): return x",
]

NO_FACTORIES = [
    "def make(width): return Net(width)",
    "def make(*, width): return Net(width)",
    "def make(): return 3",
    "def make(): return",
    "def make(): return Stranger()",
    "def make(): return Net",
    "def make(): return Net(), 3",
    "def make() -> torch.Tensor: return Net()",
    "def make() -> int: return Net()",
    "def make(): yield Net()",
    "async def make(): return Net()",
    "def _make(): return Net()",
    "def make():\n    def inner(): return Net()\n    return 3",
    "def make():\n    Net = shape\n    return Net()",
    "def make(Net=shape): return Net()",
    "@pytest.fixture\ndef make(): return Net()",
    "def make():\n    from transformers import AutoTokenizer\n    return AutoTokenizer.from_pretrained('bert')",
    "def make(): return torchvision.models.list_models()",
    "def make(): return nn.Parameter(torch.zeros(2))",
    "def make(): return nn.functional.relu(torch.zeros(2))",
    "def make(): return make()",
    "make = 3",
    "class make: pass",
    "class make(Stranger):\n    def forward(self, x): return x",
    "class make(make):\n    def forward(self, x): return x",
    "class make(nn.Module): pass",
    "class make(Net):\n    def __init__(self, width): pass",
    "class make(nn.Linear):\n    def forward(self, x): return x",
    "class Outer:\n    def make(self=None): return Net()",
]


def names(source: str) -> list[str]:
    return [factory.name for factory in factories_in(source)]


@pytest.mark.parametrize("definition", FACTORIES)
def test_factories(definition: str) -> None:
    assert "make" in names(f"{IMPORTS}{NET}{definition}\n")


@pytest.mark.parametrize("definition", NO_FACTORIES)
def test_no_factories(definition: str) -> None:
    assert "make" not in names(f"{IMPORTS}{NET}{definition}\n")


@pytest.mark.parametrize(
    ("definition", "inputs"),
    [
        ("def make(): return hl.Model(Net(), inputs=hl.Image())", "image"),
        ("def make(): return hl.Model(Net(), inputs=hl.Text(vocabulary={}))", "text"),
        ("def make(): return Model(shape(), inputs=Image(size=(8, 8)))", "image"),
        ("def make(): return resnet18()", "image"),
        ("def make(): return timm.create_model('vit')", "image"),
        ("def make(): return nn.Sequential(nn.Conv2d(1, 1, 1))", "image"),
        (
            "def make(): return Words()\nclass Words(nn.Module):\n    def forward(self, x): return nn.Embedding(2, 2)",
            "text",
        ),
        (
            "def make():\n    from transformers import BertForMaskedLM as B\n    return B.from_pretrained('x')",
            "text",
        ),
        ("def make(): return Net()", "unknown"),
        ("def make(): return nn.Sequential(nn.Linear(2, 2))", "unknown"),
    ],
)
def test_inputs_as_far_as_they_are_known(definition: str, inputs: str) -> None:
    (found,) = [model for model in models_in(f"{IMPORTS}{NET}{definition}\n", "net.py") if model.name == "make"]
    assert found.inputs == inputs


def test_best_first_and_named_by_path() -> None:
    source = f"{IMPORTS}{NET}def plain(): return Net()\ndef declared(): return Model(Net())\n"
    found = models_in(source, "models/net.py")
    assert [model.ref.spec for model in found if model.ref.kind == "factory"] == [
        "models/net.py:declared",
        "models/net.py:plain",
        "models/net.py:Net",
    ]
    assert {model.detail for model in found} == {"models/net.py"}
    assert [factory.line for factory in factories_in(source) if factory.name == "plain"] == [14]


def test_without_parso_one_clear_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "parso.grammar", None)
    module._parsed.cache_clear()
    factories_in.cache_clear()
    with pytest.raises(NoParso, match="pip install parso"):
        models_in("import torch\n", "net.py")
    assert models_in("import math\n", "net.py") == []


# ---------------------------------------------------------------- a whole folder

MODEL = "import torch\ndef make() -> torch.nn.Module: ...\n"


def write(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)


def specs(root: Path, **options: object) -> list[str]:
    found = find_models(str(root), **options)  # type: ignore[arg-type]
    return [model.ref.spec for model in found.models if model.ref.kind == "factory"]


def test_a_folder(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "deep/er/c.py": MODEL,
            "tests/test_b.py": MODEL,
            "a.py": MODEL,
            "notes.txt": MODEL,
            "no_models.py": "def make(): ...\n",
            ".venv/lib/x.py": MODEL,
            ".hidden.py": MODEL,
            "env/pyvenv.cfg": "",
            "env/lib/x.py": MODEL,
            "node_modules/x.py": MODEL,
        },
    )
    os.symlink(tmp_path / "deep", tmp_path / "link")
    assert specs(tmp_path) == ["a.py:make", "deep/er/c.py:make", "tests/test_b.py:make"]


def test_changes_on_disk_and_in_the_editor_are_seen(tmp_path: Path) -> None:
    write(tmp_path, {"a.py": MODEL})
    assert specs(tmp_path) == ["a.py:make"]
    write(tmp_path, {"a.py": MODEL.replace("make", "build")})
    assert specs(tmp_path) == ["a.py:build"]
    assert specs(tmp_path, opened={str(tmp_path / "a.py"): MODEL}) == ["a.py:make"]


def test_a_file_that_somebody_works_on_is_not_passed_over(tmp_path: Path) -> None:
    write(tmp_path, {"build/a.py": "", ".hidden/b.py": ""})
    opened = {str(tmp_path / name): MODEL for name in ("build/a.py", ".hidden/b.py", "gone.py", "notes.txt")}
    assert specs(tmp_path, opened=opened | {"/elsewhere/c.py": MODEL}) == ["build/a.py:make", ".hidden/b.py:make"]


def test_limits_are_told(tmp_path: Path) -> None:
    write(tmp_path, {f"{i}.py": MODEL for i in range(4)} | {"z/deep.py": MODEL})
    cut = find_models(str(tmp_path), limits=Limits(files=2))
    assert [model.detail for model in cut.models] == ["0.py", "1.py"]
    assert "first 2 Python files" in cut.cut
    cut = find_models(str(tmp_path), limits=Limits(parsed_bytes=100))
    assert len(cut.models) == 3
    assert "3.py" in cut.cut
    assert find_models(str(tmp_path), limits=Limits(file_bytes=10)).models == []


def test_a_folder_that_is_gone(tmp_path: Path) -> None:
    assert find_models(str(tmp_path / "gone")).models == []


# ---------------------------------------------------------------- factories followed into other files

NETS = "from torch import nn\nclass Net(nn.Module):\n    def forward(self, x): return nn.Embedding(2, 2)\n"
PACKAGE = {"pkg/__init__.py": "", "pkg/nets.py": NETS}
FOLLOWED = [
    # files beside main.py, what main.py says
    ({"nets.py": NETS}, "from nets import Net\ndef make(): return Net()"),
    ({"nets.py": NETS}, "import nets\ndef make(): return nets.Net().eval()"),
    ({"nets.py": NETS}, "import nets as n\ndef make() -> n.Net: ..."),
    ({"nets.py": NETS}, "from nets import Net as N\nclass make(N): pass"),
    ({"nets.py": NETS}, "from nets import Net\nclass make(Net):\n    def __init__(self): pass"),
    ({"nets.py": NETS + "def build(kind=1): return Net()\n"}, "from nets import build\ndef make(): return build(2)"),
    ({"nets.py": NETS + "net = Net()\n"}, "from nets import net\ndef make(): return net"),
    (PACKAGE, "from pkg.nets import Net\ndef make(): return Net()"),
    (PACKAGE, "from pkg import nets\ndef make(): return nets.Net()"),
    (PACKAGE, "import pkg.nets\ndef make(): return pkg.nets.Net()"),
    (
        {"pkg/__init__.py": "from .nets import Net\n", "pkg/nets.py": NETS},
        "from pkg import Net\ndef make(): return Net()",
    ),
    ({"src/nets.py": NETS}, "from nets import Net\ndef make(): return Net()"),
    (
        {"pkg/nets.py": NETS, "pkg/mid.py": "from . import nets\ndef build(): return nets.Net()\n"},
        "from pkg.mid import build\ndef make(): return build()",
    ),
    (
        {"pkg/sub/mid.py": "from ..nets import Net as Base\nclass Mid(Base): pass\n", "pkg/nets.py": NETS},
        "from pkg.sub.mid import Mid\ndef make(): return Mid()",
    ),
]


@pytest.mark.parametrize(("files", "main"), FOLLOWED)
def test_followed(tmp_path: Path, files: dict[str, str], main: str) -> None:
    write(tmp_path, {**files, "main.py": main + "\n"})
    found = {model.ref.spec: model for model in find_models(str(tmp_path)).models if model.ref.kind == "factory"}
    assert "main.py:make" in found
    assert found["main.py:make"].inputs == "text"


NOT_FOLLOWED = [
    ({"nets.py": "def Net(): return 3\n"}, "from nets import Net\ndef make(): return Net()"),
    ({"nets.py": "from main import Net\n"}, "from nets import Net\ndef make(): return Net()"),
    ({"nets.py": "from main import make\n"}, "from nets import make as other\ndef make(): return other()"),
    ({}, "from nets import Net\ndef make(): return Net()"),
    ({}, "from ...nets import Net\ndef make(): return Net()"),
    ({"nets/Net.py": NETS}, "from nets import Net\ndef make(): return Net()"),
]


@pytest.mark.parametrize(("files", "main"), NOT_FOLLOWED)
def test_not_followed(tmp_path: Path, files: dict[str, str], main: str) -> None:
    write(tmp_path, {**files, "main.py": f"import torch\n{main}\n"})
    assert "main.py:make" not in specs(tmp_path)


def test_nothing_outside_the_folder_is_followed(tmp_path: Path) -> None:
    write(tmp_path, {"nets.py": NETS, "inner/main.py": "from ..nets import Net\ndef make(): return Net()\n"})
    assert specs(tmp_path / "inner") == []
    assert "inner/main.py:make" in specs(tmp_path)


def test_a_change_in_an_imported_file_is_seen(tmp_path: Path) -> None:
    write(tmp_path, {"nets.py": NETS, "main.py": "from nets import Net\ndef make(): return Net()\n"})
    assert "main.py:make" in specs(tmp_path)
    write(tmp_path, {"nets.py": "def Net(): return 3\n"})
    assert specs(tmp_path) == []
    assert "main.py:make" in specs(tmp_path, opened={str(tmp_path / "nets.py"): NETS})
    assert specs(tmp_path) == []
