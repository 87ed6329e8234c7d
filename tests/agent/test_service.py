"""What the agent answers and keeps: comparisons, averages, files, models that changed, requests that come again."""

from __future__ import annotations

import base64
import io
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image as Pillow

from attribution_core import GlobalAverage, load
from heatline.agent.models import Models
from heatline.agent.service import Agent
from heatline.protocol import Average, Comparison, DoneEvent, Explanation, FailedEvent, JobEvent
from heatline.wire import decode

from .workspace import write

PHOTO = {"kind": "file", "path": "photo.png"}


class Asking:
    """An agent in a workspace, asked until it answers."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.agent = Agent()
        self.result("heatline/initialize", {"version": "0", "protocol": 1, "root": str(root)})

    def events(self, method: str, params: dict[str, Any], budget_ms: float = 0) -> list[JobEvent]:
        job = self.agent.start(method, params)
        found = [job.step(budget_ms)]
        while not job.finished:
            found.append(job.step(budget_ms))
        return found

    def result(self, method: str, params: dict[str, Any]) -> dict[str, Any]:
        event = self.events(method, params, 1000)[-1]
        assert isinstance(event, DoneEvent), event
        return event.result

    def error(self, method: str, params: dict[str, Any]) -> str:
        event = self.events(method, params)[-1]
        assert isinstance(event, FailedEvent), event
        assert event.error.data.kind == "bad-input"
        return f"{event.error.message} {event.error.data.next_step}"


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asking]:
    yield Asking(write(tmp_path_factory.mktemp("workspace")))
    sys.modules.pop("models", None)


@pytest.fixture
def asking(tmp_path: Path) -> Iterator[Asking]:
    """One whose workspace the test may change."""
    yield Asking(write(tmp_path))
    sys.modules.pop("models", None)


def factory(name: str, **more: Any) -> dict[str, Any]:
    return {"model": {"kind": "factory", "spec": f"models.py:{name}"}, **more}


def text(value: str = "a good film") -> dict[str, Any]:
    return {"kind": "text", "text": value}


# ---------------------------------------------------------------- streaming


def test_the_first_picture_is_one_gradient_and_the_last_is_final(shared: Asking) -> None:
    events = shared.events("heatline/explain", factory("picture", sample=PHOTO, job="streamed"))
    pictures = [event.update.explanation for event in events if event.kind == "update"]
    assert (pictures[0].gradient_evaluations, pictures[0].plan.points) == (1, [1.0])
    spent = [picture.gradient_evaluations for picture in pictures]
    assert spent == sorted(set(spent))
    assert {picture.status for picture in pictures} == {"preview"}
    assert isinstance(events[-1], DoneEvent)
    assert events[-1].result["status"] == "final"


# ---------------------------------------------------------------- comparisons


def test_a_comparison_has_each_target_of_each_method(shared: Asking) -> None:
    asked = factory(
        "picture",
        sample=PHOTO,
        methods=["input-x-gradient", "integrated"],
        targets=["cat", ["dog", "bird"]],
        job="compared",
        steps=8,
    )
    events = shared.events("heatline/compare", asked)
    assert isinstance(events[-1], DoneEvent)
    found = decode(Comparison, events[-1].result).explanations
    assert [(each.method, each.target.label) for each in found] == [
        ("input-x-gradient", "cat"),
        ("input-x-gradient", "dog rather than bird"),
        ("integrated", "cat"),
        ("integrated", "dog rather than bird"),
    ]
    updates = [event.update for event in events if event.kind == "update"]
    assert [update.seq for update in updates] == list(range(len(updates)))
    assert {update.index for update in updates} == {2, 3}
    for update in updates:
        place = found[update.index]
        assert (update.explanation.method, update.explanation.target.label) == (place.method, place.target.label)


def test_a_method_is_compared_once(shared: Asking) -> None:
    asked = factory("picture", sample=PHOTO, methods=["gradient", "gradient"])
    assert "named twice" in shared.error("heatline/compare", asked)


# ---------------------------------------------------------------- averages


def test_an_average_of_texts_ranks_words(shared: Asking) -> None:
    rows = [("good film", "positive"), ("a bad film", "negative"), ("good a", "positive")] * 6
    table = "".join(f"{sentence},{label}\n" for sentence, label in rows)
    (shared.root / "reviews.csv").write_text("text,label\n" + table)
    asked = factory("sentiment", data={"kind": "file", "path": "reviews.csv"}, job="averaged")
    found = decode(Average, shared.result("heatline/average", asked))
    assert (found.samples, found.kind) == (18, "text")
    assert found.accuracy is not None
    positive = next(each for each in found.classes if each.label == "positive")
    words = {feature.name: feature for feature in positive.features}
    assert words["good"].average > 0 > words["bad"].average
    assert words["bad"].count == 6
    again = shared.result(
        "heatline/average", {**asked, "plan": {"sizes": found.plan.sizes, "window": found.plan.window}}
    )
    assert [each.features for each in decode(Average, again).classes] == [each.features for each in found.classes]


def test_an_average_of_images_is_a_map_for_each_class(shared: Asking) -> None:
    folder = shared.root / "photos"
    folder.mkdir()
    for i in range(3):
        Pillow.new("RGB", (32, 32), (40 * i, 90, 200)).save(folder / f"{i}.png")
    found = decode(
        Average, shared.result("heatline/average", factory("picture", data={"kind": "file", "path": "photos"}))
    )
    assert found.maps is not None
    assert found.maps.shape == [3, 32, 32]
    assert [each.features for each in found.classes] == [[], [], []]


@pytest.mark.parametrize("sizes", [[], [[1, 4]], [[0, 0]], [[0]], [[0, 4], [0, 8]]])
def test_plans_that_no_average_has_are_refused(shared: Asking, sizes: list[list[int]]) -> None:
    asked = factory("picture", data={"kind": "file", "path": "photos"}, plan={"sizes": sizes})
    assert "sizes of micro-batches" in shared.error("heatline/average", asked)


# ---------------------------------------------------------------- files


def exported(asking: Asking, **params: Any) -> tuple[str, bytes]:
    found = asking.result("heatline/export", params)
    return found["name"], base64.b64decode(found["data"])


def test_an_explanation_in_every_form(shared: Asking) -> None:
    explained = shared.result(
        "heatline/explain", factory("picture", sample=PHOTO, method="interior", target="cat", steps=6, job="e")
    )
    name, png = exported(shared, job="e", format="png", max_width=500)
    assert name == "picture-photo.png-cat-interior.png"
    assert Pillow.open(io.BytesIO(png)).width <= 500
    assert getattr(Pillow.open(io.BytesIO(exported(shared, job="e", format="gif")[1])), "n_frames", 1) == 6
    assert b"<script" not in exported(shared, job="e", format="html")[1]
    (shared.root / "e.npz").write_bytes(exported(shared, job="e", format="npz")[1])
    full = decode(Explanation, json.loads(exported(shared, job="e", format="json")[1]))
    saved = load(shared.root / "e.npz")
    assert full.picture.kind == "image"
    assert full.picture.signed.dtype == "float32"
    numbers = torch.frombuffer(bytearray(base64.b64decode(full.picture.signed.data)), dtype=torch.float32)
    assert torch.equal(numbers.reshape(32, 32), saved.scores.sum(0))
    assert explained["picture"]["signed"]["dtype"] == "int16"
    assert full.path is not None
    assert full.path.maps is not None
    assert full.path.maps.shape == [6, 32, 32]


def test_a_comparison_is_exported_whole_or_one_of_it(shared: Asking) -> None:
    asked = factory("picture", sample=PHOTO, targets=["cat", "dog"], steps=4, job="c")
    shared.result("heatline/compare", asked)
    assert exported(shared, job="c", format="png")[0] == "picture-photo.png-comparison.png"
    assert exported(shared, job="c", format="npz", index=1)[0] == "picture-photo.png-dog-integrated.npz"
    assert len(json.loads(exported(shared, job="c", format="json")[1])["explanations"]) == 2
    assert "no npz" in shared.error("heatline/export", {"job": "c", "format": "npz"})
    assert "among 2" in shared.error("heatline/export", {"job": "c", "format": "png", "index": 2})


def test_an_average_is_exported(shared: Asking) -> None:
    shared.result("heatline/average", factory("picture", data={"kind": "file", "path": "photos"}, job="a"))
    (shared.root / "a.npz").write_bytes(exported(shared, job="a", format="npz")[1])
    assert GlobalAverage.load(shared.root / "a.npz").samples == 3
    assert exported(shared, job="a", format="png")[1].startswith(b"\x89PNG")
    assert b"picture" in exported(shared, job="a", format="html")[1]
    assert decode(Average, json.loads(exported(shared, job="a", format="json")[1])).samples == 3
    assert "no gif of an average" in shared.error("heatline/export", {"job": "a", "format": "gif"})


def test_without_interior_maps_there_is_no_moving_picture(shared: Asking) -> None:
    shared.result("heatline/explain", factory("picture", sample=PHOTO, method="gradient", job="g"))
    assert "interior" in shared.error("heatline/export", {"job": "g", "format": "gif"})
    assert "pixels wide" in shared.error("heatline/export", {"job": "g", "format": "png", "max_width": 10**9})


# ---------------------------------------------------------------- requests that come again


def test_an_equal_request_is_answered_at_once(asking: Asking) -> None:
    asked = factory("picture", sample=PHOTO, steps=4)
    first = asking.events("heatline/explain", asked)
    again = asking.events("heatline/explain", {**asked, "job": "another"})
    assert len(first) > 2
    assert [event.kind for event in again] == ["done"]
    assert isinstance(first[-1], DoneEvent)
    assert isinstance(again[-1], DoneEvent)
    assert again[-1].result == first[-1].result
    assert exported(asking, job="another", format="png")[1]


@pytest.mark.parametrize("change", ["settings", "sample", "model", "checkpoint", "imported module"])
def test_what_changed_is_computed_anew(asking: Asking, change: str, monkeypatch: pytest.MonkeyPatch) -> None:
    root = asking.root
    (root / "words.py").write_text("LABELS = ['negative', 'positive']\n")
    torch.save({"bias": torch.zeros(2)}, root / "bias.pt")
    with (root / "models.py").open("a") as source:
        source.write(
            "\n\nfrom words import LABELS\n\n\ndef changing():\n    model = Sentiment()\n"
            "    with torch.no_grad():\n        model.out.bias.copy_(torch.load('bias.pt')['bias'])\n"
            "    return Model(model, inputs=Text(vocabulary=WORDS), labels=LABELS)\n"
        )
    monkeypatch.chdir(root)
    (root / "review.txt").write_text("a good film")
    asked = factory("changing", sample={"kind": "file", "path": "review.txt"})
    before = asking.result("heatline/predict", asked)
    assert [event.kind for event in asking.events("heatline/predict", asked)] == ["done"]
    if change == "settings":
        asked["top"] = 1
    elif change == "sample":
        (root / "review.txt").write_text("a fine film")
    elif change == "model":
        (root / "models.py").write_text((root / "models.py").read_text().replace("[2.0, 0", "[3.0, 0"))
    elif change == "checkpoint":
        torch.save({"bias": torch.tensor([0.0, 3.0])}, root / "bias.pt")
    else:
        (root / "words.py").write_text("LABELS = ['minus', 'plus']\n")
    events = asking.events("heatline/predict", asked)
    assert len(events) > 1
    assert isinstance(events[-1], DoneEvent)
    assert events[-1].result["classes"] != before["classes"]
    sys.modules.pop("words", None)


def test_a_module_that_was_mended_is_read_again(asking: Asking) -> None:
    (asking.root / "parts.py").write_text("1 / 0\n")
    (asking.root / "models.py").write_text("from parts import make\n")
    event = asking.events("heatline/predict", factory("make", sample=text()))[-1]
    assert isinstance(event, FailedEvent)
    assert event.error.data.kind == "user-code"
    (asking.root / "parts.py").write_text("from torch import nn\n\ndef make(): return nn.Linear(2, 2)\n")
    row = {"kind": "row", "values": [1.0, 2.0]}
    assert asking.result("heatline/predict", factory("make", sample=row))["classes"]
    sys.modules.pop("parts", None)


# ---------------------------------------------------------------- models in memory


def test_models_are_kept_within_their_budget(tmp_path: Path) -> None:
    source = "from torch import nn\n" + "".join(f"def m{i}(): return nn.Linear(1000, 250)\n" for i in range(4))
    (tmp_path / "nets.py").write_text(source)
    models = Models(budget=2_500_000)  # two of 1 MB each
    first = models.get("nets.py:m0", tmp_path)
    assert models.get("nets.py:m0", tmp_path) is first
    models.get("nets.py:m1", tmp_path)
    assert models.get("nets.py:m0", tmp_path) is first
    models.get("nets.py:m2", tmp_path)  # m1 was used longest ago
    assert models.get("nets.py:m0", tmp_path) is first
    generation = models.generation("nets.py:m1", tmp_path)
    assert generation is not None
    models.get("nets.py:m1", tmp_path)
    assert models.generation("nets.py:m1", tmp_path) != generation
    small = Models(budget=10)
    assert small.get("nets.py:m3", tmp_path) is small.get("nets.py:m3", tmp_path)
    sys.modules.pop("nets", None)
