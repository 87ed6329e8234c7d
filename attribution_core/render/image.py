"""Pictures of attributions over images: the photo, and beside it the photo with its heatmap."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING

from torch import Tensor

from ..attribution import ImageAttribution
from .figure import SMALL, bar_marks, fitted, write
from .heatmap import overlay, reading, resized, shown_size, values_of
from .look import Body, ColourBar, Look
from .paint import PAINTS, Show
from .raster import picture
from .scale import Scaled
from .terminal_colours import RESET, ground, ink
from .words import headline

if TYPE_CHECKING:
    from PIL.Image import Image as Picture

GAP = 12
NARROWEST_PANEL = 140
"""Pixels: with more panels than fit, there are several rows."""
HTML_WIDTH = 420
"""Pixels of a panel on a page."""
LOSSLESS_PIXELS = 128 * 128
"""Up to this size a photo is kept as PNG: it is shown enlarged, and JPEG would smear its pixels."""
JPEG_QUALITY = 85
MOST_LISTED = 5
"""Values that a sentence lists."""
MAPS_ON_PAGE = 8
COLUMNS = 64
"""Width of a picture in a terminal, characters. A character shows two pixels, one above the other."""
ALL_COLUMNS = 108
"""Width of several beside each other."""


def body(found: Sequence[ImageAttribution], look: Look) -> Body:
    """Panels in rows."""
    panels = _panels(found, look)
    most_in_row = max(1, round(look.width / look.zoom - GAP) // (NARROWEST_PANEL + GAP))
    rows = -(-len(panels) // most_in_row)
    across = -(-len(panels) // rows)
    gap = round(GAP * look.zoom)
    most = (look.width - gap * (across + 1)) // across
    drawn = [(title, picture(_pixels(one, look, values, most))) for title, one, values in panels]
    bar, said = _legend([values for _, _, values in panels if values is not None], look)
    return Body(_grid(drawn, across, gap, look), bar, [said])


def bare(attribution: ImageAttribution, look: Look) -> Picture:
    """The photo with its heatmap, and nothing around it."""
    return picture(_pixels(attribution, look, values_of(attribution, look.show), look.width))


def html(found: Sequence[ImageAttribution], look: Look) -> str:
    """Figures beside each other, and a colour bar."""
    figures = []
    panels = _panels(found, look)
    width = min(HTML_WIDTH, look.width // min(3, len(panels)))
    for title, one, values in panels:
        alternative = f"The photo {one.sample}" if values is None else alternative_of(one)
        data = _data_url(picture(_pixels(one, look, values, width)))
        caption = f"<figcaption>{escape(title)}</figcaption>" if title else ""
        figures.append(f'<figure>{caption}<img alt="{escape(alternative)}" src="{data}"></figure>')
    bar, said = _legend([values for _, _, values in panels if values is not None], look)
    return f'<div class="heatline-panels">{"".join(figures)}</div>{_html_bar(bar)}<p class="faint">{escape(said)}</p>'


def terminal(found: Sequence[ImageAttribution], look: Look) -> str:
    """Half blocks: the upper pixel is the ink, the lower one the ground."""
    columns = min(COLUMNS, (ALL_COLUMNS + 2) // len(found) - 2)
    blocks = [_blocks(one, look, max(16, columns)) for one in found]
    lines = ["  ".join(parts) for parts in zip(*blocks, strict=False)]
    if look.titles:
        lines.insert(0, "  ".join(f"{title[:columns]:<{columns}}" for title in look.titles))
    return "\n".join(lines)


def summary(attribution: ImageAttribution) -> list[str]:
    """Where the heat lies, in words: for those who cannot see the picture."""
    return [f"Most of it lies {_where(attribution)}."]


def full(attribution: ImageAttribution, show: Show) -> float:
    """The value that has the full colour; 0 for a map that is zero everywhere."""
    values = values_of(attribution, show)
    return values.full if bool(values.strengths.any()) else 0.0


def maps_on_page(attribution: ImageAttribution) -> int:
    """Interior maps that a page has room for."""
    return MAPS_ON_PAGE


def alternative_of(attribution: ImageAttribution) -> str:
    """What the heatmap shows, in a sentence."""
    return f"Heatmap over {attribution.sample} for {headline(attribution)}: most of it lies {_where(attribution)}"


def _panels(found: Sequence[ImageAttribution], look: Look) -> list[tuple[str, ImageAttribution, Scaled | None]]:
    """Title, attribution and strengths of each panel; the photo alone has none."""
    titles = list(look.titles) or [""] * len(found)
    panels: list[tuple[str, ImageAttribution, Scaled | None]] = [
        (title, one, values_of(one, look.show, look.full)) for title, one in zip(titles, found, strict=True)
    ]
    return [("The photo" if look.titles else "", found[0], None), *panels] if look.original else panels


def _legend(shown: Sequence[Scaled], look: Look) -> tuple[ColourBar, str]:
    """The colour bar, and a sentence that says how to read it."""
    common = look.full or (shown[0].full if len(shown) == 1 else None)
    said = reading(shown[0], look.show, look.full is None)
    if common is None:
        said += f", which is {_list([values.full for values in shown])}"
    return ColourBar(PAINTS[look.show], common), f"{said}."


def _list(numbers: Sequence[float]) -> str:
    if len(numbers) > MOST_LISTED:
        return f"{min(numbers):.2g} to {max(numbers):.2g}"
    return ", ".join(f"{number:.2g}" for number in numbers)


def _pixels(attribution: ImageAttribution, look: Look, values: Scaled | None, most: int) -> Tensor:
    photo = resized(attribution.photo, shown_size(attribution.photo, most))
    return photo if values is None else overlay(photo, attribution, values, look.show)


def _grid(panels: Sequence[tuple[str, Picture]], across: int, gap: int, look: Look) -> Picture:
    """Pictures in rows, with titles where there are any."""
    from PIL import Image, ImageDraw

    width, height = (max(getattr(panel, side) for _, panel in panels) for side in ("width", "height"))
    head = round((SMALL + 8) * look.zoom) if any(title for title, _ in panels) else 0
    rows = -(-len(panels) // across)
    across = min(across, len(panels))
    size = (across * (width + gap) - gap, rows * (head + height + gap) - gap)
    sheet = Image.new("RGB", size, look.theme.rgb("paper"))
    draw = ImageDraw.Draw(sheet)
    for i, (title, panel) in enumerate(panels):
        left, top = (i % across) * (width + gap), (i // across) * (head + height + gap)
        if title:
            words = fitted(title, SMALL * look.zoom, width)
            write(draw, (left, top), words, look.theme.rgb("ink"), SMALL * look.zoom)
        sheet.paste(panel, (left, top + head))
    return sheet


def _data_url(panel: Picture) -> str:
    """A picture inside the page: JPEG, or PNG for a small one."""
    lossless = panel.width * panel.height <= LOSSLESS_PIXELS or (panel.getcolors(256) is not None)
    buffer = io.BytesIO()
    panel.save(buffer, **({"format": "PNG"} if lossless else {"format": "JPEG", "quality": JPEG_QUALITY}))
    kind = "png" if lossless else "jpeg"
    return f"data:image/{kind};base64,{base64.b64encode(buffer.getvalue()).decode('ascii')}"


def _html_bar(bar: ColourBar) -> str:
    count = 24
    places = [(2 * i / count - 1) if bar.paint.signed else i / count for i in range(count + 1)]
    colours = ",".join("#{:02x}{:02x}{:02x}".format(*bar.paint.over_grey(place)) for place in places)
    marks = "".join(f"<span>{escape(words)}</span>" for _, words, _ in bar_marks(bar))
    return (
        f'<div class="heatline-bar"><div style="background:linear-gradient(to right,{colours})"></div>'
        f"<p>{marks}</p></div>"
    )


def _blocks(attribution: ImageAttribution, look: Look, columns: int) -> list[str]:
    height, width = attribution.photo.shape[:2]
    rows = max(2, 2 * round(columns * height / width / 2))
    small = resized(attribution.photo, (rows, columns))
    pixels = overlay(small, attribution, values_of(attribution, look.show, look.full), look.show).tolist()
    lines = []
    for upper, lower in zip(pixels[::2], pixels[1::2], strict=True):
        cells = [f"{ink(tuple(a))}{ground(tuple(b))}▀" for a, b in zip(upper, lower, strict=True)]
        lines.append("".join(cells) + RESET)
    return lines


def _where(attribution: ImageAttribution) -> str:
    """The centre of the heat."""
    magnitude = attribution.magnitude.double()
    total = float(magnitude.sum())
    if total == 0:
        return "nowhere: the map is zero everywhere"
    height, width = magnitude.shape
    rows, columns = magnitude.sum(1).tolist(), magnitude.sum(0).tolist()
    y = sum((i + 0.5) * value for i, value in enumerate(rows)) / total / height
    x = sum((i + 0.5) * value for i, value in enumerate(columns)) / total / width
    vertical = "at the top" if y < 0.4 else "at the bottom" if y > 0.6 else "in the middle"
    horizontal = ", left" if x < 0.4 else ", right" if x > 0.6 else ""
    return f"{vertical}{horizontal}"
