"""A call of a model that takes long is cut where it next calls torch, in its forward and in its backward pass.

The person's code ends as it would by Ctrl+C at that line; what was changed for the call is put back on the way
out. It is done by a `TorchFunctionMode`, which is local to the thread, and by hooks on the nodes of the graph that
is differentiated, which stay no longer than the backward pass. Nothing is cut within one operation of torch's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor
from torch.autograd.graph import Node
from torch.overrides import TorchFunctionMode


class Cut(KeyboardInterrupt):
    """The person wants it no more. No `Exception`, which models and engines may catch and go on."""


class Cuttable(TorchFunctionMode):
    """Raises `Cut` inside of it as soon as `unwanted()` is true."""

    def __init__(self, unwanted: Callable[[], bool]) -> None:
        super().__init__()
        self._unwanted = unwanted

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Iterable[type],
        args: tuple[Any, ...] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        self._look()
        if func is not torch.autograd.grad:
            return func(*args, **(kwargs or {}))
        with _hooked(args[0], self._look):
            return func(*args, **(kwargs or {}))

    def _look(self, *_: object) -> None:
        if self._unwanted():
            raise Cut


@contextmanager
def _hooked(outputs: Iterable[Tensor], hook: Callable[..., None]) -> Iterator[None]:
    """`hook` is called before each node of the outputs' graph is differentiated."""
    handles = [node.register_prehook(hook) for node in _nodes(outputs)]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


def _nodes(outputs: Iterable[Tensor]) -> list[Node]:
    """Of the graph, those that compute: a leaf, which has no further ones, only receives."""
    found: dict[Node, None] = {}
    waiting = [tensor.grad_fn for tensor in outputs]
    while waiting:
        node = waiting.pop()
        if node is None or node in found or not node.next_functions:
            continue
        found[node] = None
        waiting.extend(following for following, _ in node.next_functions)
    return list(found)
