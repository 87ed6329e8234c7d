"""Results that were computed: an equal request is answered at once, and a job's result can be had in other forms."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections import OrderedDict
from collections.abc import Iterator
from typing import TYPE_CHECKING, Union

from ..wire import encode

if TYPE_CHECKING:
    from attribution_core import Attribution, GlobalAverage
    from attribution_core import Prediction as CorePrediction

    Result = Union[CorePrediction, list[Attribution], GlobalAverage]
    """A prediction, the attributions of an explanation (one) or of a comparison, an average."""

MOST = 128
MOST_BYTES = 256 << 20
"""Of all kept results' arrays together."""
REMEMBERED = 16
"""Jobs whose results can be had in other forms."""


class Results:
    """Results by what was asked, and the last jobs' results by name.

    Parameters
    ----------
    most_bytes : of the arrays, for each of the two. The last job's result is kept whatever its size.
    """

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self.most_bytes = most_bytes
        self._kept: OrderedDict[str, tuple[Result, int]] = OrderedDict()
        self._bytes = 0
        self._jobs: OrderedDict[str, tuple[Result, str | None]] = OrderedDict()

    def find(self, key: str | None) -> Result | None:
        """What an equal request gave; None where there is nothing, or the key is None."""
        if key is None or key not in self._kept:
            return None
        self._kept.move_to_end(key)
        return self._kept[key][0]

    def keep(self, key: str | None, result: Result) -> None:
        """Keeps a result as long as there is room; with the key None not at all."""
        if key is None:
            return
        self._drop(key)
        size = _size(result)
        self._kept[key] = result, size
        self._bytes += size
        while len(self._kept) > MOST or self._bytes > self.most_bytes:
            self._drop(next(iter(self._kept)))

    def remember(self, job: str | None, result: Result, variable: str | None) -> None:
        """Keeps the result of a named job; `variable` is what the sample is called in a live session."""
        if job is None:
            return
        self._jobs[job] = result, variable
        self._jobs.move_to_end(job)
        while len(self._jobs) > REMEMBERED or (len(self._jobs) > 1 and self._remembered_bytes() > self.most_bytes):
            self._jobs.popitem(last=False)

    def of_job(self, job: str) -> tuple[Result, str | None] | None:
        """The result of a job, and what its sample is called; None when it was long ago."""
        return self._jobs.get(job)

    def forget(self) -> None:
        """No equal request is answered from here any more: what they were asked of may have changed."""
        self._kept.clear()
        self._bytes = 0

    def clear(self) -> None:
        """Lets go of everything."""
        self.forget()
        self._jobs.clear()

    def _remembered_bytes(self) -> int:
        return sum(_size(result) for result, _ in self._jobs.values())

    def _drop(self, key: str) -> None:
        if key in self._kept:
            self._bytes -= self._kept.pop(key)[1]


def key_of(method: str, params: object, *, model: object, sample: object) -> str:
    """Equal for requests that are answered equally.

    Parameters
    ----------
    params : the request's, a dataclass.
    model, sample : name the state of the model and of the sample; anything that JSON takes.
    """
    asked = {name: value for name, value in encode(params).items() if name != "job"}
    text = json.dumps([method, asked, model, sample], sort_keys=True)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _size(result: Result) -> int:
    return sum(_tensors(result))


def _tensors(value: object) -> Iterator[int]:
    """Bytes of every tensor within."""
    if isinstance(value, (list, tuple)):
        for each in value:
            yield from _tensors(each)
    elif dataclasses.is_dataclass(value):
        for item in dataclasses.fields(value):
            yield from _tensors(getattr(value, item.name))
    elif hasattr(value, "element_size"):
        yield value.numel() * value.element_size()  # type: ignore[attr-defined]
