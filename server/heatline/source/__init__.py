"""What program text says about samples and models, without running any of it.

The language server asks it for every gesture and hover; the agent brings it into kernels, where no
language server is. `locate`, `inline_ranges` and `literal_at` need only the standard library;
`models_in`, `find_models` and `model_call_at` need parso.
"""

from .calls import ModelCall, model_call_at
from .factories import models_in
from .literals import Literal, literal_at, literals_in
from .locate import IMAGE_SUFFIXES, inline_ranges, locate, names_image
from .module import NoParso
from .modules import Modules
from .utf16 import Lines, Utf16
from .workspace import Found, Limits, files_of, find_models

__all__ = [
    "IMAGE_SUFFIXES",
    "Found",
    "Limits",
    "Lines",
    "Literal",
    "ModelCall",
    "Modules",
    "NoParso",
    "Utf16",
    "files_of",
    "find_models",
    "inline_ranges",
    "literal_at",
    "literals_in",
    "locate",
    "model_call_at",
    "models_in",
    "names_image",
]
