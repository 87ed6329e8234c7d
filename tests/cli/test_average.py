"""`heatline average`: folders and files, options, interruptions, and what is refused."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from attribution_core import GlobalAverage
from heatline.cli import main

from .conftest import json_of, line_of

PHOTOS = ["average", "models.py:photos", "folder"]
REVIEWS = ["average", "models.py:reviews", "reviews.csv"]
ROWS = ["average", "models.py:rows", "table.csv"]


def test_a_folder_of_photos(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = json_of(PHOTOS, capsys)
    assert (found["kind"], found["samples"], found["data"]) == ("image", 3, "folder")
    assert found["shape"] == [16, 16]
    assert [len(entry["gradients"]) for entry in found["classes"]] == [16, 16, 16]
    assert [entry["label"] for entry in found["classes"]] == ["tabby, tabby cat", "rose", "bus"]
    assert found["accuracy"] is not None, "the names of the subfolders are labels"


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_a_file_of_texts(form: str, workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    if form == "jsonl":
        lines = ['{"text": "a great film", "label": "positive"}', '{"text": "bad film", "label": "negative"}']
        (workspace / "reviews.jsonl").write_text("\n".join(lines))
    found = json_of(["average", "models.py:reviews", f"reviews.{form}"], capsys)
    assert (found["kind"], found["samples"]) == ("text", 4 if form == "csv" else 2)
    words = {word["name"]: word["count"] for word in found["classes"][1]["words"]}
    assert words["film"] == (3 if form == "csv" else 2)
    assert found["agreement"] is not None
    assert found["accuracy"] is not None


def test_rows_of_a_table(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = json_of([*ROWS, "--label-column", "survived", "--score", "probability"], capsys)
    assert (found["kind"], found["samples"], found["score"]) == ("tabular", 3, "probability")
    assert {column["name"] for column in found["classes"][0]["columns"]} == {"age", "sex=female", "sex=male"}


@pytest.mark.parametrize("command", [PHOTOS, REVIEWS, ROWS], ids=["photos", "texts", "rows"])
def test_pictures_pages_and_arrays(command: list[str], workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("a.png", "a.html", "a.npz"):
        assert main([*command, "--out", name]) == 0
        assert f"Wrote {name}" in capsys.readouterr().out
    with Image.open("a.png") as picture:
        assert picture.width > 300
    assert (workspace / "a.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    assert GlobalAverage.load("a.npz").samples == (4 if command is REVIEWS else 3)


def test_options(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = json_of([*REVIEWS, "--classes", "positive", "--limit", "2", "--no-agreement", "--seed", "3"], capsys)
    assert [entry["label"] for entry in found["classes"]] == ["positive"]
    assert (found["samples"], found["agreement"], found["seed"]) == (2, None, 3)
    (workspace / "odd.csv").write_text("what,said\nnot bad,positive\n")
    odd = ["average", "models.py:reviews", "odd.csv"]
    assert json_of([*odd, "--text-column", "what", "--label-column", "said"], capsys)["accuracy"] in (0.0, 1.0)


def test_two_models_beside_each_other(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = "def other():\n    from models import reviews\n    return reviews()\n"
    (workspace / "others.py").write_text(other)
    assert main([*REVIEWS, "--beside", "others.py:other", "--out", "both.html"]) == 0
    page = (workspace / "both.html").read_text(encoding="utf-8")
    assert page.count("<details>") == 4, "two classes of two models"
    assert "Wrote both.html" in capsys.readouterr().out


def test_it_goes_on_from_a_state(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (workspace / "reviews.csv").write_text("text\n" + "a great film\nnot bad\nbad film\n" * 20)
    whole = json_of(REVIEWS, capsys)
    part = json_of([*REVIEWS, "--resume", "state.npz", "--limit", "17"], capsys)
    assert part["samples"] == 17
    both = json_of([*REVIEWS, "--resume", "state.npz"], capsys)
    assert both["samples"] == whole["samples"] == 60
    for one, other in zip(both["classes"], whole["classes"], strict=True):
        assert one["constant"] == pytest.approx(other["constant"])
    done = json_of([*REVIEWS, "--resume", "state.npz"], capsys)
    assert done["samples"] == 60, "nothing is counted twice"


SLOW = """
import os, signal, sys, torch
from models import WORDS, reviews
from attribution_core import Model, Text

signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell has what runs in the background ignore it

class Interrupting(torch.nn.Module):
    def __init__(self, inner):
        super().__init__()
        self.inner, self.calls = inner, 0
    def forward(self, ids):
        self.calls += 1
        if self.calls == 4 and "INTERRUPTED" in os.environ:
            os.kill(os.getpid(), signal.SIGINT)
        return self.inner(ids)

def slow():
    model = reviews()
    return Model(Interrupting(model.module), model.inputs, labels=model.labels)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there is no Ctrl-C to send to oneself")
def test_an_interrupted_run_keeps_what_it_has(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (workspace / "slow.py").write_text(SLOW)
    (workspace / "reviews.csv").write_text("text\n" + "a great film\nnot bad at all\nbad\n" * 200)
    command = ["average", "slow.py:slow", "reviews.csv", "--resume", "state.npz", "--no-agreement"]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path), "INTERRUPTED": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "heatline", *command], env=environment, capture_output=True, text=True, timeout=100
    )
    assert done.returncode == 128 + signal.SIGINT
    assert done.stderr == "heatline: cancelled\n"
    assert (workspace / "state.npz").exists()
    whole = json_of(["average", "slow.py:slow", "reviews.csv", "--no-agreement"], capsys)
    resumed = json_of(command, capsys)
    assert resumed["samples"] == whole["samples"] == 600
    for one, other in zip(resumed["classes"], whole["classes"], strict=True):
        assert one["constant"] == pytest.approx(other["constant"])


LINES: list[tuple[list[str], str]] = [
    (["average", "models.py:reviews", "nowhere"], "there is no file or folder nowhere. Check the path."),
    (["average", "models.py:reviews", "photo.png"], "photo.png is no data set that can be read. Give a folder,"),
    (["average", "models.py:reviews", "folder"], "there are no .txt files in the folder folder. Check the path."),
    (["average", "models.py:fotos", "folder"], "there is no 'fotos' in models.py. Did you mean photos?"),
    ([*REVIEWS, "--classes", "positiv"], "there is no class 'positiv'. Did you mean 'positive'?"),
    ([*REVIEWS, "--classes", ","], "no classes were asked for. Name at least one, or leave them out."),
    ([*REVIEWS, "--limit", "0"], "0 samples were asked for. Ask for at least one."),
    ([*REVIEWS, "--text-column", "what"], "there is no column 'what'. text_column (--text-column) is one of"),
    ([*REVIEWS, "--out", "a.gif"], "--out a.gif is no format that can be written. Choose .png, .html, .npz."),
    ([*REVIEWS, "--out", "a.npz", "--beside", "models.py:reviews"], "--out with .npz holds one average."),
    ([*REVIEWS, "--resume", "state.json"], "--resume state.json is no .npz file. Name one; it need not be there yet."),
    ([*REVIEWS, "--resume", "nowhere/state.npz"], "there is no folder nowhere. Make it first."),
    (
        [*REVIEWS, "--resume", "photos.npz"],
        "the state is of another average: its kind image, and now text. Begin a new one",
    ),
    ([*REVIEWS, "--resume", "words.npz"], "words.npz holds no saved state of a global average. Check the path."),
    ([*REVIEWS, "--beside", "models.py:photos"], "the model reads images, and 'a great film' is a text"),
    (["average", "models.py:broken", "folder"], "the factory broken failed: ValueError: the weights are elsewhere."),
]


@pytest.mark.parametrize(("arguments", "line"), LINES, ids=[" ".join(arguments[2:]) for arguments, _ in LINES])
def test_one_clear_line(arguments: list[str], line: str, workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    if "photos.npz" in arguments:
        json_of([*PHOTOS, "--resume", "photos.npz"], capsys)
    (workspace / "words.npz").write_text("no arrays")
    assert line_of(arguments, capsys).startswith(line)
