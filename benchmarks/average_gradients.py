"""Average gradients and many samples, each beside what one would write by hand.

    python benchmarks/average_gradients.py [--quick] [--data FOLDER] [--json FILE]

Medians of 5 runs after a warm-up (3 with --quick), in turn, so that a busy machine slows all alike; the times are those
of the process, which waiting for others does not lengthen. Averages: `average` (one pass, all classes) beside a loop
whose micro-batches were searched for. Many samples: `explain_many` beside `explain` one by one. Memory: the peak beyond
what the model and the data take, in a process of its own, for N and for 4 N samples.
The models are the examples'. With a folder of real data the digits are MNIST's and the reviews IMDB's; otherwise the
digits are the examples' with noise, and the reviews the examples' sentences, one to thirty of them each.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.utils.data import TensorDataset

from attribution_core import Model, average, explain, explain_many
from rows import ROOT
from timing import CLEAR, once, peak_of, timed

DIGITS, REVIEWS = 10_000, 4_000
SIZES = (32, 64, 128, 256, 512, 1024)
"""Digits of a micro-batch that the loop is given a choice of."""
TOKENS = (1024, 2048, 4096, 8192, 16384)
"""Tokens of one."""
SAMPLES, STEPS = 64, 50
BAR = 0.95
CLOCK = time.process_time
"""Waiting for other processes does not lengthen it."""
Figures = dict[str, Any]


@dataclass(frozen=True)
class Digits:
    """Images (n, 1, 32, 32), and what they show."""

    model: Model
    images: Tensor
    labels: Tensor

    def ours(self) -> Tensor:
        """(classes, 1, 32, 32)"""
        return average(self.model, TensorDataset(self.images, self.labels), compare=False).gradients

    def loop(self, size: int) -> Tensor:
        """The same by hand."""
        network: Any = self.model.module
        total = torch.zeros(10, 1, 32, 32, dtype=torch.float64)
        for start in range(0, len(self.images), size):
            points = self.images[start : start + size].clone().requires_grad_()
            logits = network(points)
            for label in range(10):
                (found,) = torch.autograd.grad(logits[:, label].sum(), points, retain_graph=label < 9)
                total[label] += found.sum(0)
        return total / len(self.images)


@dataclass(frozen=True)
class Reviews:
    """Texts, as they are read."""

    model: Model
    texts: Sequence[str]

    def ours(self) -> Tensor:
        """(classes, words that occur)"""
        return average(self.model, self.texts, compare=False).gradients

    def loop(self, size: int) -> Tensor:
        """The same by hand: texts of one length together, since padding would change what the model says."""
        network: Any = self.model.module
        vocabulary: dict[str, int] = self.model.inputs.vocabulary  # type: ignore[union-attr]
        unknown = vocabulary["<unk>"]
        alike: dict[int, list[list[int]]] = {}
        for text in self.texts:
            words = re.findall(r"\w+|[^\w\s]", text.lower())
            alike.setdefault(len(words), []).append([vocabulary.get(word, unknown) for word in words])
        sums = torch.zeros(2, len(vocabulary), dtype=torch.float64)
        counts = torch.zeros(len(vocabulary), dtype=torch.float64)
        for length, texts in alike.items():
            count = max(1, size // length)
            for start in range(0, len(texts), count):
                ids = torch.tensor(texts[start : start + count])
                points = network.embedding(ids).detach().requires_grad_()
                scores = _after_embedding(network, points)
                flat = ids.flatten()
                counts.index_add_(0, flat, torch.ones(len(flat), dtype=torch.float64))
                for label in range(2):
                    (found,) = torch.autograd.grad(scores[:, label].sum(), points, retain_graph=label < 1)
                    sums[label].index_add_(0, flat, (found * points.detach()).sum(2).flatten().double())
        there = counts > 0
        return sums[:, there] / counts[there]


def _after_embedding(network: Any, embeddings: Tensor) -> Tensor:
    words = embeddings.transpose(1, 2)
    scores: Tensor = network.score(torch.cat([torch.relu(each(words)).amax(dim=2) for each in network.phrases], dim=1))
    return scores


def digits(data: Path | None, count: int) -> Digits:
    """So many, at the size that the example's network takes."""
    model = _example("digit_model")
    if data is not None:
        import numpy as np

        with np.load(data / "mnist" / "mnist.npz") as file:
            pictures = torch.from_numpy(file["x_test"]).float()[:, None] / 255
            labels = torch.from_numpy(file["y_test"]).long()
        pictures = torch.nn.functional.pad(pictures, (2, 2, 2, 2))
    else:
        from attribution_core.inputs import open_photo

        files = sorted((ROOT / "examples" / "samples").glob("digit-*.png"))
        network = model.network()
        inputs: Any = model.inputs
        pictures = torch.stack([inputs.features(open_photo(str(file)), network)[0] for file in files])
        labels = torch.arange(len(files))
    rows = torch.arange(count) % len(pictures)
    noise = 0.05 * torch.randn(count, *pictures.shape[1:], generator=torch.Generator().manual_seed(0))
    return Digits(model, pictures[rows] + noise, labels[rows])


def reviews(data: Path | None, count: int) -> Reviews:
    """So many; one after another where there are fewer."""
    draw = random.Random(0)
    if data is not None:
        with gzip.open(data / "text" / "imdb" / "imdb_6000train_4000test.jsonl.gz", "rt", encoding="utf-8") as file:
            texts = [row["text"] for row in map(json.loads, file) if row["split"] == "test"]
    else:
        lines = (ROOT / "examples" / "samples" / "reviews.csv").read_text("utf-8").splitlines()[1:]
        sentences = [line.rpartition(",")[0].strip('"') for line in lines]
        texts = [" ".join(draw.choices(sentences, k=draw.randint(1, 30))) for _ in range(REVIEWS)]
    return Reviews(_example("review_model"), [texts[i % len(texts)] for i in range(count)])


def _example(name: str) -> Model:
    sys.path.insert(0, str(ROOT / "examples"))
    import models

    made: Model = getattr(models, name)()
    return made


def of_averages(name: str, work: Digits | Reviews, sizes: Sequence[int], runs: int) -> Figures:
    """`average` beside the loop with its best micro-batch."""
    tried = {size: once(lambda size=size: work.loop(size), CLOCK) for size in sizes}  # type: ignore[misc]
    best = min(tried, key=tried.__getitem__)
    own, theirs = work.ours(), work.loop(best)
    error = float((own - theirs).abs().sum() / theirs.abs().sum())
    seconds = timed({"heatline.average": work.ours, "loop": lambda: work.loop(best)}, runs, CLOCK)
    return {
        "name": name,
        "batch of the loop": best,
        "seconds": seconds,
        "speed, of the loop's": seconds["loop"] / seconds["heatline.average"],
        "difference": error,
    }


def of_many(name: str, model: Model, samples: Sequence[object], runs: int) -> Iterator[Figures]:
    """`explain_many` beside `explain`."""
    questions: tuple[tuple[str, dict[str, Any]], ...] = ((f"{STEPS} steps", {"steps": STEPS}), ("tolerance 0.05", {}))
    for how, options in questions:
        works: dict[str, Callable[[], object]] = {
            "explain_many": lambda: [each.found for each in explain_many(model, samples, **options)],  # noqa: B023
            "explain": lambda: [explain(model, sample, **options) for sample in samples],  # noqa: B023
        }
        seconds = timed(works, runs, CLOCK)
        yield {
            "name": f"{name}, {how}",
            "samples": len(samples),
            "seconds": seconds,
            "speed, of one by one": seconds["explain"] / seconds["explain_many"],
        }


def peak(what: str, count: int, data: Path | None) -> int:
    """Bytes beyond what the model and the data take. Linux only."""
    command = [
        sys.executable,
        __file__,
        "--peak",
        what,
        "--count",
        str(count),
        *(["--data", str(data)] if data else []),
    ]
    return int(subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()[-1])


def _measure_peak(what: str, count: int, data: Path | None) -> None:
    work = digits(data, count) if what.endswith("digits") else reviews(data, count)
    if what.startswith("average"):
        run: Callable[[], object] = work.ours
    else:
        assert isinstance(work, Digits)
        run = lambda: [each.index for each in explain_many(work.model, work.images, steps=STEPS)]  # noqa: E731
    # Once, with little, so that what is needed once is not counted.
    small = digits(data, 64) if what.endswith("digits") else reviews(data, 64)
    small.ours()
    print(peak_of(run))


def main() -> None:
    options = _options()
    data: Path | None = options.data if options.data and options.data.is_dir() else None
    if options.peak:
        _measure_peak(options.peak, options.count, data)
        return
    # Times are of the process: more threads would count, too.
    torch.set_num_threads(1)
    part = 10 if options.quick else 1
    few, some = digits(data, DIGITS // part), reviews(data, REVIEWS // part)
    measured: Figures = {"data": str(data or "examples"), "averages": [], "many": [], "memory": []}
    for name, work, sizes in (
        (f"{len(few.images):,} digits", few, SIZES),
        (f"{len(some.texts):,} reviews", some, TOKENS),
    ):
        row = of_averages(name, work, sizes, options.runs)
        measured["averages"].append(row)
        share = row["speed, of the loop's"]
        print(f"average over {name}: {share:.2f} of the loop's speed ({'met' if share >= BAR else 'NOT MET'}: {BAR}); "
              f"{row['seconds']}, the loop's best micro-batch {row['batch of the loop']}, difference "
              f"{row['difference']:.1e}", flush=True)  # fmt: skip
    for name, model, samples in (
        ("digits", few.model, list(few.images[:SAMPLES])),
        ("reviews", some.model, list(some.texts[:SAMPLES])),
    ):
        for row in of_many(name, model, samples, options.runs):
            measured["many"].append(row)
            print(f"{len(samples)} {row['name']}: {row['speed, of one by one']:.2f} times as fast as one by one; "
                  f"{row['seconds']}", flush=True)  # fmt: skip
    if CLEAR.exists():
        for what, count in (("average digits", DIGITS), ("average reviews", REVIEWS), ("many digits", 4 * SAMPLES)):
            use = {number: peak(what, number // part, data) for number in (count, 4 * count)}
            measured["memory"].append({"what": what, "bytes": use})
            print(
                f"memory, {what}: " + ", ".join(f"{b / 1e6:.0f} MB for {n // part:,}" for n, b in use.items()),
                flush=True,
            )
    if options.json is not None:
        options.json.write_text(json.dumps(measured, indent=1) + "\n", encoding="utf-8")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a tenth of the samples, and 3 runs")
    parser.add_argument("--data", type=Path)
    parser.add_argument("--runs", type=int)
    parser.add_argument("--json", type=Path, help="write every figure here")
    parser.add_argument("--peak", help=argparse.SUPPRESS)
    parser.add_argument("--count", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    options.runs = options.runs or (3 if options.quick else 5)
    return options


if __name__ == "__main__":
    main()
