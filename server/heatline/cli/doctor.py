"""`heatline doctor`: what is installed, which devices there are, what is missing and how to mend it."""

from __future__ import annotations

import argparse
import importlib.metadata
import os
import platform
import shutil
import sys
from dataclasses import dataclass, field
from pathlib import Path

from .. import __version__
from .options import Subparsers

UNWELL = 1
"""The exit code where something is missing that heatline cannot do without."""
NEEDED = {
    "torch": "explaining anything",
    "numpy": "samples that are arrays",
    "pillow": "image files and pictures",
    "parso": "finding models and samples in source code",
    "pygls": "the language server",
    "websockets": "heatline serve",
}
if sys.version_info < (3, 11):
    NEEDED["tomli"] = "models that pyproject.toml names"
OPTIONAL = {
    "jupyterlab": "the extension for JupyterLab",
    "transformers": "folders of transformers",
    "tokenizers": "tokenizer.json files",
    "scikit-learn": "models of scikit-learn",
}
EXAMPLES = """examples:
  heatline doctor
  heatline doctor || echo "something is missing"
"""


@dataclass
class Findings:
    """What was found.

    Attributes
    ----------
    mending : what the person can do, one line each.
    """

    missing: list[str] = field(default_factory=list)
    mending: list[str] = field(default_factory=list)


def add(subparsers: Subparsers) -> None:
    """Declares the subcommand."""
    parser = subparsers.add_parser(
        "doctor",
        help="what is installed, which devices, what is missing",
        description="Says what is installed, which devices can compute, which models this workspace names, what is "
        "missing and how to mend it. The exit code is 1 if something necessary is missing.",
        epilog=EXAMPLES,
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Runs it."""
    found = Findings()
    _line("heatline", f"{__version__}  {Path(__file__).resolve().parent.parent}")
    _line("python", f"{platform.python_version()}  {sys.executable}")
    _line("system", f"{platform.system()} {platform.release()} {platform.machine()}, {os.cpu_count()} cores")
    _packages(found)
    if "torch" not in found.missing:
        _line("devices", ", ".join(_devices(found)))
        _line("models", _models(found))
    if found.missing:
        found.mending.insert(0, f"install what is missing: {sys.executable} -m pip install {' '.join(found.missing)}")
    print("\nNothing is missing." if not found.mending else "\nTo mend it:")
    for advice in found.mending:
        print(f"  {advice}")
    return UNWELL if found.missing else 0


def _line(name: str, said: str) -> None:
    print(f"{name:<13}{said}")


def _packages(found: Findings) -> None:
    for name, purpose in NEEDED.items():
        version = _version(name)
        if version is None:
            found.missing.append(name)
        _line(name, version or f"missing; needed for {purpose}")
    for name, purpose in OPTIONAL.items():
        _line(name, _version(name) or f"not installed; only needed for {purpose}")


def _version(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def _devices(found: Findings) -> list[str]:
    """torch's devices that can compute, best first; a torch that does not import says how."""
    try:
        import torch
    except (ImportError, OSError) as error:
        found.mending.append(f"install torch again, it cannot be imported: {' '.join(str(error).split())}")
        return ["none: torch cannot be imported"]
    cards = [torch.cuda.get_device_properties(i) for i in range(torch.cuda.device_count())]
    names = [f"cuda:{i} ({card.name}, {card.total_memory / 2**30:.0f} GiB)" for i, card in enumerate(cards)]
    if not names and shutil.which("nvidia-smi"):
        build = f"is built for CUDA {torch.version.cuda}" if torch.version.cuda else "is a build without CUDA"
        found.mending.append(
            f"there is an NVIDIA driver, and torch sees no GPU: torch {torch.__version__} {build}; see pytorch.org"
        )
    if torch.backends.mps.is_available():
        names.append("mps")
    return [*names, f"cpu ({torch.get_num_threads()} threads)"]


def _models(found: Findings) -> str:
    """The models that pyproject.toml names, from here upwards."""
    try:
        from attribution_core import AttributionError
        from attribution_core.models.configured import configured_models
    except (ImportError, OSError):
        return "none can be loaded without torch"
    try:
        names = configured_models(Path.cwd())
    except AttributionError as error:
        found.mending.append(f"{error.message}. {error.next_step}")
        return "pyproject.toml cannot be used"
    return ", ".join(names) or "none in pyproject.toml; a factory needs no entry"
