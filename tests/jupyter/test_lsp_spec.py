"""jupyter-lsp finds the language server and can start it."""

from __future__ import annotations

import importlib.metadata
import subprocess
from pathlib import Path
from typing import Any, BinaryIO, cast

import pytest

from heatline.framing import frame, read_message
from heatline.jupyter.lsp import spec


def test_it_starts_by_its_argv_and_offers_hovers(tmp_path: Path) -> None:
    [server] = spec(None).values()
    assert "python" in server["languages"]
    initialize: dict[str, Any] = {"processId": None, "rootUri": tmp_path.as_uri(), "capabilities": {}}
    with subprocess.Popen(server["argv"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=tmp_path) as process:
        assert process.stdin is not None
        process.stdin.write(frame({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": initialize}))
        process.stdin.flush()
        answer = read_message(cast(BinaryIO, process.stdout))
        process.stdin.close()
        assert process.wait(30) is not None
    assert answer is not None
    assert answer["result"]["capabilities"]["hoverProvider"]


@pytest.mark.skipif(
    not list(importlib.metadata.distributions(name="heatline")), reason="heatline is not installed here"
)
def test_the_entry_point_is_the_spec() -> None:
    [point] = importlib.metadata.entry_points(group="jupyter_lsp_spec_v1", name="heatline")
    assert point.load()(None) == spec(None)
