"""What the documents say is true: their Python runs, their commands run, their links lead somewhere."""

from __future__ import annotations

import json
import re
import shlex
import textwrap
from pathlib import Path

import pytest

from heatline.agent.failures import Refusal
from heatline.cli.main import main

ROOT = Path(__file__).parents[1]
EXAMPLES = ROOT / "examples"
DOCUMENTS = sorted(path.relative_to(ROOT).as_posix() for path in [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")])
RUN = ["README.md", "docs/methods.md", "docs/models.md", "docs/provenance.md"]
"""Whose snippets are run, one after the other."""

needs_weights = pytest.mark.skipif(
    not (EXAMPLES / "weights" / "accuracy.json").exists(), reason="train the examples first: python examples/train.py"
)


def blocks(document: str, language: str) -> list[str]:
    found = re.findall(rf"^```{language}\n(.*?)^```", (ROOT / document).read_text(encoding="utf-8"), re.M | re.S)
    return [textwrap.dedent(block) for block in found]


def commands(document: str) -> list[str]:
    """Indented lines that call heatline."""
    return re.findall(r"^ {4}(heatline .*)$", (ROOT / document).read_text(encoding="utf-8"), re.M)


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the examples in it, under their name and as they are."""
    (tmp_path / "examples").symlink_to(EXAMPLES, target_is_directory=True)
    for name in ("models.py", "samples", "weights"):
        (tmp_path / name).symlink_to(EXAMPLES / name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(EXAMPLES))
    return tmp_path


@needs_weights
@pytest.mark.parametrize("document", RUN)
def test_python_runs(document: str, workspace: Path) -> None:
    names: dict[str, object] = {"__name__": "document"}
    assert blocks(document, "python")
    for block in blocks(document, "python"):
        exec(compile(block, document, "exec"), names)


def test_the_watched_prediction_of_the_page_leads_back_to_its_sample() -> None:
    from heatline.agent.live import LiveObjects
    from heatline.agent.provenance import provenance
    from heatline.protocol import ProvenanceParams
    from heatline.source.assignments import history_of

    watching, _ = blocks("docs/provenance.md", "python")
    names: dict[str, object] = {}
    for part in (watching, watching.replace("watched = heatline.watch(model)\n", "")):
        exec(part, names)
        live = LiveObjects(lambda: names, lambda name: history_of([watching]))
        work = provenance(live, ProvenanceParams("pred"))
        if part is watching:
            while True:
                try:
                    next(work)
                except StopIteration as stop:
                    found = stop.value
                    break
            assert (found.found_by, found.model.name, found.sample.name, found.agreement) == (
                "watch", "model", "x", "same"
            )  # fmt: skip
        else:
            with pytest.raises(Refusal) as refused:
                list(work)
            assert "heatline.watch(model)" in refused.value.next_step


@needs_weights
@pytest.mark.parametrize("document", [document for document in RUN if commands(document)])
def test_commands_run(document: str, workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (workspace / "pyproject.toml").write_text("".join(blocks(document, "toml")), encoding="utf-8")
    for command in commands(document):
        assert main(shlex.split(command)[1:]) == 0, command
        assert capsys.readouterr().out, command


@pytest.mark.parametrize("document", DOCUMENTS)
def test_links_lead_somewhere(document: str) -> None:
    for link in re.findall(r"\]\(([^)#\s]+)", (ROOT / document).read_text(encoding="utf-8")):
        if "://" not in link:
            assert (ROOT / document).parent.joinpath(link).exists(), link


def test_every_setting_of_vscode_is_described_and_no_other() -> None:
    manifest = json.loads((ROOT / "extension/vscode/package.json").read_text(encoding="utf-8"))
    groups = manifest["contributes"]["configuration"]
    settings = {name for group in groups for name in group["properties"]}
    text = (ROOT / "docs/vscode.md").read_text(encoding="utf-8")
    rows = "".join(row.split("|")[1] for row in text.splitlines() if row.startswith("| `heatline."))
    assert set(re.findall(r"`(heatline\.[\w.]+)`", rows)) == settings
