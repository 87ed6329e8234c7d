"""A workspace with models, and an editor that has it open: one of each for the tests of a file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ..agent.workspace import write
from .editor import Editor


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("workspace"))


@pytest.fixture(scope="module")
def editor(root: Path) -> Iterator[Editor]:
    editor = Editor()
    editor.open(root)
    yield editor
    assert editor.close() == 0
