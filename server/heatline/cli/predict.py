"""`heatline predict`: what a model says about a sample."""

from __future__ import annotations

import argparse
from pathlib import Path

from .jsonfile import prediction_record, write_json
from .options import Subparsers, add_json, add_model_and_sample, check_writable, sample_of


def add(subparsers: Subparsers) -> None:
    """Declares the subcommand."""
    parser = subparsers.add_parser("predict", help="the most probable classes of a sample")
    add_model_and_sample(parser)
    parser.add_argument("--top", type=int, default=5, metavar="N", help="how many classes (default: 5)")
    add_json(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> None:
    """Runs it."""
    if options.json not in (None, "-"):
        check_writable(Path(options.json))
    from attribution_core import load_model, predict
    from attribution_core.render import percent

    model = load_model(options.model)
    found = predict(model, sample_of(options.sample), top=options.top, device=options.device, seed=options.seed)
    if options.json is not None:
        write_json(prediction_record(found), options.json)
    if options.json != "-":
        for entry in found.classes:
            print(f"{percent(entry.probability):>10}  {entry.label}")
        for note in found.notes:
            print(note)
