"""One agent for each workspace folder and way of reaching it, started by the first request that needs it."""

from __future__ import annotations

import asyncio
import contextlib
import queue
import sys
import threading
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Union

from ..protocol import ModelInfo
from .agent_process import AgentProcess
from .launch import Launch
from .remote import Remote

if TYPE_CHECKING:
    from .remote_agent import RemoteAgent

Agent = Union[AgentProcess, "RemoteAgent"]
Place = Union[Launch, Remote]
"""Where an agent is, and how it is reached."""


class Agents:
    """The agents of this server.

    Parameters
    ----------
    token_of : the token for a `heatline serve` at an address, asked for with each connection.
    """

    def __init__(self, token_of: Callable[[str], Awaitable[str]]) -> None:
        self._token_of = token_of
        self._starting: dict[Place, asyncio.Task[Agent]] = {}
        self._closing: set[asyncio.Task[None]] = set()
        self._log = _Log()

    async def of(self, launch: Place) -> Agent:
        """The agent that is started so, now where it does not run.

        Raises
        ------
        Failure
            Where it cannot be started.
        """
        while True:
            task = self._starting.get(launch)
            if task is None or _is_over(task):
                self._leave(launch)
                task = asyncio.create_task(self._start(launch))
                self._starting[launch] = task
            # Shielded: the next request, too, waits for what this one began.
            agent = await asyncio.shield(task)
            await agent.settled()
            if not agent.dead:
                return agent

    def running(self, launch: Place) -> Agent | None:
        """The agent that was started so, where it stands ready."""
        task = self._starting.get(launch)
        return task.result() if task is not None and task.done() and not _is_over(task) else None

    def served(self, remote: Remote) -> list[ModelInfo]:
        """The models of a server, while there is a connection to it."""
        agent = self.running(remote)
        return [] if agent is None or isinstance(agent, AgentProcess) else agent.models

    async def close(self) -> None:
        """Ends all agents."""
        for launch in list(self._starting):
            self._drop(launch)
        while self._closing:
            await asyncio.wait(list(self._closing))

    async def _start(self, launch: Place) -> Agent:
        if isinstance(launch, Launch):
            return await AgentProcess.start(launch, self._log.put)
        from .remote_agent import RemoteAgent  # with its library, for those alone who need it

        launch.check()  # before the person is asked for a token
        return await RemoteAgent.start(launch, await self._token_of(launch.url))

    def _leave(self, launch: Place) -> None:
        """Another interpreter was chosen for a folder: the agent in the old one goes."""
        for other in [other for other in self._starting if other.folder == launch.folder and other != launch]:
            self._drop(other)

    def _drop(self, launch: Place) -> None:
        closing = asyncio.create_task(_close(self._starting.pop(launch)))
        self._closing.add(closing)
        closing.add_done_callback(self._closing.discard)


def _is_over(task: asyncio.Task[Agent]) -> bool:
    return task.done() and (task.cancelled() or task.exception() is not None or task.result().dead)


async def _close(task: asyncio.Task[Agent]) -> None:
    if not task.done():
        task.cancel()  # `start` ends what it has begun
    with contextlib.suppress(BaseException):
        await (await task).close()


class _Log:
    """Writes to stderr in a thread: an editor that reads its log slowly must not stop the server.

    What it cannot take up in time is left out.
    """

    def __init__(self) -> None:
        self._queue: queue.Queue[bytes] = queue.Queue(maxsize=256)
        self._started = False

    def put(self, data: bytes) -> None:
        if not self._started:
            self._started = True
            threading.Thread(target=self._write, name="heatline-log", daemon=True).start()
        with contextlib.suppress(queue.Full):
            self._queue.put_nowait(data)

    def _write(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                sys.stderr.buffer.write(self._queue.get())
                sys.stderr.buffer.flush()
