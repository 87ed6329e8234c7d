"""Integrated gradients: heatline, Captum and the best hand-written loop, side by side in one run.

    python benchmarks/integrated_gradients.py [--quick] [--data FOLDER] [--rows NAME ...] [--json FILE] [--page FILE]

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
from collections.abc import Callable
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
from page import write_page
from rows import ROOT, Row, load_row, row_names

TOLERANCES = (0.5, 0.3, 0.2, 0.1, 0.05, 0.03, 0.02, 0.01)
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
        "rows": [],
    }
    for name in options.rows or row_names(data):
        began = time.perf_counter()
        row = measured_row(load_row(name, data), data, options)
        measured["rows"].append(row)
        _print(row, time.perf_counter() - began)
    measured["load"].append(round(os.getloadavg()[0], 1))
    measured["bars"] = bars_of(measured["rows"])
    print("\nBars")
    for bar in measured["bars"]:
        print(f"  {'met    ' if bar['met'] else 'NOT MET'}  {bar['what']}: {bar['reached']} (limit {bar['limit']})")
    if options.json is not None:
        options.json.write_text(json.dumps(measured, indent=1) + "\n", encoding="utf-8")
    if options.page is not None:
        write_page(options.page, measured)


def measured_row(row: Row, data: Path | None, options: argparse.Namespace) -> Figures:
    """Everything about one model and score."""
    tasks = [Task.of(row, sample) for sample in row.samples[: options.samples]]
    references = [loop(task, options.reference, batch=8, channels_last=task.features.dim() == 3) for task in tasks]
    first = tasks[0]
    best_batch = min((5, 10, 25), key=lambda size: _once(lambda: captum(first, batch=size)))
    best_loop = min(loops(first), key=lambda way: min(_once(lambda: loop(first, **way)) for _ in range(2)))

    def found(name: str, task: Task, **more: Any) -> Tensor:
        if name.startswith("Captum"):
            return captum(task, batch=best_batch)[0]
        if name == "loop, 50":
            return loop(task, **best_loop)
        return _scores(ours(task, **more), task)

    def errors(name: str, **more: Any) -> list[float]:
        return [_error(task, found(name, task, **more), true) for task, true in zip(tasks, references, strict=True)]

    captums = errors("Captum")
    wanted = max(statistics.median(captums), MATCHED)
    tolerance = next(
        (t for t in TOLERANCES if statistics.median(errors("ours", tolerance=t)) <= wanted), TOLERANCES[-1]
    )
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
    seconds = _timed(works, options.runs)
    forward, backward = _parts(first, best_loop)
    columns: dict[str, Figures] = {}
    for name in ("Captum, default", "Captum, best batches", "loop, 50", *more):
        error = captums if name.startswith("Captum") else errors(name, **more.get(name, {}))
        columns[name] = {
            "seconds": seconds[name],
            "of Captum": seconds[name] / seconds["Captum, default"],
            "error": statistics.median(error),
            "worst": max(error),
            **_spent(name, tasks, more.get(name), best_batch),
        }
    if not options.quick or row.name in ("SqueezeNet", "MiniLM sentiment"):
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


def _spent(name: str, tasks: list[Task], more: dict[str, Any] | None, batch: int) -> Figures:
    """Gradients and forwards, in rows, and the completeness error: medians over the samples."""
    gradients, forwards, gaps = [], [], []
    for task in tasks:
        if more is not None:
            module = task.row.model.module
            assert isinstance(module, nn.Module)
            rows: list[int] = []
            hook = module.register_forward_hook(lambda _m, _i, outputs: rows.append(len(outputs)))  # noqa: B023
            found = ours(task, **more)
            hook.remove()
            assert found.completeness is not None
            gradients.append(found.gradient_evaluations)
            forwards.append(sum(rows))
            gaps.append(found.completeness.relative_error)
        else:
            made, used = captum(task, batch=batch) if name.startswith("Captum") else (loop(task), STEPS)
            ends = task.score(torch.stack([task.features, task.baseline])).tolist()
            gradients.append(STEPS)
            forwards.append(used)
            gaps.append(abs(float(made.sum()) - (ends[0] - ends[1])) / abs(ends[0] - ends[1]))
    middle = statistics.median
    return {"gradients": middle(gradients), "forwards": middle(forwards), "completeness": middle(gaps)}


def _error(task: Task, made: Tensor, true: Tensor) -> float:
    reference = task.map_of(true).double()
    return float((task.map_of(made).double() - reference).abs().sum() / reference.abs().sum())


def _scores(found: Attribution, task: Task) -> Tensor:
    return found.scores.reshape(task.features.shape).to(task.features)


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


def _timed(works: dict[str, Callable[[], object]], runs: int) -> dict[str, float]:
    """Medians, taken in turn."""
    seconds: dict[str, list[float]] = {name: [] for name in works}
    for run in range(runs + 1):
        for name, work in works.items():
            took = _once(work)
            if run > 0:
                seconds[name].append(took)
    return {name: statistics.median(each) for name, each in seconds.items()}


def _once(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


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
    parser.add_argument("--quick", action="store_true", help="few samples and runs: about six minutes on two cores")
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    parser.add_argument("--rows", nargs="+", metavar="NAME")
    parser.add_argument("--runs", type=int)
    parser.add_argument("--samples", type=int)
    parser.add_argument("--reference", type=int, help="midpoints of the reference")
    parser.add_argument("--json", type=Path, help="write every figure here")
    parser.add_argument("--page", type=Path, help="write the tables here: docs/performance.md")
    options = parser.parse_args()
    options.runs = options.runs or (3 if options.quick else 5)
    options.samples = options.samples or (3 if options.quick else 8)
    options.reference = options.reference or (256 if options.quick else 1024)
    return options


if __name__ == "__main__":
    main()
