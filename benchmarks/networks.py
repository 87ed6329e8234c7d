"""The networks that are measured. Image networks are built as published, so that published weights fit."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

BLOCKS = ((1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1))
"""Of MobileNetV2: expansion, channels, how many, stride of the first (Sandler et al. 2018, table 2)."""


class Fire(nn.Module):
    """Squeeze to few channels, then expand by 1x1 and 3x3 convolutions (Iandola et al. 2016)."""

    def __init__(self, channels: int, squeezed: int, expanded: int) -> None:
        super().__init__()
        self.squeeze = nn.Conv2d(channels, squeezed, 1)
        self.expand1x1 = nn.Conv2d(squeezed, expanded, 1)
        self.expand3x3 = nn.Conv2d(squeezed, expanded, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        squeezed = torch.relu(self.squeeze(x))
        return torch.relu(torch.cat([self.expand1x1(squeezed), self.expand3x3(squeezed)], dim=1))


class SqueezeNet(nn.Module):
    """Version 1.0: about 1.2 million parameters; photos (batch, 3, 227, 227) to scores (batch, classes)."""

    def __init__(self, classes: int = 1000) -> None:
        super().__init__()
        pool = nn.MaxPool2d(3, stride=2, ceil_mode=True)
        layers = [nn.Conv2d(3, 96, 7, stride=2), nn.ReLU(), pool]
        layers += [Fire(96, 16, 64), Fire(128, 16, 64), Fire(128, 32, 128), pool, Fire(256, 32, 128)]
        layers += [Fire(256, 48, 192), Fire(384, 48, 192), Fire(384, 64, 256), pool, Fire(512, 64, 256)]
        self.features = nn.Sequential(*layers)
        self.classifier = nn.Sequential(nn.Dropout(), nn.Conv2d(512, classes, 1, padding=1), nn.ReLU())

    def forward(self, x: Tensor) -> Tensor:
        places: Tensor = self.classifier(self.features(x))
        return places.mean((2, 3))


def squeezenet() -> nn.Module:
    """With random weights, which time does not depend on."""
    torch.manual_seed(0)
    return SqueezeNet().eval()


class PaddedConvolution(nn.Module):
    """A convolution with batch norm folded in, padded as TensorFlow does, then ReLU6 unless `linear`."""

    def __init__(
        self, inputs: int, outputs: int, size: int, stride: int = 1, groups: int = 1, linear: bool = False
    ) -> None:
        super().__init__()
        padding = 1 if size == 3 and stride == 1 else 0
        self.conv = nn.Conv2d(inputs, outputs, size, stride, padding, groups=groups)
        self.linear = linear

    def forward(self, x: Tensor) -> Tensor:
        if self.conv.stride == (2, 2):
            x = functional.pad(x, (0, 1, 0, 1))
        found: Tensor = self.conv(x)
        return found if self.linear else functional.relu6(found)


class Bottleneck(nn.Module):
    """Expand, filter each channel, project; added to its input where shapes allow."""

    def __init__(self, inputs: int, outputs: int, expansion: int, stride: int) -> None:
        super().__init__()
        wide = inputs * expansion
        layers = [PaddedConvolution(inputs, wide, 1)] if expansion != 1 else []
        layers += [
            PaddedConvolution(wide, wide, 3, stride, groups=wide),
            PaddedConvolution(wide, outputs, 1, linear=True),
        ]
        self.conv = nn.Sequential(*layers)
        self.added = stride == 1 and inputs == outputs

    def forward(self, x: Tensor) -> Tensor:
        found: Tensor = self.conv(x)
        return x + found if self.added else found


class MobileNetV2(nn.Module):
    """About 3.5 million parameters; photos (batch, 3, 224, 224) to scores (batch, classes)."""

    def __init__(self, classes: int = 1000) -> None:
        super().__init__()
        layers: list[nn.Module] = [PaddedConvolution(3, 32, 3, 2)]
        channels = 32
        for expansion, outputs, count, stride in BLOCKS:
            for i in range(count):
                layers.append(Bottleneck(channels, outputs, expansion, stride if i == 0 else 1))
                channels = outputs
        self.features = nn.Sequential(*layers, PaddedConvolution(channels, 1280, 1))
        self.classifier = nn.Linear(1280, classes)

    def forward(self, x: Tensor) -> Tensor:
        scores: Tensor = self.classifier(self.features(x).mean((2, 3)))
        return scores


class VisionTransformer(nn.Module):
    """Four layers with GELU; digits (batch, 1, 28, 28), in 49 patches, to scores (batch, 10)."""

    def __init__(self, size: int = 96, patch: int = 4) -> None:
        super().__init__()
        self.patches = nn.Conv2d(1, size, patch, patch)
        self.places = nn.Parameter(0.02 * torch.randn((28 // patch) ** 2, size))
        layer = nn.TransformerEncoderLayer(size, 4, 2 * size, 0.0, "gelu", batch_first=True, norm_first=True)
        self.layers = nn.TransformerEncoder(layer, 4, enable_nested_tensor=False)
        self.scores = nn.Linear(size, 10)

    def forward(self, digits: Tensor) -> Tensor:
        patches = self.patches(digits).flatten(2).transpose(1, 2) + self.places
        scores: Tensor = self.scores(self.layers(patches).mean(1))
        return scores


class LanguageModel(nn.Module):
    """An LSTM; words (batch, length) to scores of the next word, (batch, words)."""

    def __init__(self, words: int, size: int = 128, hidden: int = 256) -> None:
        super().__init__()
        self.embedding = nn.Embedding(words, size)
        self.memory = nn.LSTM(size, hidden, batch_first=True)
        self.scores = nn.Linear(hidden, words)

    def forward(self, ids: Tensor) -> Tensor:
        return self.after(self.embedding(ids))[:, -1]

    def after(self, embeddings: Tensor) -> Tensor:
        """Scores of the next word after each one."""
        scores: Tensor = self.scores(self.memory(embeddings)[0])
        return scores


class Sentiment(nn.Module):
    """Of a text, by a linear layer over the mean of an encoder's tokens; ids (batch, length) to scores (batch, 2)."""

    def __init__(self, encoder: nn.Module, size: int) -> None:
        super().__init__()
        self.encoder = encoder
        self.scores = nn.Linear(size, 2)

    def forward(self, input_ids: Tensor) -> Tensor:
        return self.judged(self.encoder(input_ids=input_ids))

    def of_embeddings(self, embeddings: Tensor) -> Tensor:
        """The same of the embeddings of words, (batch, length, size)."""
        return self.judged(self.encoder(inputs_embeds=embeddings))

    def judged(self, encoded: object) -> Tensor:
        """Scores of what the encoder has made."""
        states: Tensor = encoded.last_hidden_state  # type: ignore[attr-defined]
        scores: Tensor = self.scores(states.mean(1))
        return scores


def perceptron(columns: int, classes: int) -> nn.Module:
    """Two hidden layers with ReLU; rows (batch, columns) to scores (batch, classes)."""
    layers = [nn.Linear(columns, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, classes)]
    return nn.Sequential(*layers)
