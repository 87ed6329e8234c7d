"""The connection to a `heatline serve` on another machine."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import ssl
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus

from .._version import __version__
from ..framing import MAX_BODY, BadMessage, json_bytes, parse_body
from ..protocol import PROTOCOL, FactoryModel, InitializeParams, ModelInfo, ModelsResult, NamedModel
from ..wire import WireError, decode, encode
from .calls import Calls, Notify
from .failures import Failure, failure
from .remote import Remote, by_value

OPEN_SECONDS = 20.0
GREET_SECONDS = 120.0
"""The server may still be loading its models."""

_AGAIN = "The next request connects again."
# Its debug level would write headers, with the token.
_logger = logging.getLogger("heatline.remote")
_logger.setLevel(logging.WARNING)


class _Connect(connect):
    """Goes where it was sent and nowhere else: the token is for that server alone."""

    def process_redirect(self, exc: Exception) -> Exception | str:
        return exc


class RemoteAgent:
    """An agent behind a websocket. Made by `start`; it stands where an `AgentProcess` could."""

    def __init__(self, connection: ClientConnection, remote: Remote) -> None:
        self.dead = False
        self.models: list[ModelInfo] = []
        """What the server serves, as models that the person can choose."""
        self._remote = remote
        self._connection = connection
        self._calls = Calls(self._send)
        self._outbox: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._reason = ""
        self._tasks = [asyncio.create_task(self._read()), asyncio.create_task(self._write())]

    @classmethod
    async def start(cls, remote: Remote, token: str) -> RemoteAgent:
        """Connects, greets the server and asks for its models.

        Raises
        ------
        Failure
            Where the server cannot be reached, is not trusted or does not let us in.
        """
        remote.check()
        headers = {"Authorization": f"Bearer {token}"}
        try:
            connection = await _Connect(
                remote.url,
                additional_headers=headers,
                open_timeout=OPEN_SECONDS,
                compression=None,
                max_size=MAX_BODY,
                logger=_logger,
            )
        except (OSError, InvalidHandshake, asyncio.TimeoutError) as error:
            raise _not_connected(remote, error, bool(token)) from None
        agent = cls(connection, remote)
        try:
            await asyncio.wait_for(agent._greet(), GREET_SECONDS)
        except asyncio.TimeoutError:
            await agent.close()
            message = f"{remote.url} did not answer within {GREET_SECONDS:.0f} s"
            raise failure("agent-died", message, "Look at the server's log.") from None
        except BaseException:
            await agent.close()
            raise
        return agent

    async def request(
        self, method: str, params: dict[str, Any], notify: Notify | None = None, patience: float | None = None
    ) -> Any:
        """See `AgentProcess.request`. A cancelled request costs no more than itself, so patience is not needed.

        Raises
        ------
        Failure
            What the server answered; `agent-died` where the connection ended.
        """
        if self.dead:
            raise self._death()
        sent = await asyncio.to_thread(by_value, params, self._remote.folder)
        return await self._calls.request(method, sent, notify)

    async def settled(self) -> None:
        """Nothing outlives a cancelled request here."""

    async def close(self) -> None:
        """Ends the connection."""
        self._reason = self._reason or "the language server closed the connection"
        with contextlib.suppress(ConnectionClosed):
            await self._connection.close()
        self._tasks[1].cancel()
        await asyncio.wait(self._tasks)

    # ------------------------------------------------------------ inside

    async def _greet(self) -> None:
        params = InitializeParams(version=__version__, protocol=PROTOCOL)
        await self._calls.request("heatline/initialize", encode(params))
        answer = await self._calls.request("heatline/models", {})
        try:
            models = decode(ModelsResult, answer, "result").models
        except WireError as error:
            raise failure("version", f"the server's list of models does not fit: {error}") from None
        self.models = [
            ModelInfo(FactoryModel("factory", model.name), model.name, self._remote.url, model.inputs, "served")
            for model in models
            if isinstance(model.ref, NamedModel)
        ]

    def _send(self, message: dict[str, Any]) -> None:
        self._outbox.put_nowait(message)

    async def _write(self) -> None:
        with contextlib.suppress(ConnectionClosed):  # noticed where it is read
            while True:
                await self._connection.send(json_bytes(await self._outbox.get()), text=True)

    async def _read(self) -> None:
        try:
            while True:
                self._calls.take(parse_body(await self._connection.recv(decode=False)))
        except ConnectionClosed as closed:
            received = closed.rcvd
            why = f" ({received.code} {received.reason})".replace(" )", ")") if received else ""
            self._reason = self._reason or f"the connection to {self._remote.url} ended{why}"
        except (BadMessage, ValueError) as error:
            self._reason = f"{self._remote.url} sent what is no message ({error})"
            await self._connection.close()
        finally:
            self.dead = True
            self._calls.fail(self._death)

    def _death(self) -> Failure:
        return failure("agent-died", self._reason, _AGAIN)


def _not_connected(remote: Remote, error: Exception, has_token: bool) -> Failure:
    if isinstance(error, ssl.SSLCertVerificationError):
        step = "Set SSL_CERT_FILE to the certificate of its authority, or write the name that the certificate is for."
        return failure("bad-input", f"{remote.url} has a certificate not to be trusted: {error.verify_message}", step)
    if isinstance(error, InvalidStatus):
        status = error.response.status_code
        said = (error.response.body or b"").decode("utf-8", "replace").strip()[:200]
        if status == 401:
            what = "does not know the token that was sent" if has_token else "needs a token"
            step = "Set its token; an editor without a place for it reads HEATLINE_TOKEN."
            return failure("no-token", f"{remote.url} {what}", step)
        return failure("bad-input", f"{remote.url} answered {status}: {said}", "Check the setting 'heatline.server'.")
    reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
    step = "Check the setting 'heatline.server', and that 'heatline serve' runs there."
    return failure("agent-died", f"{remote.url} cannot be reached: {reason}", step)
