"""What `workspace/executeCommand` does: for editors without an extension of ours.

A result comes as a message; after an explanation, hovers show it where the sample stands.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from lsprotocol import types

from ..protocol import Average, Explanation, FactoryModel, FileSample, ModelInfo, NamedModel, SampleKind
from ..wire import decode, encode
from . import summary
from .asking import ask, pick
from .datasets import data_in
from .failures import Failure, failure
from .folders import path_of
from .samples import Sample, sample_at, samples_in

if TYPE_CHECKING:
    from .server import Server

EXPLAIN = "heatline.explain"
"""Arguments: a document's URI, a position, and a model's spec; without it the person is asked."""
EXPLAIN_WITH = "heatline.explainWith"
"""Argument: a model's spec; the person is asked which sample of the open documents."""
AVERAGE = "heatline.average"
"""Arguments: a model's spec, and a folder or a file of samples; without it the person is asked."""

Command = Callable[["Server", list[Any]], Awaitable["str | None"]]


async def run(server: Server, command: Command, arguments: list[Any]) -> str | None:
    """Runs a command; shows its answer, or what went wrong, as a message. None where there is no answer."""
    try:
        text = await command(server, arguments)
    except Failure as error:
        if error.kind != "cancelled":
            server.window_show_message(types.ShowMessageParams(types.MessageType.Error, error.line))
        return None
    if text is not None:
        server.window_show_message(types.ShowMessageParams(types.MessageType.Info, text))
    return text


async def explain(server: Server, arguments: list[Any]) -> str | None:
    """`heatline.explain`: the sample at a place, in words."""
    uri, position, spec = _place_and_spec(arguments)
    folder = server.folders.of_uri(uri)
    sample = await sample_at(server, uri, position, folder.root)
    if sample is None:
        raise failure(
            "bad-input",
            f"line {position.line + 1} has no string, no path of an image file that exists, and no prediction from one "
            "of these at that place",
            "Put the cursor on one.",
        )
    spec = spec or sample.spec or await _which_model(server, folder.root, sample)
    return await _explained(server, spec, sample) if spec is not None else None


async def explain_with(server: Server, arguments: list[Any]) -> str | None:
    """`heatline.explainWith`: a sample of the open documents with a model, in words."""
    spec, _ = _spec_and_path(EXPLAIN_WITH, arguments)
    folder = server.folders.of_model(spec)
    kind = await _kind(server, folder.root, spec)
    samples: dict[str, Sample] = {}
    for uri in reversed(server.workspace.text_documents):  # the one opened last first
        found = samples_in(server, uri, server.folders.of_uri(uri).root)
        fitting = (sample for sample in found if sample.prose and kind in (sample.kind, "unknown"))
        samples.update((_title(sample), sample) for sample in fitting)
    if not samples:
        named = "image" if kind == "image" else "text"
        raise failure(
            "bad-input",
            f"no open document has a string that is {'the path of an image' if named == 'image' else 'a sentence'}",
            "Open one, put the cursor on the string, and choose the code action 'Explain Prediction'.",
        )
    picked = await pick(server, f"Explain which sample with {spec.rpartition(':')[2]}?", list(samples))
    return await _explained(server, spec, samples[picked]) if picked is not None else None


async def average(server: Server, arguments: list[Any]) -> str | None:
    """`heatline.average`: global average gradients of a model over a data set, in words."""
    spec, path = _spec_and_path(AVERAGE, arguments)
    folder = server.folders.of_model(spec)
    if path is None:
        found = data_in(folder.root, await _kind(server, folder.root, spec))
        if not found:
            raise failure(
                "bad-input",
                f"{folder.root} has no folder of images or texts, and no table of samples",
                "Put a .csv, .tsv or .jsonl file there, or a folder of files; or give a path to the command.",
            )
        path = await pick(server, f"Average the gradients of {spec.rpartition(':')[2]} over which data?", found)
    if path is None:
        return None
    params = {"model": encode(FactoryModel("factory", spec)), "data": encode(FileSample("file", path))}
    result = await ask(server, "Averaging gradients", "heatline/average", params)
    return summary.average(decode(Average, result, "result"))


# ---------------------------------------------------------------- inside


async def _explained(server: Server, spec: str, sample: Sample) -> str:
    params = {"model": encode(FactoryModel("factory", spec)), "sample": encode(sample.ref)}
    result = await ask(server, "Explaining the prediction", "heatline/explain", params)
    return summary.plain(decode(Explanation, result, "result"))


async def _which_model(server: Server, root: str, sample: Sample) -> str | None:
    """The only model that may read the sample, else the one that the person picks; None when they pick none."""
    models = [model for model in await server.requests.find(root) if model.inputs in (sample.kind, "unknown")]
    if not models:
        raise failure(
            "no-model",
            f"no model for this {sample.kind} was found in {root}",
            "Write a function without arguments that returns one, or name it in the setting 'heatline.models'.",
        )
    return await pick(server, f"Explain this {sample.kind} with which model?", [spec_of(model) for model in models])


async def _kind(server: Server, root: str, spec: str) -> SampleKind:
    """What a model reads, as far as the source tells."""
    found = [model.inputs for model in await server.requests.find(root) if spec_of(model) == spec]
    return found[0] if found else "unknown"


def spec_of(model: ModelInfo) -> str:
    """How commands name a model: by its factory, or by the name under which a server has it."""
    ref = model.ref
    return ref.spec if isinstance(ref, FactoryModel) else ref.name if isinstance(ref, NamedModel) else ""


def _title(sample: Sample) -> str:
    text = sample.ref.path if isinstance(sample.ref, FileSample) else " ".join(sample.ref.text.split())
    shown = text if len(text) <= 60 else f"{text[:57]}..."
    return f"{shown} ({path_of(sample.uri).rpartition('/')[2]}:{sample.range.start.line + 1})"


def _place_and_spec(arguments: list[Any]) -> tuple[str, types.Position, str | None]:
    try:
        uri, place, *rest = arguments
        spec = rest[0] if rest else None
        position = types.Position(int(place["line"]), int(place["character"]))
        if isinstance(uri, str) and (spec is None or isinstance(spec, str)) and len(rest) < 2:
            return uri, position, spec
    except (ValueError, KeyError, TypeError):
        pass
    raise failure("protocol", f"{EXPLAIN} takes a document's URI, a position, and a model's spec or nothing")


def _spec_and_path(command: str, arguments: list[Any]) -> tuple[str, str | None]:
    if 0 < len(arguments) < 3 and all(isinstance(argument, str) for argument in arguments):
        return arguments[0], arguments[1] if len(arguments) > 1 else None
    more = ", and a path or nothing" if command == AVERAGE else ""
    raise failure("protocol", f"{command} takes a model's spec{more}")
