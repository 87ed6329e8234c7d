"""Asking the person, and showing them progress, in editors without an extension of ours."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

from lsprotocol import types

from .calls import Notify
from .failures import failure

if TYPE_CHECKING:
    from .server import Server

_OFFERED = 9


async def pick(server: Server, question: str, titles: list[str]) -> str | None:
    """The title that the person picks, the only one unasked; None where they pick none."""
    if len(titles) == 1:
        return titles[0]
    offered = titles[:_OFFERED]
    picked = await server.window_show_message_request_async(
        types.ShowMessageRequestParams(
            types.MessageType.Info, question, [types.MessageActionItem(title) for title in offered]
        )
    )
    return picked.title if picked is not None and picked.title in offered else None


async def ask(server: Server, title: str, method: str, params: dict[str, Any]) -> Any:
    """The answer to a request of the protocol, with a progress bar where the editor has one."""
    async with _progress(server, title) as token:
        return await server.requests.answer(method, {**params, "job": token}, _only_progress(server))


def _only_progress(server: Server) -> Notify:
    """Takes an agent's notifications: this editor has no place for pictures."""

    def notify(method: str, params: dict[str, Any]) -> None:
        if method == types.PROGRESS:
            server.protocol.forward(method, params)

    return notify


@contextlib.asynccontextmanager
async def _progress(server: Server, title: str) -> AsyncIterator[str | None]:
    """The token of a progress bar; its button cancels what runs under it."""
    window = server.client_capabilities.window
    if not (window and window.work_done_progress):
        yield None
        return
    token = f"heatline-{secrets.token_hex(8)}"
    progress = server.work_done_progress
    await progress.create_async(token)
    progress.begin(token, types.WorkDoneProgressBegin(title=title, percentage=0, cancellable=True))
    task = asyncio.current_task()
    progress.tokens[token].add_done_callback(lambda button: task.cancel() if task and button.cancelled() else None)
    try:
        yield token
    except asyncio.CancelledError:
        if progress.tokens[token].cancelled():
            raise failure("cancelled", "the explanation was cancelled") from None
        raise
    finally:
        progress.tokens.pop(token, None)
        progress.end(token, types.WorkDoneProgressEnd())
