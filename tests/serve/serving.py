"""A real server on a real socket, in the test's own loop, and clients for it."""

from __future__ import annotations

import asyncio
import itertools
import json
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from websockets.asyncio.client import ClientConnection, connect

from heatline.serve.limits import Limits
from heatline.serve.plan import Plan
from heatline.serve.server import Server
from heatline.serve.supervisor import Supervisor

from .served import NAMES

TOKEN = "only-for-tests-0123456789"


def plan(*names: str) -> Plan:
    """Models of `served.py`, by name."""
    file = Path(__file__).with_name("served.py")
    return Plan({name: f"{file}:{name}" for name in names or NAMES})


@asynccontextmanager
async def computing(*names: str, step_seconds: float = Limits.step_seconds) -> AsyncIterator[Supervisor]:
    """A process that computes, for several servers one after the other: starting it takes longer than most tests."""
    computer = Supervisor(plan(*names), step_seconds)
    try:
        yield computer
    finally:
        await computer.close()


class Running:
    """A server that can be reached."""

    def __init__(self, server: Server, port: int) -> None:
        self.server = server
        self.port = port
        self.url = f"ws://127.0.0.1:{port}/"

    def connect(self, token: str | None = TOKEN, path: str = "", **more: Any) -> connect:
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        more = {"additional_headers": headers, "max_size": None, "proxy": None, **more}
        return connect(self.url + path, **more)

    async def get(self, request: str) -> tuple[int, str]:
        """Status and body of a plain HTTP request."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(request.replace("\n", "\r\n").encode())
        data = (await asyncio.wait_for(reader.read(), 20)).decode()
        writer.close()
        head, _, body = data.partition("\r\n\r\n")
        return int(head.split()[1]), body

    async def ready(self) -> None:
        while (await self.get("GET /readyz HTTP/1.1\nHost: x\n\n"))[0] != 200:
            await asyncio.sleep(0.01)

    @property
    def computes(self) -> bool:
        """A step is under way."""
        return self.server._computer.busy


@asynccontextmanager
async def serving(computer: Supervisor, limits: Limits | None = None) -> AsyncIterator[Running]:
    """A server that is ready."""
    server = Server(computer, TOKEN, limits)
    port: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    task = asyncio.create_task(server.run(["127.0.0.1"], 0, None, port.set_result))
    both: list[asyncio.Future[Any]] = [task, port]
    await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
    if task.done():
        task.result()
    running = Running(server, await port)
    await running.ready()
    try:
        yield running
    finally:
        server.stop()
        await asyncio.wait_for(task, 30)


class Caller:
    """JSON-RPC over one connection; ids count from 1, as those of every client do."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection
        self.notes: list[dict[str, Any]] = []
        self._ids = itertools.count(1)
        self._answers: dict[object, dict[str, Any]] = {}

    async def send(self, method: str, params: object = None, id_: object = None) -> object:
        id_ = id_ or next(self._ids)
        message = {"jsonrpc": "2.0", "id": id_, "method": method, "params": params or {}}
        await self.connection.send(json.dumps(message))
        return id_

    async def next(self) -> dict[str, Any]:
        message: dict[str, Any] = json.loads(await asyncio.wait_for(self.connection.recv(), 60))
        return message

    async def answer(self, id_: object) -> dict[str, Any]:
        while id_ not in self._answers:
            message = await self.next()
            if "method" in message:
                self.notes.append(message)
            else:
                assert message["id"] not in self._answers, "answered twice"
                self._answers[message["id"]] = message
        return self._answers.pop(id_)

    async def call(self, method: str, params: object = None) -> dict[str, Any]:
        return await self.answer(await self.send(method, params))

    async def result(self, method: str, params: object = None) -> dict[str, Any]:
        answer = await self.call(method, params)
        assert "error" not in answer, answer["error"]
        result: dict[str, Any] = answer["result"]
        return result

    async def cancel(self, id_: object) -> None:
        await self.connection.send(json.dumps({"jsonrpc": "2.0", "method": "$/cancelRequest", "params": {"id": id_}}))


def asking(model: str, text: str = "good", **more: object) -> dict[str, Any]:
    return {"model": {"kind": "named", "name": model}, "sample": {"kind": "text", "text": text}, **more}


def untrusting(certificate: str) -> ssl.SSLContext:
    """A client's context that trusts one certificate and no other."""
    return ssl.create_default_context(cafile=certificate)
