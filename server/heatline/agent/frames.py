"""A frame of a paused program: its variables, and what its text says about them."""

from __future__ import annotations

import inspect
import linecache
from collections.abc import Mapping
from types import FrameType

from ..source.assignments import END, History, history_in, history_in_function


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

    def history(self, name: str) -> History:
        """What the text says that ran, of the function where the variable `name` lives, or of its module."""
        code = self._frame.f_code
        lines = linecache.getlines(code.co_filename, self._frame.f_globals)
        if code.co_name == "<module>":
            return history_in("".join(lines), self._frame.f_lineno)
        if name in self._frame.f_locals:
            first = code.co_firstlineno
            try:
                function = inspect.getblock(lines[first - 1 :])
            except (IndexError, SyntaxError):
                return History([])
            return history_in_function("".join(function), self._frame.f_lineno - first + 1)
        return history_in("".join(lines), self._line_of_module())

    def _line_of_module(self) -> int:
        """Where the module itself stands, if it is still running."""
        frame = self._frame.f_back
        while frame is not None:
            if frame.f_code.co_name == "<module>" and frame.f_globals is self._frame.f_globals:
                return frame.f_lineno
            frame = frame.f_back
        return END
