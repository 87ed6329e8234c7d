"""Keeps a message through a subshell from the cell that the main shell runs.

With each message ipykernel says, for all threads, whose output is whose, and, for all front ends, what the kernel does.
And after whatever is executed IPython calls its `post_execute` hooks, in the thread where that was: beside a cell that
is drawing a figure, matplotlib's would send it off half-drawn, as output of the wrong request, and close it. This text
is executed first in a subshell, before any agent is there, so it stands alone.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from contextvars import copy_context
from typing import Any

Message = dict[str, Any]
UNTRACKED = "debug_request"
"""A type of requests whose status says nothing about the main shell: Jupyter's front ends and server leave it out."""

Hooks = list[Callable[..., Any]]


class Shield:
    """Stands for the list of hooks until its own thread takes them, which gets none; other threads get them."""

    def __init__(self, callbacks: dict[str, Any], event: str = "post_execute") -> None:
        self._callbacks = callbacks
        self._event = event
        self._hooks: Hooks = callbacks[event]
        self._thread: int | None = threading.get_ident()
        callbacks[event] = self

    def __getitem__(self, places: slice) -> Hooks:
        if threading.get_ident() != self._thread:
            return self._hooks[places]
        self._thread = None
        if self._callbacks[self._event] is self:
            self._callbacks[self._event] = self._hooks
        return []

    def __iter__(self) -> Iterator[Callable[..., Any]]:
        return iter(self._hooks)

    def __contains__(self, hook: object) -> bool:
        return hook in self._hooks

    def __getattr__(self, name: str) -> Any:
        return getattr(self._hooks, name)


def put_up() -> None:
    """For this thread's execution that is under way."""
    from IPython.core.getipython import get_ipython

    shell: Any = get_ipython()
    if shell is not None:
        Shield(shell.events.callbacks)
        put_right(shell.kernel, shell.kernel.get_parent("shell"))


def put_right(kernel: Any, parent: Message) -> None:
    """Where threads of the cell print, and whether the kernel is taken for idle.

    After this message its status is "idle", for front ends and for servers that shut down what is idle for long. While
    the main shell is at work, which ends with a status of its own, ours is that of a request that is not tracked.
    """
    if is_occupied(kernel):
        kernel.set_parent([], {**parent, "header": {**parent["header"], "msg_type": UNTRACKED}}, channel="shell")
    main = main_request(kernel)
    if main is not None:
        # What the last call set is for all threads without a context of their own, such as those of the cell.
        copy_context().run(kernel.set_parent, *main, channel="shell")


def is_occupied(kernel: Any) -> bool:
    """Whether the main shell handles a message."""
    lock = getattr(kernel, "_main_asyncio_lock", None)
    return lock is not None and bool(lock.locked())


def main_request(kernel: Any) -> tuple[Any, Message] | None:
    """(identity, message) of what the main thread executes, from its stack; None where it does not, or awaits."""
    frame = sys._current_frames().get(threading.main_thread().ident or 0)
    while frame is not None:
        if frame.f_code.co_name == "execute_request":
            found = frame.f_locals
            if found.get("self") is kernel and isinstance(found.get("parent"), dict):
                return found.get("ident"), found["parent"]
        frame = frame.f_back
    return None
