"""Four small models, each with the factory that heatline asks for.

`python examples/train.py` trains them in under a minute; then, for example:

    heatline explain examples/models.py:photo_model examples/samples/flower.jpg --out flower.png
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from heatline import Image, Model, Tabular, Text

WEIGHTS = Path(__file__).parent / "weights"
PHOTO_LABELS = ["flower", "temple", "trees", "leaves"]
PHOTO_MEAN, PHOTO_STD = 0.5, 0.25
PHOTO_INPUT = Image(size=96, mean=PHOTO_MEAN, std=PHOTO_STD)
DIGIT_INPUT = Image(size=32, channels="L")
WINE_LABELS = ["Barolo", "Grignolino", "Barbera"]


def photo_model() -> Model:
    """Says what a photo shows: a flower, a temple, trees or leaves."""
    network = PhotoNet(len(PHOTO_LABELS))
    network.load_state_dict(weights("photos"))
    return Model(network.eval(), inputs=PHOTO_INPUT, labels=PHOTO_LABELS)


def digit_model() -> Model:
    """Reads a handwritten digit, white on black."""
    network = DigitNet()
    network.load_state_dict(weights("digits"))
    return Model(network.eval(), inputs=DIGIT_INPUT, labels=[str(digit) for digit in range(10)])


def review_model() -> Model:
    """Says whether the writer of a short review was pleased."""
    saved = weights("reviews")
    network = ReviewNet(len(saved["vocabulary"]))
    network.load_state_dict(saved["network"])
    return Model(network.eval(), inputs=Text(vocabulary=saved["vocabulary"]), labels=["negative", "positive"])


def wine_model() -> Model:
    """Tells from a chemical analysis which grape a wine was made of."""
    saved = weights("wines")
    network = WineNet(len(saved["mean"]), len(WINE_LABELS))
    network.load_state_dict(saved["network"])
    inputs = Tabular(columns=list(saved["mean"]), mean=saved["mean"], std=saved["std"])
    return Model(network.eval(), inputs=inputs, labels=WINE_LABELS)


def weights(name: str) -> Any:
    """What `train.py` saved, or one line that says how to get it."""
    file = WEIGHTS / f"{name}.pt"
    if not file.exists():
        raise FileNotFoundError(f"{file} is not there yet; train the examples first: python examples/train.py")
    return torch.load(file, weights_only=True)


class PhotoNet(nn.Module):
    """Convolutions that name what is at each place, then the mean over places.

    Averaging instead of striding keeps gradients free of checkerboards.
    """

    def __init__(self, classes: int, width: int = 12) -> None:
        super().__init__()
        self.places = nn.Sequential(
            *_convolution(3, width, kernel=5),
            nn.AvgPool2d(2),
            *_convolution(width, 2 * width),
            nn.AvgPool2d(2),
            *_convolution(2 * width, 4 * width),
            nn.AvgPool2d(2),
            *_convolution(4 * width, 4 * width),
            nn.Conv2d(4 * width, classes, 1),
        )

    def forward(self, photos: Tensor) -> Tensor:
        """Photos (batch, 3, height, width) to class scores (batch, classes)."""
        scores: Tensor = self.places(photos).mean(dim=(2, 3))
        return scores


class DigitNet(nn.Module):
    """A convolutional network of the usual kind."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            *_convolution(1, 12, kernel=5),
            nn.AvgPool2d(2),
            *_convolution(12, 24),
            nn.AvgPool2d(2),
            *_convolution(24, 32),
            nn.AvgPool2d(2),
            nn.Flatten(),
            nn.Linear(32 * 4 * 4, 10),
        )

    def forward(self, digits: Tensor) -> Tensor:
        """Digits (batch, 1, 32, 32) to class scores (batch, 10)."""
        scores: Tensor = self.layers(digits)
        return scores


class ReviewNet(nn.Module):
    """Looks at phrases of one, two, three and five words, and keeps the strongest of each kind (Kim 2014)."""

    def __init__(self, words: int, size: int = 32, kinds: int = 24) -> None:
        super().__init__()
        self.embedding = nn.Embedding(words, size, padding_idx=0)
        nn.init.normal_(self.embedding.weight.data[1:], std=0.1)
        self.phrases = nn.ModuleList(nn.Conv1d(size, kinds, width, padding=width // 2) for width in (1, 2, 3, 5))
        self.dropout = nn.Dropout(0.4)
        self.score = nn.Linear(4 * kinds, 2)

    def forward(self, ids: Tensor) -> Tensor:
        """Token ids (batch, words) to class scores (batch, 2)."""
        words = self.dropout(self.embedding(ids)).transpose(1, 2)
        found = [torch.relu(phrase(words)).amax(dim=2) for phrase in self.phrases]
        scores: Tensor = self.score(self.dropout(torch.cat(found, dim=1)))
        return scores


class WineNet(nn.Module):
    """One hidden layer."""

    def __init__(self, columns: int, classes: int, hidden: int = 16) -> None:
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(columns, hidden), nn.SiLU(), nn.Linear(hidden, classes))

    def forward(self, rows: Tensor) -> Tensor:
        """Normalised rows (batch, columns) to class scores (batch, classes)."""
        scores: Tensor = self.layers(rows)
        return scores


def _convolution(channels: int, kernels: int, kernel: int = 3) -> list[nn.Module]:
    return [nn.Conv2d(channels, kernels, kernel, padding=kernel // 2, bias=False), nn.BatchNorm2d(kernels), nn.SiLU()]
