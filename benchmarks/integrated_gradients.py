"""Integrated gradients: heatline, Captum and the best hand-written loop, side by side in one run.

    python benchmarks/integrated_gradients.py [--quick] [--data FOLDER] [--rows NAME ...] [--json FILE]

Medians of 5 runs after a warm-up (3 with --quick), taken in turn so that a busy machine slows all alike. The times are
of this machine; the ratios are what to compare. True errors are of the map, relative to the sum of its absolute
values, against as many midpoints as --reference says. The models and photos are real ones where the folder of data is
there (`../shared/data` beside the repository), and the examples' otherwise.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import captum as captum_package
import torch
from torch import Tensor, nn

from attribution_core import Attribution, compare, explaining
from bars import bars_of
from contenders import STEPS, Task, captum, loop, loops, ours
from memory_use import measured_memory
from rows import ROOT, Row, load_row, row_names
from timing import once, timed

TOLERANCES = (0.2, 0.14, 0.1, 0.08, 0.065, 0.05, 0.03, 0.02, 0.01)
CLASSES = 5
MATCHED = 0.01
"""Error that nobody needs to be better than."""
Figures = dict[str, Any]


def main() -> None:
    options = _options()
    data: Path | None = options.data
    if data is None or not data.is_dir():
        data = None
        print("No folder of real data: the examples' small models are measured instead.\n")
    measured = {
        "date": datetime.now(timezone.utc).strftime("%Y-%m-%d"),
        "machine": f"{_processor()}, {torch.get_num_threads()} threads",
        "versions": ", ".join(
            (
                f"Python {platform.python_version()}",
                f"torch {torch.__version__}",
                f"Captum {captum_package.__version__}",
            )
        ),
        "load": [round(os.getloadavg()[0], 1)],
        "quick": options.quick,
        "reference": options.reference,
        "rows": [],
    }
    known = row_names(data)
    if options.rows and options.json is not None and options.json.exists():
        measured["rows"] = json.loads(options.json.read_text(encoding="utf-8"))["rows"]
    # Logits cost what probabilities cost.
    for name in options.rows or [name for name in known if not (options.quick and name.endswith("logit"))]:
        began = time.perf_counter()
        row = measured_row(load_row(name, data), data, options)
        others = [other for other in measured["rows"] if other["name"] != name]
        measured["rows"] = sorted([*others, row], key=lambda each: known.index(each["name"]))
        _print(row, time.perf_counter() - began)
        measured["load"][1:] = [round(os.getloadavg()[0], 1)]
        measured["bars"] = bars_of(measured["rows"])
        if options.json is not None:
            options.json.write_text(json.dumps(measured, indent=1) + "\n", encoding="utf-8")
    print("\nBars")
    for bar in measured["bars"]:
        print(f"  {'met    ' if bar['met'] else 'NOT MET'}  {bar['what']}: {bar['reached']} (limit {bar['limit']})")


def measured_row(row: Row, data: Path | None, options: argparse.Namespace) -> Figures:
    """Everything about one model and score."""
    tasks = [Task.of(row, sample) for sample in row.samples[: options.samples]]
    references = [loop(task, options.reference, batch=8, channels_last=task.features.dim() == 3) for task in tasks]
    first = tasks[0]
    best_batch = min((5, 10, 25), key=lambda size: once(lambda: captum(first, batch=size)))
    best_loop = min(loops(first), key=lambda way: once(lambda: loop(first, **way)))

    def judged(work: Callable[[Task], Made]) -> Figures:
        """Errors and costs over the samples."""
        return _judged([_Judged.of(task, work(task), true) for task, true in zip(tasks, references, strict=True)])

    captums = judged(lambda task: _by_captum(task, best_batch))
    default = judged(_by_us)
    wanted = max(captums["error"], MATCHED)
    tolerance, matched = _largest(lambda tolerance: judged(lambda task: _by_us(task, tolerance=tolerance)), wanted)
    more: dict[str, dict[str, Any]] = {
        "ours, default": {},
        "ours, as exact as Captum": {"tolerance": tolerance},
        "ours, 50": {"steps": STEPS},
    }
    works: dict[str, Callable[[], object]] = {
        "Captum, default": lambda: captum(first),
        "Captum, best batches": lambda: captum(first, batch=best_batch),
        "loop, 50": lambda: loop(first, **best_loop),
        **{name: (lambda chosen=chosen: ours(first, **chosen)) for name, chosen in more.items()},  # type: ignore[misc]
        "smoothgrad, 50": lambda: ours(first, method="smoothgrad", samples=STEPS),
        f"{CLASSES} classes, 50": lambda: (
            compare(row.model, first.sample, targets=list(range(CLASSES)), score=row.score, steps=STEPS)
            if first.prepared.outputs.shape[1] >= CLASSES
            else None
        ),
        "first preview": lambda: _first_preview(first),
        "forward": lambda: _forward(first),
    }
    seconds = timed(works, options.runs)
    forward, backward = _parts(first, best_loop)
    found = {
        "Captum, default": captums,
        "Captum, best batches": captums,
        "loop, 50": judged(lambda task: (loop(task, **best_loop), STEPS, STEPS)),
        "ours, default": default,
        "ours, as exact as Captum": matched,
        "ours, 50": judged(lambda task: _by_us(task, steps=STEPS)),
    }
    columns: dict[str, Figures] = {
        name: {"seconds": seconds[name], "of Captum": seconds[name] / seconds["Captum, default"], **figures}
        for name, figures in found.items()
    }
    if not row.name.endswith("logit") and (not options.quick or row.name in ("SqueezeNet", "MiniLM sentiment")):
        for name, use in measured_memory(row.name, data).items():
            columns.setdefault(name, {})["memory"] = use
    return {
        "name": row.name,
        "samples": len(tasks),
        "tolerance": tolerance,
        "batches": {"Captum": best_batch, "loop": best_loop},
        "forward": seconds["forward"],
        "preview": seconds["first preview"],
        "smoothgrad": seconds["smoothgrad, 50"],
        "classes": seconds[f"{CLASSES} classes, 50"] if first.prepared.outputs.shape[1] >= CLASSES else None,
        "backward of a forward": backward / forward,
        "columns": columns,
    }


def _largest(judged: Callable[[float], Figures], wanted: float) -> tuple[float, Figures]:
    """The largest tolerance whose error is the wanted one or less, by bisection, and its figures; else the smallest."""
    low, high = 0, len(TOLERANCES) - 1
    tried: dict[float, Figures] = {}
    while low < high:
        middle = (low + high) // 2
        tried[TOLERANCES[middle]] = judged(TOLERANCES[middle])
        if tried[TOLERANCES[middle]]["error"] <= wanted:
            high = middle
        else:
            low = middle + 1
    found = TOLERANCES[low]
    return found, tried.get(found) or judged(found)


Made = tuple[Tensor, int, int]
"""Attributions, gradients, and rows that went forward."""


def _by_captum(task: Task, batch: int) -> Made:
    made, rows = captum(task, batch=batch)
    return made, STEPS, rows


def _by_us(task: Task, **more: Any) -> Made:
    module = task.row.model.module
    assert isinstance(module, nn.Module)
    rows: list[int] = []
    hook = module.register_forward_hook(lambda _module, _inputs, outputs: rows.append(len(outputs)))
    found = ours(task, **more)
    hook.remove()
    return found.scores.reshape(task.features.shape).to(task.features), found.gradient_evaluations, sum(rows)


@dataclass(frozen=True)
class _Judged:
    """What one way made of one sample."""

    error: float
    completeness: float
    gradients: int
    forwards: int

    @classmethod
    def of(cls, task: Task, made: Made, true: Tensor) -> _Judged:
        attributions, gradients, forwards = made
        with torch.no_grad():
            end, start = task.score(torch.stack([task.features, task.baseline])).tolist()
        gap = abs(float(attributions.sum()) - (end - start)) / abs(end - start)
        return cls(task.error_of(attributions, true), gap, gradients, forwards)


def _judged(each: Sequence[_Judged]) -> Figures:
    """Medians over samples, and the worst error."""
    medians = {name: statistics.median(getattr(one, name) for one in each) for name in each[0].__dataclass_fields__}
    return {**medians, "worst": max(one.error for one in each)}


def _first_preview(task: Task) -> None:
    steps = explaining(task.row.model, task.sample, target=task.target, score=task.row.score)
    next(step for step in steps if isinstance(step, Attribution))
    steps.close()


def _forward(task: Task) -> None:
    with torch.no_grad():
        task.row.function(task.features[None])


def _parts(task: Task, way: dict[str, Any]) -> tuple[float, float]:
    """Seconds of one forward and one backward of the best micro-batch."""
    points = task.features.expand(way["batch"], *task.features.shape).clone()
    if way["channels_last"]:
        points = points.contiguous(memory_format=torch.channels_last)
    points.requires_grad_()
    forwards, backwards = [], []
    for _ in range(6):
        start = time.perf_counter()
        score = task.score(points).sum()
        between = time.perf_counter()
        torch.autograd.grad(score, points)
        forwards.append(between - start)
        backwards.append(time.perf_counter() - between)
    return statistics.median(forwards[1:]), statistics.median(backwards[1:])


def _print(row: Figures, took: float) -> None:
    print(
        f"\n{row['name']} ({row['samples']} samples, forward {1000 * row['forward']:.1f} ms; measured in {took:.0f} s)"
    )
    print(
        f"{'':26}{'of Captum':>10}{'s':>8}{'gradients':>10}{'forwards':>9}{'error':>8}{'worst':>8}{'sum':>8}{'MB':>7}"
    )
    for name, each in row["columns"].items():
        if "seconds" in each:
            memory = f"{each['memory'] / 1e6:.0f}" if "memory" in each else ""
            print(
                f"{name:26}{each['of Captum']:>10.2f}{each['seconds']:>8.3f}{each['gradients']:>10.0f}"
                f"{each['forwards']:>9.0f}{each['error']:>8.3f}{each['worst']:>8.3f}{each['completeness']:>8.3f}{memory:>7}"
            )
    sys.stdout.flush()


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return f"{len(names)} cores of {names[0]}" if names else platform.machine()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="fewer samples and runs, and no logits")
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    parser.add_argument("--rows", nargs="+", metavar="NAME", help="only these; the others stay in the file as they are")
    parser.add_argument("--runs", type=int)
    parser.add_argument("--samples", type=int)
    parser.add_argument("--reference", type=int, help="midpoints of the reference")
    parser.add_argument("--json", type=Path, help="write every figure here")
    options = parser.parse_args()
    options.runs = options.runs or (3 if options.quick else 5)
    options.samples = options.samples or (2 if options.quick else 4)
    options.reference = options.reference or (256 if options.quick else 512)
    return options


if __name__ == "__main__":
    main()
