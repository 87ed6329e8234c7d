"""Models and samples among the variables of a live session, named by handles.

Nothing here calls a `__repr__`, an `__eq__` or anything else of an object's own beyond its shape and
dtype, and nothing here keeps an object alive.
"""

from __future__ import annotations

import secrets
import sys
import weakref
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, cast

from ..protocol import Handle, LiveModel, LiveSample, ModelInfo, ModelRef, SampleInfo, SampleKind, SampleRef, TextSample
from .failures import Refusal

if TYPE_CHECKING:
    from attribution_core import Model

LONGEST_TEXT = 20_000
"""Characters of a string that is offered as a sample."""
MOST_OBJECTS = 500
"""Variables that are listed, of each kind."""


class LiveObjects:
    """The variables of a session, as models and samples.

    Parameters
    ----------
    variables : gives the session's variables, name -> object, as they are now.
    """

    def __init__(self, variables: Callable[[], Mapping[str, object]]) -> None:
        self.session = secrets.token_hex(8)
        self._variables = variables
        self._objects: dict[int, weakref.ref[Any]] = {}
        self._numbers: dict[int, int] = {}
        self._names: dict[int, str] = {}
        self._next = 0

    def resolve(self, handle: Handle) -> object:
        """The object of a handle, as long as it lives.

        Raises
        ------
        Refusal
            `stale-handle`, when the object is gone or the handle is of another session.
        """
        reference = self._objects.get(handle.object) if handle.session == self.session else None
        value = None if reference is None else reference()
        if value is None:
            raise Refusal(
                "stale-handle",
                "this model or sample is gone: its variable was deleted, or the session was restarted",
                "Pick it again from the list.",
            )
        return cast(object, value)

    def name(self, handle: Handle) -> str:
        """The variable under which the object was listed."""
        return self._names.get(handle.object, "")

    def models(self) -> list[ModelInfo]:
        """Modules and `heatline.Model`s, the latter first."""
        tied: list[ModelInfo] = []
        plain: list[ModelInfo] = []
        unknown: list[ModelInfo] = []
        for name, value in self._public():
            kind = model_kind(value)
            if kind is not None:
                ref: ModelRef = LiveModel("live", self._handle(value, name))
                info = ModelInfo(ref, name, describe_model(value), kind, "live")
                (tied if is_heatline_model(value) else unknown if kind == "unknown" else plain).append(info)
        return [*tied, *plain, *unknown][:MOST_OBJECTS]

    def samples(self, wanted: SampleKind) -> list[SampleInfo]:
        """Tensors, arrays, pictures and strings; those of the kind that is wanted stand first."""
        found = []
        for name, value in self._public():
            kind = sample_kind(value)
            if kind is None:
                continue
            ref: SampleRef = TextSample("text", value) if isinstance(value, str) else self._sample(value, name)
            found.append(SampleInfo(ref, name, describe_sample(value), kind))
        return sorted(found, key=lambda info: info.inputs != wanted)[:MOST_OBJECTS]

    def _public(self) -> list[tuple[str, object]]:
        """The person's own names; the latest bound come first, as they are what is worked on."""
        names = [(name, value) for name, value in list(self._variables().items()) if not name.startswith("_")]
        return [(name, value) for name, value in reversed(names) if name not in ("In", "Out")]

    def _sample(self, value: object, name: str) -> LiveSample:
        return LiveSample("live", self._handle(value, name))

    def _handle(self, value: object, name: str) -> Handle:
        number = self._numbers.get(id(value))
        if number is None or self._objects[number]() is not value:
            number = self._next
            self._next += 1
            key = id(value)

            def forget(_: object) -> None:
                self._objects.pop(number, None)
                self._names.pop(number, None)
                if self._numbers.get(key) == number:
                    del self._numbers[key]

            self._objects[number] = weakref.ref(value, forget)
            self._numbers[key] = number
        self._names[number] = name
        return Handle(self.session, number)


def model_kind(value: object) -> SampleKind | None:
    """What a live object reads as a model; None where it is none."""
    if is_heatline_model(value):
        kinds: dict[str, SampleKind] = {"Image": "image", "Text": "text", "Tabular": "tabular"}
        return kinds.get(type(getattr(value, "inputs", None)).__name__, "unknown")
    torch = sys.modules.get("torch")
    if torch is None or not isinstance(value, torch.nn.Module):
        return None
    from attribution_core.models import input_kind

    return input_kind(value)


def reads(model: Model) -> SampleKind:
    """What a model reads: as it says, else as its first layer tells."""
    kind = model_kind(model) or "unknown"
    return model_kind(model.module) or kind if model.inputs is None else kind


def is_heatline_model(value: object) -> bool:
    """A `Model` of any copy of attribution_core, the person's installed one or the agent's own, told without torch."""
    kind = type(value)
    return kind.__name__ == "Model" and "attribution_core" in kind.__module__.split(".")


def sample_kind(value: object) -> SampleKind | None:
    """What a live object is as a sample; None where it can be none."""
    if isinstance(value, str):
        return "text" if value.strip() and len(value) <= LONGEST_TEXT else None
    torch, numpy, pil = (sys.modules.get(name) for name in ("torch", "numpy", "PIL.Image"))
    if pil is not None and isinstance(value, pil.Image):
        return "image"
    if torch is not None and isinstance(value, torch.Tensor) and not isinstance(value, torch.nn.Parameter):
        return _array_kind(tuple(value.shape), str(value.dtype))
    if numpy is not None and isinstance(value, numpy.ndarray):
        return _array_kind(value.shape, str(value.dtype))
    return None


def _array_kind(shape: tuple[int, ...], dtype: str) -> SampleKind | None:
    if not shape or 0 in shape:
        return None
    if len(shape) == 1 or (len(shape) == 2 and shape[0] == 1):
        return "tabular" if "float" in dtype else "unknown"
    sides = shape[1:] if len(shape) == 4 else shape
    channels = {1, 3, 4}
    if len(sides) == 2 or (len(sides) == 3 and (sides[0] in channels or sides[-1] in channels)):
        return "image" if min(sorted(sides)[-2:]) > 1 else "unknown"
    return "unknown"


def describe_model(value: Any) -> str:
    """The class of a model and its size."""
    module = getattr(value, "module", value) if is_heatline_model(value) else value
    parameters = getattr(module, "parameters", None)
    count = sum(p.numel() for p in parameters()) if callable(parameters) else 0
    size = f"{count / 1e6:.1f} M" if count >= 1e6 else f"{count / 1e3:.1f} k" if count >= 1e3 else str(count)
    return f"{type(module).__name__}, {size} parameters"


def describe_sample(value: Any) -> str:
    """A sample in a few words, without its values."""
    if isinstance(value, str):
        words = " ".join(value.split())
        return words if len(words) <= 60 else f"{words[:57]}..."
    if hasattr(value, "mode") and hasattr(value, "size") and not hasattr(value, "shape"):
        return f"picture {value.size[0]}x{value.size[1]} {value.mode}"
    shape = "x".join(str(side) for side in value.shape)
    return f"{type(value).__name__} {shape} {str(value.dtype).removeprefix('torch.')}"
