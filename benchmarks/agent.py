"""The agent over stdio: what the protocol costs beside the computation, cancelling, large results, the cache.

    python benchmarks/agent.py [--runs N] [--json FILE]

Medians of N runs. The share of the protocol is taken within each run, so that a busy machine slows both parts alike;
the milliseconds are of this machine.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Generator
from pathlib import Path
from typing import Any, BinaryIO, cast

import attribution_core
from heatline._version import __version__
from heatline.agent.rpc import Pending
from heatline.agent.service import Agent
from heatline.agent.stdio import STEP_MS
from heatline.framing import frame, read_message
from heatline.protocol import PROTOCOL

MODELS = """
from heatline import Image, Model
from networks import squeezenet
from torch import nn


def photos():
    return Model(squeezenet(), inputs=Image(size=227))


def large():
    net = nn.Sequential(nn.Conv2d(3, 1, 1), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(1, 2))
    return Model(net, inputs=Image(size=1250))
"""
STEPS = 50
Figures = dict[str, float]


def write_workspace(folder: Path) -> None:
    """The models, and a photo of noise."""
    from PIL import Image

    (folder / "models.py").write_text(MODELS, encoding="utf-8")
    shutil.copy(Path(__file__).with_name("networks.py"), folder)
    Image.effect_noise((640, 480), 80).convert("RGB").save(folder / "photo.png")


def explaining(model: str, **more: object) -> dict[str, Any]:
    reference = {"kind": "factory", "spec": f"models.py:{model}"}
    return {"model": reference, "sample": {"kind": "file", "path": "photo.png"}, **more}


class Client:
    """JSON-RPC with an agent in a process."""

    def __init__(self, folder: Path) -> None:
        command = [sys.executable, "-m", "heatline", "agent", "--stdio"]
        self.process = subprocess.Popen(command, cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self._input, self._output = cast(BinaryIO, self.process.stdin), cast(BinaryIO, self.process.stdout)
        self._ids = itertools.count(1)
        self.call("heatline/initialize", {"version": __version__, "protocol": PROTOCOL, "root": str(folder)})

    def send(self, method: str, params: dict[str, Any]) -> int:
        id_ = next(self._ids)
        self.write({"jsonrpc": "2.0", "id": id_, "method": method, "params": params})
        return id_

    def write(self, message: dict[str, Any]) -> None:
        self._input.write(frame(message))
        self._input.flush()

    def read(self) -> dict[str, Any]:
        message = read_message(self._output)
        assert message is not None, "the agent ended"
        return message

    def call(self, method: str, params: dict[str, Any]) -> Any:
        id_ = self.send(method, params)
        while (message := self.read()).get("id") != id_:
            pass
        assert "error" not in message, message["error"]
        return message["result"]

    def close(self) -> None:
        self._input.close()
        self.process.wait(10)


def share_of_the_protocol(folder: Path, runs: int) -> Figures:
    """What all but the core takes of an explanation with progress and previews, as a share of what the core takes:
    reading the request, finding model and sample, making messages, and writing them into a pipe that is read."""
    core = 0.0
    comparing = attribution_core.comparing

    def timed(*arguments: Any, **options: Any) -> Generator[Any, None, Any]:
        nonlocal core
        work = comparing(*arguments, **options)
        while True:
            began = time.perf_counter()
            try:
                step = next(work)
            except StopIteration as done:
                return done.value
            finally:
                core += time.perf_counter() - began
            yield step

    agent, shares = Agent(), []
    agent.start("heatline/initialize", {"version": __version__, "protocol": PROTOCOL, "root": str(folder)}).step(1000)
    attribution_core.comparing = timed
    with subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as reader:
        writer = cast(BinaryIO, reader.stdin)
        for run in range(runs + 1):
            core, began = 0.0, time.perf_counter()
            # Another seed each time, or the answer would come from the cache.
            params = explaining("photos", steps=STEPS, seed=run, job="measured")
            pending = Pending(run, "measured", job=agent.start("heatline/explain", params))
            while not pending.job.finished:
                for message in pending.messages(pending.job.step(STEP_MS)):
                    writer.write(frame(message))
                    writer.flush()
            if run > 0:
                shares.append((time.perf_counter() - began - core) / core)
    attribution_core.comparing = comparing
    return {"per cent of the computation": 100 * statistics.median(shares)}


def cancelling(client: Client, runs: int) -> Figures:
    """Milliseconds from a cancel, sent at some moment of a long explanation, to its answer, after which there is
    silence; and the longest step of the same explanation, which on a busy machine is one gradient."""
    waited, shares, longest = [], [], 0.0
    for run in range(runs):
        id_ = client.send("heatline/explain", explaining("photos", steps=100_000, seed=1000 + run, job=f"c{run}"))
        steps: list[float] = []
        while len(steps) < 8:
            if "gradients" in str(client.read().get("params", {}).get("value")):
                steps.append(time.perf_counter())
        step = max(1000 * (after - before) for before, after in itertools.pairwise(steps))
        time.sleep(0.013 * run)
        began = time.perf_counter()
        client.write({"jsonrpc": "2.0", "method": "$/cancelRequest", "params": {"id": id_}})
        while (message := client.read()).get("id") != id_:
            pass
        waited.append(1000 * (time.perf_counter() - began))
        shares.append(waited[-1] / step)
        longest = max(longest, step)
        assert message["error"]["data"]["kind"] == "cancelled"
    return {
        "median ms": statistics.median(waited),
        "longest ms": max(waited),
        "longest step, ms": longest,
        "median, in longest steps": statistics.median(shares),
        "longest, in longest steps": max(shares),
    }


def large_result(client: Client, runs: int) -> Figures:
    """A result that the agent has: found in its cache, encoded, sent and parsed; and what zlib would take over it."""
    params, seconds = explaining("large", method="gradient"), []
    data = frame(client.call("heatline/explain", params))
    for _ in range(runs):
        began = time.perf_counter()
        client.call("heatline/explain", params)
        seconds.append(time.perf_counter() - began)
    began = time.perf_counter()
    packed = len(zlib.compress(data, 1))
    packing = time.perf_counter() - began
    return {
        "megabytes": len(data) / 1e6,
        "median ms": 1000 * statistics.median(seconds),
        "pipe alone, ms": 1000 * statistics.median([_through_a_pipe(data) for _ in range(runs)]),
        "zlib, fastest level, ms": 1000 * packing,
        "zlib leaves per cent": 100 * packed / len(data),
    }


def _through_a_pipe(data: bytes) -> float:
    began = time.perf_counter()
    subprocess.run(["cat"], input=data, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - began


def asked_again(client: Client, runs: int) -> Figures:
    """Milliseconds of an explanation that was asked for before, and of the first time."""
    params = explaining("photos", seed=2000)
    seconds = []
    for _ in range(runs + 1):
        began = time.perf_counter()
        client.call("heatline/explain", params)
        seconds.append(time.perf_counter() - began)
    return {"first ms": 1000 * seconds[0], "again, median ms": 1000 * statistics.median(seconds[1:])}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--json", type=Path, help="write the figures here")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_workspace(folder)
        found = {f"protocol, SqueezeNet, {STEPS} steps": share_of_the_protocol(folder, options.runs)}
        client = Client(folder)
        found["repeated request, SqueezeNet"] = asked_again(client, options.runs)
        found["cancel to silence, SqueezeNet"] = cancelling(client, options.runs)
        found["large result"] = large_result(client, options.runs)
        client.close()
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, medians of {options.runs} runs")
    for title, figures in found.items():
        print(title)
        for what, figure in figures.items():
            print(f"    {what:28}{figure:>10.2f}")
    if options.json is not None:
        options.json.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
