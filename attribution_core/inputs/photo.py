"""Opening photos: whatever is in the file, upright pixels come out, or one clear line."""

from __future__ import annotations

import io
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from ..beside import without_warnings
from ..errors import BadSample

if TYPE_CHECKING:
    from PIL.Image import Image as Picture

FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "PPM")
"""What is read from bytes."""
LONGEST_NAME, LONGEST_PATH = 255, 4096
"""Characters that a file's name and its path may have, on all usual systems."""
SHOWN = 60
"""Characters of a text in an error."""


@dataclass(frozen=True)
class Photo:
    """Upright pixels.

    Attributes
    ----------
    pixels : (channels, height, width), 1 or 3 channels (RGB), uint8 or floats from 0 to 255.
    """

    pixels: Tensor
    name: str
    notes: list[str] = field(default_factory=list)

    @property
    def size(self) -> tuple[int, int]:
        """(height, width)"""
        return int(self.pixels.shape[1]), int(self.pixels.shape[2])

    def shown(self) -> Tensor:
        """uint8, (height, width, 3): what a screen shows."""
        pixels = self.pixels if self.pixels.dtype == torch.uint8 else self.pixels.round().clamp(0, 255).to(torch.uint8)
        return pixels.expand(3, -1, -1).permute(1, 2, 0).contiguous()


def open_photo(sample: object) -> Photo:
    """A photo from a path, a PIL image, a numpy array or a tensor of bytes.

    Parameters
    ----------
    sample : arrays are of shape (height, width) or (height, width, 1, 3 or 4); tensors also (channels, height,
        width). Whole numbers go from 0 to 255; so do floats, unless none is above 1: then from 0 to 1.

    Raises
    ------
    BadSample
        If there are no pixels to be had from it.
    """
    if isinstance(sample, Photo):
        return sample
    if isinstance(sample, (str, os.PathLike)):
        return _open_file(Path(os.fspath(sample)).expanduser())
    pil = sys.modules.get("PIL.Image")
    if pil is not None and isinstance(sample, pil.Image):
        return _from_picture(sample, Path(getattr(sample, "filename", "") or "").name or "picture")
    numpy = sys.modules.get("numpy")
    if numpy is not None and isinstance(sample, numpy.ndarray):
        return _from_array(_tensor(numpy, sample), "array")
    if isinstance(sample, Tensor):
        return _from_array(sample.detach().cpu(), "tensor")
    raise BadSample(
        f"a sample of type {type(sample).__name__} is not an image",
        "Give a path, a PIL image, an array or a tensor.",
    )


def _open_file(path: Path) -> Photo:
    try:
        from PIL import Image
    except ImportError:
        raise _no_pillow(path.name) from None
    if not _exists(path):
        raise _no_file(path)
    if path.is_dir():
        raise BadSample(f"{path} is a folder", "Give one image file.")
    if path.stat().st_size == 0:
        raise BadSample(f"{path.name} is empty", "Give an image file.")
    with _reading(path.name), without_warnings(Image.DecompressionBombWarning), Image.open(path) as picture:
        return _from_picture(picture, path.name)


def read_photo(data: bytes, name: str) -> Photo:
    """A photo from the bytes of a file that somebody else sent.

    Parameters
    ----------
    name : what a person calls it.

    Raises
    ------
    BadSample
        If the bytes are no image of a usual format. Only `FORMATS` are tried: some that Pillow knows start programs.
    """
    try:
        from PIL import Image
    except ImportError:
        raise _no_pillow(name) from None
    if not data:
        raise BadSample(f"{name} is empty", "Give an image file.")
    with (
        _reading(name),
        without_warnings(Image.DecompressionBombWarning),
        Image.open(io.BytesIO(data), formats=FORMATS) as picture,
    ):
        return _from_picture(picture, name)


def _no_pillow(name: str) -> BadSample:
    return BadSample(f"{name} cannot be opened without Pillow", f"Install it: {sys.executable} -m pip install pillow")


def _exists(path: Path) -> bool:
    """Whether there is such a file; no system takes a long text for the name of one."""
    try:
        return path.exists()
    except (OSError, ValueError):
        return False


def _no_file(path: Path) -> BadSample:
    """Of what looks like words and not like a path, that the model reads no texts."""
    words = str(path).split()
    here = len(path.parts) > 1 and _exists(path.parent)
    spoken = len(words) > 1 and not here and not re.fullmatch(r"\.\w{2,5}", path.suffix)
    if spoken or max(map(len, path.parts), default=0) > LONGEST_NAME or len(str(path)) > LONGEST_PATH:
        shown = " ".join(words)
        shown = shown if len(shown) <= SHOWN else f"{shown[: SHOWN - 3]}..."
        return BadSample(
            f"the model reads images, and '{shown}' is a text, not the name of an image file",
            "Give an image, or explain the text with a model that reads text.",
        )
    return BadSample(f"there is no file {path}", "Check the path.")


@contextmanager
def _reading(name: str) -> Iterator[None]:
    """Turns what Pillow raises into one clear line."""
    from PIL import Image, UnidentifiedImageError

    try:
        yield
    except UnidentifiedImageError:
        raise BadSample(f"{name} is not an image that can be read", "Give a PNG, JPEG, WebP, TIFF, ...") from None
    except Image.DecompressionBombError:
        raise BadSample(
            f"{name} unpacks to more than {2 * (Image.MAX_IMAGE_PIXELS or 0):,} pixels", "Make it smaller first."
        ) from None
    except (OSError, SyntaxError, ValueError, EOFError) as error:
        cut = "truncated" in str(error) or isinstance(error, EOFError)
        why = "is cut short" if cut else f"is damaged: {error}"
        raise BadSample(f"{name} {why}", "Get a whole copy of the file.") from None


def _from_picture(picture: Picture, name: str) -> Photo:
    from PIL import Image, ImageOps

    notes: list[str] = []
    with _reading(name):
        picture.load()
        upright = ImageOps.exif_transpose(picture)
    if getattr(picture, "n_frames", 1) > 1:
        notes.append(f"{name} has {getattr(picture, 'n_frames', 1)} frames; the first one is explained.")
    if upright.mode.startswith(("I", "F")):
        return Photo(_deep(upright, name), name, notes)
    if upright.mode in ("1", "L"):
        return Photo(_bytes(upright.convert("L"), 1), name, notes)
    if "A" in upright.mode or "a" in upright.mode or "transparency" in upright.info:
        above = upright.convert("RGBA")
        white = Image.new("RGBA", above.size, "white")
        if above.getchannel("A").getextrema() != (255, 255):
            notes.append(f"{name} is transparent in places; it was laid on white.")
        upright = Image.alpha_composite(white, above)
    return Photo(_bytes(upright.convert("RGB"), 3), name, notes)


def _bytes(picture: Picture, channels: int) -> Tensor:
    flat = torch.frombuffer(bytearray(picture.tobytes()), dtype=torch.uint8)
    return flat.reshape(picture.height, picture.width, channels).permute(2, 0, 1)


def _deep(picture: Picture, name: str) -> Tensor:
    """Grey values of more than 8 bits, brought to 0 to 255."""
    if picture.mode == "F":
        values = torch.frombuffer(bytearray(picture.tobytes()), dtype=torch.float32).clone()
        if not bool(torch.isfinite(values).all()):
            raise BadSample(f"{name} has pixels that are not finite numbers", "Replace NaN and infinity first.")
        brightest = float(values.max())
        values = values * (255 if 0 < brightest <= 1 else 1)
    else:
        values = torch.frombuffer(bytearray(picture.convert("I").tobytes()), dtype=torch.int32) / 257
    return values.float().clamp(0, 255).reshape(1, picture.height, picture.width)


def _tensor(numpy: Any, array: Any) -> Tensor:
    """A numpy array as a tensor of its own."""
    if array.dtype == object or array.dtype.kind not in "buif":
        raise BadSample(f"an array of type {array.dtype} is not an image", "Give numbers: uint8 or float.")
    if array.dtype.kind == "u" and array.dtype.itemsize > 1:
        array = array.astype(numpy.int64)
    return torch.from_numpy(numpy.array(array, order="C", copy=True))


def _from_array(array: Tensor, kind: str) -> Photo:
    name = f"{kind} {'x'.join(str(side) for side in array.shape)}"
    if array.dim() == 4 and array.shape[0] > 1:
        raise BadSample(f"a batch of {array.shape[0]} images was given", "Pick one: batch[0].")
    if array.dim() == 4:
        array = array[0]
    if array.dim() == 2:
        array = array[:, :, None]
    channels = (1, 3, 4)
    tensor_first = kind == "tensor" and array.dim() == 3 and array.shape[0] in channels
    if tensor_first:
        array = array.permute(1, 2, 0)
    if array.dim() != 3 or array.shape[2] not in channels or 0 in array.shape:
        raise BadSample(
            f"a {name} is not an image",
            "Arrays are (height, width) or (height, width, channels). Of a ready input make a tensor first.",
        )
    return Photo(_levels(array, name).permute(2, 0, 1), name)


def _levels(array: Tensor, name: str) -> Tensor:
    """(height, width, channels) from 0 to 255, transparency laid on white."""
    values = array.float() * 255 if array.dtype == torch.bool else array.float()
    if not bool(torch.isfinite(values).all()):
        raise BadSample(f"the {name} has values that are not finite numbers", "Replace NaN and infinity first.")
    brightest = 255 if array.is_floating_point() else 65535
    if float(values.min()) < 0 or float(values.max()) > brightest:
        raise BadSample(
            f"the {name} has values from {float(values.min()):.3g} to {float(values.max()):.3g}, not from 0 to 255",
            "If it is preprocessed already, give it as a float tensor of shape (channels, height, width).",
        )
    if array.is_floating_point() and float(values.max()) <= 1:
        values = values * 255
    elif float(values.max()) > 255:
        values = values / 257
    if array.shape[2] == 4:
        opacity = values[:, :, 3:] / 255
        values = values[:, :, :3] * opacity + 255 * (1 - opacity)
    return values if array.is_floating_point() or values.frac().any() else values.to(torch.uint8)
