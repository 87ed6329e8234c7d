"""Integrated gradients of 50 steps on a SqueezeNet: heatline, Captum, and a hand-written loop, side by side.

    python benchmarks/integrated_gradients.py [--runs N] [--json FILE]

Medians of N runs after a warm-up, taken in turn so that a busy machine slows all alike. The times are of this
machine; the ratios are what to compare.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import torch
from captum.attr import IntegratedGradients
from torch import Tensor, nn

from attribution_core import Model, explain
from networks import squeezenet

STEPS = 50
SIDE = 227
MICRO_BATCH = 5


def hand_written(network: nn.Module, photo: Tensor, target: int) -> Tensor:
    """What one would write by hand: midpoints, in micro-batches."""
    total = torch.zeros_like(photo)
    for positions in ((torch.arange(STEPS) + 0.5) / STEPS).split(MICRO_BATCH):  # type: ignore[no-untyped-call]
        points = (positions[:, None, None, None] * photo).requires_grad_()
        score = network(points).softmax(1)[:, target].sum()
        total += torch.autograd.grad(score, points)[0].sum(0, keepdim=True)
    return total * photo / STEPS


def contenders(network: nn.Module, photo: Tensor, target: int) -> dict[str, Callable[[], object]]:
    """What is measured, by name; the first one is what the others are compared with."""
    captum = IntegratedGradients(nn.Sequential(network, nn.Softmax(1)))
    model = Model(network)
    return {
        "captum": lambda: captum.attribute(photo, target=target, n_steps=STEPS),
        f"captum, batches of {MICRO_BATCH}": lambda: captum.attribute(
            photo, target=target, n_steps=STEPS, internal_batch_size=MICRO_BATCH
        ),
        "hand-written loop": lambda: hand_written(network, photo, target),
        f"heatline, {STEPS} steps": lambda: explain(model, photo, target=target, steps=STEPS, baseline="zero"),
        "heatline, default": lambda: explain(model, photo, target=target, baseline="zero"),
    }


def measure(runs: int) -> dict[str, list[float]]:
    """Seconds of each run, by contender."""
    network = squeezenet()
    photo = torch.rand(1, 3, SIDE, SIDE, generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        target = int(network(photo).argmax())
    racing = contenders(network, photo, target)
    seconds: dict[str, list[float]] = {name: [] for name in racing}
    for run in range(runs + 1):
        for name, work in racing.items():
            start = time.perf_counter()
            work()
            if run > 0:
                seconds[name].append(time.perf_counter() - start)
    return seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--json", type=Path, help="write every run's seconds here")
    options = parser.parse_args()
    seconds = measure(options.runs)
    reference = statistics.median(seconds["captum"])
    print(f"SqueezeNet, {SIDE} px, {STEPS} steps, torch {torch.__version__}, {torch.get_num_threads()} threads")
    print(f"{'':24}{'of captum':>10}{'median s':>10}{'fastest s':>10}")
    for name, runs in seconds.items():
        median = statistics.median(runs)
        print(f"{name:24}{median / reference:>10.2f}{median:>10.2f}{min(runs):>10.2f}")
    if options.json is not None:
        options.json.write_text(json.dumps(seconds, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
