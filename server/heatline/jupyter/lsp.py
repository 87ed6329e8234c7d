"""The language server, for people who use jupyterlab-lsp: its entry point `jupyter_lsp_spec_v1`."""

from __future__ import annotations

import sys
from typing import Any


def spec(manager: object) -> dict[str, dict[str, Any]]:
    """How jupyter-lsp starts `heatline lsp`.

    Parameters
    ----------
    manager : jupyter-lsp's `LanguageServerManager`; not needed.
    """
    return {
        "heatline": {
            "version": 2,
            "display_name": "heatline",
            "argv": [sys.executable, "-m", "heatline", "lsp"],
            "languages": ["python"],
            "mime_types": ["text/x-python", "text/python", "text/x-ipython"],
            "requires_documents_on_disk": True,
        }
    }
