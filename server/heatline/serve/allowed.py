"""What a client may ask: served models by name, samples by value.

A client that could name a factory would run code here, and one that could name a file would read it. So this is a
list of what is allowed; what the protocol gains later is refused until it is added.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any, get_args

from ..agent.failures import Refusal
from ..protocol import (
    REQUESTS,
    ArraySample,
    BytesSample,
    ExplainParams,
    InitializeParams,
    ModelRef,
    NamedModel,
    StaticParams,
    TextSample,
)
from ..wire import decode
from .limits import Limits

METHODS = frozenset(
    {"heatline/initialize", "heatline/models", "heatline/predict", "heatline/explain", "heatline/static"}
)
REFERENCES = (NamedModel, TextSample, BytesSample, ArraySample)


def check(method: str, params: object, limits: Limits) -> object:
    """The parameters of an allowed request, to be handed on.

    Parameters
    ----------
    method : one of `METHODS`.

    Raises
    ------
    WireError
        Where the parameters do not fit the method.
    Refusal
        Where they name what a client may not name, or ask for too much.
    """
    typed: object = decode(REQUESTS[method][0], params)
    for part in _parts(typed):
        _check_part(part, limits)
    if isinstance(typed, InitializeParams) and isinstance(params, dict):
        return {**params, "root": None}  # a folder of the client's machine
    return params


def _check_part(part: object, limits: Limits) -> None:
    kind = getattr(part, "kind", None)
    if kind is not None and not isinstance(part, REFERENCES):
        if isinstance(part, get_args(ModelRef)):
            raise Refusal(
                "no-model",
                f"a model was named by its {kind}, and this server answers for the models that it was started with",
                "Name one of those that 'heatline/models' lists.",
            )
        raise Refusal("bad-input", f"a sample came as {kind}, and this server reads no files", "Send it by value.")
    if isinstance(part, list) and len(part) > limits.items:
        raise Refusal("bad-input", f"a list of {len(part)} was sent", f"Send at most {limits.items} at a time.")
    if isinstance(part, ExplainParams) and (part.steps or 0) > limits.steps:
        raise Refusal("bad-input", f"{part.steps} steps were asked for", f"Ask for at most {limits.steps}.")
    if isinstance(part, StaticParams) and part.max_width > limits.width:
        raise Refusal("bad-input", f"a width of {part.max_width} was asked for", f"Ask for at most {limits.width}.")


def _parts(value: Any) -> Iterator[object]:
    """The objects and lists that parameters are made of."""
    if dataclasses.is_dataclass(value):
        yield value
        for field in dataclasses.fields(value):
            yield from _parts(getattr(value, field.name))
    elif isinstance(value, list):
        yield value
        for item in value:
            yield from _parts(item)
