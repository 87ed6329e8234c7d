"""Errors as a person at a terminal should see them: one clear line."""

from __future__ import annotations

import sys

BAD_INPUT = 2
CANCELLED = 130


class BadArgument(Exception):
    """An argument of the command line that cannot be used."""


def one_line(error: Exception, with_traceback: bool) -> str | None:
    """The line for an error, or None for one that is a fault of ours and should be seen whole.

    Parameters
    ----------
    with_traceback : show the frames of the person's own code above it.
    """
    if isinstance(error, BadArgument):
        return str(error)
    if isinstance(error, ModuleNotFoundError) and error.name == "torch":
        return str(error)
    core = sys.modules.get("attribution_core.errors")
    if core is None or not isinstance(error, core.AttributionError):
        return None
    step = error.next_step
    if isinstance(error, core.UserCodeError) and error.traceback:
        if with_traceback:
            return f"{error.message}\n{error.traceback.rstrip()}"
        step = f"{step} (--traceback shows where)".strip()
    return f"{error.message}. {step}" if step else error.message
