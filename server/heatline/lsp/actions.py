"""Code actions on samples, and code lenses above factories of models."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from lsprotocol import types

from ..source import Modules
from ..source.factories import factories_of
from .command import AVERAGE, EXPLAIN, EXPLAIN_WITH, spec_of
from .folders import path_of
from .samples import sample_at

if TYPE_CHECKING:
    from .server import Server

KIND = "heatline.explain"
CLIENT_EXPLAIN_HERE = "heatline.explainHere"
"""A client's command on a sample; arguments: uri, position."""

_OFFERED = 6


async def code_actions(server: Server, params: types.CodeActionParams) -> list[types.CodeAction]:
    """ "Explain Prediction..." on a string, an image path, or a prediction from one.

    Once where the client has a picker of its own, or the source says the model; else for each model that may fit.
    """
    only = params.context.only
    if only and not any(kind == KIND or KIND.startswith(f"{kind}.") for kind in only):
        return []
    uri, position = params.text_document.uri, params.range.start
    folder = server.folders.of_uri(uri)
    sample = await sample_at(server, uri, position, folder.root)
    if sample is None:
        return []
    if CLIENT_EXPLAIN_HERE in server.client_commands:
        return [_action("Explain Prediction...", CLIENT_EXPLAIN_HERE, [sample.uri, _plain(sample.range.start)])]
    if sample.spec:
        file, _, name = sample.spec.rpartition(":")
        details = ", ".join(filter(None, [file, sample.which]))
        title = f"Explain Prediction with {name}" + (f" ({details})" if details else "")
        return [_action(title, EXPLAIN, [uri, _plain(position), sample.spec])]
    models = [model for model in await server.requests.find(folder.root) if model.inputs in (sample.kind, "unknown")]
    return [
        _action(
            f"Explain Prediction with {model.name} ({model.detail})",
            EXPLAIN,
            [uri, _plain(position), spec_of(model)],
        )
        for model in models[:_OFFERED]
    ]


async def code_lenses(server: Server, uri: str) -> list[types.CodeLens]:
    """ "Explain with this model" and "Average gradients" above each factory."""
    source, path = server.source(uri), path_of(uri)
    if source is None or not path.endswith(".py"):  # what a notebook's cell defines no other process can load
        return []
    spec, modules = server.spec_of(path), Modules(server.folders.of_path(path).root, server.open_files())
    lenses = []
    for factory in await asyncio.to_thread(factories_of, path, source, modules):
        place = types.Position(factory.line, 0)
        for title, name in (("Explain with this model", EXPLAIN_WITH), ("Average gradients", AVERAGE)):
            if server.has_command(name):
                command = types.Command(title, name, arguments=[f"{spec}:{factory.name}"])
                lenses.append(types.CodeLens(types.Range(place, place), command))
    return lenses


def _action(title: str, command: str, arguments: list[object]) -> types.CodeAction:
    return types.CodeAction(title, kind=KIND, command=types.Command(title, command, arguments=arguments))


def _plain(position: types.Position) -> dict[str, int]:
    return {"line": position.line, "character": position.character}
