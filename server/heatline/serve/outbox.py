"""Answers on their way to one client, in order, as fast as the client reads them."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable


class Outbox:
    """Fills without waiting; who fills it looks first whether there is room.

    Parameters
    ----------
    send : hands one message to the client; waits while the client reads too slowly.
    most : bytes above which there is no room.
    emptied : told when there is room again.
    """

    def __init__(self, send: Callable[[bytes], Awaitable[None]], most: int, emptied: Callable[[], None]) -> None:
        self._send = send
        self._most = most
        self._emptied = emptied
        self._messages: deque[bytes] = deque()
        self._size = 0
        self._filled = asyncio.Event()
        self._roomy = asyncio.Event()
        self._roomy.set()

    @property
    def has_room(self) -> bool:
        return self._roomy.is_set()

    @property
    def empty(self) -> bool:
        """Everything was handed to the connection."""
        return not self._messages

    def put(self, message: bytes) -> None:
        """Sends a message after those before it."""
        self._messages.append(message)
        self._size += len(message)
        if self._size > self._most:
            self._roomy.clear()
        self._filled.set()

    async def room(self) -> None:
        """Waits until there is room."""
        await self._roomy.wait()

    async def run(self) -> None:
        """Sends for ever."""
        while True:
            while self._messages:
                await self._send(self._messages[0])
                self._size -= len(self._messages.popleft())
                if self._size <= self._most and not self._roomy.is_set():
                    self._roomy.set()
                    self._emptied()
            self._filled.clear()
            await self._filled.wait()
