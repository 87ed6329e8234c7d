"""The section `heatline` of the editor's configuration, for each workspace folder."""

from __future__ import annotations

import importlib.util
import json
import os
import shlex
import shutil
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

SECTION = "heatline"


@dataclass(frozen=True)
class Settings:
    """What a person set. Empty values, 0 and those of a wrong type count as not set."""

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
    memory: float | None = None
    """Megabytes that an agent may keep: see `InitializeParams.memory`."""
    hover: bool = True
    inlay_hints: bool = False
    problems: tuple[str, ...] = ()
    """What cannot be used, a sentence each."""


DEFAULTS = ("method", "score", "baseline", "steps", "device")
"""Settings that stand for parameters of requests."""

_EXPECTED: dict[str, tuple[Callable[[object], bool], str]] = {
    **{
        name: (lambda value: isinstance(value, str), "a text")
        for name in ("python", "agentRoot", "server", "model", "method", "score", "baseline", "device")
    },
    "agent": (lambda value: isinstance(value, str) or _are_texts(value), "a text or a list of texts"),
    "models": (lambda value: _are_texts(value), "a list of texts"),
    "steps": (lambda value: isinstance(value, int) and positive(value) is not None, "a whole number above 0"),
    "seconds": (lambda value: positive(value) is not None, "a number of seconds above 0"),
    "memory": (lambda value: positive(value) is not None, "a number of megabytes above 0"),
    "hover": (lambda value: isinstance(value, (bool, dict)), "true or false"),
    "inlayHints": (lambda value: isinstance(value, (bool, dict)), "true or false"),
}
"""What each setting may be."""


def problems(value: Mapping[str, object], where: str = "'heatline.{}'") -> tuple[str, ...]:
    """What of some settings cannot be used, a sentence each.

    Parameters
    ----------
    where : how a setting is called, with `{}` for its name.
    """
    return tuple(
        f"{where.format(name)} is {_shown(value[name])}; expected {expected}. It counts as not set."
        for name, (fits, expected) in _EXPECTED.items()
        if _is_set(value.get(name)) and not fits(value[name])
    )


def positive(value: object) -> float | None:
    """A finite number above 0, else None."""
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return float(value) if number and 0 < value < float("inf") else None  # type: ignore[operator, arg-type]


def _is_set(value: object) -> bool:
    """Editors send empty values and 0 for what was not set."""
    return value is not None and (isinstance(value, bool) or value not in ("", 0, [], {}))


def _are_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)


def _shown(value: object) -> str:
    text = json.dumps(value, default=str)
    return text if len(text) <= 40 else f"{text[:37]}..."


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

    return Settings(
        python=text("python"),
        agent=_command(value.get("agent")),
        agent_root=text("agentRoot"),
        server=text("server"),
        model=text("model"),
        models=value["models"] if _are_texts(value.get("models")) else [],
        defaults=defaults(value),
        seconds=positive(value.get("seconds")),
        memory=positive(value.get("memory")),
        hover=switch("hover") is not False,
        inlay_hints=switch("inlayHints") is True,
        problems=problems(value),
    )


def defaults(value: Mapping[str, object]) -> dict[str, Any]:
    """The parameters of requests among settings; what is empty or of a wrong type is left out."""
    return {name: value[name] for name in DEFAULTS if _is_set(value.get(name)) and _EXPECTED[name][0](value[name])}


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
    return tuple(value) if isinstance(value, list) and _are_texts(value) else ()


def _has_torch() -> bool:
    """Looked up, not imported."""
    return importlib.util.find_spec("torch") is not None
