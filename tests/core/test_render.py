"""Pictures: what they show, in PNG, HTML and text, and that hostile content stays text."""

from __future__ import annotations

import io
import itertools
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image as Pillow
from torch import Tensor, nn

from attribution_core import BadRequest, Image, ImageAttribution, Model, TextAttribution, explain
from attribution_core.palette import (
    DIVERGING,
    DIVERGING_DARK,
    SEQUENTIAL,
    Rgb,
    colour_at,
    luminance,
    parse_hex,
    readable_on,
    signed_colour,
)
from attribution_core.render import (
    attribution_html,
    attribution_page,
    attribution_png,
    heatmap_png,
    percent,
    plain_text,
    terminal_text,
    tokens_html,
)
from attribution_core.render.heatmap import overlay, resized, values_of
from attribution_core.render.scale import robust_maximum, scaled


class Corner(nn.Module):
    """Looks at the upper left quarter, and at nothing else."""

    def forward(self, images: Tensor) -> Tensor:
        half = images.shape[2] // 2
        seen = images[:, :, :half, : images.shape[3] // 2].mean((1, 2, 3))
        return torch.stack([seen, -seen], 1)


@pytest.fixture
def over_photo(photo_file: Callable[..., Path]) -> ImageAttribution:
    model = Model(Corner(), Image(size=64), labels=["corner", "<script>alert(1)</script>"])
    found = explain(model, photo_file(size=(300, 200)), steps=4, score="logit", target=0)
    assert isinstance(found, ImageAttribution)
    return found


@pytest.fixture
def over_text(text_model: Model) -> TextAttribution:
    found = explain(text_model, "a great film, <b>not bad</b> & moving", steps=8)
    assert isinstance(found, TextAttribution)
    return found


@pytest.mark.parametrize("show", ["magnitude", "signed"])
def test_the_heat_lies_where_the_model_looks(show: Any, over_photo: ImageAttribution) -> None:
    painted = overlay(over_photo.photo, over_photo, scaled(over_photo.magnitude), show).double()
    assert painted.shape == (200, 300, 3)
    warmth = painted[:, :, 0] - painted[:, :, 2]
    assert float(warmth[20:80, 20:130].mean()) > float(warmth[120:, 170:].mean()) + 40


def test_a_crop_leaves_the_rest_of_the_photo_grey(over_photo: ImageAttribution) -> None:
    from dataclasses import replace

    cropped = replace(over_photo, region=(0.25, 0.25, 0.75, 0.75))
    painted = overlay(cropped.photo, cropped, scaled(cropped.magnitude), "magnitude").int()
    edge = painted[:45, :70]
    assert int((edge.amax(2) - edge.amin(2)).max()) == 0


@pytest.mark.parametrize(
    ("size", "model_size"), [((300, 200), 64), ((8, 8), 8), ((28, 28), 28), ((1200, 300), 64), ((40, 900), 64)]
)
def test_a_png_of_any_photo(size: tuple[int, int], model_size: int, photo_file: Callable[..., Path]) -> None:
    found = explain(Model(Corner(), Image(size=model_size)), photo_file(size=size), steps=2)
    picture = Pillow.open(io.BytesIO(attribution_png(found, max_width=700)))
    assert picture.format == "PNG"
    assert 300 <= picture.width <= 700
    assert picture.height <= 1200


def test_a_heatmap_alone_has_nothing_around_it(over_photo: ImageAttribution) -> None:
    alone = Pillow.open(io.BytesIO(heatmap_png(over_photo, max_width=240)))
    height, width = over_photo.photo.shape[:2]
    assert abs(alone.width / alone.height - width / height) < 0.02
    assert alone.width <= 240
    values = values_of(over_photo, "magnitude")
    expected = overlay(resized(over_photo.photo, (alone.height, alone.width)), over_photo, values, "magnitude")
    assert torch.equal(torch.from_numpy(np.array(alone)), expected)


def test_scaling_is_robust() -> None:
    values = torch.rand(100, 100, dtype=torch.float64)
    values[3, 3] = 1e6
    assert robust_maximum(values) <= 1
    assert float(scaled(values[:20, :20]).strengths.max()) == 1
    assert robust_maximum(torch.zeros(4, 4)) == 1
    spike = torch.zeros(10, 100)
    spike[0, 0] = 5
    assert robust_maximum(spike) == 5, "what is zero nearly everywhere still has a scale"


def test_words_become_coloured_spans(over_text: TextAttribution) -> None:
    html = tokens_html(over_text)
    spans = re.findall(r'<span title="([+-][^"]+)" style="([^"]*)">([^<]*)</span>', html)
    assert [text for _, _, text in spans] == [
        "a", "great", "film", ",", "&lt;", "b", "&gt;", "not", "bad", "&lt;/", "b", "&gt;", "&amp;", "moving",
    ]  # fmt: skip
    strongest = max(abs(float(score)) for score, _, _ in spans)
    for score, style, _ in spans:
        underlined = "underline" in style
        assert underlined == (float(score) <= -0.02 * strongest), "the sign can be read without colour"
    assert "<b>" not in html


def test_words_can_be_read_on_their_ground() -> None:
    from attribution_core.render.tokens import STRONGEST

    for stops in (DIVERGING, DIVERGING_DARK):
        for i in range(-100, 101):
            ground = signed_colour(STRONGEST * i / 100, stops)
            ink = luminance(readable_on(ground))
            light, dark = sorted((luminance(ground), ink), reverse=True)
            assert (light + 0.05) / (dark + 0.05) >= 4.5, (i, ground)


@pytest.mark.parametrize("name", ["over_photo", "over_text"])
def test_a_page_needs_nothing_and_runs_nothing(name: str, request: pytest.FixtureRequest) -> None:
    found = request.getfixturevalue(name)
    page = attribution_page(found)
    assert page.startswith("<!doctype html>")
    assert "<script" not in page
    assert not re.search(r'(src|href)="(?!data:)', page)
    assert "url(" not in page
    assert "prefers-color-scheme:dark" in page
    assert attribution_html(found) in page
    for word in ("Integrated gradients", found.target.label.replace("<", "&lt;").replace(">", "&gt;")):
        assert word in page
    if name == "over_photo":
        assert re.search(r'<img alt="[^"]+photo.png[^"]*" src="data:image/png;base64,', page)


@pytest.mark.parametrize("name", ["over_photo", "over_text"])
def test_text_says_everything_that_matters(name: str, request: pytest.FixtureRequest) -> None:
    found = request.getfixturevalue(name)
    said = plain_text(found)
    assert str(found) == said
    assert "\x1b" not in said
    assert found.target.label in said
    assert f"{found.gradient_evaluations} gradients" in said
    assert "completeness error" in said
    assert "at the top, left" in said if name == "over_photo" else "Words: " in said


@pytest.mark.parametrize("name", ["over_photo", "over_text"])
def test_a_terminal_shows_colours_and_puts_them_back(name: str, request: pytest.FixtureRequest) -> None:
    found = request.getfixturevalue(name)
    shown = terminal_text(found)
    assert plain_text(found) in shown
    picture = shown.removesuffix(plain_text(found))
    assert "\x1b[48;2;" in picture
    for line in picture.splitlines():
        assert "\x1b[" not in line.rpartition("\x1b[0m")[2]
    if name == "over_text":
        assert re.sub(r"\x1b\[[\d;]*m", "", picture).splitlines()[0] == found.text


def test_a_notebook_shows_html(over_photo: ImageAttribution) -> None:
    assert over_photo._repr_html_() == attribution_html(over_photo)
    assert len(over_photo._repr_html_()) < 500_000


def test_words_of_an_image_are_refused(over_photo: ImageAttribution) -> None:
    with pytest.raises(BadRequest, match="over an image"):
        tokens_html(over_photo)


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (1.0, "100 %"),
        (0.9996, "99.96 %"),
        (0.97, "97 %"),
        (0.031, "3.1 %"),
        (0.00042, "0.042 %"),
        (1e-9, "< 0.001 %"),
        (0, "0 %"),
        (1.5, "150 %"),
    ],
)
def test_shares_in_words(share: float, words: str) -> None:
    assert percent(share) == words


class TestPalette:
    """Colours are evenly spaced and told apart by everyone."""

    @staticmethod
    def lightness(colour: Rgb) -> float:
        y = luminance(colour)
        return float(116 * y ** (1 / 3) - 16 if y > 0.008856 else 903.3 * y)

    @pytest.mark.parametrize("stops", [SEQUENTIAL, DIVERGING, DIVERGING_DARK])
    def test_stops_are_few_and_well_formed(self, stops: tuple[str, ...]) -> None:
        assert len(stops) % 2 == 1
        assert len(stops) <= 256
        assert all(re.fullmatch(r"#[0-9a-f]{6}", stop) for stop in stops)
        assert colour_at(stops, 0) == parse_hex(stops[0])
        assert colour_at(stops, 1) == parse_hex(stops[-1])
        assert colour_at(stops, 0.5) == parse_hex(stops[len(stops) // 2])

    def test_strength_rises_with_lightness_alone(self) -> None:
        """So it can be read in grey."""
        found = [self.lightness(colour_at(SEQUENTIAL, i / 32)) for i in range(33)]
        assert found == sorted(found)
        steps = [b - a for a, b in itertools.pairwise(found)]
        assert max(steps) < 2.5 * (found[-1] - found[0]) / len(steps)

    @pytest.mark.parametrize(("stops", "outwards"), [(DIVERGING, -1), (DIVERGING_DARK, 1)])
    def test_strength_of_a_sign_changes_lightness_evenly(self, stops: tuple[str, ...], outwards: int) -> None:
        for sign in (-1, 1):
            found = [self.lightness(signed_colour(sign * i / 16, stops)) * outwards for i in range(17)]
            assert found == sorted(found)

    @pytest.mark.parametrize("stops", [DIVERGING, DIVERGING_DARK])
    @pytest.mark.parametrize("missing", ["red cones", "green cones", "blue cones"])
    def test_signs_stay_apart_without_one_kind_of_cones(self, stops: tuple[str, ...], missing: str) -> None:
        """Dichromats by the linear model of Viénot, Brettel and Mollon (1999), as matrices on linear RGB."""
        matrix = {
            "red cones": ((0.11238, 0.88762, 0.0), (0.11238, 0.88762, 0.0), (0.00401, -0.00401, 1.0)),
            "green cones": ((0.29275, 0.70725, 0.0), (0.29275, 0.70725, 0.0), (-0.02234, 0.02234, 1.0)),
            "blue cones": ((1.0, 0.14461, -0.14461), (0.0, 0.85924, 0.14076), (0.0, 0.85924, 0.14076)),
        }[missing]

        def seen(colour: Rgb) -> Tensor:
            linear = torch.tensor([(c / 255) ** 2.2 for c in colour])
            return (torch.tensor(matrix) @ linear).clamp(0, 1) ** (1 / 2.2) * 255

        for strength in (0.4, 0.6, 0.8):
            distance = (seen(signed_colour(strength, stops)) - seen(signed_colour(-strength, stops))).norm()
            assert float(distance) > 40, (missing, strength)
