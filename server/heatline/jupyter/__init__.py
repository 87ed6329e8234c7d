"""The jupyter_server extension: hands JupyterLab the agent that it brings into kernels, and relays the protocol.

    app.py        the extension application and its settings
    handlers.py   the agent's code, for the front end
    rpc.py        the protocol over a websocket, for other programs
    relay.py      the kernel that answers there
    lsp.py        the language server, for jupyterlab-lsp
    clients.py    how much a user may have at once; the end of what is idle

Enabled on installation, by `etc/jupyter/jupyter_server_config.d/heatline.json` in the wheel.
"""

from __future__ import annotations

from .._version import __version__

__all__ = ["__version__"]


def _jupyter_server_extension_points() -> list[dict[str, object]]:
    """Read by jupyter_server, which is imported here only then: heatline itself does without it."""
    from .app import HeatlineApp

    return [{"module": "heatline.jupyter.app", "app": HeatlineApp}]
