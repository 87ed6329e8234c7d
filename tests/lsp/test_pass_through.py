"""Every method of the protocol reaches the right agent, with its progress, its pictures and its cancels."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from heatline._version import __version__
from heatline.protocol import REQUESTS, Average, Comparison
from heatline.wire import decode

from ..agent.workspace import write
from .editor import Editor, RpcError

TEXT = {"kind": "text", "text": "a good film"}


def asked(model: str, **params: Any) -> dict[str, Any]:
    return {"model": {"kind": "factory", "spec": f"models.py:{model}"}, "sample": TEXT, **params}


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = write(tmp_path_factory.mktemp("workspace"))
    (root / "reviews.csv").write_text("text\n" + "a good film\na bad film\n" * 10)
    return root


def test_a_comparison_with_its_progress_and_its_file(editor: Editor) -> None:
    params = asked("sentiment", methods=["gradient", "integrated"], job="compared")
    found = decode(Comparison, editor.request("heatline/compare", params))
    assert [each.method for each in found.explanations] == ["gradient", "integrated"]
    assert any(params["token"] == "compared" for params in editor.of("$/progress"))
    assert {update["job"] for update in editor.of("heatline/update")} == {"compared"}
    file = editor.request("heatline/export", {"job": "compared", "format": "json"})
    assert len(json.loads(base64.b64decode(file["data"]))["explanations"]) == 2


def test_an_average_of_a_file_of_the_workspace(editor: Editor) -> None:
    params = {"model": asked("sentiment")["model"], "data": {"kind": "file", "path": "reviews.csv"}, "job": "averaged"}
    found = decode(Average, editor.request("heatline/average", params))
    assert (found.samples, [each.label for each in found.classes]) == (20, ["negative", "positive"])


@pytest.mark.parametrize("method", ["heatline/explain", "heatline/compare"])
def test_a_cancel_goes_through_and_costs_no_agent(editor: Editor, method: str) -> None:
    job = f"cancelled {method}"
    id_ = editor.send(method, asked("slow", steps=100_000, job=job))
    editor.until(lambda n: n["method"] == "heatline/update" and n["params"]["job"] == job)
    editor.cancel(id_)
    with pytest.raises(RpcError) as error:
        editor.answer(id_)
    assert error.value.kind == "cancelled"
    assert editor.request("heatline/predict", asked("sentiment"))["classes"][0]["label"] == "positive"


BROUGHT = """
import base64, json, sys
kernel, debuggee = json.load(sys.stdin)
exec(kernel["code"], {})
asked = '{"id": 1, "method": "heatline/models"}'
found = [sys.modules[kernel["module"]].answer(asked).response]
assert eval(debuggee["present"]) is False
for expression in debuggee["expressions"]:
    eval(expression)
while eval(debuggee["ready"]) is not True:
    pass
assert eval(debuggee["present"]) is True
answer = sys.modules[debuggee["module"]].answer(base64.b64encode(asked.encode()).decode())
found.append(json.loads(base64.b64decode(answer)))
assert "torch" not in sys.modules
print(json.dumps(found))
"""


def test_any_front_end_gets_the_agent_that_it_brings_into_a_live_session(editor: Editor) -> None:
    """Brought into a process that has neither a kernel nor a debugger, each says so in its own way."""
    codes = [editor.request("heatline/agentCode", {"session": session}) for session in ("kernel", "debuggee")]
    assert {code["version"] for code in codes} == {__version__}
    run = subprocess.run(
        [sys.executable, "-I", "-c", BROUGHT], input=json.dumps(codes), capture_output=True, text=True, check=True
    )
    kernel, debuggee = json.loads(run.stdout)
    assert kernel["result"] == {"models": []}
    assert "not called by an evaluate request" in debuggee["error"]["message"]


def test_no_method_of_the_protocol_is_unknown(editor: Editor) -> None:
    """What an agent answers, the server passes on; greeting an agent and stepping its jobs is its own business."""
    for method in REQUESTS:
        with pytest.raises(RpcError) as error:
            editor.request(method, {"model": 3, "source": 3, "root": 3, "job": 3, "name": 3})
        own = not method.startswith("heatline/") or method in ("heatline/initialize", "heatline/shutdown")
        assert (error.value.code == -32601) == own, method
