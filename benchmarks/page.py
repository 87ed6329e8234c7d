"""The figures as a page for people."""

from __future__ import annotations

from pathlib import Path
from typing import Any

HEAD = """# Performance

Written by `make bench`; {date}, {machine}; {versions}. Load of the machine before and after: {load[0]} and {load[1]}
(1 is one busy core: times taken on a loaded machine are too long, ratios less so).{quick}

Each row is one model, score and photo, text or row; errors are medians (and worst) over {samples} samples, of the map,
relative to the sum of its absolute values, against a very fine reference. *As exact as Captum*: the largest tolerance
whose median error is no worse than Captum's, or 1 %.
"""


def write_page(file: Path, measured: dict[str, Any]) -> None:
    """Writes docs/performance.md."""
    quick = " A quick run: few samples, medians of 3." if measured["quick"] else " Medians of 5."
    parts = [HEAD.format(**{**measured, "quick": quick, "samples": measured["rows"][0]["samples"]})]
    for row in measured["rows"]:
        parts.append(
            f"\n## {row['name']}\n\nA forward takes {1000 * row['forward']:.1f} ms. Tolerance for Captum's accuracy: "
            f"{row['tolerance']}.\n\n"
            "| | time, of Captum's | seconds | gradients | forwards | error | worst | completeness | MB |\n"
            "|---|---|---|---|---|---|---|---|---|\n"
        )
        for name, each in row["columns"].items():
            memory = f"{each['memory'] / 1e6:.0f}" if "memory" in each else ""
            if "seconds" not in each:
                parts.append(f"| {name} | | | | | | | | {memory} |\n")
                continue
            parts.append(
                f"| {name} | {each['of Captum']:.2f} | {each['seconds']:.3f} | {each['gradients']:.0f} | "
                f"{each['forwards']:.0f} | {each['error']:.3f} | {each['worst']:.3f} | {each['completeness']:.3f} | "
                f"{memory} |\n"
            )
    parts.append("\n## Bars\n\n| | reached | limit | |\n|---|---|---|---|\n")
    for bar in measured["bars"]:
        parts.append(
            f"| {bar['what']} | {bar['reached']} | {bar['limit']} | {'met' if bar['met'] else '**not met**'} |\n"
        )
    file.write_text("".join(parts), encoding="utf-8")
