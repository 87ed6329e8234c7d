"""A workspace with small real models, written into a folder."""

from __future__ import annotations

from pathlib import Path

MODELS = """
import os, sys, time
import torch
from torch import nn
from heatline_stub import Model, Image, Text
from attribution_core import Tabular

WORDS = {"<unk>": 0, "good": 1, "bad": 2, "film": 3, "not": 4, "a": 5}


class Sentiment(nn.Module):
    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.embedding = nn.Embedding(len(WORDS), 4)
        self.out = nn.Linear(4, 2)
        with torch.no_grad():
            self.embedding.weight[1] = torch.tensor([1.0, 0, 0, 0])
            self.embedding.weight[2] = torch.tensor([-1.0, 0, 0, 0])
            self.out.weight.copy_(torch.tensor([[-2.0, 0, 0, 0], [2.0, 0, 0, 0]]))

    def forward(self, ids):
        return self.out(torch.tanh(self.embedding(ids)).sum(1))


class Slow(Sentiment):
    def forward(self, ids):
        time.sleep(0.02)
        return super().forward(ids)


class Noisy(Sentiment):
    def forward(self, ids):
        print("printed by the model")
        os.write(1, b"written by the model\\n")
        return super().forward(ids)


class Hangs(Sentiment):
    def forward(self, ids):
        print("hanging", flush=True)
        time.sleep(1000)


class Exits(Sentiment):
    def forward(self, ids):
        sys.exit(3)


class Dies(Sentiment):
    def forward(self, ids):
        os._exit(7)


def _text(module):
    return Model(module, inputs=Text(vocabulary=WORDS), labels=["negative", "positive"])


def sentiment(): return _text(Sentiment())
def slow(): return _text(Slow())
def noisy(): return _text(Noisy())
def hangs(): return _text(Hangs())
def exits(): return _text(Exits())
def dies(): return _text(Dies())
def raises(): raise RuntimeError("weights are missing")


def person():
    torch.manual_seed(0)
    module = nn.Sequential(nn.Linear(2, 4), nn.Tanh(), nn.Linear(4, 2))
    columns = Tabular(columns=["age", "height"], mean={"age": 40, "height": 170}, std={"age": 10, "height": 10})
    return Model(module, inputs=columns, labels=["no", "yes"])


def picture():
    torch.manual_seed(0)
    module = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 3))
    return Model(module, inputs=Image(size=32), labels=["cat", "dog", "bird"])
"""


def write(folder: Path) -> Path:
    """Writes `models.py` and `photo.png` into the folder."""
    from PIL import Image

    (folder / "models.py").write_text(MODELS.replace("heatline_stub", "heatline"), encoding="utf-8")
    photo = Image.linear_gradient("L").resize((60, 40)).convert("RGB")
    photo.save(folder / "photo.png")
    return folder
