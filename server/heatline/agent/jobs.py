"""A job is pulled: `step` computes for about the time it is given, and says what came of it.

Every carrier drives this same loop. So no thread, signal or stream is needed inside a live process,
cancelling means not asking again, and several clients take turns step by step.
"""

from __future__ import annotations

import time
from collections.abc import Generator
from typing import Any, Union

from ..protocol import (
    Average,
    DoneEvent,
    Explanation,
    FailedEvent,
    JobEvent,
    ProgressEvent,
    ProgressValue,
    UpdateAverageEvent,
    UpdateAverageParams,
    UpdateEvent,
    UpdateParams,
)
from ..wire import encode
from .failures import error_object

Indexed = tuple[Explanation, int]
"""One of a comparison's explanations, and which one."""
Step = Union[ProgressValue, Explanation, Indexed, Average]
"""What a computation yields on its way: how far it is, or a better picture."""

Work = Generator[Step, None, Any]
"""A computation that yields between bounded pieces of work and returns a result of the protocol."""


class Job:
    """One request under way.

    Parameters
    ----------
    name : the token that the client knows the job by.
    work : the computation; nothing of it runs before the first `step`.
    """

    def __init__(self, name: str, work: Work) -> None:
        self.name = name
        self.finished = False
        self._work = work
        self._seq = 0
        self._progress = ProgressValue(kind="report", message="", percentage=0)

    def step(self, budget_ms: float) -> JobEvent:
        """Computes for about `budget_ms`, or until there is a better picture, or until the end.

        At least one piece of work is done, however small the budget. Exceptions, also those of
        the user's own code, come back as a `FailedEvent`; only a KeyboardInterrupt that is the
        carrier's affair passes through after the job was closed.
        """
        deadline = time.perf_counter() + budget_ms / 1000
        try:
            while True:
                step = next(self._work)
                if isinstance(step, ProgressValue):
                    self._progress = step
                else:
                    return self._update(step)
                if time.perf_counter() >= deadline:
                    return ProgressEvent(kind="progress", progress=self._progress)
        except StopIteration as stop:
            self.finished = True
            return DoneEvent(kind="done", result=encode(stop.value))
        except KeyboardInterrupt:
            self.close()
            raise
        except BaseException as error:  # the user's code may raise anything, SystemExit too
            self.finished = True
            return FailedEvent(kind="failed", error=error_object(error))

    def _update(self, better: Explanation | Indexed | Average) -> UpdateEvent | UpdateAverageEvent:
        seq, self._seq = self._seq, self._seq + 1
        if isinstance(better, Average):
            average = UpdateAverageParams(job=self.name, seq=seq, average=better)
            return UpdateAverageEvent(kind="update-average", progress=self._progress, update=average)
        explanation, index = better if isinstance(better, tuple) else (better, 0)
        update = UpdateParams(job=self.name, seq=seq, explanation=explanation, index=index)
        return UpdateEvent(kind="update", progress=self._progress, update=update)

    def close(self) -> None:
        """Ends the job where it stands; what it had changed for a step was already put back."""
        self.finished = True
        self._work.close()
