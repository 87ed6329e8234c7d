"""The language server: every request, and what answers it."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from lsprotocol import types
from pygls.exceptions import JsonRpcException
from pygls.lsp.server import LanguageServer

from .._version import __version__
from . import actions, command, inline
from .agents import Agents
from .configuration import FILE, configuration
from .failures import Failure
from .folders import Folders, path_of
from .hover import Hovers
from .json_rpc import Protocol
from .remote import VARIABLE
from .requests import Requests
from .settings import SECTION
from .stdio import Stdio

_log = logging.getLogger(__name__)

TOKEN = "heatline/token"
"""A request to the client that said `token: true`: `{address}` of a server; the answer is its token, or empty."""

_PYTHON = [types.NotebookCellLanguage("python")]


class Server(LanguageServer):
    """One editor's server, and what its parts share."""

    protocol: Protocol

    def __init__(self) -> None:
        super().__init__(
            "heatline",
            __version__,
            # Whole documents: pygls counts lines at form feeds and the like, where editors see none, so
            # that an incremental change of such a file would be put in the wrong place.
            text_document_sync_kind=types.TextDocumentSyncKind.Full,
            notebook_document_sync=types.NotebookDocumentSyncOptions(
                [types.NotebookDocumentFilterWithCells(cells=_PYTHON)]
            ),
            protocol_cls=Protocol,
        )
        self.options: dict[str, Any] = {}
        """The client's initializationOptions: `images: true` where it shows pictures, `commands: true` where
        it has commands of its own, `settings` where it cannot be asked for them, `token` of a `heatline serve`, or
        `true` where the client is asked for it."""
        self.agents = Agents(self._token_of)
        self.folders = Folders(self)
        self.requests = Requests(self)
        self.hovers = Hovers(self)
        self.token: object = ""
        """As it came; `true` where the client is asked for it, with each connection."""
        self._tasks: set[asyncio.Task[None]] = set()
        _register(self)

    # ------------------------------------------------------------ the client

    @property
    def encoding(self) -> str:
        """What positions count in."""
        return str(getattr(self.workspace.position_encoding, "value", self.workspace.position_encoding) or "utf-16")

    @property
    def shows_markdown(self) -> bool:
        document = self.client_capabilities.text_document
        formats = document.hover.content_format if document and document.hover else None
        return formats is None or types.MarkupKind.Markdown in formats

    @property
    def shows_html(self) -> bool:
        """The client leaves `<span>` in Markdown, with its colours."""
        general = self.client_capabilities.general
        tags = general.markdown.allowed_tags if general and general.markdown else None
        return "span" in (tags or [])

    @property
    def client_commands(self) -> list[str]:
        """The commands that the client has of its own; with `true` those of the first VS Code extension."""
        named = self.options.get("commands")
        if named is True:
            return [actions.CLIENT_EXPLAIN_HERE, command.EXPLAIN_WITH]
        return [name for name in named if isinstance(name, str)] if isinstance(named, list) else []

    def has_command(self, name: str) -> bool:
        """A command can be run: by the client, or by this server where the client has none of its own."""
        return name in self.client_commands if self.client_commands else name in _COMMANDS

    def log(self, message: str) -> None:
        """A line for the editor's log."""
        self.window_log_message(types.LogMessageParams(types.MessageType.Warning, message))

    def report_server_error(self, error: Exception, source: object) -> None:
        """Logs what was not foreseen; what was is in the answer. Messages may quote samples, places do not."""
        if isinstance(error, Failure):
            return
        traceback = (getattr(error, "data", None) or {}).get("traceback", [])
        _log.error("%s in the language server\n%s", type(error).__name__, "".join(traceback))

    # ------------------------------------------------------------ documents

    def source(self, uri: str) -> str | None:
        """The text of an open document or cell."""
        try:
            return self.workspace.get_text_document(uri).source
        except (OSError, UnicodeDecodeError):
            return None

    def open_files(self) -> dict[str, str]:
        """Path -> text of the open documents."""
        return {path_of(document.uri): document.source for document in self.workspace.text_documents.values()}

    def spec_of(self, path: str) -> str:
        """How models of a file are named: relative to the workspace folder where there is one, else absolute."""
        roots = self.folders.roots()
        inside = len(roots) == 1 and Path(path).is_relative_to(roots[0])
        return Path(os.path.relpath(path, roots[0]) if inside else path).as_posix()

    def spec_in(self, spec: str, root: str) -> str:
        """A model's name relative to a folder, as `spec_of` names it."""
        file, colon, name = spec.rpartition(":")
        if self.folders.roots() == [root]:
            return spec
        if not colon:
            return f"{root}/{FILE}:{name}" if name in configuration(root).models else str(Path(root) / name)
        return f"{Path(root) / file}:{name}"

    # ------------------------------------------------------------ life

    def explained_more(self) -> None:
        """The editor may ask again for inlay hints: there is something new to show."""
        workspace = self.client_capabilities.workspace
        if workspace and workspace.inlay_hint and workspace.inlay_hint.refresh_support:
            self.workspace_inlay_hint_refresh(None)

    async def _token_of(self, address: str) -> str:
        """The token for a server; empty where there is none."""
        if self.token is not True:
            return self.token if isinstance(self.token, str) else ""
        try:
            token = await self.protocol.send_request_async(TOKEN, {"address": address})
        except JsonRpcException:
            return ""
        return token if isinstance(token, str) else ""

    def background(self, work: Coroutine[Any, Any, None]) -> None:
        """Runs what no request waits for."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _register(server: Server) -> None:
    feature = server.feature

    @feature(types.INITIALIZE)
    def initialize(params: types.InitializeParams) -> None:
        options = params.initialization_options
        server.options = options if isinstance(options, dict) else {}
        # Out of the environment: neither agents nor what they start need to know it.
        token = os.environ.pop(VARIABLE, "")
        server.token = server.options.pop("token", token)
        if server.client_commands:
            # The client has commands of its own; one of ours by such a name would collide with them.
            server.protocol.fm.commands.clear()

    @feature(types.INITIALIZED)
    async def initialized(params: types.InitializedParams) -> None:
        workspace = server.client_capabilities.workspace
        registrations = []
        watching = workspace.did_change_configuration if workspace else None
        if watching and watching.dynamic_registration:
            options = types.DidChangeConfigurationRegistrationOptions(section=SECTION)
            registrations.append(types.Registration(SECTION, types.WORKSPACE_DID_CHANGE_CONFIGURATION, options))
        files = workspace.did_change_watched_files if workspace else None
        if files and files.dynamic_registration:
            watched = types.DidChangeWatchedFilesRegistrationOptions([types.FileSystemWatcher(f"**/{FILE}")])
            registrations.append(types.Registration(FILE, types.WORKSPACE_DID_CHANGE_WATCHED_FILES, watched))
        if registrations:
            with contextlib.suppress(JsonRpcException):  # then it says less than it could
                await server.client_register_capability_async(types.RegistrationParams(registrations))
        server.folders.check_configurations()

    @feature(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    def watched_files(params: types.DidChangeWatchedFilesParams) -> None:
        server.folders.check_configurations()

    @feature(types.WORKSPACE_DID_CHANGE_CONFIGURATION)
    def configuration(params: types.DidChangeConfigurationParams) -> None:
        server.folders.changed(params.settings)

    for method in server.requests.methods():
        feature(method)(_answering(server, method))

    @feature(types.TEXT_DOCUMENT_HOVER)
    async def hover(params: types.HoverParams) -> types.Hover | None:
        return await server.hovers.at(params.text_document.uri, params.position)

    @feature(types.TEXT_DOCUMENT_CODE_ACTION, types.CodeActionOptions([actions.KIND]))
    async def code_action(params: types.CodeActionParams) -> list[types.CodeAction]:
        return await actions.code_actions(server, params)

    @feature(types.TEXT_DOCUMENT_CODE_LENS, types.CodeLensOptions())
    async def code_lens(params: types.CodeLensParams) -> list[types.CodeLens]:
        return await actions.code_lenses(server, params.text_document.uri)

    @feature(types.TEXT_DOCUMENT_INLAY_HINT)
    async def inlay_hint(params: types.InlayHintParams) -> list[types.InlayHint]:
        return await inline.inlay_hints(server, params)

    @feature("heatline/inlineWords")
    async def inline_words(params: dict[str, Any]) -> dict[str, Any]:
        return inline.inline_words(server, params)

    for name, action in _COMMANDS.items():
        server.command(name)(_running(server, action))


_COMMANDS: dict[str, command.Command] = {
    command.EXPLAIN: command.explain,
    command.EXPLAIN_WITH: command.explain_with,
    command.AVERAGE: command.average,
}


def _running(server: Server, action: command.Command) -> Callable[[list[Any]], Coroutine[Any, Any, str | None]]:
    async def execute(arguments: list[Any]) -> str | None:
        return await command.run(server, action, arguments)

    return execute


def _answering(server: Server, method: str) -> Callable[[dict[str, Any]], Coroutine[Any, Any, Any]]:
    async def answer(params: dict[str, Any]) -> Any:
        return await server.requests.answer(method, params, server.protocol.forward)

    return answer


def serve() -> None:
    """Serves the editor on stdin and stdout; ends the process."""
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="heatline: %(message)s")
    asyncio.run(_serve())


async def _serve() -> None:
    stdio = Stdio()
    server = Server()
    server.protocol.set_writer(stdio)
    status = 1
    try:
        status = await stdio.serve(server.protocol.receive)
    finally:
        await server.agents.close()
        sys.stderr.flush()
        # Not sys.exit: threads still wait for stdin, or look for models.
        os._exit(status)
