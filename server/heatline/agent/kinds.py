"""What a live object is as a model or as a sample, told by its type, shape and dtype alone.

Nothing here calls a `__repr__`, an `__eq__` or anything else of the person's.
"""

from __future__ import annotations

import sys
from collections import UserDict
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeGuard

from ..protocol import SampleKind
from .references import MOST_PARTS, PLAIN
from .variables import is_heatline_model

if TYPE_CHECKING:
    from attribution_core import Model

LONGEST_TEXT = 20_000
"""Characters of a string that is offered as a sample."""


def model_kind(value: object) -> SampleKind | None:
    """What a live object reads as a model; None where it is none."""
    if is_heatline_model(value):
        kinds: dict[str, SampleKind] = {"Image": "image", "Text": "text", "Tabular": "tabular"}
        return kinds.get(type(getattr(value, "inputs", None)).__name__, "unknown")
    torch = sys.modules.get("torch")
    if torch is None or not isinstance(value, torch.nn.Module):
        return None
    from attribution_core.models import input_kind

    return input_kind(value)


def reads(model: Model) -> SampleKind:
    """What a model reads: as it says, else as its first layer tells."""
    kind = model_kind(model) or "unknown"
    return model_kind(model.module) or kind if model.inputs is None else kind


def sample_kind(value: object) -> SampleKind | None:
    """What a live object is as a sample; None where it can be none."""
    if isinstance(value, str):
        return "text" if value.strip() and len(value) <= LONGEST_TEXT else None
    if isinstance(value, (list, Mapping)):
        return _container_kind(value)
    torch, numpy, pil = (sys.modules.get(name) for name in ("torch", "numpy", "PIL.Image"))
    if pil is not None and isinstance(value, pil.Image):
        return "image"
    if torch is not None and isinstance(value, torch.Tensor) and not isinstance(value, torch.nn.Parameter):
        return _array_kind(tuple(value.shape), str(value.dtype))
    if numpy is not None and isinstance(value, numpy.ndarray):
        return _array_kind(value.shape, str(value.dtype))
    return None


def _container_kind(value: list[Any] | Mapping[Any, Any]) -> SampleKind | None:
    """Texts, or tensors by name as a tokenizer or a data loader gives them."""
    if not 0 < len(value) <= MOST_PARTS:
        return None
    if isinstance(value, list):
        return "text" if all(type(entry) is str for entry in value) and any(entry.strip() for entry in value) else None
    if not isinstance(value, (dict, UserDict)) or not all(type(key) is str for key in value):
        return None
    entries = [value[key] for key in value]
    if not all(isinstance(entry, PLAIN) or is_array(entry) for entry in entries) or not any(map(is_array, entries)):
        return None
    return "text" if "input_ids" in value else "unknown"


def is_data_set(value: object) -> bool:
    """Whether it is a `DataLoader` or a `Dataset` of torch, found without importing torch and without counting it."""
    data = sys.modules.get("torch.utils.data")
    return data is not None and isinstance(value, (data.DataLoader, data.Dataset))


def is_array(value: object) -> TypeGuard[Any]:
    """Whether it is a tensor or a numpy array, found without importing either."""
    torch, numpy = sys.modules.get("torch"), sys.modules.get("numpy")
    return (torch is not None and isinstance(value, torch.Tensor)) or (
        numpy is not None and isinstance(value, numpy.ndarray)
    )


def _array_kind(shape: tuple[int, ...], dtype: str) -> SampleKind | None:
    if not shape or 0 in shape:
        return None
    if len(shape) == 1 or (len(shape) == 2 and shape[0] == 1):
        return "tabular" if "float" in dtype else "unknown"
    sides = shape[1:] if len(shape) == 4 else shape
    channels = {1, 3, 4}
    if len(sides) == 2 or (len(sides) == 3 and (sides[0] in channels or sides[-1] in channels)):
        return "image" if min(sorted(sides)[-2:]) > 1 else "unknown"
    return "unknown"


def describe_model(value: Any) -> str:
    """The class of a model and its size."""
    module = getattr(value, "module", value) if is_heatline_model(value) else value
    parameters = getattr(module, "parameters", None)
    count = sum(p.numel() for p in parameters()) if callable(parameters) else 0
    size = f"{count / 1e6:.1f} M" if count >= 1e6 else f"{count / 1e3:.1f} k" if count >= 1e3 else str(count)
    return f"{type(module).__name__}, {size} parameters"


def describe_sample(value: Any) -> str:
    """A sample in a few words, without its values."""
    if isinstance(value, str):
        words = " ".join(value.split())
        return words if len(words) <= 60 else f"{words[:57]}..."
    if isinstance(value, list):
        return f"{len(value)} texts: {describe_sample(value[0])}"
    if isinstance(value, Mapping):
        shown = [f"{key} {describe_sample(value[key])}" for key in value if is_array(value[key])]
        return ", ".join(shown[:4]) + (", ..." if len(shown) > 4 else "")
    if hasattr(value, "mode") and hasattr(value, "size") and not hasattr(value, "shape"):
        return f"picture {value.size[0]}x{value.size[1]} {value.mode}"
    shape = "x".join(str(side) for side in value.shape)
    return f"{type(value).__name__} {shape} {str(value.dtype).removeprefix('torch.')}"
