"""Bars, words and drawings: where they lie, what colour they have, and that nothing is lost."""

from __future__ import annotations

import itertools
import xml.etree.ElementTree as ElementTree
from dataclasses import replace

import pytest
import torch
from PIL import Image as Pillow
from torch import Tensor

from attribution_core import Completeness, Target
from attribution_core.palette import DIVERGING, parse_hex, signed_colour
from attribution_core.render import attribution_png, comparison_png, plain_text, terminal_text
from attribution_core.render.bars import side_by_side, steps, waterfall
from attribution_core.render.drawing import Drawing, Label, Shape
from attribution_core.render.heatmap import overlay, values_of
from attribution_core.render.look import Look
from attribution_core.render.pictures import compared
from attribution_core.render.raster import painted
from attribution_core.render.svg import svg
from attribution_core.render.theme import DARK, LIGHT
from attribution_core.render.tokens import STRONGEST, spans
from attribution_core.render.wordflow import MOST_LINES, flowed, pieces
from attribution_core.render.words import headline, titles

from .attributions import HOSTILE, over_image, over_row, over_text


def pixels(picture: Pillow.Image) -> Tensor:
    rgb = picture.convert("RGB")
    return torch.frombuffer(bytearray(rgb.tobytes()), dtype=torch.uint8).reshape(rgb.height, rgb.width, 3)


def count(picture: Tensor, colour: tuple[int, int, int]) -> int:
    return int((picture == torch.tensor(colour, dtype=torch.uint8)).all(2).sum())


class TestBars:
    """A waterfall from the baseline's score to the row's."""

    def test_each_bar_begins_where_the_one_before_ended(self) -> None:
        rows = steps(over_row())
        assert [row.name for row in rows] == [
            "baseline: means", "sex = female", "fare = 80", "age = 29", "this row",
        ]  # fmt: skip
        assert rows[0].start == 0.1
        assert rows[-1].start == 0.9
        for before, after in itertools.pairwise(rows):
            assert after.start == pytest.approx(before.end)

    def test_what_is_missing_is_said(self) -> None:
        rows = steps(over_row(completeness=Completeness(0.8, 0.6)))
        assert rows[-2].name == "not accounted for"
        assert rows[-2].score == pytest.approx(0.2)

    def test_many_columns_are_taken_together(self) -> None:
        rows = steps(over_row([(f"c{i}", "1", 0.8 / 40) for i in range(40)]))
        (rest,) = (row for row in rows if row.kind == "rest")
        assert rest.name == "27 other columns"
        assert rest.score == pytest.approx(27 * 0.8 / 40)

    def test_without_a_path_all_bars_begin_at_zero(self) -> None:
        rows = steps(over_row(path=None, completeness=None, baseline=None))
        assert [row.start for row in rows] == [0, 0, 0]

    def test_bars_point_to_where_they_lead(self) -> None:
        drawing = waterfall(over_row())
        arrows = [mark for mark in drawing.marks if isinstance(mark, Shape)]
        assert [arrow.role for arrow in arrows] == ["positive", "positive", "negative"]
        for arrow in arrows:
            xs = [x for x, _ in arrow.corners]
            tip = xs[2]
            assert tip == (max(xs) if arrow.role == "positive" else min(xs))
            assert xs.count(tip) == 1

    def test_colours_in_proportion(self) -> None:
        picture = pixels(painted(waterfall(over_row()), LIGHT))
        orange, blue = (count(picture, parse_hex(colour)) for colour in (LIGHT.positive, LIGHT.negative))
        assert orange / blue == pytest.approx(9, rel=0.25)

    def test_in_a_comparison_rows_are_the_same_for_all(self) -> None:
        other = replace(over_row(), columns=over_row([("sex", "female", 0.1), ("age", "29", 2.0)]).columns)
        drawing = side_by_side([over_row(), other], ["one", "two"], [0.7, 2.0])
        names = [m.words for m in drawing.marks if isinstance(m, Label) and "=" in m.words]
        assert names == ["age = 29", "sex = female", "fare = 80"]

    @pytest.mark.parametrize("score", [0.0, 1e-12, -3e9])
    def test_odd_scores(self, score: float) -> None:
        found = over_row([("only", "1", score)], completeness=Completeness(score, score))
        assert svg(waterfall(found))
        assert "only = 1" in plain_text(found)
        assert "only = 1" in terminal_text(found)
        assert attribution_png(found, max_width=400)


class TestWords:
    """Coloured words as pixels."""

    @pytest.mark.parametrize(
        "text", ["a great  film\n\nnot bad", " leading and trailing ", "naïve — 🎬 фильм", "onelongword" * 40, ""]
    )
    def test_nothing_is_lost(self, text: str) -> None:
        found = over_text(text)
        assert "".join(piece.text for piece in pieces(text, found.words)) == text
        picture, said = flowed(text, found.words, 1.0, Look(), 300)
        assert picture.width == 300
        assert said == ""

    def test_a_word_stands_on_its_colour(self) -> None:
        found = over_text()
        picture = pixels(flowed(found.text, found.words, 0.5, Look(), 500)[0])
        for score in (0.5, 0.1, -0.2):
            assert count(picture, signed_colour(STRONGEST * score / 0.5, DIVERGING)) > 200

    def test_what_speaks_against_is_underlined(self) -> None:
        def lines(scores: tuple[float, ...]) -> int:
            found = over_text("mm mm", scores=scores)
            picture = pixels(flowed(found.text, found.words, 1.0, Look(), 200)[0])
            low = picture[24:28]
            return count(low, (0, 0, 0))

        assert lines((-0.3, 0.3)) > 20
        assert lines((0.3, 0.3)) == 0

    def test_a_long_text_shows_its_strongest_lines(self) -> None:
        text = " ".join(["dull"] * 3000 + ["superb"] + ["dull"] * 500)
        found = over_text(text, scores=[0.001] * 3000 + [1.0] + [0.001] * 500)
        picture, said = flowed(text, found.words, 1.0, Look(), 600)
        assert picture.height <= MOST_LINES * 40
        assert count(pixels(picture), signed_colour(STRONGEST, DIVERGING)) > 200
        assert said.startswith("Lines ")

    def test_right_to_left(self) -> None:
        text = "فيلم رائع"
        found = over_text(text, scores=(1.0, 0.0))
        picture = pixels(flowed(text, found.words, 1.0, Look(), 400)[0])
        assert count(picture[:, 200:], signed_colour(STRONGEST, DIVERGING)) > 200
        assert count(picture[:, :200], signed_colour(STRONGEST, DIVERGING)) == 0

    def test_a_page_colours_the_words_that_matter_most(self) -> None:
        found = over_text(" ".join(f"w{i}" for i in range(2000)), scores=[i / 2000 for i in range(2000)])
        html = spans(found.text, found.words)
        assert html.count("<span") == 600
        assert "w3 " in html, "the others are there too"


class TestHeat:
    """Over photos."""

    def test_pixels_are_as_bright_as_they_matter(self) -> None:
        photo = torch.randint(1, 256, (64, 64, 3), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
        found = replace(over_image(size=64, photo=photo), scores=torch.zeros(1, 64, 64))
        found.scores[:, :16] = 2.0
        found.scores[:, 16:32] = -1.0
        shown = overlay(photo, found, values_of(found, "pixels"), "pixels").int()
        assert torch.equal(shown[:14], photo[:14].int())
        assert int((shown[18:30] - (photo[18:30].double() / 2).round().int()).abs().max()) <= 1
        assert int(shown[34:].max()) == 0

    def test_signs_are_told_apart(self) -> None:
        found = over_image()
        shown = overlay(found.photo, found, values_of(found, "signed"), "signed").int()
        warmth = shown[:, :, 0] - shown[:, :, 2]
        assert int(warmth[1, 32]) < -40
        assert int(warmth[20, 32]) > 40
        assert abs(int(warmth[60, 32])) < 4

    def test_one_scale_for_all_or_each_its_own(self) -> None:
        weak = replace(over_image(), scores=over_image().scores / 10, target=Target(1, "dog", "probability", 0.1, 0.0))
        both = [over_image(), weak]
        common, said = compared(both, Look(), None)
        assert common.full == pytest.approx(3.0)
        assert "One scale for all" in said
        own, said = compared(both, Look(), "own")
        assert own.full is None
        assert "own" in said
        other = replace(weak, method="gradient")
        assert compared([over_image(), other], Look(), None)[0].full is None, "gradients are other numbers"
        assert comparison_png(both, scaling="own") != comparison_png(both)

    def test_a_map_of_zeros_sets_no_scale(self) -> None:
        empty = replace(over_image(), scores=torch.zeros(3, 32, 32))
        tiny = replace(over_image(), scores=over_image().scores / 1000)
        assert compared([empty, tiny], Look(), "common")[0].full == pytest.approx(0.003)


class TestDrawing:
    """One drawing, two outputs."""

    def test_svg_is_well_formed_and_words_stay_words(self) -> None:
        drawing = Drawing(100, 50, HOSTILE)
        drawing.label((5, 5), HOSTILE, anchor="end")
        drawing.line((0, 0), (10, 10), dash=(3, 2))
        drawing.shape((0, 0), (1, 0), (1, 1), role="positive", opacity=0.5)
        root = ElementTree.fromstring(svg(drawing))
        names = [element.tag.rpartition("}")[2] for element in root.iter()]
        assert names == ["svg", "title", "style", "rect", "text", "polyline", "polygon"]
        assert root[0].text == root[3].text == HOSTILE

    def test_colours_follow_the_theme(self) -> None:
        drawing = Drawing(20, 20, "")
        drawing.shape((0, 0), (20, 0), (20, 20), (0, 20), role="positive")
        for theme in (LIGHT, DARK):
            assert painted(drawing, theme).getpixel((10, 10)) == parse_hex(theme.positive)
            assert f"--hl-positive:{theme.positive}" in svg(drawing)
        assert "var(--hl-positive)" in svg(drawing)

    def test_dashes(self) -> None:
        drawing = Drawing(100, 10, "")
        drawing.line((0, 5), (100, 5), role="ink", width=2, dash=(10, 10))
        row = pixels(painted(drawing, LIGHT))[5, :, 0]
        dark = [bool(value < 100) for value in row.tolist()]
        assert [dark[i] for i in (5, 15, 25, 95)] == [True, False, True, False]


def test_titles_say_what_differs() -> None:
    one, two = over_image(), over_image(path=False)
    assert titles([one, two]) == ["Integrated gradients", "Gradient"]
    assert titles([one, replace(one, baseline="white")]) == ["against black", "against white"]
    assert titles([one, one]) == ["1", "2"]
    other = replace(one, target=Target(3, "bird", "probability", 0.02, 0.0))
    assert titles([one, other]) == [headline(one), headline(other)]


@pytest.mark.parametrize(
    ("label", "shown"),
    [
        ("cat", "cat"),
        ("dragonfly, darning needle, devil's darning needle, sewing needle", "dragonfly, darning needle"),
        ("x" * 100, "x" * 38 + "..."),
    ],
)
def test_long_labels_in_headlines(label: str, shown: str) -> None:
    found = over_image(target=Target(0, label, "probability", 0.9, 0.1), classes=[])
    assert headline(found) == f"{shown}  90 %"


def test_scores_in_headlines() -> None:
    assert headline(over_image()) == "cat  90 %"
    logit = over_image(target=Target(7, "cat minus dog", "logit", -3.21987), classes=[])
    assert headline(logit) == "cat minus dog  -3.22"
