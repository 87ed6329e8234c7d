"""`heatline.explain` by `workspace/executeCommand`: for editors without an extension of ours.

The result comes as a message; afterwards, hovers show it where the sample stands.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

from lsprotocol import types

from ..protocol import Explanation, FactoryModel, ModelInfo
from ..wire import decode, encode
from . import summary
from .failures import Failure, failure
from .hover import Sample, sample_at

if TYPE_CHECKING:
    from .server import Server

_OFFERED = 9


async def explain(server: Server, arguments: list[Any]) -> str | None:
    """Explains the sample at a place, shows the result as a message, and answers it.

    Parameters
    ----------
    arguments : the document's URI, a position, and a model's spec; without it the person is asked
        where several models come into question.
    """
    try:
        text = await _explain(server, arguments)
    except Failure as error:
        if error.kind == "cancelled":
            return None
        server.window_show_message(types.ShowMessageParams(types.MessageType.Error, error.line))
        return None
    if text is not None:
        server.window_show_message(types.ShowMessageParams(types.MessageType.Info, text))
    return text


async def _explain(server: Server, arguments: list[Any]) -> str | None:
    uri, position, spec = _read(arguments)
    folder = server.folders.of_uri(uri)
    sample = sample_at(server, uri, position, folder.root)
    if sample is None:
        raise failure(
            "bad-input",
            f"line {position.line + 1} has no string and no path of an image file that exists at that place",
            "Put the cursor on one.",
        )
    if spec is None:
        spec = await _ask_for_model(server, folder.root, sample)
    if spec is None:
        return None
    params = {"model": encode(FactoryModel("factory", spec)), "sample": encode(sample.ref)}
    async with _progress(server) as token:
        result = await server.requests.answer(
            "heatline/explain", {**params, "job": token}, lambda method, value: _report(server, method, value)
        )
    return summary.plain(decode(Explanation, result, "result"))


def _read(arguments: list[Any]) -> tuple[str, types.Position, str | None]:
    try:
        uri, place, *rest = arguments
        spec = rest[0] if rest else None
        position = types.Position(int(place["line"]), int(place["character"]))
        if isinstance(uri, str) and (spec is None or isinstance(spec, str)) and len(rest) < 2:
            return uri, position, spec
    except (ValueError, KeyError, TypeError):
        pass
    raise failure("protocol", "heatline.explain takes a document's URI, a position, and a model's spec or nothing")


async def _ask_for_model(server: Server, root: str, sample: Sample) -> str | None:
    """The only model that may read the sample, else the one that the person picks; None when they pick none."""
    models = [model for model in await server.requests.find(root) if model.inputs in (sample.kind, "unknown")]
    if not models:
        raise failure(
            "no-model",
            f"no model for this {sample.kind} was found in {root}",
            "Write a function without arguments that returns one, or name it in the setting 'heatline.models'.",
        )
    if len(models) == 1:
        return _spec(models[0])
    titles = {_spec(model): model for model in models[:_OFFERED]}
    picked = await server.window_show_message_request_async(
        types.ShowMessageRequestParams(
            types.MessageType.Info,
            f"Explain this {sample.kind} with which model?",
            [types.MessageActionItem(title) for title in titles],
        )
    )
    return picked.title if picked is not None and picked.title in titles else None


def _spec(model: ModelInfo) -> str:
    return model.ref.spec if isinstance(model.ref, FactoryModel) else ""


def _report(server: Server, method: str, params: dict[str, Any]) -> None:
    """Progress only: this editor has no place for pictures."""
    if method == types.PROGRESS:
        server.protocol.forward(method, params)


@contextlib.asynccontextmanager
async def _progress(server: Server) -> AsyncIterator[str | None]:
    """The token of a progress bar, where the editor has one; its button cancels what runs under it."""
    window = server.client_capabilities.window
    if not (window and window.work_done_progress):
        yield None
        return
    token = f"heatline-{secrets.token_hex(8)}"
    progress = server.work_done_progress
    await progress.create_async(token)
    begin = types.WorkDoneProgressBegin(title="Explaining the prediction", percentage=0, cancellable=True)
    progress.begin(token, begin)
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
