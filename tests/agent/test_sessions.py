"""Live sessions of unusual size, and two of them at once."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from heatline.agent.failures import Refusal
from heatline.agent.live import LiveObjects
from heatline.agent.provenance import provenance
from heatline.protocol import LiveModel, LiveSample, Provenance, ProvenanceParams
from heatline.source.assignments import history_of


def test_two_models_of_one_name_in_two_notebooks_are_never_taken_for_each_other() -> None:
    notebooks = [{"net": nn.Linear(2, 2)} for _ in range(2)]
    one, other = LiveObjects(lambda: notebooks[0]), LiveObjects(lambda: notebooks[1])
    [first], [second] = one.models(), other.models()
    assert first.name == second.name == "net"
    assert isinstance(first.ref, LiveModel)
    assert isinstance(second.ref, LiveModel)
    assert one.resolve(first.ref.handle) is not other.resolve(second.ref.handle)
    with pytest.raises(Refusal) as refused:
        other.resolve(first.ref.handle)
    assert refused.value.kind == "stale-handle"


def test_a_tensor_of_4_gb_is_listed_and_traced_as_any_other() -> None:
    """Whoever touched all of its elements would need the memory that it only seems to have."""
    huge = torch.zeros(1, 1, 1).expand(2, 3, 180_000_000)
    assert huge.numel() * huge.element_size() > 4e9
    names: dict[str, object] = {"huge": huge, "net": nn.Linear(2, 2)}
    live = LiveObjects(
        lambda: names, lambda name: history_of(["huge = torch.zeros(1, 1, 1).expand(2, 3, 180_000_000)"])
    )
    [sample] = live.samples("unknown")
    assert (sample.name, "180000000" in sample.detail) == ("huge", True)
    assert isinstance(sample.ref, LiveSample)
    with pytest.raises(Refusal, match="nothing says which model made huge"):
        for _ in provenance(live, ProvenanceParams("huge")):
            pass


def test_a_notebook_of_2000_cells_is_searched_for_what_made_a_prediction() -> None:
    torch.manual_seed(0)
    names: dict[str, object] = {"net": nn.Linear(4, 3).eval(), "x": torch.rand(1, 4)}
    cells = [f"value_{i} = {i}" for i in range(1000)]
    cells += ["pred = net(x)"] + [f"value_{i} = value_{i} + 1" for i in range(999)]
    exec("\n".join(cells), names)
    live = LiveObjects(lambda: names, lambda name: history_of(cells))
    work = provenance(live, ProvenanceParams("pred"))
    try:
        while True:
            next(work)
    except StopIteration as stop:
        found: Provenance = stop.value
    assert (found.statement, found.agreement, found.model.name) == ("pred = net(x)", "same", "net")
