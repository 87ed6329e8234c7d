"""Workspace folders, their settings, and which of them a model belongs to."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lsprotocol import types
from pygls.exceptions import JsonRpcException
from pygls.uris import to_fs_path, urlparse

from ..protocol import FileSample, SampleRef
from . import settings
from .configuration import configuration
from .explained import Folder
from .settings import Settings

if TYPE_CHECKING:
    from .server import Server

_ANSWER_SECONDS = 5.0


class Folders:
    """The workspace folders of this server; where none is open, the folder of the file in question."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._folders: dict[str, Folder] = {}
        self._asking: dict[str, asyncio.Task[Settings]] = {}
        self._pushed: Settings | None = None
        """From an editor that sends its configuration and cannot be asked."""
        self._told: set[str] = set()
        """What is wrong with the workspace's files, as the person was told."""
        self._told_of_settings: set[str] = set()
        """The same of their own settings."""

    def roots(self) -> list[str]:
        """The paths of the workspace folders."""
        workspace = self._server.workspace
        uris = [folder.uri for folder in workspace.folders.values()]
        if not uris and workspace.root_uri:
            uris = [workspace.root_uri]
        return [os.path.normpath(path) for path in map(to_fs_path, uris) if path]

    def label(self, root: str) -> str:
        """What a person calls a workspace folder; empty where there are no several to tell apart."""
        folders = self._server.workspace.folders.values()
        names = [folder.name for folder in folders if os.path.normpath(to_fs_path(folder.uri) or "") == root]
        if len(folders) < 2 or not names:
            return ""
        return names[0] if [folder.name for folder in folders].count(names[0]) == 1 else root

    def at(self, root: str) -> Folder:
        """The folder at a path."""
        return self._folders.setdefault(os.path.normpath(root), Folder(os.path.normpath(root)))

    def shown(self) -> list[str]:
        """The workspace folders; those of the open files where there is none."""
        documents = self._server.workspace.text_documents
        return self.roots() or sorted({os.path.dirname(path_of(uri)) for uri in documents})

    def of_path(self, path: str) -> Folder:
        """The innermost workspace folder around a path, else the folder that it lies in.

        What was never saved has no path: it belongs to the first folder.
        """
        if not os.path.isabs(path):
            return self.at((self.roots() or [os.getcwd()])[0])
        path = os.path.normpath(path)
        around = [root for root in self.roots() if Path(path).is_relative_to(root)]
        return self.at(max(around, key=len) if around else os.path.dirname(path))

    def of_uri(self, uri: str) -> Folder:
        """The folder of a document; that of its notebook for a cell."""
        return self.of_path(path_of(uri))

    def of_model(self, spec: str, sample: SampleRef | None = None) -> Folder:
        """The folder whose agent loads a model: where its file lies, else where the sample lies."""
        weights, _, factory = spec.rpartition("@")
        for part in (factory, weights):  # weights may lie elsewhere than the code that they are for
            if os.path.isabs(part):
                return self.of_path(part)
        file, _, name = factory.rpartition(":")
        near = sample.path if isinstance(sample, FileSample) and os.path.isabs(sample.path) else None
        roots = self.roots()
        if near:
            roots.sort(key=lambda root: not Path(near).is_relative_to(root))
        for root in roots:
            if os.path.exists(os.path.join(root, file)) if file else name in configuration(root).models:
                return self.at(root)
        if roots:
            return self.at(roots[0])
        return self.of_path(near) if near else self.at(os.getcwd())

    async def settings(self, folder: Folder) -> Settings:
        """The folder's settings; the editor is asked once, until it says that they changed."""
        while folder.settings is None:
            task = self._asking.get(folder.root)
            if task is None:
                task = self._asking[folder.root] = asyncio.create_task(self._ask(folder.root))
            found = await asyncio.shield(task)
            if self._asking.get(folder.root) is task and folder.settings is None:  # else they changed meanwhile
                folder.settings = found
                self._tell_of_settings(set(found.problems))
        return folder.settings

    def changed(self, params_settings: Any) -> None:
        """The editor's configuration changed."""
        self._pushed = settings.pushed(params_settings) or self._pushed
        self._asking.clear()
        for folder in self._folders.values():
            before = folder.settings
            folder.settings = None
            if before is not None:
                self._after_change(folder, before)

    def check_configurations(self) -> None:
        """Says what is wrong with the folders' pyproject.toml files, once for each fault. They are read where they are
        needed, so a change needs no other answer."""
        problems = {configuration(root).problem for root in self.roots()} - {""}
        self._warn(problems - self._told)
        self._told = problems

    # ------------------------------------------------------------ inside

    def _tell_of_settings(self, problems: set[str]) -> None:
        self._warn(problems - self._told_of_settings)
        self._told_of_settings = problems

    def _warn(self, problems: set[str]) -> None:
        for problem in sorted(problems):
            self._server.window_show_message(types.ShowMessageParams(types.MessageType.Warning, problem))

    def _after_change(self, folder: Folder, before: Settings) -> None:
        """A model that was set anew is chosen over one of an earlier gesture."""

        async def compare() -> None:
            now = await self.settings(folder)
            if now.model and now.model != before.model:
                folder.chosen.clear()

        self._server.background(compare())

    async def _ask(self, root: str) -> Settings:
        workspace = self._server.client_capabilities.workspace
        if not (workspace and workspace.configuration):
            return self._pushed or settings.read(self._server.options.get("settings"))
        item = types.ConfigurationItem(scope_uri=Path(root).as_uri(), section=settings.SECTION)
        asked = self._server.workspace_configuration_async(types.ConfigurationParams([item]))
        try:
            (value,) = await asyncio.wait_for(asked, _ANSWER_SECONDS)
        except (asyncio.TimeoutError, JsonRpcException, ValueError, TypeError):
            return self._pushed or Settings()
        return settings.read(value)


def path_of(uri: str) -> str:
    """The file of a document; of a notebook's cell, the notebook's."""
    return to_fs_path(uri) or urlparse(uri)[2]
