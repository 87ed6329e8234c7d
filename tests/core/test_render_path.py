"""The way from the baseline to the sample: the saturation curve, strips of interior gradients, moving pictures."""

from __future__ import annotations

import io
import itertools
from dataclasses import replace
from typing import Literal

import pytest
import torch
from PIL import Image as Pillow
from torch import Tensor

from attribution_core import Attribution, PathCurve, TextAttribution, TokenScore
from attribution_core.attribution import TabularAttribution
from attribution_core.palette import parse_hex
from attribution_core.render import animation, attribution_html, curve_png, plain_text, strip_png, terminal_text
from attribution_core.render.curve import saturation
from attribution_core.render.drawing import Label, Stroke
from attribution_core.render.interior import at_each_scale, interpolated
from attribution_core.render.theme import LIGHT

from .attributions import SCALES, curve, over_image, over_row, over_text


def pixels(picture: Pillow.Image) -> Tensor:
    rgb = picture.convert("RGB")
    return torch.frombuffer(bytearray(rgb.tobytes()), dtype=torch.uint8).reshape(rgb.height, rgb.width, 3)


class TestPathCurve:
    """The numbers."""

    def test_lengths_must_agree(self) -> None:
        with pytest.raises(ValueError, match="1 values along a path of 2 scales"):
            PathCurve((0.0, 1.0), (0.5,), (), (1.0, 1.0))
        with pytest.raises(ValueError, match="17 maps"):
            PathCurve((0.0, 1.0), (0.0, 1.0), (), (1.0, 1.0), tuple(map(float, range(17))), torch.zeros(17, 2, 2))

    def test_where_the_score_saturates(self) -> None:
        path = curve((4,))
        assert path.steepest == 0.5
        assert path.reached(0.9) == 0.5
        assert path.reached(0.2) == 0.125
        assert replace(path, scores=(0.3,) * 17).reached(0.9) is None
        falling = replace(path, scores=tuple(1 - score for score in path.scores))
        assert falling.reached(0.9) == 0.5

    def test_between_two_scales_lies_a_line(self) -> None:
        assert interpolated((0.0, 0.5, 1.0), (0.0, 2.0, 3.0), 0.25) == 1.0
        assert interpolated((0.2, 0.8), (1.0, 2.0), 0.0) == 1.0
        assert interpolated((0.2, 0.8), (1.0, 2.0), 1.0) == 2.0
        assert interpolated((0.4,), (7.0,), 0.9) == 7.0


class TestCurve:
    """Its drawing."""

    def test_lines_go_through_the_values(self) -> None:
        drawing = saturation(over_image())
        lines = [mark for mark in drawing.marks if isinstance(mark, Stroke) and len(mark.places) == len(SCALES)]
        score = lines[0]
        assert score.role == "positive"
        xs, ys = zip(*score.places, strict=True)
        assert list(xs) == sorted(xs)
        assert ys[0] > ys[4] > ys[8], "up to one half the score rises"
        assert ys[8:] == (ys[8],) * 9, "and from there on it is flat"
        assert ys[4] == pytest.approx((ys[0] + ys[8]) / 2)
        logits = lines[1:6]
        assert len({line.dash for line in logits if line.role == "faint"}) == 4, "told apart without colour"

    def test_names_at_the_ends_do_not_overlap(self) -> None:
        close = replace(curve((32, 32)), logits=tuple(replace(one, logits=SCALES) for one in curve((2,)).logits))
        drawing = saturation(replace(over_image(), path=close))
        heights = sorted(m.at[1] for m in drawing.marks if isinstance(m, Label) and m.words.startswith("1 "))
        assert len(heights) == 5
        assert all(b - a > 12 for a, b in itertools.pairwise(heights))

    def test_a_preview_has_one_place_on_the_path(self) -> None:
        one = PathCurve((1.0,), (0.9,), (replace(curve((2,)).logits[0], logits=(3.0,)),), (0.2,))
        found = replace(over_image(), path=one)
        assert Pillow.open(io.BytesIO(curve_png(found))).width == 900
        assert "gradient is largest at scale 1" in plain_text(found)
        assert "▁" in terminal_text(found)
        assert "image/svg+xml" in attribution_html(found)

    def test_the_curve_has_the_colour_of_the_class(self) -> None:
        picture = pixels(Pillow.open(io.BytesIO(curve_png(over_image()))))
        orange = torch.tensor(parse_hex(LIGHT.positive), dtype=torch.uint8)
        assert int((picture == orange).all(2).sum()) > 500


class TestInterior:
    """Maps at each scale."""

    def test_words_get_what_their_tokens_have(self) -> None:
        found = over_text("untold stories", scores=(0.2, 0.4))
        tokens = [TokenScore("un", 0, 2, 0.1), TokenScore("told", 2, 6, 0.1), TokenScore("stories", 7, 14, 0.4)]
        maps = torch.tensor([[1.0, 2.0, 5.0]])
        path = replace(curve((3,)), map_scales=(0.5,), maps=maps)
        (one,), titles = at_each_scale(replace(found, tokens=tokens, path=path))
        assert isinstance(one, TextAttribution)
        assert [word.score for word in one.words] == [3.0, 5.0]
        assert titles == ["at 0.5  90 %"]

    def test_rows_stay_in_place(self) -> None:
        for one in at_each_scale(over_row())[0]:
            assert isinstance(one, TabularAttribution)
            assert [column.name for column in one.columns] == ["sex", "fare", "age"]

    def test_a_choice_keeps_the_ends_and_the_strongest(self) -> None:
        path = curve((8, 8), maps=16)
        assert path.maps is not None
        maps = path.maps.clone()
        maps[3] *= 100
        _, titles = at_each_scale(replace(over_image(size=8), path=replace(path, maps=maps)), most=5)
        scales = [title.split()[1] for title in titles]
        assert len(scales) == 5
        assert (scales[0], scales[-1]) == ("0", "1")
        assert "0.2" in scales

    @pytest.mark.parametrize("scaling", ["common", "own"])
    def test_a_strip_shows_where_on_the_path_it_mattered(self, scaling: Literal["common", "own"]) -> None:
        data = strip_png(over_image(), max_width=600, show="pixels", scaling=scaling)
        picture = pixels(Pillow.open(io.BytesIO(data))).double()
        # Three in a row, 140 pixels from one to the next: the second is at 0.125, the fifth, below it, at 0.5.
        second, fifth = (float(picture[top : top + 40, 165:265].mean()) for top in (66, 226))
        assert second > 0
        if scaling == "common":
            assert fifth > 2 * second
        else:
            assert fifth == second


class TestAnimation:
    """Frames."""

    @pytest.mark.parametrize("found", [over_image(), over_text(), over_row()], ids=lambda found: str(found.kind))
    @pytest.mark.parametrize("form", ["gif", "webp"])
    def test_one_frame_for_each_map_and_a_long_last_one(self, found: Attribution, form: Literal["gif", "webp"]) -> None:
        data = animation(found, form, max_width=320)
        assert len(data) < 1_000_000
        picture = Pillow.open(io.BytesIO(data))
        assert picture.format == form.upper()
        assert picture.n_frames == 9  # type: ignore[attr-defined]
        assert picture.info["loop"] == 0
        durations = []
        for i in range(9):
            picture.seek(i)
            picture.load()
            durations.append(picture.info["duration"])
            assert picture.width == 320
        assert durations[-1] > 4 * durations[0]

    def test_the_heat_comes_and_goes(self) -> None:
        picture = Pillow.open(io.BytesIO(animation(over_image(), "webp", max_width=240, show="pixels")))
        heat = []
        for i in range(9):
            picture.seek(i)
            heat.append(float(pixels(picture)[60:100, 60:180].double().mean()))
        assert max(heat) == heat[4]
        assert heat[4] > 10 * max(heat[0], heat[8])
