"""What a bare module seems to read: inputs assumed from its first layer."""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor, nn

from ..errors import AttributionError, BadModel, BadSample
from ..inputs import Image, Inputs, Photo, Text, is_ready_tensor, open_photo
from .network import Network

IMAGENET_MEAN, IMAGENET_STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
USUAL_SIDES = (224, 227, 299, 32, 28, 64, 96, 128, 8)
"""Pixels; tried in this order on a network whose layers do not say what size they want."""
SMALL_SIDE = 64
"""A photo up to this size is taken as it is, if the network takes it."""


def input_kind(module: object) -> Literal["image", "text", "unknown"]:
    """What a module reads, as far as its first layer tells; nothing is run."""
    first = _first_layer(module)
    if isinstance(first, nn.Conv2d) or (isinstance(first, nn.Linear) and _square(module, first)):
        return "image"
    return "text" if isinstance(first, (nn.Embedding, nn.EmbeddingBag)) else "unknown"


def assumed_inputs(sample: object, network: Network) -> tuple[Inputs, object, list[str]]:
    """Inputs for a module that came without, the sample, and sentences that say what was assumed.

    Raises
    ------
    BadModel
        If the first layer does not say enough; the next step names what to write.
    """
    module = network.module
    first = _first_layer(module)
    if isinstance(first, (nn.Embedding, nn.EmbeddingBag)) or _are_ids(sample):
        if _are_ids(sample):
            return Text(), sample, ["The sample is a tensor of token ids; Text(vocabulary=...) would name its words."]
        raise BadModel(
            "the model reads token ids, and nothing says how a text becomes ids",
            "Write Model(module, inputs=Text(tokenizer=tokenizer)) or Text(vocabulary={'word': id, ...}).",
        )
    if is_ready_tensor(sample):
        return Image(channels=_channels(sample, first)), sample, []
    if isinstance(first, nn.Conv2d) or (isinstance(first, nn.Linear) and _square(module, first)):
        if isinstance(sample, str) and len(sample.split()) > 3:
            raise BadSample("the sample is a text, and the model reads images", "Give an image file.")
        photo = open_photo(sample)
        channels = first.in_channels if isinstance(first, nn.Conv2d) else (_square(module, first) or (1, 0))[0]
        return _assumed_image(network, first, channels, photo)
    raise BadModel(
        f"nothing says what {type(module).__name__} reads",
        "Write Model(module, inputs=Image(size=...)) or Model(module, inputs=Text(...)), or give a tensor.",
    )


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
    own = [photo.size] if max(photo.size) <= SMALL_SIDE else []
    for height, width in [*own, *((side, side) for side in USUAL_SIDES)]:
        try:
            network(torch.zeros(1, channels, height, width, dtype=network.dtype, device=network.device))
        except AttributionError:
            continue
        return height, width
    raise BadModel(
        "the model takes none of the usual image sizes", "Write Model(module, inputs=Image(size=(height, width)))."
    )


def _first_layer(module: object) -> nn.Module | None:
    """The first layer, in the order of registration, that says something about the inputs."""
    if not isinstance(module, nn.Module):
        return None
    telling = (nn.Conv1d, nn.Conv2d, nn.Conv3d, nn.Linear, nn.Embedding, nn.EmbeddingBag, nn.RNNBase)
    return next((part for part in module.modules() if isinstance(part, telling)), None)


def _square(module: object, first: nn.Linear) -> tuple[int, int] | None:
    """(channels, side) of the square picture that a linear layer after a Flatten seems to read."""
    if not isinstance(module, nn.Module) or not any(isinstance(part, nn.Flatten) for part in module.modules()):
        return None
    for channels in (1, 3):
        side = round((first.in_features / channels) ** 0.5)
        if side > 1 and channels * side * side == first.in_features:
            return channels, side
    return None


def _channels(sample: object, first: nn.Module | None) -> Literal["RGB", "L"]:
    if isinstance(first, nn.Conv2d):
        return "L" if first.in_channels == 1 else "RGB"
    return "L" if isinstance(sample, Tensor) and (sample.dim() == 2 or sample.shape[-3] == 1) else "RGB"


def _are_ids(sample: object) -> bool:
    """Whether a sample is a tensor of token ids rather than pixels: whole numbers, one row."""
    if not isinstance(sample, Tensor) or sample.is_floating_point() or sample.dtype in (torch.uint8, torch.bool):
        return False
    return sample.dim() == 1 or (sample.dim() == 2 and sample.shape[0] == 1)
