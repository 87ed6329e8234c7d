"""The clients of the protocol's websocket: how much a user may have at once, and the end of what is idle."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Protocol

from tornado.ioloop import PeriodicCallback

from ..agent.failures import Refusal

LONGEST_LOOK_SECONDS = 30.0
"""Between two looks for idle clients, at most."""


class Client(Protocol):
    """One connection."""

    user: str

    @property
    def idle_seconds(self) -> float:
        """Since it asked last; 0 while a request is under way."""

    async def end(self, reason: str) -> None:
        """Closes the connection and shuts its kernel down."""


@dataclass(frozen=True)
class Limits:
    """Where a user is told no."""

    clients: int
    """Connections of one user; each has a kernel of its own."""
    jobs: int
    """Requests of one user under way, on all connections together."""
    idle_seconds: float
    """A client that asks nothing for so long is closed; 0 for never."""


class Clients:
    """All clients of this server."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._clients: list[Client] = []
        self._jobs: Counter[str] = Counter()
        self._culling: PeriodicCallback | None = None

    def join(self, client: Client) -> None:
        """Takes a client in.

        Raises
        ------
        Refusal
            `busy`, where its user has as many as allowed.
        """
        if sum(other.user == client.user for other in self._clients) >= self.limits.clients:
            line = f"this server allows {self.limits.clients} connections of one user to heatline at a time"
            raise Refusal("busy", line, "Close another one first.")
        self._clients.append(client)
        if self._culling is None and self.limits.idle_seconds > 0:
            seconds = min(LONGEST_LOOK_SECONDS, self.limits.idle_seconds / 2)
            self._culling = PeriodicCallback(self._cull, 1000 * seconds)
            self._culling.start()

    def leave(self, client: Client) -> None:
        """Forgets a client; who never joined is passed over."""
        if client in self._clients:
            self._clients.remove(client)

    def begin_job(self, user: str) -> None:
        """Counts a request under way.

        Raises
        ------
        Refusal
            `busy`, where the user has as many as allowed.
        """
        if self._jobs[user] >= self.limits.jobs:
            line = f"{self._jobs[user]} requests of yours are under way, and this server allows {self.limits.jobs}"
            raise Refusal("busy", line, "Wait for one of them, or cancel it.")
        self._jobs[user] += 1

    def end_job(self, user: str) -> None:
        """The request was answered, or cancelled."""
        self._jobs[user] -= 1

    async def end_all(self) -> None:
        """The server stops."""
        if self._culling is not None:
            self._culling.stop()
        for client in list(self._clients):
            await client.end("the server stops")

    async def _cull(self) -> None:
        for client in list(self._clients):
            if client.idle_seconds >= self.limits.idle_seconds:
                await client.end(f"nothing was asked for {self.limits.idle_seconds:g} s")
