"""How pygls reads and answers messages, where ours must differ.

* Parameters of our own methods stay plain JSON objects, checked by `heatline.wire`; pygls would make
  anonymous tuples of them.
* A message that fits no type is answered; pygls drops it, and the editor waits for ever.
* `workspace/executeCommand` can be cancelled.
* Every error carries the protocol's `ErrorData`.
* Requests before `initialize` and after `shutdown` are refused as the Language Server Protocol says.
"""

from __future__ import annotations

import logging
from typing import Any, Literal

from lsprotocol import types
from pygls.exceptions import JsonRpcException, JsonRpcInvalidParams
from pygls.protocol import JsonRPCNotification, JsonRPCRequestMessage, LanguageServerProtocol, lsp_method

from .failures import completed

_INVALID_REQUEST = -32600
_NOT_INITIALIZED = -32002

# pygls logs whole messages below WARNING, and at ERROR the parameters of a request that failed. What
# a person's samples say belongs into no log; the server reports what went wrong itself.
logging.getLogger("pygls").setLevel(logging.WARNING)
logging.getLogger("pygls.protocol.json_rpc").setLevel(logging.CRITICAL)


class Protocol(LanguageServerProtocol):
    """The language server protocol with our own methods beside it."""

    _phase: Literal["starting", "running", "ending"] = "starting"

    def receive(self, message: dict[str, Any]) -> None:
        """Handles one message; answers one that cannot be handled."""
        id_ = message.get("id")
        if not isinstance(id_, (int, str, type(None))) or isinstance(id_, bool):
            self._refuse(None, _INVALID_REQUEST, "a request's id must be a number or a string")
            return
        method = message.get("method")
        if method is None and id_ is not None:
            if id_ not in self._request_futures:
                return  # an answer that nobody waits for
        elif not isinstance(method, str):
            self._refuse(id_, _INVALID_REQUEST, "a request's method must be a string")
            return
        elif not self._is_time_for(id_, method):
            return
        try:
            self.handle_message(self.structure_message({"jsonrpc": self.VERSION, **message}))
        except JsonRpcException as error:
            if method == types.INITIALIZE:
                self._phase = "starting"
            self._refuse(id_, error.code, f"the message does not fit {method or 'the answer asked for'}")

    def _is_time_for(self, id_: int | str | None, method: str) -> bool:
        """Whether a message comes while it may; a request that does not is refused, a notification passed over."""
        if method == types.EXIT or (self._phase == "running" and method != types.INITIALIZE):
            if method == types.SHUTDOWN:
                self._phase = "ending"
            return True
        if self._phase == "starting" and method == types.INITIALIZE:
            self._phase = "running"
            return True
        if id_ is not None and self._phase == "starting":
            self._refuse(id_, _NOT_INITIALIZED, f"{method} came before initialize")
        elif id_ is not None:
            when = "after shutdown" if self._phase == "ending" else "a second time"
            self._refuse(id_, _INVALID_REQUEST, f"{method} came {when}")
        return False

    def structure_message(self, data: dict[str, Any]) -> Any:
        method = data.get("method")
        if isinstance(method, str) and self.get_message_type(method) is None:
            params = data.get("params") or {}
            if data.get("id") is not None:
                return JsonRPCRequestMessage(data["id"], method, self.VERSION, params)
            return JsonRPCNotification(method, self.VERSION, params)
        return super().structure_message(data)

    def forward(self, method: str, params: dict[str, Any]) -> None:
        """Sends a notification as it is."""
        self._send_data({"jsonrpc": self.VERSION, "method": method, "params": params})

    @lsp_method(types.WORKSPACE_EXECUTE_COMMAND)
    async def lsp_workspace__execute_command(  # type: ignore[override]
        self, params: types.ExecuteCommandParams
    ) -> Any:
        """Executes a command with the arguments as they came."""
        handler = self.fm.commands.get(params.command)
        if handler is None:
            raise JsonRpcInvalidParams(f"there is no command {params.command!r}")
        return await handler(params.arguments or [])

    def _refuse(self, id_: int | str | None, code: int, message: str) -> None:
        error = {"code": code, "message": message, "data": completed(code, None)}
        self._send_data({"jsonrpc": self.VERSION, "id": id_, "error": error})

    def _send_response(
        self, msg_id: int | str, result: Any | None = None, error: types.ResponseError | None = None
    ) -> None:
        if error is not None:
            error.data = completed(error.code, error.data)
        super()._send_response(msg_id, result, error)
