"""A progress bar for long work, on a terminal only."""

from __future__ import annotations

import time
from collections.abc import Generator
from types import TracebackType
from typing import TextIO, TypeVar

WIDTH = 30
PATIENCE = 0.5
"""Seconds of work before a bar appears."""

Returned = TypeVar("Returned")


class Bar:
    """Draws over one line, and takes it away at the end.

    Parameters
    ----------
    stream : nothing is drawn where it is no terminal.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._terminal = stream.isatty()
        self._began = time.monotonic()
        self._drawn = 0

    def __enter__(self) -> Bar:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, place: TracebackType | None
    ) -> None:
        self.clear()

    def clear(self) -> None:
        """Takes the line away, for others to print."""
        self._draw("")

    def say(self, message: str) -> None:
        """Draws what is being done, at once."""
        if self._terminal:
            self._draw(f"{message} ...")

    def show(self, message: str, done: int, total: int, seconds_left: float | None) -> None:
        """Draws how far the work has come; `total` 0 means that the end is not known."""
        if not self._terminal or time.monotonic() - self._began < PATIENCE:
            return
        if not total:
            self._draw(message)
            return
        full = round(WIDTH * done / total)
        left = "" if seconds_left is None or done >= total else f", {max(1, round(seconds_left))} s at most"
        self._draw(f"[{'#' * full}{'.' * (WIDTH - full)}] {message}{left}")

    def _draw(self, line: str) -> None:
        if line or self._drawn:
            self._stream.write(f"\r{line.ljust(self._drawn)}" + ("" if line else "\r"))
            self._stream.flush()
            self._drawn = len(line)


def finished(work: Generator[object, None, Returned], bar: Bar) -> Returned:
    """Runs work of the core to its end, and shows its progress. Interrupted, it is closed in order."""
    from attribution_core import Progress

    try:
        while True:
            step = next(work)
            if isinstance(step, Progress):
                bar.show(step.message, step.done, step.total, step.seconds_left)
    except StopIteration as done:
        returned: Returned = done.value
        return returned
    finally:
        work.close()
