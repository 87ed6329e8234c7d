"""Peak memory beyond the model's own, each contender in a process of its own.

python benchmarks/memory_use.py ROW CONTENDER [DATA]     one figure, in bytes
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import torch

from contenders import Task, captum, ours
from rows import load_row
from timing import CLEAR, peak_of

CONTENDERS = {"Captum, default": 50, "ours, 50": 50, "ours, 500": 500}


def measured_memory(row: str, data: Path | None) -> dict[str, int]:
    """Bytes, by contender. Nothing where the system does not tell the peak (Linux does)."""
    if not CLEAR.exists():
        return {}
    found = {}
    for name in CONTENDERS:
        command = [sys.executable, __file__, row, name, *([str(data)] if data else [])]
        found[name] = int(subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()[-1])
    return found


def main() -> None:
    row, name, *data = sys.argv[1:]
    loaded = load_row(row, Path(data[0]) if data else None)
    task = Task.of(loaded, loaded.samples[0])
    # A first gradient, so that what a model needs once is not counted.
    points = task.features[None].clone().requires_grad_()
    torch.autograd.grad(task.score(points).sum(), points)
    print(
        peak_of(
            lambda: captum(task, CONTENDERS[name]) if name.startswith("Captum") else ours(task, steps=CONTENDERS[name])
        )
    )


if __name__ == "__main__":
    main()
