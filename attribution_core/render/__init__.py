"""Pictures of attributions: PNG, moving pictures, HTML and text for the terminal.

Read it in this order:

    words, theme, paint, scale     what is said, and how numbers become colours
    look                           how a picture is wanted
    image, text, tabular           what each kind of attribution looks like; `kinds` is the table of them
    interior, curve                the way from the baseline to the sample
    drawing, svg, raster, figure   lines and words on a page and in pixels
    pictures, animation            PNG, GIF and WebP
    html, terminal                 pages and text
"""

from __future__ import annotations

from .animation import animation, animation_html
from .html import attribution_html, attribution_page, comparison_html, comparison_page
from .pictures import attribution_png, comparison_png, curve_png, heatmap_png, strip_png
from .terminal import comparison_summary, comparison_text, plain_text, terminal_text
from .tokens import tokens_html
from .words import class_value, percent

__all__ = [
    "animation",
    "animation_html",
    "attribution_html",
    "attribution_page",
    "attribution_png",
    "class_value",
    "comparison_html",
    "comparison_page",
    "comparison_png",
    "comparison_summary",
    "comparison_text",
    "curve_png",
    "heatmap_png",
    "percent",
    "plain_text",
    "strip_png",
    "terminal_text",
    "tokens_html",
]
