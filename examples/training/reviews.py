"""The sentiment classifier: trained on sentences that we wrote, and on reviews that a small grammar makes."""

from __future__ import annotations

import csv
import random
import re
from collections import Counter
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional

from models import ReviewNet

HERE = Path(__file__).parent
LABELS = {"+": 1, "-": 0}
Review = tuple[list[str], int]
"""The words, and 1 where the writer was pleased."""


def words(text: str) -> list[str]:
    """Lower-case words and punctuation marks, as `heatline.Text` splits them."""
    return re.findall(r"\w+(?:['’-]\w+)*|[^\w\s]", text.lower())


def sentences() -> tuple[list[Review], list[Review]]:
    """What we wrote by hand: three pairs of four to train with, the fourth to test with."""
    lines = [
        line for line in (HERE / "sentences.txt").read_text(encoding="utf-8").splitlines() if line[:2] in ("+ ", "- ")
    ]
    reviews = [(words(line[2:]), LABELS[line[0]]) for line in lines]
    kept = [review for place, review in enumerate(reviews) if place // 2 % 4 == 3]
    return [review for review in reviews if review not in kept], kept


class Grammar:
    """Makes reviews out of `phrases.txt`."""

    def __init__(self) -> None:
        self.parts: dict[str, list[str]] = {}
        self.templates: list[tuple[str, int]] = []
        for line in (HERE / "phrases.txt").read_text(encoding="utf-8").splitlines():
            if line[:2] in ("+ ", "- "):
                self.templates.append((line[2:], LABELS[line[0]]))
            elif line and not line.startswith("#"):
                name, _, variants = line.partition(":")
                self.parts.setdefault(name, []).extend(variant.strip() for variant in variants.split("|"))

    def text(self, chance: random.Random) -> tuple[str, int]:
        """One more review, as it would be written."""
        text, label = chance.choice(self.templates)
        while "{" in text:
            text = re.sub(r"\{(\w+)\}", lambda part: chance.choice(self.parts[part[1]]), text)
        return text, label

    def review(self, chance: random.Random) -> Review:
        """One more review."""
        text, label = self.text(chance)
        return words(text), label


def save_table(path: Path, count: int = 2000, seed: int = 1) -> None:
    """New reviews of the grammar, in the columns `text` and `label`."""
    grammar, chance = Grammar(), random.Random(seed)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["text", "label"])
        for _ in range(count):
            text, label = grammar.text(chance)
            writer.writerow([re.sub(r" +([^\w\s])", r"\1", text), "positive" if label else "negative"])


def train(seed: int = 0, steps: int = 800, batch: int = 64) -> tuple[ReviewNet, dict[str, int], float]:
    """The network, its vocabulary (word -> id), and its accuracy on the sentences kept for testing."""
    torch.manual_seed(seed)
    chance = random.Random(seed)
    written, kept = sentences()
    grammar = Grammar()
    made = [grammar.review(chance) for _ in range(3000)]
    seen = Counter(word for text, _ in made + written for word in text)
    vocabulary = {word: place for place, word in enumerate(["<pad>", "<unk>", *sorted(seen)])}

    network = ReviewNet(len(vocabulary))
    optimiser = torch.optim.AdamW(network.parameters(), lr=1e-2, weight_decay=0.1)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, max_lr=1e-2, total_steps=steps)
    for _ in range(steps):
        reviews = [chance.choice(written) if chance.random() < 0.2 else grammar.review(chance) for _ in range(batch)]
        ids, labels = encoded(reviews, vocabulary)
        # Words that go missing teach the network that a word which it does not know says nothing.
        lost = (torch.rand(ids.shape) < 0.15) & (ids != 0)
        loss = functional.cross_entropy(network(ids.masked_fill(lost, 1)), labels, label_smoothing=0.05)
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        schedule.step()
    network.eval()
    ids, labels = encoded(kept, vocabulary)
    with torch.no_grad():
        accuracy = (network(ids).argmax(1) == labels).float().mean().item()
    return network, vocabulary, accuracy


def encoded(reviews: list[Review], vocabulary: dict[str, int]) -> tuple[Tensor, Tensor]:
    """Token ids (reviews, words), filled up with 0, and labels (reviews,)."""
    longest = max(len(text) for text, _ in reviews)
    rows = [[vocabulary.get(word, 1) for word in text] + [0] * (longest - len(text)) for text, _ in reviews]
    return torch.tensor(rows), torch.tensor([label for _, label in reviews])
