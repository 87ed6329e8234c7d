"""One process computes; clients take turns, step by step.

One and not several: models then run one at a time, as they do for everybody else, and are in memory once. Whose turn
it is, is decided in the event loop alone, so nothing here needs a lock.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Protocol


class Taker(Protocol):
    """Who takes turns."""

    def wants_turn(self) -> bool:
        """Whether there is something to compute, and room for what comes of it."""

    async def take_turn(self) -> None:
        """Computes one step."""


class Turns:
    """Round robin over clients, however many jobs each of them has."""

    def __init__(self) -> None:
        self._takers: deque[Taker] = deque()
        self._wake = asyncio.Event()

    def join(self, taker: Taker) -> None:
        """Gives a client its turns from now on."""
        self._takers.append(taker)

    def leave(self, taker: Taker) -> None:
        """Gives a client no more turns."""
        self._takers.remove(taker)

    def wake(self) -> None:
        """Says that some client may want its turn now."""
        self._wake.set()

    async def run(self) -> None:
        """Gives turns for ever."""
        while True:
            taker = next((taker for taker in self._takers if taker.wants_turn()), None)
            if taker is None:
                self._wake.clear()
                await self._wake.wait()
                continue
            self._takers.remove(taker)
            self._takers.append(taker)
            await taker.take_turn()
