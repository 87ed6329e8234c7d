"""Models that misbehave, beside those of `workspace.py`."""

from __future__ import annotations

from pathlib import Path

from . import workspace

FAULTS = '''

import ctypes, signal, subprocess, threading


class Misbehaving(Sentiment):
    """Does something before it answers."""

    def __init__(self, first):
        super().__init__()
        self.first = first

    def forward(self, ids):
        self.first()
        return super().forward(ids)


def _flood(megabytes):
    for _ in range(megabytes):
        os.write(1, b"x" * (1 << 20))


def _close():
    sys.stdout.close()
    sys.stderr.close()
    for descriptor in (1, 2):
        os.close(descriptor)


def _spawn():
    code = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(1, flush=True); time.sleep(1000)"
    child = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
    child.stdout.readline()
    with open("child.pid", "w") as file:
        file.write(str(child.pid))


def _fork_and_sleep():
    if not os.path.exists("child.pid"):
        child = os.fork()
        if child == 0:
            time.sleep(1000)
        with open("child.pid.part", "w") as file:
            file.write(str(child))
        os.rename("child.pid.part", "child.pid")


def _complain():
    raise ValueError("cannot read 'a very private sentence'")


def floods(): return _text(Misbehaving(lambda: _flood(1024)))
def fills(): return _text(Misbehaving(lambda: _flood(8)))
def closes(): return _text(Misbehaving(_close))
def spawns(): return _text(Misbehaving(_spawn))
def forks(): return _text(Misbehaving(os.fork))
def forks_and_sleeps(): return _text(Misbehaving(_fork_and_sleep))
def threads(): return _text(Misbehaving(threading.Thread(target=time.sleep, args=(1000,)).start))
def crashes(): return _text(Misbehaving(lambda: ctypes.string_at(0)))
def complains(): return _text(Misbehaving(_complain))
def hangs_whole(): return _text(Misbehaving(lambda: (print("hanging", flush=True), ctypes.PyDLL(None).sleep(1000))))


def loads_slowly():
    print("loading", flush=True)
    time.sleep(1000)


def large():
    labels = [f"class {i}" for i in range(4)]
    return Model(nn.Sequential(nn.Flatten(), nn.Linear(3 * 1000 * 1000, 4)), inputs=Image(size=1000), labels=labels)
'''


def write(folder: Path) -> Path:
    """Writes the workspace with these models too."""
    workspace.write(folder)
    with (folder / "models.py").open("a", encoding="utf-8") as models:
        models.write(FAULTS)
    return folder
