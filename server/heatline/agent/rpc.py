"""JSON-RPC 2.0 as every carrier with a stream speaks it: requests under way, and events as messages."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ..protocol import ERROR_CODES, DoneEvent, FailedEvent, JobEvent, UpdateAverageEvent, UpdateEvent
from ..wire import encode
from .failures import error_object
from .jobs import Job

PARSE_ERROR, INVALID_REQUEST = ERROR_CODES["parse"], ERROR_CODES["invalid-request"]
METHOD_NOT_FOUND, NOT_INITIALIZED = ERROR_CODES["unknown-method"], ERROR_CODES["not-initialized"]

Message = dict[str, Any]
"""A JSON-RPC message."""


@dataclass
class Reported:
    """A request under way, and what its client was told last."""

    id: int | str
    token: str | None
    """Of `$/progress` and `heatline/update`; None where the client asked for neither."""
    percentage: int = -1
    message: str = ""

    def messages(self, event: JobEvent) -> list[Message]:
        """What an event of the job tells the client: progress where it says something new, a better picture, or the
        answer."""
        if isinstance(event, DoneEvent):
            return [{"jsonrpc": "2.0", "id": self.id, "result": event.result}]
        if isinstance(event, FailedEvent):
            return [{"jsonrpc": "2.0", "id": self.id, "error": encode(event.error)}]
        if self.token is None:
            return []
        found: list[Message] = []
        progress = event.progress
        if (progress.percentage, progress.message) != (self.percentage, self.message):
            self.percentage, self.message = progress.percentage, progress.message
            params = {"token": self.token, "value": encode(progress)}
            found.append({"jsonrpc": "2.0", "method": "$/progress", "params": params})
        if isinstance(event, UpdateEvent):
            found.append({"jsonrpc": "2.0", "method": "heatline/update", "params": encode(event.update)})
        elif isinstance(event, UpdateAverageEvent):
            found.append({"jsonrpc": "2.0", "method": "heatline/updateAverage", "params": encode(event.update)})
        return found


@dataclass
class Pending(Reported):
    """A request under way in this process."""

    job: Job = field(kw_only=True)


def failed(id_: int | str, error: BaseException) -> Message:
    """The answer to a request that an exception ended."""
    return {"jsonrpc": "2.0", "id": id_, "error": encode(error_object(error))}


def refused(id_: int | str | None, code: int, message: str) -> Message:
    """The answer to what is no request, or none that can be begun."""
    kind = next(kind for kind, known in ERROR_CODES.items() if known == code)
    data = {"kind": kind, "next_step": "", "traceback": ""}
    return {"jsonrpc": "2.0", "id": id_, "error": {"code": code, "message": message, "data": data}}
