"""The protocol's own methods: answered here, or passed through to the right agent."""

from __future__ import annotations

import asyncio
import os
import secrets
from typing import TYPE_CHECKING, Any, TypeVar

from ..protocol import (
    ExplainParams,
    FactoryModel,
    InlineParams,
    LocateParams,
    ModelInfo,
    ModelRef,
    ModelsParams,
    ModelsResult,
    PredictParams,
    SampleRef,
    StaticParams,
)
from ..source import find_models, inline_ranges, locate
from ..wire import WireError, decode, encode
from .agent_process import AgentProcess, Notify
from .explained import Folder
from .failures import failure, misfit
from .folders import path_of
from .hover import entry_of
from .settings import interpreter

if TYPE_CHECKING:
    from .server import Server

T = TypeVar("T")

_JOBS_KEPT = 64


class Requests:
    """Answers the methods of `heatline.protocol`."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._jobs: dict[str, AgentProcess] = {}
        """Which agent remembers the result of a job."""

    # ------------------------------------------------------------ about source text

    async def locate(self, params: dict[str, Any]) -> Any:
        asked = _checked(LocateParams, params)
        return encode(await asyncio.to_thread(locate, asked.source, asked.offset))

    async def inline(self, params: dict[str, Any]) -> Any:
        asked = _checked(InlineParams, params)
        return encode(await asyncio.to_thread(inline_ranges, asked.source, asked.offset, asked.spans))

    async def models(self, params: dict[str, Any]) -> Any:
        asked = _checked(ModelsParams, params)
        return encode(ModelsResult(await self.find(asked.root)))

    async def find(self, root: str | None) -> list[ModelInfo]:
        """The models of a folder, or of all: the configured ones, then those found in the source.

        Their names are relative to the workspace folder while there is one, absolute otherwise.
        """
        folders = self._server.folders
        opened = {path_of(d.uri): d.source for d in self._server.workspace.text_documents.values()}
        found: list[ModelInfo] = []
        for searched in [os.path.normpath(root)] if root is not None else folders.shown():
            settings = await folders.settings(folders.at(searched))
            result = await asyncio.to_thread(find_models, searched, opened)
            if result.cut:
                self._server.log(f"{result.cut} Models that are not listed can be named in 'heatline.models'.")
            by_spec = {_spec(model.ref): model for model in result.models}
            configured = [spec for spec in dict.fromkeys([settings.model, *settings.models]) if spec]
            listed = [_configured(spec, by_spec.pop(spec, None)) for spec in configured] + list(by_spec.values())
            found += listed if folders.roots() == [searched] else [_absolute(model, searched) for model in listed]
        return found

    # ------------------------------------------------------------ computed by an agent

    async def predict(self, params: dict[str, Any]) -> Any:
        asked = _checked(PredictParams, params)
        spec, folder = self._model(asked.model, asked.sample)
        return await (await self._agent(folder)).request("heatline/predict", {**params, "model": _factory(spec)})

    async def explain(self, params: dict[str, Any], notify: Notify | None = None) -> Any:
        """An explanation. It is a gesture: it chooses the model for the hovers that follow.

        Parameters
        ----------
        notify : takes progress and better pictures of the job that `params` names.
        """
        asked = _checked(ExplainParams, params)
        spec, folder = self._model(asked.model, asked.sample)
        agent = await self._agent(folder)
        # The agent remembers results by their job's name, also for pictures in hovers.
        job = asked.job or f"heatline-{secrets.token_hex(8)}"
        told = notify if asked.job is not None else None
        result = await agent.request("heatline/explain", {**params, "model": _factory(spec), "job": job}, told)
        self._jobs[job] = agent
        while len(self._jobs) > _JOBS_KEPT:
            del self._jobs[next(iter(self._jobs))]
        entry = entry_of(result, job)
        folder.chosen[result["picture"]["kind"]] = spec
        folder.remember(folder.key(spec, asked.sample), entry)
        return result

    async def static(self, params: dict[str, Any]) -> Any:
        asked = _checked(StaticParams, params)
        agent = self._jobs.get(asked.job)
        if agent is None or agent.dead:
            raise failure("stale-handle", f"no agent has the result {asked.job!r} any more", "Explain again.")
        return await agent.request("heatline/static", params)

    # ------------------------------------------------------------ inside

    def _model(self, ref: ModelRef, sample: SampleRef) -> tuple[str, Folder]:
        if not isinstance(ref, FactoryModel):
            raise failure(
                "stale-handle",
                "the language server has no live session, so it cannot find a live model",
                "Name a model by its factory, as path/to/file.py:function.",
            )
        return ref.spec, self._server.folders.of_model(ref.spec, sample)

    async def _agent(self, folder: Folder) -> AgentProcess:
        settings = await self._server.folders.settings(folder)
        return await self._server.agents.of(folder.root, interpreter(settings, folder.root))


def _checked(shape: type[T], params: object) -> T:
    try:
        return decode(shape, params)
    except WireError as error:
        raise misfit(error) from None


def _spec(ref: ModelRef) -> str:
    return ref.spec if isinstance(ref, FactoryModel) else ""


def _factory(spec: str) -> dict[str, Any]:
    found: dict[str, Any] = encode(FactoryModel("factory", spec))
    return found


def _configured(spec: str, found: ModelInfo | None) -> ModelInfo:
    """A model that the person set, with what the source says of it."""
    name = spec.rpartition(":")[2]
    inputs = found.inputs if found else "unknown"
    return ModelInfo(FactoryModel("factory", spec), name, spec.rpartition(":")[0], inputs, "configured")


def _absolute(model: ModelInfo, root: str) -> ModelInfo:
    """Two folders may have files of the same name."""
    spec = _spec(model.ref)
    if not spec.rpartition(":")[0].endswith(".py"):
        return model
    return ModelInfo(FactoryModel("factory", f"{root}/{spec}"), model.name, model.detail, model.inputs, model.origin)
