"""`heatline average`: what a model makes of its inputs on average over a data set."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from .failures import BadArgument
from .jsonfile import Record, write_json
from .options import MODEL, Subparsers, add_computation, add_json, check_json, check_writable, labels_of
from .progress import Bar, finished

if TYPE_CHECKING:
    from attribution_core import GlobalAverage

SCORES = ("logit", "probability", "log-probability")
FORMATS = (".png", ".html", ".npz")
EXAMPLES = """examples:
  heatline average models.py:digits digits/ --out digits.png
  heatline average reviews.py:sentiment reviews.csv --text-column review --out words.html
  heatline average models.py:flowers photos/ --classes rose,tulip --limit 500 --json average.json
  heatline average models.py:flowers photos/ --resume state.npz      (again after an interruption)
  heatline average models.py:network digits/ --beside models.py:logistic_regression --out both.png
"""


def add(subparsers: Subparsers) -> None:
    """Declares the subcommand."""
    parser = subparsers.add_parser(
        "average",
        help="what a model makes of its inputs on average over a data set",
        description="Averages the gradient of each class over a data set: which words, columns or pixels speak for the "
        "class and which against it, and how often a linear classifier made of nothing else agrees with the model.",
        epilog=EXAMPLES,
    )
    parser.add_argument("model", metavar="MODEL", help=MODEL)
    parser.add_argument(
        "data",
        metavar="FOLDER|FILE",
        help="a folder of images or .txt files (the name of a subfolder is a label), or a .csv, .tsv or .jsonl file",
    )
    parser.add_argument("--classes", metavar="A,B", help="labels or indices; all when left out, up to 20")
    parser.add_argument("--score", choices=SCORES, default="logit", help="default: logit")
    parser.add_argument("--text-column", metavar="NAME", help="holds the text or the image file; usual names are found")
    parser.add_argument("--label-column", metavar="NAME", help="holds the true class; usual names are found")
    parser.add_argument("--limit", type=int, metavar="N", help="samples, at most")
    parser.add_argument("--beside", metavar="MODEL", help="average a second model over the same data, to compare")
    parser.add_argument(
        "--no-agreement",
        action="store_true",
        help="do not compare the linear classifier with the model (a second pass)",
    )
    parser.add_argument(
        "--resume", type=Path, metavar="STATE", help="an .npz file: written on the way, gone on from where it is there"
    )
    parser.add_argument("--out", type=Path, metavar="FILE", help="a picture (.png), a page (.html) or arrays (.npz)")
    add_json(parser)
    add_computation(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> None:
    """Runs it."""
    out: Path | None = options.out
    _check(options)
    found = [_averaged(options, options.model, options.resume)]
    if options.beside is not None:
        found.append(_averaged(options, options.beside, None))
    if out is not None:
        _write(found, out)
    if options.json is not None:
        write_json(average_record(found[0]), options.json)
    if options.json != "-":
        from attribution_core.render.average import average_text

        print(average_text(found))
        if out is not None:
            print(f"Wrote {out}")


def average_record(found: GlobalAverage) -> Record:
    """Everything about an average. The gradients of an image are summed over its channels, row by row."""
    record: Record = {
        "model": found.model,
        "data": found.data,
        "kind": found.kind,
        "score": found.score,
        "samples": found.samples,
        "agreement": found.agreement,
        "accuracy": found.accuracy,
        "linear_accuracy": found.linear_accuracy,
        "seconds": found.seconds,
        "device": found.device,
        "dtype": found.dtype,
        "seed": found.seed,
        "notes": list(found.notes),
        "plan": {"sizes": [list(change) for change in found.plan.sizes], "window": found.plan.window},
    }
    classes: list[Record] = []
    for row, each in enumerate(found.classes):
        entry: Record = {"index": each.index, "label": each.label, "score": each.score, "constant": each.constant}
        if found.names:
            what = "words" if found.kind == "text" else "columns"
            entry[what] = [vars(feature) for feature in found.ranked(each.index, least=1)]
        elif found.kind == "image":
            entry["gradients"] = found.gradients[row].sum(0).tolist()
        else:
            entry["gradients"] = found.gradients[row].tolist()
        classes.append(entry)
    if found.kind == "image":
        record["shape"] = list(found.gradients.shape[2:])
    record["classes"] = classes
    return record


def _check(options: argparse.Namespace) -> None:
    """Refuses what could not be written, before anything is computed."""
    out: Path | None = options.out
    if out is not None and out.suffix.lower() not in FORMATS:
        raise BadArgument(f"--out {out} is no format that can be written. Choose {', '.join(FORMATS)}.")
    if out is not None and out.suffix.lower() == ".npz" and options.beside is not None:
        raise BadArgument("--out with .npz holds one average. Leave out --beside, or write a picture.")
    if options.resume is not None and options.resume.suffix.lower() != ".npz":
        raise BadArgument(f"--resume {options.resume} is no .npz file. Name one; it need not be there yet.")
    for path in (out, options.resume):
        if path is not None:
            check_writable(path)
    check_json(options)


def _averaged(options: argparse.Namespace, model: str, state: Path | None) -> GlobalAverage:
    """Loads and computes, with a progress bar on stderr."""
    with Bar(sys.stderr) as bar:
        bar.say("Loading the model")
        from attribution_core import averaging, load_model

        work = averaging(
            load_model(model, trust=options.trust),
            Path(options.data),
            classes=None if options.classes is None else labels_of(options.classes),
            score=options.score,
            limit=options.limit,
            text_column=options.text_column,
            label_column=options.label_column,
            compare=not options.no_agreement,
            state=state,
            seed=options.seed,
            device=options.device,
        )
        return finished(work, bar)


def _write(found: Sequence[GlobalAverage], path: Path) -> None:
    from attribution_core.render.average import average_page, average_png

    kind = path.suffix.lower()
    if kind == ".npz":
        found[0].save(path)
    elif kind == ".png":
        path.write_bytes(average_png(found))
    else:
        path.write_text(average_page(found), encoding="utf-8")
