"""Agents that hang, crash, or cannot start; editors that go away."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from ..agent.workspace import write
from .editor import Editor, RpcError

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc")

STUBBORN = """
import signal, subprocess, sys


def stubborn():
    code = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(1000)"
    subprocess.Popen([sys.executable, "-c", code], stdout=open("child.pid.tmp", "w"))
    return hangs()


def loads():
    open("loading", "w").close()
    time.sleep(1000)

"""


def params(model: str, job: str | None = None) -> dict[str, Any]:
    return {
        "model": {"kind": "factory", "spec": f"models.py:{model}"},
        "sample": {"kind": "text", "text": "a good film"},
        "job": job,
    }


def explain(editor: Editor, model: str = "sentiment") -> Any:
    return editor.request("heatline/explain", params(model))


def under_way(editor: Editor, model: str, job: str, message: str = "") -> int:
    """Sends a request and waits until the agent works on it."""
    id_ = editor.send("heatline/explain", params(model, job))
    editor.until(
        lambda n: (
            n["method"] == "$/progress" and n["params"]["token"] == job and message in n["params"]["value"]["message"]
        )
    )
    return id_


def children(pid: int) -> list[int]:
    """The processes that a process has started, and those that they have."""
    try:
        own = [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []
    return own + [grandchild for child in own for grandchild in children(child)]


def until_started(editor: Editor, before: int) -> int:
    """The server's next agent."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        for pid in children(editor.process.pid):
            if pid != before:
                return pid
        time.sleep(0.01)
    raise AssertionError("no agent was started")


def all_gone(pids: list[int], seconds: float = 10) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if not any(alive(pid) for pid in pids):
            return True
        time.sleep(0.05)
    return False


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = write(tmp_path_factory.mktemp("workspace"))
    with (root / "models.py").open("a") as models:
        models.write(STUBBORN)
    return root


@pytest.fixture(scope="module")
def editor(editor: Editor) -> Editor:
    explain(editor)
    return editor


def test_a_cancelled_computation_ends_and_costs_no_agent(editor: Editor) -> None:
    explain(editor)
    agents = children(editor.process.pid)
    id_ = under_way(editor, "slow", "cancelled", "gradient")
    editor.cancel(id_)
    with pytest.raises(RpcError) as error:
        editor.answer(id_)
    assert (error.value.code, error.value.kind) == (-32800, "cancelled")
    before = len(editor.notifications)
    explain(editor)
    assert children(editor.process.pid) == agents
    late = [n for n in editor.notifications[before:] if "cancelled" in str(n.get("params"))]
    assert late == []


def test_killed_under_way(editor: Editor) -> None:
    """Every request in flight gets one clear error; the next one starts a new agent."""
    explain(editor)
    (agent,) = children(editor.process.pid)
    waiting = [under_way(editor, "slow", "killed", "gradient"), editor.send("heatline/explain", params("sentiment"))]
    os.kill(agent, signal.SIGKILL)
    for id_ in waiting:
        with pytest.raises(RpcError, match="killed by SIGKILL") as error:
            editor.answer(id_)
        assert error.value.kind == "agent-died"
        assert "The next request starts a new one" in error.value.data["next_step"]
    assert explain(editor)["status"] == "final"
    assert agent not in children(editor.process.pid)


@pytest.mark.parametrize("phase", ["starting", "loading", "computing", "idle"])
def test_killed_in_each_phase(editor: Editor, root: Path, tmp_path: Path, phase: str) -> None:
    """Whenever the agent dies, what waits for it gets one error that says so, and the next request is answered."""
    explain(editor)
    (agent,) = children(editor.process.pid)
    waiting: int | None = None
    if phase == "starting":
        editor.configure(python=script(tmp_path / "python", f'sleep 1\nexec "{sys.executable}" "$@"'))
        waiting = editor.send("heatline/explain", params("sentiment"))
        young = until_started(editor, agent)
        os.kill(young, signal.SIGKILL)
        editor.configure(python=sys.executable)
    elif phase == "idle":
        os.kill(agent, signal.SIGKILL)
        assert all_gone([agent])
        with contextlib.suppress(RpcError):  # sent before the server has noticed, it may get the error
            explain(editor)
    elif phase == "loading":
        waiting = editor.send("heatline/explain", params("loads"))
        deadline = time.monotonic() + 30
        while not (root / "loading").exists():
            assert time.monotonic() < deadline
            time.sleep(0.01)
        os.kill(agent, signal.SIGKILL)
    else:
        waiting = under_way(editor, "slow", "killed computing", "gradient")
        os.kill(agent, signal.SIGKILL)
    if waiting is not None:
        with pytest.raises(RpcError, match="killed by SIGKILL") as error:
            editor.answer(waiting)
        assert error.value.kind == "agent-died"
    assert explain(editor)["status"] == "final"


def test_the_server_answers_while_an_agent_computes(editor: Editor, root: Path) -> None:
    uri = editor.edit(root / "busy.py", 'x = "a good film"\n')
    explain(editor)
    waiting = editor.send("heatline/explain", {**params("slow", "busy"), "steps": 100_000})
    editor.until(lambda n: n["method"] == "heatline/update" and n["params"]["job"] == "busy")
    for _ in range(20):
        assert editor.hover(uri, 0, 8) is not None
        assert editor.request("heatline/locate", {"source": "x", "offset": 0})["text"] == "x"
    assert editor.is_waiting(waiting)
    editor.cancel(waiting)
    with pytest.raises(RpcError) as error:
        editor.answer(waiting)
    assert error.value.kind == "cancelled"


def test_a_model_that_ends_the_process(editor: Editor) -> None:
    with pytest.raises(RpcError, match="ended with status 7") as error:
        explain(editor, "dies")
    assert error.value.kind == "agent-died"


def test_a_hang_that_is_cancelled_is_ended_with_all_it_started(editor: Editor, root: Path) -> None:
    """The answer does not wait for it, the agent and its stubborn child go, and the next request has a new agent."""
    id_ = editor.send("heatline/explain", params("stubborn", "hang"))
    deadline = time.monotonic() + 60
    while not (root / "child.pid.tmp").exists() or len(children(editor.process.pid)) < 2:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    old = children(editor.process.pid)
    time.sleep(0.5)
    editor.cancel(id_)
    with pytest.raises(RpcError) as error:
        editor.answer(id_)
    assert error.value.kind == "cancelled"
    assert explain(editor)["status"] == "final"
    assert all_gone(old)


def test_hovers_neither_start_agents_nor_end_them(editor: Editor, root: Path) -> None:
    uri = editor.edit(root / "use.py", 'x = "a good film"\ny = "a bad film"\n')
    place = {"textDocument": {"uri": uri}, "position": {"line": 1, "character": 8}}
    explain(editor)
    agents = children(editor.process.pid)
    id_ = editor.send("textDocument/hover", place)
    editor.cancel(id_)
    with pytest.raises(RpcError):
        editor.answer(id_)
    assert editor.hover(uri, 1, 8) is not None
    assert children(editor.process.pid) == agents
    os.kill(agents[0], signal.SIGKILL)
    assert all_gone(agents)
    assert editor.hover(uri, 1, 8) is not None  # from the cache
    editor.notify("textDocument/didChange", changed(uri, 'x = "a good film"\ny = "a film"\n'))
    assert editor.hover(uri, 1, 8) is None
    assert children(editor.process.pid) == []


def changed(uri: str, text: str) -> dict[str, Any]:
    return {"textDocument": {"uri": uri, "version": 2}, "contentChanges": [{"text": text}]}


# ---------------------------------------------------------------- interpreters


def script(path: Path, text: str) -> str:
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return str(path)


OF_ANOTHER_TIME = r"""
read -r name loader bundle
head -c $((loader + bundle)) > /dev/null
read -r request
body='{"jsonrpc":"2.0","id":1,"result":{"version":"9.0","protocol":999}}'
printf 'Content-Length: %d\r\n\r\n%s' ${#body} "$body"
cat > /dev/null
"""


@pytest.mark.parametrize(
    ("text", "kind", "message"),
    [
        ("echo no modules here >&2; exit 3", "agent-died", "ended with status 3: no modules here"),
        ("exit 0", "agent-died", "ended with status 0"),
        ("kill -9 $$", "agent-died", "killed by SIGKILL"),
        ("echo hello; cat", "agent-died", "what is no message"),
        (OF_ANOTHER_TIME, "version", "speaks protocol 1, agent heatline 9.0 speaks 999"),
        (None, "bad-input", "cannot be started: No such file or directory"),
    ],
)
def test_interpreters_that_are_none(editor: Editor, tmp_path: Path, text: str | None, kind: str, message: str) -> None:
    editor.configure(python=script(tmp_path / "python", text) if text else str(tmp_path / "missing"))
    with pytest.raises(RpcError, match=message) as error:
        explain(editor)
    editor.configure(python=sys.executable)
    assert error.value.kind == kind
    assert error.value.data["next_step"]
    assert all_gone(children(editor.process.pid))


def test_no_torch_is_one_line_and_another_interpreter_replaces_the_agent(editor: Editor, tmp_path: Path) -> None:
    editor.configure(python=script(tmp_path / "python", f'exec "{sys.executable}" -S -I "$@"'))
    with pytest.raises(RpcError, match="torch is not installed in ") as error:
        explain(editor)
    assert error.value.kind == "no-torch"
    assert "pip install torch" in error.value.data["next_step"]
    old = children(editor.process.pid)
    assert len(old) == 1
    editor.configure(python=sys.executable)
    assert explain(editor)["status"] == "final"
    assert all_gone(old)


# ---------------------------------------------------------------- the end


@pytest.mark.parametrize("end", ["stdin closes", "killed"])
def test_no_process_stays_behind(tmp_path: Path, end: str) -> None:
    editor = Editor()
    editor.open(write(tmp_path))
    under_way(editor, "hangs", "hang")
    family = [editor.process.pid, *children(editor.process.pid)]
    assert len(family) == 2
    assert editor.process.stdin is not None
    if end == "killed":
        editor.process.kill()
    else:
        editor.process.stdin.close()
    assert editor.process.wait(20) != 0
    assert all_gone(family)


def test_exit_without_shutdown_is_a_failure() -> None:
    editor = Editor()
    editor.open()
    editor.notify("exit", None)
    assert editor.process.wait(20) == 1


def test_the_log_says_nothing_of_samples(editor: Editor) -> None:
    assert b"good film" not in editor.log
