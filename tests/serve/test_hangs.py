"""A step that hangs, or a model that crashes, costs what was begun; the others wait for the models to come back."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from heatline.serve.supervisor import NotLoaded, Supervisor

from .serving import Caller, Running, asking, computing, plan, serving

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc"),
]

STEP_SECONDS = 4.0
"""Much more than a step takes, also on a busy machine."""


def _children() -> set[int]:
    found = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split()
    return {int(pid) for pid in found}


async def _lost(caller: Caller, id_: object, complaint: str) -> None:
    error = (await caller.answer(id_))["error"]
    assert error["data"]["kind"] == "agent-died"
    assert complaint in error["message"]
    assert "ask again" in error["data"]["next_step"]


async def _begun(caller: Caller) -> object:
    """A long request that has sent its first picture."""
    id_ = await caller.send("heatline/explain", asking("slow", steps=4000, job="long"))
    while (await caller.next())["method"] != "heatline/update":
        pass
    return id_


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def running() -> AsyncIterator[Running]:
    before = _children()
    async with (
        computing("words", "slow", "hangs", "dies", step_seconds=STEP_SECONDS) as computer,
        serving(computer) as running,
    ):
        yield running
    assert _children() == before


@pytest.mark.parametrize(
    ("model", "complaint"), [("hangs", "one step went on for more than 4 s"), ("dies", "was killed by SIGABRT")]
)
async def test_a_hang_and_a_crash_cost_what_was_begun_and_the_second_client_gets_its_answers(
    running: Running, model: str, complaint: str
) -> None:
    before = _children()
    async with running.connect() as one, running.connect() as other:
        first, second = Caller(one), Caller(other)
        begun = await _begun(first)
        hanging = await first.send("heatline/predict", asking(model))
        if model == "hangs":  # one more comes before the hang is noticed, and does not begin
            while not running.computes:
                await asyncio.sleep(0.01)
        waiting = [await second.send("heatline/predict", asking("words", "w5", top=1))]
        await _lost(first, hanging, complaint)
        await _lost(first, begun, complaint)
        assert (await running.get("GET /healthz HTTP/1.1\nHost: x\n\n"))[0] == 200
        assert (await running.get("GET /readyz HTTP/1.1\nHost: x\n\n"))[1] == "the models are being loaded again\n"
        waiting.append(await second.send("heatline/predict", asking("words", "w6", top=1)))
        found = [(await second.answer(id_))["result"]["classes"][0]["logit"] for id_ in waiting]
        assert list(map(round, found)) == [9, 10]
        assert (await first.result("heatline/explain", asking("words", "w7")))["status"] == "final"
    assert len(_children()) == len(before)
    assert _children().isdisjoint(before), "the process that hung or crashed is still there"


async def test_a_process_that_ends_while_it_loads_is_no_server() -> None:
    computer = Supervisor(plan("gone"), STEP_SECONDS)
    with pytest.raises(NotLoaded, match="there is no 'gone'"):
        await computer.start()
    computer = Supervisor(plan("ends"), STEP_SECONDS)
    with pytest.raises(NotLoaded, match="while the models were loaded, the process that computes ended with status 3"):
        await computer.start()
