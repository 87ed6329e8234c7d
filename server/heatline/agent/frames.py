"""A frame of a paused program: its variables, and what its text says about them."""

from __future__ import annotations

import inspect
import linecache
import sys
from collections.abc import Mapping
from types import FrameType

from ..source.assignments import END, History, history_in, history_in_function, history_of


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
            return self._of_module(lines, self._frame.f_lineno)
        if name in self._frame.f_locals:
            first = code.co_firstlineno
            try:
                function = inspect.getblock(lines[first - 1 :])
            except (IndexError, SyntaxError):
                return History([])
            return history_in_function("".join(function), self._frame.f_lineno - first + 1)
        module = self._running_module()
        if module is None:
            return history_in("".join(lines), END)
        return self._of_module(linecache.getlines(module.f_code.co_filename, module.f_globals), module.f_lineno)

    def _of_module(self, lines: list[str], line: int) -> History:
        """A module up to a line; where it is a cell of a notebook, after the cells that ran before it."""
        earlier = history_of(_cells(self._frame.f_globals)[:-1])
        return History([*earlier.bindings, *history_in("".join(lines), line).bindings])

    def _running_module(self) -> FrameType | None:
        """The frame of the module itself, if it is still running."""
        frame = self._frame.f_back
        while frame is not None:
            if frame.f_code.co_name == "<module>" and frame.f_globals is self._frame.f_globals:
                return frame
            frame = frame.f_back
        return None


def _cells(variables: object) -> list[str]:
    """The cells of the notebook that these are the variables of, the running one last; none elsewhere."""
    ipython = sys.modules.get("IPython.core.getipython")
    shell = None if ipython is None else ipython.get_ipython()
    if shell is None or shell.user_ns is not variables:
        return []
    return list(shell.history_manager.input_hist_parsed)
