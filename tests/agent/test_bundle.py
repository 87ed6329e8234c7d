"""The agent as bytes, in an interpreter that has no heatline."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import heatline
from heatline.agent import bundle

from .rpc import agent
from .workspace import write

HIDE_INSTALLED = """
import importlib.machinery, sys
def find(name, path=None, target=None, installed=importlib.machinery.PathFinder.find_spec):
    return None if name.partition(".")[0] in ("heatline", "attribution_core") else installed(name, path, target)
importlib.machinery.PathFinder.find_spec = find
before = list(sys.path)
"""


def run(code: str) -> Any:
    done = subprocess.run([sys.executable, "-"], input=code, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_the_archive_is_reproducible_and_small() -> None:
    first = bundle.archive()
    bundle.archive.cache_clear()
    assert bundle.archive() == first
    assert len(first) < 400_000


def test_kernel_code_needs_no_installed_heatline_and_leaves_no_name() -> None:
    kernel = bundle.kernel_code()
    found = run(
        HIDE_INSTALLED
        + f"names = set(globals()) | {{'names'}}\n{kernel.code}\n"
        + "left = sorted(set(globals()) - names)\n"
        + f"""answer = sys.modules[{kernel.module!r}].answer('{{"id": 1, "method": "heatline/models"}}')
import json
print(json.dumps({{"left": left, "path": before == sys.path, "response": answer.response,
                   "foreign": [m for m in sys.modules if m.startswith(("heatline", "attribution_core"))]}}))"""
    )
    assert found["left"] == []
    assert found["path"] is True
    assert found["foreign"] == []
    assert found["response"] == {"jsonrpc": "2.0", "id": 1, "result": {"models": []}}


def test_an_agent_beside_an_installed_heatline_of_another_version(tmp_path: Path) -> None:
    (tmp_path / "heatline.py").write_text("VERSION = 'old'")
    (tmp_path / "attribution_core.py").write_text("VERSION = 'old'")
    kernel = bundle.kernel_code()
    found = run(
        f"import sys; sys.path.insert(0, {str(tmp_path)!r})\nimport heatline, attribution_core\n{kernel.code}\n"
        + f"""answer = sys.modules[{kernel.module!r}].answer('{{"id": 1, "method": "heatline/initialize",'
    '"params": {{"version": "x", "protocol": 1}}}}')
import json
print(json.dumps([heatline.VERSION, attribution_core.VERSION, answer.response["result"]["version"]]))"""
    )
    assert found == ["old", "old", heatline.__version__]


def test_a_factory_can_import_heatline_where_none_is_installed(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / "sitecustomize.py").write_text(HIDE_INSTALLED)
    with agent(tmp_path, env={"PYTHONPATH": str(tmp_path)}) as client:
        params = {
            "model": {"kind": "factory", "spec": "models.py:sentiment"},
            "sample": {"kind": "text", "text": "good"},
        }
        assert client.result("heatline/predict", params)["classes"][0]["label"] == "positive"


def test_tracebacks_show_the_agents_source_lines() -> None:
    kernel = bundle.kernel_code()
    found = run(
        f"{kernel.code}\nimport sys, traceback, json\nmodule = sys.modules[{kernel.module!r}]\n"
        "try:\n    module.LiveObjects.resolve(None, None)\n"
        "except AttributeError as error:\n    print(json.dumps(traceback.format_exc()))"
    )
    assert "self._objects.get(handle.object)" in str(found)
