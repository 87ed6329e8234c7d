"""An attribution as HTML: no script, no network, light and dark."""

from __future__ import annotations

import base64
from html import escape

from ..attribution import Attribution, ImageAttribution, TextAttribution, TokenScore
from .heatmap import heatmap_png
from .tokens import strongest, tokens_html
from .words import headline, percent, provenance

STYLE = """
.heatline{font:14px/1.5 system-ui,sans-serif;color:#18181b;background:#fff;max-width:960px;padding:4px 8px}
.heatline h1{font-size:18px;margin:8px 0}.heatline img{max-width:100%;border-radius:4px}
.heatline .faint{color:#5f5f68;font-size:12px;margin:4px 0}
.heatline table{border-collapse:collapse;font-size:13px;margin:8px 0;background:none;color:inherit}
.heatline td{padding:1px 12px 1px 0;text-align:left;background:none;border:0}
.heatline .number{text-align:right;font-variant-numeric:tabular-nums}
@media (prefers-color-scheme:dark){.heatline{color:#e4e4e7;background:#18181b}.heatline .faint{color:#a1a1aa}
.heatline .heatline-text span{background:var(--dark)!important;color:var(--dark-ink)!important}}
"""
MOST_WORDS = 8
"""Words of a text that are listed with their scores."""


def attribution_html(attribution: Attribution) -> str:
    """A fragment for a notebook's output: the picture, the classes, the method."""
    return f'<div class="heatline"><style>{STYLE}</style>{_content(attribution)}</div>'


def attribution_page(attribution: Attribution) -> str:
    """A whole page for a file."""
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">'
        f"<title>{escape(headline(attribution))}</title>{attribution_html(attribution)}</html>\n"
    )


def _content(attribution: Attribution) -> str:
    parts = [f"<h1>{escape(headline(attribution))}</h1>", _picture(attribution)]
    rows = "".join(
        f'<tr><td class="number">{percent(entry.probability)}</td><td>{escape(entry.label)}</td></tr>'
        for entry in attribution.classes
    )
    parts.append(f"<table>{rows}</table>")
    parts.append(f'<p class="faint">{escape(attribution.model)}: {escape(provenance(attribution))}.</p>')
    parts.extend(f'<p class="faint">{escape(note)}</p>' for note in attribution.notes)
    return "".join(parts)


def _picture(attribution: Attribution) -> str:
    if isinstance(attribution, TextAttribution):
        return tokens_html(attribution) + _key(attribution) + _list(attribution.words)
    if not isinstance(attribution, ImageAttribution):
        return ""
    try:
        data = base64.b64encode(heatmap_png(attribution)).decode("ascii")
    except ImportError:
        return '<p class="faint">Pictures need Pillow: pip install pillow.</p>'
    alternative = f"Photo and heatmap of {attribution.sample} for {headline(attribution)}"
    return f'<img alt="{escape(alternative)}" src="data:image/png;base64,{data}">'


def _key(attribution: TextAttribution) -> str:
    full = strongest(attribution.words)
    if attribution.baseline is None:
        return (
            f'<p class="faint">Full colour: a gradient of {full:.3g}. Gradients of words have a length and no sign.</p>'
        )
    return (
        f'<p class="faint">Orange: for {escape(attribution.target.label)}. Blue and underlined: against it. '
        f"Full colour: {full:.3g}.</p>"
    )


def _list(words: list[TokenScore]) -> str:
    best = sorted(words, key=lambda word: -abs(word.score))[:MOST_WORDS]
    rows = "".join(f'<tr><td class="number">{w.score:+.3g}</td><td>{escape(w.text)}</td></tr>' for w in best)
    return f"<table>{rows}</table>"
