"""Which models a person chose in a workspace folder, and what was explained there."""

from __future__ import annotations

import hashlib
import json
import os
from collections import OrderedDict
from dataclasses import dataclass, field
from pathlib import Path

from ..protocol import Explanation, FileSample, SampleKind, SampleRef
from ..wire import encode
from .configuration import FILE, configuration
from .settings import Settings

_KEPT = 64

Key = tuple[str, tuple[int, ...], str]


@dataclass
class Entry:
    """An explanation as a hover needs it; without its arrays, so that many can be kept."""

    markdown: str
    plain: str
    job: str
    """The token under which the agent remembers the result."""
    png: str | None = None
    """A small picture in base64, once it was asked for."""


@dataclass
class Folder:
    """One workspace folder.

    Parameters
    ----------
    root : its path.
    """

    root: str
    settings: Settings | None = None
    """None before the editor was asked."""
    chosen: dict[SampleKind, str] = field(default_factory=dict)
    """For each kind of sample, the model of the last explanation that succeeded."""
    entries: OrderedDict[Key, Entry] = field(default_factory=OrderedDict)
    refused: set[Key] = field(default_factory=set)
    """What a hover asked for in vain; it does not ask again."""

    def model_for(self, kind: SampleKind) -> str | None:
        """The model that hovers use; None before the person chose one."""
        configured = self.settings.model if self.settings else ""
        return self.chosen.get(kind) or configured or None

    def key(self, spec: str, sample: SampleRef) -> Key:
        """What an explanation depends on; it changes when the model's file or the sample does."""
        if isinstance(sample, FileSample):
            path = Path(self.root) / sample.path
            name = f"{path}@{_changed(path)}:{sample.row}"
        else:
            name = hashlib.sha256(json.dumps(encode(sample)).encode()).hexdigest()
        return spec, self._made_of(spec), name

    def _made_of(self, spec: str) -> tuple[int, ...]:
        """When the files that a model is made of were last written."""
        file, _, name = spec.rpartition(":")
        if file and os.path.basename(file) != FILE:
            return (_changed(Path(self.root) / file),)
        said = configuration(self.root)
        model, folder = said.models.get(name), Path(said.path).parent
        if model is None:
            return ()
        parts = [said.path, model.factory.rpartition(":")[0], model.checkpoint]
        return tuple(_changed(folder / part) for part in parts if part)

    def find(self, key: Key) -> Entry | None:
        entry = self.entries.get(key)
        if entry is not None:
            self.entries.move_to_end(key)
        return entry

    def remember(self, key: Key, entry: Entry) -> None:
        self.refused.discard(key)
        self.entries[key] = entry
        self.entries.move_to_end(key)
        while len(self.entries) > _KEPT:
            self.entries.popitem(last=False)

    def refuse(self, key: Key) -> None:
        if len(self.refused) > _KEPT:
            self.refused.clear()
        self.refused.add(key)


def kind_of(explanation: Explanation) -> SampleKind:
    """What the explained model read."""
    return explanation.picture.kind


def _changed(path: Path) -> int:
    try:
        return os.stat(path).st_mtime_ns
    except OSError:
        return 0
