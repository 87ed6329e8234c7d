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
    CompareParams,
    ExplainOptions,
    ExplainParams,
    ExportParams,
    InitializeParams,
    ModelRef,
    NamedModel,
    RowSample,
    StaticParams,
    TextSample,
)
from ..wire import decode
from .limits import Limits

METHODS = frozenset(
    {
        "heatline/initialize",
        "heatline/models",
        "heatline/predict",
        "heatline/explain",
        "heatline/compare",
        "heatline/static",
        "heatline/export",
    }
)
REFERENCES = (NamedModel, TextSample, BytesSample, ArraySample, RowSample)


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
        _check_reference(part)
    if isinstance(typed, ExplainOptions):
        _check_options(typed, limits)
    if isinstance(typed, (StaticParams, ExportParams)) and typed.max_width > limits.width:
        raise Refusal("bad-input", f"a width of {typed.max_width} was asked for", f"Ask for at most {limits.width}.")
    if isinstance(typed, InitializeParams) and isinstance(params, dict):
        return {**params, "root": None}  # a folder of the client's machine
    return params


def _check_reference(part: object) -> None:
    kind = getattr(part, "kind", None)
    if kind is None or isinstance(part, REFERENCES):
        return
    if isinstance(part, get_args(ModelRef)):
        raise Refusal(
            "no-model",
            f"a model was named by its {kind}, and this server answers for the models that it was started with",
            "Name one of those that 'heatline/models' lists.",
        )
    raise Refusal("bad-input", f"a sample came as {kind}, and this server reads no files", "Send it by value.")


def _check_options(asked: ExplainOptions, limits: Limits) -> None:
    if asked.device is not None:
        raise Refusal(
            "bad-input", f"the device {asked.device} was asked for", "Leave it out: who started the server chose one."
        )
    count = max(asked.steps or 1, 1) * max(asked.samples or 1, 1)
    if isinstance(asked, CompareParams):
        count *= len(asked.methods) * len(asked.targets)
    if isinstance(asked, ExplainParams) and asked.plan is not None:
        plan = asked.plan
        count = max(len(plan.points), len(plan.order), sum(step.count * step.points for step in plan.steps))
    if count > limits.evaluations:
        raise Refusal(
            "bad-input", f"{count} gradients were asked for", f"Ask for at most {limits.evaluations}: fewer steps."
        )


def _parts(value: Any) -> Iterator[object]:
    """The objects that parameters are made of."""
    if dataclasses.is_dataclass(value):
        yield value
        for field in dataclasses.fields(value):
            yield from _parts(getattr(value, field.name))
    elif isinstance(value, list):
        for item in value:
            yield from _parts(item)
