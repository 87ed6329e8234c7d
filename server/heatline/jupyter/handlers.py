"""What is served to the front end. Every handler is authenticated and authorised."""

from __future__ import annotations

import json

from jupyter_server.auth.decorator import authorized
from jupyter_server.base.handlers import APIHandler
from tornado import web

from ..agent.bundle import kernel_code
from .rpc import AUTH_RESOURCE


class AgentHandler(APIHandler):
    """`GET heatline/agent`: the agent of this version, as code for a kernel.

    The answer is a JSON object: `version`; `code`, to be executed once, silently; `module`, the
    name in `sys.modules` that is asked from then on; `step_ms`, how long a step may compute.
    """

    auth_resource = AUTH_RESOURCE

    def initialize(self, step_ms: int) -> None:
        """Takes the setting of the application."""
        self.step_ms = step_ms

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answers with the agent."""
        agent = kernel_code()
        answer = {"version": agent.version, "code": agent.code, "module": agent.module, "step_ms": self.step_ms}
        await self.finish(json.dumps(answer))
