"""From what a person has (a file, a picture, an array, a sentence, a row) to tensors, baselines and features."""

from __future__ import annotations

from .baseline import Baseline
from .image import Image, is_ready_tensor
from .photo import Photo, open_photo, read_photo
from .prepared import Function, Inputs, Prepared
from .table import read_row, read_rows
from .tabular import Tabular
from .tensors import Tensors, are_tensors
from .text import Text

__all__ = [
    "Baseline",
    "Function",
    "Image",
    "Inputs",
    "Photo",
    "Prepared",
    "Tabular",
    "Tensors",
    "Text",
    "are_tensors",
    "is_ready_tensor",
    "open_photo",
    "read_photo",
    "read_row",
    "read_rows",
]
