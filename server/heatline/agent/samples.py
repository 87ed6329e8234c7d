"""Samples that came by value, as what the core reads."""

from __future__ import annotations

import base64
import binascii
import math
from pathlib import PurePath
from typing import TYPE_CHECKING

from ..protocol import ArraySample, BytesSample
from .failures import Refusal

if TYPE_CHECKING:
    from torch import Tensor

    from attribution_core.inputs import Photo

TEXT_FILES = (".txt", ".md", ".text", ".rst")


def is_text_file(name: str) -> bool:
    """Whether a file's name says that it holds a text."""
    return PurePath(name).suffix.lower() in TEXT_FILES


def text_of(data: bytes, name: str) -> str:
    """The text of a file in UTF-8.

    Raises
    ------
    Refusal
        Where it is none.
    """
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Refusal("bad-input", f"{name} is not UTF-8 (byte {error.start})", "Save it as UTF-8.") from None


def of_bytes(ref: BytesSample) -> str | Photo:
    """The text or the photo of a file that was sent.

    Raises
    ------
    Refusal, BadSample
        Where it cannot be read.
    """
    from attribution_core.inputs import read_photo

    name = PurePath(ref.name).name or "the file"
    data = _decoded(ref.data, name)
    return text_of(data, name) if is_text_file(name) else read_photo(data, name)


def of_array(ref: ArraySample) -> Tensor:
    """The tensor that was sent.

    Raises
    ------
    Refusal
        Where the shape does not fit the data.
    """
    import torch

    name = ref.name or "the array"
    dtype: torch.dtype = getattr(torch, ref.dtype)
    data = bytearray(_decoded(ref.data, name))
    count = math.prod(ref.shape)
    if not ref.shape or min(ref.shape) < 1 or count * dtype.itemsize != len(data):
        raise Refusal(
            "bad-input",
            f"{name} has shape {'x'.join(map(str, ref.shape[:8]))} of {ref.dtype}, and {len(data)} bytes",
            f"Send {dtype.itemsize} bytes for each number, row by row.",
        )
    return torch.frombuffer(data, dtype=dtype).reshape(ref.shape)


def _decoded(data: str, name: str) -> bytes:
    try:
        return base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError):
        raise Refusal("bad-input", f"the bytes of {name} are not base64", "Encode them as base64.") from None
