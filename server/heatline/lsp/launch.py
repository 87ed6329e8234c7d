"""How the agent of a workspace folder is started: in an interpreter here, or by a command such as ssh."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from ..agent.bundle import agent_command, stdio_preamble
from .configuration import configuration
from .remote import Remote
from .settings import Settings, interpreter


@dataclass(frozen=True)
class Launch:
    """A program that speaks the agent's protocol on its stdin and stdout."""

    command: tuple[str, ...]
    folder: str
    """The workspace folder, on this machine."""
    root: str
    """The same folder where the agent runs."""
    name: str
    """What messages call the agent."""
    setting: str
    """Which setting chose it."""
    brings: bool
    """The agent is sent to the program as bytes before the first message; else the program has one of its own."""
    memory: int | None
    """Bytes that it may keep: see `InitializeParams`."""

    @property
    def check(self) -> str:
        """What to do where it does not start."""
        return f"Check the setting '{self.setting}'."

    def preamble(self) -> bytes:
        """What the program reads before the first message."""
        return stdio_preamble() if self.brings else b""

    def there(self, path: str) -> str:
        """A path as the agent knows it: one in the workspace folder lies in its folder; others stay as they are."""
        if self.root == self.folder or not os.path.isabs(path) or not Path(path).is_relative_to(self.folder):
            return path
        return str(PurePosixPath(self.root) / Path(path).relative_to(self.folder).as_posix())


def launch_of(settings: Settings, folder: str) -> Launch | Remote:
    """What starts the agent of a workspace folder, or the server that has it.

    Parameters
    ----------
    folder : the folder's path.
    """
    if settings.server:
        return Remote(settings.server, folder)
    megabytes = settings.memory or configuration(folder).memory
    memory = None if megabytes is None else round(megabytes * (1 << 20))
    if settings.agent:
        root = settings.agent_root or folder
        return Launch(settings.agent, folder, root, " ".join(settings.agent), "heatline.agent", False, memory)
    python = interpreter(settings, folder)
    return Launch(tuple(agent_command(python)), folder, folder, python, "heatline.python", True, memory)
