"""`heatline doctor`: what is installed, and how to mend what is not."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import heatline
from heatline.cli import main


def test_it_says_what_there_is(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (workspace / "pyproject.toml").write_text('[tool.heatline.models.pets]\nfactory = "models.py:net"\n')
    assert main(["doctor"]) == 0
    said = capsys.readouterr().out
    lines = {line.split()[0]: line for line in said.splitlines() if line and not line.startswith(" ")}
    for name in ("heatline", "system", "torch", "numpy", "pillow", "pygls", "parso", "websockets"):
        assert "missing" not in lines[name]
    assert sys.executable in lines["python"]
    assert "cpu (" in lines["devices"]
    assert lines["models"].split()[1:] == ["pets"]


def test_a_workspace_that_cannot_be_used(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (workspace / "pyproject.toml").write_text("[tool.heatline.models.pets]\nfactry = 1\n")
    assert main(["doctor"]) == 0
    said = capsys.readouterr().out
    assert "pyproject.toml cannot be used" in said
    assert "  [tool.heatline.models.pets] has an unknown key 'factry'. Did you mean factory?" in said


def test_what_is_missing_can_be_installed_by_one_line(workspace: Path) -> None:
    """In a Python that sees the standard library and heatline, and nothing else."""
    shutil.copytree(Path(heatline.__file__).parent, workspace / "heatline")
    program = (
        f"import sys; sys.path.insert(0, {str(workspace)!r}); from heatline.cli import main; sys.exit(main(['doctor']))"
    )
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    base = Path(sys.base_prefix) / ("python.exe" if sys.platform == "win32" else "bin/python3")
    done = subprocess.run(
        [base, "-I", "-S", "-c", program], env=environment, capture_output=True, text=True, timeout=100
    )
    assert done.returncode == 1, done.stderr
    assert "torch        missing; needed for explaining anything\n" in done.stdout
    assert "-m pip install torch numpy pillow parso pygls websockets" in done.stdout
    assert "transformers not installed; only needed for folders of transformers\n" in done.stdout
    assert "devices" not in done.stdout
