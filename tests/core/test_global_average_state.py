"""An average that is interrupted and goes on, that is saved and loaded, and that needs no more memory for more data."""

from __future__ import annotations

import tracemalloc
import weakref
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, TensorDataset

from attribution_core import (
    AveragePlan,
    AverageState,
    BadModel,
    BadRequest,
    GlobalAverage,
    Model,
    Progress,
    Text,
    average,
    average_job,
    averaging,
)

PLAN = AveragePlan(((0, 2), (3, 4)))


@pytest.fixture(autouse=True)
def _a_step_is_a_micro_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(average_job, "BRIEF", 0.0)


def same(one: GlobalAverage, other: GlobalAverage) -> None:
    """Bit by bit, but for the time that it took."""
    for item in fields(GlobalAverage):
        mine, its = getattr(one, item.name), getattr(other, item.name)
        if isinstance(mine, Tensor):
            assert torch.equal(mine, its), item.name
        elif item.name != "seconds":
            assert mine == its, item.name


def interrupted(model: object, data: object, steps: int, state: AverageState | str | Path, **options: object) -> None:
    """The first steps, and then the person leaves."""
    work = averaging(model, data, state=state, **options)  # type: ignore[arg-type]
    for _ in range(steps):
        next(work)
    work.close()


def texts(vocabulary: dict[str, int], count: int) -> list[tuple[str, int]]:
    generator = torch.Generator().manual_seed(1)
    words = list(vocabulary)[1:]

    def text() -> str:
        length = int(torch.randint(1, 9, (1,), generator=generator))
        return " ".join(words[int(i)] for i in torch.randint(len(words), (length,), generator=generator))

    return [(text(), i % 2) for i in range(count)]


@pytest.mark.parametrize("steps", [1, 2, 5, 9, 14])
def test_resumed_is_bit_equal_to_uninterrupted(conv_net: nn.Module, steps: int, tmp_path: Path) -> None:
    data = TensorDataset(torch.randn(37, 3, 12, 12), torch.randint(0, 4, (37,)))
    whole = average(conv_net, data, plan=PLAN)
    state = AverageState()
    interrupted(conv_net, data, steps, state, plan=PLAN)
    state.save(tmp_path / "state.npz")
    loaded = AverageState.load(tmp_path / "state.npz")
    same(average(conv_net, data, state=loaded, plan=PLAN), whole)


@pytest.mark.parametrize("steps", [2, 7, 16, 23])
def test_texts_go_on_within_a_window(
    lstm_net: nn.Module, vocabulary: dict[str, int], steps: int, tmp_path: Path
) -> None:
    model, data = Model(lstm_net, inputs=Text(vocabulary=vocabulary)), texts(vocabulary, 60)
    plan = AveragePlan(((0, 16),), window=110)
    whole = average(model, data, plan=plan)
    path = tmp_path / "state.npz"
    interrupted(model, data, steps, path, plan=plan)
    same(average(model, data, state=path), whole)


def test_many_interruptions_change_nothing(mlp: nn.Module, tmp_path: Path) -> None:
    data, path = torch.randn(50, 3, 4, 4), tmp_path / "state.npz"
    whole = average(mlp, data, plan=PLAN)
    for _ in range(6):
        interrupted(mlp, data, 3, path, plan=PLAN)
    same(average(mlp, data, state=path), whole)


def test_a_plan_repeats_the_result(conv_net: nn.Module) -> None:
    data = torch.randn(40, 3, 12, 12)
    found = average(conv_net, data)
    same(average(conv_net, data, plan=found.plan), found)


def test_a_pipe_can_be_gone_on_with(mlp: nn.Module) -> None:
    data = torch.randn(20, 3, 4, 4)
    whole = average(mlp, iter(data), plan=PLAN)
    assert whole.agreement is None
    assert "read only once" in whole.notes[-1]
    state = AverageState()
    interrupted(mlp, iter(data), 4, state, plan=PLAN)
    same(average(mlp, iter(data), state=state), whole)


def test_a_failure_keeps_what_was_added(mlp: nn.Module) -> None:
    data = torch.randn(20, 3, 4, 4)

    def broken(count: int) -> Iterator[Tensor]:
        yield from data[:count]
        raise OSError("the disk is gone")

    state = AverageState()
    with pytest.raises(Exception, match="reading the data failed: OSError: the disk is gone"):
        average(mlp, broken(13), state=state, plan=PLAN)
    assert state.reached is not None
    assert state.reached.tally is not None
    assert state.reached.tally.samples == 10
    resumed = average(mlp, iter(data), state=state)
    torch.testing.assert_close(resumed.gradients, average(mlp, data, plan=PLAN).gradients, rtol=0, atol=0)


def test_a_shuffling_loader_goes_on_in_the_same_order(mlp: nn.Module) -> None:
    data = TensorDataset(torch.randn(30, 3, 4, 4))
    loader = DataLoader(data, batch_size=8, shuffle=True)
    whole = average(mlp, loader, plan=PLAN)
    state = AverageState()
    interrupted(mlp, loader, 5, state, plan=PLAN)
    resumed = average(mlp, loader, state=state)
    assert torch.equal(resumed.gradients, whole.gradients)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"classes": [0, 1]}, "of another average: its classes"),
        ({"score": "probability"}, "of another average: its score logit, and now probability"),
        ({"data": torch.randn(12, 3, 4, 4)}, "other weights, or of data in another order"),
    ],
)
def test_a_state_of_something_else_is_refused(mlp: nn.Module, change: dict[str, object], message: str) -> None:
    state, data = AverageState(), torch.randn(12, 3, 4, 4)
    interrupted(mlp, data, 4, state)
    request: dict[str, object] = {"data": data, "state": state} | change
    with pytest.raises(BadRequest, match=message):
        average(mlp, **request)  # type: ignore[arg-type]


def test_other_weights_are_noticed(mlp: nn.Module) -> None:
    state, data = AverageState(), torch.randn(12, 3, 4, 4)
    interrupted(mlp, data, 4, state)
    with torch.no_grad():
        for parameter in mlp.parameters():
            parameter.mul_(1.1)
    with pytest.raises(BadRequest, match="other weights"):
        average(mlp, data, state=state)


def test_results_are_saved_and_loaded(text_model: Model, tmp_path: Path) -> None:
    found = average(text_model, ["a great film", "not bad , not bad"])
    found.save(tmp_path / "average.npz")
    loaded = GlobalAverage.load(tmp_path / "average.npz")
    same(loaded, found)
    assert loaded.seconds == found.seconds
    assert b"pickle" not in (tmp_path / "average.npz").read_bytes()
    assert list(tmp_path.iterdir()) == [tmp_path / "average.npz"]


def test_files_that_hold_something_else_are_refused(text_model: Model, tmp_path: Path) -> None:
    (tmp_path / "text.npz").write_text("no archive")
    state = tmp_path / "state.npz"
    average(text_model, ["bad"], state=state)
    for path, message in (
        (tmp_path / "none.npz", "none.npz cannot be read"),
        (tmp_path / "text.npz", "text.npz holds no saved global average"),
        (state, "state.npz holds no saved global average"),
    ):
        with pytest.raises(BadRequest, match=message):
            GlobalAverage.load(path)
    with pytest.raises(BadRequest, match="cannot be written"):
        average(text_model, ["bad"]).save(tmp_path / "nowhere" / "average.npz")


def test_progress_comes_after_every_micro_batch_that_is_not_brief(
    mlp: nn.Module, monkeypatch: pytest.MonkeyPatch
) -> None:
    def progress() -> list[Progress]:
        work = averaging(mlp, torch.randn(40, 3, 4, 4), plan=AveragePlan(((0, 8),)), compare=False)
        return [step for step in work if isinstance(step, Progress)]

    monkeypatch.setattr(average_job, "BRIEF", 1000.0)
    assert [step.done for step in progress()] == [0]
    monkeypatch.setattr(average_job, "BRIEF", 0.0)
    steps = progress()
    assert [step.done for step in steps] == [0, 8, 16, 24, 32, 40]
    assert {step.total for step in steps} == {40}
    assert steps[-1].seconds_left == 0
    assert steps[3].message == "24 samples"


def test_a_bad_model_is_said_to_be_one(mlp: nn.Module) -> None:
    with torch.no_grad():
        next(mlp.parameters()).fill_(float("inf"))
    with pytest.raises(Exception, match="not finite"):
        average(mlp, torch.randn(4, 3, 4, 4))
    with pytest.raises(BadModel, match="does not depend on the samples"):
        average(lambda x: x.detach().flatten(1), torch.randn(4, 3, 4, 4), classes=[0, 1])


def test_samples_are_let_go_of(mlp: nn.Module) -> None:
    alive: weakref.WeakSet[Tensor] = weakref.WeakSet()
    most = 0

    def pictures() -> Iterator[Tensor]:
        nonlocal most
        for _ in range(400):
            picture = torch.randn(3, 4, 4)
            alive.add(picture)
            yield picture
            del picture
            most = max(most, len(alive))

    average(mlp, pictures(), plan=AveragePlan(((0, 16),)))
    assert most <= 2 * 16


def test_memory_does_not_grow_with_the_data(text_model: Model) -> None:
    def sentences(count: int) -> Iterator[str]:
        words = ("great film", "a bad story", "not bad", "truly moving")
        return (f"{words[i % 4]} {'great ' * (i % 5)}" for i in range(count))

    def peak(count: int) -> int:
        tracemalloc.start()
        state = AverageState()
        average(text_model, sentences(count), plan=AveragePlan(((0, 64),), window=150), state=state)
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert state.reached is not None
        assert state.reached.tally is not None
        assert state.reached.tally.gradients.shape == (2, 17)
        return most

    peak(600)
    # What Python keeps for reuse grows over the first thousand samples, by little: they would take 300,000 bytes.
    assert peak(2400) <= peak(1200) + 100_000


class Drawing(nn.Module):
    """Draws random numbers in evaluation mode, too."""

    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Sequential(nn.Flatten(), nn.Linear(48, 2))

    def forward(self, x: Tensor) -> Tensor:
        scores: Tensor = self.body(nn.functional.dropout(x, 0.3, training=True)).tanh()
        return scores


def test_what_a_model_draws_does_not_depend_on_which_micro_batches_share_a_step(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    model, data = Drawing(), torch.randn(24, 3, 4, 4)
    each_alone = average(model, data, plan=PLAN)
    monkeypatch.setattr(average_job, "BRIEF", 1000.0)
    same(average(model, data, plan=PLAN), each_alone)
