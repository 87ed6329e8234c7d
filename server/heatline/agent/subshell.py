"""Messages through a subshell of ipykernel's: a thread of its own that answers while the main one runs a cell.

They are of a type of our own. An execute request would call IPython's hooks, and among them matplotlib's, which takes
the figures that the cell is drawing for finished ones; only the agent is brought that way, behind a shield (`shield`).
What ipykernel changes for all threads with every message, whatever its type, is put right at its beginning.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from .shield import Message, is_occupied, main_request, put_right


def take_requests(kernel: Any, name: str, respond: Callable[[str], Message]) -> None:
    """From here on the kernel answers messages of the type `NAME_request`, in the thread of their subshell.

    Their content is `{"request": text}`, or null instead of the text to be told only whether a cell is running; that of
    the reply `{"status": "ok", "running": bool, "response": response}`.
    """
    kernel.shell_handlers[f"{name}_request"] = functools.partial(_answer, kernel, f"{name}_reply", respond)


def _answer(
    kernel: Any, reply: str, respond: Callable[[str], Message], stream: Any, ident: Any, parent: Message
) -> None:
    put_right(kernel, parent)
    request = parent["content"]["request"]
    content = {
        "status": "ok",
        "running": _runs_a_cell(kernel),
        "response": None if request is None else respond(request),
    }
    kernel.session.send(stream, reply, content, parent, ident=ident)


def _runs_a_cell(kernel: Any) -> bool:
    """Whether that message is a cell of the person's; requests of front ends are silent."""
    main = main_request(kernel)
    return is_occupied(kernel) if main is None else not main[1]["content"].get("silent", False)
