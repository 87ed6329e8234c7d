"""One client: its requests, its answers, and nobody else's."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import itertools
import time
from collections import deque
from collections.abc import Callable
from typing import Any

from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed
from websockets.frames import CloseCode

from ..agent.failures import Refusal
from ..agent.rpc import INVALID_REQUEST, METHOD_NOT_FOUND, PARSE_ERROR, Message, failed, refused
from ..framing import BadMessage, json_bytes, parse_body
from ..wire import WireError
from .allowed import METHODS, check
from .limits import Limits
from .log import log
from .outbox import Outbox
from .supervisor import Supervisor
from .turns import Turns

GOODBYE_SECONDS = 2.0
"""For the last answers, and then for the closing handshake."""


@dataclasses.dataclass
class Asked:
    """A request under way."""

    number: int
    """Among this client's, as the process that computes knows it."""
    id: int | str
    """As the client knows it."""
    method: str
    size: int
    """Bytes of the request."""
    came: float
    start: dict[str, Any] | None
    """What the process that computes is told of it; None once it was told."""
    dropped: bool = False
    """Cancelled, or its client has left: what a step still says is not sent."""


class Client:
    """Serves one connection. Ids, jobs and remembered results are the client's own.

    Parameters
    ----------
    computer : the process that computes, by which it also has its number.
    busy : why a request of so many bytes cannot be taken now; empty where it can.
    """

    def __init__(
        self,
        connection: ServerConnection,
        computer: Supervisor,
        turns: Turns,
        limits: Limits,
        busy: Callable[[int], str],
    ) -> None:
        self.number = computer.join()
        self._connection = connection
        self._computer = computer
        self._turns = turns
        self._limits = limits
        self._busy = busy
        self._asked: deque[Asked] = deque()
        """In the order of their turns; the one whose turn was last stands last."""
        self._numbers = itertools.count()
        self._outbox = Outbox(self._send, limits.unread, turns.wake)

    @property
    def waiting_bytes(self) -> int:
        """Bytes of the requests under way."""
        return sum(asked.size for asked in self._asked)

    @property
    def idle(self) -> bool:
        """Every request was answered, and the answers are on their way."""
        return not self._asked and self._outbox.empty

    async def run(self) -> None:
        """Serves until the client leaves; then its jobs end, and nobody else's."""
        self._turns.join(self)
        sending = asyncio.create_task(self._outbox.run())
        try:
            while True:
                self._receive(await self._connection.recv(decode=False))
                # Who reads no answers is asked for no more requests.
                await self._outbox.room()
        except ConnectionClosed:
            pass
        finally:
            self._turns.leave(self)
            self._drop_all()
            self._computer.leave(self.number)
            sending.cancel()
            await asyncio.wait([sending])

    def end_all(self, reason: str) -> None:
        """Answers every request under way with an error."""
        for asked in self._asked:
            self._put(failed(asked.id, Refusal("agent-died", reason, "Ask again when it is back.")))
        self._drop_all()

    def lose(self, reason: str) -> None:
        """The process that computed is gone: answers what it had begun with an error. The rest waits for the next."""
        for asked in [asked for asked in self._asked if asked.start is None]:
            self._asked.remove(asked)
            log.info("client %d: %s lost after %.2f s", self.number, asked.method, time.monotonic() - asked.came)
            step = "The models are loaded again; ask again, for less if it was this request that took so long."
            self._put(failed(asked.id, Refusal("agent-died", reason, step)))

    async def close(self) -> None:
        """Says goodbye; to who reads nothing any more, without a word."""
        try:
            await asyncio.wait_for(self._connection.close(CloseCode.GOING_AWAY, "stopped"), GOODBYE_SECONDS)
        except asyncio.TimeoutError:
            self._connection.transport.abort()

    # ------------------------------------------------------------ turns

    def wants_turn(self) -> bool:
        return bool(self._asked) and self._outbox.has_room

    async def take_turn(self) -> None:
        """One step of the job whose turn it is."""
        asked = self._asked.popleft()
        self._asked.append(asked)
        start, asked.start = asked.start, None
        step = await self._computer.step(self.number, asked.number, start)
        if asked.dropped:
            return
        if step.ended:
            self._asked.remove(asked)
            seconds = time.monotonic() - asked.came
            log.info("client %d: %s %s after %.2f s", self.number, asked.method, step.ended, seconds)
            log.debug("client %d: %s", self.number, step.detail)
        for message in step.messages:
            self._outbox.put(message)

    # ------------------------------------------------------------ requests

    def _receive(self, data: bytes) -> None:
        log.debug("client %d sent %r", self.number, data[:2000])
        try:
            message = parse_body(data)
        except BadMessage as error:
            self._put(refused(None, PARSE_ERROR, str(error)))
            return
        method, id_, params = message.get("method"), message.get("id"), message.get("params", {})
        if method == "$/cancelRequest":
            self._cancel(params.get("id") if isinstance(params, dict) else None)
        elif id_ is None:
            return  # a notification that we do not know, or an answer that we did not ask for
        elif not isinstance(id_, (int, str)) or isinstance(id_, bool) or not isinstance(method, str):
            complaint = "a request needs a method, and an id that is a number or a string"
            self._put(refused(None, INVALID_REQUEST, complaint))
        elif any(asked.id == id_ for asked in self._asked):
            self._put(refused(id_, INVALID_REQUEST, f"the id {id_!r} is in use by a request under way"))
        elif method not in METHODS:
            self._put(refused(id_, METHOD_NOT_FOUND, f"this server has no method {method!r}"))
        else:
            self._start(id_, method, params, len(data))

    def _start(self, id_: int | str, method: str, params: object, size: int) -> None:
        try:
            busy = self._busy(size)
            if len(self._asked) >= self._limits.jobs:
                busy = f"this client has {self._limits.jobs} requests under way, which is the most"
            if busy:
                raise Refusal("busy", busy, "Ask again when an answer has come.")
            checked = check(method, params, self._limits)
        except (WireError, Refusal) as error:
            log.info("client %d: %s refused", self.number, method)
            self._put(failed(id_, error))
            return
        share = self._limits.results // self._limits.clients
        start = {"id": id_, "method": method, "params": checked, "results": share}
        self._asked.append(Asked(next(self._numbers), id_, method, size, time.monotonic(), start))
        self._turns.wake()

    def _cancel(self, id_: object) -> None:
        for asked in self._asked:
            if asked.id == id_:
                self._drop(asked)
                log.info("client %d: %s cancelled", self.number, asked.method)
                self._put(failed(asked.id, Refusal("cancelled", "cancelled by the client")))
                return

    def _drop_all(self) -> None:
        for asked in list(self._asked):
            self._drop(asked)

    def _drop(self, asked: Asked) -> None:
        """Ends a job: now, or after the step that is computed now."""
        asked.dropped = True
        self._asked.remove(asked)
        if asked.start is None:
            self._computer.drop(self.number, asked.number)

    # ------------------------------------------------------------ answers

    def _put(self, message: Message) -> None:
        self._outbox.put(json_bytes(message))

    async def _send(self, message: bytes) -> None:
        with contextlib.suppress(ConnectionClosed):  # `run` notices
            await self._connection.send(message, text=True)
