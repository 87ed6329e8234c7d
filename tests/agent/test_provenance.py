"""From a prediction's name back to the live model and sample that made it."""

from __future__ import annotations

import gc
import io
import weakref
from typing import Any

import pytest
import torch
from torch import nn

from attribution_core import Model
from heatline.agent.failures import Refusal
from heatline.agent.live import LiveObjects
from heatline.agent.provenance import provenance
from heatline.protocol import LiveModel, LiveSample, Provenance, ProvenanceParams
from heatline.source.assignments import history_of
from heatline.watching import Watch, watch


class Notebook:
    """Cells that run in one namespace, as in a kernel."""

    def __init__(self, *cells: str) -> None:
        self.names: dict[str, Any] = {}
        self.cells: list[str] = []
        self.live = LiveObjects(lambda: self.names, lambda name: history_of(self.cells))
        self.run(SETUP, *cells)

    def run(self, *cells: str) -> None:
        for cell in cells:
            self.cells.append(cell)
            exec(cell, self.names)

    def ask(self, name: str, index: int | None = None, models: list[LiveModel] | None = None) -> Provenance:
        work = provenance(self.live, ProvenanceParams(name, index, models))
        while True:
            try:
                next(work)
            except StopIteration as stop:
                found: Provenance = stop.value
                return found


SETUP = """
import torch
from torch import nn
import torch.nn.functional as F
torch.manual_seed(0)

class Two(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(4, 3)
    def forward(self, x, scale=None):
        out = self.layer(x if scale is None else x * scale)
        return out, out.sum()

class Named(Two):
    def forward(self, x, scale=None):
        return {"logits": self.layer(x if scale is None else x * scale)}

class Trainer:
    def __init__(self, net):
        self.net = net

model = nn.Sequential(nn.Linear(4, 5), nn.BatchNorm1d(5), nn.ReLU(), nn.Linear(5, 3)).eval()
other = nn.Linear(4, 3)
two, named = Two(), Named()
trainer = Trainer(two)
x, y = torch.rand(2, 4), torch.rand(2, 4)
batch = {"x": x, "scale": torch.tensor(2.0)}
"""

FOUND = [
    # cell, prediction, model, sample
    ("pred = model(x)", "pred", "model", "x"),
    ("pred = model(x).softmax(-1)", "pred", "model", "x"),
    ("pred = torch.softmax(model(x), dim=1)", "pred", "model", "x"),
    ("pred = F.log_softmax(model(x), 1)", "pred", "model", "x"),
    ("pred = nn.Softmax(1)(model(x))", "pred", "model", "x"),
    ("logits = model(x)\npred = logits.softmax(1)\npred = pred.argmax(1)", "pred", "model", "x"),
    ("logits, aux = trainer.net(x)", "logits", "trainer.net", "x"),
    ("logits, aux = trainer.net(x)", "aux", "trainer.net", "x"),
    ("out = named(**batch)\npred = out['logits']", "pred", "named", "batch"),
    ("out = named(**batch)", "out['logits']", "named", "batch"),
    ("out = named(x, scale=y)['logits'] / 2", "out", "named", "{'x': x, 'scale': y}"),
    ("with torch.no_grad():\n    pred = model(x).max(1).values.tolist()", "pred", "model", "x"),
    ("for part in (x, y):\n    pred = model(part)", "pred", "model", "part"),
    ("if x.sum() < 0:\n    pred = other(x)\nelse:\n    pred = model(x)", "pred", "model", "x"),
    ("if x.sum() > 0:\n    pred = model(x)\nelse:\n    pred = other(x)", "pred", "model", "x"),
    ("pred = model.forward(x)", "pred", "model", "x"),
    ("pred = model(x[0][None])", "pred", "model", "x[0][None]"),
    ("pred = (model)((x.to('cpu') - 0.5) / 0.5)", "pred", "model", "(x.to('cpu') - 0.5) / 0.5"),
    ("trainer.pred = model(input=x)", "trainer.pred", "model", "{'input': x}"),
    ("pred = model(x).detach().numpy()", "pred", "model", "x"),
    ("pred = model(x)[1, 2].item()", "pred", "model", "x"),
]


@pytest.mark.parametrize(("cell", "name", "model", "sample"), FOUND)
def test_the_text_leads_to_model_and_sample(cell: str, name: str, model: str, sample: str) -> None:
    notebook = Notebook(cell)
    found = notebook.ask(name)
    assert (found.model.name, found.sample.name, found.found_by, found.agreement) == (model, sample, "source", "same")
    assert found.statement
    assert isinstance(found.model.ref, LiveModel)
    assert isinstance(found.sample.ref, LiveSample)
    assert isinstance(notebook.live.resolve(found.model.ref.handle), nn.Module)
    assert notebook.live.resolve(found.sample.ref.handle) is not None
    for value in found.values:
        assert value.found == pytest.approx(value.recomputed, rel=1e-4)


def test_what_changed_since_is_named() -> None:
    notebook = Notebook("pred = model(x)")
    assert notebook.ask("pred").message == "pred is what model gives for x."
    notebook.run("x = torch.rand(2, 4)")
    found = notebook.ask("pred")
    assert (found.agreement, found.message) == ("changed", "x has changed since pred was computed.")
    assert found.values[0].found != found.values[0].recomputed
    notebook = Notebook("pred = model(x)", "with torch.no_grad():\n    model[0].weight *= 2")
    assert notebook.ask("pred").message == "x, or model, has changed since pred was computed."
    notebook = Notebook("with torch.no_grad():\n    pred = model(x)", "x[0] = 3")
    assert notebook.ask("pred").message == "x has changed since pred was computed."


def test_train_mode_is_named_before_a_change() -> None:
    notebook = Notebook("model.train()\npred = model(x)")
    found = notebook.ask("pred")
    assert found.agreement == "train-mode"
    assert "came from train mode" in found.message
    assert found.values[0].found != found.values[0].recomputed
    notebook.run("model.eval()")
    assert notebook.ask("pred").agreement == "train-mode"
    notebook.run("x.mul_(2)")
    assert notebook.ask("pred").message == "x has changed since pred was computed."


def test_autocast_is_named_before_a_change() -> None:
    notebook = Notebook("with torch.autocast('cpu', torch.bfloat16):\n    pred = model(x)")
    found = notebook.ask("pred")
    assert (found.agreement, "autocast (bfloat16)" in found.message) == ("autocast", True)
    notebook = Notebook("with torch.autocast('cpu', torch.bfloat16):\n    pred = model(x).float()")
    assert notebook.ask("pred").agreement == "autocast"


def test_dropout_in_train_mode_is_not_called_a_change() -> None:
    notebook = Notebook("model = nn.Sequential(nn.Linear(4, 50), nn.Dropout(), nn.Linear(50, 3))\npred = model(x)")
    found = notebook.ask("pred")
    assert found.agreement == "unknown"
    assert "dropout" in found.message


HELPER = "def predict(net, given):\n    return net(given).softmax(1)\npred = predict(model, x)"


def test_the_graph_tells_where_the_text_does_not() -> None:
    found = Notebook(HELPER).ask("pred")
    assert (found.model.name, found.sample.name, found.found_by, found.agreement) == ("model", "x", "graph", "same")
    assert found.statement == ""


def test_without_text_and_graph_it_says_what_to_do() -> None:
    notebook = Notebook(HELPER + ".detach()")
    with pytest.raises(Refusal, match="nothing says which model made pred") as caught:
        notebook.ask("pred")
    assert "heatline.watch(model)" in caught.value.next_step
    notebook.run("pred = model(torch.rand(2, 4).abs_())\npred = pred.detach()")
    with pytest.raises(Refusal, match="was never a variable") as caught:
        notebook.ask("pred")
    assert caught.value.next_step == "Assign what the model is given to a variable first: x = ...; pred = model(x)."
    for name, message in [("nobody", "there is no variable nobody"), ("1 +", "is not a name"), ("model", "no numbers")]:
        with pytest.raises(Refusal, match=message):
            notebook.ask(name)


def test_a_watched_model_knows_what_it_was_called_with() -> None:
    notebook = Notebook()
    with watch(notebook.names["model"]) as watched:
        notebook.run(
            "def hidden(net, given):\n    with torch.no_grad():\n        return net(given)", "pred = hidden(model, x)"
        )
        found = notebook.ask("pred")
        assert (found.model.name, found.sample.name, found.found_by, found.agreement) == ("model", "x", "watch", "same")
        notebook.run("del pred", "other_pred = hidden(model, y)")
        assert notebook.ask("other_pred").sample.name == "y"
        assert len(watched.calls) == 2  # ours are not remembered
    assert not notebook.names["model"]._forward_hooks
    with pytest.raises(Refusal):
        notebook.ask("other_pred")


def test_watching_keeps_nothing_alive_and_does_not_travel() -> None:
    net, given = nn.Linear(2, 2), torch.ones(1, 2)
    watched = watch(Model(net))
    pred = net(given)
    alive: list[weakref.ref[Any]] = [weakref.ref(net), weakref.ref(given), weakref.ref(pred)]
    assert len(watched.calls) == 1
    del net, given, pred
    gc.collect()
    assert [ref() for ref in alive] == [None, None, None]
    net = nn.Linear(2, 2)
    watch(net)
    buffer = io.BytesIO()
    torch.save(net, buffer)
    buffer.seek(0)
    loaded: Any = torch.load(buffer, weights_only=False)
    assert not any(isinstance(hook, Watch) for hook in loaded._forward_hooks.values())
    assert loaded(torch.ones(1, 2)).shape == (1, 2)
    with pytest.raises(TypeError, match=r"watch\(model\)"):
        watch(3)


def test_the_search_changes_nothing_and_keeps_nothing() -> None:
    notebook = Notebook("model.train(); pred = model(x); before = torch.get_rng_state()")
    model, x = notebook.names["model"], notebook.names["x"]
    state = {name: value.clone() for name, value in model.state_dict().items()}
    notebook.ask("pred")
    assert all(torch.equal(value, state[name]) for name, value in model.state_dict().items())
    assert all(part.training for part in model.modules())
    assert torch.equal(torch.get_rng_state(), notebook.names["before"])
    assert all(parameter.grad is None for parameter in model.parameters())
    notebook.names["pred"].sum().backward()
    alive = [weakref.ref(model), weakref.ref(x)]
    del model, x
    notebook.names.clear()
    gc.collect()
    assert [ref() for ref in alive] == [None, None]


def test_a_heatline_model_of_the_module_gives_the_labels() -> None:
    notebook = Notebook(
        "import attribution_core\ntied = attribution_core.Model(model, labels=['a', 'b', 'c'])", "pred = model(x)"
    )
    found = notebook.ask("pred", 1)
    assert found.model.name == "tied"
    assert {value.label for value in found.values} == {"a", "b", "c"}
    assert isinstance(found.sample.ref, LiveSample)
    assert notebook.ask("pred").values != found.values


def test_a_model_that_may_not_be_called_is_not_called() -> None:
    counting = (
        "calls = 0\nclass Counted(nn.Linear):\n    def forward(self, x):\n        global calls\n        calls += 1\n"
        "        return super().forward(x)\nnet, idle = Counted(4, 3), nn.Linear(4, 3)"
    )
    notebook = Notebook(counting, "pred = net(x)")
    refs = {info.name: info.ref for info in notebook.live.models() if isinstance(info.ref, LiveModel)}
    for allowed in ([], [refs["idle"]]):
        with pytest.raises(Refusal, match="pred may come from net, which this request does not allow") as refused:
            notebook.ask("pred", models=allowed)
        assert refused.value.kind == "no-model"
    assert notebook.names["calls"] == 1
    assert notebook.ask("pred", models=[refs["net"]]).agreement == "same"
    notebook.run("del idle, net")
    gc.collect()
    with pytest.raises(Refusal):
        notebook.ask("pred", models=[refs["idle"]])
