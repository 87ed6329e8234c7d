"""Exceptions as error objects of the protocol: one line that names the wrong value, and the next step."""

from __future__ import annotations

import sys

from ..protocol import ERROR_CODES, ErrorData, ErrorKind, ErrorObject
from ..wire import WireError


class Refusal(Exception):
    """A request that cannot be answered, with a kind, one line, and what the person can do."""

    def __init__(self, kind: ErrorKind, message: str, next_step: str = "", traceback: str = "") -> None:
        super().__init__(message)
        self.kind = kind
        self.next_step = next_step
        self.traceback = traceback


def no_torch() -> Refusal:
    """torch is missing in this interpreter."""
    return Refusal(
        "no-torch",
        f"torch is not installed in {sys.executable}",
        f"Install it with '{sys.executable} -m pip install torch', or choose the interpreter that has it.",
    )


def error_object(error: BaseException) -> ErrorObject:
    """The error object of any exception."""
    if isinstance(error, WireError):
        error = Refusal("protocol", str(error))
    elif not isinstance(error, Refusal):
        error = _of_core(error) or _unexpected(error)
    message = " ".join(str(error).split())
    data = ErrorData(kind=error.kind, next_step=error.next_step, traceback=error.traceback)
    return ErrorObject(code=ERROR_CODES[error.kind], message=message, data=data)


def _of_core(error: BaseException) -> Refusal | None:
    """Errors of attribution_core; it may be unimportable here (no torch), and then raised none."""
    try:
        from attribution_core.errors import AttributionError, UserCodeError
    except ImportError:
        return None
    if isinstance(error, UserCodeError):
        return Refusal("user-code", str(error), error.next_step, error.traceback)
    if isinstance(error, AttributionError):
        return Refusal("bad-input", str(error), error.next_step)
    return None


def _unexpected(error: BaseException) -> Refusal:
    import traceback

    text = "".join(traceback.format_exception(type(error), error, error.__traceback__))
    step = "This is heatline's fault unless the traceback in the log points into your code; please report it."
    return Refusal("internal", f"{type(error).__name__}: {error}", step, text)
