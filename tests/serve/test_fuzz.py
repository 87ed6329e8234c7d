"""Messages that nobody would send on purpose: each is answered or passed over, and the connection lives on."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from heatline.protocol import REQUESTS

from .serving import Caller, asking, computing, serving

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
method = st.sampled_from([*REQUESTS, "$/cancelRequest"]) | st.text(max_size=20)


def disturbed(draw: st.DrawFn) -> object:
    """A right request of which one or two parts are something else."""
    params: dict[str, Any] = asking("words", "good", job="j", steps=4)
    for _ in range(draw(st.integers(0, 2))):
        part: dict[str, Any] = draw(st.sampled_from([params, params["model"], params["sample"]]))
        if isinstance(part, dict):
            part[draw(st.sampled_from([*part, "kind", "steps", "target", "plan"]))] = draw(anything)
    return params


message = st.fixed_dictionaries(
    {"method": method | anything},
    optional={"id": st.integers(0, 3) | st.text(max_size=3) | anything, "params": st.composite(disturbed)() | anything},
)


async def test_whatever_is_sent_the_next_request_is_answered() -> None:
    sent: list[object] = []

    @settings(max_examples=150)
    @given(message | anything)
    def collect(value: object) -> None:
        sent.append(value)

    collect()
    async with (
        computing("words") as computer,
        serving(computer) as running,
        running.connect() as connection,
        running.connect() as other,
    ):
        caller = Caller(connection)
        for number, value in enumerate(sent):
            await connection.send(json.dumps(value))
            if number % 10 == 0:
                await connection.send(json.dumps({"id": f"check {number}", "method": "heatline/models"}))
                while (await caller.next()).get("id") != f"check {number}":
                    pass
        assert (await Caller(other).result("heatline/predict", asking("words")))["classes"]
