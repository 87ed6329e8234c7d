"""The extension application: settings, and the table of handlers."""

from __future__ import annotations

from jupyter_server.extension.application import ExtensionApp
from traitlets import Float, Int

from .._version import __version__
from .clients import Clients, Limits
from .handlers import AgentHandler
from .rpc import RpcHandler


class HeatlineApp(ExtensionApp):
    """Hands out the agent, and relays the protocol to kernels. It computes nothing itself."""

    name = "heatline"
    version = __version__

    step_ms = Int(
        100,
        min=10,
        max=2000,
        help=(
            "Milliseconds that an explanation computes in a kernel before the user's cells get their turn. "
            "Raise it where the way to the kernels is long."
        ),
    ).tag(config=True)

    max_clients_per_user = Int(
        4,
        min=0,
        help="Connections of one user to the websocket heatline/rpc at a time; each has a kernel. 0 switches it off.",
    ).tag(config=True)

    max_jobs_per_user = Int(
        8, min=1, help="Requests of one user that are under way at a time, on all connections to heatline/rpc."
    ).tag(config=True)

    idle_seconds = Float(
        900.0,
        min=0.0,
        help="A connection to heatline/rpc that asks nothing for so long is closed, its kernel shut down. 0: never.",
    ).tag(config=True)

    def initialize_handlers(self) -> None:
        """Adds what is served, below the server's base URL."""
        self.clients = Clients(Limits(self.max_clients_per_user, self.max_jobs_per_user, self.idle_seconds))
        self.handlers.append((r"/heatline/agent", AgentHandler, {"step_ms": self.step_ms}))
        self.handlers.append((r"/heatline/rpc", RpcHandler, {"clients": self.clients, "step_ms": self.step_ms}))

    async def stop_extension(self) -> None:
        """Closes every connection and shuts its kernel down, when the server stops."""
        await self.clients.end_all()
