"""What is served to the front end. Every handler is authenticated and authorised."""

from __future__ import annotations

import json
from collections.abc import Callable

from jupyter_server.auth.decorator import authorized
from jupyter_server.base.handlers import APIHandler
from tornado import web

from ..agent.bundle import debuggee_code, kernel_code
from ..protocol import DebuggeeCode, KernelCode
from ..wire import encode
from .rpc import AUTH_RESOURCE

MADE: dict[str, Callable[[], KernelCode | DebuggeeCode]] = {"kernel": kernel_code, "debuggee": debuggee_code}


class AgentHandler(APIHandler):
    """`GET heatline/agent?session=kernel|debuggee`: the agent of this version, as code for a kernel, or for one that
    its debugger has paused.

    The answer is a `KernelCode` or a `DebuggeeCode` of the protocol as JSON, with `step_ms`: how long a step may
    compute, in milliseconds.
    """

    auth_resource = AUTH_RESOURCE

    def initialize(self, step_ms: int) -> None:
        """Takes the setting of the application."""
        self.step_ms = step_ms

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answers with the agent."""
        session = self.get_query_argument("session", "kernel")
        if session not in MADE:
            raise web.HTTPError(400, f"session is {session!r}, not one of {', '.join(MADE)}")
        await self.finish(json.dumps({**encode(MADE[session]()), "step_ms": self.step_ms}))
