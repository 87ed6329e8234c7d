"""The agent inside a real Jupyter kernel, brought in as bytes."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import KernelManager, start_new_kernel

from heatline.agent.bundle import kernel_code
from heatline.protocol import RPC_MIME

from .workspace import MODELS, write

SETUP = (
    MODELS.replace("heatline_stub", "heatline")
    + """
net = sentiment()
module = Sentiment()
review = "a good film"
module.train()
pending = module(torch.tensor([[1, 2]])).sum()
normed = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 3))
scenes = torch.rand(2, 3, 16, 16)
owed = normed(scenes).sum()
noise = torch.get_rng_state().sum().item()
4 + 4
"""
)


class KernelClient:
    """What a front end does: silent execute requests with one user expression."""

    def __init__(self, client: BlockingKernelClient, manager: KernelManager) -> None:
        self.client = client
        self.module = kernel_code().module
        self.manager = manager

    def run(self, code: str) -> str:
        """A cell of the person's; its printed text."""
        printed: list[str] = []
        reply = self.client.execute_interactive(
            code, timeout=60, output_hook=lambda m: printed.append(m["content"].get("text", ""))
        )
        assert reply["content"]["status"] == "ok", reply["content"]
        return "".join(printed)

    def expression(self, text: str) -> Any:
        reply = self.client.execute_interactive(
            "", silent=True, store_history=False, user_expressions={"it": text}, timeout=60
        )
        return reply["content"]["user_expressions"]["it"]

    def ask(self, method: str, params: dict[str, Any] | None = None) -> Any:
        request = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params or {}})
        it = self.expression(f"__import__('sys').modules[{self.module!r}].answer({request!r})")
        assert it["status"] == "ok", it
        return it["data"][RPC_MIME]

    def result(self, method: str, params: dict[str, Any] | None = None) -> Any:
        response = self.ask(method, params)
        assert "error" not in response, response["error"]
        return response["result"]

    def job(self, method: str, params: dict[str, Any]) -> dict[str, Any]:
        """The last event of a job, pulled to its end."""
        job = self.result("job/start", {"method": method, "params": params})["job"]
        while True:
            event: dict[str, Any] = self.result("job/step", {"job": job, "budget_ms": 50})
            if event["kind"] in ("done", "failed"):
                return event

    def explain(self, params: dict[str, Any]) -> list[dict[str, Any]]:
        """All events of a job, pulled to its end."""
        job = self.result("job/start", {"method": "heatline/explain", "params": params})["job"]
        events: list[dict[str, Any]] = []
        while not events or events[-1]["kind"] not in ("done", "failed"):
            events.append(self.result("job/step", {"job": job, "budget_ms": 20}))
        return events

    def named(self, what: str, name: str) -> dict[str, Any]:
        """The reference of the live model or sample `name`."""
        found = self.result(f"heatline/{what}")[what]
        ref: dict[str, Any] = next(info["ref"] for info in found if info["name"] == name)
        return ref


@pytest.fixture(scope="module")
def kernel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KernelClient]:
    folder = write(tmp_path_factory.mktemp("kernel"))
    manager, client = start_new_kernel(kernel_name="python3", cwd=str(folder))
    try:
        it = KernelClient(client, manager)
        it.run(SETUP)
        client.execute_interactive(kernel_code().code, silent=True, store_history=False, timeout=60)
        yield it
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def test_live_models_and_samples_are_listed(kernel: KernelClient) -> None:
    models = kernel.result("heatline/models")["models"]
    assert [m["name"] for m in models if m["name"] in ("net", "module")] == ["net", "module"]
    assert next(m["inputs"] for m in models if m["name"] == "net") == "text"
    samples = kernel.result("heatline/samples", {"model": kernel.named("models", "net")})["samples"]
    assert samples[0]["name"] == "review"


def test_models_of_program_text_are_listed_where_that_is_asked_for(kernel: KernelClient) -> None:
    listed = kernel.result("heatline/models", {"root": "."})["models"]
    in_source = [m for m in listed if m["origin"] == "source"]
    assert {"kind": "factory", "spec": "models.py:sentiment"} in [m["ref"] for m in in_source]
    assert listed[0]["origin"] == "live"
    assert not any(m["origin"] == "source" for m in kernel.result("heatline/models")["models"])
    assert "not from .." in kernel.ask("heatline/models", {"root": ".."})["error"]["message"]


def test_explaining_leaves_the_session_as_it_was(kernel: KernelClient) -> None:
    look = (
        "print(len(Out), _, In[-1][:5], sorted(n for n in globals() if not n.startswith('_')),"
        " module.training, [p.grad for p in module.parameters()], torch.get_rng_state().sum().item() == noise,"
        " normed[1].training, normed[1].num_batches_tracked.item(), normed[1].running_var.sum().item())"
    )
    before = kernel.run(look)
    events = kernel.explain({"model": kernel.named("models", "net"), "sample": kernel.named("samples", "review")})
    assert events[-1]["kind"] == "done", events[-1]
    words = {w["text"]: w["score"] for w in events[-1]["result"]["picture"]["words"]}
    assert words["good"] == max(words.values())
    kernel.explain(
        {"model": kernel.named("models", "normed"), "sample": {**kernel.named("samples", "scenes"), "index": 1}}
    )
    after = kernel.run(look)
    assert after == before
    count = kernel.client.execute_interactive("pass", timeout=30)["content"]["execution_count"]
    kernel.result("heatline/models")
    assert kernel.client.execute_interactive("pass", timeout=30)["content"]["execution_count"] == count + 1
    kernel.run("owed.backward(); pending.backward(); assert module.out.weight.grad is not None; module.zero_grad()")


def test_previews_come_before_the_end_and_a_job_can_be_dropped(kernel: KernelClient) -> None:
    kernel.run("tortoise = slow()")
    params = {"model": kernel.named("models", "tortoise"), "sample": {"kind": "text", "text": "good"}, "steps": 50}
    kinds = [event["kind"] for event in kernel.explain(params)]
    assert "update" in kinds
    assert kinds.count("progress") > 2
    job = kernel.result("job/start", {"method": "heatline/explain", "params": params})["job"]
    kernel.result("job/step", {"job": job, "budget_ms": 1})
    kernel.result("job/drop", {"job": job})
    assert kernel.ask("job/step", {"job": job})["error"]["data"]["kind"] == "stale-handle"


def test_a_models_prints_do_not_reach_the_notebook(kernel: KernelClient) -> None:
    kernel.run("loud = noisy()")
    published: list[str] = []
    params = {"model": kernel.named("models", "loud"), "sample": {"kind": "text", "text": "good"}}
    request = json.dumps({"id": 1, "method": "heatline/predict", "params": params})
    kernel.client.execute_interactive(
        "",
        silent=True,
        store_history=False,
        user_expressions={"it": f"__import__('sys').modules[{kernel.module!r}].answer({request!r})"},
        output_hook=lambda m: published.append(m["content"].get("text", "")),
        timeout=30,
    )
    assert "printed by the model" not in "".join(published)


def test_errors_come_back_as_data_and_queued_cells_go_on(kernel: KernelClient) -> None:
    kernel.run("broken = _text(Exits())")
    events = kernel.explain({"model": kernel.named("models", "broken"), "sample": {"kind": "text", "text": "good"}})
    assert events[-1]["kind"] == "failed"
    assert "SystemExit" in events[-1]["error"]["message"]
    assert kernel.ask("heatline/explain", {"model": 3})["error"]["data"]["kind"] == "protocol"
    assert kernel.ask("magic")["error"]["data"]["kind"] == "protocol"
    assert kernel.run("print('still here')") == "still here\n"


def test_an_interrupt_ends_the_job_and_nothing_else(kernel: KernelClient, tmp_path: Path) -> None:
    began = tmp_path / "began"
    kernel.run(
        "class Waits(Sentiment):\n"
        "    def forward(self, ids):\n"
        f"        open({str(began)!r}, 'w').close(); time.sleep(120)\n"
        "waits = Waits(); waits.train(); waiting = _text(waits)"
    )
    params = {"model": kernel.named("models", "waiting"), "sample": {"kind": "text", "text": "good"}}
    job = kernel.result("job/start", {"method": "heatline/predict", "params": params})["job"]
    kernel.result("job/step", {"job": job, "budget_ms": 0})
    requests = [json.dumps({"id": 1, "method": "job/step", "params": {"job": job, "budget_ms": 50}}) for _ in range(2)]
    texts = [f"__import__('sys').modules[{kernel.module!r}].answer({request!r})" for request in requests]
    interrupter = threading.Thread(target=_interrupt_once, args=(kernel, began))
    interrupter.start()
    answers = [kernel.expression(text)["data"][RPC_MIME] for text in texts]
    interrupter.join()
    kinds = [answer["error"]["data"]["kind"] for answer in answers if "error" in answer]
    assert kinds[0] == "cancelled"
    assert kernel.ask("job/step", {"job": job})["error"]["data"]["kind"] == "stale-handle"
    assert kernel.run("print(waits.training)") == "True\n"


def _interrupt_once(kernel: KernelClient, began: Path) -> None:
    while not began.exists():
        time.sleep(0.05)
    kernel.manager.interrupt_kernel()


def test_nothing_is_kept_alive(kernel: KernelClient) -> None:
    kernel.run("import gc, weakref\nshort = _text(Sentiment()); gone = weakref.ref(short.module)")
    ref = kernel.named("models", "short")
    kernel.explain({"model": ref, "sample": {"kind": "text", "text": "good"}})
    assert kernel.run("del short; gc.collect(); print(gone() is None)") == "True\n"
    stale = kernel.ask("heatline/predict", {"model": ref, "sample": {"kind": "text", "text": "good"}})
    assert stale["error"]["data"]["kind"] == "stale-handle"


def test_samples_are_not_kept_alive_by_cached_results(kernel: KernelClient) -> None:
    kernel.run("import gc, weakref; brief = torch.rand(2, 3, 16, 16); gone = weakref.ref(brief)")
    sample = {**kernel.named("samples", "brief"), "index": 1}
    kernel.explain({"model": kernel.named("models", "normed"), "sample": sample, "job": "kept"})
    kernel.result("heatline/batch", {"sample": kernel.named("samples", "brief")})
    assert kernel.run("del brief; gc.collect(); print(gone() is None)") == "True\n"


def test_an_answer_lasts_until_the_next_execution(kernel: KernelClient) -> None:
    kernel.run(
        "calls = []; counted = nn.Sequential(nn.Flatten(), nn.Linear(4, 2))\n"
        "hook = counted.register_forward_hook(lambda *given: calls.append(1)); row = torch.rand(1, 4)"
    )
    params = {
        "model": kernel.named("models", "counted"),
        "sample": kernel.named("samples", "row"),
        "method": "gradient",
    }
    first = kernel.explain(params)[-1]["result"]
    count = int(kernel.expression("len(calls)")["data"]["text/plain"])
    assert kernel.explain(params)[-1]["result"] == first
    assert int(kernel.expression("len(calls)")["data"]["text/plain"]) == count
    kernel.run("row *= 2")
    assert kernel.explain(params)[-1]["result"] != first


def test_a_job_that_a_cell_came_between_begins_again(kernel: KernelClient) -> None:
    sample = {**kernel.named("samples", "scenes"), "index": 0}
    params: dict[str, Any] = {"model": kernel.named("models", "normed"), "sample": sample}
    whole = kernel.explain(params)[-1]["result"]
    params["steps"] = 40  # not what was just answered
    job = kernel.result("job/start", {"method": "heatline/explain", "params": params})["job"]
    kernel.result("job/step", {"job": job, "budget_ms": 1})
    kernel.run("scenes *= 0.5")
    while (event := kernel.result("job/step", {"job": job, "budget_ms": 50}))["kind"] not in ("done", "failed"):
        pass
    assert event["result"]["target"] == kernel.explain(params)[-1]["result"]["target"]
    assert event["result"]["target"] != whole["target"]


def test_provenance_of_a_prediction_of_an_executed_cell(kernel: KernelClient) -> None:
    kernel.run("judge = nn.Linear(4, 2).eval(); facts = torch.rand(3, 4)")
    kernel.run("for part in (facts,):\n    verdict = judge(part).softmax(-1)")
    event = kernel.job("heatline/provenance", {"name": "verdict"})
    assert event["kind"] == "done", event
    found = event["result"]
    assert (found["model"]["name"], found["sample"]["name"], found["agreement"]) == ("judge", "part", "same")
    kernel.run("facts = torch.rand(3, 4); part = facts")
    assert kernel.job("heatline/provenance", {"name": "verdict"})["result"]["message"] == (
        "part has changed since verdict was computed."
    )
    lost = kernel.job("heatline/provenance", {"name": "noise"})
    assert "nothing says which model made noise" in lost["error"]["message"]


def test_a_cell_that_is_paused_knows_the_cells_before_it(kernel: KernelClient) -> None:
    """As in JupyterLab's debugger, whose frames are those of cells and of functions in them."""
    frames = kernel.module.replace(".kernel", ".frames")
    look = (
        f"import importlib, sys; Frame = importlib.import_module({frames!r}).Frame\n"
        "def told(frame, name):\n"
        "    history = Frame(frame).history(name)\n"
        "    return [history.bindings[place].text for place in history.candidates(name)]\n"
    )
    kernel.run(look + "first = 1")
    cell = "second = 2\ndef inner():\n    third = 3\n    return told(sys._getframe(), 'third') + {}\n"
    cell += "print(told(sys._getframe(), 'first'), told(sys._getframe(), 'second'), inner())\nsecond = 4"
    found = kernel.run(cell.format("told(sys._getframe(), 'second')"))
    assert found == "['first = 1'] ['second = 2'] ['third = 3', 'second = 2']\n"


def test_published_answers_leave_the_last_value_alone(kernel: KernelClient) -> None:
    """For front ends that run code and cannot ask for expressions."""
    kernel.run("17 + 4")
    request = json.dumps({"id": 5, "method": "heatline/models"})
    shown: list[Any] = []
    kernel.client.execute_interactive(
        f"__import__('sys').modules[{kernel.module!r}].publish({request!r})",
        store_history=False,
        output_hook=lambda m: shown.append(m["content"].get("data", {}).get(RPC_MIME)),
        timeout=60,
    )
    assert [answer["id"] for answer in shown if answer] == [5]
    assert kernel.run("print(_)") == "21\n"


def test_many_variables_none_of_which_is_shown(kernel: KernelClient) -> None:
    """500 of them, one whose `__repr__` raises, one whose takes a minute, and a huge one."""
    kernel.run(
        "class Raises:\n"
        "    def __repr__(self): raise RuntimeError\n"
        "    __getattr__ = __eq__ = __repr__\n"
        "    __hash__ = object.__hash__\n"
        "class Slow:\n"
        "    def __repr__(self): time.sleep(60)\n"
        "import time; bad, worse = Raises(), Slow()\n"
        "for i in range(500): globals()[f'many_{i}'] = torch.zeros(1, 3, 4, 4)\n"
        "huge = torch.empty(64, 3, 2048, 2048, device='meta').expand(64, 3, 2048, 2048)\n"
        "vast = torch.zeros(1, 1, 1, 1).expand(1024, 3, 1024, 1024)"
    )
    listed = {info["name"]: info for info in kernel.result("heatline/samples")["samples"]}
    assert len(listed) == 500
    assert listed["vast"]["detail"] == "Tensor 1024x3x1024x1024 float32"
    assert listed["vast"]["batch"] == 1024
    entries = kernel.result("heatline/batch", {"sample": listed["vast"]["ref"], "first": 1023})["entries"]
    assert [entry["index"] for entry in entries] == [1023]
    assert kernel.result("heatline/models")["models"]
    kernel.run("for i in range(500): del globals()[f'many_{i}']")


def test_results_carry_the_variables_names(kernel: KernelClient) -> None:
    kernel.run("seer = picture().module; scene = torch.rand(1, 3, 32, 32)")
    params = {"model": kernel.named("models", "seer"), "sample": kernel.named("samples", "scene"), "method": "gradient"}
    found = kernel.explain(params)[-1]["result"]
    assert (found["model"], found["sample"]) == ("seer", "scene")


def test_locate_runs_nothing(kernel: KernelClient) -> None:
    found = kernel.result("heatline/locate", {"source": "net('a good film')", "offset": 8})
    assert (found["kind"], found["text"]) == ("string", "a good film")
