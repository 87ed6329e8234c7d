"""A JSON-RPC client for a real agent subprocess, just enough for the tests."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, cast

from heatline._version import __version__
from heatline.agent.bundle import agent_command, stdio_preamble
from heatline.framing import frame, read_message
from heatline.protocol import PROTOCOL


class Client:
    """Requests by number; notifications are collected in `notes`."""

    def __init__(self, process: subprocess.Popen[bytes], root: Path) -> None:
        self.root = root
        assert process.stdin is not None
        assert process.stdout is not None
        self.process = process
        self.input, self.output = cast(BinaryIO, process.stdin), cast(BinaryIO, process.stdout)
        self.notes: list[dict[str, Any]] = []
        self._answers: dict[object, dict[str, Any]] = {}
        self._next = 0

    def send(self, method: str, params: object = None, **extra: object) -> int:
        """Sends a request and returns its id."""
        self._next += 1
        self.raw(frame({"jsonrpc": "2.0", "id": self._next, "method": method, "params": params or {}, **extra}))
        return self._next

    def raw(self, data: bytes) -> None:
        self.input.write(data)
        self.input.flush()

    def wait(self, id_: object) -> dict[str, Any]:
        """The answer to the request `id_`."""
        while id_ not in self._answers:
            message = self.next()
            if "id" in message:
                self._answers[message["id"]] = message
            else:
                self.notes.append(message)
        return self._answers.pop(id_)

    def next(self) -> dict[str, Any]:
        message = read_message(self.output)
        assert message is not None, f"the agent ended with {self.process.wait(10)}"
        return message

    def call(self, method: str, params: object = None) -> dict[str, Any]:
        return self.wait(self.send(method, params))

    def result(self, method: str, params: object = None) -> dict[str, Any]:
        answer = self.call(method, params)
        assert "error" not in answer, answer["error"]
        result: dict[str, Any] = answer["result"]
        return result


@contextmanager
def agent(root: Path, python: str = sys.executable, env: dict[str, str] | None = None) -> Iterator[Client]:
    """An agent subprocess that was initialized with the folder `root`; its log is `root/agent.log`."""
    with open(root / "agent.log", "wb") as log:
        process = subprocess.Popen(
            agent_command(python),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            cwd=root,
            env={**os.environ, **(env or {})},
        )
    try:
        client = Client(process, root)
        client.raw(stdio_preamble())
        client.result("heatline/initialize", {"version": __version__, "protocol": PROTOCOL, "root": str(root)})
        yield client
        if not client.input.closed:
            client.input.close()
            assert process.wait(10) == 0
    finally:
        process.kill()
        process.wait()
