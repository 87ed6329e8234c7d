"""The agent as a subprocess: JSON-RPC 2.0 with `Content-Length` headers on stdin and stdout.

One thread reads, so that a cancel is seen between two steps; everything else, the person's code
above all, runs in the main thread. What the person's code prints goes to stderr, the log; nothing that a request
holds does, unless HEATLINE_DEBUG is set.
"""

from __future__ import annotations

import contextlib
import faulthandler
import os
import queue
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable
from typing import BinaryIO

from ..framing import BadMessage, FramingError, frame, read_message
from ..protocol import DoneEvent, FailedEvent, JobEvent
from ..wire import WireError
from . import companion
from .failures import Refusal
from .rpc import INVALID_REQUEST, METHOD_NOT_FOUND, NOT_INITIALIZED, PARSE_ERROR, Message, Pending, failed, refused
from .service import Agent

STEP_MS = 100.0
"""What a cancel waits for at most, and how long one job computes before the next one's turn."""
GRACE_SECONDS = 2.0
"""After the client's end of stdin, how long a step may still run before the process ends anyway."""
MAX_REQUEST = 64 << 20
"""Bytes of one message from the client: what the largest samples need."""


class ClientGone(Exception):
    """Nobody is left to answer."""


class Inbox:
    """Reads messages in a thread, so that they, and the client's end, are seen while a step goes on.

    Parameters
    ----------
    gone : called in that thread when the client has closed its end; a step may still be under way.
    """

    def __init__(self, reader: BinaryIO, gone: Callable[[], None]) -> None:
        self._reader = reader
        self._gone = gone
        self._queue: queue.SimpleQueue[Message | Exception | None] = queue.SimpleQueue()
        threading.Thread(target=self._read, name="heatline-reader", daemon=True).start()

    @property
    def empty(self) -> bool:
        return self._queue.empty()

    def get(self) -> Message | Exception | None:
        """Waits for the next message, or what was wrong with it; None at the end."""
        return self._queue.get()

    def _read(self) -> None:
        going = True
        while going:
            try:
                message: Message | Exception | None = read_message(self._reader, MAX_REQUEST)
            except (BadMessage, FramingError, OSError) as error:
                message = error
            self._queue.put(message)
            going = message is not None and not isinstance(message, (FramingError, OSError))
        self._queue.put(None)
        self._gone()


class Server:
    """Serves one client.

    Parameters
    ----------
    reader, writer : the client's two streams.
    gone : see `Inbox`.
    """

    def __init__(self, reader: BinaryIO, writer: BinaryIO, gone: Callable[[], None]) -> None:
        self._inbox = Inbox(reader, gone)
        self._writer = writer
        self._pending: deque[Pending] = deque()
        self._agent = Agent()
        self._process = os.getpid()
        self._greeted = False
        self._stopped = False

    def run(self) -> None:
        """Serves until the client closes its end."""
        with contextlib.suppress(ClientGone):
            while True:
                while not self._pending or not self._inbox.empty:
                    message = self._inbox.get()
                    if message is None:
                        return
                    self._receive(message)
                self._step()

    def _receive(self, message: Message | Exception) -> None:
        if isinstance(message, Exception):
            self._send(refused(None, PARSE_ERROR, str(message)))
            return
        method, id_, params = message.get("method"), message.get("id"), message.get("params", {})
        if method == "$/cancelRequest":
            self._cancel(params.get("id") if isinstance(params, dict) else None)
        elif id_ is None:
            return  # a notification that we do not know, or an answer that we did not ask for
        elif not isinstance(id_, (int, str)) or isinstance(id_, bool) or not isinstance(method, str):
            self._send(
                refused(None, INVALID_REQUEST, "a request needs a method, and an id that is a number or a string")
            )
        elif any(pending.id == id_ for pending in self._pending):
            self._send(refused(id_, INVALID_REQUEST, f"the id {id_!r} is in use by a request under way"))
        elif self._stopped:
            self._send(refused(id_, INVALID_REQUEST, "the agent was shut down; close the connection"))
        elif method == "heatline/shutdown":
            self._shut_down(id_)
        elif not self._agent.answers(method):
            self._send(refused(id_, METHOD_NOT_FOUND, f"this agent has no method {method!r}"))
        elif not self._greeted and method != "heatline/initialize":
            self._send(refused(id_, NOT_INITIALIZED, "the first request is heatline/initialize"))
        else:
            self._begin(id_, method, params)

    def _begin(self, id_: int | str, method: str, params: object) -> None:
        try:
            job = self._agent.start(method, params)
        except WireError as error:
            self._send(failed(id_, error))
            return
        token = params.get("job") if isinstance(params, dict) else None
        pending = Pending(id_, token, job=job)
        if method == "heatline/initialize":  # at once: what comes after it is answered by one who was greeted
            event = job.step(STEP_MS)
            self._greeted = self._greeted or isinstance(event, DoneEvent)
            self._answer(pending, event)
        else:
            self._pending.append(pending)

    def _shut_down(self, id_: int | str) -> None:
        for pending in list(self._pending):
            self._cancel(pending.id)
        self._stopped = True
        self._agent.release()
        self._send({"jsonrpc": "2.0", "id": id_, "result": {}})

    def _cancel(self, id_: object) -> None:
        for pending in self._pending:
            if pending.id == id_:
                self._pending.remove(pending)
                pending.job.close()
                self._send(failed(pending.id, Refusal("cancelled", "cancelled by the client")))
                return

    def _step(self) -> None:
        """One step of the job whose turn it is."""
        pending = self._pending.popleft()
        event = pending.job.step(STEP_MS)
        if os.getpid() != self._process:
            os._exit(0)  # a process that the model forked came back here: there is one agent
        self._answer(pending, event)
        if not isinstance(event, (DoneEvent, FailedEvent)):
            self._pending.append(pending)

    def _answer(self, pending: Pending, event: JobEvent) -> None:
        if isinstance(event, FailedEvent):
            error = event.error
            detail = f": {error.message}\n{error.data.traceback}" if os.environ.get("HEATLINE_DEBUG") else ""
            say(f"a request failed ({error.data.kind}){detail}")
        for message in pending.messages(event):
            self._send(message)

    def _send(self, message: Message) -> None:
        try:
            self._writer.write(frame(message))
            self._writer.flush()
        except OSError:
            raise ClientGone from None


def say(line: str) -> None:
    """A line for the log. The person's code may have closed or replaced `sys.stderr`."""
    with contextlib.suppress(OSError):
        os.write(2, f"heatline agent: {line}\n".encode("utf-8", "backslashreplace"))


def end(agent: int, status: int | None = None) -> None:
    """Ends an agent and, where it leads a group of processes, all that it started.

    Parameters
    ----------
    agent : its process number.
    status : with which this process ends, which is the agent then; None where it is another one.
    """
    with contextlib.suppress(OSError):
        if sys.platform != "win32" and os.getpgid(agent) == agent:
            os.killpg(agent, signal.SIGKILL)
        elif status is None:
            os.kill(agent, signal.SIGTERM if sys.platform == "win32" else signal.SIGKILL)
    if status is not None:
        # Not sys.exit: threads and exit handlers of the person's code must not keep the process.
        os._exit(status)


def main() -> None:
    """Serves the client on stdin and stdout until it closes them."""
    reader, writer = own_streams()
    Server(reader, writer, end_soon).run()
    end(os.getpid(), 0)


def end_soon() -> None:
    """A step that hangs must not keep the process after its client is gone."""
    hanging = threading.Timer(GRACE_SECONDS, end, [os.getpid(), 1])
    hanging.daemon = True
    hanging.start()


def _close(*streams: BinaryIO) -> None:
    for stream in streams:
        with contextlib.suppress(OSError):
            os.close(stream.fileno())


def own_streams() -> tuple[BinaryIO, BinaryIO]:
    """Takes stdin and stdout away from the person's code: it reads nothing and prints to the log."""
    if sys.platform == "win32":
        import msvcrt

        for descriptor in (0, 1):
            msvcrt.setmode(descriptor, os.O_BINARY)
    reader = os.fdopen(os.dup(0), "rb")
    writer = os.fdopen(os.dup(1), "wb")
    log = os.dup(2)
    faulthandler.enable(log)  # the last words of a crash go straight into the log
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    printing = companion.start(reader.fileno(), log, end)
    if printing is not None:
        os.dup2(printing, 2)
        os.close(printing)
    os.dup2(2, 1)
    if hasattr(os, "register_at_fork"):
        # What the person's code forks must not keep the client waiting for the end of our output.
        os.register_at_fork(after_in_child=lambda: _close(reader, writer))
    sys.stdin = open(os.devnull)  # noqa: SIM115  (lives as long as the process)
    sys.stdout = sys.stderr
    return reader, writer
