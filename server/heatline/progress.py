"""Long work in a notebook: a bar while it runs, and previews of what comes; both are gone when it ends."""

from __future__ import annotations

import functools
import html
import sys
import time
from collections.abc import Callable, Generator, Iterator
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attribution_core import Progress

if TYPE_CHECKING:
    from typing_extensions import ParamSpec

    P = ParamSpec("P")

Preview = TypeVar("Preview")
Result = TypeVar("Result")

PATIENCE = 0.7
"""Seconds of work before anything is shown: most work is done by then."""
PACE = 0.2
"""Seconds between two updates, at least. Each is a message to the browser."""


def shown(
    plain: Callable[P, Result],
    steps: Callable[..., Generator[Progress | Preview, None, Result]],
    picture: Callable[[Preview], str] | None = None,
) -> Callable[P, Result]:
    """A function that shows its progress where it is called from a notebook's cell, and is as it was elsewhere.

    Parameters
    ----------
    plain : the function.
    steps : the same in steps: yields progress and previews, and returns the result.
    picture : HTML of a preview, shown below the bar; without it previews are not shown.
    """

    @functools.wraps(plain)
    def called(*args: P.args, **kwargs: P.kwargs) -> Result:
        if not in_notebook():
            return plain(*args, **kwargs)
        return watched(steps(*args, **kwargs), picture)

    return called


def shown_between(
    plain: Callable[P, Iterator[Result]], steps: Callable[..., Generator[Progress | Result, None, None]]
) -> Callable[P, Iterator[Result]]:
    """As `shown`, for work that hands out its results one after another."""

    @functools.wraps(plain)
    def called(*args: P.args, **kwargs: P.kwargs) -> Iterator[Result]:
        return _watched_between(steps(*args, **kwargs)) if in_notebook() else plain(*args, **kwargs)

    return called


def in_notebook() -> bool:
    """Whether we run in a Jupyter kernel."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return getattr(shell, "kernel", None) is not None


def watched(
    work: Generator[Progress | Preview, None, Result], picture: Callable[[Preview], str] | None = None
) -> Result:
    """Runs work to its end beside a bar in the cell's output.

    An interrupt, as any error, closes the work, takes the bar away and goes on to the caller.
    """
    bar, seen = _Bar(), ""
    try:
        while True:
            try:
                step = next(work)
            except StopIteration as done:
                result: Result = done.value
                return result
            if isinstance(step, Progress):
                bar.draw(step, seen)
            else:
                seen = picture(step) if picture is not None else ""
    finally:
        work.close()
        bar.clear()


def _watched_between(work: Generator[Progress | Result, None, None]) -> Iterator[Result]:
    bar = _Bar()
    try:
        for step in work:
            if isinstance(step, Progress):
                bar.draw(step)
            else:
                yield step
    finally:
        work.close()
        bar.clear()


class _Bar:
    """One output of the cell, replaced in place; there is none as long as the work may be about to end."""

    def __init__(self) -> None:
        self._handle: Any = None
        self._due = time.monotonic() + PATIENCE

    def draw(self, progress: Progress, below: str = "") -> None:
        now = time.monotonic()
        if now < self._due:
            return
        self._due = now + PACE
        left = "" if progress.seconds_left is None else f", {max(1, round(progress.seconds_left))} s at most"
        words = f"{progress.message}{left}"
        far = f'value="{progress.done}" max="{progress.total}"' if progress.total else ""
        page = f'<div><progress {far} aria-label="Progress"></progress> {html.escape(words)}</div>{below}'
        self._show({"text/plain": words, "text/html": page})

    def clear(self) -> None:
        if self._handle is not None:
            self._show({"text/plain": ""})

    def _show(self, data: dict[str, str]) -> None:
        if self._handle is None:
            from IPython import display

            self._handle = cast(Any, display).DisplayHandle()
            self._handle.display(data, raw=True)
        else:
            self._handle.update(data, raw=True)
