"""Weights of a network: reading them from a file, and filling a module with them."""

from __future__ import annotations

import json
import math
import pickle
import re
import struct
import warnings
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from ..errors import BadModel, UserCodeError, few

DTYPES = {
    "F64": torch.float64, "F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16, "I64": torch.int64,
    "I32": torch.int32, "I16": torch.int16, "I8": torch.int8, "U8": torch.uint8, "BOOL": torch.bool,
}  # fmt: skip
"""Types of safetensors."""
HELD_UNDER = ("state_dict", "model_state_dict", "model", "module", "network", "net", "weights")
"""Where a training loop puts the weights among what else it saves."""
PREFIXES = ("module.", "_orig_mod.", "model.")
"""What data-parallel, compiled and Lightning modules put before the names."""


def read_weights(path: Path, trust: bool = False) -> dict[str, Tensor]:
    """The weights in a file, by name.

    Parameters
    ----------
    path : .safetensors, or what `torch.save` wrote: a state dict, alone or among other things.
    trust : open pickles that can run code.

    Raises
    ------
    BadModel
        If there is no such file, it is damaged, holds no weights, or is a pickle that needs trust.
    """
    check_file(path)
    if path.suffix.lower() == ".safetensors":
        return _read_safetensors(path)
    found = _weights_in(read_pickle(path, trust))
    if not found:
        raise BadModel(f"{path.name} holds no weights", "Give a state dict: torch.save(module.state_dict(), file).")
    return found


def check_file(path: Path) -> None:
    """Raises `BadModel` unless it is a file with something in it."""
    if not path.is_file():
        raise BadModel(f"there is no file {path}", "Check the path.")
    if path.stat().st_size == 0:
        raise BadModel(f"{path.name} is empty", "Get a whole copy of the file.")


def read_pickle(path: Path, trust: bool) -> object:
    """What `torch.save` wrote, on the CPU."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of its own reader's limits: what it cannot read is refused here
            return torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        if not _is_pickle(path):
            raise _damaged(path) from None
        if not trust:
            raise unsafe(path, error) from None
    except (RuntimeError, EOFError, OSError, ValueError, KeyError, AttributeError, UnicodeDecodeError):
        raise _damaged(path) from None
    try:
        return torch.load(path, map_location="cpu", weights_only=False)
    except Exception as error:
        raise UserCodeError(
            f"opening {path.name} failed", error, "Run where the classes that it was saved with can be imported."
        ) from error


def unsafe(path: Path, error: Exception | None = None) -> BadModel:
    """The refusal of a pickle that is not made of tensors alone."""
    named = re.search(r"GLOBAL ([\w.]+)", str(error or ""))
    asks = f": it asks for {named[1]}" if named else ""
    return BadModel(
        f"{path.name} is a pickle that may run code when it is opened{asks}",
        "If you trust where it comes from, say so with trust=True (or --trust); safetensors need no trust.",
    )


def _damaged(path: Path) -> BadModel:
    return BadModel(f"{path.name} is damaged, or not a file of torch", "Get a whole copy of the file.")


def _is_pickle(path: Path) -> bool:
    """Whether a file is one at all: an archive of `torch.save`, or a bare pickle."""
    with path.open("rb") as file:
        return file.read(1) == b"\x80" or zipfile.is_zipfile(path)


def _weights_in(found: object) -> dict[str, Tensor]:
    """The tensors of a state dict, wherever in a checkpoint it is."""
    if isinstance(found, nn.Module):
        return dict(found.state_dict())
    if not isinstance(found, Mapping):
        return {}
    tensors = {str(name): value for name, value in found.items() if isinstance(value, Tensor)}
    if tensors:
        return tensors
    return next((inner for key in HELD_UNDER if (inner := _weights_in(found.get(key)))), {})


def _read_safetensors(path: Path) -> dict[str, Tensor]:
    """The format: the length of a header, the header in JSON (type, shape, place of each tensor), and their bytes."""
    size = path.stat().st_size
    with path.open("rb") as file:
        start = file.read(8)
        length = struct.unpack("<Q", start)[0] if len(start) == 8 else size
        if 8 + length > size:
            raise _damaged_safetensors(path)
        try:
            header: dict[str, Any] = json.loads(file.read(length))
        except (ValueError, RecursionError):
            raise _damaged_safetensors(path) from None
    places = {name: entry for name, entry in header.items() if name != "__metadata__"}
    data = torch.from_file(str(path), shared=False, size=size, dtype=torch.uint8, device="cpu")[8 + length :]
    try:
        return {name: _tensor(data, entry) for name, entry in places.items()}
    except (KeyError, TypeError, ValueError, RuntimeError):
        raise _damaged_safetensors(path) from None


def _tensor(data: Tensor, entry: Mapping[str, Any]) -> Tensor:
    dtype, shape = DTYPES[entry["dtype"]], [int(side) for side in entry["shape"]]
    start, end = (int(place) for place in entry["data_offsets"])
    if not 0 <= start <= end <= len(data) or end - start != math.prod(shape) * dtype.itemsize:
        raise ValueError(entry)
    # Copied: the place in the file need not suit the type, and the file may be replaced.
    return data[start:end].clone().view(dtype).reshape(shape)


def _damaged_safetensors(path: Path) -> BadModel:
    return BadModel(f"{path.name} is cut short, or no safetensors file", "Get a whole copy of the file.")


def load_weights(module: nn.Module, weights: Mapping[str, Tensor], file: str, maker: str) -> None:
    """Fills a module that has just been made.

    Parameters
    ----------
    file, maker : what a person calls the file of the weights, and the factory of the module.

    Raises
    ------
    BadModel
        If they do not fit: the names that are missing and unexpected are in it, the first of them.
    """
    own = module.state_dict()
    given = _renamed(weights, own)
    filled = {tensor.data_ptr() for name, tensor in own.items() if name in given and isinstance(tensor, Tensor)}
    missing = [
        name
        for name, tensor in own.items()
        if name not in given
        and isinstance(tensor, Tensor)
        and not name.endswith("num_batches_tracked")
        and not (tensor.numel() and tensor.data_ptr() in filled)  # tied to one that is there
    ]
    unexpected = [name for name in given if name not in own]
    misshapen = [
        f"{name} ({_shape(tensor)}, the model's is {_shape(own[name])})"
        for name, tensor in given.items()
        if name in own and own[name].shape != tensor.shape
    ]
    parts = [
        f"{what} {few(names)}"
        for what, names in (("missing", missing), ("unexpected", unexpected), ("of another shape", misshapen))
        if names
    ]
    if parts:
        raise BadModel(
            f"{file} does not fit what {maker} makes: {'; '.join(parts)}",
            "Make the model with the options that it was trained with.",
        )
    module.load_state_dict(given, strict=False)


def _renamed(weights: Mapping[str, Tensor], own: Mapping[str, object]) -> dict[str, Tensor]:
    """The weights by the module's names: prefixes of wrappers are taken off where that helps."""
    best = dict(weights)
    for prefix in PREFIXES:
        while best and all(name.startswith(prefix) for name in best):
            bare = {name.removeprefix(prefix): tensor for name, tensor in best.items()}
            if len(bare.keys() & own.keys()) < len(best.keys() & own.keys()):
                break
            best = bare
    return best


def _shape(tensor: Any) -> str:
    return "x".join(str(side) for side in tensor.shape) or "a number"
