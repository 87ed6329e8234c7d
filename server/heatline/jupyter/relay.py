"""The agent in a kernel that this server starts for one client: no notebook shows it, and it ends with its client."""

from __future__ import annotations

import asyncio
import json
import queue
import time
from typing import Any

from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_core.utils import ensure_async

from ..agent.bundle import kernel_code
from ..agent.failures import Refusal
from ..protocol import RPC_MIME

LOOK_SECONDS = 0.5
"""While an answer is waited for: between two looks at whether the kernel still lives."""


class HiddenKernel:
    """A kernel of the server's own kernel manager, asked by silent execute requests.

    So its environment, its place (also on another machine) and its culling are what the server's configuration says
    of kernels. It is started by the first question.

    Parameters
    ----------
    manager : the server's `MappingKernelManager`.
    kernel_name : of the kernelspec.
    """

    def __init__(self, manager: Any, kernel_name: str) -> None:
        self.kernel_name = kernel_name
        self.asked_at = time.monotonic()
        """When the last question was answered, or this kernel was thought of."""
        self.kernel_id: str | None = None
        self._manager = manager
        self._client: AsyncKernelClient | None = None
        self._one_at_a_time = asyncio.Lock()
        self._restarted = False
        self._closed = False

    async def ask(self, method: str, params: object) -> dict[str, Any]:
        """The JSON-RPC response of the agent, which is brought into the kernel first.

        Raises
        ------
        Refusal
            `agent-died`, where the kernel cannot be started, died, was restarted or shut down.
        """
        async with self._one_at_a_time:
            try:
                if self._client is None:
                    await self._start()
                return await self._evaluate(method, params)
            finally:
                self.asked_at = time.monotonic()

    async def close(self) -> None:
        """Shuts the kernel down, and with it what it computes."""
        self._closed = True
        if self._client is not None:
            self._client.stop_channels()
        if self.kernel_id is not None and self.kernel_id in self._manager:
            await ensure_async(self._manager.shutdown_kernel(self.kernel_id, now=True))

    async def _start(self) -> None:
        self._check_open()
        try:
            # The path: in the folder that the server shows.
            self.kernel_id = await ensure_async(self._manager.start_kernel(kernel_name=self.kernel_name, path=""))
        except Exception as error:  # whatever a kernel's provisioner raises
            line = f"the kernel {self.kernel_name} could not be started: {error}"
            raise Refusal("agent-died", line, "Start it in a notebook to see why.") from None
        try:
            self._check_open()
        except Refusal:  # its client left meanwhile
            await self.close()
            raise
        kernel = self._manager.get_kernel(self.kernel_id)
        for event in ("restart", "dead"):
            kernel.add_restart_callback(self._lose, event)
        client = kernel.client()
        client.start_channels(shell=True, iopub=False, stdin=False, hb=False, control=False)
        self._client = client
        brought = await self._execute(kernel_code().code, {})
        if brought["status"] != "ok":
            line = f"heatline's agent cannot run in the kernel {self.kernel_name}: {brought.get('evalue')}"
            raise Refusal("agent-died", line, "It needs Python 3.10 or newer.")

    async def _evaluate(self, method: str, params: object) -> dict[str, Any]:
        request = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params})
        expression = f"__import__('sys').modules[{kernel_code().module!r}].answer({request!r})"
        reply = await self._execute("", {"heatline": expression})
        outcome = reply.get("user_expressions", {}).get("heatline", reply)
        if outcome["status"] != "ok":
            if outcome.get("ename") == "KeyboardInterrupt":
                raise Refusal("cancelled", "the kernel was interrupted", "Ask again.")
            raise self._lost()
        response: dict[str, Any] = outcome["data"][RPC_MIME]
        return response

    async def _execute(self, code: str, expressions: dict[str, str]) -> dict[str, Any]:
        """The content of the reply to a silent execute request."""
        client = self._client
        assert client is not None
        asked = client.execute(
            code,
            silent=True,
            store_history=False,
            user_expressions=expressions,
            allow_stdin=False,
            stop_on_error=False,
        )
        while True:
            if self._closed or self._restarted or not await self._lives():
                raise self._lost()
            try:
                reply = await client.get_shell_msg(timeout=LOOK_SECONDS)
            except queue.Empty:
                continue
            if reply["parent_header"].get("msg_id") == asked:
                content: dict[str, Any] = reply["content"]
                return content

    def _check_open(self) -> None:
        if self._closed:
            raise self._lost()

    async def _lives(self) -> bool:
        if self.kernel_id not in self._manager:  # the server culled it
            return False
        return bool(await ensure_async(self._manager.get_kernel(self.kernel_id).is_alive()))

    def _lose(self) -> None:
        self._restarted = True

    def _lost(self) -> Refusal:
        return Refusal(
            "agent-died", f"the kernel {self.kernel_name} has ended", "Connect again; another one is started."
        )
