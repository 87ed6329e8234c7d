"""Pictures of every kind of attribution: complete, of bounded size, without scripts, and hostile names stay names."""

from __future__ import annotations

import base64
import io
import re
from html.parser import HTMLParser
from typing import Literal
from xml.etree import ElementTree

import pytest
from PIL import Image as Pillow

from attribution_core import Attribution, BadRequest
from attribution_core.render import (
    animation,
    attribution_html,
    attribution_page,
    attribution_png,
    comparison_html,
    comparison_page,
    comparison_png,
    comparison_text,
    curve_png,
    plain_text,
    strip_png,
    terminal_text,
)
from attribution_core.render.kinds import KINDS

from .attributions import HOSTILE, every_kind, over_image, over_row, over_text

EVERY = every_kind()


class Elements(HTMLParser):
    """The elements of a page with their attributes, and the text between them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def opened(data: bytes) -> Pillow.Image:
    return Pillow.open(io.BytesIO(data))


def test_there_are_pictures_of_every_kind() -> None:
    assert set(EVERY) == set(KINDS)


@pytest.mark.parametrize("kind", EVERY)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_png_lies_on_the_paper_of_its_theme(kind: str, theme: Literal["light", "dark"]) -> None:
    found = EVERY[kind]
    pictures = [
        attribution_png(found, theme=theme),
        comparison_png([found, found], theme=theme),
        curve_png(found, theme=theme),
        strip_png(found, theme=theme),
    ]
    for data in pictures:
        picture = opened(data)
        assert picture.format == "PNG"
        assert picture.width <= 900
        assert picture.getpixel((2, 2)) == ((255, 255, 255) if theme == "light" else (24, 24, 27))


@pytest.mark.parametrize("kind", EVERY)
def test_type_grows_with_the_picture(kind: str) -> None:
    small, large = opened(attribution_png(EVERY[kind])), opened(attribution_png(EVERY[kind], max_width=1800))
    assert 1.8 * small.width <= large.width <= 1800
    assert large.height > 1.8 * small.height


@pytest.mark.parametrize("kind", EVERY)
def test_pages_are_whole_and_run_nothing(kind: str) -> None:
    for page in (attribution_page(EVERY[kind]), comparison_page([EVERY[kind], EVERY[kind]])):
        elements = Elements(page)
        tags = {tag for tag, _ in elements.found}
        assert not tags & {"script", "iframe", "object", "embed", "link", "form", "foreignobject", "use", "base"}
        for tag, attributes in elements.found:
            assert not any(name.startswith("on") for name in attributes), (tag, attributes)
            assert (attributes.get("src") or "data:").startswith("data:")
            assert (attributes.get("href") or "#").startswith("#")
        assert "url(" not in page
        assert "@import" not in page
        assert "prefers-color-scheme:dark" in page
        assert HOSTILE in elements.text, "a name is shown as it is"


@pytest.mark.parametrize("kind", EVERY)
def test_a_page_says_in_words_what_its_pictures_show(kind: str) -> None:
    page = attribution_html(EVERY[kind])
    elements = Elements(page)
    said = [attributes.get("alt") or "" for tag, attributes in elements.found if tag == "img"]
    assert all(said)
    assert any("90% of the way is made at scale 0.5" in words for words in said)
    assert any("gradient is largest at scale 0.5" in words for words in said)
    assert "completeness error" in elements.text


@pytest.mark.parametrize("kind", EVERY)
def test_drawings_are_pictures_that_sanitizers_leave(kind: str) -> None:
    found = Elements(attribution_html(EVERY[kind])).found
    assert not [tag for tag, _ in found if tag in {"svg", "text", "title", "polyline"}]
    drawings = [src for tag, attributes in found if "svg" in (src := attributes.get("src") or "")]
    assert drawings
    for src in drawings:
        root = ElementTree.fromstring(base64.b64decode(src.removeprefix("data:image/svg+xml;base64,")))
        assert [element for element in root.iter() if element.tag.endswith("}text")], "its labels are in the picture"


@pytest.mark.parametrize("kind", EVERY)
def test_pages_of_large_samples_stay_small(kind: str) -> None:
    import torch

    words = " ".join(f"word{i}" for i in range(5000))
    large: dict[str, Attribution] = {
        "image": over_image(224, torch.randint(0, 256, (1200, 1600, 3), dtype=torch.uint8)),
        "text": over_text(words, path=None),
        "tabular": over_row([(f"column {i}", str(i), (-1) ** i / (i + 1)) for i in range(800)], path=None),
    }
    assert len(attribution_html(large[kind])) < 500_000
    assert len(attribution_png(large[kind], max_width=800, max_bytes=200_000)) <= 200_000
    picture = opened(attribution_png(large[kind]))
    assert picture.height < 2000


@pytest.mark.parametrize("kind", EVERY)
def test_text_for_the_terminal(kind: str) -> None:
    found = EVERY[kind]
    shown = terminal_text(found)
    assert shown.endswith(plain_text(found))
    assert "\x1b" not in plain_text(found)
    assert "▁" in shown, "the curve, in blocks"
    assert "█" in shown
    for line in shown.splitlines():
        assert "\x1b[" not in line.rpartition("\x1b[0m")[2] or "\x1b[" not in line, "colours end with their line"
    both = comparison_text([found, found])
    assert both.count("17 gradients") == 2


def test_kinds_are_not_mixed() -> None:
    with pytest.raises(BadRequest, match="'image' and 'text' cannot be drawn beside each other"):
        comparison_png([over_image(), over_text()])
    with pytest.raises(BadRequest, match="nothing cannot be drawn"):
        comparison_html([])


@pytest.mark.parametrize("kind", EVERY)
def test_what_follows_no_path_has_no_curve(kind: str) -> None:
    makers = {"image": over_image, "text": over_text, "tabular": over_row}
    found = makers[kind](path=None) if kind != "image" else over_image(path=False)  # type: ignore[operator]
    for draw in (curve_png, strip_png, animation):
        with pytest.raises(BadRequest, match="keeps nothing of a path"):
            draw(found)
    assert "On the way" not in attribution_html(found)
    assert re.search(r"<h1>cat 90 %|<h1>cat  90 %", attribution_html(found))
