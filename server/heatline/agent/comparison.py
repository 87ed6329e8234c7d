"""A prediction's value against the same computed again: what it says about where the value came from."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import torch
from torch import Tensor

from ..protocol import Agreement, OutputValue
from .graph import Reached
from .recompute import Call, Step, agree

MOST_VALUES = 5
_USUAL: list[Step] = [
    lambda output: output,
    lambda output: output.softmax(-1),
    lambda output: output.log_softmax(-1),
    lambda output: output.sigmoid(),
]
_HALVES = (torch.float16, torch.bfloat16)


def comparing(
    found: Tensor, call: Call, reached: Reached, autocast: bool, by_graph: bool
) -> Generator[None, None, tuple[Agreement, Any]]:
    """Train mode and autocast are tried before anybody is told that something has changed.

    Yields before each call of the model, so that a paused program stays responsive; returns the agreement, and the
    value in evaluation mode.

    Parameters
    ----------
    found : what the variable holds.
    autocast : whether the text says that the call stood under autocast.
    by_graph : what was done with the model's output is not known; what is usually done is tried.
    """
    steps = _USUAL if by_graph else _USUAL[:1]
    half = _half_from_whole(found, call)
    yield
    plain = call.again()
    step = _reaching(found, plain, steps)
    if step is not None and not half:
        return "same", step(plain)
    if autocast or half:
        yield
        cast = found.dtype if half else torch.bfloat16
        step = _reaching(found, call.again(autocast=cast), steps)
        if step is not None:
            return "autocast", step(plain)
    if call.depends_on_batch:
        yield
        step = _reaching(found, call.again(train=True), steps)
        if step is not None:
            return "train-mode", step(plain)
    training = reached.train_mode or any(part.training for part in call.module.modules())
    untold = (call.draws and training) or (by_graph and not reached.changed)
    return ("unknown" if untold else "changed"), plain


def _reaching(found: Tensor, output: Any, steps: list[Step]) -> Step | None:
    """The step that makes the prediction of a model's output."""
    for step in steps:
        try:
            if agree(found, step(output)):
                return step
        except (RuntimeError, IndexError, TypeError, AttributeError):
            continue
    return None


def _half_from_whole(found: Tensor, call: Call) -> bool:
    """A result of half precision from a model of full precision: it came from autocast."""
    parameter = next(call.module.parameters(), None)
    return found.dtype in _HALVES and parameter is not None and parameter.dtype not in _HALVES


def message_of(
    agreement: Agreement, name: str, model: str, sample: str, changed: str | None, found: Tensor, by_graph: bool
) -> str:
    """The agreement as a sentence."""
    why = "what was done with the model's output is not known" if by_graph else "it came from train mode with dropout"
    if agreement == "same":
        return f"{name} is what {model} gives for {sample}."
    if agreement == "train-mode":
        return f"{name} came from train mode; explanations are computed in evaluation mode, whose values differ."
    if agreement == "autocast":
        precision = f" ({str(found.dtype).removeprefix('torch.')})" if found.dtype in _HALVES else ""
        return f"{name} came from autocast{precision}; explanations are computed in full precision."
    if agreement == "unknown":
        return f"{name} cannot be computed again: {why}. Whether {sample} has changed since cannot be told."
    if changed is not None:
        return f"{changed} has changed since {name} was computed."
    return f"{sample}, or {model}, has changed since {name} was computed."


def values_of(found: Tensor, again: Tensor | None, index: int, batch: int | None, labels: Any) -> list[OutputValue]:
    """The largest numbers of one entry, beside the recomputed ones."""
    if again is None or again.shape != found.shape or not found.numel():
        return []
    rows = found.dim() > 1 or (batch is not None and found.shape[:1] == (batch,))
    if rows and index >= len(found):
        return []
    mine, now = (found[index], again[index]) if rows else (found, again)
    mine, now = mine.flatten().double().cpu(), now.flatten().double().cpu()
    if not bool(torch.isfinite(torch.stack([mine, now])).all()):
        return []
    whole = not found.is_floating_point()
    top = mine.topk(min(MOST_VALUES, len(mine))).indices.tolist()
    return [
        OutputValue(i, _label(labels, int(mine[i]) if whole and len(mine) == 1 else i), float(mine[i]), float(now[i]))
        for i in top
    ]


def _label(labels: Any, index: int) -> str:
    try:
        return str(labels[index])
    except (TypeError, LookupError):
        return ""
