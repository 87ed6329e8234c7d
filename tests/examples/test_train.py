"""The examples: they learn what they claim to, and their explanations point at the right things."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from attribution_core import (
    Attribution,
    ImageAttribution,
    TabularAttribution,
    TextAttribution,
    average,
    explain,
    load_model,
    read_row,
)

EXAMPLES = Path(__file__).parents[2] / "examples"
FACTORIES = ["photo_model", "digit_model", "review_model", "wine_model"]


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The examples with weights and samples: as `make` trained them, or trained here."""
    if (EXAMPLES / "weights" / "accuracy.json").exists():
        return EXAMPLES
    folder = tmp_path_factory.mktemp("examples")
    (folder / "models.py").write_bytes((EXAMPLES / "models.py").read_bytes())
    run = subprocess.run(
        [sys.executable, str(EXAMPLES / "train.py"), str(folder)], capture_output=True, text=True, timeout=600
    )
    assert run.returncode == 0, run.stderr
    return folder


def explained(folder: Path, factory: str, sample: str | Path, target: str | None = None) -> Attribution:
    torch.set_num_threads(2)
    return explain(load_model(f"{folder / 'models.py'}:{factory}"), sample, target=target)


@pytest.mark.timeout(600)
def test_the_four_models_learn(trained: Path) -> None:
    reached = json.loads((trained / "weights" / "accuracy.json").read_text())
    assert reached["reviews"] > 0.85  # sentences written by hand, none of them trained on
    assert reached["digits"] > 0.95
    assert reached["wines"] > 0.9
    assert reached["photos"] > 0.9


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("The acting was brilliant, but the plot is boring and far too long.", "negative"),
        ("The hotel was not bad at all.", "positive"),
        ("A charming, witty film, and not boring for a second.", "positive"),
        ("The waiter was friendly, but the soup was cold and tasteless.", "negative"),
        ("Brilliant acting cannot save this boring story.", "negative"),
        ("I did not like the food.", "negative"),
    ],
)
def test_reviews_with_negations_are_understood(trained: Path, text: str, label: str) -> None:
    assert explained(trained, "review_model", text).target.label == label


def test_words_speak_for_and_against(trained: Path) -> None:
    text = "The acting was brilliant, but the plot is boring and far too long."
    found = explained(trained, "review_model", text, target="negative")
    assert isinstance(found, TextAttribution)
    scores = {word.text: word.score for word in found.words}
    assert scores["boring"] > 0 > scores["brilliant"]
    assert scores["too"] > 0
    strongest = sorted(scores, key=lambda word: -abs(scores[word]))[:3]
    assert set(strongest) <= {"brilliant", "boring", "far", "too", "long"}


def test_the_petals_are_what_makes_it_a_flower(trained: Path) -> None:
    found = explained(trained, "photo_model", trained / "samples" / "flower.jpg")
    assert isinstance(found, ImageAttribution)
    assert found.target.label == "flower"
    heat = found.magnitude
    height, width = heat.shape
    rows, columns = torch.meshgrid(torch.arange(height) / height, torch.arange(width) / width, indexing="ij")
    # The two flowers of the photo, as fractions of it.
    petals = ((columns - 0.48) / 0.23) ** 2 + ((rows - 0.52) / 0.34) ** 2 < 1
    petals |= (rows > 0.85) & (columns > 0.44) & (columns < 0.75)
    assert heat[petals].sum() / heat.sum() > 0.7  # of a third of the photo


def test_a_wine_is_told_by_its_columns(trained: Path) -> None:
    row = read_row(trained / "samples" / "wines.csv", 31)
    found = explain(load_model(f"{trained / 'models.py'}:wine_model"), row)
    assert isinstance(found, TabularAttribution)
    assert isinstance(row, dict)
    assert found.target.label == row["label"] == "Barbera"
    assert {column.name for column in found.columns} == set(row) - {"label"}
    strongest = max(found.columns, key=lambda column: column.score)
    assert strongest.name == "flavanoids"  # Barbera has few of them


def test_words_of_the_table_of_reviews_have_the_signs_that_they_should(trained: Path) -> None:
    found = average(load_model(f"{trained / 'models.py'}:review_model"), trained / "samples" / "reviews.csv", limit=300)
    averages = {entry.name: entry.average for entry in found.ranked("positive", least=1)}
    assert averages["best"] > 0 > averages["worst"]
    assert found.accuracy is not None
    assert found.accuracy > 0.95


@pytest.mark.parametrize("factory", FACTORIES)
def test_missing_weights_are_said_with_the_command_that_makes_them(tmp_path: Path, factory: str) -> None:
    (tmp_path / "models.py").write_bytes((EXAMPLES / "models.py").read_bytes())
    with pytest.raises(Exception, match=r"python examples/train\.py"):
        load_model(f"{tmp_path / 'models.py'}:{factory}")


@pytest.mark.parametrize("factory", FACTORIES)
def test_factories_are_short(factory: str) -> None:
    source = (EXAMPLES / "models.py").read_text(encoding="utf-8")
    body = source.split(f"def {factory}()")[1].split("\n\n\n")[0]
    assert len(body.splitlines()) < 20
