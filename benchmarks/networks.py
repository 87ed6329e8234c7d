"""The network that is measured: of SqueezeNet's kind, with random weights, which time does not depend on."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class Fire(nn.Module):
    """Squeeze to few channels, then expand by 1x1 and 3x3 convolutions (Iandola et al. 2016)."""

    def __init__(self, channels: int, squeezed: int, expanded: int) -> None:
        super().__init__()
        self.squeeze = nn.Conv2d(channels, squeezed, 1)
        self.narrow = nn.Conv2d(squeezed, expanded, 1)
        self.wide = nn.Conv2d(squeezed, expanded, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        squeezed = torch.relu(self.squeeze(x))
        return torch.relu(torch.cat([self.narrow(squeezed), self.wide(squeezed)], dim=1))


def squeezenet(classes: int = 1000) -> nn.Module:
    """About 1.2 million parameters; photos (batch, 3, 227, 227) to scores (batch, classes)."""
    torch.manual_seed(0)
    pool = nn.MaxPool2d(3, stride=2, ceil_mode=True)
    layers = [nn.Conv2d(3, 96, 7, stride=2), nn.ReLU(), pool]
    layers += [Fire(96, 16, 64), Fire(128, 16, 64), Fire(128, 32, 128), pool]
    layers += [Fire(256, 32, 128), Fire(256, 48, 192), Fire(384, 48, 192), Fire(384, 64, 256), pool, Fire(512, 64, 256)]
    layers += [nn.Conv2d(512, classes, 1), nn.AdaptiveAvgPool2d(1), nn.Flatten()]
    return nn.Sequential(*layers).eval()
