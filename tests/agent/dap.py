"""A front end of debugpy's for the tests: a real adapter, a real program, and the agent inside it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, cast

from heatline.agent.bundle import debuggee_code, debuggee_question, debuggee_response
from heatline.framing import frame, read_message

PROGRAM_ENVIRONMENT = {"OMP_NUM_THREADS": "1"}
"""Of a debugged program: sums over several threads come out differently each time."""


class Session:
    """One debugged program, driven by the Debug Adapter Protocol."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._in, self._out = cast(BinaryIO, process.stdin), cast(BinaryIO, process.stdout)
        self._seq = 0
        self._events: list[dict[str, Any]] = []
        self._responses: dict[int, dict[str, Any]] = {}
        self.printed: dict[str, str] = {"stdout": "", "stderr": "", "console": ""}
        self.frames: list[dict[str, Any]] = []
        self.frame = 0
        self.thread = 0
        self.slowest = 0.0
        """Seconds of the longest evaluate."""

    def send(self, command: str, **arguments: Any) -> int:
        self._seq += 1
        self._in.write(frame({"seq": self._seq, "type": "request", "command": command, "arguments": arguments}))
        self._in.flush()
        return self._seq

    def request(self, command: str, **arguments: Any) -> dict[str, Any]:
        """The body of a successful response."""
        return self.answer(self.send(command, **arguments))

    def answer(self, seq: int) -> dict[str, Any]:
        while seq not in self._responses:
            self._receive()
        response = self._responses.pop(seq)
        assert response["success"], response
        return cast(dict[str, Any], response.get("body", {}))

    def event(self, *names: str) -> dict[str, Any]:
        """The next event of these names."""
        while True:
            for event in self._events:
                if event["event"] in names:
                    self._events.remove(event)
                    return event
            self._receive()

    def _receive(self) -> None:
        message = read_message(self._out)
        assert message is not None, self.printed
        if message["type"] == "response":
            self._responses[message["request_seq"]] = message
        elif message["type"] == "event" and message["event"] == "output":
            body = message["body"]
            if body.get("category") in self.printed:
                self.printed[body["category"]] += body["output"]
        elif message["type"] == "event":
            self._events.append(message)

    # ------------------------------------------------------------ stopping and going on

    def stopped(self) -> dict[str, Any]:
        """Waits until the program stands; its top frame is then selected."""
        body = cast(dict[str, Any], self.event("stopped")["body"])
        self.thread = body["threadId"]
        self.frames = self.request("stackTrace", threadId=self.thread)["stackFrames"]
        self.frame = self.frames[0]["id"]
        return body

    def select(self, function: str) -> None:
        """Selects the frame of a function."""
        self.frame = next(f["id"] for f in self.frames if f["name"].rpartition(".")[2] == function)

    def go_on(self) -> None:
        self.request("continue", threadId=self.thread)

    def step(self) -> None:
        self.request("next", threadId=self.thread)
        self.stopped()

    def finish(self) -> str:
        """Goes on to the program's end; what it printed altogether."""
        self.go_on()
        self.event("terminated")
        return self.printed["stdout"]

    # ------------------------------------------------------------ the agent

    def evaluate(self, expression: str, framed: bool = True) -> str:
        """In the selected frame; unframed, while the paused thread may be busy with another evaluate."""
        began = time.perf_counter()
        where = {"frameId": self.frame} if framed else {}
        seq = self.send("evaluate", expression=expression, context="clipboard", **where)
        result = str(self.answer(seq)["result"])
        self.slowest = max(self.slowest, time.perf_counter() - began)
        return result

    def bring_agent(self) -> int:
        """Brings the agent into the program; in how many evaluates."""
        code, count = debuggee_code(), 1
        if self.evaluate(code.present) == "True":
            return count
        for expression in code.expressions:
            assert self.evaluate(expression) == "None"
            count += 1
        while self.evaluate(code.ready) != "True":
            count += 1
        return count

    def ask(self, method: str, params: dict[str, Any] | None = None) -> dict[str, Any]:
        return _response(self.evaluate(_question(method, params)))

    def begin(self, method: str, params: dict[str, Any]) -> int:
        """As `ask`, without waiting; `end` gets the response."""
        return self.send("evaluate", expression=_question(method, params), frameId=self.frame, context="clipboard")

    def end(self, begun: int) -> dict[str, Any]:
        return _response(self.answer(begun)["result"])

    def result(self, method: str, params: dict[str, Any] | None = None) -> Any:
        response = self.ask(method, params)
        assert "error" not in response, response["error"]
        return response["result"]

    def job(self, method: str, params: dict[str, Any]) -> dict[str, Any]:
        """The last event of a job, pulled to its end."""
        job = self.result("job/start", {"method": method, "params": params})["job"]
        while True:
            event = self.result("job/step", {"job": job, "budget_ms": 100})
            if event["kind"] in ("done", "failed"):
                return cast(dict[str, Any], event)

    def named(self, what: str, name: str) -> dict[str, Any]:
        """The reference of the live model or sample `name`."""
        found = {info["name"]: info["ref"] for info in self.result(f"heatline/{what}")[what]}
        assert name in found, list(found)
        return cast(dict[str, Any], found[name])


def _question(method: str, params: dict[str, Any] | None) -> str:
    request = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params or {}})
    return debuggee_question(debuggee_code().module, request)


def _response(result: str) -> dict[str, Any]:
    return cast(dict[str, Any], json.loads(debuggee_response(result)))


@contextmanager
def debugging(program: Path, *marks: str) -> Iterator[Session]:
    """A program started under debugpy, that will stop at the lines that end in these comments."""
    lines = program.read_text(encoding="utf-8").splitlines()
    stops = [{"line": i + 1} for mark in marks for i, text in enumerate(lines) if f"# {mark}" in text]
    assert len(stops) >= len(marks)
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHONPATH", "PYTEST"))}
    process = subprocess.Popen(
        [sys.executable, "-m", "debugpy.adapter"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment,
        cwd=program.parent,
    )
    try:
        session = Session(process)
        session.request("initialize", adapterID="heatline", clientID="tests", linesStartAt1=True, pathFormat="path")
        launch = session.send(
            "launch",
            program=str(program),
            cwd=str(program.parent),
            console="internalConsole",
            justMyCode=True,
            python=[sys.executable],
            env=PROGRAM_ENVIRONMENT,
        )
        session.event("initialized")
        session.request("setBreakpoints", source={"path": str(program)}, breakpoints=stops)
        session.request("configurationDone")
        session.answer(launch)
        yield session
        disconnect = session.send("disconnect", terminateDebuggee=True)
        session.answer(disconnect)
        cast(BinaryIO, process.stdin).close()
        process.wait(20)  # its exit status says nothing: it complains where the program has ended before
    finally:
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                stream.close()
