"""The tutorial: kept without outputs, and every cell of it runs."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"
CELLS = json.loads((EXAMPLES / "heatline.ipynb").read_text(encoding="utf-8"))["cells"]
RUN = """
import ast, json, sys
from IPython.core.interactiveshell import InteractiveShell

shell = InteractiveShell.instance()
for cell in json.load(sys.stdin):
    result = shell.run_cell(cell)
    result.raise_error()
    if result.result is not None:
        data, _ = shell.display_formatter.format(result.result)
        print(json.dumps([cell, sorted(data), len(data.get("text/html", "")), len(data["text/plain"])]))
"""


def code() -> list[str]:
    return ["".join(cell["source"]) for cell in CELLS if cell["cell_type"] == "code"]


def test_it_is_kept_without_outputs() -> None:
    for cell in CELLS:
        assert not cell.get("outputs")
        assert cell.get("execution_count") is None


def test_it_shows_each_method() -> None:
    from attribution_core import METHODS

    strings = {node.value for cell in code() for node in ast.walk(ast.parse(cell)) if isinstance(node, ast.Constant)}
    assert set(METHODS) - {"integrated"} <= strings  # which is the default


@pytest.mark.skipif(not (EXAMPLES / "weights" / "accuracy.json").exists(), reason="python examples/train.py first")
@pytest.mark.timeout(600)
def test_every_cell_runs_and_shows_something() -> None:
    run = subprocess.run(
        [sys.executable, "-c", RUN],
        input=json.dumps(code()),
        cwd=EXAMPLES,
        env={**os.environ, "OMP_NUM_THREADS": "2"},
        capture_output=True,
        text=True,
        timeout=500,
    )
    assert run.returncode == 0, run.stdout[-2000:] + run.stderr[-2000:]
    pictures = [json.loads(line) for line in run.stdout.splitlines() if line.startswith('["') and "text/html" in line]
    assert len(pictures) > 15
    for cell, _, length, text in pictures:
        assert 0 < length < 500_000, cell
        assert text < 3000, cell
