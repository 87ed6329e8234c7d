"""The photo classifier: trained on crops of scikit-learn's two sample photos, whose regions were outlined by hand.

Two photos are few, so crops are taken at every scale, mirrored, brightened and darkened, made noisy, and the flower
and the temple are also laid on backgrounds of the other photo and on plain colours: the network must learn the thing
itself, not what happens to stand around it.
"""

from __future__ import annotations

import numpy as np
import torch
from PIL import Image as Pillow
from PIL import ImageDraw
from sklearn.datasets import load_sample_image
from torch import Tensor
from torch.nn import functional

from models import PHOTO_LABELS, PHOTO_MEAN, PHOTO_STD, PhotoNet

Outline = list[tuple[int, int]]

# Outlines in pixels of the original photos, 640 x 427; later ones lie on top of earlier ones.
WHOLE: Outline = [(0, 0), (640, 0), (640, 427), (0, 427)]
TREES_LEFT: Outline = [(0, 145), (75, 225), (75, 300), (90, 340), (200, 375), (290, 427), (0, 427)]
TREES_RIGHT: Outline = [
    *[(300, 427), (340, 360), (375, 325), (430, 300), (520, 272), (570, 310), (545, 230), (580, 150), (605, 135)],
    *[(640, 140), (640, 427)],
]
TEMPLE: Outline = [
    *[(193, 28), (217, 28), (222, 65), (320, 125), (300, 160), (330, 180), (322, 230), (352, 258), (340, 310)],
    *[(372, 340), (330, 380), (310, 420), (220, 385), (200, 372), (140, 340), (72, 345), (80, 285), (62, 270)],
    *[(100, 240), (98, 190), (84, 175), (120, 160), (118, 135), (95, 125), (98, 108), (150, 95)],
]
SMALL_FLOWER: Outline = [(288, 427), (292, 395), (350, 373), (430, 378), (470, 427)]
FLOWER_CENTRE, FLOWER_RADIUS = (308, 222), 138

PHOTOS: dict[str, list[tuple[str, Outline | None]]] = {
    "china.jpg": [("trees", TREES_LEFT), ("trees", TREES_RIGHT), ("temple", TEMPLE)],
    "flower.jpg": [("leaves", WHOLE), ("flower", None), ("flower", SMALL_FLOWER)],
}
THINGS = 2
"""The first labels name things; the others are what stands around them. Sky has no label: it says nothing."""
SIDE = 48
"""Pixels of a training crop; the network averages over places, hence takes larger photos too."""


def photo(name: str) -> Tensor:
    """One of scikit-learn's photos at half its size: (3, height, width), from 0 to 1."""
    pixels = torch.from_numpy(np.array(load_sample_image(name))).permute(2, 0, 1).float() / 255
    return functional.interpolate(pixels[None], scale_factor=0.5, mode="bilinear", antialias=True)[0]


def regions(name: str) -> Tensor:
    """What is where in the photo: (labels, height, width), shares from 0 to 1."""
    nothing = len(PHOTO_LABELS)
    drawn = Pillow.new("L", (640, 427), nothing)
    pen = ImageDraw.Draw(drawn)
    for label, outline in PHOTOS[name]:
        if outline is None:
            (x, y), r = FLOWER_CENTRE, FLOWER_RADIUS
            pen.ellipse((x - r, y - r, x + r, y + r), fill=PHOTO_LABELS.index(label))
        else:
            pen.polygon(outline, fill=PHOTO_LABELS.index(label))
    shares = functional.one_hot(torch.from_numpy(np.array(drawn)).long(), nothing + 1).permute(2, 0, 1).float()
    return functional.interpolate(shares[None, :nothing], scale_factor=0.5, mode="bilinear", antialias=True)[0]


class Crops:
    """Draws crops, together with what is where in them."""

    def __init__(self, seed: int) -> None:
        self.chance = torch.Generator().manual_seed(seed)
        self.layers = torch.stack([torch.cat([photo(name), regions(name)]) for name in PHOTOS])
        sky = 1 - self.layers[:, 3:].sum(1, keepdim=True)
        self.places = [(area > 0.5).nonzero() for area in torch.cat([self.layers[:, 3:], sky], dim=1).unbind(1)]

    def between(self, low: float, high: float, *shape: int) -> Tensor:
        return low + (high - low) * torch.rand(shape, generator=self.chance)

    def plain(self, count: int) -> tuple[Tensor, Tensor]:
        """Photos (count, 3, SIDE, SIDE) and regions (count, labels, SIDE, SIDE).

        Each label, and sky, is in the middle of as many.
        """
        boxes = torch.zeros(count, 2, 3)
        half = 0.12 * 8.3 ** self.between(0, 1, count)
        half[self.between(0, 1, count) < 0.25] = 1.0
        chosen = torch.zeros(count, dtype=torch.long)
        for row, size in enumerate(half.tolist()):
            places = self.places[row % len(self.places)]
            spot = places[torch.randint(len(places), (1,), generator=self.chance)[0]]
            chosen[row] = spot[0]
            for axis, pixels in ((1, self.layers.shape[2]), (0, self.layers.shape[3])):
                middle = float(spot[2 - axis]) / pixels * 2 - 1
                boxes[row, axis, axis] = size
                boxes[row, axis, 2] = min(max(middle, size - 1), 1 - size)
        boxes[:, 0, 0] *= torch.where(self.between(0, 1, count) < 0.5, -1, 1)
        grid = functional.affine_grid(boxes, [count, 3, SIDE, SIDE], align_corners=False)
        crops = [
            functional.grid_sample(
                self.layers[which : which + 1], box[None], padding_mode="border", align_corners=False
            )
            for which, box in zip(chosen.tolist(), grid, strict=True)
        ]
        drawn = torch.cat(crops)
        return drawn[:, :3], drawn[:, 3:]

    def mixed(self, count: int) -> tuple[Tensor, Tensor]:
        """Photos and regions; many of the things are cut out and laid on another background, or on a plain colour.

        A few are nothing but a colour, most often black: an explanation starts from there.
        """
        photos, areas = self.plain(count)
        behind, areas_behind = photos.roll(1, 0), areas.roll(1, 0)
        colour = (self.between(0, 1, count, 1, 1, 1) < 0.35).float()
        behind = behind * (1 - colour) + self.between(0, 1, count, 3, 1, 1) * colour
        thing = areas[:, :THINGS].sum(1, keepdim=True)
        empty = areas_behind[:, :THINGS].mean((1, 2, 3)) < 0.01
        cut = empty & (thing.mean((1, 2, 3)) > 0.05) & (self.between(0, 1, count) < 0.6)
        kept = torch.where(cut[:, None, None, None], thing, 1.0)
        photos = photos * kept + behind * (1 - kept)
        areas = areas * kept + areas_behind * (1 - kept) * (1 - colour)
        blank = (self.between(0, 1, count, 1, 1, 1) < 0.08).float()
        shade = self.between(0, 1, count, 3, 1, 1) * (self.between(0, 1, count, 1, 1, 1) < 0.5)
        return photos * (1 - blank) + shade * blank, areas * (1 - blank)

    def disturbed(self, photos: Tensor) -> Tensor:
        """With other contrast, brightness and tint, and with noise, which makes a network's gradients smooth."""
        count = len(photos)
        mean = photos.mean((1, 2, 3), keepdim=True)
        contrast, brightness = self.between(0.5, 1.3, count, 1, 1, 1), self.between(0.3, 1.2, count, 1, 1, 1)
        tint = self.between(0.75, 1.25, count, 3, 1, 1)
        noise = torch.randn(photos.shape, generator=self.chance) * self.between(0, 0.3, count, 1, 1, 1)
        return ((photos - mean) * contrast + mean * brightness) * tint + noise


def aims(areas: Tensor) -> tuple[Tensor, Tensor]:
    """The probabilities that the network should give: to each place (count, labels, 6, 6), and to the whole photo.

    Where nothing is that has a label, all labels are equally likely. A thing that covers a tenth is what a photo shows.
    """
    places = functional.avg_pool2d(areas, 8)
    places = places + (1 - places.sum(1, keepdim=True)) / len(PHOTO_LABELS)
    thing, which = areas[:, :THINGS].mean((2, 3)).max(1)
    named = functional.one_hot(which, len(PHOTO_LABELS)).float()
    return places, torch.where((thing > 0.1)[:, None], named, places.mean((2, 3)))


def normalised(photos: Tensor) -> Tensor:
    """As `models.PHOTO_INPUT` does it."""
    return (photos - PHOTO_MEAN) / PHOTO_STD


def train(seed: int = 0, steps: int = 300, batch: int = 32, pool: int = 800) -> tuple[PhotoNet, float]:
    """The network, and its accuracy on other crops, those that show one label clearly."""
    torch.manual_seed(seed)
    crops = Crops(seed)
    photos, areas = crops.mixed(pool)
    places, wholes = aims(areas)
    network = PhotoNet(len(PHOTO_LABELS))
    optimiser = torch.optim.AdamW(network.parameters(), lr=1e-2, weight_decay=0.02)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, max_lr=1e-2, total_steps=steps)
    for _ in range(steps):
        rows = torch.randint(pool, (batch,), generator=crops.chance)
        scores = network.places(normalised(crops.disturbed(photos[rows])))
        whole = functional.cross_entropy(scores.mean((2, 3)), wholes[rows], label_smoothing=0.02)
        each_place = functional.cross_entropy(scores, places[rows])
        optimiser.zero_grad()
        (whole + 0.2 * each_place).backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        schedule.step()
    network.eval()
    photos, areas = Crops(seed + 1).mixed(200)
    sure, label = aims(areas)[1].max(1)
    with torch.no_grad():
        right = network(normalised(photos)).argmax(1) == label
    return network, right[sure > 0.6].float().mean().item()
