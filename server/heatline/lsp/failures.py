"""Errors of the protocol, raised in the server and answered to the editor."""

from __future__ import annotations

from typing import Any, cast

from pygls.exceptions import JsonRpcException

from ..protocol import ERROR_CODES, ErrorData, ErrorKind
from ..wire import WireError, encode


class Failure(JsonRpcException):
    """An error that a person reads: one line with the value that was wrong, and what to do.

    Parameters
    ----------
    data : an encoded `ErrorData`.
    """

    def __init__(self, message: str, code: int, data: dict[str, Any]) -> None:
        super().__init__(message, code, data)

    @property
    def kind(self) -> str:
        return str(self.data.get("kind", "internal")) if isinstance(self.data, dict) else "internal"

    @property
    def line(self) -> str:
        """The message with its next step."""
        step = self.data.get("next_step", "") if isinstance(self.data, dict) else ""
        message = self.message if self.message.endswith((".", "!", "?")) else f"{self.message}."
        return f"{message} {step}".strip()


def failure(kind: ErrorKind, message: str, next_step: str = "", traceback: str = "") -> Failure:
    """A failure of one of the protocol's kinds."""
    data = ErrorData(kind=kind, next_step=next_step, traceback=traceback)
    return Failure(" ".join(message.split()), ERROR_CODES[kind], encode(data))


def misfit(error: WireError) -> Failure:
    """Parameters that do not fit the protocol."""
    return failure("protocol", str(error))


def completed(code: int, data: object) -> dict[str, Any]:
    """Error data in the protocol's shape, from what another part of the server gave."""
    if isinstance(data, dict) and "kind" in data:
        return data
    kind = next((kind for kind, value in ERROR_CODES.items() if value == code), "protocol")
    traceback = "".join(data.get("traceback", [])) if isinstance(data, dict) else ""
    found: dict[str, Any] = encode(ErrorData(kind=cast(ErrorKind, kind), traceback=traceback))
    return found
