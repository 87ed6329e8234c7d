"""What the figures must show, and whether they do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from contenders import STEPS

Row = dict[str, Any]
FAST = 1e-3
"""Rows whose forward takes less are shown, not judged: there everything else counts more."""
LARGE = 200e6
"""Memory is judged where Captum takes more."""


def bars_of(rows: list[Row]) -> list[Row]:
    """Every bar on every row that it is for."""
    return [bar for row in rows for bar in (*_of_time(row), *_of_memory(row))]


def _of_time(row: Row) -> Iterator[Row]:
    if row["forward"] < FAST:
        return
    columns, name = row["columns"], row["name"]
    share = columns["ours, as exact as Captum"]["of Captum"]
    yield _bar(f"{name}: time for Captum's accuracy, of Captum's", share, 0.25 if name == "SqueezeNet" else 0.5)
    loop, own = columns["loop, 50"]["seconds"], columns["ours, 50"]["seconds"]
    yield _bar(f"{name}: {STEPS} gradients, of the best loop + 5 ms", own / (1.05 * loop + 0.005), 1.0)
    yield _bar(
        f"{name}: SmoothGrad of {STEPS}, of the best loop + 5 ms", row["smoothgrad"] / (1.05 * loop + 0.005), 1.0
    )
    if row["classes"] is not None:
        ratio = row["backward of a forward"]
        yield _bar(f"{name}: 5 classes, of one", row["classes"] / own, 1.05 * (1 + 5 * ratio) / (1 + ratio))
    yield _bar(f"{name}: first preview, ms", 1000 * row["preview"], 1000 * (3 * row["forward"]) + 50)


def _of_memory(row: Row) -> Iterator[Row]:
    use = {name: column["memory"] for name, column in row["columns"].items() if "memory" in column}
    if use.get("Captum, default", 0) > LARGE:
        name = row["name"]
        yield _bar(f"{name}: peak memory, of Captum's", use["ours, 50"] / use["Captum, default"], 0.25)
        yield _bar(f"{name}: peak memory at 500 steps, of 50", use["ours, 500"] / use["ours, 50"], 1.1)


def _bar(what: str, reached: float, limit: float) -> Row:
    return {"what": what, "reached": round(reached, 2), "limit": round(limit, 2), "met": reached <= limit}
