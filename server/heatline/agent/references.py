"""Names for objects that keep none of them alive."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import Any, Union

MOST_PARTS = 4096
"""Entries of a dictionary, a list or a tuple that can be referred to."""

PLAIN = (str, int, float, bool, type(None))

Reference = Callable[[], Any]
"""Answers the object, or None once it is gone."""

Identity = Union[int, tuple[object, ...]]


class Parts:
    """A dictionary, a list or a tuple, which Python has no weak references for: it is made again from its entries."""

    def __init__(self, value: dict[Any, Any] | list[Any] | tuple[Any, ...]) -> None:
        self._keys = list(value) if isinstance(value, dict) else None
        entries = value.values() if isinstance(value, dict) else value
        self._kind = tuple if isinstance(value, tuple) else list
        self._entries = [_plain(entry) if isinstance(entry, PLAIN) else weakref.ref(entry) for entry in entries]
        self._gone = [not isinstance(entry, PLAIN) for entry in entries]

    def __call__(self) -> Any:
        entries = [entry() for entry in self._entries]
        if any(weak and entry is None for weak, entry in zip(self._gone, entries, strict=True)):
            return None
        return self._kind(entries) if self._keys is None else dict(zip(self._keys, entries, strict=True))


def reference(value: Any) -> Reference:
    """A weak reference.

    Raises
    ------
    TypeError
        For objects that there can be none for.
    """
    if isinstance(value, dict) or type(value) in (list, tuple):
        if len(value) > MOST_PARTS:
            raise TypeError(f"{len(value)} entries")
        return Parts(value)
    return weakref.ref(value)


def identity(value: Any) -> Identity:
    """Equal for the same object while it lives; for containers, for the same entries."""
    if isinstance(value, dict) or type(value) in (list, tuple):
        entries = value.items() if isinstance(value, dict) else enumerate(value)
        return (type(value), *((key, part if isinstance(part, PLAIN) else id(part)) for key, part in entries))
    return id(value)


def _plain(value: Any) -> Reference:
    return lambda: value
