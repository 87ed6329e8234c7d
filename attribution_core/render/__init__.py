"""Pictures of attributions: PNG, HTML and text for the terminal."""

from __future__ import annotations

from .heatmap import heatmap_png
from .html import attribution_html, attribution_page
from .terminal import plain_text, terminal_text
from .tokens import tokens_html
from .words import percent

__all__ = [
    "attribution_html",
    "attribution_page",
    "heatmap_png",
    "percent",
    "plain_text",
    "terminal_text",
    "tokens_html",
]
