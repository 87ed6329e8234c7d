"""The section `heatline` of the editor's configuration, for each workspace folder."""

from __future__ import annotations

import importlib.util
import os
import shlex
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
    agent: tuple[str, ...] = ()
    """A command whose program is an agent on its stdin and stdout: `ssh HOST heatline agent --stdio`."""
    agent_root: str = ""
    """The workspace folder on that program's machine; the same path as here when empty."""
    server: str = ""
    """The address of a `heatline serve`, such as `wss://gpu.example.org:4719`; goes before the three above."""
    model: str = ""
    """The model that hovers use before another one was chosen: `path/to/file.py:function`."""
    models: list[str] = field(default_factory=list)
    """Models to offer before those found in the source."""
    defaults: dict[str, Any] = field(default_factory=dict)
    """Parameters of requests that a front end leaves out: see `DEFAULTS`."""
    seconds: float | None = None
    """How long an answer may take; without end when absent."""
    hover: bool = True
    inlay_hints: bool = False


DEFAULTS: dict[str, type | tuple[type, ...]] = {
    "method": str,
    "score": str,
    "baseline": str,
    "steps": int,
    "device": str,
}
"""Settings that stand for parameters of requests, and their types."""


def read(value: object) -> Settings:
    """Settings from a JSON value, as an editor sends it."""
    if not isinstance(value, dict):
        return Settings()

    def text(name: str) -> str:
        found = value.get(name)
        return found.strip() if isinstance(found, str) else ""

    def switch(name: str) -> object:
        found = value.get(name)
        return found.get("enabled") if isinstance(found, dict) else found  # an editor may nest `heatline.hover.enabled`

    models = value.get("models")
    seconds = value.get("seconds")
    return Settings(
        python=text("python"),
        agent=_command(value.get("agent")),
        agent_root=text("agentRoot"),
        server=text("server"),
        model=text("model"),
        models=[spec for spec in models if isinstance(spec, str)] if isinstance(models, list) else [],
        defaults=defaults(value),
        seconds=float(seconds) if isinstance(seconds, (int, float)) and seconds > 0 else None,
        hover=switch("hover") is not False,
        inlay_hints=switch("inlayHints") is True,
    )


def defaults(value: Mapping[str, object]) -> dict[str, Any]:
    """The parameters of requests among settings; what is empty or of a wrong type is left out."""
    return {
        name: value[name]
        for name, kind in DEFAULTS.items()
        if isinstance(value.get(name), kind) and value[name] and not isinstance(value[name], bool)
    }


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


def pushed(params_settings: Any) -> Settings | None:
    """Settings that came with `workspace/didChangeConfiguration`, from editors that cannot be asked."""
    if isinstance(params_settings, dict) and isinstance(params_settings.get(SECTION), dict):
        return read(params_settings[SECTION])
    return None


def _command(value: object) -> tuple[str, ...]:
    """A command as a list of words, or as a line that a shell would split; empty for what is neither."""
    if isinstance(value, str):
        try:
            return tuple(shlex.split(value))
        except ValueError:
            return (value,)
    if isinstance(value, list) and all(isinstance(word, str) for word in value):
        return tuple(value)
    return ()


def _has_torch() -> bool:
    """Looked up, not imported."""
    return importlib.util.find_spec("torch") is not None
