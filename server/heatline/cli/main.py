"""Reads the arguments, runs the subcommand, and turns errors into one line and an exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from .. import __version__
from . import average, compare, doctor, explain, predict, serve, servers
from .failures import BAD_INPUT, CANCELLED, one_line
from .parser import Parser

EXAMPLES = """examples:
  heatline explain models.py:flowers rose.jpg --out rose.png
  heatline explain reviews.py:sentiment "a truly great film" --target positive
  heatline explain reviews.py:sentiment @review.txt --method gradient --json -
  heatline compare models.py:flowers rose.jpg --methods gradient,integrated --open
  heatline predict models.py:flowers rose.jpg --top 3
  heatline average reviews.py:sentiment reviews.csv --out words.html
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a subcommand.

    Parameters
    ----------
    arguments : of the command line; those of the process when left out.

    Returns
    -------
    The exit code: 0, 1 from a doctor who is not content, 2 for bad input (with one line on stderr for each), 130 when
    cancelled.
    """
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # see agent/bundle.py; before torch is imported
    options = _parser().parse_args(arguments)
    try:
        code: int | None = options.run(options)
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
    return code or 0


def _parser() -> Parser:
    parser = Parser(
        prog="heatline", description="See why a PyTorch model predicted what it predicted.", epilog=EXAMPLES
    )
    parser.add_argument("--version", action="version", version=f"heatline {__version__}")
    subparsers = parser.add_subparsers(metavar="COMMAND", required=True)
    for command in (explain, compare, predict, average, doctor, serve, servers):
        command.add(subparsers)
    return parser
