"""The protocol over a websocket, for other programs: JSON-RPC messages, relayed to a kernel of the client's own."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Coroutine
from typing import Any

from jupyter_core.utils import ensure_async
from jupyter_server.auth.decorator import ws_authenticated
from jupyter_server.base.handlers import JupyterHandler
from jupyter_server.base.websocket import WebSocketMixin
from tornado import web
from tornado.websocket import WebSocketClosedError, WebSocketHandler

from ..agent.failures import Refusal
from ..agent.rpc import (
    INVALID_REQUEST,
    METHOD_NOT_FOUND,
    NOT_INITIALIZED,
    PARSE_ERROR,
    Message,
    Reported,
    failed,
    refused,
)
from ..framing import BadMessage, json_bytes, parse_body
from ..protocol import REQUESTS, DoneEvent, FailedEvent, JobEvent
from ..wire import decode
from .clients import Clients
from .relay import HiddenKernel

AUTH_RESOURCE = "heatline"
"""What a server's authorizer is asked about: `read` for the agent's code, `execute` for the websocket."""

METHODS = frozenset(method for method in REQUESTS if not method.startswith("job/"))
"""Jobs are pulled here; the client hears of them by `$/progress` and `heatline/update`."""

GOING_AWAY = 1001
CLIENT_BUSY = 1013


class RpcHandler(WebSocketMixin, WebSocketHandler, JupyterHandler):
    """`heatline/rpc?kernel=NAME`: one client, with an agent of its own in a kernel of that kernelspec.

    Who may use it may run code: a model is named by the function that makes it. So the authorizer is asked for
    `execute`, of `heatline` and of `kernels`, when the connection opens and again for each message.
    """

    auth_resource = AUTH_RESOURCE

    def initialize(self, clients: Clients, step_ms: int) -> None:
        """Takes what the application shares."""
        self.clients = clients
        self.step_ms = step_ms
        self.user = ""
        self.kernel: HiddenKernel | None = None
        self._pending: dict[int | str, asyncio.Task[None]] = {}
        self._greeted = False

    def set_default_headers(self) -> None:
        """None of those of a page: the answer is a websocket."""

    @ws_authenticated
    async def get(self) -> None:
        """Opens the websocket.

        Raises
        ------
        HTTPError
            403 without the right to execute; 404 for a kernelspec that is not there, or not of Python.
        """
        if not await self._may_execute():
            raise web.HTTPError(403)
        name = self.get_query_argument("kernel", self.kernel_manager.default_kernel_name)
        specs = await ensure_async(self.kernel_spec_manager.get_all_specs())
        if name not in specs or specs[name]["spec"].get("language") != "python":
            python = sorted(other for other, spec in specs.items() if spec["spec"].get("language") == "python")
            raise web.HTTPError(404, f"no Python kernel {name!r} here; there is {', '.join(python) or 'none'}")
        self.kernel = HiddenKernel(self.kernel_manager, name)
        # Who comes with the server's one token is a new user to Jupyter each time, and yet the same person.
        self.user = "" if self.token and self.token_authenticated else self.current_user.username
        await super().get()

    async def open(self) -> None:
        """The connection stands, or is closed again where the user has too many."""
        super().open()
        try:
            self.clients.join(self)
        except Refusal as refusal:
            self.close(CLIENT_BUSY, str(refusal))

    async def on_message(self, message: str | bytes) -> None:
        """One message of the client."""
        if not await self._may_execute():
            self.close(GOING_AWAY, "no longer allowed")
            return
        try:
            parsed = parse_body(message.encode() if isinstance(message, str) else message)
        except BadMessage as error:
            await self._send(refused(None, PARSE_ERROR, str(error)))
            return
        answer = self._receive(parsed)
        if answer is not None:
            await self._send(answer)

    def on_close(self) -> None:
        """The client left: its jobs and its kernel end."""
        asyncio.get_running_loop().create_task(self.end("the client has left"))

    @property
    def idle_seconds(self) -> float:
        """See `Client`."""
        return 0.0 if self._pending or self.kernel is None else time.monotonic() - self.kernel.asked_at

    async def end(self, reason: str) -> None:
        """See `Client`."""
        self.clients.leave(self)
        for task in list(self._pending.values()):
            task.cancel()
        self.close(GOING_AWAY, reason)
        kernel, self.kernel = self.kernel, None
        if kernel is not None:
            await kernel.close()

    # ------------------------------------------------------------ requests

    def _receive(self, message: Message) -> Message | None:
        """Begins what a message asks for; its answer, where it has one at once."""
        method, id_, params = message.get("method"), message.get("id"), message.get("params", {})
        if method == "$/cancelRequest":
            self._cancel(params.get("id") if isinstance(params, dict) else None)
            return None
        if id_ is None:
            return None  # a notification that is not known, or an answer that nobody asked for
        if not isinstance(id_, (int, str)) or isinstance(id_, bool) or not isinstance(method, str):
            return refused(None, INVALID_REQUEST, "a request needs a method, and an id that is a number or a string")
        if id_ in self._pending:
            return refused(id_, INVALID_REQUEST, f"the id {id_!r} is in use by a request under way")
        if method not in METHODS:
            return refused(id_, METHOD_NOT_FOUND, f"there is no method {method!r} here")
        if not self._greeted and method != "heatline/initialize":
            return refused(id_, NOT_INITIALIZED, "the first request is heatline/initialize")
        try:
            self.clients.begin_job(self.user)
        except Refusal as refusal:
            return failed(id_, refusal)
        token = params.get("job") if isinstance(params, dict) else None
        self._pending[id_] = asyncio.get_running_loop().create_task(
            self._answered(id_, self._work(Reported(id_, token), method, params))
        )
        return None

    def _cancel(self, id_: object) -> None:
        if isinstance(id_, (int, str)) and id_ in self._pending:
            self._pending[id_].cancel()

    async def _answered(self, id_: int | str, work: Coroutine[Any, Any, None]) -> None:
        """Whatever becomes of the work, the request is answered once, and counted no longer."""
        answer = None
        try:
            await work
        except asyncio.CancelledError:
            answer = failed(id_, Refusal("cancelled", "cancelled by the client"))
        except Exception as error:
            answer = failed(id_, error)
        finally:
            del self._pending[id_]
            self.clients.end_job(self.user)
        if answer is not None:
            await self._send(answer)

    async def _work(self, reported: Reported, method: str, params: object) -> None:
        """Pulls a job in the kernel until its end."""
        kernel = self.kernel
        if kernel is None:
            raise Refusal("agent-died", "this connection is closed", "Connect again.")
        started = await kernel.ask("job/start", {"method": method, "params": params})
        if "error" in started:
            await self._send({"jsonrpc": "2.0", "id": reported.id, "error": started["error"]})
            return
        job = started["result"]["job"]
        ended = False
        try:
            while not ended:
                step = await kernel.ask("job/step", {"job": job, "budget_ms": self.step_ms})
                if "error" in step:
                    await self._send({"jsonrpc": "2.0", "id": reported.id, "error": step["error"]})
                    return
                event: JobEvent = decode(JobEvent, step["result"], "event")  # type: ignore[arg-type]
                ended = isinstance(event, (DoneEvent, FailedEvent))
                if method == "heatline/initialize" and isinstance(event, DoneEvent):
                    self._greeted = True
                for message in reported.messages(event):
                    await self._send(message)
        finally:
            if not ended and self.kernel is not None:
                await asyncio.shield(kernel.ask("job/drop", {"job": job}))

    async def _send(self, message: Message) -> None:
        with contextlib.suppress(WebSocketClosedError):  # who left reads no answer
            await self.write_message(json_bytes(message).decode())

    async def _may_execute(self) -> bool:
        user = self.current_user
        for resource in (AUTH_RESOURCE, "kernels"):
            if not await ensure_async(self.authorizer.is_authorized(self, user, "execute", resource)):
                return False
        return True
