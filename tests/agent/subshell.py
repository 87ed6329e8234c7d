"""A front end that asks a kernel through a subshell while its main shell runs a cell."""

from __future__ import annotations

import json
import time
from pathlib import Path
from queue import Empty
from typing import Any

from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import KernelManager

from heatline.agent.bundle import kernel_code

SECONDS = 60


class Cell:
    """A cell of the person's that was started, and what becomes of it.

    Parameters
    ----------
    code : prints `begun` when the others may begin, and goes on once the file `go` exists.
    """

    def __init__(self, client: BlockingKernelClient, code: str, go: Path) -> None:
        self.client = client
        self.go = go
        self.states: list[str] = []
        """What the kernel said of its state, as front ends and servers take it."""
        self.messages: list[dict[str, Any]] = []
        self.reply: dict[str, Any] | None = None
        self._request = client.execute(code)
        while "begun" not in self.printed:
            self._read()

    @property
    def printed(self) -> str:
        return "".join(m["content"]["text"] for m in self.messages if m["msg_type"] == "stream")

    @property
    def figures(self) -> list[str]:
        return [m["content"]["data"]["image/png"] for m in self.messages if m["msg_type"] == "display_data"]

    @property
    def runs(self) -> bool:
        """Whether it has not ended, as far as was said up to now."""
        try:
            while True:
                self._read(0.05)
        except TimeoutError:
            return "idle" not in [m["content"].get("execution_state") for m in self.messages]

    def finish(self) -> None:
        """Lets it end, if it has not."""
        if self.reply is not None:
            return
        self.go.touch()
        while self.runs:
            pass
        while (reply := self.client.get_shell_msg(timeout=SECONDS))["parent_header"]["msg_id"] != self._request:
            pass
        self.reply = reply
        self.go.unlink()

    def _read(self, timeout: float = SECONDS) -> None:
        try:
            message = self.client.get_iopub_msg(timeout=timeout)
        except Empty:
            raise TimeoutError from None
        asked = message["parent_header"].get("msg_type")
        if message["msg_type"] == "status" and asked not in ("debug_request", "kernel_info_request"):
            self.states.append(message["content"]["execution_state"])
        if message["parent_header"].get("msg_id") == self._request:
            assert message["msg_type"] != "error", "\n".join(message["content"]["traceback"])
            self.messages.append(message)


class Subshell:
    """Messages to one subshell, through a connection of its own."""

    def __init__(self, manager: KernelManager) -> None:
        self.client = BlockingKernelClient(connection_file=manager.connection_file)
        self.client.load_connection_file()
        self.client.start_channels()
        self.code = kernel_code()
        self.id: str = self._control("create_subshell_request", {})["subshell_id"]

    def bring(self) -> None:
        """The agent, where it is not yet, and from then on it listens."""
        take_requests = f"__import__('sys').modules[{self.code.module!r}].take_requests()"
        for expression in (take_requests, f"({self.code.code}, {take_requests})"):
            told = self._execute(self.code.shield, expression)
            if told["status"] == "ok":
                return
            assert told["ename"] == "KeyError", told
        raise AssertionError("the agent is not there")

    def ask(self, method: str, params: dict[str, Any] | None = None) -> Any:
        request = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params or {}})
        return self.send(f"{self.code.module}_request", {"request": request})["response"]

    def result(self, method: str, params: dict[str, Any] | None = None) -> Any:
        response = self.ask(method, params)
        assert "error" not in response, response["error"]
        return response["result"]

    @property
    def sees_a_cell(self) -> bool:
        found: bool = self.send(f"{self.code.module}_request", {"request": None})["running"]
        return found

    def job(self, method: str, params: dict[str, Any]) -> dict[str, Any]:
        """The last event of a job, pulled to its end."""
        job = self.result("job/start", {"method": method, "params": params})["job"]
        while True:
            event: dict[str, Any] = self.result("job/step", {"job": job, "budget_ms": 50})
            if event["kind"] in ("done", "failed"):
                return event

    def named(self, what: str, name: str) -> dict[str, Any]:
        """The reference of the live model or sample `name`."""
        found = self.result(f"heatline/{what}")[what]
        ref: dict[str, Any] = next(info["ref"] for info in found if info["name"] == name)
        return ref

    def explain(self, model: str, sample: str, **options: Any) -> dict[str, Any]:
        params = {"model": self.named("models", model), "sample": self.named("samples", sample), **options}
        return self.job("heatline/explain", params)

    def send(self, kind: str, content: dict[str, Any]) -> dict[str, Any]:
        """One message through the subshell; the content of its reply."""
        message = self.client.session.msg(kind, content)
        message["header"]["subshell_id"] = self.id
        self.client.shell_channel.send(message)
        return self._reply(self.client.get_shell_msg, message)

    def close(self) -> None:
        self._control("delete_subshell_request", {"subshell_id": self.id})
        self.client.stop_channels()

    def _execute(self, code: str, expression: str) -> dict[str, Any]:
        content = {
            "code": code,
            "silent": True,
            "store_history": False,
            "user_expressions": {"it": expression},
            "allow_stdin": True,
            "stop_on_error": False,
        }
        reply = self.send("execute_request", content)
        assert reply["status"] == "ok", reply
        found: dict[str, Any] = reply["user_expressions"]["it"]
        return found

    def _control(self, kind: str, content: dict[str, Any]) -> dict[str, Any]:
        message = self.client.session.msg(kind, content)
        self.client.control_channel.send(message)
        return self._reply(self.client.get_control_msg, message)

    def _reply(self, take: Any, message: dict[str, Any]) -> dict[str, Any]:
        until = time.monotonic() + SECONDS
        while time.monotonic() < until:
            reply = take(timeout=SECONDS)
            if reply["parent_header"]["msg_id"] == message["header"]["msg_id"]:
                found: dict[str, Any] = reply["content"]
                return found
        raise TimeoutError
