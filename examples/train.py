"""Trains the four example models in under a minute, and puts samples for them beside them.

    python examples/train.py [FOLDER]

Writes FOLDER/weights and FOLDER/samples; FOLDER is this file's own when left out.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import torch
from PIL import Image
from sklearn.datasets import load_sample_image

from training import digits, photos, reviews, wines

SHOWN_SIDE = 256
"""Pixels of a digit's picture."""


def main(folder: Path) -> None:
    torch.set_num_threads(1)  # the networks are small: threads would wait for each other
    start = time.perf_counter()
    weights = folder / "weights"
    weights.mkdir(parents=True, exist_ok=True)
    reached: dict[str, float] = {}

    def tell(name: str, accuracy: float, of_what: str) -> None:
        reached[name] = accuracy
        print(f"{name:8} {accuracy:.1%} of {of_what} right, after {time.perf_counter() - start:.0f} s", flush=True)

    review_network, vocabulary, accuracy = reviews.train()
    torch.save({"network": review_network.state_dict(), "vocabulary": vocabulary}, weights / "reviews.pt")
    tell("reviews", accuracy, "the sentences kept for testing")
    digit_network, accuracy = digits.train()
    torch.save(digit_network.state_dict(), weights / "digits.pt")
    tell("digits", accuracy, "the digits kept for testing")
    wine_network, mean, std, accuracy = wines.train()
    torch.save({"network": wine_network.state_dict(), "mean": mean, "std": std}, weights / "wines.pt")
    tell("wines", accuracy, "the wines kept for testing")
    photo_network, accuracy = photos.train()
    torch.save(photo_network.state_dict(), weights / "photos.pt")
    tell("photos", accuracy, "new crops")
    save_samples(folder / "samples")
    (weights / "accuracy.json").write_text(json.dumps(reached, indent=2) + "\n")


def save_samples(folder: Path) -> None:
    """scikit-learn's two photos, one picture of each digit, a table of wines and one of reviews."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in photos.PHOTOS:
        Image.fromarray(load_sample_image(name)).save(folder / name, quality=95)
    pictures, labels = digits.digits()
    for digit in range(10):
        # One of those that were kept from training.
        kept = [row for row in range(4, len(labels), 5) if labels[row] == digit]
        picture = Image.fromarray((pictures[kept[0], 0] * 255).round().byte().numpy())
        picture.resize((SHOWN_SIDE, SHOWN_SIDE), Image.Resampling.BICUBIC).save(folder / f"digit-{digit}.png")
    wines.save_table(folder / "wines.csv")
    reviews.save_table(folder / "reviews.csv")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
