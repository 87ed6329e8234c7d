"""Pictures as PNG files: of one attribution, of several beside each other, of a path."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from ..attribution import Attribution, ImageAttribution
from .curve import alternative, saturation
from .figure import figure
from .image import bare
from .interior import at_each_scale
from .kinds import kind_of
from .look import WIDTH, Body, Look
from .paint import Show
from .raster import painted, png
from .theme import THEMES, ThemeName
from .words import headline, method_name, provenance, titles

Scaling = Literal["common", "own"]
"""One value has the full colour in all panels, or each panel has its own."""


def attribution_png(
    attribution: Attribution,
    max_width: int = WIDTH,
    show: Show = "magnitude",
    theme: ThemeName = "light",
    max_bytes: int | None = None,
) -> bytes:
    """What contributed to the score: a heatmap beside its photo, coloured words, or bars for the columns of a row.

    Parameters
    ----------
    max_width : pixels. Type and lines grow with it beyond 900.
    show : for images: `magnitude` (how much a place matters), `signed` (for or against the class) or `pixels` (the
        photo's own, as bright as they matter).
    max_bytes : with fewer colours, and then with fewer pixels, until the file is no larger.

    Raises
    ------
    BadRequest
        If there are no pictures of this kind of attribution.
    """
    look = Look(show, THEMES[theme], max_width)
    body = kind_of([attribution]).body([attribution], look)
    return png(figure(headline(attribution), body, [f"{provenance(attribution)}."], look), max_bytes)


def heatmap_png(attribution: ImageAttribution, max_width: int = WIDTH, max_bytes: int | None = None) -> bytes:
    """The heatmap over its photo, and nothing around it: for a tooltip in any theme.

    Parameters
    ----------
    max_width, max_bytes : as for `attribution_png`.
    """
    return png(bare(attribution, Look("magnitude", THEMES["light"], max_width)), max_bytes)


def comparison_png(
    attributions: Sequence[Attribution],
    max_width: int = WIDTH,
    show: Show = "magnitude",
    theme: ThemeName = "light",
    scaling: Scaling | None = None,
    max_bytes: int | None = None,
) -> bytes:
    """Several attributions of one sample side by side, by different methods or of different classes.

    Parameters
    ----------
    scaling : whether one value has the full colour in all panels (`common`) or each panel has its own (`own`). Left
        out, it is common where the numbers can be compared: one method, one score, one baseline.
    max_width, show, theme, max_bytes : as for `attribution_png`.

    Raises
    ------
    BadRequest
        If there are none, or they are of several kinds.
    """
    look, said = compared(attributions, Look(show, THEMES[theme], max_width), scaling)
    body = kind_of(attributions).body(attributions, look)
    return png(figure(common_title(attributions), body, [said], look), max_bytes)


def compared(attributions: Sequence[Attribution], look: Look, scaling: Scaling | None) -> tuple[Look, str]:
    """The look of a comparison, and a sentence about its scale."""
    kind = kind_of(attributions)
    others = [one for one in attributions if not one.is_difference]
    alike = len({(one.method, one.target.score, one.baseline) for one in others}) == 1
    common = scaling == "common" or (scaling is None and alike)
    full, said = _scale([kind.full(one, look.show) for one in attributions], common)
    if len(others) < len(attributions):
        said += " Of the difference, orange is more of the first, and blue more of the second."
    return Look(look.show, look.theme, look.width, full, titles(attributions), look.original, look.as_given), said


def common_title(attributions: Sequence[Attribution]) -> str:
    """What several attributions have in common."""
    headlines = {headline(one) for one in attributions}
    return headlines.pop() if len(headlines) == 1 else attributions[0].sample


def curve_png(attribution: Attribution, max_width: int = WIDTH, theme: ThemeName = "light") -> bytes:
    """The saturation curve: the score, the logits of the top classes and the gradient's magnitude at each scale from
    the baseline (0) to the sample (1).

    Raises
    ------
    BadRequest
        If the attribution's method follows no path.
    """
    look = Look(theme=THEMES[theme], width=max_width)
    drawing = saturation(attribution)
    body = Body(painted(drawing, look.theme, (look.width - 24 * look.zoom) / drawing.width))
    return png(figure(headline(attribution), body, [alternative(attribution)], look))


def strip_png(
    attribution: Attribution,
    max_width: int = WIDTH,
    show: Show = "magnitude",
    theme: ThemeName = "light",
    scaling: Scaling = "common",
    max_bytes: int | None = None,
) -> bytes:
    """Interior gradients: what mattered at each of at most 16 scales on the way from the baseline to the sample.

    Parameters
    ----------
    scaling : `common` shows where on the path it mattered, `own` where in the sample at each scale.
    max_width, show, theme, max_bytes : as for `attribution_png`.

    Raises
    ------
    BadRequest
        If the attribution has no interior maps.
    """
    found, look, said = strip(attribution, Look(show, THEMES[theme], max_width), scaling)
    body = kind_of(found).body(found, look)
    title = f"Interior gradients of {headline(attribution)}"
    sentences = [f"At each scale, and the score there. {said}", provenance_of(attribution)]
    return png(figure(title, body, sentences, look), max_bytes)


def strip(
    attribution: Attribution, look: Look, scaling: Scaling, most: int | None = None
) -> tuple[list[Attribution], Look, str]:
    """One attribution per scale, how to draw them, and a sentence about their scale of colours."""
    found, names = at_each_scale(attribution, most)
    kind = kind_of(found)
    full, said = _scale([kind.full(one, look.show) for one in found], scaling == "common")
    return found, Look(look.show, look.theme, look.width, full, names, original=False, as_given=True), said


def _scale(fulls: Sequence[float], common: bool) -> tuple[float | None, str]:
    """The value of the full colour in all panels, and a sentence about it."""
    if not common:
        return None, "Each on a scale of its own."
    full = max(fulls) or 1.0
    return full, f"One scale for all: full colour at {full:.2g}."


def provenance_of(attribution: Attribution) -> str:
    """The method and the baseline in a sentence."""
    against = "" if attribution.baseline is None else f" against {attribution.baseline}"
    return f"{method_name(attribution.method)} of the {attribution.target.score}{against}."
