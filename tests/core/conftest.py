"""Small networks, photos and texts that the tests of the core share. Everything is made on the spot."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image as Pillow
from torch import Tensor, nn

from attribution_core import Model, Text

WORDS = "<pad> <unk> <mask> a great film but not bad the story was truly moving , . !".split()  # noqa: SIM905
VOCABULARY = {word: i for i, word in enumerate(WORDS)}


@pytest.fixture(autouse=True, scope="session")
def _one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture(autouse=True)
def _same_weights() -> None:
    torch.manual_seed(0)


class ConvNet(nn.Module):
    """A ReLU network with batch norm, in-place ReLU and dropout, on 3 x 12 x 12."""

    def __init__(self) -> None:
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(3, 6, 3), nn.BatchNorm2d(6), nn.ReLU(inplace=True), nn.MaxPool2d(2), nn.Conv2d(6, 8, 3), nn.ReLU()
        )
        self.classifier = nn.Sequential(nn.Flatten(), nn.Dropout(0.5), nn.Linear(8 * 9, 4))

    def forward(self, images: Tensor) -> Tensor:
        logits: Tensor = self.classifier(self.features(images))
        return logits


class LstmNet(nn.Module):
    """Embedding, LSTM, linear."""

    def __init__(self) -> None:
        super().__init__()
        self.embedding = nn.Embedding(len(WORDS), 8, padding_idx=0)
        self.lstm = nn.LSTM(8, 10, batch_first=True, bidirectional=True)
        self.out = nn.Linear(20, 2)

    def forward(self, ids: Tensor) -> Tensor:
        states, _ = self.lstm(self.embedding(ids))
        logits: Tensor = self.out(states.mean(1))
        return logits


class TransformerNet(nn.Module):
    """Token and position embeddings, one GELU layer, mean."""

    def __init__(self) -> None:
        super().__init__()
        self.embedding = nn.Embedding(len(WORDS), 8)
        self.positions = nn.Embedding(32, 8)
        self.layer = nn.TransformerEncoderLayer(8, 2, 16, dropout=0.1, activation="gelu", batch_first=True)
        self.out = nn.Linear(8, 3)

    def forward(self, ids: Tensor) -> Tensor:
        places = torch.arange(ids.shape[1], device=ids.device)
        states = self.layer(self.embedding(ids) + self.positions(places))
        logits: Tensor = self.out(states.mean(1))
        return logits


@pytest.fixture
def conv_net() -> nn.Module:
    """With statistics that are not those of a fresh batch norm, in evaluation mode."""
    net = ConvNet()
    with torch.no_grad():
        for _ in range(3):
            net(torch.randn(8, 3, 12, 12) * 2 + 1)
    return net.eval()


@pytest.fixture
def lstm_net() -> nn.Module:
    return LstmNet().eval()


@pytest.fixture
def transformer_net() -> nn.Module:
    return TransformerNet().eval()


@pytest.fixture
def mlp() -> nn.Module:
    return nn.Sequential(nn.Flatten(), nn.Linear(48, 16), nn.Tanh(), nn.Linear(16, 3)).eval()


@pytest.fixture
def text_model(lstm_net: nn.Module) -> Model:
    return Model(lstm_net, inputs=Text(vocabulary=VOCABULARY), labels=["negative", "positive"])


@pytest.fixture
def vocabulary() -> dict[str, int]:
    return dict(VOCABULARY)


@pytest.fixture
def photo_file(tmp_path: Path) -> Callable[..., Path]:
    """Saves a Pillow picture: `photo_file(mode="RGB", name="photo.png", size=(24, 16))`."""

    def save(mode: str = "RGB", name: str = "photo.png", size: tuple[int, int] = (24, 16), **options: Any) -> Path:
        width, height = size
        ramp = Pillow.linear_gradient("L").resize(size)
        picture = Pillow.merge("RGB", (ramp, ramp.transpose(Pillow.Transpose.ROTATE_180), Pillow.new("L", size, 90)))
        path = tmp_path / name
        picture.convert(mode).save(path, **options)
        assert (width, height) == Pillow.open(path).size
        return path

    return save
