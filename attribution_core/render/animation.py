"""Interior gradients as a moving picture, from the baseline to the sample."""

from __future__ import annotations

import base64
import io
from html import escape
from typing import TYPE_CHECKING, Literal

from ..attribution import Attribution
from .curve import alternative, glance
from .figure import GAP, TITLE, fitted, write
from .interior import path_of
from .kinds import kind_of
from .look import Look
from .paint import Show
from .pictures import Scaling, strip
from .raster import in_few_colours, painted
from .theme import THEMES, ThemeName
from .words import headline

if TYPE_CHECKING:
    from PIL.Image import Image as Picture

WIDTH = 480
FRAME, LAST = 220, 1600
"""Milliseconds for which a frame, and the last one, is shown."""
WEBP_QUALITY = 82


def animation(
    attribution: Attribution,
    form: Literal["gif", "webp"] = "gif",
    max_width: int = WIDTH,
    show: Show = "magnitude",
    theme: ThemeName = "light",
    scaling: Scaling = "common",
) -> bytes:
    """Interior gradients, one frame for each of at most 16 scales, over the curve of the score with the place on it.

    Parameters
    ----------
    form : of the file. WebP is smaller and has all colours, GIF plays everywhere.
    max_width, show, theme, scaling : as for `strip_png`.

    Raises
    ------
    BadRequest
        If the attribution has no interior maps.
    """
    frames = drawn(attribution, Look(show, THEMES[theme], max_width), scaling)
    durations = [FRAME] * (len(frames) - 1) + [LAST]
    buffer = io.BytesIO()
    if form == "webp":
        frames[0].save(
            buffer, "WEBP", save_all=True, append_images=frames[1:], duration=durations, loop=0, quality=WEBP_QUALITY
        )
    else:
        reduced = in_few_colours(frames)
        reduced[0].save(
            buffer, "GIF", save_all=True, append_images=reduced[1:], duration=durations, loop=0, optimize=False
        )
    return buffer.getvalue()


def animation_html(
    attribution: Attribution,
    form: Literal["gif", "webp"] = "webp",
    max_width: int = WIDTH,
    show: Show = "magnitude",
    theme: ThemeName = "light",
    scaling: Scaling = "common",
) -> str:
    """The moving picture as a fragment for a notebook's output; see `animation`."""
    data = base64.b64encode(animation(attribution, form, max_width, show, theme, scaling)).decode("ascii")
    return f'<img alt="{escape(alternative(attribution))}" src="data:image/{form};base64,{data}">'


def drawn(attribution: Attribution, look: Look, scaling: Scaling) -> list[Picture]:
    """The frames."""
    path = path_of(attribution)
    found, strip_look, _ = strip(attribution, look, scaling)
    kind = kind_of(found)
    frames = []
    for one, scale in zip(found, path.map_scales, strict=True):
        alone = Look(look.show, look.theme, look.width, strip_look.full, [""], original=False, as_given=True)
        body = kind.body([one], alone).image
        frames.append(_frame(attribution, body, scale, look))
    return frames


def _frame(attribution: Attribution, body: Picture, scale: float, look: Look) -> Picture:
    """The class, the picture, and the place on the curve."""
    from PIL import Image, ImageDraw

    zoom, theme = look.zoom, look.theme
    gap, head = round(GAP * zoom), round((TITLE + 18) * zoom)
    place = glance(attribution, scale)
    curve = painted(place, theme, (look.width - 2 * gap) / place.width)
    height = head + body.height + gap + curve.height + gap // 2
    sheet = Image.new("RGB", (look.width, height), theme.rgb("paper"))
    draw = ImageDraw.Draw(sheet)
    title = fitted(headline(attribution), TITLE * zoom, look.width - 2 * gap)
    write(draw, (gap, gap - 2), title, theme.rgb("ink"), TITLE * zoom)
    sheet.paste(body, ((look.width - body.width) // 2, head))
    sheet.paste(curve, (gap, head + body.height + gap))
    return sheet
