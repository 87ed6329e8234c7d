"""Which models a person chose in a workspace folder, and what was explained there."""

from __future__ import annotations

import hashlib
import json
import os
from collections import OrderedDict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..protocol import Explanation, FileSample, SampleKind, SampleRef, TextPicture, TokenScore
from ..wire import WireError, decode, encode
from . import summary
from .configuration import FILE, configuration
from .failures import failure
from .settings import Settings

_KEPT = 64

Key = tuple[str, tuple[int, ...], str]


@dataclass
class Entry:
    """An explanation as a hover needs it; without its arrays, so that many can be kept."""

    markdown: str
    plain: str
    top: str
    """The most probable class with its probability; of a regression the value."""
    words: list[TokenScore]
    """Of a text: its words with their scores."""
    coloured: str
    """Of a text: its words with their colours, as HTML for Markdown."""
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
    used: set[str] = field(default_factory=set)
    """The models that a gesture has explained with; there are hovers from the first one on."""
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
            return (_changed(Path(self.root) / name),)  # a model's own file
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


def entry_of(result: Any, job: str) -> Entry:
    """What is kept of an explanation, as it came from an agent.

    Raises
    ------
    Failure
        Where it does not fit the protocol.
    """
    try:
        explanation = decode(Explanation, result, "result")
    except WireError as error:
        raise failure("internal", f"the agent's answer does not fit the protocol: {error}") from None
    picture = explanation.picture
    words = picture.words if isinstance(picture, TextPicture) else []
    coloured = summary.coloured(picture.text, words) if isinstance(picture, TextPicture) else ""
    return Entry(
        summary.markdown(explanation), summary.plain(explanation), summary.top(explanation), words, coloured, job
    )


def _changed(path: Path) -> int:
    try:
        return os.stat(path).st_mtime_ns
    except OSError:
        return 0
