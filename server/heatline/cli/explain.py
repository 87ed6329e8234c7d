"""`heatline explain`: why a model gives a sample its score, as a picture, a page, numbers or text."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from .failures import BadArgument
from .jsonfile import explanation_record, write_json
from .options import Subparsers, add_json, add_model_and_sample, check_writable, sample_of
from .progress import Bar

if TYPE_CHECKING:
    from attribution_core import Attribution

METHODS = ("gradient", "integrated")
SCORES = ("probability", "logit", "log-probability")
FORMATS = (".png", ".html")


def add(subparsers: Subparsers) -> None:
    """Declares the subcommand."""
    parser = subparsers.add_parser(
        "explain",
        help="why a model gives a sample its score",
        description="Why a model gives a sample its score: a heatmap over the photo, or colours over the words.",
    )
    add_model_and_sample(parser)
    parser.add_argument("--method", choices=METHODS, default="integrated", help="default: integrated")
    parser.add_argument("--target", metavar="LABEL|INDEX", help="a class; the most probable one when left out")
    parser.add_argument("--score", choices=SCORES, default="probability", help="default: probability")
    parser.add_argument(
        "--baseline", metavar="NAME", help="images: black, white, grey, zero, blurred; texts: zero, pad, mask"
    )
    amount = parser.add_mutually_exclusive_group()
    amount.add_argument("--steps", type=int, metavar="N", help="gradients along the path")
    amount.add_argument(
        "--tolerance",
        type=float,
        metavar="T",
        help="refine until the map's estimated error is within it (0.05)",
    )
    parser.add_argument("--signed", action="store_true", help="paint for and against instead of how much (images)")
    parser.add_argument("--out", type=Path, metavar="FILE", help="a picture (.png) or a page (.html)")
    add_json(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> None:
    """Runs it."""
    out: Path | None = options.out
    if out is not None:
        if out.suffix.lower() not in FORMATS:
            raise BadArgument(f"--out {out} is no format that can be written. Choose {' or '.join(FORMATS)}.")
        check_writable(out)
    if options.json not in (None, "-"):
        check_writable(Path(options.json))
    found = _explained(options)
    if out is not None:
        _write(found, out, "signed" if options.signed else "magnitude")
    if options.json is not None:
        write_json(explanation_record(found), options.json)
    if options.json != "-":
        _say(found, out)


def _explained(options: argparse.Namespace) -> Attribution:
    """Loads and computes, with a progress bar on stderr."""
    from attribution_core import Attribution, explaining, load_model

    with Bar(sys.stderr) as bar:
        bar.show("Loading the model", 0, 0, None)
        model = load_model(options.model)
        work = explaining(
            model,
            sample_of(options.sample),
            method=options.method,
            target=options.target,
            score=options.score,
            baseline=options.baseline,
            steps=options.steps,
            tolerance=options.tolerance,
            seed=options.seed,
            device=options.device,
        )
        while True:
            try:
                step = next(work)
            except StopIteration as done:
                found: Attribution = done.value
                return found
            if not isinstance(step, Attribution):
                bar.show(step.message, step.done, step.total, step.seconds_left)


def _write(found: Attribution, path: Path, show: Literal["magnitude", "signed"]) -> None:
    from attribution_core.render import attribution_page, heatmap_png

    if path.suffix.lower() == ".png":
        path.write_bytes(heatmap_png(found, show=show))
    else:
        path.write_text(attribution_page(found), encoding="utf-8")


def _say(found: Attribution, out: Path | None) -> None:
    """The result in the terminal; its picture too, where there is no file and the terminal has colours."""
    from attribution_core.render import plain_text, terminal_text

    print(terminal_text(found) if out is None and sys.stdout.isatty() else plain_text(found))
    if out is not None:
        print(f"Wrote {out}")
