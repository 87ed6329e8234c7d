"""`heatline doctor`: what is installed, which devices there are, what is missing."""

from __future__ import annotations

import argparse
import importlib.metadata
import platform
import sys

from .. import __version__
from .options import Subparsers

NEEDED_FOR = {
    "torch": "explaining anything",
    "pillow": "image files and heatmaps",
    "numpy": "samples that are arrays",
    "pygls": "the language server",
    "parso": "finding models and samples in source code",
    "jupyterlab": "the extension for JupyterLab",
}


def add(subparsers: Subparsers) -> None:
    """Declares the subcommand."""
    parser = subparsers.add_parser("doctor", help="what is installed, which devices, what is missing")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> None:
    """Runs it."""
    print(f"heatline    {__version__}")
    print(f"python      {platform.python_version()}  {sys.executable}")
    print(f"system      {platform.system()} {platform.machine()}")
    missing = []
    for name, purpose in NEEDED_FOR.items():
        version = _version(name)
        print(f"{name:<11} {version or f'missing; needed for {purpose}'}")
        if version is None:
            missing.append(name)
    if "torch" not in missing:
        print(f"devices     {', '.join(_devices())}")
    if missing:
        print(f"\nTo install what is missing: {sys.executable} -m pip install {' '.join(missing)}")


def _version(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def _devices() -> list[str]:
    """torch's devices that can compute, best first; a torch that does not import says how."""
    try:
        import torch
    except (ImportError, OSError) as error:
        return [f"none: torch cannot be imported ({error})"]
    found = [f"cuda:{i} ({torch.cuda.get_device_name(i)})" for i in range(torch.cuda.device_count())]
    if torch.backends.mps.is_available():
        found.append("mps")
    return [*found, f"cpu ({torch.get_num_threads()} threads)"]
