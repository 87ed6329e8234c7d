"""How much memory there is left.

On a GPU running out of it is an error that can be caught. On the CPU it is not: the kernel of the operating system
kills the process. In a container it does so at the limit of its control group, which `free` does not show.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import torch

MOST_ON_CPU = 1 << 30
"""Bytes of saved activations that a micro-batch may need on the CPU, at most: more is slower, not faster."""
SHARE = 0.25
"""Of what is free, for saved activations. Gradients, workspaces and whatever else runs need the rest."""


def memory_budget(device: torch.device) -> int:
    """Bytes of activations that a micro-batch may keep for the backward pass."""
    free = available_bytes(device)
    if free is None:
        return MOST_ON_CPU
    return int(SHARE * free) if device.type == "cuda" else min(MOST_ON_CPU, int(SHARE * free))


def available_bytes(device: torch.device) -> int | None:
    """Memory that can still be had on a device; None where nothing tells."""
    if device.type == "cuda":
        free, _ = torch.cuda.mem_get_info(device)
        return free + torch.cuda.memory_reserved(device) - torch.cuda.memory_allocated(device)
    if device.type == "mps":
        return int(torch.mps.recommended_max_memory()) - torch.mps.current_allocated_memory()
    if device.type == "cpu":
        limits = [*_of_the_machine(), *_of_control_groups()]
        return max(0, min(limits)) if limits else None
    return None


def _of_the_machine(meminfo: Path = Path("/proc/meminfo")) -> Iterator[int]:
    for line in _lines(meminfo):
        if line.startswith("MemAvailable:"):
            yield int(line.split()[1]) << 10


def _of_control_groups(own: Path = Path("/proc/self/cgroup"), root: Path = Path("/sys/fs/cgroup")) -> Iterator[int]:
    """What is left in each group that this process is in, from its own up to the outermost."""
    for line in _lines(own):
        _, _, rest = line.partition(":")
        controllers, _, path = rest.partition(":")
        if controllers == "":
            mount, limit, used, cache = root, "memory.max", "memory.current", "inactive_file"
        elif "memory" in controllers.split(","):
            mount, limit, used, cache = (
                root / "memory",
                "memory.limit_in_bytes",
                "memory.usage_in_bytes",
                "total_inactive_file",
            )
        else:
            continue
        # Inside a container the path may be that of the host, and the group be mounted at the top.
        group = mount / path.lstrip("/")
        for folder in (group, *group.parents):
            yield from _left(folder, limit, used, cache)
            if folder == mount:
                break


def _left(folder: Path, limit: str, used: str, cache: str) -> Iterator[int]:
    """The limit less what is used; files that are cached can be dropped, and count as free."""
    most, now = _number(folder / limit), _number(folder / used)
    if most is None or now is None or most >= 1 << 60:
        return
    dropped = sum(int(line.split()[1]) for line in _lines(folder / "memory.stat") if line.split()[0] == cache)
    yield most - now + dropped


def _number(file: Path) -> int | None:
    lines = _lines(file)
    return int(lines[0]) if lines and lines[0].strip().isdigit() else None


def _lines(file: Path) -> list[str]:
    try:
        return file.read_text().splitlines()
    except (OSError, UnicodeDecodeError):
        return []
