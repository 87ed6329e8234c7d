"""The language server: how soon it is ready, and how fast it hovers, also while an agent computes.

    python benchmarks/language_server.py [--runs N]

Ready is measured beside a bare pygls server of ten lines, in turn; hovers in idle beside hovers while an explanation
runs in the agent, in one server. All times are from the editor's side of the pipes, so they hold more than the server.
"""

from __future__ import annotations

import argparse
import itertools
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

from heatline.framing import frame, read_message

OURS = "from heatline.lsp import main; main()"
BARE = """
from lsprotocol import types
from pygls.lsp.server import LanguageServer
server = LanguageServer("bare", "1")

@server.feature(types.TEXT_DOCUMENT_HOVER)
def hover(params: types.HoverParams) -> types.Hover:
    return types.Hover("nothing")

server.start_io()
"""

MODELS = """
import heatline
import torch
from torch import nn

WORDS = {word: i for i, word in enumerate("<unk> a good bad film not very".split())}


class Net(nn.Module):
    def __init__(self, width):
        super().__init__()
        torch.manual_seed(0)
        self.embedding = nn.Embedding(len(WORDS), width)
        self.layers = nn.Sequential(*(nn.Sequential(nn.Linear(width, width), nn.Tanh()) for _ in range(8)))
        self.out = nn.Linear(width, 2)

    def forward(self, ids):
        return self.out(self.layers(self.embedding(ids)).sum(1))


def small():
    return heatline.Model(Net(8), inputs=heatline.Text(vocabulary=WORDS), labels=["dull", "fine"])


def large():
    return heatline.Model(Net(1024), inputs=heatline.Text(vocabulary=WORDS), labels=["dull", "fine"])
"""
SOURCE = "".join(f'text{i} = "a line of a program of an ordinary length, number {i}"\n' for i in range(300))
SOURCE += 'sample = "a very good film"\n'
PLACE = {"line": 300, "character": 14}

WARM_UP = 20
BARS = {"ready": 1.5, "cached ms": 10.0, "busy": 2.0, "busy ms": 20.0}


class Editor:
    """A client that waits for each answer."""

    def __init__(self, code: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        assert self._process.stdout is not None
        self._stream: BinaryIO = open(self._process.stdout.fileno(), "rb", closefd=False)  # noqa: SIM115
        self._ids = itertools.count(1)
        self.seen: list[dict[str, Any]] = []

    def send(self, method: str, params: object, *, request: bool = True) -> int:
        assert self._process.stdin is not None
        id_ = next(self._ids)
        message = {"jsonrpc": "2.0", "method": method, "params": params, **({"id": id_} if request else {})}
        self._process.stdin.write(frame(message))
        self._process.stdin.flush()
        return id_

    def until(self, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The next message that fits; others are kept in `seen`."""
        while (message := read_message(self._stream)) is not None:
            if wanted(message):
                return message
            self.seen.append(message)
        raise RuntimeError("the server has gone")

    def request(self, method: str, params: object) -> Any:
        id_ = self.send(method, params)
        answer = self.until(lambda message: message.get("id") == id_ and "method" not in message)
        if "error" in answer:
            raise RuntimeError(f"{method}: {answer['error']['message']}")
        return answer["result"]

    def open(self, root: Path) -> None:
        params = {
            "processId": None,
            "rootUri": root.as_uri(),
            "workspaceFolders": [{"uri": root.as_uri(), "name": "bench"}],
            "capabilities": {},
            "initializationOptions": {"settings": {"python": sys.executable}},
        }
        self.request("initialize", params)

    def hover(self, uri: str) -> float:
        """Seconds until a hover was answered."""
        start = time.perf_counter()
        found = self.request("textDocument/hover", {"textDocument": {"uri": uri}, "position": PLACE})
        seconds = time.perf_counter() - start
        if found is None:
            raise RuntimeError("there was no hover")
        return seconds

    def close(self) -> None:
        self.request("shutdown", None)
        self.send("exit", None, request=False)
        self._process.wait(30)


def ready(code: str, root: Path) -> float:
    """Seconds from starting a server until it has answered `initialize`."""
    start = time.perf_counter()
    editor = Editor(code)
    editor.open(root)
    seconds = time.perf_counter() - start
    editor.close()
    return seconds


def explain_params(model: str, steps: int, job: str) -> dict[str, Any]:
    return {
        "model": {"kind": "factory", "spec": f"models.py:{model}"},
        "sample": {"kind": "text", "text": "a very good film"},
        "steps": steps,
        "job": job,
    }


def hovers(root: Path, count: int) -> tuple[list[float], list[float]]:
    """Seconds of each hover from the cache: in idle, and while an explanation runs."""
    editor = Editor(OURS)
    editor.open(root)
    uri = (root / "use.py").as_uri()
    document = {"uri": uri, "languageId": "python", "version": 1, "text": SOURCE}
    editor.send("textDocument/didOpen", {"textDocument": document}, request=False)
    # Last: the model of the last explanation is the one that hovers use.
    editor.request("heatline/explain", explain_params("large", 4, "warm"))
    editor.request("heatline/explain", explain_params("small", 4, "first"))
    for _ in range(WARM_UP):
        editor.hover(uri)
    idle = [editor.hover(uri) for _ in range(count)]
    busy = []
    running = editor.send("heatline/explain", explain_params("large", 1_000_000, "long"))
    editor.until(lambda message: message.get("method") == "heatline/update")
    for _ in range(count):
        busy.append(editor.hover(uri))
    editor.send("$/cancelRequest", {"id": running}, request=False)
    ended = editor.until(lambda message: message.get("id") == running)
    if "error" not in ended:
        raise RuntimeError("the explanation ended before it was cancelled: the hovers were not all beside it")
    editor.close()
    return idle, busy


def line(name: str, value: str, bar: str, holds: bool) -> None:
    print(f"{name:44}{value:>16}{bar:>26}  {'ok' if holds else 'MISSED'}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=9, help="starts of each server")
    parser.add_argument("--hovers", type=int, default=200)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "models.py").write_text(MODELS, encoding="utf-8")
        (root / "use.py").write_text(SOURCE, encoding="utf-8")
        starts: dict[str, list[float]] = {"bare": [], "ours": []}
        for run in range(options.runs + 1):
            for name, code in (("bare", BARE), ("ours", OURS)):
                seconds = ready(code, root)
                if run > 0:  # the first one fills the disk's cache
                    starts[name].append(seconds)
        idle, busy = hovers(root, options.hovers)
    bare, ours = (statistics.median(starts[name]) for name in ("bare", "ours"))
    quiet, loud = statistics.median(idle) * 1e3, statistics.median(busy) * 1e3
    line("ready, bare pygls", f"{bare * 1e3:.0f} ms", "", True)
    line("ready, heatline lsp", f"{ours * 1e3:.0f} ms", "", True)
    line("  of bare pygls", f"{ours / bare:.2f}", f"<= {BARS['ready']}", ours / bare <= BARS["ready"])
    line("hover from cache, median", f"{quiet:.1f} ms", f"< {BARS['cached ms']:.0f} ms", quiet < BARS["cached ms"])
    bar = max(BARS["busy"] * quiet, BARS["busy ms"])
    line("hover while an agent computes, median", f"{loud:.1f} ms", f"<= {bar:.1f} ms", loud <= bar)
    slow = sorted(busy)[int(0.95 * len(busy))] * 1e3
    line("  95th of a hundred", f"{slow:.1f} ms", "", True)


if __name__ == "__main__":
    main()
