"""Models that a workspace names, in its pyproject.toml:

    [tool.heatline.models.digits]
    factory = "models.py:digits"                # or a model's file or folder: everything that `load_model` takes
    checkpoint = "weights/digits.safetensors"
    inputs = { kind = "image", size = 28, channels = "L" }
    labels = "labels.txt"                       # or a list
    device = "cuda"

All but the factory may be left out. Paths start from the folder of the file. `kind` is image, text, tabular or
tensors, and stands before the arguments of `Image`, `Text`, `Tabular` or `Tensors`; a text's vocabulary is a file
(JSON, or a word per line), its tokenizer a factory, a tokenizer.json or a folder of transformers.
"""

from __future__ import annotations

import difflib
import inspect
import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import AttributionError, BadModel
from ..inputs import Image, Inputs, Tabular, Tensors, Text
from .factory import made_by_factory

KEYS = ("factory", "checkpoint", "inputs", "labels", "device")
KINDS: dict[str, type[Any]] = {"image": Image, "text": Text, "tabular": Tabular, "tensors": Tensors}


@dataclass(frozen=True)
class Entry:
    """A model as pyproject.toml describes it.

    Attributes
    ----------
    folder : of the file.
    settings : the table.
    """

    name: str
    folder: Path
    settings: Mapping[str, Any]

    def __post_init__(self) -> None:
        for key in self.settings:
            if key not in KEYS:
                raise BadModel(f"{self._place} has an unknown key '{key}'", _offer(key, KEYS))
        for key in ("factory", "checkpoint", "device"):
            if not isinstance(self.settings.get(key, ""), str):
                raise BadModel(f"{key} in {self._place} is no string", "Write it in quotes.")
        if not self.settings.get("factory"):
            raise BadModel(f"{self._place} names no factory", 'Write factory = "file.py:function".')

    @property
    def model(self) -> str:
        """What `load_model` is to load."""
        return str(self.settings["factory"])

    @property
    def checkpoint(self) -> str | None:
        """The file of the weights."""
        return self.settings.get("checkpoint")

    @property
    def device(self) -> str | None:
        """Where to compute."""
        return self.settings.get("device")

    def labels(self) -> list[str] | None:
        """The names of the classes."""
        given = self.settings.get("labels")
        if isinstance(given, str):
            given = _lines(self.folder / given)
        if given is None:
            return None
        if not isinstance(given, list):
            raise BadModel(f"labels in {self._place} is no list", 'Write labels = ["cat", "dog"], or a file.')
        return [str(label) for label in given]

    def inputs(self) -> Inputs | None:
        """How its inputs are made."""
        given = self.settings.get("inputs")
        if given is None:
            return None
        kind = given.get("kind") if isinstance(given, Mapping) else None
        if kind not in KINDS:
            raise BadModel(
                f"inputs in {self._place} says no kind", f'Write inputs = {{ kind = "image" }}: {_all(KINDS)}.'
            )
        made, options = KINDS[kind], {key: value for key, value in given.items() if key != "kind"}
        known = list(inspect.signature(made).parameters)
        for key in options:
            if key not in known:
                raise BadModel(f"inputs in {self._place} has an unknown key '{key}'", _offer(key, known))
        if isinstance(options.get("size"), list):
            options["size"] = tuple(options["size"])
        if isinstance(options.get("vocabulary"), str):
            options["vocabulary"] = _vocabulary(self.folder / options["vocabulary"])
        if isinstance(options.get("tokenizer"), str):
            options["tokenizer"] = _tokenizer(options["tokenizer"], self.folder)
        try:
            inputs: Inputs = made(**options)
        except AttributionError:
            raise
        except (TypeError, ValueError) as error:
            raise BadModel(f"inputs in {self._place} makes no {made.__name__}: {error}", "Check its values.") from None
        return inputs

    @property
    def _place(self) -> str:
        return f"[tool.heatline.models.{self.name}]"


def configured_models(folder: Path) -> dict[str, Entry]:
    """The models of the nearest pyproject.toml that names some, from a folder upwards.

    Raises
    ------
    BadModel
        If that file cannot be read, or describes a model in a way that makes no sense.
    """
    top = folder.resolve()
    for place in (top, *top.parents):
        file = place / "pyproject.toml"
        if not file.is_file():
            continue
        models = _parsed(file).get("tool", {}).get("heatline", {}).get("models", {})
        if not isinstance(models, dict) or not all(isinstance(entry, dict) for entry in models.values()):
            raise BadModel(f"[tool.heatline.models] in {file} is no table of tables", "Write one table per model.")
        if models:
            return {name: Entry(name, place, settings) for name, settings in models.items()}
    return {}


def _parsed(file: Path) -> dict[str, Any]:
    try:
        if sys.version_info >= (3, 11):
            import tomllib
        else:
            import tomli as tomllib
    except ImportError:
        raise BadModel(
            f"{file} cannot be read by Python 3.10 alone", f"Install tomli: {sys.executable} -m pip install tomli"
        ) from None
    try:
        found: dict[str, Any] = tomllib.loads(file.read_text(encoding="utf-8"))
        return found
    except (OSError, ValueError) as error:
        raise BadModel(f"{file} cannot be read: {error}", "Mend it first.") from None


def _lines(path: Path) -> list[str]:
    """A list in a file: JSON, or one entry per line."""
    try:
        text = path.read_text(encoding="utf-8")
        found = json.loads(text) if path.suffix == ".json" else [line for line in text.splitlines() if line.strip()]
    except (OSError, ValueError) as error:
        raise BadModel(f"{path} cannot be read: {error}", "Check the path.") from None
    if not isinstance(found, list):
        raise BadModel(f"{path.name} holds no list", "Write one entry per line, or a JSON list.")
    return [str(entry) for entry in found]


def _vocabulary(path: Path) -> dict[str, int]:
    """word -> id: a JSON object, or the words in the order of their ids."""
    if path.suffix == ".json":
        try:
            found = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise BadModel(f"{path} cannot be read: {error}", "Check the path.") from None
        if isinstance(found, dict):
            return {str(word): int(number) for word, number in found.items()}
    return {word: number for number, word in enumerate(_lines(path))}


def _tokenizer(spec: str, folder: Path) -> object:
    """A factory of a tokenizer, a file of tokenizers, or a folder of transformers."""
    path = folder / spec
    if path.is_dir():
        try:
            from transformers import AutoTokenizer
        except ImportError:
            raise BadModel("a folder with a tokenizer needs transformers", "Install it with pip.") from None
        return AutoTokenizer.from_pretrained(path, local_files_only=True)
    if path.suffix == ".json":
        try:
            from tokenizers import Tokenizer
        except ImportError:
            raise BadModel(f"{path.name} needs the library tokenizers", "Install it with pip.") from None
        return Tokenizer.from_file(str(path))
    return made_by_factory(spec, folder)[0]


def _offer(key: str, known: Any) -> str:
    near = difflib.get_close_matches(key, list(known), n=1)
    return f"Did you mean {near[0]}?" if near else f"It may have {_all(known)}."


def _all(names: Any) -> str:
    return ", ".join(names)
