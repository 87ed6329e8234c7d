"""An agent without a language server finds models and samples by itself: in its folder, by parsing."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from heatline.agent.failures import Refusal
from heatline.agent.workspace import models_of, samples_of
from heatline.source import module

from .rpc import Client, agent
from .workspace import write

PYPROJECT = """
[tool.heatline.models.pets]
factory = "models.py:picture"
inputs = { kind = "image", size = 32 }
"""
NOTES = '''"""No sample: a docstring."""
open("ran", "w")
REVIEW = "a good film, not bad"
WORD = "good"
'''


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = write(tmp_path_factory.mktemp("workspace"))
    (root / "pyproject.toml").write_text(PYPROJECT)
    (root / "notes.py").write_text(NOTES)
    (root / "inner").mkdir()
    (root / "inner" / "review.txt").write_text("a bad film")
    return root


@pytest.fixture(scope="module")
def client(root: Path) -> Iterator[Client]:
    with agent(root) as client:
        yield client
    assert not (root / "ran").exists(), "something of the folder was run"


def test_the_models_of_the_folder_can_be_given_back(client: Client) -> None:
    models = client.result("heatline/models")["models"]
    pets = models[0]
    assert (pets["name"], pets["inputs"], pets["origin"]) == ("pets", "image", "configured")
    found = {model["name"]: model for model in models[1:]}
    assert {"sentiment", "picture", "person"} <= set(found)
    assert (found["sentiment"]["inputs"], found["sentiment"]["origin"]) == ("text", "source")
    for model, kind in ((found["sentiment"], "text"), (pets, "image")):
        samples = client.result("heatline/samples", {"model": model["ref"]})["samples"]
        assert samples[0]["inputs"] == kind
        assert client.result("heatline/predict", {"model": model["ref"], "sample": samples[0]["ref"]})["classes"]


def test_the_samples_of_the_folder(client: Client) -> None:
    samples = {sample["name"]: sample for sample in client.result("heatline/samples")["samples"]}
    assert samples["photo.png"]["ref"] == {"kind": "file", "path": "photo.png", "row": None}
    assert samples["inner/review.txt"]["inputs"] == "text"
    sentence = samples["a good film, not bad"]
    assert (sentence["detail"], sentence["ref"]["text"]) == ("notes.py, line 3", "a good film, not bad")
    assert "good" not in samples
    assert not any("docstring" in name for name in samples)


def test_without_parso_the_rest_is_listed_or_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "parso.grammar", None)
    module._parsed.cache_clear()
    (write(tmp_path) / "notes.py").write_text(NOTES)
    with pytest.raises(Refusal, match="parso is not installed") as refused:
        models_of(tmp_path)
    assert "-m pip install parso" in refused.value.next_step
    (tmp_path / "pyproject.toml").write_text(PYPROJECT)
    assert [model.name for model in models_of(tmp_path)] == ["pets"]
    assert {"photo.png", "a good film, not bad"} <= {sample.name for sample in samples_of(tmp_path)}
