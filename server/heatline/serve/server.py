"""The socket, from start to a graceful stop."""

from __future__ import annotations

import asyncio
import os
import signal
import ssl
import sys
import threading
from collections.abc import Callable, Sequence
from http import HTTPStatus

from websockets.asyncio.server import ServerConnection, serve
from websockets.http11 import Request, Response

from .access import Access
from .client import GOODBYE_SECONDS, Client
from .limits import Limits
from .log import log, socket_logger
from .supervisor import Died, Supervisor
from .turns import Turns


class Server:
    """Serves models to clients that know the token.

    Parameters
    ----------
    computer : the process that computes; started by `run`, ended by who made it.
    token : what a client must know.
    """

    def __init__(self, computer: Supervisor, token: str, limits: Limits | None = None) -> None:
        self._computer = computer
        self._limits = limits or Limits()
        self._access = Access(token, lambda: self._state)
        self._turns = Turns()
        self._clients: set[Client] = set()
        self._state = "the models are being loaded"
        """Why no request can be answered; empty where one can."""
        self._stop = asyncio.Event()

    async def run(
        self, addresses: Sequence[str], port: int, tls: ssl.SSLContext | None, listening: Callable[[int], None]
    ) -> None:
        """Serves until `stop` is called, or a signal comes.

        Parameters
        ----------
        port : 0 for a free one.
        listening : told the port once clients can come.

        Raises
        ------
        OSError
            If the port cannot be had.
        NotLoaded
            If a model cannot be loaded.
        """
        limits = self._limits
        async with serve(
            self._serve_client,
            list(addresses),  # type: ignore[arg-type]  # asyncio takes several
            port,
            ssl=tls,
            ssl_handshake_timeout=None if tls is None else limits.opening_seconds,
            process_request=self._decide,
            compression=None,  # answers are mostly base64 of noise; packing them takes longer than sending them
            server_header=None,
            open_timeout=limits.opening_seconds,
            ping_interval=limits.ping_seconds,
            ping_timeout=limits.silence_seconds,
            close_timeout=GOODBYE_SECONDS,
            max_size=limits.message,
            max_queue=1,
            logger=socket_logger(),
        ) as listener:
            self._stop_on_signals()
            listening(next(iter(listener.sockets)).getsockname()[1])
            turning = asyncio.create_task(self._compute())
            stopped = asyncio.create_task(self._stop.wait())
            try:
                await asyncio.wait([turning, stopped], return_when=asyncio.FIRST_COMPLETED)
                if turning.done():
                    turning.result()
                await self._finish()
            finally:
                turning.cancel()
                stopped.cancel()
                await asyncio.wait([turning])

    def stop(self) -> None:
        """Ends gracefully: takes no more requests, finishes those under way if they finish soon, and closes."""
        log.info("stopping")
        self._state = "the server is stopping"
        self._stop.set()

    # ------------------------------------------------------------ inside

    def _stop_on_signals(self) -> None:
        """SIGTERM and SIGINT stop the server; a second one ends it at once."""
        if threading.current_thread() is not threading.main_thread():
            return
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            if sys.platform == "win32":
                signal.signal(number, lambda *_: loop.call_soon_threadsafe(self._signalled))
            else:
                loop.add_signal_handler(number, self._signalled)

    def _signalled(self) -> None:
        if self._stop.is_set():
            self._computer.kill()
            os._exit(1)
        self.stop()

    def _decide(self, connection: ServerConnection, request: Request) -> Response | None:
        refused = self._access.decide(request.path, request.headers)
        if refused is not None:
            if refused.status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
                log.warning("refused %s: %s", _who(connection), refused.text.strip())
            return connection.respond(refused.status, refused.text)
        if len(self._clients) >= self._limits.clients:
            log.warning("refused %s: %d clients are connected", _who(connection), len(self._clients))
            return connection.respond(HTTPStatus.SERVICE_UNAVAILABLE, "there are too many clients; try again later\n")
        return None

    async def _serve_client(self, connection: ServerConnection) -> None:
        client = Client(connection, self._computer, self._turns, self._limits, self._busy)
        self._clients.add(client)
        log.info("client %d came from %s", client.number, _who(connection))
        try:
            await client.run()
        finally:
            self._clients.discard(client)
            log.info("client %d left", client.number)

    def _busy(self, size: int) -> str:
        """Why a request of `size` bytes cannot be taken now."""
        if self._stop.is_set():
            return self._state
        if sum(client.waiting_bytes for client in self._clients) + size > self._limits.waiting:
            return "the requests that wait fill the server's memory for them"
        return ""

    async def _compute(self) -> None:
        """Computes for ever; where the process for that hangs or crashes, with another one."""
        while True:
            await self._computer.start()
            if not self._stop.is_set():
                self._state = ""
                log.info("ready")
            try:
                await self._turns.run()
            except Died as death:
                for client in self._clients:
                    client.lose(str(death))
                if self._stop.is_set():
                    return
                log.warning("%s; the models are loaded again", death)
                self._state = "the models are being loaded again"

    async def _finish(self) -> None:
        """Waits for the requests under way, not for ever, and tells the rest."""
        await self._idle(self._limits.stop_seconds)
        for client in self._clients:
            client.end_all("the server was stopped")
        await self._idle(GOODBYE_SECONDS)
        await asyncio.gather(*(client.close() for client in self._clients))

    async def _idle(self, seconds: float) -> None:
        """Waits until every request is answered, at most so long."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + seconds
        while not all(client.idle for client in self._clients) and loop.time() < deadline:
            await asyncio.sleep(0.02)


def _who(connection: ServerConnection) -> str:
    address = connection.remote_address
    return f"{address[0]} port {address[1]}" if address else "a client that has left"
