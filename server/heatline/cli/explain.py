"""`heatline explain`: why a model gives a sample its score, as a picture, a page, numbers or text."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from .jsonfile import explanation_record
from .many import check_many, run_many
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
from .outcome import hand_out
from .pictures import ONE, check_picture, write_one
from .progress import Bar, finished
from .question import question_of
from .samples import are_several, sample_of

if TYPE_CHECKING:
    from attribution_core import Attribution

EXAMPLES = """examples:
  heatline explain models.py:flowers rose.jpg --out rose.png
  heatline explain models.py:flowers rose.jpg --target tulip --minus rose --show signed --open
  heatline explain models.py:flowers rose.jpg --method interior --out rose.gif
  heatline explain models.py:flowers rose.jpg --method smoothgrad --samples 100 --score logit --out rose.html
  heatline explain w.safetensors@models.py:flowers rose.jpg --baseline mean:photos/ --json rose.json
  heatline explain reviews.py:sentiment "a truly great film" --target positive
  heatline explain reviews.py:sentiment @review.txt --method gradient --json -
  heatline explain models.py:flowers photos/ extra.jpg --out 'maps/{}.png' --json maps.jsonl
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
    add_model_and_sample(
        parser, "; several of them, or a folder, are explained together, with --out 'maps/{}.png' for their names"
    )
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


def run(options: argparse.Namespace) -> int:
    """Runs it."""
    if are_several(options.sample):
        check_many(options)
        return run_many(options)
    check_picture(options, ONE)
    check_json(options)
    with Bar(sys.stderr) as bar:
        found = _explained(options, bar)
    from attribution_core.render import plain_text, terminal_text

    hand_out(
        options,
        write=lambda path: write_one(found, path, options.show),
        record=lambda: explanation_record(found),
        plain=lambda: plain_text(found),
        coloured=lambda: terminal_text(found, options.show),
    )
    return 0


def _explained(options: argparse.Namespace, bar: Bar) -> Attribution:
    bar.say("Loading the model")
    from attribution_core import explaining

    model = model_of(options)
    work = explaining(
        model,
        sample_of(options.sample[0], model, options.text_column),
        method=options.method,
        target=options.target if options.minus is None else (options.target, options.minus),
        **question_of(options, model),
    )
    return finished(work, bar)
