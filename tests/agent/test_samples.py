"""Samples by value and models by name, in an agent that serves a few."""

from __future__ import annotations

import base64
import io
import struct
from collections.abc import Callable
from typing import Any

import pytest
import torch
from PIL import Image as Pillow
from torch import Tensor, nn

from attribution_core import Image, Model, Tabular, Text
from heatline.agent.service import Agent
from heatline.protocol import DoneEvent, FailedEvent, ModelsResult, Prediction
from heatline.wire import decode

Ask = Callable[[str, object], dict[str, Any]]

WORDS = {"<unk>": 0, "good": 1, "bad": 2}


def _served() -> dict[str, Model]:
    torch.manual_seed(0)
    pixels = nn.Sequential(nn.Conv2d(3, 4, 3), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 3))
    words = nn.Sequential(nn.Embedding(3, 4), nn.Flatten(), nn.Linear(4, 2))
    return {
        "picture": Model(pixels, inputs=Image(size=16)),
        "bare": Model(pixels),
        "words": Model(words, inputs=Text(vocabulary=WORDS)),
        "row": Model(nn.Linear(3, 2), inputs=Tabular(columns=["a", "b", "c"])),
    }


@pytest.fixture(scope="module")
def ask() -> Ask:
    """Predicts with a served model and answers the result, or the error under `error`."""
    agent = Agent(served=_served())

    def asked(model: str, sample: object) -> dict[str, Any]:
        job = agent.start("heatline/predict", {"model": {"kind": "named", "name": model}, "sample": sample})
        while not job.finished:
            event = job.step(1000)
        if isinstance(event, FailedEvent):
            return {"error": f"{event.error.message} {event.error.data.next_step}", "kind": event.error.data.kind}
        assert isinstance(event, DoneEvent)
        return event.result

    return asked


def sent(name: str, data: bytes | str) -> dict[str, str]:
    return {"kind": "bytes", "name": name, "data": data if isinstance(data, str) else base64.b64encode(data).decode()}


def array(shape: list[int], data: bytes) -> dict[str, Any]:
    encoded = base64.b64encode(data).decode()
    return {"kind": "array", "name": "x", "dtype": "float32", "shape": shape, "data": encoded}


def png(side: int = 20) -> bytes:
    file = io.BytesIO()
    Pillow.linear_gradient("L").resize((side, side)).convert("RGB").save(file, "PNG")
    return file.getvalue()


def test_an_image_by_value(ask: Ask) -> None:
    found = decode(Prediction, ask("picture", sent("folder/cat.png", png())))
    assert (found.sample, found.inputs, len(found.classes)) == ("cat.png", "image", 3)


def test_a_text_file_by_value(ask: Ask) -> None:
    by_value = ask("words", sent("review.txt", b"good"))
    assert by_value["classes"] == ask("words", {"kind": "text", "text": "good"})["classes"]


def test_an_array_by_value(ask: Ask) -> None:
    found = decode(Prediction, ask("row", array([3], struct.pack("<3f", 1, 2, 3))))
    with torch.no_grad():
        expected: Tensor = _served()["row"].module(torch.tensor([1.0, 2.0, 3.0]))  # type: ignore[assignment]
    assert found.sample == "x"
    assert {entry.index: pytest.approx(entry.logit, abs=1e-5) for entry in found.classes} == dict(
        enumerate(expected.tolist())
    )


@pytest.mark.parametrize(
    ("model", "sample", "complaint"),
    [
        ("gone", {"kind": "text", "text": "a"}, "no model is served as 'gone' Served here: picture, bare, words, row"),
        ("picture", sent("a.png", "!"), "a.png are not base64"),
        ("picture", sent("a.png", b""), "a.png is empty"),
        ("picture", sent("a.png", b"PNG?"), "a.png is not an image"),
        ("picture", sent("a.png", png()[:-40]), "a.png is cut short"),
        # Pillow would start Ghostscript for it.
        ("picture", sent("a.png", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n"), "not an image"),
        ("words", sent("a.txt", b"\xff"), "a.txt is not UTF-8"),
        ("row", array([4], bytes(12)), "x has shape 4 of float32, and 12 bytes"),
        ("row", array([-1, -3], bytes(12)), "has shape"),
        ("row", array([], bytes(4)), "has shape"),
    ],
)
def test_what_cannot_be_read_gets_one_clear_line(ask: Ask, model: str, sample: object, complaint: str) -> None:
    assert complaint in ask(model, sample)["error"]


@pytest.mark.parametrize("model", ["picture", "bare"])
@pytest.mark.parametrize("kind", ["text", "bytes"])
def test_a_text_is_never_taken_for_a_path(ask: Ask, model: str, kind: str, tmp_path: Any) -> None:
    """The core opens the file that a string names; a text that came over the wire must not."""
    path = tmp_path / "secret.png"
    path.write_bytes(png())
    sample = {"kind": "text", "text": str(path)}
    if kind == "bytes":
        sample = sent("a.txt", str(path).encode())
    assert "the model reads images, and a text was given" in ask(model, sample)["error"]


def test_served_models_are_listed() -> None:
    job = Agent(served=_served()).start("heatline/models", {})
    event = job.step(0)
    assert isinstance(event, DoneEvent)
    found = {model.name: model.inputs for model in decode(ModelsResult, event.result).models}
    assert found == {"picture": "image", "bare": "image", "words": "text", "row": "tabular"}
