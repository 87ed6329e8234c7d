"""Images: from a photo to a network's input, and back from its attributions to the photo."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, TypeGuard

import torch
from torch import Tensor
from torch.nn import functional

from ..attribution import Attribution, ImageAttribution, Region
from ..blur import gaussian_blur
from ..engine import Point
from ..errors import BadBaseline, BadSample
from .photo import Photo, open_photo
from .prepared import Function, Prepared, finite, fitted_baseline, uniform

LUMA = (0.299, 0.587, 0.114)
"""Shares of red, green and blue in grey (ITU-R BT.601)."""
LEVELS = {"black": 0.0, "grey": 127.5, "gray": 127.5, "white": 255.0}
"""Baselines of one pixel value."""
BLUR = 0.1
"""Deviation of the `blurred` baseline's Gaussian, as a share of the longer side."""


@dataclass(frozen=True)
class Image:
    """How photos become a network's input: (pixels * scale - mean) / std, channel by channel.

    Parameters
    ----------
    size : pixels of a side, or (height, width); the photo's own size when left out.
    channels : the order in which the network takes them; `L` is grey.
    scale : what pixels, from 0 to 255, are multiplied by.
    mean, std : subtracted and divided by afterwards; one number, or one per channel in the network's order.
    crop : left out, the whole photo is squeezed to `size`. Otherwise the photo keeps its aspect ratio, and the central
        part is taken: of the shorter side this share (0.875 is torchvision's resize to 256 and crop of 224).

    Examples
    --------
    >>> imagenet = Image(size=224, crop=0.875, mean=(0.485, 0.456, 0.406), std=(0.229, 0.224, 0.225))
    """

    size: int | tuple[int, int] | None = None
    channels: Literal["RGB", "BGR", "L"] = "RGB"
    scale: float = 1 / 255
    mean: float | Sequence[float] = 0.0
    std: float | Sequence[float] = 1.0
    crop: float | None = None

    def __post_init__(self) -> None:
        if self.channels not in ("RGB", "BGR", "L"):
            raise BadSample(f"Image(channels='{self.channels}') is unknown", "Choose RGB, BGR or L.")
        for name, values in (("mean", self.mean), ("std", self.std)):
            try:
                count = _column(values).numel()
            except (TypeError, ValueError):
                raise BadSample(f"Image({name}={values!r}) is no number", "Give one, or one per channel.") from None
            if count not in (1, self._count):
                raise BadSample(f"Image({name}=...) has {count} values for {self._count} channels", "Give one each.")
        if self.crop is not None and (self.size is None or not 0 < self.crop <= 1):
            raise BadSample(f"Image(crop={self.crop}) needs a size, and lies between 0 and 1", "0.875 is usual.")

    @property
    def centred(self) -> bool:
        """Whether a mean is subtracted."""
        means = [self.mean] if isinstance(self.mean, (int, float)) else self.mean
        return any(mean != 0 for mean in means)

    @property
    def _count(self) -> int:
        return 1 if self.channels == "L" else 3

    def prepare(self, sample: object, network: Function) -> ImageSample:
        """See `Inputs.prepare`. Tensors of floats are taken as the network's own input, already preprocessed."""
        if is_ready_tensor(sample):
            return self._ready(sample, network)
        photo = open_photo(sample)
        features, region = self.features(photo, network)
        return self._sample(photo.name, features, photo.shown(), region, list(photo.notes), network)

    def constant(self, level: float | Sequence[float]) -> Tensor:
        """What a pixel of one level, from 0 to 255, or of one colour (red, green, blue) is to the network:
        (channels, 1, 1)."""
        levels = [level] if isinstance(level, (int, float)) else list(level)
        return self._normalised(torch.tensor(levels, dtype=torch.float64, device="cpu")[:, None, None])

    def features(self, photo: Photo, network: Function) -> tuple[Tensor, Region]:
        """A photo as the network's input, (channels, height, width), and the part of the photo that it shows."""
        resized, region = self._resized(photo)
        return self._normalised(resized).to(network.device, network.dtype or torch.float32), region

    def _ready(self, tensor: Tensor, network: Function) -> ImageSample:
        if tensor.dim() == 4 and tensor.shape[0] != 1:
            raise BadSample(f"a batch of {tensor.shape[0]} samples was given", "Pick one: batch[0].")
        features = tensor.detach().to(network.device, network.dtype or tensor.dtype).clone()
        features = features[0] if features.dim() == 4 else features[None] if features.dim() == 2 else features
        if features.shape[0] != self._count:
            raise BadSample(
                f"a tensor of shape {tuple(tensor.shape)} has {features.shape[0]} channels, and the model takes "
                f"{self._count}",
                "Give (channels, height, width).",
            )
        name = f"tensor {'x'.join(str(side) for side in tensor.shape)}"
        photo, notes = self._shown(finite(features).cpu().double())
        return self._sample(name, features, photo, (0.0, 0.0, 1.0, 1.0), notes, network)

    def _sample(
        self, name: str, features: Tensor, photo: Tensor, region: Region, notes: list[str], network: Function
    ) -> ImageSample:
        outputs = network(features[None])
        return ImageSample(name, (features,), outputs, notes, photo, region, self, network)

    def _resized(self, photo: Photo) -> tuple[Tensor, Region]:
        """Pixels at the network's size, and the part of the photo that they show."""
        if self.size is None:
            return photo.pixels, (0.0, 0.0, 1.0, 1.0)
        height, width = (self.size, self.size) if isinstance(self.size, int) else self.size
        if self.crop is None:
            return _resize(photo.pixels, height, width), (0.0, 0.0, 1.0, 1.0)
        tall, wide = photo.size
        zoom = max(height / tall, width / wide) / self.crop
        tall, wide = max(height, round(tall * zoom)), max(width, round(wide * zoom))
        top, left = round((tall - height) / 2), round((wide - width) / 2)
        pixels = _resize(photo.pixels, tall, wide)[:, top : top + height, left : left + width]
        return pixels, (left / wide, top / tall, (left + width) / wide, (top + height) / tall)

    def _normalised(self, pixels: Tensor) -> Tensor:
        values = pixels.double()
        if self.channels == "L" and values.shape[0] == 3:
            values = (values * torch.tensor(LUMA, dtype=torch.float64, device="cpu")[:, None, None]).sum(
                0, keepdim=True
            )
        elif self.channels != "L":
            values = values.expand(3, -1, -1)
        if self.channels == "BGR":
            values = values.flip(0)
        return (values * self.scale - _column(self.mean)) / _column(self.std)

    def _shown(self, features: Tensor) -> tuple[Tensor, list[str]]:
        """A photo of a ready input, (height, width, 3) uint8: the preprocessing undone, or stretched to fit."""
        notes = []
        pixels = (features * _column(self.std) + _column(self.mean)) / self.scale
        if float(pixels.min()) < -16 or float(pixels.max()) > 271:
            low, high = float(features.min()), float(features.max())
            pixels = (features - low) / ((high - low) or 1.0) * 255
            notes.append("The photo is the input tensor, stretched to the range of a screen.")
        if self.channels == "BGR":
            pixels = pixels.flip(0)
        return Photo(pixels, "").shown(), notes


@dataclass
class ImageSample(Prepared):
    """A photo, ready for a network. `features` holds one tensor, (channels, height, width)."""

    name: str
    features: Point
    outputs: Tensor
    notes: list[str]
    photo: Tensor
    region: Region
    image: Image
    network: Function
    kind: str = field(default="image", init=False)

    def function(self, points: Point) -> Tensor:
        return self.network(*points)

    def baseline(self, choice: object) -> tuple[str, Point]:
        features = self.features[0]
        if isinstance(choice, Tensor):
            return "tensor", (fitted_baseline(choice, features),)
        name = "black" if choice is None else choice
        if name == "zero":
            return "zero", (torch.zeros_like(features),)
        if name == "blurred":
            return "blurred", (gaussian_blur(features, BLUR * max(features.shape[1:])),)
        if name == "noise":
            return "noise", self.noise(self.network.seed)
        if name == "mean" and self.image.centred:
            # What is subtracted from every pixel is, by custom, the mean of the data set.
            return "mean colour", (torch.zeros_like(features),)
        level = _level(name)
        if level is None:
            raise _no_baseline(choice)
        said = (
            name
            if isinstance(name, str) and name in LEVELS
            else "colour"
            if isinstance(level, list)
            else f"level {level:g}"
        )
        return str(said), (self.image.constant(level).to(features).expand_as(features).contiguous(),)

    def like(self, other: object) -> Point:
        own = self.features[0]
        if is_ready_tensor(other):
            return (fitted_baseline(finite(other.detach()), own),)
        image = replace(self.image, size=(int(own.shape[1]), int(own.shape[2])))
        return (image.features(open_photo(other), self.network)[0],)

    def noise(self, seed: int) -> Point:
        """Every channel of every pixel between black and white."""
        black, white = self.image.constant(0), self.image.constant(255)
        return (uniform(black, white, self.features[0], seed),)

    def map_of(self, attributions: Point) -> Tensor:
        return attributions[0].sum(0)

    def attribution(self, computed: Attribution, attributions: Point) -> Attribution:
        return ImageAttribution.of(computed, photo=self.photo, region=self.region)


def is_ready_tensor(sample: object) -> TypeGuard[Tensor]:
    """Whether a sample is a network's input already: a tensor of floats, 2 to 4 dimensions."""
    return isinstance(sample, Tensor) and sample.is_floating_point() and 2 <= sample.dim() <= 4


def _resize(pixels: Tensor, height: int, width: int) -> Tensor:
    """Bilinear with antialiasing, as Pillow does it."""
    if pixels.shape[1:] == (height, width):
        return pixels
    return functional.interpolate(pixels[None], (height, width), mode="bilinear", antialias=True)[0]


def _level(choice: object) -> float | list[float] | None:
    """A level or a colour that was given by its name or by numbers from 0 to 255."""
    if isinstance(choice, str):
        choice = LEVELS.get(choice, choice)
    numbers: Sequence[Any] = choice if isinstance(choice, (list, tuple)) else [choice]
    try:
        levels = [float(number) for number in numbers]
    except (TypeError, ValueError):
        return None
    if len(levels) not in (1, 3) or not all(0 <= level <= 255 for level in levels):
        return None
    return levels[0] if len(levels) == 1 else levels


def _no_baseline(choice: object) -> BadBaseline:
    named = f"'{choice}'" if isinstance(choice, (str, int, float)) else f"of type {type(choice).__name__}"
    return BadBaseline(
        f"there is no baseline {named} for an image",
        f"Choose one of {', '.join(LEVELS)}, zero, blurred, noise, a level from 0 to 255, or a Baseline.",
    )


def _column(values: float | Sequence[float]) -> Tensor:
    numbers = [values] if isinstance(values, (int, float)) else list(values)
    return torch.tensor(numbers, dtype=torch.float64, device="cpu")[:, None, None]
