"""A frame of a paused program, as variables."""

from __future__ import annotations

from collections.abc import Mapping
from types import FrameType


class Frame:
    """The frame that a person looks at.

    Parameters
    ----------
    frame : kept no longer than a request takes; it holds the program's objects.
    """

    def __init__(self, frame: FrameType) -> None:
        self._frame = frame

    def variables(self) -> Mapping[str, object]:
        """Name -> object; globals, then locals, so that what is nearest comes last."""
        found = dict(self._frame.f_globals)
        for name, value in self._frame.f_locals.items():
            found.pop(name, None)
            found[name] = value
        return found
