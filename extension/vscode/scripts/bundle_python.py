"""Gathers the language server for the VSIX: our two packages, and what they need, as pure Python.

    python bundle_python.py TARGET

The packages of other people come as `requirements/server.lock` pins them, resolved for the oldest
Python that heatline supports, and run on every later one. What was fetched is kept in
`build/vendor` until the lock changes.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
LOCK = ROOT / "requirements" / "server.lock"
VENDOR = ROOT / "build" / "vendor"
OLDEST_PYTHON = "3.10"
NOT_NEEDED = shutil.ignore_patterns(
    "__pycache__", "*.pyc", ".*", "cli", "codegen", "jupyter", "labextension", "magics.py", "serve"
)
"""Of heatline, what a person calls in a shell or in a notebook."""


def fetch_vendor() -> None:
    """Installs the pinned packages into `build/vendor`, unless they are there already."""
    digest = hashlib.sha256(LOCK.read_bytes()).hexdigest()
    stamp = VENDOR / ".lock"
    if stamp.is_file() and stamp.read_text() == digest:
        return
    shutil.rmtree(VENDOR, ignore_errors=True)
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    command += ["--target", str(VENDOR), "--no-compile", "--no-deps", "--require-hashes", "--requirement", str(LOCK)]
    # Wheels that fit every machine: the VSIX has no native code.
    command += ["--python-version", OLDEST_PYTHON, "--only-binary=:all:"]
    command += ["--implementation", "py", "--abi", "none", "--platform", "any"]
    subprocess.run(command, check=True)
    stamp.write_text(digest)


def main() -> None:
    target = Path(sys.argv[1])
    fetch_vendor()
    shutil.copytree(ROOT / "attribution_core", target / "attribution_core", ignore=NOT_NEEDED)
    shutil.copytree(ROOT / "server" / "heatline", target / "heatline", ignore=NOT_NEEDED)
    shutil.copytree(VENDOR, target / "vendor", ignore=shutil.ignore_patterns("bin", "RECORD", ".lock", "*.c"))
    native = [path.name for path in target.rglob("*") if path.suffix in {".so", ".pyd", ".dll", ".dylib"}]
    if native:
        sys.exit(f"the VSIX must hold no native code, but its Python part has {', '.join(native)}")


if __name__ == "__main__":
    main()
