"""`heatline compare`: methods or classes side by side, and their difference."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from heatline.cli import main

from .conftest import json_of

PHOTO = ["compare", "models.py:photos", "photo.png", "--steps", "4"]
REVIEW = ["compare", "models.py:reviews", "a great film"]
ROW = ["compare", "models.py:rows", "table.csv:2"]
SAMPLES = pytest.mark.parametrize("sample", [PHOTO, REVIEW, ROW], ids=["photo", "text", "row"])


@SAMPLES
@pytest.mark.parametrize("choice", [["--methods", "gradient,integrated,vargrad"], ["--targets", "1,0"]])
def test_pictures_and_pages(
    choice: list[str], sample: list[str], workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*sample, *choice, "--out", "both.png"]) == 0
    with Image.open("both.png") as picture:
        assert picture.width > 300
    assert "Wrote both.png" in capsys.readouterr().out
    assert main([*sample, *choice, "--out", "both.html"]) == 0
    page = (workspace / "both.html").read_text(encoding="utf-8")
    assert page.startswith("<!doctype html>")
    assert "rank correlation" in page or "vargrad" in choice[1]


def test_two_classes_and_their_difference(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = json_of([*ROW, "--targets", "survived,died", "--score", "logit"], capsys)
    one, other = found["explanations"]
    assert [one["target"]["label"], other["target"]["label"]] == ["survived", "died"]
    difference = found["difference"]
    assert difference["target"]["label"] == "survived rather than died"
    for column, mine, theirs in zip(difference["columns"], one["columns"], other["columns"], strict=True):
        assert column["score"] == pytest.approx(mine["score"] - theirs["score"])
    assert found["agreements"][0]["between"] == [0, 1]


def test_two_methods_are_compared_in_shares(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = json_of([*REVIEW, "--methods", "input-x-gradient,integrated"], capsys)
    assert [one["method"] for one in found["explanations"]] == ["input-x-gradient", "integrated"]
    shares = []
    for one in found["explanations"]:
        total = sum(abs(token["score"]) for token in one["tokens"])
        shares.append([token["score"] / total for token in one["tokens"]])
    for token, mine, theirs in zip(found["difference"]["tokens"], *shares, strict=True):
        assert token["score"] == pytest.approx(mine - theirs, abs=1e-6)
    assert found["difference"]["method"] == "difference"


def test_of_three_every_two_have_an_agreement(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = json_of([*PHOTO, "--methods", "integrated,interior,gradient"], capsys)
    assert found["difference"] is None
    agreements = {tuple(one["between"]): one["rank_correlation"] for one in found["agreements"]}
    assert agreements.keys() == {(0, 1), (0, 2), (1, 2)}
    assert agreements[0, 1] == pytest.approx(1)
    assert agreements[0, 2] < 0.9


def test_methods_times_targets(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = json_of([*PHOTO, "--methods", "gradient,integrated", "--targets", "rose,2"], capsys)
    assert [(one["method"], one["target"]["label"]) for one in found["explanations"]] == [
        ("gradient", "rose"),
        ("gradient", "bus"),
        ("integrated", "rose"),
        ("integrated", "bus"),
    ]


@SAMPLES
def test_words_where_nobody_sits_at_a_terminal(
    sample: list[str], workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*sample, "--methods", "gradient,integrated"]) == 0
    said = capsys.readouterr().out
    assert "\x1b" not in said
    for part in ("Gradient: ", "Integrated gradients: ", "Difference: ", "Their rank correlation is"):
        assert part in said
