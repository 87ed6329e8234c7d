"""Messages with `Content-Length` headers on stdin and stdout.

pygls' own loop ends at a wrong length and answers nothing to a message that it cannot read; it also
reads on the thread pool that it runs requests on. Here a thread of its own reads, takes up again at
the next header, and says what was wrong.
"""

from __future__ import annotations

import asyncio
import os
import re
import sys
import threading
from collections.abc import Callable
from typing import Any, BinaryIO

from ..framing import MAX_BODY, MAX_HEADER, BadMessage, frame, parse_body

_LENGTH = re.compile(rb"Content-Length:[ \t]*(\d{1,12})\s*$", re.IGNORECASE)
"""Also behind other bytes in its line: the rest of a message whose length was wrong."""

PARSE_ERROR = -32700

Receive = Callable[[dict[str, Any]], None]


class Stdio:
    """Takes stdin and stdout for the protocol: what else prints or reads in this process gets neither."""

    def __init__(self) -> None:
        if sys.platform == "win32":
            import msvcrt

            for descriptor in (0, 1):
                msvcrt.setmode(descriptor, os.O_BINARY)
        self._reader: BinaryIO = os.fdopen(os.dup(0), "rb")
        self._writer: BinaryIO | None = os.fdopen(os.dup(1), "wb")
        with open(os.devnull, "rb") as nothing:
            os.dup2(nothing.fileno(), 0)
        os.dup2(2, 1)
        sys.stdout = sys.stderr

    # ------------------------------------------------------------ writing, as pygls asks for it

    def write(self, data: bytes) -> None:
        """Sends bytes. Once the editor has gone there is nobody to tell."""
        if self._writer is None:
            return
        try:
            self._writer.write(data)
            self._writer.flush()
        except OSError:
            self._writer = None

    def close(self) -> None:
        """No more is sent."""
        if self._writer is not None:
            self._writer.flush()
        self._writer = None

    # ------------------------------------------------------------ reading

    async def serve(self, receive: Receive) -> int:
        """Hands every message to `receive` on the event loop, until stdin ends or it raises SystemExit.

        Returns
        -------
        The exit status.
        """
        loop = asyncio.get_running_loop()
        ended: asyncio.Future[int] = loop.create_future()

        async def take(message: dict[str, Any] | BadMessage | None) -> None:
            if ended.done():
                return
            if message is None:
                ended.set_result(1)  # the editor left without saying `exit`
            elif isinstance(message, BadMessage):
                error = {"code": PARSE_ERROR, "message": str(message)}
                self.write(frame({"jsonrpc": "2.0", "id": None, "error": error}))
            else:
                try:
                    receive(message)
                except SystemExit as stop:
                    ended.set_result(stop.code if isinstance(stop.code, int) else 1)

        def read() -> None:
            message: dict[str, Any] | BadMessage | None = BadMessage()
            while message is not None:
                try:
                    message = self._read()
                except BadMessage as error:
                    message = error
                except OSError:
                    message = None
                # Waits until it was taken, so that an editor that sends too much is slowed down.
                asyncio.run_coroutine_threadsafe(take(message), loop).result()

        threading.Thread(target=read, name="heatline-stdin", daemon=True).start()
        return await ended

    def _read(self) -> dict[str, Any] | None:
        """The next message, or None at the end; `BadMessage` for one that cannot be read."""
        length = None
        while True:
            line = self._reader.readline(MAX_HEADER)
            if not line:
                return None
            match = _LENGTH.search(line)
            if match:
                length = int(match.group(1))
                if length > MAX_BODY:
                    raise BadMessage(f"a message of {length} bytes is too long; the limit is {MAX_BODY}")
            elif length is not None and line in (b"\r\n", b"\n"):
                body = self._reader.read(length)
                return parse_body(body) if len(body) == length else None
