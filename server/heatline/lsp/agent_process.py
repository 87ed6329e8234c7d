"""One agent subprocess, here or behind a command such as ssh: its life, and JSON-RPC with it."""

from __future__ import annotations

import asyncio
import os
import signal
from collections import deque
from collections.abc import Callable
from typing import Any

from .._version import __version__
from ..child import STOP_SECONDS, Child, signal_name
from ..framing import BadMessage, FramingError, frame, parse_body
from ..protocol import PROTOCOL, InitializeParams
from ..versions import mismatch
from ..wire import encode
from .calls import Calls, Notify
from .failures import Failure, failure
from .launch import Launch

START_SECONDS = 120.0
"""torch is imported while an agent starts; from a cold network disk that takes a minute."""
CANCEL_SECONDS = 2.0
"""How long a cancelled request may go on before its agent is killed: a step takes 0.1 s, a hang for ever."""

_LOG_LINES = 40
_AGAIN = "The next request starts a new one"


class AgentProcess:
    """An agent that runs in a person's interpreter. Made by `start`."""

    def __init__(self, child: Child, launch: Launch, log: Callable[[bytes], None]) -> None:
        self.launch = launch
        self.dead = False
        self._child = child
        self._log = log
        self._tail: deque[bytes] = deque(maxlen=_LOG_LINES)
        self._calls = Calls(self._send)
        self._stopping: set[asyncio.Task[None]] = set()
        """Cancelled requests whose end is awaited."""
        self._reason = ""
        self._tasks = [asyncio.create_task(self._read()), asyncio.create_task(self._read_log())]

    @classmethod
    async def start(cls, launch: Launch, log: Callable[[bytes], None]) -> AgentProcess:
        """Starts an agent, and greets it.

        Parameters
        ----------
        log : takes what the agent and the person's code print.

        Raises
        ------
        Failure
            `bad-input` where the program cannot be run; `agent-died` where it is no place for an
            agent; what the agent says where it refuses to start.
        """
        try:
            child = await Child.start(launch.command, launch.folder, log=True)
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
            what = "the interpreter" if launch.brings else "the command"
            where = f"{what} {launch.name}" if os.path.isdir(launch.folder) else f"an agent in {launch.folder}"
            raise failure("bad-input", f"{where} cannot be started: {reason}", launch.check) from None
        agent = cls(child, launch, log)
        try:
            child.write(launch.preamble())
            params = InitializeParams(version=__version__, protocol=PROTOCOL, root=launch.root, memory=launch.memory)
            greeting = agent.request("heatline/initialize", encode(params))
            found = await asyncio.wait_for(greeting, START_SECONDS)
            differing = mismatch(__version__, PROTOCOL, str(found.get("version")), found.get("protocol"))
            if differing:
                raise failure("version", differing, "Bring both to the same version.")
        except asyncio.TimeoutError:
            agent.kill("")
            raise failure(
                "agent-died",
                f"{launch.name} started no agent within {START_SECONDS:.0f} s",
                launch.check,
            ) from None
        except BaseException:
            await agent.close()
            raise
        return agent

    async def request(
        self,
        method: str,
        params: dict[str, Any],
        notify: Notify | None = None,
        patience: float | None = CANCEL_SECONDS,
    ) -> Any:
        """The result of one request, a JSON value.

        Parameters
        ----------
        notify : takes the notifications of the job that `params` names.
        patience : seconds that the agent may go on after a cancel; None leaves it alone.

        Raises
        ------
        Failure
            What the agent answered, or `agent-died`.
        """
        if self.dead:
            raise self._death()

        def cancelled(answered: asyncio.Future[Any]) -> None:
            if patience is not None:
                task = asyncio.create_task(self._stop(answered, patience))
                self._stopping.add(task)
                task.add_done_callback(self._stopping.discard)

        return await self._calls.request(method, params, notify, cancelled)

    async def settled(self) -> None:
        """Waits until every cancelled request has ended, or was ended by force."""
        while self._stopping:
            await asyncio.wait(list(self._stopping))

    def kill(self, reason: str) -> None:
        """Ends the agent and what it started, at once.

        Parameters
        ----------
        reason : what requests under way are told; how it ended when empty.
        """
        self._reason = self._reason or reason
        self._child.kill()

    async def close(self) -> None:
        """Ends the agent: gently, then by force."""
        self._reason = self._reason or "the language server stopped the agent"
        await self._child.close()
        await asyncio.wait(self._tasks, timeout=STOP_SECONDS)

    # ------------------------------------------------------------ inside

    async def _stop(self, answered: asyncio.Future[Any], patience: float) -> None:
        done, _ = await asyncio.wait([answered], timeout=patience)
        if done:
            answered.exception()  # taken, so that nobody is told that it was not
        elif not self.dead:
            self.kill(f"the agent was ended because a cancelled request went on for {patience:.0f} s")
            await asyncio.wait([answered], timeout=STOP_SECONDS)

    def _send(self, message: dict[str, Any]) -> None:
        self._child.write(frame(message))

    async def _read(self) -> None:
        try:
            while (body := await self._child.read()) is not None:
                self._calls.take(parse_body(body))
        except (FramingError, BadMessage, asyncio.IncompleteReadError, ValueError) as error:
            self.kill(f"the agent sent what is no message ({error})")
        finally:
            self._child.end_group()
            if not await self._child.wait(STOP_SECONDS):
                self.kill("the agent closed its output")
                await self._child.wait()
            await asyncio.wait(self._tasks[1:], timeout=STOP_SECONDS)
            self.dead = True
            self._calls.fail(self._death)

    async def _read_log(self) -> None:
        while data := await self._child.read_log():
            self._tail.extend(line for line in data.splitlines()[-_LOG_LINES:] if line.strip())
            self._log(data)

    def _death(self) -> Failure:
        """Why there is no answer."""
        tail = b"\n".join(self._tail).decode("utf-8", "replace")
        if self._reason:
            return failure("agent-died", self._reason, f"{_AGAIN}.", tail)
        status = self._child.status
        if status is not None and status < 0:
            step = f"{_AGAIN}; when it was memory, a smaller sample, model or number of steps helps."
            if -status != signal.SIGKILL:
                step = f"{_AGAIN}; the log has its last words."
            message = f"the agent ({self.launch.name}) was killed by {signal_name(status)}"
            return failure("agent-died", message, step, tail)
        last = self._tail[-1].decode("utf-8", "replace").strip()[:300] if self._tail and status else ""
        message = f"the agent ({self.launch.name}) ended with status {status}" + (f": {last}" if last else "")
        return failure("agent-died", message, f"{_AGAIN}; the log has its last words.", tail)
