"""What a bare module seems to read: inputs assumed from its first layer."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Literal

import torch
from torch import Tensor, nn

from ..errors import AttributionError, BadModel, BadSample
from ..inputs import Image, Inputs, Photo, Tabular, Tensors, Text, are_tensors, open_photo
from .foreign import column_names
from .network import Network
from .telling import example_size, first_layer

IMAGENET_MEAN, IMAGENET_STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
USUAL_SIDES = (224, 227, 299, 32, 28, 64, 96, 128, 8)
"""Pixels; tried in this order on a network whose layers do not say what size they want."""
SEQUENTIAL = (nn.RNNBase, nn.MultiheadAttention)
"""Layers whose samples are sequences: two axes, the first of which is no batch."""
SMALL_SIDE = 64
"""A photo up to this size is taken as it is, if the network takes it."""


def input_kind(module: object) -> Literal["image", "text", "tabular", "unknown"]:
    """What a module reads, as far as its first layer tells; nothing is run."""
    first = first_layer(module)
    if isinstance(first, nn.Conv2d) or (isinstance(first, nn.Linear) and _square(module, first)):
        return "image"
    if isinstance(first, nn.Linear) and not any(isinstance(part, SEQUENTIAL) for part in _parts(module)):
        return "tabular"
    return "text" if isinstance(first, (nn.Embedding, nn.EmbeddingBag)) else "unknown"


def assumed_inputs(sample: object, network: Network) -> tuple[Inputs, object, list[str]]:
    """Inputs for a module that came without, the sample, and sentences that say what was assumed.

    Raises
    ------
    BadModel
        If the first layer does not say enough; the next step names what to write.
    """
    module = network.module
    first = first_layer(module)
    if _are_ids(sample):
        return Text(), sample, ["The sample is a tensor of token ids; Text(vocabulary=...) would name its words."]
    if not isinstance(sample, Tensor) and are_tensors(sample):
        return (Text() if _is_encoding(sample) else Tensors()), sample, []
    if isinstance(first, (nn.Embedding, nn.EmbeddingBag)) and not isinstance(sample, Tensor):
        raise BadModel(
            "the model reads token ids, and nothing says how a text becomes ids",
            "Write Model(module, inputs=Text(tokenizer=tokenizer)) or Text(vocabulary={'word': id, ...}).",
        )
    if isinstance(sample, Tensor) and sample.is_floating_point():
        inputs = _for_tensor(sample, first, module)
        lacks_batch = isinstance(inputs, Tensors) and sample.dim() == _axes(first)
        return inputs, sample[None] if lacks_batch else sample, []
    if _is_row(sample) and (first is None or isinstance(first, nn.Linear)):
        return Tabular(columns=column_names(module)), sample, []
    if isinstance(first, nn.Conv2d) or (isinstance(first, nn.Linear) and _square(module, first)):
        photo = open_photo(sample)
        channels = first.in_channels if isinstance(first, nn.Conv2d) else (_square(module, first) or (1, 0))[0]
        return _assumed_image(network, first, channels, photo)
    raise BadModel(
        f"nothing says what {type(module).__name__} reads",
        "Write Model(module, inputs=Image(size=...)), Text(...) or Tabular(columns=[...]), or give a tensor.",
    )


def _for_tensor(sample: Tensor, first: nn.Module | None, module: object) -> Inputs:
    """Inputs for a tensor of floats: a row of a table, an image, or neither."""
    alone = sample.dim() == 1 or (sample.dim() == 2 and sample.shape[0] == 1)
    if alone and (first is None or isinstance(first, nn.Linear)):
        return Tabular(columns=column_names(module))
    flat = isinstance(first, nn.Linear) and not any(isinstance(part, nn.Flatten) for part in _parts(module))
    if flat and sample.dim() == 2 and not any(isinstance(part, SEQUENTIAL) for part in _parts(module)):
        raise BadSample(f"a batch of {len(sample)} rows was given", "Pick one: batch[0].")
    channels = 1 if sample.dim() == 2 else sample.shape[-3] if sample.dim() in (3, 4) else 0
    wanted = first.in_channels if isinstance(first, nn.Conv2d) else None
    if isinstance(first, (nn.Conv1d, nn.Conv3d, nn.RNNBase)) or channels not in (1, 3) or wanted not in (None, 1, 3):
        return Tensors()
    if flat and sample.dim() == 3:
        return Tensors()
    return Image(channels="L" if (wanted or channels) == 1 else "RGB")


def _axes(first: nn.Module | None) -> int | None:
    """Axes of one sample of a layer, where that is known."""
    kinds = ((nn.Conv1d, 2), (nn.RNNBase, 2), (nn.Conv2d, 3), (nn.Conv3d, 4))
    return next((axes for kind, axes in kinds if isinstance(first, kind)), None)


def _assumed_image(network: Network, first: nn.Module, channels: int, photo: Photo) -> tuple[Inputs, Photo, list[str]]:
    if channels not in (1, 3):
        raise BadModel(
            f"the model's first layer takes {channels} channels, and a photo has 1 or 3",
            "Give a tensor of the right shape as the sample.",
        )
    side = _accepted_side(network, channels, photo)
    if channels == 1:
        image = Image(size=side, channels="L")
        said = "grey values divided by 255"
    else:
        image = Image(size=side, mean=IMAGENET_MEAN, std=IMAGENET_STD)
        said = "RGB normalised with ImageNet's mean and deviation"
    return image, photo, [f"Assumed: {side[0]}x{side[1]} pixels, {said}. Say otherwise with Image(...)."]


def _accepted_side(network: Network, channels: int, photo: Photo) -> tuple[int, int]:
    """The first size that the network takes."""
    known = example_size(network.module)
    own = [known] if known is not None else [photo.size] if max(photo.size) <= SMALL_SIDE else []
    for height, width in [*own, *((side, side) for side in USUAL_SIDES)]:
        try:
            network(torch.zeros(1, channels, height, width, dtype=network.dtype, device=network.device))
        except AttributionError:
            continue
        return height, width
    raise BadModel(
        "the model takes none of the usual image sizes", "Write Model(module, inputs=Image(size=(height, width)))."
    )


def _square(module: object, first: nn.Linear) -> tuple[int, int] | None:
    """(channels, side) of the square picture that a linear layer after a Flatten seems to read."""
    if not isinstance(module, nn.Module) or not any(isinstance(part, nn.Flatten) for part in module.modules()):
        return None
    for channels in (1, 3):
        side = round((first.in_features / channels) ** 0.5)
        if side > 1 and channels * side * side == first.in_features:
            return channels, side
    return None


def _parts(module: object) -> list[nn.Module]:
    return list(module.modules()) if isinstance(module, nn.Module) else []


def _is_encoding(sample: object) -> bool:
    """Whether a sample is what a tokenizer gave: token ids and what belongs to them, all of it whole numbers."""
    if not isinstance(sample, Mapping) or "input_ids" not in sample:
        return False
    return not any(isinstance(value, Tensor) and value.is_floating_point() for value in sample.values())


def _is_row(sample: object) -> bool:
    """Whether a sample is a row of a table: a mapping or a sequence of numbers, an array with one axis."""
    numpy = sys.modules.get("numpy")
    if numpy is not None and isinstance(sample, numpy.ndarray):
        return bool(sample.ndim == 1 or (sample.ndim == 2 and sample.shape[0] == 1))
    if isinstance(sample, Mapping) or hasattr(sample, "to_dict"):
        return True
    return isinstance(sample, (list, tuple)) and all(isinstance(value, (int, float, str)) for value in sample)


def _are_ids(sample: object) -> bool:
    """Whether a sample is a tensor of token ids rather than pixels: whole numbers, one row."""
    if not isinstance(sample, Tensor) or sample.is_floating_point() or sample.dtype in (torch.uint8, torch.bool):
        return False
    return sample.dim() == 1 or (sample.dim() == 2 and sample.shape[0] == 1)
