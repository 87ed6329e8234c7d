"""From what a person has (a file, a picture, an array, a sentence) to tensors, baselines and features."""

from __future__ import annotations

from .image import Image, is_ready_tensor
from .photo import Photo, open_photo
from .prepared import Function, Inputs, Prepared
from .text import Text

__all__ = ["Function", "Image", "Inputs", "Photo", "Prepared", "Text", "is_ready_tensor", "open_photo"]
