"""The process that computes: it has the models, and takes one step of one request at a time.

A step that hangs, or a crash in a model's code, costs this process and not the server, which starts another one.
Between the two there are the frames of the agent's own protocol. The server asks for a step with
`{"client", "request"}`, the first time with `"start"` too, and is answered with a head
`{"ended", "detail", "messages"}` and then so many messages for the client, which it need not parse. `{"drop"}` ends a
request and `{"leave"}` a client; neither is answered.
"""

from __future__ import annotations

import dataclasses
import json
import os
import sys
import traceback
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, BinaryIO

from ..agent.failures import Refusal, error_object
from ..agent.results import MOST_BYTES
from ..agent.rpc import Pending
from ..agent.service import Agent
from ..agent.stdio import STEP_MS, Inbox, end, end_soon, own_streams
from ..framing import frame, frame_of, json_bytes
from ..protocol import DoneEvent, FailedEvent
from .plan import Plan

if TYPE_CHECKING:
    from attribution_core import Model


class Worker:
    """The requests of all clients.

    Parameters
    ----------
    models : by name.
    writer : to the server.
    """

    def __init__(self, models: Mapping[str, Model], writer: BinaryIO) -> None:
        self._models = models
        self._writer = writer
        self._agents: dict[int, Agent] = {}
        """Of each client; of other clients' it shares the models alone."""
        self._pending: dict[tuple[int, int], Pending] = {}
        self._process = os.getpid()

    def take(self, message: dict[str, Any]) -> None:
        """Does what the server asks."""
        if "leave" in message:
            self._agents.pop(message["leave"], None)
            return
        key = message["client"], message["request"]
        if "drop" in message:
            dropped = self._pending.pop(key, None)
            if dropped is not None:
                dropped.job.close()
            return
        if "start" in message:
            self._pending[key] = self._started(message["client"], message["start"])
        self._step(key)

    def _started(self, client: int, start: dict[str, Any]) -> Pending:
        agent = self._agents.get(client)
        if agent is None:
            agent = self._agents[client] = Agent(served=self._models, result_bytes=min(MOST_BYTES, start["results"]))
        params = start["params"]
        token = params.get("job") if isinstance(params, dict) else None
        return Pending(start["id"], token, job=agent.start(start["method"], params))

    def _step(self, key: tuple[int, int]) -> None:
        pending = self._pending[key]
        try:
            event = pending.job.step(STEP_MS)
        except KeyboardInterrupt:  # nobody's but the model's own: this process has no terminal
            event = FailedEvent("failed", error_object(Refusal("user-code", "the model raised KeyboardInterrupt")))
        if os.getpid() != self._process:
            os._exit(0)  # a process that the model forked came back here
        ended = detail = ""
        if isinstance(event, FailedEvent):
            kind, detail = event.error.data.kind, f"{event.error.message}\n{event.error.data.traceback}"
            ended = f"failed ({kind})"
            # A traceback shows the paths of this machine; who runs the server finds it in the log.
            data = dataclasses.replace(event.error.data, traceback="")
            event = dataclasses.replace(event, error=dataclasses.replace(event.error, data=data))
        elif isinstance(event, DoneEvent):
            ended = "answered"
        if ended:
            del self._pending[key]
        messages = [json_bytes(message) for message in pending.messages(event)]
        self._write({"ended": ended, "detail": detail, "messages": len(messages)}, *messages)

    def _write(self, head: dict[str, Any], *messages: bytes) -> None:
        self._writer.write(frame(head))
        for message in messages:
            self._writer.write(frame_of(message))
        self._writer.flush()


def main() -> None:
    """Computes for the server on stdin and stdout until it closes them; the plan is the first argument."""
    plan = Plan(**json.loads(sys.argv[1]))
    reader, writer = own_streams()
    inbox = Inbox(reader, end_soon)
    try:
        models = _loaded(plan)
    except BaseException as error:
        found = error_object(error)
        if found.data.kind == "internal":
            traceback.print_exc()
        writer.write(frame({"failed": f"{found.message}. {found.data.next_step}".strip()}))
        writer.flush()
        end(os.getpid(), 1)
        raise
    writer.write(frame({"ready": list(models)}))
    writer.flush()
    worker = Worker(models, writer)
    while isinstance(message := inbox.get(), dict):
        worker.take(message)
    end(os.getpid(), 0)


def _loaded(plan: Plan) -> dict[str, Model]:
    from PIL import Image

    from attribution_core import load_model

    Image.MAX_IMAGE_PIXELS = plan.pixels // 2  # Pillow refuses twice as many
    found = {}
    for name, spec in plan.models.items():
        model = load_model(spec)
        found[name] = dataclasses.replace(model, name=name, device=plan.device or model.device)
    return found
