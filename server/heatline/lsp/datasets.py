"""Data sets in a workspace, by their files: what `heatline/average` can read."""

from __future__ import annotations

import os
from collections import deque

from ..protocol import SampleKind
from ..source import IMAGE_SUFFIXES

TABLES = (".csv", ".tsv", ".jsonl")
_TEXTS = (".txt",)
_SKIPPED = {"node_modules", "__pycache__", "site-packages", "build", "dist"}
_LOOKED_AT = 4000
"""Entries of folders, at most."""
_FEW = 5
"""Files of a kind that make a folder a data set."""


def data_in(root: str, kind: SampleKind) -> list[str]:
    """Tables, and folders of images or texts, that a model of a kind may read; relative to the folder, nearest first.

    A folder whose subfolders hold the files (a label each) stands for them.
    """
    wanted = {"image": IMAGE_SUFFIXES, "text": _TEXTS, "tabular": TABLES, "unknown": IMAGE_SUFFIXES + _TEXTS}[kind]
    found: list[str] = []
    waiting = deque([root])
    looked_at = 0
    while waiting and looked_at < _LOOKED_AT:
        folder = waiting.popleft()
        try:
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except OSError:
            continue
        looked_at += len(entries)
        if any(entry.name == "pyvenv.cfg" for entry in entries):
            continue
        if sum(entry.name.lower().endswith(wanted) for entry in entries) >= _FEW:
            parent = os.path.dirname(folder)
            place = parent if root not in (folder, parent) and _are_labels(parent, wanted) else folder
            found.append(os.path.relpath(place, root))
        found += [os.path.relpath(entry.path, root) for entry in entries if entry.name.lower().endswith(TABLES)]
        waiting += [
            entry.path
            for entry in entries
            if entry.is_dir(follow_symlinks=False) and not entry.name.startswith(".") and entry.name not in _SKIPPED
        ]
    return sorted(dict.fromkeys(path.replace(os.sep, "/") for path in found), key=lambda path: path.count("/"))


def _are_labels(folder: str, wanted: tuple[str, ...]) -> bool:
    """All subfolders hold files of the kind: they are labels."""
    try:
        subfolders = [entry.path for entry in os.scandir(folder) if entry.is_dir(follow_symlinks=False)]
        return len(subfolders) > 1 and all(
            any(name.lower().endswith(wanted) for name in os.listdir(path)) for path in subfolders
        )
    except OSError:
        return False
