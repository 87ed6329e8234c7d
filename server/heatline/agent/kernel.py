"""The agent inside a live Jupyter kernel: one `answer` per call, and jobs are pulled by the front end.

Everything runs in the kernel's main thread, between the person's own cells. A call leaves nothing
behind: no name, no printed text, no exception, and `attribution_core` puts back what it switches.
Where the person has asked for it, requests also come while a cell runs, through a subshell: see `subshell`.
"""

from __future__ import annotations

import threading
from typing import Any

from ..protocol import RPC_MIME
from ..source.assignments import History, history_of
from . import subshell
from .beside import Beside
from .live import LiveObjects
from .pulled import Responder
from .service import Agent


class Answer:
    """A JSON-RPC response that IPython displays under our own MIME type."""

    def __init__(self, response: dict[str, Any]) -> None:
        self.response = response

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:
        return {RPC_MIME: self.response, "text/plain": ""}


def _shell() -> Any:
    """IPython's shell; None outside of IPython."""
    from IPython.core.getipython import get_ipython

    return get_ipython()


def _variables() -> dict[str, object]:
    """The names of the kernel's user, as they are now: a cell may run and bind others."""
    shell = _shell()
    if shell is None:
        return {}
    hidden = dict(shell.user_ns_hidden)
    return {name: value for name, value in dict(shell.user_ns).items() if hidden.get(name, shell) is not value}


def _history(name: str) -> History:
    """What the cells say that ran, as IPython made Python of them."""
    shell = _shell()
    return history_of([] if shell is None else list(shell.history_manager.input_hist_parsed))


class Kernel:
    """The agent of one kernel."""

    def __init__(self) -> None:
        agent = Agent(LiveObjects(_variables, _history))
        self._responder = Responder(agent)
        self._beside = Beside(agent)
        self._turn = threading.Lock()
        self._executed: object = None

    def respond(self, request: str) -> dict[str, Any]:
        """The JSON-RPC response to one request; never raises, never prints."""
        with self._turn:
            executed = getattr(_shell(), "execution_count", None)
            if executed != self._executed:
                self._executed = executed
                self._responder.restart()
                self._beside.restart()
            return self._responder.respond(request)

    def respond_beside(self, request: str) -> dict[str, Any]:
        """The same in the thread of a subshell, while the main one may run a cell."""
        with self._turn:
            return self._beside.respond(request)


_kernel = Kernel()


def answer(request: str) -> Answer:
    """Answers one JSON-RPC request, as a user expression of a silent execute request."""
    return Answer(_kernel.respond(request))


def publish(request: str) -> None:
    """Answers one JSON-RPC request by display data of our own MIME type.

    For front ends that can run code and not ask for expressions: a value of the last line would become the
    person's `_`.
    """
    shell = _shell()
    shell.display_pub.publish(data={RPC_MIME: _kernel.respond(request)})


def take_requests() -> None:
    """From here on messages through subshells are answered: see `subshell.take_requests`."""
    subshell.take_requests(_shell().kernel, __name__, _kernel.respond_beside)
