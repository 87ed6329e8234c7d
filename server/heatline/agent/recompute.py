"""A call of a person's model made again, and its result held against the one that they have."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from attribution_core.models.undisturbed import stand_ins_for_buffers, undisturbed

Step = Callable[[Any], Any]

_BY_BATCH = (nn.modules.batchnorm._BatchNorm, nn.modules.instancenorm._InstanceNorm)
_RANDOM = (nn.modules.dropout._DropoutNd, nn.RReLU)


@dataclass
class Call:
    """A call of a module, and what was done with its output until it was the prediction."""

    module: nn.Module
    places: list[Any]
    named: dict[str, Any]
    steps: list[Step]

    def again(self, train: bool = False, autocast: torch.dtype | None = None) -> Any:
        """The prediction as it is now: in evaluation mode, or as in training or under autocast.

        Nothing of the person's is changed: buffers are stood in for, and random numbers put back.
        """
        parameter = next(self.module.parameters(), None)
        device = torch.device("cpu") if parameter is None else parameter.device
        training = {part: part.training for part in self.module.modules()}
        with ExitStack() as stack:
            stack.enter_context(undisturbed(self.module, device, stand_ins_for_buffers(self.module), 0))
            if train:
                stack.enter_context(_as_in_training(self.module, training))
            if autocast is not None:
                stack.enter_context(torch.autocast(device.type, autocast))
            output = self.module(*self.places, **self.named)
            for step in self.steps:
                output = step(output)
        return output

    @property
    def depends_on_batch(self) -> bool:
        """In train mode a layer takes its statistics from the batch; that can be repeated."""
        return any(isinstance(part, _BY_BATCH) for part in self.module.modules())

    @property
    def draws(self) -> bool:
        """In train mode a layer draws random numbers; that cannot be repeated."""
        parts = list(self.module.modules())
        rates = [getattr(part, "dropout", 0) for part in parts if isinstance(part, (nn.RNNBase, nn.MultiheadAttention))]
        return any(isinstance(part, _RANDOM) and getattr(part, "p", 1) for part in parts) or any(rates)


@contextmanager
def _as_in_training(module: nn.Module, before: dict[nn.Module, bool]) -> Iterator[None]:
    """Train mode as the person had it; all layers, where they have switched to evaluation since."""
    switched = not any(before.values())
    for part in module.modules():
        part.training = switched or before[part]
    try:
        yield
    finally:
        for part in module.modules():
            part.training = False


def as_tensor(value: Any) -> Tensor | None:
    """A prediction's numbers; None for what has none."""
    if isinstance(value, Tensor):
        return value.detach()
    if type(value) in (int, float, bool, list, tuple) or type(value).__module__ == "numpy":
        try:
            return torch.as_tensor(value)
        except (TypeError, ValueError, RuntimeError):
            return None
    return None


def agree(found: Tensor, again: Any) -> bool:
    """Whether two results are the same but for rounding, which is coarser in half precision."""
    other = as_tensor(again)
    if other is None or other.shape != found.shape:
        return False
    if not found.is_floating_point():
        return bool(torch.equal(found.cpu(), other.cpu().to(found.dtype)))
    half = {torch.float16, torch.bfloat16} & {found.dtype, other.dtype}
    tolerance = 2e-2 if half else 1e-4
    a, b = found.cpu().double(), other.cpu().double()
    scale = float(b.abs().max()) if b.numel() else 0.0
    return bool(torch.allclose(a, b, rtol=tolerance, atol=tolerance * scale * 0.1 + 1e-9, equal_nan=True))
