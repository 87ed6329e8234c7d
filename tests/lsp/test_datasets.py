"""Data sets of a workspace, by their files."""

from __future__ import annotations

from pathlib import Path

import pytest

from heatline.lsp.datasets import data_in
from heatline.protocol import SampleKind

FILES = [
    "reviews.csv",
    "deep/er/rows.jsonl",
    "few/a.png",
    ".hidden/rows.csv",
    "env/pyvenv.cfg",
    "env/rows.csv",
    "node_modules/rows.csv",
    *(f"photos/{label}/{i}.JPG" for label in ("rose", "tulip") for i in range(5)),
    *(f"alone/{i}.png" for i in range(5)),
    *(f"letters/{i}.txt" for i in range(5)),
]


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("data")
    for name in FILES:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).touch()
    return root


@pytest.mark.parametrize(
    ("kind", "found"),
    [
        ("image", ["reviews.csv", "alone", "photos", "deep/er/rows.jsonl"]),
        ("text", ["reviews.csv", "letters", "deep/er/rows.jsonl"]),
        ("tabular", ["reviews.csv", "deep/er/rows.jsonl"]),
        ("unknown", ["reviews.csv", "alone", "letters", "photos", "deep/er/rows.jsonl"]),
    ],
)
def test_nearest_first_and_labels_stand_for_their_folder(root: Path, kind: SampleKind, found: list[str]) -> None:
    assert data_in(str(root), kind) == found


def test_a_folder_that_is_gone(tmp_path: Path) -> None:
    assert data_in(str(tmp_path / "gone"), "text") == []
