"""A saved result on its way to a PDF: what nbconvert puts into LaTeX. A browser prints the HTML form instead."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from base64 import b64decode
from pathlib import Path

import torch
from PIL import Image as Photo
from torch import Tensor, nn

import heatline
from heatline.display import bundle


class Opinion(nn.Module):
    """Adds up what the words weigh."""

    def __init__(self) -> None:
        super().__init__()
        self.embedding = nn.Embedding(4, 2)

    def forward(self, ids: Tensor) -> Tensor:
        logits: Tensor = self.embedding(ids).sum(1)
        return logits


def text() -> heatline.Attribution:
    words = {"<unk>": 0, "a": 1, "superb": 2, "dull": 3}
    model = heatline.Model(
        Opinion().eval(), inputs=heatline.Text(vocabulary=words), labels=["praise_100%", "blame & co"]
    )
    return heatline.explain(model, "a superb film_1, 100% dull & slow")


def image() -> heatline.Attribution:
    torch.manual_seed(0)
    model = nn.Sequential(nn.Conv2d(3, 2, 3), nn.AdaptiveAvgPool2d(1), nn.Flatten()).eval()
    return heatline.explain(model, torch.rand(1, 3, 32, 32))


def row() -> heatline.Attribution:
    return heatline.explain(nn.Linear(4, 2).eval(), torch.rand(1, 4))


def test_the_pictures_of_results_stand_in_the_latex_form(tmp_path: Path) -> None:
    results = [bundle(make()) for make in (text, image, row)]
    outputs = [{"output_type": "display_data", "metadata": {}, "data": data} for data in results]
    cell = {
        "cell_type": "code",
        "id": "explained",
        "metadata": {},
        "source": "",
        "execution_count": 1,
        "outputs": outputs,
    }
    notebook = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [cell]}
    (tmp_path / "saved.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    subprocess.run([sys.executable, "-m", "nbconvert", "--to", "latex", "saved.ipynb"], cwd=tmp_path, check=True)
    body = (tmp_path / "saved.tex").read_text(encoding="utf-8").partition(r"\begin{document}")[2]
    pictures = re.findall(r"\\adjustimage{max size={0.9\\linewidth}{0.9\\paperheight}}{(.+?)}", body)
    assert [(tmp_path / name).read_bytes() for name in pictures] == [b64decode(data["image/png"]) for data in results]
    assert all(Photo.open(tmp_path / name).width >= 400 for name in pictures)
    assert "<" not in body, "neither the page form nor the text beside the picture"
