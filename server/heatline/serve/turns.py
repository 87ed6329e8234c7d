"""One thread computes; clients take turns, step by step.

A step takes about 100 ms, and loading a model takes seconds: in the event loop they would keep signs of life, health
checks and other clients' cancels waiting. One thread and not several: models then run one at a time, as they do for
everybody else, and what torch keeps for a thread is always the same. Whose turn it is, is decided in the event loop
alone, so nothing here needs a lock.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol, TypeVar

T = TypeVar("T")


class Taker(Protocol):
    """Who takes turns."""

    def wants_turn(self) -> bool:
        """Whether there is something to compute, and room for what comes of it."""

    async def take_turn(self) -> None:
        """Computes one step, by `Turns.compute`."""


class Turns:
    """Round robin over clients, however many jobs each of them has."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, "heatline-compute")
        self._takers: deque[Taker] = deque()
        self._wake = asyncio.Event()
        self._began: float | None = None

    @property
    def busy_seconds(self) -> float:
        """How long the piece of work under way has taken so far; 0 where there is none."""
        return 0.0 if self._began is None else time.monotonic() - self._began

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

    async def compute(self, work: Callable[[], T]) -> T:
        """Runs something in the thread that computes, after what runs there now."""

        def timed() -> T:
            self._began = time.monotonic()
            try:
                return work()
            finally:
                self._began = None

        return await asyncio.get_running_loop().run_in_executor(self._thread, timed)

    def later(self, work: Callable[[], object]) -> None:
        """Runs something in that thread, and does not wait for it."""
        with contextlib.suppress(RuntimeError):  # closed
            self._thread.submit(work)

    def close(self) -> None:
        """Starts nothing more; a step that hangs is left behind."""
        self._thread.shutdown(wait=False, cancel_futures=True)
