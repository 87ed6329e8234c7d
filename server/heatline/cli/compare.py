"""`heatline compare`: several methods or several classes side by side, and their difference."""

from __future__ import annotations

import argparse
import itertools
import math
import sys
from typing import TYPE_CHECKING

from .failures import BadArgument
from .jsonfile import Record, explanation_record
from .options import (
    METHODS,
    Subparsers,
    add_computation,
    add_json,
    add_model_and_sample,
    add_picture,
    add_question,
    check_json,
    labels_of,
    model_of,
)
from .outcome import hand_out
from .pictures import SEVERAL, check_picture, write_several
from .progress import Bar, finished
from .question import question_of
from .samples import sample_of

if TYPE_CHECKING:
    from attribution_core import Attribution

EXAMPLES = """examples:
  heatline compare models.py:flowers rose.jpg --methods gradient,integrated,smoothgrad --out methods.png
  heatline compare models.py:flowers rose.jpg --targets rose,tulip --show signed --out classes.html
  heatline compare reviews.py:sentiment @review.txt --targets positive,negative --score logit
  heatline compare models.py:survival passengers.csv:17 --methods gradient,integrated --json -
"""


def add(subparsers: Subparsers) -> None:
    """Declares the subcommand."""
    parser = subparsers.add_parser(
        "compare",
        help="several methods, or several classes, side by side",
        description="Explains one sample by several methods, or for several classes, and shows them side by side; of "
        "two also their difference. Methods are compared in shares: each map is divided by its sum.",
        epilog=EXAMPLES,
    )
    add_model_and_sample(parser)
    parser.add_argument("--methods", metavar="A,B", help=f"some of {', '.join(METHODS)}; integrated when left out")
    parser.add_argument("--targets", metavar="A,B", help="labels or indices; the most probable class when left out")
    add_question(parser)
    add_picture(parser, "a picture (.png) or a page (.html)")
    add_json(parser)
    add_computation(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> None:
    """Runs it."""
    _check(options)
    with Bar(sys.stderr) as bar:
        found = _compared(options, bar)
    from attribution_core import difference
    from attribution_core.render import comparison_summary, comparison_text

    shown = [*found, difference(*found)] if len(found) == 2 else found
    hand_out(
        options,
        write=lambda path: write_several(shown, path, options.show),
        record=lambda: comparison_record(found),
        plain=lambda: comparison_summary(shown),
        coloured=lambda: comparison_text(shown, options.show),
    )


def comparison_record(found: list[Attribution]) -> Record:
    """Each explanation; how much every two of them agree; of two their difference."""
    from attribution_core import agreement, difference

    pairs = list(itertools.combinations(range(len(found)), 2))
    agreements = [agreement(found[i], found[j]) for i, j in pairs]
    return {
        "explanations": [explanation_record(one) for one in found],
        "agreements": [
            {"between": [i, j], "rank_correlation": None if math.isnan(value) else value}
            for (i, j), value in zip(pairs, agreements, strict=True)
        ],
        "difference": explanation_record(difference(*found)) if len(found) == 2 else None,
    }


def _check(options: argparse.Namespace) -> None:
    """Refuses what makes no sense, before anything is computed."""
    methods = _methods(options)
    for method in methods:
        if method not in METHODS:
            raise BadArgument(f"there is no method '{method}'. Choose some of {', '.join(METHODS)}.")
    if len(methods) * len(_targets(options)) < 2:
        raise BadArgument("there is only one thing to compare. Name two with --methods a,b or --targets a,b.")
    check_picture(options, SEVERAL)
    check_json(options)


def _methods(options: argparse.Namespace) -> list[str]:
    return ["integrated"] if options.methods is None else list(dict.fromkeys(labels_of(options.methods)))


def _targets(options: argparse.Namespace) -> list[str | None]:
    return [None] if options.targets is None else list(dict.fromkeys(labels_of(options.targets)))


def _compared(options: argparse.Namespace, bar: Bar) -> list[Attribution]:
    bar.say("Loading the model")
    from attribution_core import comparing

    model = model_of(options)
    work = comparing(
        model,
        sample_of(options.sample, model, options.text_column),
        methods=_methods(options),
        targets=_targets(options),
        **question_of(options, model),
    )
    return finished(work, bar)
