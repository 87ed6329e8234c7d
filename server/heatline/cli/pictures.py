"""Writing results to files."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from .failures import BadArgument
from .options import check_writable

if TYPE_CHECKING:
    from attribution_core import Attribution
    from attribution_core.render.paint import Show

MOVING = (".gif", ".webp")
ONE = (".png", ".html", *MOVING, ".npz")
SEVERAL = (".png", ".html")


def check_picture(options: argparse.Namespace, formats: Sequence[str]) -> None:
    """Refuses what could not be written or opened, before anything is computed."""
    out: Path | None = options.out
    if out is None:
        return
    kind = out.suffix.lower()
    if kind not in formats:
        raise BadArgument(f"--out {out} is no format that can be written. Choose {', '.join(formats)}.")
    if kind in MOVING and options.method != "interior":
        raise BadArgument(f"--out {out} moves along the path, and {options.method} keeps none. Add --method interior.")
    if kind == ".npz" and options.open:
        raise BadArgument(f"--open shows pictures, and {out} holds arrays. Leave one of them out.")
    check_writable(out)


def write_one(found: Attribution, path: Path, show: Show) -> None:
    """An attribution, in the format that the file's name ends in."""
    from attribution_core.render import animation, attribution_page, attribution_png

    kind = path.suffix.lower()
    if kind == ".npz":
        found.save(path)
    elif kind == ".png":
        path.write_bytes(attribution_png(found, show=show))
    elif kind == ".html":
        path.write_text(attribution_page(found, show=show), encoding="utf-8")
    else:
        path.write_bytes(animation(found, "gif" if kind == ".gif" else "webp", show=show))


def write_several(found: Sequence[Attribution], path: Path, show: Show) -> None:
    """Attributions side by side."""
    from attribution_core.render import comparison_page, comparison_png

    if path.suffix.lower() == ".png":
        path.write_bytes(comparison_png(found, show=show))
    else:
        path.write_text(comparison_page(found, show=show), encoding="utf-8")
