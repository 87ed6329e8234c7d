"""Live variables as models and samples."""

from __future__ import annotations

import gc
from typing import Any

import numpy
import pytest
import torch
from PIL import Image
from torch import nn

from attribution_core import Model, Text
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
