"""The agent inside a live Jupyter kernel: one `answer` per call, and the job is pulled by the front end.

Everything runs in the kernel's main thread, between the person's own cells. A call leaves nothing
behind: no name, no printed text, no exception, and `attribution_core` puts back what it switches.
"""

from __future__ import annotations

import contextlib
import io
import logging
from typing import Any

from ..framing import BadMessage, parse_body
from ..protocol import REQUESTS, RPC_MIME, DropParams, Empty, FailedEvent, StartParams, StartResult, StepParams
from ..wire import decode, encode
from .failures import Refusal, error_object
from .jobs import Job
from .live import LiveObjects
from .service import Agent

MOST_JOBS = 32
"""Jobs that were started and not pulled to their end; the oldest is dropped beyond this."""

log = logging.getLogger("heatline.kernel")


class Answer:
    """A JSON-RPC response that IPython displays under our own MIME type."""

    def __init__(self, response: dict[str, Any]) -> None:
        self.response = response

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:
        return {RPC_MIME: self.response, "text/plain": ""}


class Kernel:
    """Jobs of one kernel, pulled by name."""

    def __init__(self) -> None:
        self.agent = Agent(LiveObjects(_variables))
        self._jobs: dict[str, Job] = {}

    def handle(self, method: str, params: object) -> object:
        """The result of one request."""
        if method == "job/start":
            start = decode(StartParams, params)
            job = self._start(start.method, start.params)
            while len(self._jobs) >= MOST_JOBS:
                self._drop(next(iter(self._jobs)))
            self._jobs[job.name] = job
            return StartResult(job.name)
        if method == "job/step":
            step = decode(StepParams, params)
            if step.job not in self._jobs:
                raise Refusal("stale-handle", f"no job {step.job!r} is under way here", "Ask again.")
            event = self._jobs[step.job].step(step.budget_ms)
            if self._jobs[step.job].finished:
                del self._jobs[step.job]
            return event
        if method == "job/drop":
            self._drop(decode(DropParams, params).job)
            return Empty()
        return self._whole(self._start(method, params))

    def _start(self, method: str, params: object) -> Job:
        if not self.agent.answers(method):
            raise Refusal("protocol", f"this agent has no method {method!r}; it has {', '.join(REQUESTS)}")
        return self.agent.start(method, params)

    def _whole(self, job: Job) -> object:
        """A short job from start to end, without its progress."""
        while True:
            event = job.step(1000.0)
            if isinstance(event, FailedEvent):
                return event
            if job.finished:
                return getattr(event, "result")  # noqa: B009  (a DoneEvent: finished and not failed)

    def _drop(self, name: str) -> None:
        job = self._jobs.pop(name, None)
        if job is not None:
            job.close()


def _variables() -> dict[str, object]:
    """The names of the kernel's user, as they are now."""
    from IPython.core.getipython import get_ipython

    shell = get_ipython()
    if shell is None:
        return {}
    hidden = shell.user_ns_hidden
    return {name: value for name, value in shell.user_ns.items() if hidden.get(name, shell) is not value}


_kernel = Kernel()


def answer(request: str) -> Answer:
    """Answers one JSON-RPC request; never raises, never prints.

    An exception that left this function would cancel the person's queued cells.
    """
    printed = io.StringIO()
    response: dict[str, Any] = {"jsonrpc": "2.0", "id": None}
    try:
        with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
            message = parse_body(request.encode("utf-8", "surrogatepass"))
            response["id"] = message.get("id")
            result = _kernel.handle(str(message.get("method")), message.get("params", {}))
            if isinstance(result, FailedEvent) and message.get("method") != "job/step":
                response["error"] = encode(result.error)
            else:
                response["result"] = encode(result)
    except BadMessage as error:
        response["error"] = encode(error_object(Refusal("protocol", str(error))))
    except KeyboardInterrupt:
        response["error"] = encode(error_object(Refusal("cancelled", "interrupted", "Explain again.")))
    except BaseException as error:  # as data: see above
        response["error"] = encode(error_object(error))
    if printed.getvalue():
        log.debug("printed by the model: %s", printed.getvalue()[:10_000])
    return Answer(response)
