"""What the package needs and what it does not: no heatline, no numpy, no Pillow, and one line without torch."""

from __future__ import annotations

import ast
import doctest
import importlib
import pkgutil
import re
import subprocess
import sys
from pathlib import Path

import pytest

import attribution_core

FOLDER = Path(attribution_core.__file__).parent
FILES = sorted(FOLDER.rglob("*.py"))
MODULES = sorted(module.name for module in pkgutil.walk_packages([str(FOLDER)], "attribution_core."))
ERRORS = {name for name, kind in vars(attribution_core.errors).items() if isinstance(kind, type)}
LAZY = {"numpy", "PIL", "pandas", "tokenizers", "tomli", "transformers"} | {"typing_extensions"}  # for type checkers


def imports(path: Path) -> list[tuple[str, int, bool]]:
    """(module, level of a relative import, whether it stands at the top of the file)."""
    tree = ast.parse(path.read_text())
    top = set(tree.body)
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [(alias.name, 0, node in top) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            found.append((node.module or "", node.level, node in top))
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(FOLDER)))
def test_imports(path: Path) -> None:
    """Relative inside the package, since it also travels under another name; other libraries only where needed."""
    for module, level, at_top in imports(path):
        root = module.split(".")[0]
        if level == 0:
            assert root not in ("heatline", "attribution_core"), f"{path.name} imports {module}"
            assert root in sys.stdlib_module_names | {"torch"} | LAZY, f"{path.name} imports {module}"
            assert not (root in LAZY and at_top), f"{path.name} imports {module} at once"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(FOLDER)))
def test_nothing_asks_where_the_files_are(path: Path) -> None:
    """As bytes in somebody's kernel it has no files."""
    names = {node.id for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Name)}
    assert "__file__" not in names


def errors(path: Path) -> list[str]:
    """What the errors of a file say, as far as it is written out at their beginning."""
    found = []
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ERRORS and node.args:
            first = node.args[0].values[0] if isinstance(node.args[0], ast.JoinedStr) else node.args[0]
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                found.append(first.value)
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(FOLDER)))
def test_errors_begin_in_lower_case_or_with_a_name(path: Path) -> None:
    """So that they can follow `heatline: ` as well as stand alone."""
    for line in errors(path):
        assert not line[0].isupper() or re.match(r"[A-Z]\w+\(", line), line


def test_errors_are_found() -> None:
    assert sum(len(errors(path)) for path in FILES) > 100


@pytest.mark.parametrize("name", ["attribution_core", *MODULES])
def test_examples_in_docstrings_run(name: str) -> None:
    result = doctest.testmod(importlib.import_module(name))
    assert result.failed == 0


def run_without(missing: set[str], program: str) -> subprocess.CompletedProcess[str]:
    """Runs a program in a Python that lacks packages."""
    block = (
        "import sys\n"
        "class Missing:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        f"        if name.split('.')[0] in {missing!r}:\n"
        "            raise ModuleNotFoundError(f'No module named {name!r}', name=name)\n"
        "sys.meta_path.insert(0, Missing())\n"
        f"sys.path.insert(0, {str(FOLDER.parent)!r})\n"
    )
    return subprocess.run([sys.executable, "-c", block + program], capture_output=True, text=True, timeout=100)


def test_without_numpy_and_pillow_tensors_and_texts_are_explained() -> None:
    program = """
import warnings
warnings.simplefilter("ignore")
import torch
from torch import nn
from attribution_core import Image, Model, Text, explain
from attribution_core.render import attribution_html, plain_text, terminal_text
net = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 2))
for sample in (torch.randn(3, 8, 8), torch.full((9, 7, 3), 90, dtype=torch.uint8)):
    found = explain(Model(net, Image(size=8)), sample, steps=3)
    assert "Pillow" in attribution_html(found)
    assert terminal_text(found) and plain_text(found)
words = nn.Sequential(nn.EmbeddingBag(9, 4), nn.Linear(4, 2))
found = explain(Model(words, Text(vocabulary={"good": 1, "film": 2})), "good film", steps=3)
assert "good" in attribution_html(found)
try:
    explain(Model(net, Image(size=8)), "photo.png")
except Exception as error:
    print(type(error).__name__, error, error.next_step)
assert not {"numpy", "PIL", "heatline"} & set(sys.modules)
"""
    done = run_without({"numpy", "PIL"}, program)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("BadSample photo.png cannot be opened without Pillow Install it: ")


def test_without_torch_one_line_says_how_to_get_it() -> None:
    done = run_without({"torch"}, "import attribution_core")
    assert done.returncode == 1
    last = done.stderr.strip().splitlines()[-1]
    assert last == (
        f"ModuleNotFoundError: torch is not installed in {sys.executable}; "
        f"install it: {sys.executable} -m pip install torch"
    )


def test_what_is_exported_is_there_and_documented() -> None:
    for name in attribution_core.__all__:
        assert getattr(attribution_core, name).__doc__, name
