"""Models that print, close, fork, crash and hang; agents that are killed; clients that go."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from heatline.framing import FramingError

from .faults import write
from .rpc import Client, agent

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals and forks")


def asked(model: str, sample: str = "good", **more: Any) -> dict[str, Any]:
    return {
        "model": {"kind": "factory", "spec": f"models.py:{model}"},
        "sample": {"kind": "text", "text": sample},
        **more,
    }


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write(tmp_path)


@pytest.fixture(scope="module")
def unread(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """An agent whose log is a pipe that nobody reads."""
    with agent(write(tmp_path_factory.mktemp("workspace")), log=subprocess.PIPE) as client:
        yield client


@pytest.mark.parametrize("model", ["floods", "closes", "forks", "threads"])
def test_a_model_that_misbehaves_costs_nothing(unread: Client, model: str) -> None:
    """It prints a gigabyte into a log that nobody reads, closes its streams, returns twice from a fork, threads on."""
    found = unread.result("heatline/predict", asked(model))
    assert found["classes"][0]["label"] == "positive"
    assert unread.call("heatline/predict", asked("complains"))["error"]["data"]["kind"] == "user-code"
    assert unread.result("heatline/models")["models"]


def test_a_log_that_is_full_costs_nothing(root: Path) -> None:
    with agent(root, log="/dev/full") as client:
        assert client.result("heatline/predict", asked("fills"))["classes"]
        assert client.call("heatline/predict", asked("complains"))["error"]


def test_a_native_crash_says_where_in_the_log(root: Path) -> None:
    with agent(root) as client:
        client.send("heatline/predict", asked("crashes"))
        assert client.process.wait(30) == -signal.SIGSEGV
        client.input.close()
    log = (root / "agent.log").read_text()
    assert "Segmentation fault" in log
    assert "models.py" in log


# ---------------------------------------------------------------- nothing of a request is in the log


@pytest.mark.parametrize("debug", [False, True])
def test_what_a_request_holds_is_logged_only_where_that_was_asked_for(root: Path, debug: bool) -> None:
    with agent(root, env={"HEATLINE_DEBUG": "1"} if debug else {}) as client:
        private = "a very private sentence"
        error = client.call("heatline/predict", asked("complains", private))["error"]
        assert private in error["message"]
        client.call("heatline/explain", asked("sentiment", private, target=private))
        client.call("heatline/explain", asked("sentiment", private, baseline=private))
        client.call("heatline/" + private, asked("sentiment"))
        client.call("heatline/explain", asked("sentiment", private, steps=private))
        client.raw(b'Content-Length: 25\r\n\r\n{"a very private sentence"')
        client.next()
    log = (root / "agent.log").read_text()
    assert (private in log) == debug
    assert "a request failed (user-code)" in log


# ---------------------------------------------------------------- killed


def in_log(root: Path, words: str) -> Callable[[], bool]:
    return lambda: words in (root / "agent.log").read_text()


def wait_until(ready: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not ready():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.mark.parametrize("phase", ["loading", "computing", "delivering"])
def test_killed_in_each_phase_no_half_of_an_answer_is_taken_for_one(root: Path, phase: str) -> None:
    with agent(root) as client:
        if phase == "loading":
            client.send("heatline/predict", asked("loads_slowly"))
            wait_until(in_log(root, "loading"))
        elif phase == "computing":
            client.send("heatline/explain", asked("slow", steps=10_000, job="j"))
            while "gradients" not in str(client.next()):
                pass
        else:
            sample = {"kind": "file", "path": "photo.png"}
            client.send("heatline/explain", asked("large", method="gradient") | {"sample": sample})
            assert client.output.read(1) == b"C"  # the rest of some megabytes waits in a pipe of 64 KB
        client.process.kill()
        with pytest.raises(FramingError) if phase == "delivering" else pytest.raises(AssertionError, match="-9"):
            while True:
                assert "result" not in client.next()
        client.input.close()


def test_killed_with_a_forked_child_the_client_learns_of_it(root: Path) -> None:
    with agent(root) as client:
        client.result("heatline/predict", asked("forks_and_sleeps"))
        client.process.kill()
        with pytest.raises(AssertionError, match="-9"):
            client.next()
        os.kill(int((root / "child.pid").read_text()), signal.SIGKILL)
        client.input.close()


# ---------------------------------------------------------------- the client goes


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc")
def test_what_a_model_started_ends_with_the_client(root: Path) -> None:
    """Also a process that ignores SIGTERM."""
    with agent(root, leads=True) as client:
        client.result("heatline/predict", asked("spawns"))
        child = int((root / "child.pid").read_text())
        assert alive(child)
    wait_until(lambda: not alive(child), 10)


def test_a_hang_that_holds_the_interpreter_ends_with_the_client(root: Path) -> None:
    """No thread of the agent can run then; its companion ends it."""
    with agent(root) as client:
        client.send("heatline/predict", asked("hangs_whole"))
        wait_until(in_log(root, "hanging"))
        client.input.close()
        assert client.process.wait(30) == -signal.SIGKILL
