"""A small process beside the agent, for what the agent cannot do while the person's code holds it.

It carries what the person's code prints to the log, and drops what the log does not take in time: so a log that
nobody reads, or that cannot be written, stops nothing. And when the client is gone and the agent does not end, it
ends the agent. It knows no torch; it is forked before anything else is there, and it ends with the agent.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import sys
import time
from collections.abc import Callable

KEPT = 1 << 20
"""Bytes that wait for a slow log."""
AT_ONCE = 4096
"""A pipe that can be written takes so many bytes without waiting (PIPE_BUF)."""
GRACE_SECONDS = 4.0
"""How long the agent may outlive its client."""
MOST_DESCRIPTORS = 1024
"""That may be open when an agent starts."""
LAST_SECONDS = 1.0
"""How long the last words may take to get into the log."""


def start(client: int, log: int, end: Callable[[int], None]) -> int | None:
    """Starts the companion of this process.

    Parameters
    ----------
    client : the descriptor that is closed on the far side when the client goes.
    log : the descriptor that the log is written to.
    end : ends the agent of that process number, and what it has started.

    Returns
    -------
    int or None
        The descriptor to print to; None on systems without `fork`, where there is no companion.
    """
    if not hasattr(os, "fork") or sys.platform == "win32":
        return None
    printed, writing = os.pipe()
    agent = os.getpid()
    child = os.fork()
    if child == 0:
        # Twice, so that no child of the agent is left that the person's code might wait for.
        if os.fork() == 0:
            with contextlib.suppress(BaseException):
                os.close(writing)
                _keep_only(client, log, printed)
                _run(client, log, printed, lambda: end(agent))
        os._exit(0)
    os.waitpid(child, 0)
    os.close(printed)
    return writing


def _keep_only(*kept: int) -> None:
    for signal_number in (signal.SIGINT, signal.SIGPIPE, signal.SIGHUP):
        signal.signal(signal_number, signal.SIG_IGN)
    below = -1
    for descriptor in [*sorted(kept), MOST_DESCRIPTORS]:
        os.closerange(below + 1, descriptor)
        below = descriptor


def _run(client: int, log: int, printed: int, end: Callable[[], None]) -> None:
    """Until the agent, and all that it started, have closed their output."""
    waiting = bytearray()
    dropped = 0
    gone: float | None = None
    poll = select.poll()
    poll.register(printed, select.POLLIN)
    poll.register(client, getattr(select, "POLLRDHUP", 0))  # only whether it was closed on the far side
    last: float | None = None
    while last is None or (waiting and time.monotonic() < last):
        with contextlib.suppress(KeyError):
            poll.unregister(log)
        if waiting:
            poll.register(log, select.POLLOUT)
        ready = dict(poll.poll(None if gone is None and last is None else 100))
        if client in ready:
            poll.unregister(client)
            gone = time.monotonic()
        if gone is not None and time.monotonic() > gone + GRACE_SECONDS:
            end()
            gone, last = float("inf"), time.monotonic() + LAST_SECONDS
        if log in ready:
            with contextlib.suppress(OSError):  # a full disk: these bytes are lost, and nothing else
                os.write(log, waiting[:AT_ONCE])
            del waiting[:AT_ONCE]
        if printed in ready:
            data = os.read(printed, 1 << 16)
            if not data:
                poll.unregister(printed)
                last = time.monotonic() + LAST_SECONDS
            elif len(waiting) + len(data) <= KEPT:
                if dropped:
                    waiting += b"\n[heatline: %d bytes were left out here, the log is too slow]\n" % dropped
                    dropped = 0
                waiting += data
            else:
                dropped += len(data)
