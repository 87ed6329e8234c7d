"""Opening photos: every kind of file gives upright pixels or one clear line."""

from __future__ import annotations

import struct
import warnings
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy
import pytest
import torch
from PIL import Image as Pillow

from attribution_core import BadSample
from attribution_core.inputs import open_photo

PhotoFile = Callable[..., Path]


def levels_of(pixels: torch.Tensor) -> set[float]:
    return set(pixels.flatten().tolist())


@pytest.mark.parametrize(
    ("mode", "name"),
    [
        ("RGB", "photo.png"),
        ("RGB", "photo.webp"),
        ("RGB", "photo.bmp"),
        ("RGBA", "photo.png"),
        ("P", "photo.png"),
        ("P", "photo.gif"),
        ("CMYK", "photo.tiff"),
        ("LAB", "photo.tiff"),
    ],
)
def test_colour_files(mode: str, name: str, photo_file: PhotoFile) -> None:
    photo = open_photo(photo_file(mode, name, lossless=True) if name.endswith("webp") else photo_file(mode, name))
    reference = open_photo(photo_file("RGB", "reference.png"))
    assert photo.pixels.shape == (3, 16, 24)
    assert photo.pixels.dtype == torch.uint8
    assert photo.name == name
    slack = 40 if mode in ("P", "LAB", "CMYK") else 0
    assert int((photo.pixels.int() - reference.pixels.int()).abs().float().mean()) <= slack


@pytest.mark.parametrize("mode", ["L", "1", "I;16", "I", "F"])
def test_grey_files_keep_their_levels(mode: str, tmp_path: Path) -> None:
    levels = numpy.linspace(0, 255, 24 * 16).reshape(16, 24)
    if mode == "I;16":
        picture = Pillow.fromarray((levels * 257).astype(numpy.uint16))
    elif mode in ("I", "F"):
        picture = Pillow.fromarray((levels * 257).astype(numpy.int32) if mode == "I" else levels.astype(numpy.float32))
    else:
        picture = Pillow.fromarray(levels.astype(numpy.uint8)).convert(mode)
    path = tmp_path / "grey.tiff"
    picture.save(path)
    photo = open_photo(path)
    assert photo.pixels.shape == (1, 16, 24)
    expected = torch.from_numpy(levels)
    if mode == "1":
        assert levels_of(photo.pixels) == {0, 255}
    else:
        assert float((photo.pixels[0].double() - expected).abs().max()) <= 1


def test_a_png_of_16_bits_is_not_clipped(tmp_path: Path) -> None:
    path = tmp_path / "deep.png"
    Pillow.fromarray(numpy.full((4, 4), 32896, numpy.uint16)).save(path)
    assert levels_of(open_photo(path).pixels) == {128}


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_turns_the_photo_upright(orientation: int, tmp_path: Path) -> None:
    upright = numpy.zeros((16, 24, 3), numpy.uint8)
    upright[:8, :12] = 255  # white in the upper left
    turn: Any = {
        1: lambda a: a,
        2: lambda a: a[:, ::-1],
        3: lambda a: a[::-1, ::-1],
        4: lambda a: a[::-1],
        5: lambda a: a.transpose(1, 0, 2),
        6: lambda a: numpy.rot90(a, 1),
        7: lambda a: a[::-1, ::-1].transpose(1, 0, 2),
        8: lambda a: numpy.rot90(a, -1),
    }[orientation]
    exif = Pillow.Exif()
    exif[0x0112] = orientation
    path = tmp_path / "turned.png"
    Pillow.fromarray(numpy.ascontiguousarray(turn(upright))).save(path, exif=exif)
    photo = open_photo(path)
    assert photo.size == (16, 24)
    assert torch.equal(photo.shown(), torch.from_numpy(upright))


def test_transparency_is_laid_on_white_and_said(tmp_path: Path) -> None:
    path = tmp_path / "clear.png"
    Pillow.new("RGBA", (4, 4), (255, 0, 0, 0)).save(path)
    photo = open_photo(path)
    assert levels_of(photo.pixels) == {255}
    assert "laid on white" in photo.notes[0]


def test_opaque_pictures_need_no_note(photo_file: PhotoFile) -> None:
    assert open_photo(photo_file("RGBA")).notes == []


def test_of_an_animation_the_first_frame_is_taken_and_said(tmp_path: Path) -> None:
    path = tmp_path / "moving.gif"
    frames = [Pillow.new("RGB", (4, 4), colour) for colour in ("red", "blue")]
    frames[0].save(path, save_all=True, append_images=frames[1:])
    photo = open_photo(path)
    assert photo.pixels[:, 0, 0].tolist() == [255, 0, 0]
    assert "2 frames" in photo.notes[0]


def bomb(path: Path) -> None:
    """A PNG of a few bytes that claims 30,000 x 30,000 pixels."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", 30_000, 30_000, 8, 2, 0, 0, 0)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", b"") + chunk(b"IEND", b""))


def cut(path: Path) -> None:
    whole = path.with_name("whole.png")
    Pillow.effect_noise((64, 64), 50).save(whole)
    path.write_bytes(whole.read_bytes()[:600])


def cut_jpeg(path: Path) -> None:
    whole = path.with_name("whole.jpg")
    Pillow.effect_noise((64, 64), 50).convert("RGB").save(whole)
    path.write_bytes(whole.read_bytes()[:900])


BAD_FILES: list[tuple[str, Callable[[Path], object], str]] = [
    ("missing.png", lambda path: None, "there is no file"),
    ("my photo.jpg", lambda path: None, "there is no file .*my photo.jpg$"),
    ("my photo", lambda path: None, "there is no file .*my photo$"),
    ("folder.png", lambda path: path.mkdir(), "is a folder"),
    ("empty.png", lambda path: path.write_bytes(b""), "empty.png is empty"),
    ("words.png", lambda path: path.write_text("not a picture"), "words.png is not an image that can be read"),
    ("bomb.png", bomb, "unpacks to more than"),
    ("cut.png", cut, "cut.png is cut short"),
    ("cut.jpg", cut_jpeg, "cut.jpg is cut short"),
]


@pytest.mark.parametrize(("name", "make", "message"), BAD_FILES, ids=[name for name, _, _ in BAD_FILES])
def test_a_bad_file_is_one_clear_line(name: str, make: Callable[[Path], object], message: str, tmp_path: Path) -> None:
    path = tmp_path / name
    make(path)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(BadSample, match=message) as caught:
            open_photo(path)
    assert "\n" not in str(caught.value)
    assert caught.value.next_step


@pytest.mark.parametrize("text", ["a great film, truly", "good and/or bad", "x" * 300, "a/" * 3000, "nul \0 here"])
def test_a_text_is_not_taken_for_a_missing_file(text: str) -> None:
    with pytest.raises(
        BadSample, match=r"^the model reads images, and '.*' is a text, not the name of an image"
    ) as caught:
        open_photo(text)
    assert len(str(caught.value)) < 150
    assert "a model that reads text" in caught.value.next_step


ARRAYS: list[tuple[object, tuple[int, ...], float]] = [
    (numpy.full((5, 7, 3), 200, numpy.uint8), (3, 5, 7), 200),
    (numpy.full((5, 7), 200, numpy.uint8), (1, 5, 7), 200),
    (numpy.full((5, 7, 1), 0.5), (1, 5, 7), 127.5),
    (numpy.full((5, 7, 3), 16.0), (3, 5, 7), 16),
    (numpy.full((5, 7), True), (1, 5, 7), 255),
    (numpy.full((1, 5, 7, 3), 9, numpy.int64), (3, 5, 7), 9),
    (numpy.full((5, 7), 257 * 3, numpy.uint16), (1, 5, 7), 3),
    (numpy.full((5, 7, 4), 255, numpy.uint8), (3, 5, 7), 255),
    (numpy.full((5, 7, 3), 200, numpy.uint8)[::-1], (3, 5, 7), 200),
    (torch.full((3, 5, 7), 200, dtype=torch.uint8), (3, 5, 7), 200),
    (torch.full((5, 7, 3), 200, dtype=torch.uint8), (3, 5, 7), 200),
    (Pillow.new("RGB", (7, 5), (200, 200, 200)), (3, 5, 7), 200),
]


@pytest.mark.parametrize(("sample", "shape", "level"), ARRAYS)
def test_arrays_and_pictures(sample: object, shape: tuple[int, ...], level: float) -> None:
    photo = open_photo(sample)
    assert tuple(photo.pixels.shape) == shape
    assert levels_of(photo.pixels) == {level}


BAD_ARRAYS: list[tuple[object, str]] = [
    (numpy.zeros((2, 5, 7, 3), numpy.uint8), "a batch of 2 images"),
    (numpy.zeros((3, 5, 7)), "is not an image"),
    (numpy.zeros((5, 0, 3)), "is not an image"),
    (numpy.zeros(5), "is not an image"),
    (numpy.full((5, 7), -1.0), "values from -1 to -1, not from 0 to 255"),
    (numpy.full((5, 7), 300.0), "values from 300 to 300"),
    (numpy.full((5, 7), numpy.nan), "not finite"),
    (numpy.array([["a"]]), "array of type <U1"),
    (3.5, "type float is not an image"),
    (None, "type NoneType is not an image"),
]


@pytest.mark.parametrize(("sample", "message"), BAD_ARRAYS, ids=[message for _, message in BAD_ARRAYS])
def test_what_is_no_image_is_said(sample: object, message: str) -> None:
    with pytest.raises(BadSample, match=message) as caught:
        open_photo(sample)
    assert caught.value.next_step
