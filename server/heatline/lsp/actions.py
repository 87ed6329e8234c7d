"""Code actions on samples, and code lenses above factories of models."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from lsprotocol import types

from ..protocol import FactoryModel
from ..source import Modules
from ..source.factories import factories_of
from .folders import path_of
from .hover import sample_at

if TYPE_CHECKING:
    from .server import Server

KIND = "heatline.explain"
CLIENT_EXPLAIN_HERE = "heatline.explainHere"
"""The client's command on a sample; arguments: uri, position."""
CLIENT_EXPLAIN_WITH = "heatline.explainWith"
"""The client's command on a model; arguments: the model's spec."""
SERVER_EXPLAIN = "heatline.explain"
"""Our own command, for clients without those; arguments: uri, position, and a model's spec or nothing."""

_OFFERED = 6


async def code_actions(server: Server, params: types.CodeActionParams) -> list[types.CodeAction]:
    """ "Explain Prediction..." on a string or an image path: once where the client has a picker of its
    own, else once for each model that may read it."""
    only = params.context.only
    if only and not any(kind == KIND or KIND.startswith(f"{kind}.") for kind in only):
        return []
    uri, position = params.text_document.uri, params.range.start
    folder = server.folders.of_uri(uri)
    sample = sample_at(server, uri, position, folder.root)
    if sample is None:
        return []
    if server.client_has_commands:
        return [_action("Explain Prediction...", CLIENT_EXPLAIN_HERE, [uri, _plain(position)])]
    models = [model for model in await server.requests.find(folder.root) if model.inputs in (sample.kind, "unknown")]
    return [
        _action(
            f"Explain Prediction with {model.name} ({model.detail})",
            SERVER_EXPLAIN,
            [uri, _plain(position), model.ref.spec],
        )
        for model in models[:_OFFERED]
        if isinstance(model.ref, FactoryModel)
    ]


async def code_lenses(server: Server, uri: str) -> list[types.CodeLens]:
    """ "Explain with this model" above each factory, for clients that have the command."""
    source = server.source(uri)
    if source is None or not server.client_has_commands:
        return []
    path = path_of(uri)
    if not path.endswith(".py"):  # what a notebook's cell defines no other process can load
        return []
    spec, modules = server.spec_of(path), Modules(server.folders.of_path(path).root, server.open_files())
    lenses = []
    for factory in await asyncio.to_thread(factories_of, path, source, modules):
        command = types.Command("Explain with this model", CLIENT_EXPLAIN_WITH, arguments=[f"{spec}:{factory.name}"])
        place = types.Position(factory.line, 0)
        lenses.append(types.CodeLens(types.Range(place, place), command))
    return lenses


def _action(title: str, command: str, arguments: list[object]) -> types.CodeAction:
    return types.CodeAction(title, kind=KIND, command=types.Command(title, command, arguments=arguments))


def _plain(position: types.Position) -> dict[str, int]:
    return {"line": position.line, "character": position.character}
