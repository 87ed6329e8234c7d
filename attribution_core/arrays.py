"""Tensors and what they mean in one file: npz with JSON inside, and never a pickle."""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from .errors import BadRequest

HEADER = "header"
"""Name of the entry that holds the JSON, as bytes of UTF-8."""


def write_arrays(path: str | os.PathLike[str], kind: str, header: Mapping[str, object], **tensors: Tensor) -> None:
    """Writes a file that `read_arrays` and `numpy.load` can read. It is there whole or not at all.

    Parameters
    ----------
    kind : what the file holds; read back by nobody else.
    header : anything that JSON takes.

    Raises
    ------
    BadRequest
        If the file cannot be written.
    """
    import numpy

    place = Path(path)
    half = place.with_name(place.name + ".part")
    text = json.dumps({"holds": kind, **header}, ensure_ascii=False)
    arrays: dict[str, Any] = {name: tensor.detach().cpu().numpy() for name, tensor in tensors.items()}
    arrays[HEADER] = numpy.frombuffer(text.encode(), dtype=numpy.uint8)
    try:
        with half.open("wb") as file:
            numpy.savez(file, **arrays)
        os.replace(half, place)
    except OSError as error:
        raise BadRequest(f"{place} cannot be written: {error.strerror}", "Name a file in another folder.") from None
    finally:
        half.unlink(missing_ok=True)


def read_arrays(path: str | os.PathLike[str], kind: str) -> tuple[dict[str, Any], dict[str, Tensor]]:
    """The header and the tensors of a file that `write_arrays` made.

    Raises
    ------
    BadRequest
        If there is no such file, or it holds something else.
    """
    import numpy

    place = Path(path)
    try:
        with numpy.load(place, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        header = json.loads(bytes(arrays.pop(HEADER)))
    except OSError as error:
        raise BadRequest(
            f"{place} cannot be read: {error.strerror or 'it is no npz file'}", "Check the path."
        ) from None
    except (KeyError, ValueError, EOFError, zipfile.BadZipFile):
        raise BadRequest(f"{place} holds no saved {kind}", "Check the path.") from None
    if not isinstance(header, dict) or header.pop("holds", None) != kind:
        raise BadRequest(f"{place} holds no saved {kind}", "Check the path.")
    return header, {name: torch.from_numpy(array.copy()) for name, array in arrays.items()}
