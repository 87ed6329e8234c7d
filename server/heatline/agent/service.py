"""The requests of the protocol, and what answers them."""

from __future__ import annotations

import dataclasses
import importlib.metadata
import importlib.util
import os
import platform
import secrets
import sys
from collections import OrderedDict
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from .._version import __version__
from ..protocol import (
    PROTOCOL,
    REQUESTS,
    ArraySample,
    BatchParams,
    BatchResult,
    BytesSample,
    ExplainOptions,
    ExplainParams,
    FactoryModel,
    FileSample,
    InitializeParams,
    InitializeResult,
    InlineParams,
    InlineResult,
    LiveSample,
    Located,
    LocateParams,
    ModelInfo,
    ModelRef,
    ModelsParams,
    ModelsResult,
    NamedModel,
    Prediction,
    PredictParams,
    RowSample,
    SampleRef,
    SamplesParams,
    SamplesResult,
    StaticParams,
    StaticResult,
    TextSample,
)
from ..wire import decode
from .batches import MOST_ENTRIES, batch_size, entries
from .failures import Refusal, no_torch
from .jobs import Job, Work
from .kinds import describe_model, model_kind, reads
from .live import LiveObjects
from .samples import is_text_file, of_array, of_bytes, text_of

if TYPE_CHECKING:
    from attribution_core import Attribution, Model, Options

MODELS_KEPT = 3
RESULTS_KEPT = 8


class Agent:
    """Answers requests where the model lives.

    Parameters
    ----------
    live : the variables of a live session, where there is one.
    served : the models that a `NamedModel` can name.
    """

    def __init__(self, live: LiveObjects | None = None, served: Mapping[str, Model] | None = None) -> None:
        self.session = live.session if live else secrets.token_hex(8)
        self.root = Path.cwd()
        self._live = live
        self._served = {} if served is None else served
        self._models: OrderedDict[str, tuple[int, Model]] = OrderedDict()
        self._results: OrderedDict[str, Attribution] = OrderedDict()
        self._methods: dict[str, Callable[[Any], Any]] = {
            "heatline/initialize": self._initialize,
            "heatline/models": self._list_models,
            "heatline/samples": self._list_samples,
            "heatline/batch": self._list_batch,
            "heatline/static": self._static,
            "heatline/locate": _locate,
            "heatline/inlineAttributions": _inline,
        }
        self._computations: dict[str, Callable[[Any], Work]] = {
            "heatline/predict": self._predict,
            "heatline/explain": self._explain,
        }

    def answers(self, method: str) -> bool:
        """Whether `method` is one of this agent's."""
        return method in self._methods or method in self._computations

    def start(self, method: str, params: object) -> Job:
        """A job that answers one request; nothing is computed before its first step.

        Raises
        ------
        WireError
            Where the parameters do not fit the method.
        KeyError
            For a method that is not of this agent (`answers` says so before).
        """
        typed: object = decode(REQUESTS[method][0], params)
        name = getattr(typed, "job", None) or secrets.token_hex(8)
        if method in self._computations:
            return Job(name, self._computations[method](typed))
        return Job(name, _at_once(self._methods[method], typed))

    def release(self) -> None:
        """Lets go of models and results."""
        self._models.clear()
        self._results.clear()

    # ------------------------------------------------------------ at once

    def _initialize(self, params: InitializeParams) -> InitializeResult:
        if params.protocol != PROTOCOL:
            raise Refusal(
                "version",
                f"client heatline {params.version} speaks protocol {params.protocol}, "
                f"agent heatline {__version__} speaks {PROTOCOL}",
                "Bring both to the same version.",
            )
        if params.root is not None:
            self.root = Path(params.root)
        # A live program is not made to import torch: what has none yet has no model either.
        live_without = self._live is not None and "torch" not in sys.modules
        torch_version, devices = _installed_torch() if live_without else _torch()
        return InitializeResult(
            version=__version__,
            protocol=PROTOCOL,
            session=self.session,
            python=platform.python_version(),
            executable=sys.executable,
            torch=torch_version,
            devices=devices,
        )

    def _list_models(self, params: ModelsParams) -> ModelsResult:
        if self._live:
            return ModelsResult(self._live.models())
        return ModelsResult(
            [
                ModelInfo(NamedModel("named", name), name, describe_model(model), reads(model), "served")
                for name, model in self._served.items()
            ]
        )

    def _list_samples(self, params: SamplesParams) -> SamplesResult:
        if self._live is None:
            return SamplesResult([])
        wanted = "unknown" if params.model is None else model_kind(self._model(params.model)) or "unknown"
        return SamplesResult(self._live.samples(wanted))

    def _list_batch(self, params: BatchParams) -> BatchResult:
        if self._live is None:
            raise Refusal("stale-handle", "this agent has no live session", "Give the sample as a file or a text.")
        value = self._live.resolve(params.sample.handle)
        model = None if params.model is None else self._model(params.model)
        size = batch_size(value, "unknown" if model is None else reads(model))
        if size is None:
            raise Refusal(
                "bad-input", f"{self._live.name(params.sample.handle)} is one sample and no batch", "Explain it whole."
            )
        return BatchResult(size, entries(value, params.first, min(params.count, MOST_ENTRIES), model))

    def _static(self, params: StaticParams) -> StaticResult:
        from ..display import static_forms

        found = self._results.get(params.job)
        if found is None:
            raise Refusal("stale-handle", f"the agent no longer has the result {params.job!r}", "Explain again.")
        return static_forms(found, params.max_width)

    # ------------------------------------------------------------ in steps

    def _predict(self, params: PredictParams) -> Work:
        _need_torch()
        from attribution_core import predict

        from . import present

        yield present.progress("loading the model", 0, 0, None)
        model = self._model(params.model)
        sample = self._sample(params.sample, model)
        yield present.progress("predicting", 0, 0, None)
        result: Prediction = present.prediction(predict(model, sample, top=params.top), self._variable(params.sample))
        return result

    def _explain(self, params: ExplainParams) -> Work:
        _need_torch()
        from attribution_core import Attribution, explaining

        from . import present

        yield present.progress("loading the model", 0, 0, None)
        model = self._model(params.model)
        sample = self._sample(params.sample, model)
        variable = self._variable(params.sample)
        steps = explaining(
            model,
            sample,
            method=params.method,
            target=_target(params.target),
            **_options(params),
        )
        try:
            while True:
                step = next(steps)
                if isinstance(step, Attribution):
                    yield present.explanation(step, variable)
                else:
                    yield present.progress(step.message, step.done, step.total, step.seconds_left)
        except StopIteration as stop:
            found: Attribution = stop.value
        finally:
            steps.close()
        if params.job is not None:
            self._results[params.job] = found
            while len(self._results) > RESULTS_KEPT:
                self._results.popitem(last=False)
        return present.explanation(found, variable)

    # ------------------------------------------------------------ what a reference means

    def _model(self, ref: ModelRef) -> Model:
        _need_torch()
        from attribution_core import as_model, load_model

        if isinstance(ref, NamedModel):
            if ref.name not in self._served:
                names = ", ".join(self._served) or "none"
                raise Refusal("no-model", f"no model is served as {ref.name!r}", f"Served here: {names}.")
            return self._served[ref.name]
        if not isinstance(ref, FactoryModel):
            if self._live is None:
                raise Refusal("stale-handle", "this agent has no live session", "Name a model by its factory.")
            return _named(as_model(self._live.resolve(ref.handle)), self._live.name(ref.handle))
        changed = _changed(ref.spec, self.root)
        kept = self._models.get(ref.spec)
        if kept is None or kept[0] != changed:
            self._models.pop(ref.spec, None)  # before loading, so that two generations need not fit into memory
            self._models[ref.spec] = (
                changed,
                _named(load_model(ref.spec, root=self.root), ref.spec.rpartition(":")[2]),
            )
            while len(self._models) > MODELS_KEPT:
                self._models.popitem(last=False)
        self._models.move_to_end(ref.spec)
        return self._models[ref.spec][1]

    def _variable(self, ref: SampleRef) -> str | None:
        """What a live sample is called in the person's code, and an array by who sent it."""
        if isinstance(ref, ArraySample):
            return ref.name or None
        if not self._live or not isinstance(ref, LiveSample):
            return None
        name = self._live.name(ref.handle)
        return name if ref.index is None else f"{name}[{ref.index}]"

    def _sample(self, ref: SampleRef, model: Model) -> object:
        found = self._value(ref)
        if isinstance(found, str) and not isinstance(ref, LiveSample) and reads(model) == "image":
            # The core would take it for a path, and what came as a text must open no file.
            raise Refusal("bad-input", "the model reads images, and a text was given", "Give an image.")
        return found

    def _value(self, ref: SampleRef) -> object:
        if isinstance(ref, TextSample):
            return ref.text
        if isinstance(ref, BytesSample):
            return of_bytes(ref)
        if isinstance(ref, ArraySample):
            return of_array(ref)
        if isinstance(ref, LiveSample):
            if self._live is None:
                raise Refusal("stale-handle", "this agent has no live session", "Give the sample as a file or a text.")
            return self._live.sample(ref)
        if isinstance(ref, RowSample):
            return ref.values
        path = self.root / ref.path
        if ref.row is not None:
            from attribution_core import read_row

            return read_row(path, ref.row)
        return _read_text(ref, path) if is_text_file(path.name) else path


def _named(model: Model, name: str) -> Model:
    """The model under the name that the person sees in their code, unless they gave it another one than its class."""
    if model.name == type(model.module).__name__ and name:
        return dataclasses.replace(model, name=name)
    return model


def _options(params: ExplainOptions) -> Options:
    """The settings of explain and compare, under the names that the core gives them."""
    given = {item.name: getattr(params, item.name) for item in dataclasses.fields(ExplainOptions) if item.name != "job"}
    if isinstance(params, ExplainParams) and params.plan is not None:
        from .plans import core_plan

        given["plan"] = core_plan(params.plan)
    return cast("Options", given)


def _target(given: int | str | list[int | str] | None) -> int | str | tuple[int | str, int | str] | None:
    """A class, or the difference of two."""
    if not isinstance(given, list):
        return given
    if len(given) != 2:
        raise Refusal(
            "bad-input", f"a target of {len(given)} classes was given", "Give one class, or two for their difference."
        )
    return given[0], given[1]


def _read_text(ref: FileSample, path: Path) -> str:
    try:
        return text_of(path.read_bytes(), ref.path)
    except OSError as error:
        raise Refusal("bad-input", f"{ref.path} cannot be read: {error.strerror}", "Check the path.") from None


def _at_once(answer: Callable[[Any], Any], params: object) -> Work:
    yield from ()
    return answer(params)


def _changed(spec: str, root: Path) -> int:
    """When a factory's file was last written, in nanoseconds; 0 for a factory of an installed package."""
    path = spec.rpartition(":")[0]
    try:
        return os.stat(root / path).st_mtime_ns
    except OSError:
        return 0


def _need_torch() -> None:
    if "torch" not in sys.modules and importlib.util.find_spec("torch") is None:
        raise no_torch()


def _installed_torch() -> tuple[str | None, list[str]]:
    """torch's version, found without importing it."""
    try:
        return importlib.metadata.version("torch"), []
    except importlib.metadata.PackageNotFoundError:
        return None, []


def _torch() -> tuple[str | None, list[str]]:
    """torch's version, and the devices that can compute, best first."""
    try:
        _need_torch()
        import torch
    except Refusal:
        return None, []
    except (ImportError, OSError) as error:  # a torch that is broken says how
        raise Refusal(
            "no-torch", f"torch cannot be imported: {error}", "Reinstall torch in this interpreter."
        ) from None
    devices = [f"cuda:{i}" for i in range(torch.cuda.device_count())] if torch.cuda.is_available() else []
    if torch.backends.mps.is_available():
        devices.append("mps")
    version = getattr(torch, "__version__", None) or importlib.metadata.version("torch")
    return str(version), [*devices, "cpu"]


def _locate(params: LocateParams) -> Located:
    from ..source import locate

    return locate(params.source, params.offset)


def _inline(params: InlineParams) -> InlineResult:
    from ..source import inline_ranges

    return inline_ranges(params.source, params.offset, params.spans)
