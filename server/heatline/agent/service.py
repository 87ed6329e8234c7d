"""The requests of the protocol, and what answers them."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import platform
import secrets
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .._version import __version__
from ..protocol import (
    PROTOCOL,
    REQUESTS,
    BatchParams,
    BatchResult,
    ExportParams,
    ExportResult,
    InitializeParams,
    InitializeResult,
    InlineParams,
    InlineResult,
    Located,
    LocateParams,
    ModelInfo,
    ModelsParams,
    ModelsResult,
    NamedModel,
    ProvenanceParams,
    SamplesParams,
    SamplesResult,
    StaticParams,
    StaticResult,
)
from ..source.workspace import find_models
from ..versions import mismatch
from ..wire import decode
from .batches import MOST_ENTRIES, batch_size, entries
from .computing import Computing
from .failures import Refusal
from .jobs import Job, Work
from .kinds import describe_model, model_kind, reads
from .live import LiveObjects
from .resolve import Resolver, need_torch
from .results import MOST_BYTES, Results

if TYPE_CHECKING:
    from attribution_core import Model

    from .results import Result


RESULTS_SHARE = 16
"""Of the memory that an agent is given, results may take one part in so many; models the whole."""


class Agent:
    """Answers requests where the model lives.

    Parameters
    ----------
    live : the variables of a live session, where there is one.
    served : the models that a `NamedModel` can name, and no others are offered; None where the folder's are.
    result_bytes : what kept results may take: see `Results`.
    """

    def __init__(
        self,
        live: LiveObjects | None = None,
        served: Mapping[str, Model] | None = None,
        result_bytes: int = MOST_BYTES,
    ) -> None:
        self.session = live.session if live else secrets.token_hex(8)
        self._live = live
        self._served = served
        self._resolver = Resolver(Path.cwd(), live, served or {})
        self._results = Results(result_bytes)
        computing = Computing(self._resolver, self._results)
        self._methods: dict[str, Callable[[Any], Any]] = {
            "heatline/initialize": self._initialize,
            "heatline/models": self._list_models,
            "heatline/samples": self._list_samples,
            "heatline/batch": self._list_batch,
            "heatline/static": self._static,
            "heatline/export": self._export,
            "heatline/locate": _locate,
            "heatline/inlineAttributions": _inline,
        }
        self._computations: dict[str, Callable[[Any], Work]] = {
            "heatline/provenance": self._provenance,
            "heatline/predict": computing.predict,
            "heatline/explain": computing.explain,
            "heatline/compare": computing.compare,
            "heatline/average": computing.average,
        }

    def forget(self) -> None:
        """The person's code ran: what was computed from their objects may be void."""
        self._results.forget()
        if self._live is not None:
            self._live.moment += 1

    def release(self) -> None:
        """Lets go of models and results."""
        self._resolver.clear()
        self._results.clear()

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

    # ------------------------------------------------------------ at once

    def _initialize(self, params: InitializeParams) -> InitializeResult:
        differing = mismatch(params.version, params.protocol, __version__, PROTOCOL)
        if differing:
            raise Refusal("version", differing, "Bring both to the same version.")
        if params.root is not None:
            self._resolver.root = Path(params.root)
        if params.memory is not None:
            self._resolver.budget = params.memory
            self._results.most_bytes = params.memory // RESULTS_SHARE
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
            in_source = [] if params.root is None else find_models(str(self._folder(params.root))).models
            return ModelsResult(self._live.models() + in_source)
        if self._served is None:
            from .workspace import models_of  # what live sessions do not need is not brought into them

            return ModelsResult(models_of(self._folder("." if params.root is None else params.root)))
        return ModelsResult(
            [
                ModelInfo(NamedModel("named", name), name, describe_model(model), reads(model), "served")
                for name, model in self._served.items()
            ]
        )

    def _folder(self, root: str) -> Path:
        """A folder whose models are asked for."""
        folder = self._resolver.root / root
        if folder.resolve() != self._resolver.root.resolve():
            raise Refusal("bad-input", f"models are named from {self._resolver.root}, not from {root}", "Ask for '.'.")
        return folder

    def _list_samples(self, params: SamplesParams) -> SamplesResult:
        if self._served is not None:
            return SamplesResult([])  # those of its clients
        if self._live is None and params.purpose == "average":
            return SamplesResult([])  # data are named by their path
        if self._live is not None:
            if params.purpose == "average":
                return SamplesResult(self._live.collections())
            wanted = "unknown" if params.model is None else model_kind(self._resolver.model(params.model)) or "unknown"
            return SamplesResult(self._live.samples(wanted))
        from .workspace import samples_of

        found = samples_of(self._resolver.root)
        if params.model is not None:
            read = reads(self._resolver.model(params.model))
            found.sort(key=lambda sample: sample.inputs != read)
        return SamplesResult(found)

    def _list_batch(self, params: BatchParams) -> BatchResult:
        if self._live is None:
            raise Refusal("stale-handle", "this agent has no live session", "Give the sample as a file or a text.")
        value = self._live.resolve(params.sample.handle)
        model = None if params.model is None else self._resolver.model(params.model)
        size = batch_size(value, "unknown" if model is None else reads(model))
        if size is None:
            raise Refusal(
                "bad-input", f"{self._live.name(params.sample.handle)} is one sample and no batch", "Explain it whole."
            )
        return BatchResult(size, entries(value, params.first, min(params.count, MOST_ENTRIES), model))

    def _static(self, params: StaticParams) -> StaticResult:
        from ..display import static_forms

        found, _ = self._of_job(params.job)
        if not isinstance(found, list) or len(found) != 1:
            raise Refusal("bad-input", f"the result {params.job!r} is no explanation", "Export it in one of its forms.")
        return static_forms(found[0], params.max_width, params.bare)

    def _provenance(self, params: ProvenanceParams) -> Work:
        if self._live is None:
            raise Refusal("stale-handle", "this agent has no live session", "Ask a kernel or a paused program.")
        if "torch" not in sys.modules:
            raise Refusal("no-model", "no model is alive here: torch was not imported", "Run the code that makes it.")
        from .provenance import provenance

        return (yield from provenance(self._live, params))

    def _export(self, params: ExportParams) -> ExportResult:
        found, variable = self._of_job(params.job)
        from .export import export

        return export(found, variable, params)

    def _of_job(self, job: str) -> tuple[Result, str | None]:
        found = self._results.of_job(job)
        if found is None:
            raise Refusal("stale-handle", f"the agent no longer has the result {job!r}", "Explain again.")
        return found


def _at_once(answer: Callable[[Any], Any], params: object) -> Work:
    yield from ()
    return answer(params)


def _torch() -> tuple[str | None, list[str]]:
    """torch's version, and the devices that can compute, best first."""
    try:
        need_torch()
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


def _installed_torch() -> tuple[str | None, list[str]]:
    """torch's version, found without importing it."""
    try:
        return importlib.metadata.version("torch"), []
    except importlib.metadata.PackageNotFoundError:
        return None, []
