"""A small editor: a language client over the pipes of a real server process."""

from __future__ import annotations

import itertools
import json
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from importlib import resources
from pathlib import Path
from typing import Any

from heatline.framing import frame, read_message

COMMAND = [sys.executable, "-c", "from heatline.lsp import main; main()"]

VSCODE: dict[str, Any] = {
    "workspace": {
        "configuration": True,
        "workspaceFolders": True,
        "didChangeConfiguration": {"dynamicRegistration": True},
        "didChangeWatchedFiles": {"dynamicRegistration": True},
        "executeCommand": {},
    },
    "textDocument": {"hover": {"contentFormat": ["markdown", "plaintext"]}},
    "notebookDocument": {"synchronization": {}},
    "window": {"workDoneProgress": True},
}
"""The capabilities that matter here, as VS Code declares them."""


def recorded(client: str) -> dict[str, Any]:
    """The capabilities of an editor, as pytest-lsp has recorded them: `neovim_v0.11.0`, say."""
    text = (resources.files("pytest_lsp.clients") / f"{client}.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)["capabilities"]
    return found


PLAIN: dict[str, Any] = {"textDocument": {"hover": {"contentFormat": ["plaintext"]}}}
"""An editor that knows next to nothing."""


class RpcError(Exception):
    """An error answer."""

    def __init__(self, error: dict[str, Any]) -> None:
        super().__init__(error["message"])
        self.code: int = error["code"]
        self.data: dict[str, Any] = error.get("data") or {}

    @property
    def kind(self) -> str:
        return str(self.data.get("kind"))


class Editor:
    """Starts a server; `open` greets it.

    Parameters
    ----------
    settings : the section `heatline`; may be changed, see `configure`.
    """

    of_folders: dict[str, dict[str, Any]]
    """URI of a workspace folder -> settings that it has of its own."""

    def __init__(self, settings: dict[str, Any] | None = None) -> None:
        self.settings = {"python": sys.executable} if settings is None else settings
        self.of_folders = {}
        self.process = subprocess.Popen(
            COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0
        )
        self.log = bytearray()
        self.notifications: list[dict[str, Any]] = []
        self.asked: list[dict[str, Any]] = []
        """The server's own requests."""
        self.pick: str | None = None
        """The title to pick when the server shows a choice."""
        self.tokens: dict[str, str] = {}
        """Address of a server -> its token, for when we are asked."""
        self._changed = threading.Condition()
        self._answers: dict[int, queue.Queue[dict[str, Any]]] = {}
        self._ids = itertools.count(1)
        threading.Thread(target=self._read, daemon=True).start()
        threading.Thread(target=self._read_log, daemon=True).start()

    def open(
        self,
        *roots: Path,
        options: dict[str, Any] | None = None,
        capabilities: dict[str, Any] = VSCODE,
    ) -> dict[str, Any]:
        """Initializes the server for workspace folders; answers its capabilities."""
        folders = [{"uri": root.as_uri(), "name": root.name} for root in roots]
        params = {
            "processId": None,
            "rootUri": folders[0]["uri"] if folders else None,
            "workspaceFolders": folders or None,
            "capabilities": capabilities,
            "initializationOptions": options,
        }
        result = self.request("initialize", params)
        self.notify("initialized", {})
        found: dict[str, Any] = result["capabilities"]
        return found

    # ------------------------------------------------------------ messages

    def send(self, method: str, params: Any) -> int:
        """Sends a request; `answer` waits for what comes."""
        id_ = next(self._ids)
        self._answers[id_] = queue.Queue()
        self.write(frame({"jsonrpc": "2.0", "id": id_, "method": method, "params": params}))
        return id_

    def answer(self, id_: int, timeout: float = 60) -> Any:
        try:
            message = self._answers[id_].get(timeout=timeout)
        except queue.Empty:
            raise AssertionError(f"no answer within {timeout} s; the log:\n{self.log.decode()}") from None
        if "error" in message:
            raise RpcError(message["error"])
        return message["result"]

    def request(self, method: str, params: Any, timeout: float = 60) -> Any:
        return self.answer(self.send(method, params), timeout)

    def is_waiting(self, id_: int) -> bool:
        """A request has no answer yet."""
        return self._answers[id_].empty()

    def notify(self, method: str, params: Any) -> None:
        self.write(frame({"jsonrpc": "2.0", "method": method, "params": params}))

    def cancel(self, id_: int) -> None:
        self.notify("$/cancelRequest", {"id": id_})

    def write(self, data: bytes) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(data)

    def until(self, wanted: Callable[[dict[str, Any]], bool], timeout: float = 60) -> dict[str, Any]:
        """The first notification that fits, which may have come already."""
        deadline = time.monotonic() + timeout
        with self._changed:
            while True:
                for message in self.notifications:
                    if wanted(message):
                        return message
                if not self._changed.wait(deadline - time.monotonic()):
                    raise AssertionError(f"no such notification; the log:\n{self.log.decode()}")

    def until_asked(self, method: str, timeout: float = 60) -> Any:
        """The parameters of the server's first request of a method."""
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            for message in self.asked:
                if message["method"] == method:
                    return message["params"]
            time.sleep(0.01)
        raise AssertionError(f"the server did not ask for {method}; the log:\n{self.log.decode()}")

    def of(self, method: str) -> list[dict[str, Any]]:
        """The parameters of all notifications of a method so far."""
        return [message["params"] for message in self.notifications if message["method"] == method]

    # ------------------------------------------------------------ what a person does

    def edit(self, path: Path, text: str | None = None) -> str:
        """Opens a file, with a text that need not be saved; answers its URI."""
        uri = path.as_uri()
        text = path.read_text(encoding="utf-8") if text is None else text
        document = {"uri": uri, "languageId": "python", "version": 1, "text": text}
        self.notify("textDocument/didOpen", {"textDocument": document})
        return uri

    def hover(self, uri: str, line: int, character: int) -> str | None:
        place = {"line": line, "character": character}
        found = self.request("textDocument/hover", {"textDocument": {"uri": uri}, "position": place})
        return None if found is None else found["contents"]["value"]

    def configure(self, **settings: Any) -> None:
        """Changes the settings and says so."""
        self.settings.update(settings)
        self.notify("workspace/didChangeConfiguration", {"settings": None})

    def close(self) -> int:
        """Leaves as an editor should; answers the server's exit status."""
        if self.process.poll() is None:
            self.request("shutdown", None)
            self.notify("exit", None)
        return self.process.wait(timeout=20)

    # ------------------------------------------------------------ inside

    def _read(self) -> None:
        assert self.process.stdout is not None
        stream = open(self.process.stdout.fileno(), "rb", closefd=False)  # noqa: SIM115
        while (message := read_message(stream)) is not None:
            if "method" in message and "id" in message:
                self.asked.append(message)
                self.write(frame({"jsonrpc": "2.0", "id": message["id"], "result": self._own_answer(message)}))
            elif "method" in message:
                with self._changed:
                    self.notifications.append(message)
                    self._changed.notify_all()
            elif message["id"] in self._answers:
                self._answers[message["id"]].put(message)
            else:
                with self._changed:
                    self.notifications.append({"method": "", **message})
                    self._changed.notify_all()

    def _own_answer(self, message: dict[str, Any]) -> Any:
        if message["method"] == "workspace/configuration":
            items = message["params"]["items"]
            return [{**self.settings, **self.of_folders.get(item.get("scopeUri"), {})} for item in items]
        if message["method"] == "window/showMessageRequest":
            return next((item for item in message["params"]["actions"] if item["title"] == self.pick), None)
        if message["method"] == "heatline/token":
            return self.tokens.get(message["params"]["address"], "")
        return None

    def _read_log(self) -> None:
        assert self.process.stderr is not None
        while data := self.process.stderr.read(1 << 16):
            self.log += data
