"""An explanation in words, and settings, without any process."""

from __future__ import annotations

import base64
import sys
from array import array
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from heatline.lsp import settings, summary
from heatline.lsp.launch import launch_of
from heatline.protocol import (
    ClassScore,
    Completeness,
    EncodedArray,
    EncodedImage,
    Explanation,
    ImagePicture,
    Plan,
    TargetScore,
    TextPicture,
    TokenScore,
)


def text_picture(*words: tuple[str, float]) -> TextPicture:
    scored = [TokenScore(word, 0, len(word), score) for word, score in words]
    return TextPicture("text", " ".join(word for word, _ in words), scored, scored)


EXPLANATION = Explanation(
    version="0",
    status="final",
    model="Net_v2",
    sample="...",
    method="integrated",
    target=TargetScore(0, "fine", "probability", 0.9, 0.5),
    classes=[ClassScore(0, "fine", 0.9, 1.0), ClassScore(1, "dull", 0.1, -1.0)],
    baseline="zero embedding",
    completeness=Completeness(0.4, 0.4, 0.0),
    map_error=None,
    gradient_evaluations=1,
    seconds=0.1,
    device="cpu",
    dtype="float32",
    seed=0,
    notes=[],
    plan=Plan("point", [1.0], [1.0], 1, "contiguous"),
    picture=text_picture(("good", 0.25), ("bad", -0.5), (",", 0.9), ("the", 0.0), ("tiny", 0.00002)),
)


def test_plain() -> None:
    assert summary.plain(EXPLANATION) == (
        "Net_v2: fine 90.0 %, dull 10.0 %. Words for (+) and against (−) fine: bad −0.500, good +0.250, tiny +0.000020."
    )


def test_markdown() -> None:
    assert summary.markdown(EXPLANATION).split("\n\n") == [
        "**fine 90.0 %** · dull 10.0 %",
        "Words for (+) and against (−) `fine`: `bad` −0.500, `good` +0.250, `tiny` +0.000020",
        "*integrated, probability of fine, Net\\_v2*",
    ]


def test_markup_in_a_sample_stays_text() -> None:
    evil = replace(
        EXPLANATION,
        picture=text_picture(("[x](command:evil)", 0.5), ("a``b", 0.4), ("two\nlines", 0.3)),
        classes=[ClassScore(0, "![img](http://x)", 1.0, 1.0)],
        notes=["<b>note</b>"],
    )
    text = summary.markdown(evil)
    assert "`[x](command:evil)`" in text
    assert "``` a``b ```" in text
    assert "`two lines`" in text
    assert "!\\[img\\](http://x)" in text
    assert "\\<b\\>note\\</b\\>" in text


def test_repeated_words_are_added_up_and_the_strongest_named() -> None:
    words = [("again", 0.2), ("again", 0.2)] + [(f"w{i}", i / 100) for i in range(20)]
    named = summary.strongest_words(text_picture(*words))
    assert [word.text for word in named] == ["again", "w19", "w18", "w17", "w16", "w15"]
    assert named[0].score == pytest.approx(0.4)


def test_no_word_changed_anything() -> None:
    assert "No word changed fine" in summary.plain(replace(EXPLANATION, picture=text_picture(("a", 0.0))))


def test_a_large_completeness_error_is_told() -> None:
    told = summary.plain(replace(EXPLANATION, completeness=Completeness(0.4, 0.3, 0.25)))
    assert "miss the whole by 25.0 %" in told


@pytest.mark.parametrize(
    ("row", "column", "place"), [(0, 0, "upper left"), (4, 5, "middle"), (8, 8, "lower right"), (4, 0, "middle left")]
)
def test_where_an_image_is_strongest(row: int, column: int, place: str) -> None:
    values = array("h", [1] * 81)
    values[9 * row + column] = 800
    if sys.byteorder == "big":
        values.byteswap()
    encoded = EncodedArray("int16", [9, 9], 0.5, base64.b64encode(values.tobytes()).decode())
    picture = ImagePicture("image", EncodedImage("png", 9, 9, ""), [0, 0, 1, 1], encoded, encoded)
    found, share = summary.strongest_place(picture)
    assert found == place
    assert share == pytest.approx((800 + 8) / (800 + 80))
    assert f"91.8 % of the attribution lies in the {place} ninth" in summary.plain(
        replace(EXPLANATION, picture=picture)
    )


# ---------------------------------------------------------------- settings


@pytest.mark.parametrize(
    ("value", "wrong"),
    [
        (None, []),
        (3, []),
        ([], []),
        ({}, []),
        ({"python": 3, "models": "x", "hover": None}, ["'heatline.python' is 3", "'heatline.models' is \"x\""]),
        ({"models": ["b.py:g", 3]}, ["'heatline.models' is [\"b.py:g\", 3]"]),
    ],
)
def test_settings_of_a_wrong_type_are_told_of_and_count_as_not_set(value: Any, wrong: list[str]) -> None:
    found = settings.read(value)
    assert replace(found, problems=()) == settings.Settings()
    assert [problem.split(";")[0] for problem in found.problems] == wrong


def test_settings() -> None:
    found = settings.read({"python": " py ", "model": "a.py:f", "models": ["b.py:g"], "hover": False})
    assert found == settings.Settings(python="py", model="a.py:f", models=["b.py:g"], hover=False)
    nested = settings.read({"hover": {"enabled": False}, "inlayHints": {"enabled": True}, "seconds": 3})
    assert (nested.hover, nested.inlay_hints, nested.seconds) == (False, True, 3)


def test_settings_that_stand_for_parameters() -> None:
    found = settings.read({"method": "gradient", "steps": 8, "score": "", "baseline": 3, "device": "cpu"})
    assert found.defaults == {"method": "gradient", "steps": 8, "device": "cpu"}
    assert settings.read({"steps": True}).defaults == {}


@pytest.mark.parametrize(
    ("written", "command"),
    [
        ("ssh gpu heatline agent --stdio", ("ssh", "gpu", "heatline", "agent", "--stdio")),
        ("ssh -o 'ProxyCommand nc %h' gpu", ("ssh", "-o", "ProxyCommand nc %h", "gpu")),
        (["ssh", "gpu 2"], ("ssh", "gpu 2")),
        ("it's not closed", ("it's not closed",)),
        (["ssh", 3], ()),
        (3, ()),
    ],
)
def test_the_command_of_an_agent(written: Any, command: tuple[str, ...]) -> None:
    assert settings.read({"agent": written}).agent == command


def test_paths_where_the_agent_is() -> None:
    there = launch_of(settings.read({"agent": "ssh gpu", "agentRoot": "/home/me/project"}), "/project")
    assert there.there("/project/photos/a.png") == "/home/me/project/photos/a.png"
    assert [there.there(path) for path in ("photos/a.png", "/other/a.png")] == ["photos/a.png", "/other/a.png"]
    assert launch_of(settings.read({"agent": "ssh gpu"}), "/project").there("/project/a.png") == "/project/a.png"


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("/opt/python", "/opt/python"),
        ("env/bin/python", "/project/env/bin/python"),
        ("${workspaceFolder}/env/bin/python", "/project/env/bin/python"),
        ("no-such-command-anywhere", "no-such-command-anywhere"),
    ],
)
def test_the_interpreter_that_was_set(written: str, found: str) -> None:
    assert Path(settings.interpreter(settings.Settings(written), "/project")) == Path(found)


@pytest.mark.skipif(sys.platform == "win32", reason="makes environments as POSIX has them")
def test_the_interpreter_where_none_was_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    unset = settings.Settings()
    assert settings.interpreter(unset, str(tmp_path), {}) == sys.executable  # it has torch
    monkeypatch.setattr(settings, "_has_torch", lambda: False)
    assert settings.interpreter(unset, str(tmp_path), {}) == sys.executable
    own = tmp_path / ".venv" / "bin" / "python"
    active = tmp_path / "active" / "bin" / "python"
    for python in (own, active):
        python.parent.mkdir(parents=True)
        python.touch()
    assert settings.interpreter(unset, str(tmp_path), {}) == str(own)
    assert settings.interpreter(unset, str(tmp_path), {"VIRTUAL_ENV": str(tmp_path / "active")}) == str(active)
