"""Is a claimed accuracy true? Integrated gradients by default claim a map that is off by at most 5 %.

    python benchmarks/tolerance.py [--data FOLDER] [--rows NAME ...] [--samples N] [--reference N] [--json FILE]

For each model: how many samples' maps claim it within 128 gradients, how many of the claims are true, and what was
spent. The true error is that of the map, relative to the sum of its absolute values, against many midpoints. What was
measured before is read from the file, so that a long run can be taken up again. No figure here depends on the clock.
"""

from __future__ import annotations

import argparse
import json
import statistics
from pathlib import Path

from contenders import Task, loop, ours
from rows import ROOT, load_row, row_names

TOLERANCE = 0.05
Record = dict[str, float]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    parser.add_argument("--rows", nargs="+", metavar="NAME")
    parser.add_argument("--samples", type=int, default=100)
    parser.add_argument("--reference", type=int, default=1024, help="midpoints of the reference")
    parser.add_argument("--json", type=Path, help="read what was measured before from here, and write everything here")
    options = parser.parse_args()
    data: Path | None = options.data if options.data.is_dir() else None
    kept: dict[str, list[Record]] = {}
    if options.json is not None and options.json.exists():
        kept = json.loads(options.json.read_text(encoding="utf-8"))
    print(f"{'':24}{'samples':>8}{'claimed':>9}{'true':>8}{'gradients':>11}{'error':>8}{'worst':>8}")
    for name in options.rows or [name for name in row_names(data) if not name.endswith("logit")]:
        row = load_row(name, data)
        records = kept.setdefault(name, [])
        for sample in row.samples[len(records) : options.samples]:
            records.append(measured(Task.of(row, sample), options.reference))
            if options.json is not None:
                options.json.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
        found = summary(records)
        print(
            f"{name:24}{len(records):>8}{found['claimed']:>9.0%}{found['true']:>8.0%}{found['gradients']:>11.0f}"
            f"{found['error']:>8.3f}{found['worst']:>8.3f}",
            flush=True,
        )


def measured(task: Task, reference: int) -> Record:
    """What was claimed, what is true, and what it took."""
    found = ours(task)
    true = loop(task, reference, batch=8, channels_last=task.features.dim() == 3)
    error = task.error_of(found.scores.to(task.features), true)
    assert found.map_error is not None
    return {"claimed": found.map_error, "true": error, "gradients": found.gradient_evaluations}


def summary(records: list[Record]) -> Record:
    """Shares of the samples that claim the tolerance and of the claims that are true; medians, and the worst error."""
    claims = [record for record in records if record["claimed"] <= TOLERANCE]
    held = [record for record in claims if record["true"] <= TOLERANCE]
    return {
        "claimed": len(claims) / len(records),
        "true": len(held) / max(1, len(claims)),
        "gradients": statistics.median(record["gradients"] for record in records),
        "error": statistics.median(record["true"] for record in records),
        "worst": max(record["true"] for record in records),
    }


if __name__ == "__main__":
    main()
