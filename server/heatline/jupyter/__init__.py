"""The jupyter_server extension: hands JupyterLab the agent that it brings into kernels.

    app.py        the extension application and its settings
    handlers.py   what is served

Enabled on installation, by `etc/jupyter/jupyter_server_config.d/heatline.json` in the wheel.
"""

from __future__ import annotations

from .._version import __version__

__all__ = ["__version__"]


def _jupyter_server_extension_points() -> list[dict[str, object]]:
    """Read by jupyter_server, which is imported here only then: heatline itself does without it."""
    from .app import HeatlineApp

    return [{"module": "heatline.jupyter.app", "app": HeatlineApp}]
