"""What a workspace says of itself in pyproject.toml: `[tool.heatline]` and `[tool.heatline.models.NAME]`.

The agent makes the models of it (`attribution_core.models.configured`); here they are only listed. An
interpreter or a command is never taken from there: a folder that somebody sent must not choose what runs.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from ..protocol import SampleKind
from .settings import DEFAULTS, defaults, positive, problems

FILE = "pyproject.toml"

_KINDS: dict[object, SampleKind] = {"image": "image", "text": "text", "tabular": "tabular"}


@dataclass(frozen=True)
class Named:
    """A model that the file names."""

    name: str
    factory: str
    """What makes it: `models.py:digits`, relative to the file's folder."""
    checkpoint: str
    """The file of its weights; empty where none is named."""
    inputs: SampleKind


@dataclass(frozen=True)
class Configuration:
    """What one file says. Empty where there is none."""

    path: str = ""
    models: dict[str, Named] = field(default_factory=dict)
    defaults: dict[str, Any] = field(default_factory=dict)
    """Parameters of requests; the person's own settings go before them, and before the two below."""
    seconds: float | None = None
    memory: float | None = None
    """In megabytes."""
    problem: str = ""
    """Why the file cannot be read, a sentence."""


def configuration(root: str) -> Configuration:
    """That of the nearest pyproject.toml with a table `tool.heatline`, from a folder upwards."""
    for folder in (Path(root), *Path(root).parents):
        file = folder / FILE
        try:
            status = os.stat(file)
        except OSError:
            continue
        found = _read(str(file), status.st_mtime_ns, status.st_size)
        if found is not None:
            return found
    return Configuration()


@lru_cache(maxsize=64)
def _read(path: str, mtime_ns: int, size: int) -> Configuration | None:
    """A file's configuration, cached until it changes; None where it says nothing of heatline."""
    try:
        tool = _parsed(Path(path).read_text(encoding="utf-8")).get("tool", {})
    except (OSError, ValueError, ImportError) as error:
        return Configuration(path, problem=f"{path} cannot be read: {error}.")
    table = tool.get("heatline") if isinstance(tool, dict) else None
    if table is None:
        return None
    models = table.get("models", {}) if isinstance(table, dict) else None
    if not isinstance(models, dict) or not all(isinstance(entry, dict) for entry in models.values()):
        return Configuration(path, problem=f"[tool.heatline.models] in {path} is no table of tables.")
    named = {name: _named(name, entry) for name, entry in models.items()}
    unmade = next((name for name, model in named.items() if not model.factory), None)
    settings = {name: table[name] for name in (*DEFAULTS, "seconds", "memory") if name in table}
    wrong = problems(settings, f"'{{}}' of [tool.heatline] in {path}")
    if unmade is not None:
        wrong = (f"[tool.heatline.models.{unmade}] in {path} names no factory.", *wrong)
    return Configuration(
        path,
        {n: m for n, m in named.items() if m.factory},
        defaults(settings),
        positive(settings.get("seconds")),
        positive(settings.get("memory")),
        " ".join(wrong),
    )


def _parsed(text: str) -> dict[str, Any]:
    """A file of TOML. Python 3.10 needs tomli for it, which is not in every place where this server is."""
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    found: dict[str, Any] = tomllib.loads(text)
    return found


def _named(name: str, entry: dict[str, Any]) -> Named:
    inputs = entry.get("inputs")
    kind = inputs.get("kind") if isinstance(inputs, dict) else None
    factory, checkpoint = (
        value if isinstance(value := entry.get(key), str) else "" for key in ("factory", "checkpoint")
    )
    return Named(name, factory, checkpoint, _KINDS.get(kind, "unknown"))
