"""The wine classifier: trained on scikit-learn's chemical analyses of 178 wines from Piedmont.

The three kinds are grapes, which the original study names (Forina et al. 1986: 59 Barolo, 71 Grignolino, 48 Barbera).
"""

from __future__ import annotations

import csv
from pathlib import Path

import torch
from sklearn.datasets import load_wine
from torch import Tensor
from torch.nn import functional

from models import WINE_LABELS, WineNet

COLUMNS = [
    *["alcohol", "malic acid", "ash", "alkalinity of ash", "magnesium", "phenols", "flavanoids", "other phenols"],
    *["proanthocyanins", "colour", "hue", "dilution", "proline"],
]
"""Shorter names for scikit-learn's, in its order."""


def wines() -> tuple[Tensor, Tensor]:
    """All of them, (178, columns), as measured, and their kinds."""
    data = load_wine()
    return torch.tensor(data.data, dtype=torch.float32), torch.tensor(data.target)


def kept_from_training() -> Tensor:
    """Every fifth wine, to test with."""
    return torch.arange(len(wines()[1])) % 5 == 4


def train(seed: int = 0, steps: int = 200) -> tuple[WineNet, dict[str, float], dict[str, float], float]:
    """The network, mean and standard deviation of each column, and its accuracy on every fifth wine."""
    torch.manual_seed(seed)
    rows, kinds = wines()
    kept = kept_from_training()
    mean, std = rows[~kept].mean(0), rows[~kept].std(0)
    normalised = (rows - mean) / std
    network = WineNet(len(COLUMNS), len(WINE_LABELS))
    optimiser = torch.optim.AdamW(network.parameters(), lr=1e-2, weight_decay=0.1)
    for _ in range(steps):
        loss = functional.cross_entropy(network(normalised[~kept]), kinds[~kept], label_smoothing=0.02)
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
    network.eval()
    with torch.no_grad():
        accuracy = (network(normalised[kept]).argmax(1) == kinds[kept]).float().mean().item()
    means, stds = (dict(zip(COLUMNS, values.tolist(), strict=True)) for values in (mean, std))
    return network, means, stds, accuracy


def save_table(path: Path) -> None:
    """The wines that were kept from training, with their grape in the column `label`."""
    rows, kinds = wines()
    kept = kept_from_training()
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([*COLUMNS, "label"])
        for row, kind in zip(rows[kept].tolist(), kinds[kept].tolist(), strict=True):
            writer.writerow([f"{value:.6g}" for value in row] + [WINE_LABELS[kind]])
