"""Opens the example notebook in JupyterLab, or executes it and writes it as one HTML file.

python examples/demo.py [--headless FOLDER]
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
NOTEBOOK = HERE / "heatline.ipynb"
NOTHING_FROM_THE_NETWORK = ("jquery_url", "mathjax_url", "mermaid_js_url", "require_js_url", "widget_renderer_url")


def write_html(folder: Path) -> Path:
    """Executes the notebook, and writes it with its pictures as a file that needs no network."""
    command = [
        sys.executable,
        "-m",
        "nbconvert",
        "--to=html",
        "--execute",
        "--log-level=ERROR",
        f"--output-dir={folder}",
    ]
    command += [f"--HTMLExporter.{name}=" for name in NOTHING_FROM_THE_NETWORK]
    subprocess.run([*command, str(NOTEBOOK)], check=True)
    return folder / f"{NOTEBOOK.stem}.html"


def open_lab() -> None:
    """Becomes JupyterLab, on the first free port from 8888; it prints its URL, and Ctrl-C ends it."""
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--LabApp.news_url=None"]
    command += ["--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate"]
    command += [f"--ServerApp.root_dir={HERE}", f"--LabApp.default_url=/lab/tree/{NOTEBOOK.name}"]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--allow-root")
    print("Open the URL that JupyterLab prints below; Ctrl-C ends it.", flush=True)
    os.execv(sys.executable, command)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--headless", type=Path, metavar="FOLDER", help="write FOLDER/heatline.html instead")
    folder: Path | None = parser.parse_args().headless
    if folder is None:
        open_lab()
    else:
        print(write_html(folder))
