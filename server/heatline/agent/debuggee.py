"""The agent inside a program that debugpy has paused: one `answer` per `evaluate` request with a frame.

An evaluate runs on the paused thread, between two lines of the person's code, in the modes that the frame is in.
Each takes at most about 150 ms, so that variables and stepping stay alive; Continue waits for the one under way. One
call of a model may take longer; `cancel` cuts it between two operations.
When the thread goes on, before the next line of the person's runs, everything that was held for it is let go.
No threads are started: the program's others are frozen, and locks that they hold would never be released.
"""

from __future__ import annotations

import base64
import json
import sys
import weakref
from collections.abc import Mapping
from types import FrameType
from typing import Any

from ..source.assignments import History
from ..wire import encode
from .failures import Refusal, error_object
from .frames import Frame
from .live import LiveObjects
from .pulled import Responder
from .service import Agent

STEP_MS = 150.0


class Debuggee:
    """The agent of one program."""

    def __init__(self) -> None:
        self._frame: Frame | None = None
        self._responder = Responder(Agent(LiveObjects(self._variables, self._history)), STEP_MS, cuttable=True)
        self._stop: weakref.ref[Any] | None = None

    def respond(self, request: str) -> dict[str, Any]:
        """The JSON-RPC response to one request about the selected frame; never raises, never prints."""
        try:
            frame, stop = _debuggers(sys._getframe())
        except Refusal as error:
            return {"jsonrpc": "2.0", "id": None, "error": encode(error_object(error))}
        if self._stop is None or self._stop() is not stop:
            self._responder.release()
            self._stop = weakref.ref(stop, self._continued)
        self._frame = Frame(frame)
        try:
            return self._responder.respond(request)
        finally:
            self._frame = None

    def cancel(self, job: str) -> None:
        """Cuts the step of a job that the paused thread is in."""
        self._responder.cancel(job)

    def _variables(self) -> Mapping[str, object]:
        return {} if self._frame is None else self._frame.variables()

    def _history(self, name: str) -> History:
        return History([]) if self._frame is None else self._frame.history(name)

    def _continued(self, stop: object) -> None:
        self._responder.release()


def _debuggers(frame: FrameType | None) -> tuple[FrameType, object]:
    """The frame that the person selected, and an object that lives exactly as long as the program stands there.

    Both are local variables of debugpy's own functions, further up this very stack.
    """
    selected = stop = None
    while frame is not None and stop is None:
        if selected is None and frame.f_code.co_name == "evaluate_expression":
            selected = frame.f_locals.get("frame")
        elif frame.f_code.co_name == "_do_wait_suspend":
            stop = frame.f_locals.get("frames_tracker")
        frame = frame.f_back
    if not isinstance(selected, FrameType) or stop is None:
        raise Refusal(
            "internal",
            "the agent was not called by an evaluate request of debugpy's with a frame",
            "Pause the program and select a frame; update debugpy if the program is paused.",
        )
    return selected, stop


_debuggee = Debuggee()


def answer(request: str) -> str:
    """Answers one JSON-RPC request, given and answered in base64 of UTF-8.

    debugpy hands values over as Python's `repr` cuts them into quotes, and prints expressions that take long: base64
    passes the one unchanged, and shows nobody the other.
    """
    text = base64.b64decode(request).decode("utf-8", "surrogatepass")
    response = json.dumps(_debuggee.respond(text))
    return base64.b64encode(response.encode("ascii")).decode("ascii")


def cancel(job: str) -> None:
    """Cancels a job, also while a step of it computes.

    For an `evaluate` request *without* a frame: debugpy runs it on a thread of its own, while the paused one is in the
    model. It only sets a flag, which the model's thread looks at.
    """
    _debuggee.cancel(job)
