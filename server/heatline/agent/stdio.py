"""The agent as a subprocess: JSON-RPC 2.0 with `Content-Length` headers on stdin and stdout.

One thread reads, so that a cancel is seen between two steps; everything else, the person's code
above all, runs in the main thread. What the person's code prints goes to stderr, the log.
"""

from __future__ import annotations

import os
import queue
import sys
import threading
from collections import deque
from typing import Any, BinaryIO

from ..framing import BadMessage, FramingError, frame, read_message
from ..protocol import DoneEvent, FailedEvent
from ..wire import WireError
from .failures import Refusal
from .rpc import INVALID_REQUEST, METHOD_NOT_FOUND, PARSE_ERROR, Message, Pending, failed, refused
from .service import Agent

STEP_MS = 100.0
"""What a cancel waits for at most, and how long one job computes before the next one's turn."""
GRACE_SECONDS = 2.0
"""After the client's end of stdin, how long a step may still run before the process ends anyway."""


class Server:
    """Serves one client.

    Parameters
    ----------
    reader, writer : the client's two streams.
    """

    def __init__(self, reader: BinaryIO, writer: BinaryIO) -> None:
        self._reader = reader
        self._writer = writer
        self._inbox: queue.SimpleQueue[dict[str, Any] | Exception | None] = queue.SimpleQueue()
        self._pending: deque[Pending] = deque()
        self._agent = Agent()

    def run(self) -> None:
        """Serves until the client closes its end."""
        threading.Thread(target=self._read, name="heatline-reader", daemon=True).start()
        while True:
            while not self._pending or not self._inbox.empty():
                message = self._inbox.get()
                if message is None:
                    return
                self._receive(message)
            self._step()

    def _read(self) -> None:
        """The reader thread. A step that hangs must not keep the process after its client is gone."""
        while True:
            try:
                message = read_message(self._reader)
            except BadMessage as error:
                self._inbox.put(error)
                continue
            except (FramingError, OSError) as error:
                print(f"heatline agent: {error}", file=sys.stderr, flush=True)
                message = None
            self._inbox.put(message)
            if message is None:
                break
        threading.Timer(GRACE_SECONDS, os._exit, [1]).start()

    def _receive(self, message: dict[str, Any] | Exception) -> None:
        if isinstance(message, Exception):
            self._send(refused(None, PARSE_ERROR, str(message)))
            return
        method, id_, params = message.get("method"), message.get("id"), message.get("params", {})
        if method == "$/cancelRequest":
            self._cancel(params.get("id") if isinstance(params, dict) else None)
        elif id_ is None:
            return  # a notification that we do not know, or an answer that we did not ask for
        elif not isinstance(id_, (int, str)) or not isinstance(method, str):
            self._send(
                refused(None, INVALID_REQUEST, "a request needs a method, and an id that is a number or a string")
            )
        elif any(pending.id == id_ for pending in self._pending):
            self._send(refused(id_, INVALID_REQUEST, f"the id {id_!r} is in use by a request under way"))
        elif not self._agent.answers(method):
            self._send(refused(id_, METHOD_NOT_FOUND, f"this agent has no method {method!r}"))
        else:
            try:
                job = self._agent.start(method, params)
            except WireError as error:
                self._send(failed(id_, error))
                return
            token = params.get("job") if isinstance(params, dict) else None
            self._pending.append(Pending(id_, job, token))

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
        if isinstance(event, FailedEvent) and event.error.data.traceback:
            print(event.error.data.traceback, file=sys.stderr, flush=True)
        for message in pending.messages(event):
            self._send(message)
        if not isinstance(event, (DoneEvent, FailedEvent)):
            self._pending.append(pending)

    def _send(self, message: Message) -> None:
        try:
            self._writer.write(frame(message))
            self._writer.flush()
        except (BrokenPipeError, OSError):
            os._exit(0)  # the client is gone: nobody is left to answer


def main() -> None:
    """Serves the client on stdin and stdout until it closes them."""
    reader, writer = _own_streams()
    Server(reader, writer).run()
    # Not sys.exit: threads and exit handlers of the person's code must not keep the process.
    sys.stderr.flush()
    os._exit(0)


def _own_streams() -> tuple[BinaryIO, BinaryIO]:
    """Takes stdin and stdout away from the person's code: it reads nothing and prints to the log."""
    if sys.platform == "win32":
        import msvcrt

        for descriptor in (0, 1):
            msvcrt.setmode(descriptor, os.O_BINARY)
    reader = os.fdopen(os.dup(0), "rb")
    writer = os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    sys.stdin = open(os.devnull)  # noqa: SIM115  (lives as long as the process)
    sys.stdout = sys.stderr
    return reader, writer
