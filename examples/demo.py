"""Opens the example notebook in JupyterLab, or executes it and writes it as one HTML file.

python examples/demo.py [--headless FOLDER]
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

import nbformat
from nbconvert import HTMLExporter
from nbconvert.preprocessors import ExecutePreprocessor

HERE = Path(__file__).resolve().parent
NOTEBOOK = HERE / "heatline.ipynb"
SECONDS_PER_CELL = 300


def write_html(folder: Path) -> Path:
    """Executes the notebook where it stands, and writes it with its pictures; the file needs no network."""
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    execute = ExecutePreprocessor(timeout=SECONDS_PER_CELL, kernel_name="python3")
    execute.preprocess(notebook, {"metadata": {"path": str(HERE)}})
    exporter = HTMLExporter(require_js_url="", jquery_url="", mathjax_url="", mermaid_js_url="", widget_renderer_url="")
    html, _ = exporter.from_notebook_node(notebook, {"metadata": {"name": "heatline"}})
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / "heatline.html"
    target.write_text(html, encoding="utf-8")
    return target


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
