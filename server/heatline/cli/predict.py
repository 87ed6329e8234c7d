"""`heatline predict`: what a model says about a sample."""

from __future__ import annotations

import argparse
import sys

from .jsonfile import prediction_record, write_json
from .options import Subparsers, add_computation, add_json, add_model_and_sample, check_json, model_of
from .progress import Bar
from .samples import sample_of

EXAMPLES = """examples:
  heatline predict models.py:flowers rose.jpg --top 3
  heatline predict models.py:flowers folder.csv:17 --json -
  heatline predict bert-folder/ "a truly great film"
"""


def add(subparsers: Subparsers) -> None:
    """Declares the subcommand."""
    parser = subparsers.add_parser(
        "predict",
        help="the most probable classes of a sample",
        description="The most probable classes of a sample; of a regression its values.",
        epilog=EXAMPLES,
    )
    add_model_and_sample(parser)
    parser.add_argument("--top", type=int, default=5, metavar="N", help="how many classes (default: 5)")
    add_json(parser)
    add_computation(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> None:
    """Runs it."""
    check_json(options)
    with Bar(sys.stderr) as bar:
        bar.say("Loading the model")
        from attribution_core import predict

        model = model_of(options)
        sample = sample_of(options.sample, model, options.text_column)
        found = predict(model, sample, top=options.top, device=options.device, seed=options.seed)
    if options.json is not None:
        write_json(prediction_record(found), options.json)
    if options.json != "-":
        from attribution_core.render import class_value

        for entry in found.classes:
            print(f"{class_value(entry):>10}  {entry.label}")
        for note in found.notes:
            print(note)
