"""A kernel that is asked through a subshell while a cell runs: the cell goes on as if nobody had asked."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from jupyter_client.manager import KernelManager, start_new_kernel

from .subshell import Cell, Subshell
from .test_kernel import KernelClient
from .workspace import MODELS, write

SETUP = (
    MODELS.replace("heatline_stub", "heatline")
    + """
import random, threading
import numpy
net, photo = picture().module.eval(), torch.rand(1, 3, 32, 32)
reader = _text(Sentiment().eval())
review = "a good film"
training = picture().module.train()
class Draws(nn.Module):
    def forward(self, x):
        return net(x + torch.rand(1))
class Counts(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = net
        self.register_buffer("calls", torch.zeros(1))
    def forward(self, x):
        self.calls += 1
        print("counted")
        return self.net(x)
drawing, counting = Draws().eval(), Counts().eval()
"""
)

Begin = Callable[[str], Cell]

WAIT = "while not os.path.exists('go'): time.sleep(0.005)\n"
TRAINING = f"""
torch.manual_seed(3); random.seed(3); numpy.random.seed(3)
trained = nn.Sequential(nn.Flatten(), nn.Linear(3 * 32 * 32, 4), nn.Dropout(0.5), nn.Linear(4, 2))
optimizer = torch.optim.SGD(trained.parameters(), lr=0.001)
def speak():
    for i in range(200):
        print(f"aside {{i}}\\n", end="")
        time.sleep(0.005)
aside = threading.Thread(target=speak)
aside.start()
def train(steps):
    for i in range(steps):
        optimizer.zero_grad()
        loss = trained(torch.rand(8, 3, 32, 32)).square().mean()
        loss.backward()
        optimizer.step()
        print(f"step {{i}} {{loss.item()}} {{random.random()}} {{numpy.random.rand()}}\\n", end="")
        time.sleep(0.005)
train(20)
print("begun\\n", end="")
{WAIT}
train(20)
aside.join()
print([p.grad.sum().item() for p in trained.parameters()], [p.grad for p in net.parameters()], net.training)
"""


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[KernelManager, KernelClient, Path]]:
    folder = write(tmp_path_factory.mktemp("beside"))
    manager, client = start_new_kernel(kernel_name="python3", cwd=str(folder))
    try:
        kernel = KernelClient(client, manager)
        kernel.run(SETUP)
        yield manager, kernel, folder / "go"
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


@pytest.fixture
def kernel(started: tuple[KernelManager, KernelClient, Path]) -> KernelClient:
    return started[1]


@pytest.fixture
def begin(started: tuple[KernelManager, KernelClient, Path]) -> Iterator[Callable[[str], Cell]]:
    """Starts cells, which end with the test."""
    _, kernel, go = started
    cells: list[Cell] = []

    def started_cell(code: str) -> Cell:
        cells.append(Cell(kernel.client, code, go))
        return cells[-1]

    yield started_cell
    for cell in cells:
        cell.finish()


@pytest.fixture
def subshell(started: tuple[KernelManager, KernelClient, Path]) -> Iterator[Subshell]:
    it = Subshell(started[0])
    try:
        yield it
    finally:
        it.close()


def lines(printed: str, first: str) -> list[str]:
    return [line for line in printed.splitlines() if line.startswith(first)]


def test_a_cell_goes_on_as_if_nobody_had_asked(kernel: KernelClient, subshell: Subshell, begin: Begin) -> None:
    """What it draws, prints (also in a thread) and differentiates is the same; the answer comes before it ends."""
    alone = begin(TRAINING)
    alone.finish()
    cell = begin(TRAINING)
    subshell.bring()
    found = subshell.explain("net", "photo", method="smoothgrad")
    text = subshell.explain("reader", "review")
    assert cell.runs
    assert subshell.sees_a_cell
    assert cell.states[-1] == "busy", "the kernel is not taken for idle"
    cell.finish()
    assert cell.states[-1] == "idle"
    assert found["kind"] == text["kind"] == "done", (found, text)
    assert any("while other code ran" in note for note in found["result"]["notes"])
    for first in ("step", "["):
        assert lines(cell.printed, first) == lines(alone.printed, first)
    # A line that comes just as ipykernel takes a message for the subshell goes astray; of 200 few do.
    assert len(lines(cell.printed, "aside")) > 190
    assert re.search(r"None\] False$", cell.printed)
    assert not subshell.sees_a_cell


def test_a_figure_that_a_cell_draws_is_not_taken_for_finished(
    kernel: KernelClient, subshell: Subshell, begin: Begin
) -> None:
    drawing = (
        "%matplotlib inline\nimport matplotlib.pyplot as plt\nplt.plot([1, 2])\n"
        f"print('begun')\n{WAIT}plt.plot([2, 1])\nprint(len(plt.gca().lines))"
    )
    alone = begin(drawing)
    alone.finish()
    cell = begin(drawing)
    subshell.bring()
    subshell.explain("net", "photo")
    assert cell.runs
    cell.finish()
    assert "2\n" in cell.printed
    assert len(cell.figures) == 1
    assert cell.figures == alone.figures
    hooks = kernel.run("print(type(get_ipython().events.callbacks['post_execute']).__name__)")
    assert hooks == "list\n"


@pytest.mark.parametrize(
    ("model", "said"),
    [
        ("training", "the model is in training mode"),
        ("drawing", "the model draws random numbers"),
        ("counting", "the model writes into its buffer calls"),
    ],
)
def test_what_the_cell_could_notice_is_refused(
    model: str, said: str, kernel: KernelClient, subshell: Subshell, begin: Begin
) -> None:
    cell = begin(f"drawn = torch.get_rng_state()\nprint('begun')\n{WAIT}")
    subshell.bring()
    found = subshell.explain(model, "photo")
    cell.finish()
    assert found["kind"] == "failed"
    assert said in found["error"]["message"]
    assert "Wait for the code that is running" in found["error"]["data"]["next_step"]
    look = "print(training.training, counting.calls.item(), torch.equal(torch.get_rng_state(), drawn))"
    assert kernel.run(look) == "True 0.0 True\n"


@pytest.mark.parametrize(
    ("method", "params"),
    [
        ("heatline/average", {"model": {"kind": "factory", "spec": "m"}, "data": {"kind": "file", "path": "a.csv"}}),
        ("heatline/provenance", {"name": "photo"}),
    ],
)
def test_what_reads_data_or_calls_models_otherwise_waits(
    method: str, params: dict[str, Any], kernel: KernelClient, subshell: Subshell, begin: Begin
) -> None:
    cell = begin(f"print('begun')\n{WAIT}")
    subshell.bring()
    refused = subshell.ask("job/start", {"method": method, "params": params})["error"]
    cell.finish()
    assert "not answered while a cell runs" in refused["message"]


def test_no_code_of_the_persons_is_loaded_beside_their_cell(
    kernel: KernelClient, subshell: Subshell, begin: Begin
) -> None:
    cell = begin(f"print('begun')\n{WAIT}")
    subshell.bring()
    model = {"kind": "factory", "spec": "models.py:picture"}
    found = subshell.job("heatline/predict", {"model": model, "sample": subshell.named("samples", "photo")})
    cell.finish()
    assert "cannot be loaded while a cell runs" in found["error"]["message"]


def test_variables_are_listed_while_a_cell_makes_and_deletes_others(
    kernel: KernelClient, subshell: Subshell, begin: Begin
) -> None:
    churn = (
        "print('begun')\nkept = {}\nwhile not os.path.exists('go'):\n"
        "    for i in range(300):\n"
        "        globals()[f'v{i}'] = torch.zeros(3); kept[f'k{i}'] = torch.zeros(3)\n"
        "    for i in range(300): del globals()[f'v{i}'], kept[f'k{i}']\n"
    )
    cell = begin(churn)
    subshell.bring()
    for _ in range(30):
        names = [info["name"] for info in subshell.result("heatline/models")["models"]]
        assert {"net", "training"} <= set(names)
        subshell.result("heatline/samples", {})
    cell.finish()


def test_a_job_can_be_dropped_and_an_interrupt_is_for_the_cell(
    kernel: KernelClient, subshell: Subshell, begin: Begin
) -> None:
    endless = "print('begun')\ntry:\n    while True: time.sleep(0.01)\nexcept KeyboardInterrupt: print('interrupted')"
    cell = begin(endless)
    subshell.bring()
    params = {"model": subshell.named("models", "net"), "sample": subshell.named("samples", "photo"), "steps": 60}
    start = {"method": "heatline/explain", "params": params}
    dropped = subshell.result("job/start", start)["job"]
    subshell.result("job/step", {"job": dropped, "budget_ms": 1})
    subshell.result("job/drop", {"job": dropped})
    assert subshell.ask("job/step", {"job": dropped})["error"]["data"]["kind"] == "stale-handle"
    job = subshell.result("job/start", start)["job"]
    subshell.result("job/step", {"job": job, "budget_ms": 1})
    kernel.manager.interrupt_kernel()
    while (event := subshell.result("job/step", {"job": job, "budget_ms": 50}))["kind"] not in ("done", "failed"):
        pass
    assert event["kind"] == "done"
    cell.finish()
    assert "interrupted" in cell.printed


def test_results_and_handles_are_those_of_the_main_shell(
    kernel: KernelClient, subshell: Subshell, begin: Begin
) -> None:
    """A question that was begun while a cell ran goes on when it has ended; nothing stale is answered from memory."""
    cell = begin(f"print('begun')\n{WAIT}photo.mul_(0.5)")
    subshell.bring()
    model, sample = subshell.named("models", "net"), subshell.named("samples", "photo")
    asked = {"model": model, "sample": sample, "method": "gradient", "job": "beside"}
    before = subshell.job("heatline/explain", asked)["result"]
    cell.finish()
    assert kernel.result("heatline/static", {"job": "beside"})["html"]
    after = kernel.explain({**asked, "job": "later"})[-1]["result"]
    assert after["target"]["value"] != before["target"]["value"]
    assert not any("while other code ran" in note for note in after["notes"])
