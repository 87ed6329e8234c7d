"""What the wheel puts where Jupyter looks for it."""

from __future__ import annotations

import importlib.metadata
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(
    not list(importlib.metadata.distributions(name="heatline")),
    reason="heatline is not installed here: make test builds its wheel and installs it",
)


def listed(module: str, home: Path) -> str:
    """What the `list` of a Jupyter command prints for someone without any configuration, without its colours."""
    environment = {**os.environ, "JUPYTER_CONFIG_DIR": str(home / "config"), "JUPYTER_DATA_DIR": str(home / "data")}
    done = subprocess.run(
        [sys.executable, "-m", module, "list"], env=environment, capture_output=True, text=True, timeout=60, check=True
    )
    return re.sub(r"\x1b\[[0-9;]*m", "", done.stdout + done.stderr)


def test_the_server_extension_is_enabled_and_valid(tmp_path: Path) -> None:
    printed = listed("jupyter_server.extension.serverextension", tmp_path)
    assert re.search(r"heatline\.jupyter enabled", printed)
    assert re.search(r"heatline\.jupyter \S* *OK", printed)


def test_the_labextension_is_enabled_and_of_this_version(tmp_path: Path) -> None:
    printed = listed("jupyterlab.labextensions", tmp_path)
    version = re.escape(importlib.metadata.version("heatline"))
    assert re.search(rf"@heatline/jupyterlab v{version} enabled OK \(python, heatline\)", printed)
