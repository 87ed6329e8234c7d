"""Work in steps, done at one go."""

from __future__ import annotations

from collections.abc import Generator
from typing import TypeVar

Returned = TypeVar("Returned")


def finished(work: Generator[object, None, Returned]) -> Returned:
    """What a generator returns at its end; what it yields on the way is dropped."""
    while True:
        try:
            next(work)
        except StopIteration as done:
            found: Returned = done.value
            return found
