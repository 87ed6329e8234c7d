"""The command line: `heatline explain MODEL SAMPLE --out picture.png`.

Each subcommand is a module with `add(subparsers)`, which declares it, and a function that runs it. torch is
imported by the subcommands that need it, when they run.
"""

from __future__ import annotations

from .main import main

__all__ = ["main"]
