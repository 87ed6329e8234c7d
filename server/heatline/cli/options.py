"""Arguments that several subcommands share."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from .failures import BadArgument

Subparsers = Any
"""What `ArgumentParser.add_subparsers` returns; argparse gives its type no public name."""


def add_model_and_sample(parser: argparse.ArgumentParser) -> None:
    """MODEL, SAMPLE and how to compute."""
    parser.add_argument("model", metavar="MODEL", help="a factory: file.py:function or package.module:function")
    parser.add_argument("sample", metavar="SAMPLE", help="an image file, a quoted text, or @file.txt")
    parser.add_argument("--device", help="such as cuda or cpu; where the factory puts the model when left out")
    parser.add_argument("--seed", type=int, default=0, help="of random numbers that the model draws (default: 0)")
    parser.add_argument("--traceback", action="store_true", help="show where the model's own code failed")


def add_json(parser: argparse.ArgumentParser) -> None:
    """--json"""
    parser.add_argument("--json", metavar="FILE|-", help="write everything as JSON; - for standard output")


def sample_of(argument: str) -> str | Path:
    """The sample that an argument names: @ stands before a file, the rest is for the model to read.

    Raises
    ------
    BadArgument
        If a file is named that is not there.
    """
    if not argument.startswith("@"):
        return argument
    path = Path(argument[1:])
    if not path.is_file():
        raise BadArgument(f"there is no file {path}. Check the path after the @.")
    return path


def check_writable(path: Path) -> None:
    """Refuses a file that could not be written, before anything is computed."""
    if path.is_dir():
        raise BadArgument(f"{path} is a folder. Name a file.")
    if not path.parent.is_dir():
        raise BadArgument(f"there is no folder {path.parent}. Make it first.")
