"""The agent inside a program that a real debugpy has paused."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from heatline.agent.bundle import PART, debuggee_cancel, debuggee_code
from heatline.agent.debuggee import answer

from .dap import PROGRAM_ENVIRONMENT, Session, debugging
from .programs import LONG_CALLS, TRAINING


def alone(program: Path) -> str:
    """What a program prints when nobody looks."""
    environment = {**os.environ, **PROGRAM_ENVIRONMENT}
    command = [sys.executable, str(program)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True, env=environment)
    return done.stdout


@pytest.fixture
def program(tmp_path: Path) -> Path:
    path = tmp_path / "training.py"
    path.write_text(TRAINING, encoding="utf-8")
    return path


def test_a_paused_training_step_is_explained_and_goes_on_as_if_nothing_had_happened(program: Path) -> None:
    """A backward is pending, BatchNorm is in train mode, the RNG is read before and after, references must die."""
    with debugging(program, "stop: pending") as session:
        session.stopped()
        assert session.bring_agent() > len(debuggee_code().expressions)
        assert session.bring_agent() == 1
        check_listed(session)
        check_explained(session)
        check_provenance(session)
        unfinished = explanation_of(session, 1)
        session.result("job/step", {"job": session.result("job/start", unfinished)["job"], "budget_ms": 1})
        assert session.finish() == alone(program)
    assert session.printed["stderr"] == ""


def explanation_of(session: Session, index: int | None) -> dict[str, object]:
    model, images = session.named("models", "self.net"), session.named("samples", "images")
    return {"method": "heatline/explain", "params": {"model": model, "sample": {**images, "index": index}}}


def check_listed(session: Session) -> None:
    (model,) = session.result("heatline/models")["models"]
    assert (model["name"], model["inputs"], model["detail"]) == ("self.net", "image", "Net, 135 parameters")
    samples = session.result("heatline/samples", {"model": model["ref"]})["samples"]
    found = {info["name"]: (info["detail"], info["batch"]) for info in samples}
    assert found == {"images": ("Tensor 4x3x16x16 float32", 4), "logits": ("Tensor 4x3 float32", None)}
    batch = session.result("heatline/batch", {"sample": session.named("samples", "images"), "count": 2})
    assert batch["size"] == 4
    assert [(e["index"], e["thumbnail"]["width"]) for e in batch["entries"]] == [(0, 16), (1, 16)]


def check_explained(session: Session) -> None:
    start = explanation_of(session, 2)
    event = session.job("heatline/explain", start["params"])  # type: ignore[arg-type]
    assert event["kind"] == "done", event
    assert (event["result"]["model"], event["result"]["sample"]) == ("self.net", "images[2]")
    assert event["result"]["completeness"]["relative_error"] < 0.1
    failed = session.job("heatline/explain", explanation_of(session, 9)["params"])  # type: ignore[arg-type]
    assert failed["error"]["message"] == "images has no entry 9; it has 4"


def check_provenance(session: Session) -> None:
    event = session.job("heatline/provenance", {"name": "logits", "index": 3})
    assert event["kind"] == "done", event
    found = event["result"]
    assert (found["model"]["name"], found["sample"]["name"]) == ("self.net", "images")
    assert found["statement"] == "logits = self.net(images)"
    assert found["agreement"] == "train-mode"
    assert found["sample"]["ref"]["index"] == 3
    assert len(found["values"]) == 3
    event = session.job("heatline/provenance", {"name": "loss"})
    assert event["result"]["statement"] == "loss = logits.sum()"
    assert event["result"]["values"][0]["found"] != event["result"]["values"][0]["recomputed"]


def test_what_was_listed_at_one_stop_is_gone_with_its_objects_at_the_next(program: Path) -> None:
    with debugging(program, "stop: pending", "stop: end") as session:
        session.stopped()
        session.bring_agent()
        session.select("train")
        assert [m["name"] for m in session.result("heatline/models")["models"]] == ["trainer.net"]
        session.select("step")
        start = explanation_of(session, 0)
        job = session.result("job/start", start)["job"]
        session.result("job/step", {"job": job, "budget_ms": 1})
        session.go_on()
        session.stopped()
        assert session.ask("job/step", {"job": job})["error"]["data"]["kind"] == "stale-handle"
        event = session.job("heatline/explain", start["params"])  # type: ignore[arg-type]
        assert event["error"]["data"]["kind"] == "stale-handle"
        session.finish()


def test_one_long_call_of_a_model_is_cut_in_its_forward_and_in_its_backward_pass(tmp_path: Path) -> None:
    """Alone either would take ten seconds. The program's own pending backward is not touched."""
    program = tmp_path / "long_calls.py"
    program.write_text(LONG_CALLS, encoding="utf-8")
    with debugging(program, "stop: pending") as session:
        session.stopped()
        session.bring_agent()
        for name in ("forward", "backward"):
            sample = {**session.named("samples", "sample"), "index": 1}
            start = {"method": "heatline/explain", "params": {"model": session.named("models", name), "sample": sample}}
            job = session.result("job/start", start)["job"]
            step = session.begin("job/step", {"job": job, "budget_ms": 100})
            while session.evaluate(f"__import__('__main__').calls[{name!r}]", framed=False) == "0":
                pass
            session.evaluate(debuggee_cancel(debuggee_code().module, job), framed=False)
            assert session.end(step)["error"]["data"]["kind"] == "cancelled"
            assert int(session.evaluate(f"calls.pop({name!r})")) < 200
            session.evaluate(f"calls.update({name}=0)")
            assert session.ask("job/step", {"job": job})["error"]["data"]["kind"] == "stale-handle"
        assert session.finish() == alone(program)


def test_no_expression_is_too_long_for_debugpy() -> None:
    code = debuggee_code()
    assert max(map(len, [code.present, code.ready, *code.expressions])) < PART + 1000


def test_outside_of_a_paused_program_it_says_so() -> None:
    request = base64.b64encode(json.dumps({"id": 1, "method": "heatline/models"}).encode()).decode()
    response = json.loads(base64.b64decode(answer(request)))
    assert "not called by an evaluate request of debugpy's" in response["error"]["message"]
