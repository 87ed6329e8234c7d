"""`heatline explain` with several samples, and with a folder."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from heatline.cli import main

from .conftest import json_of, line_of

PHOTOS = ["explain", "models.py:photos"]


def test_each_sample_has_a_picture_and_a_line_of_json(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (workspace / "maps").mkdir()
    alone = json_of([*PHOTOS, "photo.png", "--steps", "4"], capsys)
    wanted = [*PHOTOS, "photo.png", "folder/", "folder/bus/1.png", "--steps", "4"]
    assert main([*wanted, "--out", "maps/{}.png", "--json", "all.jsonl"]) == 0
    written = sorted(file.name for file in (workspace / "maps").iterdir())
    assert written == ["0.png", "1-2.png", "1.png", "2.png", "photo.png"]
    records = [json.loads(line) for line in (workspace / "all.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [record["sample"] for record in records] == ["photo.png", "1.png", "0.png", "2.png", "1.png"]
    assert records[0]["scores"] == [pytest.approx(row, abs=1e-7) for row in alone["scores"]]
    said = capsys.readouterr().out
    assert said.count("Wrote ") == 5


def test_a_folder_alone(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*PHOTOS, "folder", "--method", "gradient", "--json", "-"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [json.loads(line)["sample"] for line in lines] == ["1.png", "0.png", "2.png"]


def test_texts_and_rows(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "models.py:reviews", "a great film", "@review.txt", "bad film", "--json", "-"]) == 0
    texts = [json.loads(line)["text"] for line in capsys.readouterr().out.splitlines()]
    assert texts == ["a great film", "a great film", "bad film"]
    assert main(["explain", "models.py:rows", "table.csv:1", "table.csv:3", "--out", "{}.png"]) == 0
    assert (workspace / "table-1.png").exists()
    assert (workspace / "table-3.png").exists()


def test_a_bad_sample_is_named_and_the_others_are_explained(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (workspace / "torn.png").write_bytes(b"no picture")
    assert main([*PHOTOS, "photo.png", "torn.png", "folder", "--steps", "2", "--json", "-"]) == 2
    said = capsys.readouterr()
    records = [json.loads(line) for line in said.out.splitlines()]
    assert ["error" in record for record in records] == [False, True, False, False, False]
    assert records[1]["sample"] == "torn.png"
    assert said.err.startswith("heatline: torn.png: ")
    assert said.err.count("\n") == 1


def test_what_cannot_be_meant_is_refused_before_anything_is_computed(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    two = [*PHOTOS, "photo.png", "folder/bus/1.png"]
    assert "--out 'all-{}.png'" in line_of([*two, "--out", "all.png"], capsys)
    assert "--open shows one picture" in line_of([*two, "--open"], capsys)
    assert "no folder nowhere" in line_of([*two, "--out", "nowhere/{}.png"], capsys)
    assert "there is no file gone.txt" in line_of(["explain", "models.py:reviews", "bad", "@gone.txt"], capsys)
