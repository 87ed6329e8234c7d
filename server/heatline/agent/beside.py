"""The agent's second way in a kernel: requests that come in a thread of their own while the main one runs a cell."""

from __future__ import annotations

import contextlib
import io
import sys
from collections.abc import Iterator
from typing import Any

from ..protocol import StartParams
from .failures import Refusal
from .jobs import Job
from .pulled import Responder

COMPUTING = frozenset({"heatline/predict", "heatline/explain", "heatline/compare"})
WAITING = frozenset({"heatline/average", "heatline/provenance"})
"""Methods that are not answered so: they read data sets, and call models in train mode."""


@contextlib.contextmanager
def _as_it_is() -> Iterator[io.StringIO]:
    """`sys.stdout` is the cell's, too, and stays what it is: what this thread prints, the kernel ascribes to its own
    request, which nobody shows."""
    yield io.StringIO()


class Beside(Responder):
    """Answers from the same variables and results as the usual responder of the kernel, one of them at a time; its
    jobs are its own, and touch nothing that the cell could see."""

    quiet = staticmethod(_as_it_is)

    def respond(self, request: str) -> dict[str, Any]:
        if "torch" not in sys.modules:
            return super().respond(request)
        from attribution_core.beside import beside_running_code

        with beside_running_code():
            return super().respond(request)

    def _job(self, start: StartParams, name: str | None = None) -> Job:
        if start.method in WAITING:
            raise Refusal("bad-input", f"{start.method} is not answered while a cell runs", "Wait for the cell.")
        if start.method in COMPUTING and "torch" not in sys.modules:
            raise Refusal("no-model", "no model is alive here: torch was not imported", "Run the code that makes it.")
        return super()._job(start, name)
