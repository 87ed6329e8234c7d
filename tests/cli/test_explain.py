"""`heatline explain`: every method, sample, baseline, model and format."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from PIL import Image

import attribution_core
from attribution_core import load
from attribution_core.quadrature import RULES as CORE_RULES
from attribution_core.target import SCORES as CORE_SCORES
from heatline.cli import main
from heatline.cli.options import METHODS, RULES, SCORES

from .conftest import json_of, line_of

PHOTO = ["explain", "models.py:photos", "photo.png"]
REVIEW = ["explain", "models.py:reviews", "a great film"]
ROW = ["explain", "models.py:rows", "table.csv:2"]


def test_the_names_are_those_of_the_core() -> None:
    assert METHODS == attribution_core.METHODS
    assert set(SCORES) == set(CORE_SCORES)
    assert set(RULES) == set(CORE_RULES)


@pytest.mark.parametrize("sample", [PHOTO, REVIEW, ROW], ids=["photo", "text", "row"])
@pytest.mark.parametrize("method", METHODS)
def test_every_method_on_every_kind(
    method: str, sample: list[str], workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    amount = ["--samples", "3"] if method not in ("gradient", "input-x-gradient", "interior", "integrated") else []
    found = json_of([*sample, "--method", method, *amount], capsys)
    assert found["method"] == method
    assert found["gradient_evaluations"] >= (3 if amount else 1)


@pytest.mark.parametrize("score", ["probability", "logit", "log-probability"])
def test_scores(score: str, workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = json_of([*ROW, "--score", score, "--target", "survived", "--steps", "64"], capsys)
    best = next(entry for entry in found["classes"] if entry["label"] == "survived")
    value = {"probability": best["probability"], "logit": best["logit"]}.get(score)
    assert found["target"]["score"] == pytest.approx(
        value if value is not None else torch.tensor(best["probability"]).log()
    )
    assert found["completeness"]["relative_error"] < 0.01


def test_a_difference_of_two_classes(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    each = [json_of([*ROW, "--score", "logit", "--target", name, "--steps", "4"], capsys) for name in ("1", "died")]
    both = json_of([*ROW, "--score", "logit", "--target", "survived", "--minus", "died", "--steps", "4"], capsys)
    assert both["target"]["label"] == "survived rather than died"
    assert both["target"]["score"] == pytest.approx(each[0]["target"]["score"] - each[1]["target"]["score"])
    for column, one, other in zip(both["columns"], each[0]["columns"], each[1]["columns"], strict=True):
        assert column["score"] == pytest.approx(one["score"] - other["score"], abs=1e-6)
    predicted = json_of(["predict", *ROW[1:]], capsys)["classes"][0]["label"]
    other = {"died": "survived", "survived": "died"}[predicted]
    assert json_of([*ROW, "--minus", other], capsys)["target"]["label"] == f"{predicted} rather than {other}"
    assert "the difference of" in line_of([*ROW, "--minus", predicted], capsys)


BASELINES = [
    (PHOTO, "white", "white"),
    (PHOTO, "blurred", "blurred"),
    (PHOTO, "noise", "noise"),
    (PHOTO, "128", "level 128"),
    (PHOTO, "255,0,0", "colour"),
    (PHOTO, "folder/bus/1.png", "another sample"),
    (PHOTO, "mean:folder", "mean of 3 samples"),
    (PHOTO, "dataset:folder", "3 samples of a data set"),
    (PHOTO, "random:folder", "random sample"),
    (REVIEW, "pad", "pad token"),
    (REVIEW, "sample:bad film", "another sample"),
    (REVIEW, "reviews.csv:3", "another sample"),
    (REVIEW, "random:reviews.csv", "random sample"),
    (["explain", "models.py:reviews", "bad film"], "@review.txt", "another sample"),
    (ROW, "mean", "column means, no category"),
    (ROW, "table.csv:1", "another sample"),
    (ROW, "mean:table.csv", "mean of 3 samples"),
    (ROW, "dataset:table.csv", "3 samples of a data set"),
]


@pytest.mark.parametrize(("sample", "baseline", "name"), BASELINES, ids=[name for _, name, _ in BASELINES])
def test_baselines(
    sample: list[str], baseline: str, name: str, workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert json_of([*sample, "--baseline", baseline, "--steps", "2"], capsys)["baseline"] == name


def test_numbers_of_a_row(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = json_of([*ROW, "--score", "logit"], capsys)
    assert [(column["name"], column["value"]) for column in found["columns"]] == [("age", "41"), ("sex", "male")]
    total = sum(column["score"] for column in found["columns"])
    assert total == pytest.approx(found["completeness"]["total"], abs=1e-6)
    assert len(found["path"]["scales"]) == len(found["path"]["scores"]) > 2
    assert "columns" not in json_of(REVIEW, capsys)


def test_the_value_of_a_regression_is_explained_and_has_no_probability(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = json_of(["explain", "models.py:fares", "table.csv:1"], capsys)
    assert found["score"] == "value"
    assert found["classes"][0]["probability"] is None
    assert json_of(["predict", "models.py:fares", "table.csv:1"], capsys)["classes"][0]["probability"] is None
    assert main(["predict", "models.py:fares", "table.csv:1"]) == 0
    assert capsys.readouterr().out.split() == [f"{found['target']['score']:.4g}", "value"]


@pytest.mark.parametrize(
    ("sample", "said"),
    [
        ("reviews.csv:2", "not a great film"),
        ("@review.txt", "a great film"),
        ("missing.csv:3 bad", "missing.csv:3 bad"),
    ],
)
def test_a_text_by_row_by_file_and_by_value(
    sample: str, said: str, workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert json_of(["explain", "models.py:reviews", sample], capsys)["text"] == said


def test_a_column_is_named_where_none_has_a_usual_name(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (workspace / "odd.csv").write_text("what,who\nnot bad,me\n")
    sample = ["explain", "models.py:reviews", "odd.csv:1"]
    assert "(--text-column)" in line_of(sample, capsys)
    assert json_of([*sample, "--text-column", "what"], capsys)["text"] == "not bad"


def test_a_photo_that_a_row_names(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (workspace / "folder" / "photos.csv").write_text("file,label\nrose/0.png,rose\n")
    by_row = json_of(["explain", "models.py:photos", "folder/photos.csv:1", "--steps", "2"], capsys)
    by_name = json_of(["explain", "models.py:photos", "folder/rose/0.png", "--steps", "2"], capsys)
    assert by_row["scores"] == by_name["scores"]


@pytest.mark.parametrize("form", ["weights", "TorchScript", "torch.export", "pyproject"])
def test_models_in_every_form(form: str, workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    expected = json_of([*PHOTO, "--steps", "2"], capsys)
    models = attribution_core.load_model("models.py:net", workspace)
    assert isinstance(models.module, torch.nn.Module)
    if form == "weights":
        torch.save(models.module.state_dict(), "w.pt")
        spec = "w.pt@models.py:photos"
    elif form == "TorchScript":
        torch.jit.trace(models.module, torch.zeros(1, 3, 16, 16)).save("net.pt")  # type: ignore[no-untyped-call]
        spec = "net.pt"
    elif form == "torch.export":
        torch.export.save(torch.export.export(models.module, (torch.zeros(1, 3, 16, 16),)), "net.pt2")
        spec = "net.pt2"
    else:
        (workspace / "pyproject.toml").write_text(
            '[tool.heatline.models.pets]\nfactory = "models.py:net"\nlabels = ["a", "b", "c"]\n'
            'inputs = { kind = "image", size = 16 }\n'
        )
        spec = "pets"
    found = json_of(["explain", spec, "photo.png", "--steps", "2"], capsys)
    if spec.startswith("net.pt"):
        side = 16 if form == "torch.export" else 32  # a file says little of its preprocessing
        assert found["notes"][0].startswith(f"Assumed: {side}x")
    else:
        assert torch.allclose(torch.tensor(found["scores"]), torch.tensor(expected["scores"]), atol=1e-6)
    labels = {"weights": ["tabby, tabby cat", "rose", "bus"], "pyproject": ["a", "b", "c"]}
    assert {entry["label"] for entry in found["classes"]} == set(labels.get(form, ["class 0", "class 1", "class 2"]))


def test_a_pickled_model_is_opened_on_trust_only(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    torch.save(torch.nn.Sequential(torch.nn.Conv2d(3, 2, 9), torch.nn.AdaptiveAvgPool2d(1), torch.nn.Flatten()), "m.pt")
    assert "may run code when it is opened" in line_of(["predict", "m.pt", "photo.png"], capsys)
    assert main(["predict", "m.pt", "photo.png", "--trust"]) == 0


@pytest.mark.parametrize("show", ["magnitude", "signed", "pixels"])
def test_what_is_shown_is_painted(show: str, workspace: Path) -> None:
    assert main([*PHOTO, "--steps", "2", "--show", show, "--out", "shown.png"]) == 0
    assert main([*PHOTO, "--steps", "2", "--out", "usual.png"]) == 0
    same = (workspace / "shown.png").read_bytes() == (workspace / "usual.png").read_bytes()
    assert same is (show == "magnitude") or show == "magnitude"  # the time that it took is in the picture


@pytest.mark.parametrize("sample", [PHOTO, REVIEW, ROW], ids=["photo", "text", "row"])
@pytest.mark.parametrize("name", ["way.gif", "way.webp"])
def test_the_way_from_the_baseline_moves(
    name: str, sample: list[str], workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*sample, "--method", "interior", "--steps", "5", "--out", name]) == 0
    with Image.open(workspace / name) as picture:
        assert picture.format == name.rpartition(".")[2].upper()
        assert getattr(picture, "n_frames", 1) == 5
    capsys.readouterr()
    assert "Add --method interior." in line_of([*sample, "--out", name], capsys)


def test_arrays_in_a_file(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = json_of([*PHOTO, "--steps", "3", "--out", "found.npz"], capsys)
    again = load("found.npz")
    assert isinstance(again, attribution_core.ImageAttribution)
    assert again.signed.tolist() == found["scores"]
    assert again.target.label == found["target"]["label"]


BROWSER = """
import os, sys
from pathlib import Path
Path(os.environ["SEEN"]).write_text(sys.argv[1])
"""


@pytest.mark.parametrize("out", [["--out", "page.html"], []])
def test_a_picture_is_opened(out: list[str], workspace: Path) -> None:
    (workspace / "browser.py").write_text(BROWSER)
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join(sys.path),
        "BROWSER": f"{sys.executable} {workspace / 'browser.py'} %s",
        "SEEN": str(workspace / "seen.txt"),
        "TMPDIR": str(workspace),
    }
    command = [sys.executable, "-m", "heatline", *REVIEW, "--steps", "2", *out, "--open"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=100)
    assert done.returncode == 0, done.stderr
    seen = (workspace / "seen.txt").read_text()
    assert seen.startswith("file:///")
    assert seen.endswith("page.html" if out else "explanation.html")
    assert Path(seen.removeprefix("file://")).read_text(encoding="utf-8").startswith("<!doctype html>")


@pytest.mark.parametrize("argument", [["--seed", "1"], ["--device", "cpu"], ["--rule", "trapezoid", "--steps", "3"],
                                      ["--tolerance", "0.2"]], ids=lambda part: part[0])  # fmt: skip
def test_options_reach_the_core(argument: list[str], workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = json_of([*PHOTO, *argument], capsys)
    said = {"--seed": found["seed"], "--device": found["device"], "--rule": found["plan"]["rule"]}
    if argument[0] in said:
        assert str(said[argument[0]]) == argument[1]
    else:
        assert found["gradient_evaluations"] < json_of(PHOTO, capsys)["gradient_evaluations"]


def test_smoothgrad_has_its_options(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    options = ["--method", "smoothgrad", "--samples", "2", "--noise", "0.3", "--over", "integrated", "--steps", "3"]
    plan = json_of([*PHOTO, *options], capsys)["plan"]
    assert (plan["samples"], plan["noise"], plan["over"], len(plan["points"])) == (2, 0.3, "integrated", 3)
