"""Batches of samples: how many, which one, and what each looks like."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..protocol import BatchEntry, SampleKind
from .failures import Refusal
from .kinds import describe_sample, is_array, sample_kind

if TYPE_CHECKING:
    from attribution_core import Model

SMALL_SIDE = 64
"""Pixels of a thumbnail's longer side."""
MOST_ENTRIES = 256
"""Entries that are listed at a time."""
WORDS = 60
"""Characters of a text, and of the numbers of a row, that tell one entry from another."""


def batch_size(value: object, wanted: SampleKind = "unknown") -> int | None:
    """How many samples a value holds; None for one alone, or where it cannot be told.

    Parameters
    ----------
    wanted : what the model reads: for one of rows a table of numbers is a batch, for others it is a grey picture.
    """
    if isinstance(value, list):
        return len(value) if len(value) > 1 else None
    if isinstance(value, Mapping):
        sizes = {tuple(part.shape[:1]) for part in (value[key] for key in value) if is_array(part) and part.ndim}
        size = next(iter(sizes))[0] if len(sizes) == 1 else 1
        return int(size) if size > 1 else None
    if not is_array(value):
        return None
    shape, whole = tuple(value.shape), "float" not in str(value.dtype)
    rows = len(shape) == 2 and (wanted in ("tabular", "text") or (whole and "int64" in str(value.dtype)))
    if (len(shape) == 4 or rows) and shape[0] > 1:
        return int(shape[0])
    return None


def entry(value: Any, index: int, name: str = "") -> object:
    """One sample of a batch, with its batch dimension; a view, nothing is copied.

    Raises
    ------
    Refusal
        Where there is no such entry.
    """
    tensors = (
        [value[key] for key in value if is_array(value[key]) and value[key].ndim] if isinstance(value, Mapping) else []
    )
    size = len(tensors[0]) if tensors else len(value) if hasattr(value, "__len__") else 0
    if not 0 <= index < size:
        raise Refusal(
            "bad-input", f"{name or 'the sample'} has no entry {index}; it has {size}", "Pick one of them, from 0."
        )
    if isinstance(value, Mapping):
        return {k: v[index : index + 1] if is_array(v) and v.ndim else v for k, v in value.items()}
    return value[index] if isinstance(value, list) else value[index : index + 1]


def entries(value: object, first: int, count: int, model: Model | None) -> list[BatchEntry]:
    """What a person picks from: a thumbnail of a picture, the first words of a text, the first numbers of a row."""
    last = min(first + count, batch_size(value, "tabular") or 0)
    found = []
    for index in range(max(first, 0), last):
        one = entry(value, index)
        found.append(BatchEntry(index, _words(one, model), _thumbnail(one)))
    return found


def _words(one: Any, model: Model | None) -> str:
    if isinstance(one, str):
        return describe_sample(one)
    ids: Any = one.get("input_ids") if isinstance(one, Mapping) else one
    if not is_array(ids) or ids.ndim != 2:
        return ""
    inputs = None if model is None else model.inputs
    if "int" in str(ids.dtype) and inputs is not None and hasattr(inputs, "encoded"):
        import torch

        return describe_sample(str(inputs.encoded(torch.as_tensor(ids))[0]))
    numbers = [f"{float(number):.4g}" for number in ids[0][: WORDS // 4].tolist()]
    text = " ".join(numbers)
    return text if len(text) <= WORDS and len(numbers) == ids.shape[1] else f"{text[: WORDS - 3]}..."


def _thumbnail(one: Any) -> Any:
    """A picture as it is shown, its values stretched over the range from black to white; None for other samples."""
    if not is_array(one) or sample_kind(one) != "image" or one.ndim != 4:
        return None
    import torch

    from . import present

    picture = torch.as_tensor(one)[0].detach()
    if picture.shape[0] not in (1, 3, 4):
        picture = picture.movedim(-1, 0)
    picture = picture[:3].float().cpu()
    stride = max(1, max(picture.shape[1:]) // SMALL_SIDE)
    picture = picture[:, ::stride, ::stride]
    low, high = float(picture.min()), float(picture.max())
    levels = ((picture - low) / ((high - low) or 1.0) * 255).round().to(torch.uint8)
    return present.encode_photo(levels.expand(3, -1, -1).permute(1, 2, 0).contiguous())
