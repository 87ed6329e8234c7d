"""A prediction's value against the same computed again: what it says about where the value came from."""

from __future__ import annotations

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


def agreement_of(found: Tensor, again: Any, call: Call, reached: Reached, autocast: bool) -> Agreement:
    """Train mode and autocast are tried before anybody is told that something has changed.

    Parameters
    ----------
    found : what the variable holds.
    again : the same, computed in evaluation mode.
    autocast : whether the text says that the call stood under autocast.
    """
    if agree(found, again) and not _half_from_whole(found, call):
        return "same"
    cast = found.dtype if found.dtype in _HALVES else torch.bfloat16
    if (autocast or _half_from_whole(found, call)) and agree(found, call.again(autocast=cast)):
        return "autocast"
    if call.depends_on_batch and agree(found, call.again(train=True)):
        return "train-mode"
    if call.draws and (reached.train_mode or any(part.training for part in call.module.modules())):
        return "unknown"
    return "changed"


def by_graph(found: Tensor, call: Call, reached: Reached) -> tuple[Agreement, Any]:
    """The agreement where only the graph is known, and the value that was held against: what is usually done with
    a model's output is tried."""
    output = call.again()
    for step in _USUAL:
        try:
            again = step(output)
        except (RuntimeError, IndexError, TypeError, AttributeError):
            continue
        if agree(found, again):
            return "same", again
    for step in _USUAL:
        stepwise = Call(call.module, call.places, call.named, [step])
        try:
            agreement = agreement_of(found, step(output), stepwise, reached, False)
        except (RuntimeError, IndexError, TypeError, AttributeError):
            continue
        if agreement in ("train-mode", "autocast"):
            return agreement, step(output)
    return ("changed" if reached.changed else "unknown"), output


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
