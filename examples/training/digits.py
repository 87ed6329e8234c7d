"""The digit classifier: trained on scikit-learn's handwritten digits, enlarged from 8 to 32 pixels."""

from __future__ import annotations

import torch
from sklearn.datasets import load_digits
from torch import Tensor
from torch.nn import functional

from models import DigitNet

SIDE = 32


def digits() -> tuple[Tensor, Tensor]:
    """All 1797 of them: (count, 1, 32, 32) from 0 (black) to 1 (white), and what they show."""
    data = load_digits()
    small = torch.tensor(data.images, dtype=torch.float32)[:, None] / 16
    large = functional.interpolate(small, (SIDE, SIDE), mode="bicubic", align_corners=False).clamp(0, 1)
    return large, torch.tensor(data.target)


def train(seed: int = 0, steps: int = 150, batch: int = 48) -> tuple[DigitNet, float]:
    """The network, and its accuracy on every fifth digit, which it was not trained on."""
    torch.manual_seed(seed)
    pictures, labels = digits()
    kept = torch.arange(len(labels)) % 5 == 4
    known, answers = pictures[~kept], labels[~kept]
    network = DigitNet()
    optimiser = torch.optim.AdamW(network.parameters(), lr=5e-3, weight_decay=0.02)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, max_lr=5e-3, total_steps=steps)
    for _ in range(steps):
        rows = torch.randint(len(answers), (batch,))
        moved = known[rows].roll((int(torch.randint(-2, 3, ())), int(torch.randint(-2, 3, ()))), dims=(2, 3))
        noisy = moved + 0.2 * torch.rand(batch, 1, 1, 1) * torch.randn_like(moved)
        loss = functional.cross_entropy(network(noisy), answers[rows], label_smoothing=0.05)
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        schedule.step()
    network.eval()
    with torch.no_grad():
        accuracy = (network(pictures[kept]).argmax(1) == labels[kept]).float().mean().item()
    return network, accuracy
