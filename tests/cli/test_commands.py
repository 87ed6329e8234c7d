"""The command line: what it writes, what it says, and what it needs for that."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from heatline.cli import main
from heatline.cli.progress import Bar

PHOTO = ["explain", "models.py:photos", "photo.png", "--steps", "4"]
TEXT = ["explain", "models.py:reviews", "a great film", "--steps", "4"]


def test_a_picture(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*PHOTO, "--out", "picture.png"]) == 0
    said = capsys.readouterr()
    with Image.open(workspace / "picture.png") as picture:
        assert picture.format == "PNG"
        assert picture.width > 300
    assert "Wrote picture.png" in said.out
    assert "4 gradients" in said.out
    assert said.err == "", "no bar where nobody sits at a terminal"


@pytest.mark.parametrize("command", [PHOTO, TEXT], ids=["photo", "text"])
def test_a_page(command: list[str], workspace: Path) -> None:
    assert main([*command, "--out", "page.html"]) == 0
    page = (workspace / "page.html").read_text(encoding="utf-8")
    assert page.startswith("<!doctype html>")
    assert "<script" not in page


def explained(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> Any:
    assert main([*arguments, "--json", "-"]) == 0
    return json.loads(capsys.readouterr().out)


def test_numbers_of_a_photo(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = explained([*PHOTO, "--target", "rose", "--score", "logit"], capsys)
    assert set(found["target"]) == {"index", "label", "score", "baseline_score", "against"}
    assert (found["target"]["index"], found["target"]["label"], found["score"]) == (1, "rose", "logit")
    assert set(found["completeness"]) == {"expected", "total", "relative_error"}
    assert found["shape"] == [16, 16]
    assert [len(row) for row in found["scores"]] == [16] * 16
    assert sum(map(sum, found["scores"])) == pytest.approx(found["completeness"]["total"], abs=1e-5)
    gained = found["target"]["score"] - found["target"]["baseline_score"]
    assert found["completeness"]["expected"] == pytest.approx(gained)
    assert (found["method"], found["gradient_evaluations"], found["device"]) == ("integrated", 4, "cpu")
    assert found["seconds"] > 0
    assert found["plan"]["rule"] == "midpoint"


def test_numbers_of_a_text(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = explained([*TEXT, "--target", "1", "--baseline", "pad"], capsys)
    assert [(token["text"], token["start"], token["end"]) for token in found["tokens"]] == [
        ("a", 0, 1),
        ("great", 2, 7),
        ("film", 8, 12),
    ]
    assert found["baseline"] == "pad token"
    assert found["target"]["label"] == "positive"


def test_a_gradient_has_no_baseline(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = explained(["explain", "models.py:reviews", "a great film", "--method", "gradient"], capsys)
    assert found["baseline"] is found["completeness"] is found["target"]["baseline_score"] is None
    assert found["gradient_evaluations"] == 1


def test_a_text_from_a_file(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    by_value = explained(TEXT, capsys)
    by_file = explained(["explain", "models.py:reviews", "@review.txt", "--steps", "4"], capsys)
    assert by_file["text"] == by_value["text"] == "a great film"
    assert by_file["tokens"] == by_value["tokens"]


def test_json_in_a_file(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*TEXT, "--json", "found.json"]) == 0
    assert json.loads((workspace / "found.json").read_text(encoding="utf-8"))["model"] == "Sequential"
    assert "Words: " in capsys.readouterr().out


def test_predictions(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["predict", "models.py:photos", "photo.png", "--top", "2"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2
    assert all("%" in line for line in lines)
    assert main(["predict", "models.py:photos", "photo.png", "--json", "-"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["classes"][0]["label"] in lines[0]
    assert sum(entry["probability"] for entry in found["classes"]) == pytest.approx(1)


def test_the_persons_own_frames_are_shown_when_asked_for(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "models.py:broken", "photo.png", "--traceback"]) == 2
    said = capsys.readouterr().err
    assert "in broken" in said
    assert "attribution_core" not in said


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_bar_is_drawn_over_itself_and_taken_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("heatline.cli.progress.PATIENCE", 0)
    stream = Terminal()
    with Bar(stream) as bar:
        bar.show("Loading the model", 0, 0, None)
        bar.show("10 of at most 20 gradients", 10, 20, 4.2)
    drawn = stream.getvalue()
    assert "[###############...............] 10 of at most 20 gradients, 4 s at most" in drawn
    assert "\n" not in drawn
    assert drawn.rpartition("\r")[2] == "", "the cursor stands at the start of an empty line"
    assert drawn.split("\r")[-2].strip() == ""


def test_no_bar_for_short_work_and_none_in_a_file() -> None:
    for stream in (Terminal(), io.StringIO()):
        with Bar(stream) as bar:
            bar.show("1 of 2", 1, 2, 1.0)
        assert stream.getvalue() == ""


def run(*arguments: str, program: str = "") -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, *(["-c", program] if program else ["-m", "heatline"]), *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=100, env=environment)


def test_help_needs_no_torch_and_shows_examples() -> None:
    program = """
import sys
from heatline.cli import main
for command in ([], ["explain"], ["compare"], ["predict"], ["average"], ["doctor"], ["lsp"], ["agent"], ["serve"]):
    try:
        main([*command, "--help"])
    except SystemExit as done:
        assert not done.code
loaded = {"torch", "numpy", "PIL", "attribution_core", "pygls"} & set(sys.modules)
assert not loaded, loaded
"""
    done = run(program=program)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("usage: heatline") == done.stdout.count("\nexamples:\n  heatline ") == 9
    assert "heatline explain models.py:flowers rose.jpg --out rose.png\n" in done.stdout


def test_python_dash_m() -> None:
    done = run("--version")
    assert done.returncode == 0
    assert done.stdout.startswith("heatline ")


def test_without_torch_one_line_says_how_to_get_it(workspace: Path) -> None:
    program = """
import sys
class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] == "torch":
            raise ModuleNotFoundError("No module named 'torch'", name="torch")
sys.meta_path.insert(0, Missing())
from heatline.cli import main
sys.exit(main(["explain", "models.py:photos", "photo.png"]))
"""
    done = run(program=program)
    assert done.returncode == 2
    assert done.stderr == (
        f"heatline: torch is not installed in {sys.executable}; install it: {sys.executable} -m pip install torch\n"
    )


@pytest.mark.skipif(sys.platform == "win32", reason="there are no pseudo-terminals")
def test_at_a_terminal_a_bar_is_shown_and_the_output_stays_clean(workspace: Path) -> None:
    import pty

    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "heatline", *PHOTO, "--json", "-"]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    with os.fdopen(ours, "rb", buffering=0) as terminal:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=theirs, env=environment, timeout=100)
        os.close(theirs)
        shown = terminal.read(4096).decode()
    assert done.returncode == 0
    assert json.loads(done.stdout)["method"] == "integrated"
    assert shown.startswith("\rLoading the model ...")
    assert shown.rpartition("\r")[2] == "", "nothing of it is left"
