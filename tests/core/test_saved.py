"""A saved result comes back whole, from a file that holds no code."""

from __future__ import annotations

import dataclasses
import zipfile
from pathlib import Path
from typing import Any

import numpy
import pytest
import torch
from torch import Tensor, nn

from attribution_core import Attribution, BadRequest, ImageAttribution, Model, TextAttribution, explain, load


def alike(one: Any, other: Any) -> bool:
    if isinstance(one, Tensor):
        return isinstance(other, Tensor) and one.dtype == other.dtype and torch.equal(one, other)
    if dataclasses.is_dataclass(one):
        names = [item.name for item in dataclasses.fields(one)]
        return type(one) is type(other) and all(alike(getattr(one, n), getattr(other, n)) for n in names)
    if isinstance(one, (list, tuple)):
        return type(one) is type(other) and len(one) == len(other) and all(map(alike, one, other))
    return bool(one == other)


@pytest.mark.parametrize(
    "options", [{"method": "interior", "steps": 4}, {"method": "gradient"}, {"method": "vargrad", "samples": 3}]
)
def test_an_image(options: dict[str, Any], conv_net: nn.Module, tmp_path: Path) -> None:
    found = explain(conv_net, torch.randn(3, 12, 12), target=(0, 1), **options)
    found.save(tmp_path / "found.npz")
    again = load(tmp_path / "found.npz")
    assert isinstance(again, ImageAttribution)
    assert alike(again, found)


def test_a_text(text_model: Model, tmp_path: Path) -> None:
    found = explain(text_model, "a great film, but not bad", steps=4)
    found.save(tmp_path / "found.npz")
    again = load(tmp_path / "found.npz")
    assert isinstance(again, TextAttribution)
    assert alike(again, found)


def test_a_loaded_plan_repeats_the_result(conv_net: nn.Module, tmp_path: Path) -> None:
    sample = torch.randn(3, 12, 12)
    found = explain(conv_net, sample, steps=7)
    found.save(tmp_path / "found.npz")
    assert torch.equal(explain(conv_net, sample, plan=load(tmp_path / "found.npz").plan).scores, found.scores)


def test_numpy_reads_it_without_pickle(conv_net: nn.Module, tmp_path: Path) -> None:
    found = explain(conv_net, torch.randn(3, 12, 12), method="gradient")
    found.save(tmp_path / "found.npz")
    with numpy.load(tmp_path / "found.npz", allow_pickle=False) as file:
        assert file["scores"].shape == (3, 12, 12)
        assert all(file[name].dtype != object for name in file.files)


def test_an_older_file_lacks_new_fields(conv_net: nn.Module, tmp_path: Path) -> None:
    from attribution_core.arrays import read_arrays, write_arrays
    from attribution_core.saved import KIND

    found = explain(conv_net, torch.randn(3, 12, 12), method="gradient")
    found.save(tmp_path / "found.npz")
    header, tensors = read_arrays(tmp_path / "found.npz", KIND)
    del header["fields"]["path"], header["fields"]["target"]["against"]
    write_arrays(tmp_path / "old.npz", KIND, header, **tensors)
    assert isinstance(load(tmp_path / "old.npz"), Attribution)
    del header["fields"]["scores"]
    write_arrays(tmp_path / "damaged.npz", KIND, header, **tensors)
    with pytest.raises(BadRequest, match=r"damaged\.npz holds an attribution that cannot be read"):
        load(tmp_path / "damaged.npz")


def test_what_holds_none(tmp_path: Path) -> None:
    with pytest.raises(BadRequest, match="cannot be read"):
        load(tmp_path / "none.npz")
    (tmp_path / "text.npz").write_text("no zip")
    with pytest.raises(BadRequest, match=r"holds no saved attribution|cannot be read"):
        load(tmp_path / "text.npz")
    with zipfile.ZipFile(tmp_path / "other.npz", "w") as file:
        file.writestr("a.txt", "no array")
    with pytest.raises(BadRequest, match="holds no saved attribution"):
        load(tmp_path / "other.npz")
