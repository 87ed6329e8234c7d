"""Arguments that several subcommands share."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .failures import BadArgument

if TYPE_CHECKING:
    from attribution_core import Model

METHODS = ("gradient", "input-x-gradient", "interior", "integrated", "smoothgrad", "smoothgrad-squared", "vargrad")
SCORES = ("probability", "logit", "log-probability", "value")
RULES = ("midpoint", "trapezoid", "gauss-legendre", "right-riemann")
SHOWS = ("magnitude", "signed", "pixels")
MODEL = (
    "a factory (file.py:function or package.module:function), weights for one (w.safetensors@file.py:function), a "
    "TorchScript or torch.export file, a folder of transformers, or a name of [tool.heatline.models.NAME] in "
    "pyproject.toml"
)
BASELINE = (
    "where the path starts. Images: black (default), grey, white, zero, blurred, noise, mean, a level such as 128, a "
    "colour such as 255,0,0; texts: zero (default), pad, mask; tables: zero (default), mean. Another sample: its FILE, "
    "@FILE.txt, FILE.csv:N or sample:TEXT. Of a data set (a folder, .csv or .jsonl): mean:DATA, random:DATA (one of "
    "it), dataset:DATA (the average over 32 of it: expected gradients)"
)

Subparsers = Any
"""What `ArgumentParser.add_subparsers` returns; argparse gives its type no public name."""


def add_model_and_sample(parser: argparse.ArgumentParser, more: str = "") -> None:
    """MODEL and SAMPLE; where there is something to say of `more` of them, a list of samples."""
    parser.add_argument("model", metavar="MODEL", help=MODEL)
    parser.add_argument(
        "sample",
        metavar="SAMPLE",
        nargs="+" if more else None,
        help=f"an image file, a quoted text, @file.txt, or a row of a table: data.csv:17 (counted from 1){more}",
    )
    parser.add_argument(
        "--text-column", metavar="NAME", help="of a row: holds the text or the image file; usual names are found"
    )


def add_computation(parser: argparse.ArgumentParser) -> None:
    """Trust, device, seed, and what to show of failures."""
    parser.add_argument(
        "--trust",
        action="store_true",
        help="open model files that can run code: pickles, folders with code of their own",
    )
    parser.add_argument("--device", help="such as cuda or cpu; where the factory puts the model when left out")
    parser.add_argument("--seed", type=int, default=0, help="of random numbers (default: 0)")
    parser.add_argument("--traceback", action="store_true", help="show where the model's own code failed")


def add_question(parser: argparse.ArgumentParser) -> None:
    """What is asked, beside the method and the target: score, baseline, and how much is spent on it."""
    parser.add_argument("--score", choices=SCORES, default="probability", help="default: probability")
    parser.add_argument("--baseline", metavar="NAME", help=BASELINE)
    amount = parser.add_mutually_exclusive_group()
    amount.add_argument("--steps", type=int, metavar="N", help="gradients along the path")
    amount.add_argument(
        "--tolerance",
        type=float,
        metavar="T",
        help="refine until the map's estimated error is within it (default: 0.05)",
    )
    parser.add_argument("--rule", choices=RULES, help="with --steps: where on the path (default: midpoint)")
    parser.add_argument("--samples", type=int, metavar="N", help="smoothgrad: noisy copies (default: 50)")
    parser.add_argument("--noise", type=float, metavar="SHARE", help="smoothgrad: of the input's range (default: 0.15)")
    parser.add_argument(
        "--over", choices=("gradient", "integrated"), help="smoothgrad: what is averaged (default: gradient)"
    )


def add_picture(parser: argparse.ArgumentParser, formats: str) -> None:
    """--show, --out and --open"""
    parser.add_argument(
        "--show",
        choices=SHOWS,
        default="magnitude",
        help="of images: how much each place matters (default), for and against, or the photo's own pixels, as bright "
        "as they matter",
    )
    parser.add_argument("--out", type=Path, metavar="FILE", help=formats)
    parser.add_argument("--open", action="store_true", help="open the picture; without --out, a page in the browser")


def add_json(parser: argparse.ArgumentParser) -> None:
    """--json"""
    parser.add_argument("--json", metavar="FILE|-", help="write everything as JSON; - for standard output")


def check_json(options: argparse.Namespace) -> None:
    """Refuses a file for --json that could not be written, before anything is computed."""
    if options.json not in (None, "-"):
        check_writable(Path(options.json))


def check_writable(path: Path) -> None:
    """Refuses a file that could not be written, before anything is computed."""
    if path.is_dir():
        raise BadArgument(f"{path} is a folder. Name a file.")
    if not path.parent.is_dir():
        raise BadArgument(f"there is no folder {path.parent}. Make it first.")


def model_of(options: argparse.Namespace) -> Model:
    """The model that MODEL names."""
    from attribution_core import load_model

    return load_model(options.model, trust=options.trust)


def labels_of(listed: str) -> list[str]:
    """What stands between commas."""
    return [name.strip() for name in listed.split(",") if name.strip()]
