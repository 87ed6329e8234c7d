"""The figures as a page for people.

python benchmarks/page.py FOLDER PAGE     the .json files that the benchmarks wrote, to docs/performance.md
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tolerance import TOLERANCE, summary

HEAD = """# Performance

Written by `make bench`, or by its parts, row by row; {date}, {machine}; {versions}.
Load of the machine before and after: {load[0]} and {load[1]}
(1 is one busy core: times taken on a loaded machine are too long, ratios less so).{quick}

Each section is one model, score and its photos, texts or rows; errors are medians (and worst) over these,
of the map, relative to the sum of its absolute values, against {reference} midpoints. *As exact as Captum*: the largest
tolerance whose median error is no worse than Captum's, or 1 %.
"""

LIMITS = """
## What limits it where a bar is not met

As of 2026-11-23.

- **Captum's accuracy in a fraction of its time.** A rule can save points, not seconds, and it spends nine at
  least, since an error is claimed after two rounds only. For photos the best hand-written loop alone takes half
  of Captum's time for the same 50 points here, so a quarter of it would be some 23 points. The default takes 33
  to 41 of them and .38 of the time, and its error is .037 beside Captum's .036 on SqueezeNet, .038 beside .037
  on MobileNetV2; to be no worse at all takes 57 to 65. The map of a ReLU network jumps at every kink, and no
  rule that was tried knows where they are. On smooth networks Captum's Gauss-Legendre points are exact to many
  digits and 1 % is asked for, which takes nine to nineteen gradients in micro-batches of four to nine, beside
  one of 50. What is left are three forward passes (the prediction, the baseline's score, and a check that
  samples do not influence each other) and two milliseconds of Python, which count where a whole explanation
  takes forty.
- **50 gradients of a transformer.** Every micro-batch reads all weights. Of MiniLM a gradient takes 36 ms
  alone, and in micro-batches of 2, 5, 10 and 25 it takes 23, 15, 13 and 10 ms: the loop is free to take 25. We
  stop at 10 where more would need over 64 MB, since a quarter of Captum's memory was asked for, too: one of the
  two bars can be met.
- **Networks whose forward pass takes less than 5 ms**: the three forward passes that the loop does without.
- **Memory at 500 steps** is what the largest micro-batch needs. Its size is found while working: with 50 points
  it has reached four or five, with 500 it reached ten. Since these rows were taken more than five must fit into
  48 MB, and weights that a linear layer keeps as a view are no longer counted: not measured again yet.
- **The first preview** waited for the prediction, the baseline's score, the check, and one gradient. Since these
  rows were taken it waits for the prediction and one gradient: SqueezeNet 143 ms where 194 are asked for (a
  forward pass of 48 ms), MiniLM 60 of 93 (14 ms). And where sizes are known the baseline's score and the check
  come with the first gradients, so that an explanation takes one forward pass more than gradients.
"""


def main() -> None:
    folder, page = map(Path, sys.argv[1:])
    made = {
        name: json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
        for name in ("integrated_gradients", "average_gradients", "tolerance")
        if (folder / f"{name}.json").exists()
    }
    parts = [*_of_paths(made["integrated_gradients"]), LIMITS]
    if "tolerance" in made:
        parts.extend(_of_claims(made["tolerance"]))
    if "average_gradients" in made:
        parts.extend(_of_many(made["average_gradients"]))
    page.write_text("".join(parts), encoding="utf-8")


def _of_paths(measured: dict[str, Any]) -> Iterator[str]:
    quick = " A quick run: few samples, medians of 3." if measured["quick"] else " Medians of 5."
    yield HEAD.format(**{**measured, "quick": quick})
    yield "\n## What was aimed for\n\n| | reached | limit | |\n|---|---|---|---|\n"
    for bar in measured["bars"]:
        yield f"| {bar['what']} | {bar['reached']} | {bar['limit']} | {'met' if bar['met'] else '**not met**'} |\n"
    for row in measured["rows"]:
        yield (
            f"\n## {row['name']}\n\n{row['samples']} samples. A forward takes "
            f"{1000 * row['forward']:.1f} ms. Tolerance for Captum's accuracy: "
            f"{row['tolerance']}.\n\n"
            "| | time, of Captum's | seconds | gradients | forwards | error | worst | completeness | MB |\n"
            "|---|---|---|---|---|---|---|---|---|\n"
        )
        for name, each in row["columns"].items():
            memory = f"{each['memory'] / 1e6:.0f}" if "memory" in each else ""
            if "seconds" not in each:
                yield f"| {name} | | | | | | | | {memory} |\n"
                continue
            yield (
                f"| {name} | {each['of Captum']:.2f} | {each['seconds']:.3f} | {each['gradients']:.0f} | "
                f"{each['forwards']:.0f} | {each['error']:.3f} | {each['worst']:.3f} | {each['completeness']:.3f} | "
                f"{memory} |\n"
            )


def _of_claims(measured: dict[str, Any]) -> Iterator[str]:
    yield (
        f"\n## Is a claimed accuracy true?\n\nThe default: at most 128 gradients, until the map's estimated error is "
        f"{TOLERANCE:.0%} (`benchmarks/tolerance.py`; no figure depends on the clock).\n\n"
        "| | samples | claimed | of the claims true | median gradients | median error | worst |\n"
        "|---|---|---|---|---|---|---|\n"
    )
    for name, records in measured.items():
        found = summary(records)
        yield (
            f"| {name} | {len(records)} | {found['claimed']:.0%} | {found['true']:.0%} | {found['gradients']:.0f} | "
            f"{found['error']:.3f} | {found['worst']:.3f} |\n"
        )


def _of_many(measured: dict[str, Any]) -> Iterator[str]:
    yield (
        "\n## Many samples\n\nThe examples' models; seconds of the process, one thread "
        "(`benchmarks/average_gradients.py`).\n\n"
        "| average gradients over | speed, of the best loop's | seconds | of the loop |\n|---|---|---|---|\n"
    )
    for row in measured["averages"]:
        seconds, share = row["seconds"], row["speed, of the loop's"]
        yield (f"| {row['name']} | {share:.2f} | {seconds['heatline.average']:.2f} | {seconds['loop']:.2f} |\n")
    yield "\n| `explain_many` | samples | speed, of one by one |\n|---|---|---|\n"
    for row in measured["many"]:
        yield f"| {row['name']} | {row['samples']} | {row['speed, of one by one']:.2f} |\n"
    if measured["memory"]:
        yield "\n| peak memory | |\n|---|---|\n"
    for row in measured["memory"]:
        use = ", ".join(f"{count} samples: {used / 1e6:.0f} MB" for count, used in row["bytes"].items())
        yield f"| {row['what']} | {use} |\n"


if __name__ == "__main__":
    main()
