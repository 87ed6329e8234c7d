"""Models in a folder of transformers: config.json, weights, and what prepares the inputs."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from torch import nn

from ..errors import BadModel, UserCodeError, few
from ..inputs import Image, Inputs, Text
from .model import Model

UNBOUNDED = 1_000_000
"""Tokenizers that know no limit name a huge one."""


def load_pretrained(folder: Path, trust: bool = False) -> Model:
    """The model of a folder, tied to its tokenizer or to the preprocessing of its images. Nothing is downloaded.

    Parameters
    ----------
    trust : run code that comes in the folder.

    Raises
    ------
    BadModel
        If it is no such folder, its weights do not fit its config, or the model has no classes.
    """
    config = _json(folder / "config.json")
    if config is None:
        raise BadModel(f"the folder {folder} has no config.json", "Give a folder that save_pretrained has written.")
    if "auto_map" in config and not trust:
        raise BadModel(
            f"the model in {folder} brings code of its own", "If you trust it, say so with trust=True (or --trust)."
        )
    architecture = str((config.get("architectures") or ["?"])[0])
    if "For" not in architecture and "LMHead" not in architecture:
        raise BadModel(
            f"the folder {folder.name} holds {architecture}, which has no classes to explain",
            "Write a factory that puts a head on it, or give a folder with a model for classification.",
        )
    transformers = _transformers()
    with _quietly(transformers):
        module = _loaded(transformers, architecture, folder, trust)
        return Model(module, inputs=_inputs(transformers, folder, module, trust), name=folder.resolve().name)


def _loaded(transformers: Any, architecture: str, folder: Path, trust: bool) -> nn.Module:
    # A class of the folder's own is found by what it is for.
    purpose = next((part for part in ("SequenceClassification", "ImageClassification") if part in architecture), None)
    automatic = f"AutoModelFor{purpose or 'CausalLM'}"
    kind = getattr(transformers, architecture, None) or getattr(transformers, automatic)
    options = {"local_files_only": True, "output_loading_info": True} | ({"trust_remote_code": True} if trust else {})
    try:
        module, report = kind.from_pretrained(folder, **options)
    except Exception as error:
        said = str(error).strip().splitlines()
        raise BadModel(
            f"transformers cannot load {folder}: {said[0] if said else type(error).__name__}",
            "Give a folder that save_pretrained has written, with its weights.",
        ) from error
    missing = sorted(report.get("missing_keys", ()))
    if missing:
        raise BadModel(
            f"the weights in {folder} do not fit {architecture}: missing {few(missing)}",
            "Give a folder with all weights of the model.",
        )
    made: nn.Module = module.eval()
    return made


def _inputs(transformers: Any, folder: Path, module: nn.Module, trust: bool) -> Inputs | None:
    pictures = _json(folder / "preprocessor_config.json")
    if pictures is not None and "image_mean" in pictures:
        return _image(pictures)
    try:
        tokenizer = transformers.AutoTokenizer.from_pretrained(folder, local_files_only=True, trust_remote_code=trust)
    except Exception as error:
        raise UserCodeError(
            f"reading the tokenizer in {folder} failed", error, "Save it there: tokenizer.save_pretrained(folder)."
        ) from error
    limits = [_positions(module), tokenizer.model_max_length]
    known = [limit for limit in limits if isinstance(limit, int) and 0 < limit < UNBOUNDED]
    return Text(tokenizer=tokenizer, longest=min(known, default=None))


def _positions(module: nn.Module) -> int | None:
    """Tokens that the network has positions for."""
    for name, part in module.named_modules():
        if name.endswith("position_embeddings") and isinstance(part, nn.Embedding):
            # RoBERTa counts positions from behind the padding's id.
            return part.num_embeddings - (0 if part.padding_idx is None else part.padding_idx + 1)
    limit = getattr(getattr(module, "config", None), "max_position_embeddings", None)
    return limit if isinstance(limit, int) else None


def _image(settings: dict[str, Any]) -> Image:
    """The preprocessing that preprocessor_config.json describes."""
    size, crop = settings.get("size", 224), settings.get("crop_size")
    shortest = size.get("shortest_edge") if isinstance(size, dict) else None
    mean, std = tuple(settings["image_mean"]), tuple(settings.get("image_std", (1.0,)))
    scale = float(settings.get("rescale_factor", 1 / 255))
    if settings.get("do_center_crop") and crop is not None and shortest:
        sides = _sides(crop)
        return Image(size=sides, mean=mean, std=std, scale=scale, crop=min(1.0, min(sides) / shortest))
    return Image(size=_sides(size), mean=mean, std=std, scale=scale)


def _sides(size: Any) -> tuple[int, int]:
    if not isinstance(size, dict):
        return int(size), int(size)
    side = size.get("shortest_edge") or 224
    return int(size.get("height") or side), int(size.get("width") or side)


def _json(path: Path) -> dict[str, Any] | None:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise BadModel(f"{path} cannot be read: {error}", "Get a whole copy of the folder.") from None
    return found if isinstance(found, dict) else None


def _transformers() -> Any:
    try:
        import transformers
    except ImportError:
        raise BadModel(
            "a folder of transformers needs transformers", f"Install it: {sys.executable} -m pip install transformers"
        ) from None
    return transformers


@contextmanager
def _quietly(transformers: Any) -> Iterator[None]:
    """Without progress bars and advice on the terminal; what is wrong is raised."""
    logging = transformers.utils.logging
    level, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        logging.set_verbosity(level)
        if bars:
            logging.enable_progress_bar()
