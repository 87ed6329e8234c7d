"""The agent as a real subprocess: answers, progress, cancel, and every way a model can misbehave."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from heatline._version import __version__
from heatline.framing import frame
from heatline.protocol import PROTOCOL, Explanation, Prediction
from heatline.wire import decode

from .rpc import Client, agent
from .workspace import write


def factory(name: str) -> dict[str, str]:
    return {"kind": "factory", "spec": f"models.py:{name}"}


def text(value: str) -> dict[str, str]:
    return {"kind": "text", "text": value}


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    with agent(write(tmp_path_factory.mktemp("workspace"))) as client:
        yield client


@pytest.fixture
def own_client(tmp_path: Path) -> Iterator[Client]:
    """An agent that the test may ruin."""
    with agent(write(tmp_path)) as client:
        yield client


def explain(name: str, sample: Mapping[str, object], **more: object) -> dict[str, Any]:
    return {"model": factory(name), "sample": sample, **more}


def test_initialize_says_who_answers(client: Client) -> None:
    found = client.result("heatline/initialize", {"version": __version__, "protocol": PROTOCOL})
    assert found["version"] == __version__
    assert found["torch"]
    assert found["devices"][-1] == "cpu"


def test_another_protocol_is_refused_in_one_line(client: Client) -> None:
    error = client.call("heatline/initialize", {"version": "9.0", "protocol": 999})["error"]
    assert error["data"]["kind"] == "version"
    assert "client heatline 9.0 speaks protocol 999" in error["message"]


def test_predict(client: Client) -> None:
    found = client.result("heatline/predict", {"model": factory("sentiment"), "sample": text("a good film")})
    prediction = decode(Prediction, found)
    assert prediction.classes[0].label == "positive"
    assert sum(entry.probability or 0.0 for entry in prediction.classes[:2]) == pytest.approx(1.0)


def test_explain_text(client: Client) -> None:
    found = client.result("heatline/explain", explain("sentiment", text("a good, not bad film")))
    explanation = decode(Explanation, found)
    assert explanation.picture.kind == "text"
    words = {word.text: word.score for word in explanation.picture.words}
    assert words["good"] > 0 > words["bad"]
    assert explanation.completeness is not None
    assert explanation.completeness.relative_error < 1e-3
    for word in explanation.picture.words:
        assert explanation.picture.text[word.start : word.end] == word.text


def test_explain_image(client: Client) -> None:
    found = client.result("heatline/explain", explain("picture", {"kind": "file", "path": "photo.png"}))
    picture = decode(Explanation, found).picture
    assert picture.kind == "image"
    assert (picture.photo.width, picture.photo.height) == (60, 40)
    assert picture.signed.shape == [32, 32]


def test_explain_the_difference_of_two_classes_along_a_path(client: Client) -> None:
    asked = explain("sentiment", text("a good film"), method="interior", target=["positive", "negative"], score="logit")
    found = decode(Explanation, client.result("heatline/explain", asked))
    assert found.picture.kind == "text"
    assert found.target.against is not None
    assert found.path is not None
    assert found.path.maps is not None
    assert found.path.maps.shape == [len(found.path.map_scales), len(found.picture.tokens)]
    assert len(found.path.scores) == len(found.path.scales) > 4


def test_progress_and_previews_come_before_the_result(client: Client) -> None:
    client.notes.clear()
    found = client.result("heatline/explain", explain("slow", text("a good film"), job="j1", steps=64))
    progress = [n["params"]["value"] for n in client.notes if n["method"] == "$/progress"]
    updates = [n["params"] for n in client.notes if n["method"] == "heatline/update"]
    assert all(n["params"].get("token", "j1") == "j1" for n in client.notes)
    percentages = [p["percentage"] for p in progress]
    assert percentages == sorted(percentages)
    assert len(set(percentages)) > 2
    assert [u["seq"] for u in updates] == list(range(len(updates)))
    assert updates
    assert all(u["explanation"]["status"] == "preview" for u in updates)
    assert found["status"] == "final"
    assert found["plan"]["points"]


def test_static_forms_of_a_remembered_result(client: Client) -> None:
    client.result("heatline/explain", explain("picture", {"kind": "file", "path": "photo.png"}, job="p1"))
    static = client.result("heatline/static", {"job": "p1"})
    assert static["png"]
    assert "<script" not in static["html"]
    assert client.call("heatline/static", {"job": "never"})["error"]["data"]["kind"] == "stale-handle"


def test_cancel_is_answered_within_a_step_and_others_go_on(client: Client) -> None:
    long = client.send("heatline/explain", explain("slow", text("a good film"), steps=5000))
    other = client.send("heatline/predict", {"model": factory("sentiment"), "sample": text("bad")})
    assert client.wait(other)["result"]["classes"][0]["label"] == "negative"
    client.raw(frame({"jsonrpc": "2.0", "method": "$/cancelRequest", "params": {"id": long}}))
    answer = client.wait(long)
    assert answer["error"]["code"] == -32800
    assert client.result("heatline/models")["models"]


def test_two_jobs_take_turns(client: Client) -> None:
    client.notes.clear()
    first = client.send("heatline/explain", explain("slow", text("good"), job="a", steps=40))
    second = client.send("heatline/explain", explain("slow", text("bad"), job="b", steps=40))
    answers = [client.wait(first), client.wait(second)]
    order = [n["params"]["token"] for n in client.notes if n["method"] == "$/progress"]
    assert "b" in order[: len(order) // 2], "the second job waited for the whole of the first"
    assert [a["result"]["picture"]["text"] for a in answers] == ["good", "bad"]


def test_what_a_model_prints_goes_to_the_log(own_client: Client, tmp_path: Path) -> None:
    own_client.result("heatline/predict", {"model": factory("noisy"), "sample": text("good")})
    own_client.result("heatline/models")
    log = (tmp_path / "agent.log").read_text()
    assert "printed by the model" in log
    assert "written by the model" in log


@pytest.mark.parametrize(
    ("params", "kind", "complaint"),
    [
        (explain("raises", text("good")), "user-code", "weights are missing"),
        (explain("exits", text("good")), "user-code", "SystemExit"),
        (explain("sentimant", text("good")), "bad-input", "sentiment"),
        (explain("sentiment", text("")), "bad-input", "empty"),
        (explain("sentiment", text("good"), target="positiv"), "bad-input", "positive"),
        (explain("sentiment", text("good"), target=["positive"]), "bad-input", "target of 1 classes"),
        (explain("sentiment", text("good"), steps=0), "bad-input", "steps"),
        (explain("picture", {"kind": "file", "path": "models.py"}), "bad-input", "models.py"),
        (explain("picture", {"kind": "file", "path": "gone.png"}), "bad-input", "gone.png"),
        ({"model": {"kind": "factory", "spec": "none.py:f"}, "sample": text("good")}, "bad-input", "none.py"),
    ],
)
def test_bad_input_gets_one_clear_line(client: Client, params: dict[str, Any], kind: str, complaint: str) -> None:
    error = client.call("heatline/explain", params)["error"]
    assert error["data"]["kind"] == kind, error
    assert complaint in error["message"] + error["data"]["next_step"]
    assert "\n" not in error["message"]
    assert client.result("heatline/models")["models"]


@pytest.mark.parametrize(
    ("message", "code"),
    [
        (b"Content-Length: 1\r\n\r\n{", -32700),
        (frame({"jsonrpc": "2.0", "id": {}, "method": "heatline/models"}), -32600),
        (frame({"jsonrpc": "2.0", "id": 900, "method": "magic"}), -32601),
        (frame({"jsonrpc": "2.0", "id": 901, "method": "heatline/explain", "params": []}), -32602),
    ],
)
def test_malformed_messages_cost_only_themselves(client: Client, message: bytes, code: int) -> None:
    client.raw(message)
    assert client.next()["error"]["code"] == code
    assert client.result("heatline/models")["models"]


def test_a_changed_factory_is_loaded_anew(own_client: Client, tmp_path: Path) -> None:
    params = {"model": factory("sentiment"), "sample": text("good")}
    assert own_client.result("heatline/predict", params)["classes"][0]["label"] == "positive"
    source = (tmp_path / "models.py").read_text()
    (tmp_path / "models.py").write_text(source.replace('"negative", "positive"', '"minus", "plus"'))
    assert own_client.result("heatline/predict", params)["classes"][0]["label"] == "plus"


def test_the_process_ends_with_its_client_also_in_a_step_that_hangs(tmp_path: Path) -> None:
    with agent(write(tmp_path)) as client:
        client.send("heatline/explain", explain("hangs", text("good")))
        while "hanging" not in (tmp_path / "agent.log").read_text():
            time.sleep(0.1)
        client.input.close()
        assert client.process.wait(30) == 1


@pytest.mark.parametrize("asked", [{}, {"method": "smoothgrad", "samples": 5, "noise": 0.2, "seed": 3}, {"steps": 7}])
def test_a_plan_repeats_the_computation_to_the_bit(client: Client, asked: dict[str, Any]) -> None:
    params = explain("picture", {"kind": "file", "path": "photo.png"}, target="dog")
    found = client.result("heatline/explain", {**params, **asked})
    again = client.result("heatline/explain", {**params, "plan": found["plan"]})
    assert again["picture"]["signed"] == found["picture"]["signed"]
    assert again["plan"]["points"] == found["plan"]["points"]


@pytest.mark.parametrize(
    "change",
    [{"order": [99]}, {"weights": []}, {"steps": [{"count": 10**9, "points": 1}]}, {"steps": []}, {"method": "magic"}],
)
def test_plans_that_no_result_has_are_refused(client: Client, change: dict[str, Any]) -> None:
    params = explain("sentiment", text("good"), steps=3)
    plan = client.result("heatline/explain", params)["plan"]
    error = client.call("heatline/explain", {**params, "plan": {**plan, **change}})["error"]
    assert error["data"]["kind"] == "bad-input"
    assert "plan" in error["message"]


def test_rows_come_by_value_or_from_a_table(client: Client) -> None:
    (Path(client.root) / "rows.csv").write_text("age,height\n30,170\n50,180\n")
    row: dict[str, Any] = {"kind": "row", "values": {"age": 50, "height": "180"}}
    found = client.result("heatline/explain", explain("person", row, steps=4))
    assert [column["name"] for column in found["picture"]["columns"]] == ["age", "height"]
    line = {"kind": "file", "path": "rows.csv", "row": 2}
    file = client.result("heatline/explain", explain("person", line, steps=4))
    assert [c["score"] for c in found["picture"]["columns"]] == [c["score"] for c in file["picture"]["columns"]]
