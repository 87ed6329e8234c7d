"""Models and samples among the variables of a live session, named by handles.

Nothing here calls a `__repr__`, an `__eq__` or anything else of an object's own beyond its shape and
dtype, and nothing here keeps an object alive.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import cast

from ..protocol import Handle, LiveModel, LiveSample, ModelInfo, SampleInfo, SampleKind, SampleRef, TextSample
from ..source.assignments import History
from .batches import batch_size, entry
from .failures import Refusal
from .kinds import describe_model, describe_sample, is_data_set, model_kind, sample_kind
from .references import Identity, Parts, Reference, identity, reference
from .variables import is_heatline_model, within_reach

MOST_OBJECTS = 500
"""Variables that are listed, of each kind."""
MOST_ENDLESS = 64
"""Handles of what no object's end ends: lists of texts, which Python has no weak references for, and `x[None]`."""


class LiveObjects:
    """The variables of a session, as models and samples.

    Parameters
    ----------
    variables : gives the session's variables, name -> object, as they are now; the most interesting ones last.
    history : gives what the text that ran says about the variable of a name.
    """

    def __init__(
        self,
        variables: Callable[[], Mapping[str, object]],
        history: Callable[[str], History] = lambda name: History([]),
    ) -> None:
        self.history = history
        self.moment = 0
        """Counts how often the person's code has run, as far as anybody could tell."""
        self.session = secrets.token_hex(8)
        self._variables = variables
        self._objects: dict[int, Reference] = {}
        self._numbers: dict[Identity, int] = {}
        self._names: dict[int, str] = {}
        self._endless: list[Callable[[], None]] = []
        self._next = 0

    def variables(self) -> Mapping[str, object]:
        """Name -> object, as they are now."""
        return self._variables()

    def resolve(self, handle: Handle) -> object:
        """The object of a handle, as long as it lives.

        Raises
        ------
        Refusal
            `stale-handle`, when the object is gone or the handle is of another session.
        """
        found = self._objects.get(handle.object) if handle.session == self.session else None
        value = None if found is None else found()
        if value is None:
            raise Refusal(
                "stale-handle",
                "this model or sample is gone: its variable was deleted, or the session was restarted",
                "Pick it again from the list.",
            )
        return cast(object, value)

    def sample(self, ref: LiveSample) -> object:
        """The sample of a reference: all of a variable, or one entry of a batch.

        Raises
        ------
        Refusal
            Where it is gone, or there is no such entry.
        """
        value = self.resolve(ref.handle)
        return value if ref.index is None else entry(value, ref.index, self.name(ref.handle))

    def name(self, handle: Handle) -> str:
        """The variable under which the object was listed."""
        return self._names.get(handle.object, "")

    def models(self) -> list[ModelInfo]:
        """Modules and `heatline.Model`s, the latter first."""
        tied: list[ModelInfo] = []
        plain: list[ModelInfo] = []
        unknown: list[ModelInfo] = []
        for name, value in self.within_reach():
            with _as_it_changes():
                kind = model_kind(value)
                if kind is not None:
                    info = self.model_info(value, name, kind)
                    (tied if is_heatline_model(value) else unknown if kind == "unknown" else plain).append(info)
        return [*tied, *plain, *unknown][:MOST_OBJECTS]

    def samples(self, wanted: SampleKind) -> list[SampleInfo]:
        """Tensors, arrays, pictures, texts and batches of them; those of the kind that is wanted stand first."""
        found = []
        for name, value in self.within_reach():
            with _as_it_changes():
                kind = sample_kind(value)
                if kind is not None:
                    found.append(self.sample_info(value, name, kind, wanted))
        return sorted(found, key=lambda info: info.inputs != wanted)[:MOST_OBJECTS]

    def collections(self) -> list[SampleInfo]:
        """What an average can be taken over: loaders and data sets first, then batches."""
        sets: list[SampleInfo] = []
        batches: list[SampleInfo] = []
        for name, value in self.within_reach():
            if is_data_set(value):
                ref = LiveSample("live", self.handle(value, name))
                sets.append(SampleInfo(ref, name, type(value).__name__, "unknown"))
                continue
            kind = sample_kind(value)
            size = None if kind is None or isinstance(value, Mapping) else batch_size(value, "tabular")
            if kind is not None and size is not None:
                batches.append(self.sample_info(value, name, kind, "tabular"))
        return [*sets, *batches][:MOST_OBJECTS]

    def model_info(self, value: object, name: str, kind: SampleKind) -> ModelInfo:
        """A live model as it is listed."""
        return ModelInfo(LiveModel("live", self.handle(value, name)), name, describe_model(value), kind, "live")

    def sample_info(self, value: object, name: str, kind: SampleKind, wanted: SampleKind = "unknown") -> SampleInfo:
        """A live sample as it is listed."""
        ref: SampleRef = (
            TextSample("text", value) if isinstance(value, str) else LiveSample("live", self.handle(value, name))
        )
        return SampleInfo(ref, name, describe_sample(value), kind, batch_size(value, wanted))

    def handle(self, value: object, name: str) -> Handle:
        """A handle of an object that is called `name`; the same one as long as it lives.

        Raises
        ------
        TypeError
            For an object that nothing can refer to without keeping it alive.
        """
        key = identity(value)
        number = self._numbers.get(key)
        if number is None or number not in self._objects:
            number = self._next
            self._next += 1

            def forget(_: object = None) -> None:
                self._forget(number, key)

            self._objects[number] = found = reference(value, forget)
            self._numbers[key] = number
            if isinstance(found, Parts) and found.by_value:
                self._bound(forget)
        self._names[number] = name
        return Handle(self.session, number)

    def derived(self, make: Reference, name: str, roots: list[object]) -> Handle:
        """A handle of what is made anew from living objects, such as `x[None]`.

        Parameters
        ----------
        make : makes it; None once a root is gone.
        roots : what it is made of.
        """
        key = (name, *map(identity, roots))
        number = self._numbers.get(key)
        if number is None or self._objects[number]() is None:
            number = self._numbers[key] = self._next
            self._next += 1
            self._objects[number], self._names[number] = make, name
            self._bound(lambda: self._forget(number, key))
        return Handle(self.session, number)

    def _bound(self, forget: Callable[[], None]) -> None:
        """What does not end with an object ends when there is too much of it."""
        self._endless.append(forget)
        if len(self._endless) > MOST_ENDLESS:
            self._endless.pop(0)()

    def _forget(self, number: int, key: Identity) -> None:
        self._objects.pop(number, None)
        self._names.pop(number, None)
        if self._numbers.get(key) == number:
            del self._numbers[key]

    def within_reach(self) -> Iterator[tuple[str, object]]:
        """What is within reach, each object under its first name; only what can be a model or a sample."""
        seen: set[int] = set()
        for name, value in within_reach(self._variables()):
            if id(value) not in seen:
                seen.add(id(value))
                yield name, value


@contextmanager
def _as_it_changes() -> Iterator[None]:
    """What a running cell changes just as it is looked at is left out."""
    try:
        yield
    except (RuntimeError, LookupError):
        return
