"""The extension application: settings, and the table of handlers."""

from __future__ import annotations

from jupyter_server.extension.application import ExtensionApp
from traitlets import Int

from .._version import __version__
from .handlers import AgentHandler


class HeatlineApp(ExtensionApp):
    """Serves JupyterLab's front end of heatline. It starts no kernel and computes nothing."""

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

    def initialize_handlers(self) -> None:
        """Adds what is served, below the server's base URL."""
        self.handlers.append((r"/heatline/agent", AgentHandler, {"step_ms": self.step_ms}))
