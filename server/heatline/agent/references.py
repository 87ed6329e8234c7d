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

    def __init__(self, value: dict[Any, Any] | list[Any] | tuple[Any, ...], forget: Callable[[object], None]) -> None:
        pairs = list(value.items()) if isinstance(value, dict) else None  # at once: a cell may run and change it
        entries = list(value) if pairs is None else [entry for _, entry in pairs]
        self._keys = None if pairs is None else [key for key, _ in pairs]
        self._kind = tuple if isinstance(value, tuple) else list
        self._plain = [isinstance(entry, PLAIN) for entry in entries]
        self._entries: list[Any] = [
            entry if isinstance(entry, PLAIN) else weakref.ref(entry, forget) for entry in entries
        ]

    def __call__(self) -> Any:
        entries = [entry if plain else entry() for entry, plain in zip(self._entries, self._plain, strict=True)]
        if any(entry is None and not plain for entry, plain in zip(entries, self._plain, strict=True)):
            return None
        return self._kind(entries) if self._keys is None else dict(zip(self._keys, entries, strict=True))

    @property
    def by_value(self) -> bool:
        """Nothing in it can die."""
        return all(self._plain)


def reference(value: Any, forget: Callable[[object], None]) -> Reference:
    """A weak reference; `forget` is called when the object, or an entry of the container, dies.

    Raises
    ------
    TypeError
        For objects that there can be none for.
    """
    if _is_container(value):
        if len(value) > MOST_PARTS:
            raise TypeError(f"a {type(value).__name__} of {len(value)} cannot be referred to")
        return Parts(value, forget)
    return weakref.ref(value, forget)


def identity(value: Any) -> Identity:
    """Equal for the same object while it lives; for containers, for the same entries."""
    if not _is_container(value):
        return id(value)
    entries = list(value.items()) if isinstance(value, dict) else enumerate(list(value))
    return (type(value), *((key, part if isinstance(part, PLAIN) else id(part)) for key, part in entries))


def _is_container(value: object) -> bool:
    return isinstance(value, dict) or type(value) in (list, tuple)
