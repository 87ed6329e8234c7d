"""Starts the process that computes, asks it for steps, and ends it when a step hangs."""

from __future__ import annotations

import asyncio
import json
import sys
from dataclasses import asdict, dataclass
from typing import Any

from ..child import Child, signal_name
from ..framing import BadMessage, FramingError, frame, parse_body
from .plan import Plan

# With our own path: what can be imported here can be imported there, and nothing else.
_BOOT = "import json, sys; sys.path[:] = json.loads(sys.argv.pop()); from heatline.serve.worker import main; main()"


class Died(Exception):
    """The process that computes is gone, and with it every request that it had begun. The message says why."""


class NotLoaded(Exception):
    """A model cannot be loaded. The message says why, and what to do."""


@dataclass(frozen=True)
class Stepped:
    """What a step gave."""

    messages: list[bytes]
    """For the client."""
    ended: str
    """How the request ended, in words that give nothing of it away; empty while it goes on."""
    detail: str
    """For the log of contents."""


class Supervisor:
    """The process that computes, and those after it.

    Parameters
    ----------
    step_seconds : how long a step may take before its process is taken to hang.
    """

    def __init__(self, plan: Plan, step_seconds: float) -> None:
        self._plan = plan
        self._seconds = step_seconds
        self._child: Child | None = None
        self._clients = 0
        self.busy = False
        """Whether a step is under way."""

    async def start(self) -> None:
        """Starts a process and waits until it has loaded the models, where there is none.

        Raises
        ------
        NotLoaded
        """
        if self._child is not None:
            return
        command = [sys.executable, "-c", _BOOT, json.dumps(asdict(self._plan)), json.dumps(sys.path)]
        self._child = await Child.start(command, log=False)
        try:
            found = await self._read()
        except Died as death:
            raise NotLoaded(f"while the models were loaded, {death}. The log may say more.") from None
        if "failed" in found:
            await self.close()
            raise NotLoaded(found["failed"])

    def join(self) -> int:
        """A number for a client, never given before."""
        self._clients += 1
        return self._clients

    async def step(self, client: int, request: int, start: dict[str, Any] | None) -> Stepped:
        """Computes one step of a request.

        Parameters
        ----------
        start : what the request is, the first time: see `worker.py`.

        Raises
        ------
        Died
            Where the process ended, or was ended because the step took too long.
        """
        first = {} if start is None else {"start": start}
        self._tell({"client": client, "request": request, **first})
        self.busy = True
        try:
            return await asyncio.wait_for(self._answer(), self._seconds)
        except asyncio.TimeoutError:
            raise await self._lost(f"one step went on for more than {self._seconds:g} s") from None
        except asyncio.CancelledError:
            await self._lost("it was cancelled")  # half of an answer may have been read
            raise
        finally:
            self.busy = False

    def drop(self, client: int, request: int) -> None:
        """Ends a request between two of its steps."""
        self._tell({"client": client, "request": request, "drop": True})

    def leave(self, client: int) -> None:
        """Lets go of what was remembered for a client."""
        self._tell({"leave": client})

    def kill(self) -> None:
        """Ends the process at once."""
        if self._child is not None:
            self._child.kill()

    async def close(self) -> None:
        """Ends the process: gently, then by force."""
        child, self._child = self._child, None
        if child is not None:
            await child.close()

    # ------------------------------------------------------------ inside

    def _tell(self, message: dict[str, Any]) -> None:
        if self._child is not None:
            self._child.write(frame(message))

    async def _answer(self) -> Stepped:
        head = await self._read()
        messages = [await self._body() for _ in range(head["messages"])]
        return Stepped(messages, head["ended"], head["detail"])

    async def _read(self) -> dict[str, Any]:
        return parse_body(await self._body())

    async def _body(self) -> bytes:
        child = self._child
        if child is None:
            raise Died("nothing computes")
        try:
            body = await child.read()
        except (FramingError, BadMessage, asyncio.IncompleteReadError, ValueError):
            body = None
        if body is None:
            raise await self._lost("")
        return body

    async def _lost(self, reason: str) -> Died:
        """Ends what is left of the process; `reason` where it did not end by itself."""
        child, self._child = self._child, None
        if child is None:
            return Died(reason)
        if reason or not await child.wait(1.0):
            child.kill()
            await child.wait()
            return Died(reason or "the process that computes closed its output")
        child.end_group()
        status = child.status or 0
        how = f"was killed by {signal_name(status)}" if status < 0 else f"ended with status {status}"
        return Died(f"the process that computes {how}")
