"""How long works take, side by side, and how much memory one took."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from pathlib import Path

CLEAR = Path("/proc/self/clear_refs")
"""Where a process can forget its peak; Linux alone has it."""

Clock = Callable[[], float]


def timed(works: dict[str, Callable[[], object]], runs: int, clock: Clock = time.perf_counter) -> dict[str, float]:
    """Median seconds by a clock after one run that does not count, in turn, so that a busy machine slows all alike."""
    seconds: dict[str, list[float]] = {name: [] for name in works}
    for run in range(runs + 1):
        for name, work in works.items():
            took = once(work, clock)
            if run > 0:
                seconds[name].append(took)
    return {name: statistics.median(each) for name, each in seconds.items()}


def once(work: Callable[[], object], clock: Clock = time.perf_counter) -> float:
    """Seconds by a clock."""
    start = clock()
    work()
    return clock() - start


def peak_of(work: Callable[[], object]) -> int:
    """Bytes by which a work raises this process's peak."""
    CLEAR.write_text("5")
    before = _high_water()
    work()
    return _high_water() - before


def _high_water() -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) << 10 for line in lines if line.startswith("VmHWM"))
