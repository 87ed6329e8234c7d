"""What memory there is, and that micro-batches stay within it, on the machine that is there."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from attribution_core import BadModel, explain, explain_many, memory
from attribution_core.batching import FEW, GAIN, TRIALS, MicroBatch, RepeatedBatches, Step, saved_bytes
from attribution_core.engine import Engine, Point
from attribution_core.memory import MOST_ON_CPU, SHARE, memory_budget

CPU = torch.device("cpu")


def group(folder: Path, **files: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name.replace("__", ".")).write_text(text)


class TestControlGroups:
    """The tightest of the groups counts, and cached files can be dropped."""

    def left(self, tmp_path: Path, own: str) -> list[int]:
        (tmp_path / "cgroup").write_text(own)
        return list(memory._of_control_groups(tmp_path / "cgroup", tmp_path / "fs"))

    def test_of_the_second_version(self, tmp_path: Path) -> None:
        group(tmp_path / "fs/box", memory__max="1000\n", memory__current="300\n", memory__stat="inactive_file 50\n")
        group(tmp_path / "fs/box/inner", memory__max="max\n", memory__current="200\n")
        assert self.left(tmp_path, "0::/box/inner\n") == [750]

    def test_of_the_first_version(self, tmp_path: Path) -> None:
        group(
            tmp_path / "fs/memory/box",
            memory__limit_in_bytes="1000",
            memory__usage_in_bytes="900",
            memory__stat="cache 5\ntotal_inactive_file 300",
        )
        group(tmp_path / "fs/memory", memory__limit_in_bytes=str(2**63 - 4096), memory__usage_in_bytes="900")
        assert self.left(tmp_path, "3:cpu:/box\n4:memory:/box\n") == [400]

    def test_a_container_sees_its_group_at_the_top(self, tmp_path: Path) -> None:
        group(tmp_path / "fs", memory__max="1000", memory__current="400")
        assert self.left(tmp_path, "0::/of/the/host\n") == [600]

    def test_where_there_are_none(self, tmp_path: Path) -> None:
        assert list(memory._of_control_groups(tmp_path / "cgroup", tmp_path)) == []
        assert list(memory._of_the_machine(tmp_path / "meminfo")) == []


def test_the_budget_is_a_share_of_what_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "_of_the_machine", lambda: iter([1 << 40]))
    monkeypatch.setattr(memory, "_of_control_groups", lambda: iter([1 << 30]))
    assert memory_budget(CPU) == int(SHARE * (1 << 30))
    monkeypatch.setattr(memory, "_of_control_groups", lambda: iter([]))
    assert memory_budget(CPU) == MOST_ON_CPU
    monkeypatch.setattr(memory, "_of_the_machine", lambda: iter([]))
    assert memory_budget(CPU) == MOST_ON_CPU


def test_batches_of_one_and_two_say_what_larger_ones_need() -> None:
    """100 bytes shared by all points, 50 for each: 7 fit into 450."""
    batch = MicroBatch(budget=450)
    for size in (1, 2):
        assert batch.measuring
        batch.took(size, 0.001 / size, saved=100 + 50 * size)
    assert not batch.measuring
    assert batch.size == 4
    batch.took(4, 0.0005, saved=0)
    assert batch.size == 7


def test_more_than_a_few_points_are_sparing_with_memory() -> None:
    """20 bytes for each point: 12 fit into 240; of larger ones few are enough."""
    for each, most in ((20, 12), (60, FEW)):
        batch = MicroBatch(sparing=240)
        for size in (1, 2, 4, 8):
            batch.took(size, 0.001 * size**0.5, saved=each * size)
        assert batch.size == most


def test_the_weights_of_a_linear_layer_are_no_activations() -> None:
    layer, points = nn.Linear(100, 100), torch.randn(3, 2, 100, requires_grad=True)
    with saved_bytes(enabled=True) as saved:
        layer(layer(points))
    assert saved.total == 2 * 3 * 2 * 100 * 4, "what went into each layer"


def test_too_few_points_for_a_larger_size_take_the_one_that_is_known() -> None:
    batch = MicroBatch()
    for size in (1, 2, 4, 8, 16, 32):
        batch.took(size, 0.001 * size**0.5, saved=0)
    assert batch.size == 64
    assert [batch.of(count) for count in (20, 48, 49, 63)] == [20, 48, 32, 32]
    assert batch.of(64) == 64
    repeated = RepeatedBatches([Step(32), Step(64)])
    repeated.took(32, 0.1, saved=0)
    assert repeated.of(50) == 50


def evaluated(function: object, points: int, batch: MicroBatch) -> list[float]:
    engine = Engine(function, lambda outputs: outputs[:, 0], batch)  # type: ignore[arg-type]
    rows: list[Point] = [(torch.full((2,), float(i)),) for i in range(points)]
    return [float(g[0]) for part in engine.gradients(rows) for g in part.gradients[0]]


class Full:
    """A GPU with room for so many points."""

    def __init__(self, room: int) -> None:
        self.room = room
        self.seen: list[int] = []

    def __call__(self, points: Point) -> Tensor:
        self.seen.append(len(points[0]))
        if len(points[0]) > self.room:
            raise torch.cuda.OutOfMemoryError("CUDA out of memory. Tried to allocate 2 GiB")
        return points[0] ** 2


def test_a_full_gpu_halves_the_batch_and_nothing_is_lost() -> None:
    gpu = Full(room=3)
    assert evaluated(gpu, 12, MicroBatch()) == [2.0 * i for i in range(12)]
    assert sum(size > 3 for size in gpu.seen) <= 1, "it is not provoked again"


def test_a_gpu_without_room_for_one_point_is_said() -> None:
    with pytest.raises(BadModel, match="no memory for one gradient") as caught:
        evaluated(Full(room=0), 2, MicroBatch())
    assert "device='cpu'" in caught.value.next_step


class Crowded(nn.Linear):
    """Beside it a GPU has no room for a sample of ones, nor for a copy of it."""

    def forward(self, batch: Tensor) -> Tensor:
        if bool((batch == 1).all()):
            raise torch.cuda.OutOfMemoryError("CUDA out of memory. Tried to allocate 2 GiB")
        return super().forward(batch)

    def to(self, *args: object, **kwargs: object) -> Crowded:
        raise torch.cuda.OutOfMemoryError("CUDA out of memory. Tried to allocate 2 GiB")


def test_a_gpu_without_room_for_a_call_is_said_of_the_sample_that_is_too_large() -> None:
    with pytest.raises(BadModel, match="no memory for one call of the model: CUDA out of memory"):
        explain(Crowded(3, 2), torch.ones(3))
    full, fits = explain_many(Crowded(3, 2), [torch.ones(3), torch.full((3,), 2.0)])
    assert isinstance(full.error, BadModel)
    assert fits.error is None


def test_a_gpu_without_room_for_the_model_is_said() -> None:
    with pytest.raises(BadModel, match="no memory for a copy of the model"):
        explain(Crowded(3, 2, device="meta"), torch.zeros(3), device="cpu")


@pytest.mark.parametrize(("each", "kept"), [(0.5 * GAIN, True), (1.0, False)])
def test_the_faster_layout_is_kept(each: float, kept: bool) -> None:
    batch = MicroBatch(layouts=True)
    for _ in range(3):
        assert (batch.size, batch.channels_last) == (1, False)
        batch.took(1, 0.09, saved=0)
    for _ in range(TRIALS):
        assert batch.channels_last
        batch.took(1, 0.09 * each, saved=0)
    assert batch.channels_last is kept
    assert batch.steps == [*[Step(1)] * 3, *[Step(1, True)] * TRIALS]


def test_the_layout_reaches_the_model() -> None:
    layouts: list[bool] = []

    def function(points: Point) -> Tensor:
        layouts.append(points[0].is_contiguous(memory_format=torch.channels_last))
        return points[0].flatten(1).sum(1, keepdim=True) ** 2

    batch = RepeatedBatches([Step(2), Step(1, channels_last=True), Step(2)])
    engine = Engine(function, lambda outputs: outputs[:, 0], batch)
    list(engine.gradients([(torch.randn(3, 4, 4),)] * 5))
    assert layouts == [False, True, False]
    assert batch.steps == [Step(2), Step(1, True), Step(2)]
