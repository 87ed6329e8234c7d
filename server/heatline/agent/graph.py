"""What a tensor's autograd graph leads back to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

MOST_NODES = 200_000
_SAVED_INPUTS = ("_saved_input", "_saved_self", "_saved_mat1", "_saved_mat2", "_saved_indices", "_saved_weight")


@dataclass
class Reached:
    """The tensors at the ends of a graph."""

    parameters: set[int] = field(default_factory=set)
    """`id`s of the leaves that gradients are accumulated for."""
    memory: set[int] = field(default_factory=set)
    """Addresses of the storages of inputs that the graph has kept for its backward."""
    train_mode: bool = False
    """A layer of it computed as in training: batch statistics, or dropout."""
    changed: bool = False
    """An input that it kept was changed in place since."""


def reached_from(output: Any) -> Reached:
    """Walks the graph of a tensor; nothing of it is changed, and nothing is kept."""
    found = Reached()
    for node in _nodes(output.grad_fn):
        variable = getattr(node, "variable", None)
        if variable is not None:
            found.parameters.add(id(variable))
        if getattr(node, "_saved_training", False) is True or type(node).__name__.startswith("NativeDropout"):
            found.train_mode = True
        for name in _SAVED_INPUTS:
            if not hasattr(type(node), name):
                continue
            try:
                saved = getattr(node, name)
                if saved is not None:
                    found.memory.add(saved.untyped_storage().data_ptr())
            except RuntimeError as error:  # its backward ran, or the input was changed in place
                found.changed |= "inplace" in str(error)
    return found


def _nodes(start: Any) -> Iterator[Any]:
    waiting = [start]
    seen: set[Any] = set()
    while waiting and len(seen) < MOST_NODES:
        node = waiting.pop()
        if node is None or node in seen:
            continue
        seen.add(node)
        yield node
        waiting += [following for following, _ in node.next_functions]
