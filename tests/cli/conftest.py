"""A workspace with two models, a photo and a review, as a person would have it."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

MODELS = """
import torch
from torch import nn
from attribution_core import Image, Model, Text

WORDS = ["<pad>", "<unk>", "a", "great", "film", "not", "bad"]

def photos():
    torch.manual_seed(0)
    net = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(4), nn.Flatten(), nn.Linear(64, 3))
    return Model(net, inputs=Image(size=16), labels=["tabby, tabby cat", "rose", "bus"])

def reviews():
    torch.manual_seed(0)
    net = nn.Sequential(nn.EmbeddingBag(len(WORDS), 6), nn.Tanh(), nn.Linear(6, 2))
    return Model(net, Text(vocabulary={word: i for i, word in enumerate(WORDS)}), labels=["negative", "positive"])

def broken():
    raise ValueError("the weights are elsewhere")
"""


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory: models.py, photo.png, review.txt."""
    (tmp_path / "models.py").write_text(MODELS)
    (tmp_path / "review.txt").write_text("a great film", encoding="utf-8")
    Image.linear_gradient("L").resize((48, 32)).convert("RGB").save(tmp_path / "photo.png")
    monkeypatch.chdir(tmp_path)
    return tmp_path
