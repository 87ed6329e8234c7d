"""A workspace with three models, photos, reviews and a table, as a person would have it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image

from heatline.cli import main

MODELS = """
import torch
from torch import nn
from attribution_core import Image, Model, Tabular, Text

WORDS = ["<pad>", "<unk>", "a", "great", "film", "not", "bad"]

def net():
    torch.manual_seed(0)
    return nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(4), nn.Flatten(), nn.Linear(64, 3))

def photos():
    return Model(net(), inputs=Image(size=16), labels=["tabby, tabby cat", "rose", "bus"])

def reviews():
    torch.manual_seed(0)
    net = nn.Sequential(nn.EmbeddingBag(len(WORDS), 6), nn.Tanh(), nn.Linear(6, 2))
    return Model(net, Text(vocabulary={word: i for i, word in enumerate(WORDS)}), labels=["negative", "positive"])

def rows():
    torch.manual_seed(0)
    table = Tabular(columns=["age", "sex"], categories={"sex": ["female", "male"]}, mean={"age": 30}, std={"age": 10})
    return Model(nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2)), table, labels=["died", "survived"])

def fares():
    torch.manual_seed(0)
    return Model(nn.Linear(2, 1), Tabular(columns=["age", "fare"]), task="regression")

def certain():
    model = photos()
    with torch.no_grad():
        model.module[4].bias[1] += 1000
    return model

def broken():
    raise ValueError("the weights are elsewhere")
"""
TABLE = "age,sex,fare,survived\n29,female,80,1\n41,male,7.5,0\n5,male,20,1\n"
REVIEWS = "text,label\na great film,positive\nnot a great film,negative\nbad film,negative\nnot bad,positive\n"


@pytest.fixture(autouse=True, scope="session")
def _one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory: models.py, photo.png, folder/LABEL/N.png, review.txt, reviews.csv, table.csv."""
    (tmp_path / "models.py").write_text(MODELS)
    (tmp_path / "review.txt").write_text("a great film", encoding="utf-8")
    (tmp_path / "table.csv").write_text(TABLE, encoding="utf-8")
    (tmp_path / "reviews.csv").write_text(REVIEWS, encoding="utf-8")
    photo = Image.linear_gradient("L").resize((48, 32)).convert("RGB")
    photo.save(tmp_path / "photo.png")
    for number, label in enumerate(["rose", "bus", "rose"]):
        folder = tmp_path / "folder" / label
        folder.mkdir(parents=True, exist_ok=True)
        photo.rotate(90 * number, expand=True).save(folder / f"{number}.png")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def json_of(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> Any:
    """What a command writes with `--json -`."""
    assert main([*arguments, "--json", "-"]) == 0, capsys.readouterr().err
    return json.loads(capsys.readouterr().out)


def line_of(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    """The one clear line of a command that is refused."""
    assert main(arguments) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("heatline: ")
    assert said.err.count("\n") == 1
    line = said.err.removeprefix("heatline: ")
    assert line[0] == line[0].lower() or line.startswith(("Image(", "Text(", "Tabular(", "Model(")), line
    return line
