"""The section `heatline` of the editor's configuration, for each workspace folder."""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

SECTION = "heatline"


@dataclass(frozen=True)
class Settings:
    """What a person set. Values of a wrong type count as not set."""

    python: str = ""
    """The interpreter that has torch: a path, also one relative to the folder, or a command."""
    model: str = ""
    """The model that hovers use before another one was chosen: `path/to/file.py:function`."""
    models: list[str] = field(default_factory=list)
    """Models to offer before those found in the source."""
    hover: bool = True


def read(value: object) -> Settings:
    """Settings from a JSON value, as an editor sends it."""
    if not isinstance(value, dict):
        return Settings()

    def text(name: str) -> str:
        found = value.get(name)
        return found.strip() if isinstance(found, str) else ""

    models = value.get("models")
    hover = value.get("hover")
    if isinstance(hover, dict):  # an editor may nest `heatline.hover.enabled`
        hover = hover.get("enabled")
    return Settings(
        python=text("python"),
        model=text("model"),
        models=[spec for spec in models if isinstance(spec, str)] if isinstance(models, list) else [],
        hover=hover is not False,
    )


def interpreter(settings: Settings, root: str, environment: Mapping[str, str] = os.environ) -> str:
    """The interpreter for a folder.

    The one that was set; else our own, where torch is installed beside us; else that of the active
    environment or the folder's own; else ours.
    """
    if settings.python:
        written = os.path.expanduser(settings.python.replace("${workspaceFolder}", root))
        if os.path.dirname(written):
            return str(Path(root) / written)
        return shutil.which(written) or written
    if not _has_torch():
        script = Path("Scripts", "python.exe") if sys.platform == "win32" else Path("bin", "python")
        places = [Path(root) / environment.get("VIRTUAL_ENV", ".venv"), Path(root) / ".venv", Path(root) / "venv"]
        for place in places:
            if (place / script).is_file():
                return str(place / script)
    return sys.executable


def _has_torch() -> bool:
    """Looked up, not imported."""
    return importlib.util.find_spec("torch") is not None


def pushed(params_settings: Any) -> Settings | None:
    """Settings that came with `workspace/didChangeConfiguration`, from editors that cannot be asked."""
    if isinstance(params_settings, dict) and isinstance(params_settings.get(SECTION), dict):
        return read(params_settings[SECTION])
    return None
