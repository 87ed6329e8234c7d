"""`heatline explain`: why a model gives a sample its score, as a picture, a page, numbers or text."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from .jsonfile import explanation_record, write_json
from .options import (
    METHODS,
    Subparsers,
    add_computation,
    add_json,
    add_model_and_sample,
    add_picture,
    add_question,
    check_json,
    model_of,
)
from .pictures import ONE, check_picture, opened, place_of, write_one
from .progress import Bar, finished
from .samples import baseline_of, sample_of

if TYPE_CHECKING:
    from attribution_core import Attribution
    from attribution_core.render.paint import Show

EXAMPLES = """examples:
  heatline explain models.py:flowers rose.jpg --out rose.png
  heatline explain models.py:flowers rose.jpg --target tulip --minus rose --show signed --open
  heatline explain models.py:flowers rose.jpg --method interior --out rose.gif
  heatline explain models.py:flowers rose.jpg --method smoothgrad --samples 100 --score logit --out rose.html
  heatline explain w.safetensors@models.py:flowers rose.jpg --baseline mean:photos/ --json rose.json
  heatline explain reviews.py:sentiment "a truly great film" --target positive
  heatline explain reviews.py:sentiment @review.txt --method gradient --json -
  heatline explain models.py:survival passengers.csv:17 --baseline dataset:passengers.csv --out row.png
"""


def add(subparsers: Subparsers) -> None:
    """Declares the subcommand."""
    parser = subparsers.add_parser(
        "explain",
        help="why a model gives a sample its score",
        description="Why a model gives a sample its score: a heatmap over the photo, colours over the words, or bars "
        "for the columns.",
        epilog=EXAMPLES,
    )
    add_model_and_sample(parser)
    parser.add_argument("--method", choices=METHODS, default="integrated", help="default: integrated")
    parser.add_argument("--target", metavar="LABEL|INDEX", help="a class; the most probable one when left out")
    parser.add_argument(
        "--minus", metavar="LABEL|INDEX", help="why the target rather than this class: their difference"
    )
    add_question(parser)
    add_picture(parser, "a picture (.png), a page (.html), the way from the baseline (.gif, .webp), or arrays (.npz)")
    add_json(parser)
    add_computation(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> None:
    """Runs it."""
    check_picture(options, ONE)
    check_json(options)
    with Bar(sys.stderr) as bar:
        found = _explained(options, bar)
    path = place_of(options)
    if path is not None:
        write_one(found, path, options.show)
    if options.json is not None:
        write_json(explanation_record(found), options.json)
    if options.json != "-":
        _say(found, path, options.show)
    if path is not None and options.open:
        opened(path)


def _explained(options: argparse.Namespace, bar: Bar) -> Attribution:
    bar.say("Loading the model")
    from attribution_core import explaining

    model = model_of(options)
    work = explaining(
        model,
        sample_of(options.sample, model, options.text_column),
        method=options.method,
        target=options.target if options.minus is None else (options.target, options.minus),
        score=options.score,
        baseline=baseline_of(options.baseline, model, options.seed, options.text_column),
        steps=options.steps,
        tolerance=options.tolerance,
        rule=options.rule,
        samples=options.samples,
        noise=options.noise,
        over=options.over,
        seed=options.seed,
        device=options.device,
    )
    return finished(work, bar)


def _say(found: Attribution, path: Path | None, show: Show) -> None:
    """The result in the terminal; its picture too, where there is no file and the terminal has colours."""
    from attribution_core.render import plain_text, terminal_text

    pictured = path is None and sys.stdout.isatty()
    print(terminal_text(found, show) if pictured else plain_text(found))
    if path is not None:
        print(f"Wrote {path}")
