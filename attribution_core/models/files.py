"""Whole models in one file: of torch.export (.pt2), TorchScript, or a pickled module."""

from __future__ import annotations

import io
import json
import logging
import pickle
import warnings
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

import torch
from torch import nn

from ..errors import BadModel
from .checkpoints import check_file, read_pickle, unsafe

EXPORTED = (".pt2",)
WEIGHTS = (".pt", ".pth", ".ts", ".torchscript", ".bin", ".ckpt", ".safetensors")
OBJECTS = ("opaque_obj", "custom_obj")
"""Entries of an exported program that are pickled objects by their name."""


def load_exported(path: Path, trust: bool) -> nn.Module:
    """What `torch.export.save` wrote.

    Raises
    ------
    BadModel
        If it cannot be read, or has pickled objects inside and is not trusted.
    """
    check_file(path)
    if not zipfile.is_zipfile(path):
        raise BadModel(f"{path.name} is damaged, or not a file of torch.export", "Get a whole copy of the file.")
    if not trust:
        _check_pickles(path)
    try:
        with _quietly():
            return torch.export.load(path).module()
    except Exception as error:
        said = str(error).strip().splitlines()
        raise BadModel(
            f"{path.name} cannot be read by torch {torch.__version__}: {said[0] if said else type(error).__name__}",
            "Export it again with this version: torch.export.save(torch.export.export(module, inputs), file).",
        ) from None


def load_file(path: Path, trust: bool) -> nn.Module:
    """A TorchScript file, or with trust a pickled module.

    Raises
    ------
    BadModel
        If it is damaged, needs trust, or holds weights alone.
    """
    check_file(path)
    if path.suffix.lower() != ".safetensors":
        if _is_script(path):
            return _load_script(path)
        found = read_pickle(path, trust)
        if isinstance(found, nn.Module):
            return found
    raise BadModel(
        f"{path.name} holds weights, not a model", f"Name the factory of the model too: {path.name}@file.py:function."
    )


def _is_script(path: Path) -> bool:
    if not zipfile.is_zipfile(path):
        return False
    with zipfile.ZipFile(path) as archive:
        return any(PurePosixPath(name).name == "constants.pkl" for name in archive.namelist())


def _load_script(path: Path) -> nn.Module:
    try:
        with _quietly():
            module: nn.Module = torch.jit.load(path, map_location="cpu")  # type: ignore[no-untyped-call]
            return module
    except (RuntimeError, ValueError) as error:
        raise BadModel(
            f"{path.name} is no TorchScript that can be read: {str(error).strip().splitlines()[0]}",
            "Get a whole copy of the file.",
        ) from None


def _check_pickles(path: Path) -> None:
    """torch.export.load opens what is pickled in an archive with every right; what is not mere tensors is refused."""
    try:
        with zipfile.ZipFile(path) as archive:
            for name in _pickled(archive):
                if PurePosixPath(name).name.startswith(OBJECTS):
                    raise unsafe(path)
                try:
                    torch.load(io.BytesIO(archive.read(name)), map_location="cpu", weights_only=True)
                except pickle.UnpicklingError as error:
                    raise unsafe(path, error) from None
                except (RuntimeError, EOFError, ValueError) as error:
                    raise unsafe(path, error) from None
    except zipfile.BadZipFile:
        raise BadModel(f"{path.name} is damaged", "Get a whole copy of the file.") from None


def _pickled(archive: zipfile.ZipFile) -> Iterator[str]:
    """The entries of an exported program that are opened as pickles."""
    names = archive.namelist()
    for name in names:
        entry = PurePosixPath(name)
        if entry.suffix == ".pt" or entry.name.startswith(OBJECTS):
            yield name
        elif entry.name.endswith("_config.json"):
            listed = json.loads(archive.read(name)).get("config", {})
            yield from (str(entry.parent / part["path_name"]) for part in listed.values() if part.get("use_pickle"))


@contextmanager
def _quietly() -> Iterator[None]:
    """Without warnings that say how the file should have been made, and logs of what is then raised."""
    logger = logging.getLogger("torch.export")
    before = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(before)
