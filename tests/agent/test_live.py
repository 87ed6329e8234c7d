"""Live variables as models and samples."""

from __future__ import annotations

import gc
from typing import Any

import numpy
import pytest
import torch
from PIL import Image
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from attribution_core import Model, Text
from heatline.agent.batches import batch_size, entries, entry
from heatline.agent.failures import Refusal
from heatline.agent.live import LiveObjects
from heatline.protocol import Handle, LiveModel, LiveSample


class Hostile:
    """Objects of the person's whose every look is an error."""

    def __repr__(self) -> str:
        raise RuntimeError("never call this")

    def __eq__(self, other: object) -> bool:
        raise RuntimeError("never call this")

    __hash__ = object.__hash__


def test_what_is_a_model_and_what_is_a_sample() -> None:
    variables: dict[str, object] = {
        "_hidden": nn.Linear(1, 1),
        "hostile": Hostile(),
        "net": nn.Sequential(nn.Conv2d(3, 1, 3)),
        "tied": Model(nn.Linear(2, 2), inputs=Text(vocabulary={"a": 0}), labels=["x", "y"]),
        "batch": torch.zeros(1, 3, 8, 8),
        "array": numpy.zeros((8, 8, 3), dtype=numpy.uint8),
        "photo": Image.new("RGB", (4, 4)),
        "words": "a good film",
        "empty": "  ",
        "scalar": torch.tensor(1.0),
        "number": 3,
    }
    live = LiveObjects(lambda: variables)
    assert {m.name: m.inputs for m in live.models()} == {"tied": "text", "net": "image"}
    samples = {s.name: (s.inputs, s.detail) for s in live.samples("image")}
    assert samples == {
        "batch": ("image", "Tensor 1x3x8x8 float32"),
        "array": ("image", "ndarray 8x8x3 uint8"),
        "photo": ("image", "picture 4x4 RGB"),
        "words": ("text", "a good film"),
    }
    assert live.samples("text")[0].name == "words"


def test_a_handle_is_its_objects_and_dies_with_it() -> None:
    variables: dict[str, Any] = {"net": nn.Linear(1, 1)}
    live = LiveObjects(lambda: variables)
    first = live.models()[0].ref
    assert isinstance(first, LiveModel)
    assert live.models()[0].ref == first
    assert live.resolve(first.handle) is variables["net"]
    variables["net"] = nn.Linear(2, 2)
    gc.collect()
    second = live.models()[0].ref
    assert isinstance(second, LiveModel)
    assert second.handle.object != first.handle.object
    for stale in (first.handle, Handle("another session", second.handle.object), Handle(live.session, 999)):
        with pytest.raises(Refusal, match="is gone") as caught:
            live.resolve(stale)
        assert caught.value.kind == "stale-handle"


def test_numbers_are_never_given_twice() -> None:
    variables: dict[str, Any] = {}
    live = LiveObjects(lambda: variables)
    seen = set()
    for _ in range(50):
        variables["x"] = torch.zeros(2, 3, 3)
        ref = live.samples("image")[0].ref
        assert isinstance(ref, LiveSample)
        seen.add(ref.handle.object)
    assert len(seen) == 50


def test_containers_are_named_by_their_entries_and_die_with_them() -> None:
    image = torch.zeros(2, 3, 8, 8)
    variables: dict[str, Any] = {"batch": {"image": image, "label": 3}, "texts": ["a good film", "a bad one"]}
    live = LiveObjects(lambda: variables)
    listed = {info.name: info for info in live.samples("unknown")}
    assert {name: (info.inputs, info.batch) for name, info in listed.items()} == {
        "batch": ("unknown", 2),
        "texts": ("text", 2),
        "batch['image']": ("image", 2),
    }
    refs = {name: info.ref for name, info in listed.items()}
    batch, texts = refs["batch"], refs["texts"]
    assert isinstance(batch, LiveSample)
    assert isinstance(texts, LiveSample)
    again = live.resolve(batch.handle)
    assert isinstance(again, dict)
    assert again["image"] is image
    one = live.sample(LiveSample("live", batch.handle, 1))
    assert isinstance(one, dict)
    assert one["image"].shape == (1, 3, 8, 8)
    assert one["label"] == 3
    assert live.sample(LiveSample("live", texts.handle, 1)) == "a bad one"
    assert {info.name: info.ref for info in live.samples("unknown")} == refs
    del variables["batch"], image, again, one
    gc.collect()
    with pytest.raises(Refusal, match="is gone"):
        live.resolve(batch.handle)


def test_data_sets_and_batches_can_be_averaged_over() -> None:
    class Counting(TensorDataset):
        def __len__(self) -> int:
            raise AssertionError("what is listed is not counted")

    rows = torch.zeros(6, 4)
    variables = {
        "rows": rows,
        "one": "a text",
        "texts": ["a", "b"],
        "loader": DataLoader(TensorDataset(rows)),
        "set": Counting(rows),
    }
    listed = [(info.name, info.detail, info.batch) for info in LiveObjects(lambda: variables).collections()]
    assert listed[:2] == [("set", "Counting", None), ("loader", "DataLoader", None)]
    assert {(name, batch) for name, _, batch in listed[2:]} == {("texts", 2), ("rows", 6)}


BATCHES: list[tuple[Any, str, int | None]] = [
    (torch.zeros(4, 3, 8, 8), "image", 4),
    (torch.zeros(1, 3, 8, 8), "image", None),
    (torch.zeros(3, 8, 8), "image", None),
    (torch.zeros(28, 28), "image", None),
    (torch.zeros(5, 4), "tabular", 5),
    (torch.zeros(5, 4, dtype=torch.int64), "unknown", 5),
    (numpy.zeros((3, 8, 8, 3), dtype=numpy.uint8), "image", 3),
    (["one"], "text", None),
    ({"input_ids": torch.zeros(2, 7, dtype=torch.int64), "attention_mask": torch.ones(2, 7)}, "text", 2),
    ({"a": torch.zeros(2), "b": torch.zeros(3)}, "unknown", None),
    ({"a": torch.tensor(1.0)}, "unknown", None),
    (torch.tensor(1.0), "unknown", None),
]


@pytest.mark.parametrize(("value", "wanted", "size"), BATCHES)
def test_what_is_a_batch(value: Any, wanted: Any, size: int | None) -> None:
    assert batch_size(value, wanted) == size


def test_what_the_entries_of_a_batch_look_like() -> None:
    words = Model(nn.Embedding(3, 2), inputs=Text(vocabulary={"good": 0, "bad": 1, "film": 2}))
    shown = entries(torch.tensor([[0, 2], [1, 2]]), 0, 9, words)
    assert [(one.index, one.detail, one.thumbnail) for one in shown] == [(0, "good film", None), (1, "bad film", None)]
    assert entries(torch.tensor([[0.5, 2.0], [1.25, 3.0]]), 1, 1, None)[0].detail == "1.25 3"
    pictures = numpy.zeros((2, 200, 100, 3), dtype=numpy.uint8)
    thumbnail = entries(pictures, 0, 1, None)[0].thumbnail
    assert thumbnail is not None
    assert (thumbnail.width, thumbnail.height) == (34, 67)
    with pytest.raises(Refusal, match="pictures has no entry 2; it has 2"):
        entry(pictures, 2, "pictures")
