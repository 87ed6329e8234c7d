"""Several clients of one server: whose answers, whose turn, whose loss."""

from __future__ import annotations

import asyncio
import base64
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from heatline.serve.limits import Limits
from heatline.serve.supervisor import Supervisor

from .serving import Caller, asking, computing, serving

pytestmark = pytest.mark.asyncio(loop_scope="module")

EACH = 500
IN_FLIGHT = 8


@pytest.fixture(scope="module")
def counted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the model `counts` leaves a byte for each call."""
    return tmp_path_factory.mktemp("counts") / "calls"


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def computer(counted: Path) -> AsyncIterator[Supervisor]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HEATLINE_TEST_COUNTS", str(counted))
        async with computing() as computer:
            await computer.start()
            yield computer


async def _asked(caller: Caller, first: int) -> list[int]:
    """Asks about the words `first`, `first + 1`, ...; a few at a time. The answers' logits, which are the words."""
    waiting: list[object] = []
    found: list[int] = []

    async def take() -> None:
        answer = await caller.answer(waiting.pop(0))
        found.append(round(answer["result"]["classes"][0]["logit"]))

    for number in range(first, first + EACH):
        waiting.append(await caller.send("heatline/predict", asking("words", f"w{number}", top=1)))
        if len(waiting) == IN_FLIGHT:
            await take()
    while waiting:
        await take()
    return found


async def test_two_clients_of_1000_requests_get_each_answer_once_and_none_of_the_other(computer: Supervisor) -> None:
    """Both count their ids from 1, and both have up to eight requests under way."""
    async with serving(computer) as running, running.connect() as one, running.connect() as other:
        callers = Caller(one), Caller(other)
        found = await asyncio.gather(_asked(callers[0], 0), _asked(callers[1], 500))
        for client, first in zip(found, (0, 500), strict=True):
            assert client == [number + 4 for number in range(first, first + EACH)]
        for caller in callers:
            assert (await caller.call("heatline/models"))["id"] == EACH + 1


async def test_a_result_is_remembered_for_the_client_that_asked(computer: Supervisor) -> None:
    async with serving(computer) as running, running.connect() as one, running.connect() as other:
        mine, theirs = Caller(one), Caller(other)
        await mine.result("heatline/explain", asking("words", job="same"))
        assert "good" in (await mine.result("heatline/static", {"job": "same"}))["text"]
        assert (await theirs.call("heatline/static", {"job": "same"}))["error"]["data"]["kind"] == "stale-handle"


async def test_comparisons_and_files_of_results(computer: Supervisor) -> None:
    async with serving(computer) as running, running.connect() as connection:
        caller = Caller(connection)
        asked = asking("words", methods=["gradient", "integrated"], targets=["yes", "no"], job="all")
        found = (await caller.result("heatline/compare", asked))["explanations"]
        assert [(entry["method"], entry["target"]["label"]) for entry in found] == [
            ("gradient", "yes"), ("gradient", "no"), ("integrated", "yes"), ("integrated", "no")
        ]  # fmt: skip
        for kind, start in (("html", b"<!doctype html>"), ("npz", b"PK")):
            file = await caller.result("heatline/export", {"job": "all", "format": kind, "index": 2})
            assert base64.b64decode(file["data"])[: len(start)].lower() == start.lower()


async def test_remembered_results_take_their_share_of_the_memory_and_no_more(computer: Supervisor) -> None:
    async with serving(computer, Limits(results=64)) as running, running.connect() as connection:
        caller = Caller(connection)
        for job in ("first", "last"):
            await caller.result("heatline/explain", asking("words", job=job))
        assert await caller.result("heatline/static", {"job": "last"})
        assert (await caller.call("heatline/static", {"job": "first"}))["error"]["data"]["kind"] == "stale-handle"


async def test_progress_and_pictures_reach_the_client_that_asked_alone(computer: Supervisor) -> None:
    async with serving(computer) as running, running.connect() as one, running.connect() as other:
        mine, theirs = Caller(one), Caller(other)
        both = [await caller.send("heatline/explain", asking("slow", text, job="same", steps=40))
                for caller, text in ((mine, "good"), (theirs, "bad"))]  # fmt: skip
        for caller, id_, text in ((mine, both[0], "good"), (theirs, both[1], "bad")):
            assert (await caller.answer(id_))["result"]["picture"]["text"] == text
            assert {note["method"] for note in caller.notes} == {"$/progress", "heatline/update"}
            pictures = [note["params"] for note in caller.notes if note["method"] == "heatline/update"]
            assert {picture["explanation"]["picture"]["text"] for picture in pictures} == {text}
            assert [picture["seq"] for picture in pictures] == list(range(len(pictures)))


async def test_clients_take_turns_whatever_the_number_of_their_jobs(computer: Supervisor) -> None:
    """Whoever asks for one explanation does not wait for the eight that somebody asked for before."""
    async with serving(computer) as running, running.connect() as one, running.connect() as other:
        greedy, modest = Caller(one), Caller(other)
        many = [await greedy.send("heatline/explain", asking("slow", steps=60)) for _ in range(8)]
        answered = Counter[str]()

        async def count() -> None:
            for id_ in many:
                await greedy.answer(id_)
                answered["greedy"] += 1

        counting = asyncio.create_task(count())
        await modest.result("heatline/explain", asking("slow", steps=60))
        assert answered["greedy"] <= 1
        await counting


async def test_a_client_that_leaves_loses_its_own_jobs_alone(computer: Supervisor, counted: Path) -> None:
    async with serving(computer) as running, running.connect() as stays:
        staying = Caller(stays)
        leaves = await running.connect()
        leaving = Caller(leaves)
        for index in range(4):
            await leaving.send("heatline/explain", asking("counts", steps=4000, job=f"j{index}"))
        kept = await staying.send("heatline/explain", asking("slow", steps=60))
        await leaving.next()
        leaves.transport.abort()
        assert (await staying.answer(kept))["result"]["status"] == "final"
        assert len(running.server._clients) == 1
        before = counted.stat().st_size
        await staying.result("heatline/explain", asking("slow", steps=40))
        assert counted.stat().st_size == before > 0, "a job of the client that left was computed on"


@pytest.mark.parametrize(("model", "kind"), [("forks", None), ("prints", None), ("exits", "user-code")])
async def test_a_served_model_that_forks_prints_or_exits_costs_nothing(
    computer: Supervisor, model: str, kind: str | None
) -> None:
    async with serving(computer) as running, running.connect() as connection:
        caller = Caller(connection)
        answer = await caller.call("heatline/predict", asking(model, "w5"))
        if kind is None:
            assert round(answer["result"]["classes"][0]["logit"]) == 9
        else:
            assert answer["error"]["data"]["kind"] == kind
        assert (await caller.result("heatline/explain", asking("words", "w6")))["status"] == "final"


async def test_a_cancel_is_answered_while_the_step_goes_on(computer: Supervisor) -> None:
    """The step takes three seconds in one piece. Neither cancels nor health checks wait for it."""
    async with serving(computer) as running, running.connect() as connection, running.connect() as other:
        caller = Caller(connection)
        hanging = await caller.send("heatline/predict", asking("waits"))
        while not running.computes:
            await asyncio.sleep(0.01)
        assert (await running.get("GET /healthz HTTP/1.1\nHost: x\n\n"))[0] == 200
        await caller.cancel("not an id of ours")
        await caller.cancel(hanging)
        answer = await caller.answer(hanging)
        assert answer["error"]["code"] == -32800
        assert running.computes, "the answer waited for the step"
        await Caller(other).result("heatline/predict", asking("words"))
        assert await caller.result("heatline/models"), "the cancelled request was answered again"


async def test_requests_beyond_the_limits_are_refused_and_the_rest_goes_on(computer: Supervisor) -> None:
    limits = Limits(jobs=2, waiting=1000)
    async with serving(computer, limits) as running, running.connect() as connection, running.connect() as other:
        caller = Caller(connection)
        ids = [await caller.send("heatline/explain", asking("slow", steps=100)) for _ in range(3)]
        refused = await caller.answer(ids[2])
        assert refused["error"]["data"]["kind"] == "busy"
        assert "2 requests under way" in refused["error"]["message"]
        large = asking("words", "good " * 200)
        assert "memory" in (await Caller(other).call("heatline/predict", large))["error"]["message"]
        assert [(await caller.answer(id_))["result"]["status"] for id_ in ids[:2]] == ["final", "final"]


async def test_200_clients_at_once(computer: Supervisor) -> None:
    async with serving(computer, Limits(clients=200)) as running:

        async def ask(number: int) -> int:
            async with running.connect() as connection:
                found = await Caller(connection).result("heatline/predict", asking("words", f"w{number}", top=1))
                logit: float = found["classes"][0]["logit"]
                return round(logit)

        assert await asyncio.gather(*map(ask, range(200))) == [number + 4 for number in range(200)]
