"""`heatline serve`: a large result, requests per second, fairness, and what a computation costs everybody else.

    python benchmarks/serve.py [--runs N] [--json FILE]

A real server process and real sockets of this machine; medians of N runs. The ratios are of one run, so that a busy
machine slows all of it alike.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import itertools
import json
import os
import re
import secrets
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from websockets.asyncio.client import ClientConnection, connect

MODELS = """
import torch
from torch import nn
from heatline import Image, Model, Tabular


def large():
    net = nn.Sequential(nn.Conv2d(3, 1, 1), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(1, 2))
    return Model(net, inputs=Image(size=1300))


def row():
    return Model(nn.Linear(4, 2), inputs=Tabular(columns=list("abcd")))


def deep():
    parts = [layer for _ in range(8) for layer in (nn.Conv2d(8, 8, 3, padding=1), nn.ReLU())]
    net = nn.Sequential(nn.Conv2d(3, 8, 1), *parts, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8, 2))
    return Model(net, inputs=Image(size=64))
"""
REQUESTS = 1000
IN_FLIGHT = 8
STEPS = 400


class Client:
    """JSON-RPC over one connection."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection
        self._ids = itertools.count(1)

    async def send(self, method: str, params: dict[str, Any]) -> int:
        id_ = next(self._ids)
        message = {"jsonrpc": "2.0", "id": id_, "method": method, "params": params}
        await self._connection.send(json.dumps(message))
        return id_

    async def answer(self) -> tuple[dict[str, Any], int]:
        """The next answer, and its length in bytes."""
        data = await self._connection.recv(decode=False)
        message: dict[str, Any] = json.loads(data)
        assert "error" not in message, message["error"]
        return message, len(data)

    async def call(self, method: str, params: dict[str, Any]) -> int:
        await self.send(method, params)
        return (await self.answer())[1]


class Served:
    """A server process."""

    def __init__(self, address: str, token: str) -> None:
        self.address = address
        self._headers = {"Authorization": f"Bearer {token}"}

    @contextlib.asynccontextmanager
    async def client(self) -> AsyncIterator[Client]:
        async with connect(self.address, additional_headers=self._headers, max_size=None, compression=None) as opened:
            yield Client(opened)

    async def health(self) -> float:
        """Seconds of a health check."""
        began = time.perf_counter()
        port = int(self.address.rpartition(":")[2])
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        assert b"200" in await reader.readline()
        writer.close()
        return time.perf_counter() - began


@contextlib.asynccontextmanager
async def serving(folder: Path) -> AsyncIterator[Served]:
    """`heatline serve` with the models above."""
    (folder / "models.py").write_text(MODELS, encoding="utf-8")
    token = secrets.token_urlsafe(32)
    names = [f"{name}=models.py:{name}" for name in ("large", "row", "deep")]
    process = subprocess.Popen(
        [sys.executable, "-m", "heatline", "serve", *names, "--port", "0", "--max-clients", "4"],
        cwd=folder,
        env={**os.environ, "HEATLINE_TOKEN": token},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    try:
        assert process.stdout is not None
        match = re.search(r"(ws://\S+)", (await asyncio.to_thread(process.stdout.readline)).decode())
        assert match, "the server did not start"
        yield Served(match[1], token)
    finally:
        process.terminate()
        process.wait(30)


def explaining(model: str, side: int, method: str, **more: object) -> dict[str, Any]:
    """An explanation of a grey square, sent as an array."""
    import base64

    data = base64.b64encode(bytes([128]) * side * side).decode()
    sample = {"kind": "array", "name": "grey", "dtype": "uint8", "shape": [side, side], "data": data}
    return {"model": {"kind": "named", "name": model}, "sample": sample, "method": method, **more}


async def large_result(served: Served, runs: int) -> dict[str, float]:
    """A result that the server has: read from its cache, encoded, sent and parsed."""
    asked = explaining("large", 64, "gradient")
    async with served.client() as client:
        size = await client.call("heatline/explain", asked)
        seconds = []
        for _ in range(runs):
            began = time.perf_counter()
            await client.call("heatline/explain", asked)
            seconds.append(time.perf_counter() - began)
    return {"megabytes": size / 1e6, "median": 1000 * statistics.median(seconds), "fastest": 1000 * min(seconds)}


async def throughput(served: Served, clients: int) -> float:
    """Predictions per second, of all clients together."""
    row = {"kind": "row", "values": [1.0, 2.0, 3.0, 4.0]}

    async def ask(client: Client, count: int) -> None:
        under_way = 0
        for number in range(count):
            params = {"model": {"kind": "named", "name": "row"}, "sample": {**row, "values": [number, 2.0, 3.0, 4.0]}}
            await client.send("heatline/predict", params)
            under_way += 1
            if under_way == IN_FLIGHT:
                await client.answer()
                under_way -= 1
        for _ in range(under_way):
            await client.answer()

    async with contextlib.AsyncExitStack() as stack:
        opened = [await stack.enter_async_context(served.client()) for _ in range(clients)]
        for client in opened:
            await ask(client, 1)
        began = time.perf_counter()
        await asyncio.gather(*(ask(client, REQUESTS // clients) for client in opened))
        return REQUESTS / (time.perf_counter() - began)


async def fairness(served: Served) -> dict[str, float]:
    """How much longer one explanation takes beside another client with eight of them under way."""
    seeds = itertools.count(1)  # each request is new: none is answered from the cache

    async def timed(client: Client) -> float:
        began = time.perf_counter()
        await client.call("heatline/explain", explaining("deep", 64, "integrated", steps=STEPS, seed=next(seeds)))
        return time.perf_counter() - began

    async with served.client() as modest, served.client() as greedy:
        await timed(modest)
        alone = await timed(modest)
        idle = [await served.health() for _ in range(20)]
        for _ in range(8):
            await greedy.send(
                "heatline/explain", explaining("deep", 64, "integrated", steps=4 * STEPS, seed=next(seeds))
            )
        beside = await timed(modest)
        busy = [await served.health() for _ in range(20)]
    return {
        "beside a client with 8 jobs / alone": beside / alone,
        "health check, idle, ms": 1000 * statistics.median(idle),
        "health check, while computing, ms": 1000 * statistics.median(busy),
    }


async def measure(runs: int) -> dict[str, float]:
    """All figures, by name."""
    with tempfile.TemporaryDirectory() as folder:
        async with serving(Path(folder)) as served:
            large = await large_result(served, runs)
            one, two = await throughput(served, 1), await throughput(served, 2)
            fair = await fairness(served)
    return {
        f"a result of {large['megabytes']:.1f} MB from the cache, ms": large["median"],
        "the same, fastest": large["fastest"],
        "requests per second of one client": one,
        "requests per second of two clients": two,
        "two clients / one": two / one,
        **fair,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=10)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    figures = asyncio.run(measure(options.runs))
    for name, value in figures.items():
        print(f"{name:55} {value:8.2f}")
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2), encoding="utf-8")


if __name__ == "__main__":
    main()
