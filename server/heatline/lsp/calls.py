"""JSON-RPC with an agent: requests by number, answers, notifications by job. How messages travel, others know."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable
from typing import Any

from .failures import Failure

Notify = Callable[[str, dict[str, Any]], None]
"""Takes a notification's method and parameters."""


class Calls:
    """The requests to one agent.

    Parameters
    ----------
    write : sends a message; does nothing where the agent is gone.
    """

    def __init__(self, write: Callable[[dict[str, Any]], None]) -> None:
        self._write = write
        self._ids = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[Any]] = {}
        self._listeners: dict[str, Notify] = {}

    async def request(
        self,
        method: str,
        params: dict[str, Any],
        notify: Notify | None = None,
        cancelled: Callable[[asyncio.Future[Any]], None] | None = None,
    ) -> Any:
        """The result of one request, a JSON value.

        Parameters
        ----------
        notify : takes the notifications of the job that `params` names.
        cancelled : told of the answer, which still comes, when this request is cancelled.

        Raises
        ------
        Failure
            What the agent answered.
        """
        id_ = next(self._ids)
        answered: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting[id_] = answered
        job = params.get("job")
        if notify is not None and isinstance(job, str):
            self._listeners[job] = notify
        try:
            self._write({"jsonrpc": "2.0", "id": id_, "method": method, "params": params})
            # Shielded: the answer comes, and is awaited, also when this request is cancelled.
            return await asyncio.shield(answered)
        except asyncio.CancelledError:
            self._write({"jsonrpc": "2.0", "method": "$/cancelRequest", "params": {"id": id_}})
            if cancelled is not None:
                cancelled(answered)
            raise
        finally:
            if isinstance(job, str):
                self._listeners.pop(job, None)

    def take(self, message: dict[str, Any]) -> None:
        """Hands a message of the agent to who waits for it."""
        method, params = message.get("method"), message.get("params")
        if isinstance(method, str):
            if isinstance(params, dict):
                notify = self._listeners.get(str(params.get("token", params.get("job"))))
                if notify is not None:
                    notify(method, params)
            return
        id_ = message.get("id")
        answered = self._waiting.pop(id_, None) if isinstance(id_, int) else None
        if answered is None or answered.done():
            return
        error = message.get("error")
        if isinstance(error, dict):
            _fail(answered, Failure(str(error.get("message")), int(error["code"]), error.get("data") or {}))
        else:
            answered.set_result(message.get("result"))

    def fail(self, why: Callable[[], Failure]) -> None:
        """The agent is gone: every request under way has failed."""
        waiting, self._waiting = self._waiting, {}
        for answered in waiting.values():
            if not answered.done():
                _fail(answered, why())


def _fail(answered: asyncio.Future[Any], error: Failure) -> None:
    answered.set_exception(error)
    answered.exception()  # taken, so that nobody is told that it was not
