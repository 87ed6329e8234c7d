"""A JSON-RPC client for a real agent subprocess, just enough for the tests."""

from __future__ import annotations

import contextlib
import os
import signal
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


class Streams:
    """Requests by number; notifications are collected in `notes`."""

    def __init__(self, input: BinaryIO, output: BinaryIO, root: Path) -> None:
        self.root = root
        self.input, self.output = input, output
        self.notes: list[dict[str, Any]] = []
        self._answers: dict[object, dict[str, Any]] = {}
        self._next = 0

    def greet(self) -> dict[str, Any]:
        return self.result(
            "heatline/initialize", {"version": __version__, "protocol": PROTOCOL, "root": str(self.root)}
        )

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
        assert message is not None, self.ended()
        return message

    def ended(self) -> str:
        """How, after the end of its output."""
        return "the agent ended"

    def call(self, method: str, params: object = None) -> dict[str, Any]:
        return self.wait(self.send(method, params))

    def result(self, method: str, params: object = None) -> dict[str, Any]:
        answer = self.call(method, params)
        assert "error" not in answer, answer["error"]
        result: dict[str, Any] = answer["result"]
        return result


class Client(Streams):
    """An agent in a process."""

    def __init__(self, process: subprocess.Popen[bytes], root: Path) -> None:
        super().__init__(cast(BinaryIO, process.stdin), cast(BinaryIO, process.stdout), root)
        self.process = process

    def ended(self) -> str:
        return f"the agent ended with {self.process.wait(10)}"


@contextmanager
def agent(
    root: Path, env: dict[str, str] | None = None, log: int | str | None = None, leads: bool = False, greet: bool = True
) -> Iterator[Client]:
    """An agent subprocess that was initialized with the folder `root`.

    Parameters
    ----------
    log : where its log goes; to `root/agent.log` when left out.
    leads : whether it leads a group of processes, as under an editor.
    greet : whether it was initialized.
    """
    with contextlib.ExitStack() as files:
        process = subprocess.Popen(
            agent_command(sys.executable),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log if isinstance(log, int) else files.enter_context(open(log or root / "agent.log", "wb")),
            cwd=root,
            env={**os.environ, **(env or {})},
            start_new_session=leads,
        )
    try:
        client = Client(process, root)
        client.raw(stdio_preamble())
        if greet:
            client.greet()
        yield client
        if not client.input.closed:
            client.input.close()
            assert process.wait(10) == (-signal.SIGKILL if leads else 0)
    finally:
        process.kill()
        process.wait()
        for stream in (client.input, client.output, process.stderr):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()
