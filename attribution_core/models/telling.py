"""The layer of a module that says what it reads; of modules in files, what is known of it."""

from __future__ import annotations

import torch
from torch import Tensor, nn

TELLING = (nn.Conv1d, nn.Conv2d, nn.Conv3d, nn.Linear, nn.Embedding, nn.EmbeddingBag, nn.RNNBase)


def first_layer(module: object) -> nn.Module | None:
    """The first layer, in the order of registration, that says something about the inputs.

    Of TorchScript and torch.export it is a stand-in with the same number of channels or features.
    """
    if not isinstance(module, nn.Module):
        return None
    example = _example(module)
    if example is not None:
        return _reading(example)
    for part in module.modules():
        found = _of_script(part) if isinstance(part, torch.jit.ScriptModule) else part
        if isinstance(found, TELLING):
            return found
    return None


def example_size(module: object) -> tuple[int, int] | None:
    """(height, width) of the images that a module of torch.export was made for, as far as they are fixed."""
    example = _example(module)
    if example is None or example.dim() != 4:
        return None
    height, width = example.shape[2:]
    return (height, width) if type(height) is int and type(width) is int else None


def _example(module: object) -> Tensor | None:
    """What a module of torch.export was exported with, as a tensor without values; None for other modules, and where
    it takes several."""
    if not isinstance(module, torch.fx.GraphModule):
        return None
    examples = [node.meta.get("val") for node in module.graph.nodes if node.op == "placeholder"]
    return examples[0] if len(examples) == 1 and isinstance(examples[0], Tensor) else None


def _of_script(part: torch.jit.ScriptModule) -> nn.Module | None:
    """A scripted layer as one that was not: it keeps its name and its weights."""
    weight = getattr(part, "weight", None)
    if not isinstance(weight, Tensor) or weight.dim() < 2:
        return None
    rows, columns = int(weight.shape[0]), int(weight.shape[1])
    name = part.original_name
    if name in ("Conv1d", "Conv2d", "Conv3d"):
        made: nn.Module = getattr(nn, name)(columns, 1, 1, device="meta")
        return made
    if name == "Linear":
        return nn.Linear(columns, 1, device="meta")
    return nn.Embedding(rows, columns, device="meta") if name in ("Embedding", "EmbeddingBag") else None


def _reading(example: Tensor) -> nn.Module | None:
    """A layer that reads such an input."""
    width = example.shape[1] if example.dim() > 1 else None
    if type(width) is not int:
        return None
    if not example.is_floating_point():
        return nn.Embedding(1, 1, device="meta") if example.dim() == 2 else None
    if example.dim() == 2:
        return nn.Linear(width, 1, device="meta")
    return nn.Conv2d(width, 1, 1, device="meta") if example.dim() == 4 else None
