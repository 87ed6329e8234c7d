"""What a request names: models, samples and data sets, and in which state they are."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from ..protocol import (
    ArraySample,
    BytesSample,
    DataRef,
    FactoryModel,
    FileSample,
    LiveSample,
    ModelRef,
    NamedModel,
    RowSample,
    SampleRef,
    TextSample,
)
from ..wire import encode
from .failures import Refusal, no_torch
from .kinds import reads
from .live import LiveObjects
from .samples import is_text_file, of_array, of_bytes, text_of

if TYPE_CHECKING:
    from attribution_core import Model

    from .models import Models


class Resolver:
    """From references to what they name.

    Parameters
    ----------
    root : the folder that relative paths start from.
    live : the variables of a live session, where there is one.
    served : the models that a `NamedModel` can name.
    """

    def __init__(self, root: Path, live: LiveObjects | None, served: Mapping[str, Model]) -> None:
        self.root = root
        self.budget: int | None = None
        """Bytes of parameters that loaded models may keep; a default of its own when None."""
        self._live = live
        self._served = served
        self._models: Models | None = None

    @property
    def models(self) -> Models:
        """Those that were loaded; torch is imported no sooner."""
        need_torch()
        from .models import BUDGET, Models

        if self._models is None:
            self._models = Models(BUDGET if self.budget is None else self.budget)
        return self._models

    def clear(self) -> None:
        """Lets go of loaded models."""
        if self._models is not None:
            self._models.clear()

    def model(self, ref: ModelRef) -> Model:
        """The model, loaded where it must be."""
        need_torch()
        from attribution_core.beside import is_beside

        if isinstance(ref, FactoryModel):
            if is_beside():
                line = f"{ref.spec} cannot be loaded while a cell runs: its code would run beside it"
                raise Refusal("bad-input", line, "Wait for the cell, or explain a model that is alive.")
            return self.models.get(ref.spec, self.root)
        if isinstance(ref, NamedModel):
            if ref.name not in self._served:
                names = ", ".join(self._served) or "none"
                raise Refusal("no-model", f"no model is served as {ref.name!r}", f"Served here: {names}.")
            return self._served[ref.name]
        from attribution_core import as_model

        from .models import named

        live = self._session("Name a model by its factory.")
        return named(as_model(live.resolve(ref.handle)), live.name(ref.handle))

    def sample(self, ref: SampleRef, model: Model) -> object:
        """The sample, as the core takes it."""
        found = self._sample(ref)
        if isinstance(found, str) and not isinstance(ref, LiveSample) and reads(model) == "image":
            # The core would take it for a path, and what came as a text must open no file.
            raise Refusal("bad-input", "the model reads images, and a text was given", "Give an image.")
        return found

    def data(self, ref: DataRef) -> object:
        """The data set, as the core takes it."""
        if isinstance(ref, LiveSample):
            return self._session("Give the data as a folder or a file.").resolve(ref.handle)
        return self.root / Path(ref.path).expanduser()

    def variable(self, ref: SampleRef | DataRef) -> str | None:
        """What a live sample is called in the person's code, and an array by who sent it."""
        if isinstance(ref, ArraySample):
            return ref.name or None
        if not self._live or not isinstance(ref, LiveSample):
            return None
        name = self._live.name(ref.handle)
        return name if ref.index is None else f"{name}[{ref.index}]"

    def state(self, model: ModelRef, sample: SampleRef) -> tuple[object, object] | None:
        """Names the present state of both; None where nothing says whether they have changed: a model that was not
        loaded has no state, and a file may be missing. What is alive is the same until the person's code runs; while
        it does, nothing is."""
        from attribution_core.beside import is_beside

        if is_beside():
            return None
        moment = None if self._live is None else self._live.moment
        if isinstance(model, FactoryModel):
            generation = None if self._models is None else self._models.generation(model.spec, self.root)
            state: object = generation
        else:
            state = encode(model) if isinstance(model, NamedModel) else [moment, encode(model)]
        if state is None:
            return None
        if isinstance(sample, FileSample):
            digest = _digest(self.root / Path(sample.path).expanduser())
            return None if digest is None else (state, digest)
        return state, [moment, encode(sample)] if isinstance(sample, LiveSample) else encode(sample)

    # ------------------------------------------------------------ inside

    def _session(self, otherwise: str) -> LiveObjects:
        if self._live is None:
            raise Refusal("stale-handle", "this agent has no live session", otherwise)
        return self._live

    def _sample(self, ref: SampleRef) -> object:
        if isinstance(ref, TextSample):
            return ref.text
        if isinstance(ref, BytesSample):
            return of_bytes(ref)
        if isinstance(ref, ArraySample):
            return of_array(ref)
        if isinstance(ref, RowSample):
            return ref.values
        if isinstance(ref, LiveSample):
            return self._session("Give the sample as a file or a text.").sample(ref)
        path = self.root / Path(ref.path).expanduser()
        if ref.row is not None:
            from attribution_core import read_row

            return read_row(path, ref.row)
        return _read_text(ref, path) if is_text_file(path.name) else path


def need_torch() -> None:
    """Refuses where torch is not installed."""
    if "torch" not in sys.modules and importlib.util.find_spec("torch") is None:
        raise no_torch()


def _read_text(ref: FileSample, path: Path) -> str:
    try:
        return text_of(path.read_bytes(), ref.path)
    except OSError as error:
        raise Refusal("bad-input", f"{ref.path} cannot be read: {error.strerror}", "Check the path.") from None


LARGEST_HASHED = 256 << 20
"""Bytes of a file whose content is looked at to tell whether it has changed."""


def _digest(path: Path) -> str | None:
    try:
        if not path.is_file() or os.path.getsize(path) > LARGEST_HASHED:
            return None
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return None
