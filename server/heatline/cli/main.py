"""Reads the arguments, runs the subcommand, and turns errors into one line and an exit code."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from .. import __version__
from . import average, doctor, explain, predict, serve, servers
from .failures import BAD_INPUT, CANCELLED, one_line

EXAMPLES = """examples:
  heatline explain models.py:flowers rose.jpg --out rose.png
  heatline explain reviews.py:sentiment "a truly great film" --target positive
  heatline explain reviews.py:sentiment @review.txt --method gradient --json -
  heatline predict models.py:flowers rose.jpg --top 3
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a subcommand.

    Parameters
    ----------
    arguments : of the command line; those of the process when left out.

    Returns
    -------
    The exit code: 0, 2 for bad input (with one line on stderr), 130 when cancelled.
    """
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # see agent/bundle.py; before torch is imported
    options = _parser().parse_args(arguments)
    try:
        options.run(options)
        sys.stdout.flush()
    except KeyboardInterrupt:
        print("heatline: cancelled", file=sys.stderr)
        return CANCELLED
    except BrokenPipeError:
        # Whoever read our output has left (`| head`); what Python flushes at exit must go nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        line = one_line(error, with_traceback=getattr(options, "traceback", False))
        if line is None:
            raise
        print(f"heatline: {line}", file=sys.stderr)
        return BAD_INPUT
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="heatline",
        description="See why a PyTorch model predicted what it predicted.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"heatline {__version__}")
    subparsers = parser.add_subparsers(metavar="COMMAND", required=True)
    for command in (explain, predict, average, doctor, serve, servers):
        command.add(subparsers)
    return parser
