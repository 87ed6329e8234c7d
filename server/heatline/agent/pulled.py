"""Requests of a live session, answered one call at a time; long ones are jobs that the front end pulls.

A kernel and a paused program differ only in how the call comes in and when their variables may have changed.
"""

from __future__ import annotations

import logging
import sys
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

from ..framing import BadMessage, parse_body
from ..protocol import REQUESTS, DropParams, Empty, FailedEvent, StartParams, StartResult, StepParams
from ..wire import decode, encode
from .failures import Refusal, error_object
from .jobs import Job
from .quiet import quiet
from .service import Agent

MOST_JOBS = 32
"""Jobs that were started and not pulled to their end; the oldest is dropped beyond this."""

log = logging.getLogger("heatline.live")


@dataclass
class Pulled:
    """A job, and what starts it again."""

    job: Job
    start: StartParams
    unwanted: bool = False


class Responder:
    """The requests of a live session.

    Parameters
    ----------
    agent : answers them.
    longest_ms : what a step may be asked to compute at most.
    cuttable : whether another thread may call `cancel` while a step computes; to look out for that takes time.
    """

    quiet = staticmethod(quiet)

    def __init__(self, agent: Agent, longest_ms: float = 1000.0, cuttable: bool = False) -> None:
        self.agent = agent
        self._longest_ms = longest_ms
        self._cuttable = cuttable
        self._jobs: dict[str, Pulled] = {}

    def respond(self, request: str) -> dict[str, Any]:
        """The JSON-RPC response to one request. Never raises and never prints.

        An exception that left this function would cancel the cells that the person queued.
        """
        response: dict[str, Any] = {"jsonrpc": "2.0", "id": None}
        try:
            with self.quiet() as printed:
                message = parse_body(request.encode("utf-8", "surrogatepass"))
                response["id"] = message.get("id")
                result = self._result(str(message.get("method")), message.get("params", {}))
                if isinstance(result, FailedEvent) and message.get("method") != "job/step":
                    response["error"] = encode(result.error)
                else:
                    response["result"] = encode(result)
            if printed.getvalue():
                log.debug("printed by the model: %s", printed.getvalue()[:10_000])
        except BadMessage as error:
            response["error"] = encode(error_object(Refusal("protocol", str(error))))
        except KeyboardInterrupt:
            response["error"] = encode(error_object(Refusal("cancelled", "interrupted", "Explain again.")))
        except BaseException as error:  # as data: see above
            response["error"] = encode(error_object(error))
        return response

    def restart(self) -> None:
        """The person's code ran: what is known of their variables is void, and jobs begin again.

        A job that went on would mix two states of a model. Until it is pulled again it holds no object of theirs.
        """
        self.agent.forget()
        for name, pulled in list(self._jobs.items()):
            pulled.job.close()
            self._jobs[name] = Pulled(self._job(pulled.start, name), pulled.start)

    def cancel(self, name: str) -> None:
        """Cuts the step of a job that another thread is in; a job that is not under way is left alone."""
        pulled = self._jobs.get(name)
        if pulled is not None:
            pulled.unwanted = True

    def release(self) -> None:
        """Lets go of everything."""
        self.agent.forget()
        self.agent.release()
        for name in list(self._jobs):
            self._drop(name)

    def _result(self, method: str, params: object) -> object:
        if method == "job/start":
            start = decode(StartParams, params)
            job = self._job(start)
            while len(self._jobs) >= MOST_JOBS:
                self._drop(next(iter(self._jobs)))
            self._jobs[job.name] = Pulled(job, start)
            return StartResult(job.name)
        if method == "job/step":
            return self._step(decode(StepParams, params))
        if method == "job/drop":
            self._drop(decode(DropParams, params).job)
            return Empty()
        return self._whole(self._job(StartParams(method, params if isinstance(params, dict) else {"": params})))

    def _job(self, start: StartParams, name: str | None = None) -> Job:
        if not self.agent.answers(start.method):
            raise Refusal("protocol", f"this agent has no method {start.method!r}; it has {', '.join(REQUESTS)}")
        job = self.agent.start(start.method, start.params)
        job.name = name or job.name
        return job

    def _step(self, step: StepParams) -> object:
        pulled = self._jobs.get(step.job)
        if pulled is None:
            raise Refusal("stale-handle", f"no job {step.job!r} is under way here", "Ask again.")
        try:
            with _cut(pulled) if self._cuttable else nullcontext():
                return pulled.job.step(min(step.budget_ms, self._longest_ms))
        finally:
            if pulled.job.finished:
                self._jobs.pop(step.job, None)

    def _whole(self, job: Job) -> object:
        """A short job from start to end, without its progress."""
        while True:
            event = job.step(self._longest_ms)
            if isinstance(event, FailedEvent):
                return event
            if job.finished:
                return getattr(event, "result")  # noqa: B009  (a DoneEvent: finished and not failed)

    def _drop(self, name: str) -> None:
        pulled = self._jobs.pop(name, None)
        if pulled is not None:
            pulled.job.close()


def _cut(pulled: Pulled) -> AbstractContextManager[object]:
    """Where no torch is loaded no model runs either."""
    if "torch" not in sys.modules:
        return nullcontext()
    from .cutting import Cuttable

    return Cuttable(lambda: pulled.unwanted)
