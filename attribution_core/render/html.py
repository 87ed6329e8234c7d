"""Attributions as HTML: no script, no network, light and dark."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from ..attribution import Attribution
from .curve import saturation
from .interior import spread
from .kinds import KINDS, kind_of
from .look import Look
from .paint import Show
from .pictures import Scaling, common_title, compared, strip
from .svg import svg_image
from .theme import DARK, LIGHT, properties
from .words import class_value, headline, method_name, percent, provenance, seconds, share_or_number

TABLES = ".heatline.heatline.heatline"
"""Said three times, to count for more than what notebooks say of tables: stripes, and everything to the right."""
# Browsers print no backgrounds unless a page insists: the words would lose their colours.
STYLE = f"""
.heatline{{{properties(LIGHT)};font:14px/1.5 system-ui,sans-serif;color:var(--hl-ink);background:var(--hl-paper);
max-width:960px;padding:4px 8px;-webkit-print-color-adjust:exact;print-color-adjust:exact}}
@media (prefers-color-scheme:dark){{.heatline{{{properties(DARK)}}}
.heatline .heatline-text span{{background:var(--dark)!important;color:var(--dark-ink)!important}}}}
.heatline h1{{font-size:18px;margin:8px 0;white-space:pre-wrap}}.heatline h2{{font-size:14px;margin:16px 0 4px}}
.heatline img{{max-width:100%;border-radius:4px;vertical-align:top}}
.heatline img,.heatline figure{{break-inside:avoid}}
.heatline img[width]{{display:block;height:auto;margin:8px 0;color-scheme:light dark}}
.heatline .faint{{color:var(--hl-faint);font-size:12px;margin:4px 0;white-space:pre-wrap}}
{TABLES} table{{border-collapse:collapse;font-size:13px;margin:8px 0;background:none;color:inherit}}
{TABLES} td,{TABLES} th{{padding:1px 12px 1px 0;text-align:left;font-weight:400;background:none;border:0}}
{TABLES} th{{color:var(--hl-faint)}}{TABLES} tr{{background:none}}
{TABLES} .number{{text-align:right;font-variant-numeric:tabular-nums}}
.heatline summary{{cursor:pointer;color:var(--hl-faint);font-size:12px}}
.heatline-panels{{display:flex;flex-wrap:wrap;gap:10px}}.heatline-panels figure{{margin:0;min-width:0}}
.heatline-panels figcaption{{font-size:12px;margin-bottom:2px;white-space:pre-wrap}}
.heatline-bar{{max-width:850px;font-size:12px;margin:8px 0 0}}.heatline-bar div{{height:10px;border-radius:3px}}
.heatline-bar p{{display:flex;justify-content:space-between;margin:2px 0}}
"""
STRIP_WIDTH = 600
"""Pixels for three interior maps: a page must stay small."""
MOST_ROWS = 33
"""Of a table of numbers along the path."""


def attribution_html(attribution: Attribution, show: Show = "magnitude") -> str:
    """A fragment for a notebook's output: the picture, the classes, the way from the baseline, the method.

    Parameters
    ----------
    show : for images: `magnitude`, `signed` or `pixels`.
    """
    return _fragment(
        f"<h1>{escape(headline(attribution))}</h1>",
        _picture([attribution], Look(show)),
        _classes(attribution),
        _path(attribution, Look(show)),
        f'<p class="faint">{escape(attribution.model)}: {escape(provenance(attribution))}.</p>',
        *(f'<p class="faint">{escape(note)}</p>' for note in attribution.notes),
    )


def comparison_html(
    attributions: Sequence[Attribution], show: Show = "magnitude", scaling: Scaling | None = None
) -> str:
    """Several attributions of one sample side by side, as a fragment.

    Parameters
    ----------
    scaling : as for `comparison_png`.

    Raises
    ------
    BadRequest
        If there are none, or they are of several kinds.
    """
    look, said = compared(attributions, Look(show), scaling)
    return _fragment(
        f"<h1>{escape(common_title(attributions))}</h1>",
        _picture(attributions, look),
        f'<p class="faint">{escape(said)}</p>',
        _side_by_side(attributions, look.titles),
        *(f'<p class="faint">{escape(n)}</p>' for n in dict.fromkeys(n for one in attributions for n in one.notes)),
    )


def attribution_page(attribution: Attribution, show: Show = "magnitude") -> str:
    """A whole page for a file."""
    return page(headline(attribution), attribution_html(attribution, show))


def comparison_page(
    attributions: Sequence[Attribution], show: Show = "magnitude", scaling: Scaling | None = None
) -> str:
    """A whole page for a file."""
    return page(common_title(attributions), comparison_html(attributions, show, scaling))


def page(title: str, fragment: str) -> str:
    """A fragment as a whole page."""
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">'
        f"<style>html{{background:{LIGHT.paper}}}@media (prefers-color-scheme:dark){{html{{background:{DARK.paper}}}}}"
        f"</style><title>{escape(title)}</title>{fragment}</html>\n"
    )


def _fragment(*parts: str) -> str:
    return f'<div class="heatline"><style>{STYLE}</style>{"".join(parts)}</div>'


def _picture(found: Sequence[Attribution], look: Look) -> str:
    """The kind's own picture; nothing for a kind that has none."""
    if found[0].kind not in KINDS:
        return ""
    try:
        return kind_of(found).html(found, look)
    except ImportError:
        return '<p class="faint">Pictures need Pillow: pip install pillow.</p>'


def _classes(attribution: Attribution) -> str:
    rows = "".join(
        f'<tr><td class="number">{class_value(entry)}</td><td>{escape(entry.label)}</td></tr>'
        for entry in attribution.classes
    )
    return f"<table>{rows}</table>"


def _path(attribution: Attribution, look: Look) -> str:
    """The saturation curve, its numbers, and interior gradients where they were kept."""
    path = attribution.path
    if path is None:
        return ""
    chosen = spread(len(path.scales), MOST_ROWS)
    rows = "".join(
        f'<tr><td class="number">{path.scales[i]:.3g}</td><td class="number">{path.scores[i]:.4g}</td>'
        f'<td class="number">{path.magnitudes[i]:.4g}</td></tr>'
        for i in chosen
    )
    parts = [
        "<h2>On the way from the baseline to the sample</h2>",
        svg_image(saturation(attribution)),
        "<details><summary>As numbers</summary><table><tr><th>Scale</th><th>Score</th><th>Gradient</th></tr>"
        f"{rows}</table></details>",
    ]
    if path.maps is not None:
        most = kind_of([attribution]).maps_on_page(attribution)
        if most < 2:
            return "".join(parts)
        found, strip_look, said = strip(attribution, Look(look.show, width=STRIP_WIDTH), "common", most)
        parts.append("<h2>Interior gradients: at each scale, and the score there</h2>")
        parts.append(f'{_picture(found, strip_look)}<p class="faint">{escape(said)}</p>')
    return "".join(parts)


def _side_by_side(attributions: Sequence[Attribution], titles: Sequence[str]) -> str:
    """What was computed, a row for each; its method too, unless it is called by that already."""
    methods = [method_name(one.method) for one in attributions]
    named = methods == list(titles)
    rows = "".join(
        f"<tr><td>{escape(title)}</td>{'' if named else f'<td>{escape(method)}</td>'}"
        f'<td class="number">{share_or_number(one.target.score, one.target.value)}</td>'
        f'<td class="number">{_completeness(one)}</td>'
        f'<td class="number">{one.gradient_evaluations}</td><td class="number">{seconds(one.seconds)}</td></tr>'
        for title, method, one in zip(titles, methods, attributions, strict=True)
    )
    first = "<th>Method</th>" if named else "<th></th><th>Method</th>"
    return (
        f"<table><tr>{first}<th>Score</th><th>Completeness error</th><th>Gradients</th><th>Time</th></tr>{rows}</table>"
    )


def _completeness(attribution: Attribution) -> str:
    return "" if attribution.completeness is None else percent(attribution.completeness.relative_error)
