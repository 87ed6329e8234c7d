"""What can go wrong, said in one line: the value that was wrong, and the next step."""

from __future__ import annotations

import re
import traceback
from collections.abc import Sequence
from types import TracebackType

NAMED = 3
"""Names of weights in an error."""
STATE_DICT = "Error(s) in loading state_dict for "
"""How torch begins what `load_state_dict` has to say, a line for each complaint."""


class AttributionError(Exception):
    """Base of every error of this package that is meant for a person.

    Parameters
    ----------
    message : one line that names the value that was wrong.
    next_step : what the person can do about it; empty where nothing is known.
    """

    def __init__(self, message: str, next_step: str = "") -> None:
        self.message = " ".join(message.split())
        self.next_step = next_step
        super().__init__(self.message)


class BadSample(AttributionError):
    """The sample cannot be read, or the model cannot take it."""


class BadModel(AttributionError):
    """The model cannot be loaded, or its output cannot be explained."""


class BadTarget(AttributionError):
    """No such class, or no such score."""


class BadBaseline(AttributionError):
    """No such baseline, or one that says nothing about this sample."""


class BadRequest(AttributionError):
    """An option (a method, a number of steps, a device) that does not exist or makes no sense."""


class UserCodeError(AttributionError):
    """Code of the person's own (a factory, a `forward`, a tokenizer) raised.

    Attributes
    ----------
    traceback : str
        The frames of their code, without ours and the import machinery's.
    """

    def __init__(self, doing: str, error: BaseException, next_step: str = "") -> None:
        said = _said(error)
        super().__init__(f"{doing}: {type(error).__name__}{': ' + said if said else ''}", next_step)
        self.traceback = _user_frames(error)


def gpu_is_full(what: str, error: Exception) -> BadModel:
    """What a `torch.cuda.OutOfMemoryError` means to a person."""
    return BadModel(
        f"the GPU has no memory for {what}: {str(error).partition('.')[0]}",
        "Free some (other notebooks hold it, too), take a smaller input, or compute on the CPU: device='cpu'.",
    )


def _said(error: BaseException) -> str:
    """What an error says, on one line: the first, or of `load_state_dict` the first names of each complaint."""
    lines = [line.strip() for line in str(error).strip().splitlines()]
    if not lines or not lines[0].startswith(STATE_DICT):
        return lines[0] if lines else ""
    parts, sizes = [], []
    for line in lines[1:]:
        names = re.findall(r'"([^"]+)"', line)
        misshapen = re.match(r"size mismatch for ([^:]+):", line)
        if misshapen:
            sizes.append(misshapen[1])
        elif line.startswith(("Missing", "Unexpected")):
            parts.append(f"{line.partition(' ')[0].lower()} {few(names)}")
    if sizes:
        parts.append(f"of another shape {few(sizes)}")
    return f"the weights do not fit {lines[0].removeprefix(STATE_DICT).rstrip(':')}: {'; '.join(parts) or 'see there'}"


def few(names: Sequence[str]) -> str:
    """Names for a line: the first three, and how many more there are."""
    rest = len(names) - NAMED
    return ", ".join(names[:NAMED]) + (f" and {rest} more" if rest > 0 else "")


def _user_frames(error: BaseException) -> str:
    """The traceback of `error` less the frames of this package and of `importlib`."""
    package = __name__.rpartition(".")[0]
    frames: list[TracebackType] = []
    place = error.__traceback__
    while place is not None:
        module = str(place.tb_frame.f_globals.get("__name__", ""))
        if not (module == package or module.startswith((package + ".", "importlib."))):
            frames.append(place)
        place = place.tb_next
    summary = traceback.StackSummary.extract((frame.tb_frame, frame.tb_lineno) for frame in frames)
    lines = ["Traceback (most recent call last):\n", *summary.format()] if frames else []
    return "".join([*lines, *traceback.format_exception_only(type(error), error)])
