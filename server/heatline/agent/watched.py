"""What `heatline.watch` has seen, read by the agent: the two may be of different copies of this package."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from .looking import item
from .recompute import Step


@dataclass
class WatchedCall:
    """A call whose inputs are still alive."""

    places: list[Any]
    named: dict[str, Any]
    steps: list[Step]
    """From the output to the prediction."""


def watched_calls(module: Any, prediction: Any) -> Iterator[WatchedCall]:
    """The calls of a watched module that gave the prediction, by identity."""
    for hook in list(module._forward_hooks.values()):
        if type(hook).__name__ != "Watch" or "heatline" not in type(hook).__module__.split("."):
            continue
        for seen in reversed(hook.calls):
            for key, output in seen.outputs.items():
                if output() is not prediction:
                    continue
                places = [made() for made in seen.places]
                named = {name: made() for name, made in seen.named.items()}
                if places or named:
                    yield WatchedCall(places, named, [] if key is None else [_picking(key)])


def _picking(key: Any) -> Step:
    return lambda output: item(output, key)
