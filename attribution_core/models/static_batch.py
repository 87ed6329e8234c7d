"""Modules that were exported for batches of one size only."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from ..target import class_outputs


class InBatchesOf:
    """A module that takes batches of one size as a function that takes any: cut into such batches, the last filled up.

    Parameters
    ----------
    size : of the batches that the module takes.
    """

    def __init__(self, module: Callable[..., Any], size: int) -> None:
        self.module = module
        self.size = size

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        rows = len(next(value for value in (*arguments, *named.values()) if isinstance(value, Tensor) and value.dim()))
        if rows == self.size:
            return self.module(*arguments, **named)
        outputs = []
        for start in range(0, rows, self.size):
            part = [self._part(value, start) for value in arguments]
            found = self.module(*part, **{name: self._part(value, start) for name, value in named.items()})
            outputs.append(class_outputs(found))
        return torch.cat(outputs)[:rows]

    def _part(self, value: Any, start: int) -> Any:
        if not isinstance(value, Tensor) or not value.dim():
            return value
        part = value[start : start + self.size]
        lacking = self.size - len(part)
        return torch.cat([part, part[-1:].expand(lacking, *part.shape[1:])]) if lacking else part


def static_batch(module: object) -> int | None:
    """The batch size that a module of torch.export was made for, as far as it is fixed."""
    if not isinstance(module, torch.fx.GraphModule):
        return None
    for node in module.graph.nodes:
        example = node.meta.get("val")
        if node.op == "placeholder" and isinstance(example, Tensor) and example.dim():
            size = example.shape[0]
            return size if type(size) is int else None
    return None
