"""A result, wherever the options want it: in a file, as JSON, in the terminal, on the screen."""

from __future__ import annotations

import argparse
import sys
import tempfile
import webbrowser
from collections.abc import Callable
from pathlib import Path

from .jsonfile import Record, write_json


def hand_out(
    options: argparse.Namespace,
    *,
    write: Callable[[Path], None],
    record: Callable[[], Record],
    plain: Callable[[], str],
    coloured: Callable[[], str],
) -> None:
    """Gives the result out.

    Parameters
    ----------
    options : those of `add_picture` and `add_json`.
    write : makes the picture's file.
    record : what --json writes.
    plain, coloured : the words in the terminal; the coloured ones hold the picture too, for where there is no file of
        it and the terminal has colours.
    """
    path = _place_of(options)
    if path is not None:
        write(path)
    if options.json is not None:
        write_json(record(), options.json)
    if options.json != "-":
        print(coloured() if path is None and sys.stdout.isatty() else plain())
        if path is not None:
            print(f"Wrote {path}")
    if path is not None and options.open:
        _open(path)


def _place_of(options: argparse.Namespace) -> Path | None:
    """Where the picture goes: --out, or a page of its own for --open."""
    if options.out is not None or not options.open:
        out: Path | None = options.out
        return out
    return Path(tempfile.mkdtemp(prefix="heatline-")) / "explanation.html"


def _open(path: Path) -> None:
    """Shows a file in whatever the desktop, or BROWSER, has for it."""
    if not webbrowser.open(path.resolve().as_uri()):
        print(f"heatline: nothing on this machine could open {path}", file=sys.stderr)
