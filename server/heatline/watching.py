"""`heatline.watch(model)`: remembers what a model was called with, so that its predictions lead back to their samples.

Where the program's text does not say which model and sample made a prediction (it was made in another function, under
`torch.no_grad()`), a watched model does. Inputs and outputs are referred to weakly: watching keeps none of them alive.
"""

from __future__ import annotations

import sys
import weakref
from collections import deque
from dataclasses import dataclass
from types import FrameType, TracebackType
from typing import TYPE_CHECKING, Any

from .agent.references import Reference, reference

if TYPE_CHECKING:
    from torch import nn

MOST_CALLS = 64
"""Calls that are remembered; the oldest is forgotten beyond this."""


@dataclass
class Seen:
    """One call of a watched model, by weak references."""

    places: list[Reference]
    named: dict[str, Reference]
    outputs: dict[Any, Reference]
    """Key or place in the output -> tensor; None for an output that is one tensor."""


class Watch:
    """A watched model. `off` ends it and leaves no hook behind; so does the end of a `with` block."""

    def __init__(self, module: nn.Module) -> None:
        self.calls: deque[Seen] = deque(maxlen=MOST_CALLS)
        self._hook = module.register_forward_hook(self, with_kwargs=True)

    def off(self) -> None:
        """Stops watching."""
        self._hook.remove()
        self.calls.clear()

    def __enter__(self) -> Watch:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.off()

    def __call__(self, module: nn.Module, places: tuple[Any, ...], named: dict[str, Any], output: Any) -> None:
        """The forward hook."""
        if _is_ours():
            return
        try:
            self.calls.append(
                Seen(
                    [_weak(value) for value in places],
                    {name: _weak(value) for name, value in named.items()},
                    {key: weakref.ref(tensor) for key, tensor in _tensors(output)},
                )
            )
        except TypeError:  # an input that cannot be referred to weakly
            self.calls.append(Seen([], {}, {key: weakref.ref(tensor) for key, tensor in _tensors(output)}))

    def __deepcopy__(self, memo: dict[int, Any]) -> Watch:
        """A copy of a watched model is watched with it."""
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        """A watched model can be saved; what is loaded is not watched."""
        return (_unwatched, ())


def watch(model: Any) -> Watch:
    """Remembers what a model is called with from now on, until `off()` is called or the model is gone.

    Parameters
    ----------
    model : an `nn.Module`, or a `heatline.Model` of one.

    Raises
    ------
    TypeError
        If it is neither.

    Examples
    --------
    >>> import heatline, torch
    >>> net = torch.nn.Linear(2, 2)
    >>> with heatline.watch(net) as watched:
    ...     pred = net(torch.ones(1, 2))
    ...     len(watched.calls)
    1
    """
    module = getattr(model, "module", model) if type(model).__name__ == "Model" else model
    if not hasattr(module, "register_forward_hook"):
        raise TypeError(
            f"heatline.watch was given a {type(module).__name__}; give it an nn.Module, such as watch(model)"
        )
    return Watch(module)


def _weak(value: Any) -> Reference:
    return (lambda: value) if isinstance(value, (str, int, float, type(None))) else reference(value, lambda _: None)


def _tensors(output: Any) -> list[tuple[Any, Any]]:
    if hasattr(output, "grad_fn"):
        return [(None, output)]
    items = (
        output.items() if hasattr(output, "items") else enumerate(output) if isinstance(output, (tuple, list)) else []
    )
    return [(key, value) for key, value in items if hasattr(value, "grad_fn")]


def _is_ours() -> bool:
    """Whether heatline itself makes this call: explaining must not hide what the person did."""
    frame: FrameType | None = sys._getframe(2)
    while frame is not None:
        parts = frame.f_globals.get("__name__", "").split(".")
        if "attribution_core" in parts or ("heatline" in parts and "agent" in parts):
            return True
        frame = frame.f_back
    return False


def _unwatched() -> Any:
    return lambda *call: None
