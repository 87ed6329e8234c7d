"""Bad input: exit code 2, and one clear line that names the wrong value and the next step."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy
import pytest
import torch
from PIL import Image

from heatline.cli import main

from .conftest import json_of, line_of

PHOTO = ["explain", "models.py:photos", "photo.png"]
REVIEW = ["explain", "models.py:reviews", "a great film"]
ROW = ["explain", "models.py:rows", "table.csv:2"]

ODD = """
import torch
from torch import nn
from attribution_core import Image, Model, Text, Tabular
from models import net, reviews, rows

class Masked(nn.Module):
    def forward(self, images, mask):
        return (images * mask).flatten(1)

class Detached(nn.Module):
    def forward(self, images):
        return images.detach().flatten(1)[:, :3]

class Counted(nn.Module):
    def forward(self, images):
        return images.flatten(1).argmax(1)

class Rooted(nn.Module):
    def forward(self, images):
        return (images - images).sqrt().flatten(1)[:, :3]

def masked():
    return Model(Masked(), Image(size=8))

def detached():
    return Model(Detached(), Image(size=8))

def counted():
    return Model(Counted(), Image(size=8))

def rooted():
    return Model(Rooted(), Image(size=8))

def grey():
    return Model(net(), Image(size=16, channels="L"))

def large():
    return Model(nn.Sequential(nn.Flatten(), nn.Linear(3 * 8 * 8, 2)), Image(size=9))

def satellite():
    return nn.Sequential(nn.Conv2d(5, 2, 3), nn.AdaptiveAvgPool2d(1), nn.Flatten())

def lost():
    network = net()
    for parameter in network.parameters():
        parameter.data.fill_(float("nan"))
    return Model(network, Image(size=16))

def misfit():
    network = net()
    weights = network.state_dict()
    for name in ("0.weight", "0.bias", "4.weight", "4.bias"):
        weights[f"old.{name}"] = weights.pop(name)
    network.load_state_dict(weights)
    return network

def sharp():
    model = rows()
    model.module[0].weight.data *= 5
    return model

def brief():
    model = reviews()
    return Model(model.module, Text(vocabulary=model.inputs.vocabulary, longest=2), labels=model.labels)
"""


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def bomb(path: Path) -> None:
    """A PNG of a few bytes that claims 30,000 x 30,000 pixels."""
    header = struct.pack(">IIBBBBB", 30_000, 30_000, 8, 2, 0, 0, 0)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", b"") + chunk(b"IEND", b""))


def cut(path: Path) -> None:
    Image.effect_noise((64, 64), 50).convert("RGB").save(path)
    path.write_bytes(path.read_bytes()[:900])


def nan_pixels(path: Path) -> None:
    Image.fromarray(numpy.full((8, 8), numpy.nan, numpy.float32)).save(path)


@pytest.fixture
def workspace(workspace: Path) -> Path:
    (workspace / "odd.py").write_text(ODD)
    return workspace


SAMPLES: list[tuple[str, Callable[[Path], object], str]] = [
    ("missing.png", lambda path: None, "there is no file missing.png. Check the path."),
    ("empty.png", lambda path: path.write_bytes(b""), "empty.png is empty. Give an image file."),
    ("cut.jpg", cut, "cut.jpg is cut short. Get a whole copy of the file."),
    ("bomb.png", bomb, "bomb.png unpacks to more than 178,956,970 pixels. Make it smaller first."),
    ("nan.tiff", nan_pixels, "nan.tiff has pixels that are not finite numbers. Replace NaN and infinity first."),
    ("a.png", lambda path: path.write_text("words"), "a.png is not an image that can be read. Give a PNG, JPEG"),
    ("@review.txt", lambda path: None, "review.txt is not an image that can be read. Give a PNG, JPEG"),
    (
        "a great film",
        lambda path: None,
        "the model reads images, and 'a great film' is a text, not the name of an image",
    ),
    ("ab" * 400, lambda path: None, f"the model reads images, and '{'ab' * 28}a...' is a text"),
    ("none.csv:3", lambda path: None, "there is no file none.csv. Check the path before the colon."),
    ("table.csv:1", lambda path: None, "none of the columns age, sex, fare, survived seems to hold the image."),
]


@pytest.mark.parametrize(("name", "make", "line"), SAMPLES, ids=[name[:20] for name, _, _ in SAMPLES])
def test_photos(
    name: str, make: Callable[[Path], object], line: str, workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make(workspace / name[:100])
    assert line_of(["explain", "models.py:photos", name], capsys).startswith(line)


LINES: list[tuple[list[str], str]] = [
    # texts and rows
    (["explain", "models.py:reviews", ""], "the text is empty. Give at least one word."),
    (["explain", "models.py:reviews", "  "], "the text is empty. Give at least one word."),
    (["explain", "models.py:reviews", "@missing.txt"], "there is no file missing.txt. Check the path after the @."),
    (["explain", "models.py:rows", "table.csv:9"], "there is no row 9 in table.csv. It has 3 rows below the header."),
    (["explain", "models.py:rows", "table.csv:0"], "there is no row 0 in table.csv. Rows are counted from 1"),
    (["explain", "models.py:rows", "nan.csv:1"], "age is nan. Give a finite number, or say what stands for it"),
    (["explain", "models.py:rows", "inf.csv:1"], "age is inf. Give a finite number"),
    (["explain", "models.py:rows", "29"], "the model reads a row of a table, and a str was given. Give"),
    (["explain", "models.py:rows", "table.csv"], "table.csv is a table. Name one of its rows, such as table.csv:1."),
    (["explain", "models.py:reviews", "review.txt"],
     "the model reads text, and review.txt is a file. Write @review.txt for the text in it."),
    # models
    (["explain", "models.py:fotos", "photo.png"], "there is no 'fotos' in models.py. Did you mean photos?"),
    (["explain", "missing.py:photos", "photo.png"], "there is no file"),
    (["explain", "photos", "photo.png"], "'photos' names no factory, no file and no model of pyproject.toml."),
    (["explain", "models.py:broken", "photo.png"],
     "the factory broken failed: ValueError: the weights are elsewhere. (--traceback shows where)"),
    (["explain", "odd.py:masked", "photo.png"], "the model needs arguments that were not given: mask. Give a dict"),
    (["explain", "odd.py:grey", "photo.png"], "the model failed on an input of shape (1, 1, 16, 16): RuntimeError: "),
    (["explain", "odd.py:large", "photo.png"], "the model failed on an input of shape (1, 3, 9, 9): RuntimeError: "),
    (["explain", "odd.py:satellite", "photo.png"], "the model's first layer takes 5 channels, and a photo has 1 or 3."),
    (["explain", "odd.py:detached", "photo.png"],
     "the score does not depend on the sample in a way that can be differentiated. Look for detach(), no_grad()"),
    (["explain", "odd.py:counted", "photo.png"], "the model returned a tensor of shape (1,) and type int64, where"),
    (["explain", "odd.py:lost", "photo.png"], "the model's output for this sample is not finite. Check the weights"),
    (["explain", "odd.py:rooted", "photo.png"],
     "the score or its gradient is not a finite number. Check the weights for NaN, and operations such as sqrt"),
    (["explain", "odd.py:misfit", "photo.png"],
     "the factory misfit failed: RuntimeError: the weights do not fit Sequential: missing 0.weight, 0.bias, 4.weight "
     "and 1 more; unexpected old.0.weight, old.0.bias, old.4.weight and 1 more"),
    (["explain", "other.pt@models.py:net", "photo.png"],
     "other.pt does not fit what net makes: missing 0.weight, 0.bias, 4.weight and 1 more; unexpected blocks.0, "
     "blocks.1, blocks.2 and 1 more. Make the model with the options that it was trained with."),
    (["explain", "whole.pt", "photo.png"],
     "whole.pt is a pickle that may run code when it is opened: it asks for torch.nn.modules.container.Sequential. "
     "If you trust where it comes from, say so with trust=True (or --trust); safetensors need no trust."),
    # questions
    ([*PHOTO, "--target", "rosse"], "there is no class 'rosse'. Did you mean 'rose'?"),
    ([*PHOTO, "--target", "3"], "there is no class 3: the model has 3 classes. Give an index from 0 to 2, or a label."),
    ([*PHOTO, "--minus", "buss"], "there is no class 'buss'. Did you mean 'bus'?"),
    ([*PHOTO, "--steps", "0"], "0 steps were asked for. Ask for at least one."),
    ([*PHOTO, "--steps", "-3"], "-3 steps were asked for. Ask for at least one."),
    ([*PHOTO, "--tolerance", "0"], "a tolerance of 0.0 cannot be reached. 0.05 is usual."),
    ([*PHOTO, "--samples", "5"], "samples=5 was given for the method 'integrated'. It is for smoothgrad,"),
    ([*PHOTO, "--rule", "midpoint"], "the rule 'midpoint' was given without steps. Say how many: steps=32."),
    ([*PHOTO, "--device", "tpu"], "the device 'tpu' is not there. `heatline doctor` lists the devices"),
    ([*ROW, "--score", "value", "--target", "2"], "there is no class 2: the model has 2 classes."),
    # baselines
    ([*PHOTO, "--baseline", "pad"], "there is no baseline 'pad' for an image. Choose one of black"),
    ([*PHOTO, "--baseline", "mean:nowhere"], "there is no file or folder nowhere. Check the path after mean:"),
    ([*PHOTO, "--baseline", "photo.png"], "the baseline (another sample) equals the sample. Choose another baseline."),
    ([*ROW, "--baseline", "reviews.csv:1"], "the row has no age, sex. It has text."),
    ([*ROW, "--baseline", "noise"], "there is no baseline 'noise' for a table. Choose zero or mean, give a row"),
    # files
    ([*PHOTO, "--out", "picture.jpeg"],
     "--out picture.jpeg is no format that can be written. Choose .png, .html, .gif, .webp, .npz."),
    ([*PHOTO, "--out", "nowhere/picture.png"], "there is no folder nowhere. Make it first."),
    ([*PHOTO, "--out", "folder.png"], "folder.png is a folder. Name a file."),
    ([*PHOTO, "--json", "nowhere/found.json"], "there is no folder nowhere. Make it first."),
    ([*PHOTO, "--out", "a.npz", "--open"], "--open shows pictures, and a.npz holds arrays. Leave one of them out."),
    (["predict", "models.py:photos", "folder"], "folder is a folder. Give one image file."),
    (["predict", "models.py:photos", "photo.png", "--top", "0"], "0 classes were asked for. Ask for at least one."),
    # comparisons
    (["compare", *PHOTO[1:], "--methods", "gradient,lime"], "there is no method 'lime'. Choose some of gradient,"),
    (["compare", *PHOTO[1:], "--methods", "gradient"], "there is only one thing to compare. Name two with --methods"),
    (["compare", *PHOTO[1:]], "there is only one thing to compare."),
    (["compare", *PHOTO[1:], "--targets", "rose,cat"], "there is no class 'cat'. Did you mean 'tabby, tabby cat'"),
]  # fmt: skip


@pytest.mark.parametrize(("arguments", "line"), LINES, ids=[line[:60] for _, line in LINES])
def test_one_clear_line(arguments: list[str], line: str, workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (workspace / "nan.csv").write_text("age,sex\nnan,male\n")
    (workspace / "inf.csv").write_text("age,sex\ninf,male\n")
    (workspace / "folder.png").mkdir()
    torch.save({f"blocks.{i}": torch.ones(1) for i in range(4)}, "other.pt")
    torch.save(torch.nn.Sequential(torch.nn.Flatten()), "whole.pt")
    assert line_of(arguments, capsys).startswith(line)


ARGUMENTS: list[tuple[list[str], str]] = [
    ([], "the following arguments are required: COMMAND. `heatline --help` shows"),
    (["explian"], "argument COMMAND: invalid choice: 'explian'"),
    (
        ["explain"],
        "the following arguments are required: MODEL, SAMPLE. `heatline explain --help` shows what there is.",
    ),
    (["explain", "a:b", "c", "--score", "odds"], "argument --score: invalid choice: 'odds'"),
    (["explain", "a:b", "c", "--steps", "many"], "argument --steps: invalid int value: 'many'."),
    (["explain", "a:b", "c", "--steps", "3", "--tolerance", "0.1"], "argument --tolerance: not allowed with argument"),
    (["--nonsense"], "the following arguments are required: COMMAND"),
    (["predict", "a:b", "c", "--nonsense"], "unrecognized arguments: --nonsense."),
]


@pytest.mark.parametrize(("arguments", "line"), ARGUMENTS, ids=[" ".join(arguments) for arguments, _ in ARGUMENTS])
def test_arguments_that_cannot_be_read(arguments: list[str], line: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    said = capsys.readouterr().err
    assert said.startswith(f"heatline: {line}")
    assert said.count("\n") == 1


def test_a_text_that_is_too_long_is_cut_and_said(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = json_of(["explain", "odd.py:brief", "not a great film"], capsys)
    assert [token["text"] for token in found["tokens"]] == ["not", "a"]
    assert found["notes"] == ["The text has 4 tokens; the model takes 2, and the rest was left out."]


def test_photos_of_every_mode_are_read(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """16 bits, CMYK, a palette, transparency, turned by EXIF: the same photo gives about the same answer."""
    photo = Image.open("photo.png")
    expected = json_of(["predict", "models.py:photos", "photo.png"], capsys)["classes"]
    Image.fromarray(numpy.asarray(photo.convert("L")).astype(numpy.uint16) * 257).save("deep.png")
    photo.convert("CMYK").save("cmyk.tiff")
    photo.convert("P").save("palette.png")
    photo.convert("RGBA").save("alpha.png")
    turned = Image.Exif()
    turned[0x0112] = 6
    photo.rotate(90, expand=True).save("turned.png", exif=turned)
    for name in ("deep.png", "cmyk.tiff", "palette.png", "alpha.png", "turned.png"):
        found = json_of(["predict", "models.py:photos", name], capsys)
        for one, other in zip(found["classes"], expected, strict=True):
            assert (one["label"], one["probability"]) == (
                other["label"],
                pytest.approx(other["probability"], abs=0.02),
            ), name


def test_notes_say_what_makes_a_result_doubtful(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rough = json_of(["explain", "odd.py:sharp", "table.csv:3", "--steps", "1", "--rule", "right-riemann"], capsys)
    assert rough["completeness"]["relative_error"] > 0.1
    assert "Take more steps (4), or another baseline." in rough["notes"][-1]
    certain = ["explain", "models.py:certain", "photo.png", "--method", "smoothgrad", "--samples", "2"]
    assert "Explain the logit: score='logit' (--score logit)." in json_of(certain, capsys)["notes"][-1]
    assert json_of([*certain, "--score", "logit"], capsys)["notes"] == []


def test_a_mistake_in_a_factory_shows_the_persons_own_frames_when_asked(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["explain", "odd.py:misfit", "photo.png", "--traceback"]) == 2
    said = capsys.readouterr().err
    assert "in misfit" in said
    assert "attribution_core" not in said
