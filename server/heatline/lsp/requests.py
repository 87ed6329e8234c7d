"""The protocol's own methods: answered here, or passed through to the right agent."""

from __future__ import annotations

import asyncio
import dataclasses
import os
import secrets
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from ..agent.bundle import debuggee_code, kernel_code
from ..protocol import (
    REQUESTS,
    AgentCodeParams,
    ExplainParams,
    FactoryModel,
    FileSample,
    InlineParams,
    LiveModel,
    LocateParams,
    ModelInfo,
    ModelsParams,
    ModelsResult,
    SampleRef,
)
from ..source import find_models, inline_ranges, locate
from ..wire import WireError, decode, encode
from . import models
from .agents import Agent, Place
from .calls import Notify
from .configuration import FILE, configuration
from .explained import Folder, entry_of
from .failures import Failure, failure, misfit
from .launch import launch_of
from .models import factory_of
from .remote import Remote
from .settings import Settings

if TYPE_CHECKING:
    from .server import Server

T = TypeVar("T")

_JOBS_KEPT = 64


class Requests:
    """Answers the methods of `heatline.protocol`."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._jobs: dict[str, Agent] = {}
        """Which agent remembers the result of a job."""
        self._own: dict[str, Callable[[str, dict[str, Any]], Awaitable[Any]]] = {
            "heatline/locate": self._locate,
            "heatline/inlineAttributions": self._inline,
            "heatline/models": self._models,
            "heatline/agentCode": self._agent_code,
            "heatline/static": self._of_job,
            "heatline/export": self._of_job,
        }

    def methods(self) -> list[str]:
        """What an editor may ask: all that an agent answers, but greeting it and stepping its jobs."""
        own = ("heatline/initialize", "heatline/shutdown")
        return [name for name in REQUESTS if name.startswith("heatline/") and name not in own]

    async def answer(self, method: str, params: dict[str, Any], notify: Notify | None = None) -> Any:
        """The answer to a request of the protocol.

        Parameters
        ----------
        notify : takes progress and better pictures of the job that `params` names.

        Raises
        ------
        Failure
        """
        own = self._own.get(method)
        return await (own(method, params) if own is not None else self._pass(method, params, notify))

    # ------------------------------------------------------------ about source text

    async def _locate(self, method: str, params: dict[str, Any]) -> Any:
        asked = _checked(LocateParams, params)
        return encode(await asyncio.to_thread(locate, asked.source, asked.offset))

    async def _inline(self, method: str, params: dict[str, Any]) -> Any:
        asked = _checked(InlineParams, params)
        return encode(await asyncio.to_thread(inline_ranges, asked.source, asked.offset, asked.spans))

    async def _models(self, method: str, params: dict[str, Any]) -> Any:
        asked = _checked(ModelsParams, params)
        refusals: list[Failure] = []
        for root in [asked.root] if asked.root is not None else self._server.folders.shown():
            place = await self._place(root)
            if isinstance(place, Remote):
                try:
                    await self._server.agents.of(place)  # it knows the models
                except Failure as error:
                    refusals.append(error)
        found = await self.find(asked.root)
        if refusals and not found:
            raise refusals[0]
        for refusal in refusals:  # the other folders have models all the same
            self._server.log(refusal.line)
        return encode(ModelsResult(found))

    async def _agent_code(self, method: str, params: dict[str, Any]) -> Any:
        asked = _checked(AgentCodeParams, params)
        made = kernel_code if asked.session == "kernel" else debuggee_code
        return encode(await asyncio.to_thread(made))

    async def find(self, root: str | None) -> list[ModelInfo]:
        """The models of a folder, or of all: the configured ones, then those found in the source.

        Their names are relative to the workspace folder while there is one, absolute otherwise.
        """
        folders = self._server.folders
        opened = self._server.open_files()
        found: list[ModelInfo] = []
        for searched in [os.path.normpath(root)] if root is not None else folders.shown():
            settings = await folders.settings(folders.at(searched))
            remote = launch_of(settings, searched)
            if isinstance(remote, Remote):
                listed = self._server.agents.served(remote)
            else:
                result = await asyncio.to_thread(find_models, searched, opened)
                if result.cut:
                    self._server.log(f"{result.cut} Models that are not listed can be named in 'heatline.models'.")
                listed = models.listed(settings, configuration(searched), result.models)
            found += listed if folders.roots() == [searched] else self._told_apart(listed, searched)
        return found

    def _told_apart(self, listed: list[ModelInfo], root: str) -> list[ModelInfo]:
        """Models of one of several folders; without those of a folder within it, which has its own list."""
        folders = self._server.folders
        label = folders.label(root)
        found = [models.told_apart(model, root, label) for model in listed]
        return [
            model
            for model in found
            if not label or model.origin != "source" or folders.of_model(factory_of(model.ref)).root == root
        ]

    async def _place(self, root: str) -> Place:
        folder = self._server.folders.at(root)
        return launch_of(await self._server.folders.settings(folder), folder.root)

    # ------------------------------------------------------------ computed by an agent

    async def _pass(self, method: str, params: dict[str, Any], notify: Notify | None) -> Any:
        """What the agent of the model's folder answers."""
        shape: type[Any] = REQUESTS[method][0]
        asked = _checked(shape, params)
        model = getattr(asked, "model", None)
        sample = getattr(asked, "sample", None) or getattr(asked, "data", None)
        if isinstance(model, LiveModel):
            raise failure(
                "stale-handle",
                "the language server has no live session, so it cannot find a live model",
                "Name a model by its factory, as path/to/file.py:function.",
            )
        folder = self._server.folders.of_model(factory_of(model), sample)
        settings = await self._server.folders.settings(folder)
        launch = launch_of(settings, folder.root)
        agent = await self._server.agents.of(launch)
        known = {field.name for field in dataclasses.fields(asked)}
        given = {**_defaults(settings, folder.root, known), **params, **_there(asked, launch)}
        told = notify if given.get("job") is not None else None
        if "job" in known and given.get("job") is None:
            # The agent remembers results by their job's name, also for pictures in hovers.
            given["job"] = f"heatline-{secrets.token_hex(8)}"
        seconds = settings.seconds or configuration(folder.root).seconds
        result = await _within(seconds, agent.request(method, given, told))
        if "job" in known:
            self._remember(given["job"], agent)
        if isinstance(asked, ExplainParams) and isinstance(model, FactoryModel):
            self._chosen(folder, model.spec, asked.sample, result, given["job"])
        return result

    async def quietly(self, folder: Folder, method: str, params: dict[str, Any]) -> Any:
        """What a folder's agent answers where it runs already, for what is no gesture: nothing is started or ended.

        Raises
        ------
        Failure
            `agent-died` where no agent runs.
        """
        settings = await self._server.folders.settings(folder)
        launch = launch_of(settings, folder.root)
        agent = self._server.agents.running(launch)
        if agent is None:
            raise failure("agent-died", f"no agent runs in {folder.root}")
        shape: type[Any] = REQUESTS[method][0]
        asked = _checked(shape, params)
        known = {field.name for field in dataclasses.fields(asked)}
        given = {**_defaults(settings, folder.root, known), **params, **_there(asked, launch)}
        return await agent.request(method, given, patience=None)

    def _chosen(self, folder: Folder, spec: str, sample: SampleRef, result: Any, job: str) -> None:
        """An explanation is a gesture: it chooses the model for the hovers that follow."""
        entry = entry_of(result, job)
        folder.chosen[result["picture"]["kind"]] = spec
        folder.used.add(spec)
        folder.remember(folder.key(spec, sample), entry)
        self._server.explained_more()

    def _remember(self, job: str, agent: Agent) -> None:
        self._jobs[job] = agent
        while len(self._jobs) > _JOBS_KEPT:
            del self._jobs[next(iter(self._jobs))]

    async def _of_job(self, method: str, params: dict[str, Any]) -> Any:
        """Another form of a job's result, from the agent that has it."""
        shape: type[Any] = REQUESTS[method][0]
        job = _checked(shape, params).job
        agent = self._jobs.get(job)
        if agent is None or agent.dead:
            raise failure("stale-handle", f"no agent has the result {job!r} any more", "Explain again.")
        return await agent.request(method, params)


def _checked(shape: type[T], params: object) -> T:
    try:
        return decode(shape, params)
    except WireError as error:
        raise misfit(error) from None


async def _within(seconds: float | None, answer: Awaitable[T]) -> T:
    """An answer, unless it takes longer than the person allows."""
    try:
        return await asyncio.wait_for(answer, seconds)
    except asyncio.TimeoutError:
        raise failure(
            "bad-input",
            f"there was no answer within {seconds:g} s",
            "Take fewer steps or a smaller sample, or allow more in the setting 'heatline.seconds'.",
        ) from None


def _defaults(settings: Settings, root: str, known: set[str]) -> dict[str, Any]:
    """Parameters that a front end may leave out: the person's own, then those of the workspace."""
    return {
        name: value for name, value in {**configuration(root).defaults, **settings.defaults}.items() if name in known
    }


def _there(asked: object, launch: Place) -> dict[str, Any]:
    """The model, and the sample or data, as the agent knows them."""
    found: dict[str, Any] = {}
    model = getattr(asked, "model", None)
    if isinstance(model, FactoryModel):
        file, colon, name = model.spec.rpartition(":")
        # The folder in front tells models of several folders apart, for us; the agent's folder is the right one.
        if os.path.basename(file) == FILE:
            spec = name
        elif os.path.isabs(file) and not file.endswith(".py") and "@" not in file:
            spec = f"{Path(os.path.relpath(file, launch.folder)).as_posix()}:{name}"
        else:
            spec = f"{launch.there(file)}{colon}{name}"
        found["model"] = encode(FactoryModel("factory", spec))
    for part in ("sample", "data"):
        value = getattr(asked, part, None)
        if isinstance(value, FileSample):
            found[part] = encode(dataclasses.replace(value, path=launch.there(value.path)))
    return found
