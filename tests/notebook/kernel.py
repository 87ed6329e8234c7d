"""A real kernel, and all that a cell puts on the screen."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import start_new_kernel


@dataclass
class Outputs:
    """What one cell did."""

    status: str
    error: str = ""
    printed: str = ""
    traceback: str = ""
    result: dict[str, Any] | None = None
    """The MIME bundle of its value."""
    shown: list[dict[str, Any]] = field(default_factory=list)
    """What it displayed, and each update of it."""


class Notebook:
    """Runs cells in a kernel."""

    def __init__(self, client: BlockingKernelClient) -> None:
        self._client = client

    def run(self, code: str) -> Outputs:
        found = Outputs("")

        def take(message: dict[str, Any]) -> None:
            content = message["content"]
            kind = message["msg_type"]
            if kind == "stream":
                found.printed += content["text"]
            elif kind == "error":
                found.traceback += content["evalue"] + "".join(content["traceback"])
            elif kind == "execute_result":
                found.result = content["data"]
            elif kind in ("display_data", "update_display_data"):
                found.shown.append(content["data"])

        reply = self._client.execute_interactive(code, timeout=120, output_hook=take)["content"]
        found.status = reply["status"]
        found.error = f"{reply.get('ename', '')}: {reply.get('evalue', '')}"
        return found


@contextmanager
def notebook() -> Iterator[Notebook]:
    """A kernel that ends with the context."""
    manager, client = start_new_kernel()
    try:
        yield Notebook(client)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
