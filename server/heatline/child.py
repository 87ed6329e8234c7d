"""A subprocess with messages on its stdin and stdout, that can be ended with all that it has started."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Sequence

from .framing import FramingError, parse_length

STOP_SECONDS = 1.0
"""How long a subprocess may take to end after its stdin was closed, before it is killed."""
_READ_AHEAD = 1 << 20


class Child:
    """A subprocess that leads a group of its own. Made by `start`."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    @classmethod
    async def start(cls, command: Sequence[str], folder: str | None = None, *, log: bool) -> Child:
        """Starts a program.

        Parameters
        ----------
        folder : where it runs; here when None.
        log : whether its stderr is read by `read_log`; else it is our own.

        Raises
        ------
        OSError, ValueError
            Where it cannot be started.
        """
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE if log else None,
            cwd=folder,
            limit=_READ_AHEAD,
            # A group of its own, so that what the person's code starts can be ended with it.
            start_new_session=True,
        )
        return cls(process)

    @property
    def status(self) -> int | None:
        """The exit status; the negative number of the signal that ended it; None while it runs."""
        return self._process.returncode

    def write(self, data: bytes) -> None:
        """Sends bytes. A subprocess that is gone is noticed where it is read."""
        stdin = self._process.stdin
        if stdin is not None and not stdin.is_closing():
            stdin.write(data)

    async def read(self) -> bytes | None:
        """The body of the next message, or None at the end of its output.

        Raises
        ------
        FramingError, asyncio.IncompleteReadError, ValueError
            For what is no message.
        """
        stream = self._process.stdout
        assert stream is not None
        length = None
        while line := await stream.readline():
            if line in (b"\r\n", b"\n") and length is not None:
                return await stream.readexactly(length)
            name, colon, value = line.partition(b":")
            if not colon or not name.lower().startswith(b"content-"):
                raise FramingError(f"a header begins {line[:40]!r}")  # some other program, or a shell's greeting
            if name.lower() == b"content-length":
                length = parse_length(value)
        return None

    async def read_log(self) -> bytes:
        """What it printed next; empty at the end."""
        stream = self._process.stderr
        assert stream is not None
        return await stream.read(1 << 16)

    async def wait(self, seconds: float | None = None) -> bool:
        """Waits until it has ended; says whether it has."""
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(self._process.wait(), seconds)
        return self._process.returncode is not None

    def kill(self) -> None:
        """Ends it and what it started, at once."""
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()
        self.end_group()

    def end_group(self) -> None:
        """Ends what it started, and what outlived it."""
        if sys.platform != "win32":
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)

    async def close(self) -> None:
        """Ends it: gently, then by force."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        if not await self.wait(STOP_SECONDS):
            self.kill()
            await self.wait()


def signal_name(status: int) -> str:
    """The name of the signal that ended a process of a negative status."""
    try:
        return signal.Signals(-status).name
    except ValueError:
        return f"signal {-status}"
