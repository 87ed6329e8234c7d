"""What is generated from the protocol: the page's client works, the schema fits real messages, nothing is stale."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from heatline.agent.service import Agent
from heatline.codegen.__main__ import TARGETS, main
from heatline.protocol import REQUESTS, DoneEvent

from .workspace import write

DOCS = Path(__file__).parents[2] / "docs"


def test_the_client_of_the_page_works_as_it_stands_there(tmp_path: Path) -> None:
    page = (DOCS / "protocol.md").read_text(encoding="utf-8")
    client, use = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    assert 25 <= len(client.splitlines()) <= 35
    (write(tmp_path) / "ask.py").write_text(client + use)
    run = subprocess.run([sys.executable, "ask.py"], cwd=tmp_path, capture_output=True, text=True, check=True)
    words = dict(line.split() for line in run.stdout.splitlines())
    assert list(words) == ["a", "good", "film"]
    assert float(words["good"]) > 0


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((DOCS / "protocol.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(found)
    return found


def problems(schema: dict[str, Any], part: dict[str, Any], value: object) -> list[str]:
    validator = jsonschema.Draft202012Validator({**part, "$defs": schema["$defs"]})
    return [error.message for error in validator.iter_errors(value)]


def test_the_schema_has_every_method(schema: dict[str, Any]) -> None:
    assert list(schema["methods"]) == list(REQUESTS)


def test_real_messages_fit_the_schema(schema: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(write(tmp_path))
    agent = Agent()
    model = {"kind": "factory", "spec": "models.py:picture"}
    asked: dict[str, Any] = {"model": model, "sample": {"kind": "file", "path": "photo.png"}, "method": "interior"}
    explain = schema["methods"]["heatline/explain"]
    assert problems(schema, explain["params"], asked) == []
    job = agent.start("heatline/explain", asked)
    while not job.finished:
        event = job.step(1000)
    assert isinstance(event, DoneEvent)
    assert problems(schema, explain["result"], event.result) == []
    assert problems(schema, explain["params"], {**asked, "plan": event.result["plan"]}) == []
    del event.result["target"]
    assert problems(schema, explain["result"], event.result) == ["'target' is a required property"]
    assert problems(schema, explain["params"], {**asked, "method": "magic"})
    sys.modules.pop("models", None)


def test_stale_files_are_found_and_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path)]) == 0
    assert main(["--check", str(tmp_path)]) == 0
    for name in TARGETS:
        assert (tmp_path / name).read_bytes() == (DOCS.parent / name).read_bytes()
        (tmp_path / name).write_text("old")
        assert main(["--check", str(tmp_path)]) == 1
        assert f"{name} is stale" in capsys.readouterr().err
        assert main([str(tmp_path)]) == 0
