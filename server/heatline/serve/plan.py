"""What the process that computes is started with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from .limits import Limits


@dataclass(frozen=True)
class Plan:
    """The models, and how they are loaded."""

    models: Mapping[str, str]
    """Name -> what `attribution_core.load_model` takes."""
    device: str | None = None
    """Where the models compute; where their factories put them when None."""
    pixels: int = Limits.pixels
    """Of one image at most, once it is unpacked."""
