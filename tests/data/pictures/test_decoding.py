"""Pixels of a file, held against Pillow and arithmetic by hand."""

import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from making.picture_folders import bomb, coloured, images, pixels, saved
from mlpexp.data.pictures.decoding import header_of, pixels_of
from mlpexp.data.pictures.read import read_pictures
from mlpexp.errors import DataError


@pytest.mark.parametrize("ending", ["png", "bmp", "ppm", "gif", "jpg"])
def test_what_is_stored_is_what_is_read(tmp_path: Path, ending: str) -> None:
    array = np.full((6, 4, 3), 200, np.uint8) if ending in ("gif", "jpg") else pixels(6, 4)
    path = saved(tmp_path / f"a.{ending}", array)
    read = pixels_of(path, "rgb", None, "crop")
    assert read.shape == (3, 6, 4) and np.array_equal(read.transpose(1, 2, 0), array)


def test_grey_is_luma(tmp_path: Path) -> None:
    array = pixels(5, 7)
    grey = pixels_of(saved(tmp_path / "a.png", array), "grey", None, "crop")[0]
    assert np.abs(array @ [0.299, 0.587, 0.114] - grey).max() <= 0.51


def test_palettes_have_their_colours(tmp_path: Path) -> None:
    image = Image.fromarray(pixels(6, 6) // 64 * 85).quantize(64)
    image.save(tmp_path / "a.png")
    with Image.open(tmp_path / "a.png") as stored:
        assert stored.mode == "P"
    shown = np.asarray(image.convert("RGB")).transpose(2, 0, 1)
    assert np.array_equal(pixels_of(tmp_path / "a.png", "rgb", None, "crop"), shown)
    assert not header_of(tmp_path / "a.png").is_grey
    Image.fromarray(pixels(6, 6, 1)).convert("P").save(tmp_path / "b.png")
    assert header_of(tmp_path / "b.png").is_grey


def test_what_is_transparent_is_white(tmp_path: Path) -> None:
    array = pixels(4, 5, 4)
    read = pixels_of(saved(tmp_path / "a.png", array), "rgb", None, "crop").transpose(1, 2, 0)
    alpha = array[..., 3:] / 255
    assert np.abs(alpha * array[..., :3] + (1 - alpha) * 255 - read).max() <= 1
    assert header_of(tmp_path / "a.png").alpha


def test_sixteen_bits_become_eight(tmp_path: Path) -> None:
    values = np.array([[0, 128, 129, 257, 32768, 65535]], np.uint16)
    path = saved(tmp_path / "a.png", values)
    assert header_of(path).deep and header_of(path).is_grey
    assert pixels_of(path, "grey", None, "crop")[0].tolist() == [np.floor(values[0] / 257 + 0.5).tolist()]


def test_prints_become_colours(tmp_path: Path) -> None:
    Image.new("CMYK", (8, 8), (0, 255, 255, 0)).save(tmp_path / "a.jpg", quality=100)
    red, green, blue = pixels_of(tmp_path / "a.jpg", "rgb", None, "crop").mean(axis=(1, 2))
    assert red > 240 and green < 15 and blue < 15 and header_of(tmp_path / "a.jpg").of_print


@pytest.mark.parametrize(("orientation", "turned"), [(3, 180), (6, 270), (8, 90)])
def test_pictures_are_turned_upright(tmp_path: Path, orientation: int, turned: int) -> None:
    image, exif = Image.fromarray(pixels(4, 6)), Image.Exif()
    exif[0x0112] = orientation
    image.save(tmp_path / "a.png", exif=exif)
    upright = np.asarray(image.rotate(turned, expand=True)).transpose(2, 0, 1)
    header = header_of(tmp_path / "a.png")
    assert header.turned and (header.height, header.width) == upright.shape[1:]
    assert np.array_equal(pixels_of(tmp_path / "a.png", "rgb", None, "crop"), upright)


def test_the_first_frame_counts(tmp_path: Path) -> None:
    frames = [Image.new("L", (4, 4), value) for value in (10, 200)]
    frames[0].save(tmp_path / "a.gif", save_all=True, append_images=frames[1:])
    assert header_of(tmp_path / "a.gif").animated
    assert pixels_of(tmp_path / "a.gif", "grey", None, "crop").tolist() == [[[10] * 4] * 4]


@given(
    st.integers(1, 30), st.integers(1, 30), st.integers(1, 12), st.integers(1, 12), st.sampled_from(["crop", "stretch"])
)
def test_every_picture_gets_the_size_that_is_asked_for(
    tmp_path_factory: pytest.TempPathFactory, height: int, width: int, high: int, wide: int, fit: str
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.png"
    Image.new("L", (width, height), 77).save(path)
    read = pixels_of(path, "grey", (high, wide), fit)
    assert read.shape == (1, high, wide) and (read == 77).all()


def test_half_the_size_is_the_mean_of_the_middle_or_of_all(tmp_path: Path) -> None:
    array = np.zeros((4, 8), np.uint8)
    array[:, 2:6] = 200  # the middle square
    path = saved(tmp_path / "a.png", array)
    assert (pixels_of(path, "grey", (2, 2), "crop") == 200).all()
    stretched = pixels_of(path, "grey", (2, 2), "stretch")
    assert 80 < stretched.mean() < 120 and np.ptp(stretched.astype(int)) <= 1


@pytest.mark.parametrize("side", [8_001, 12_000, 60_000])
def test_bombs_are_refused_before_they_are_decoded(tmp_path: Path, side: int) -> None:
    with pytest.raises(DataError, match="may have at most 64,000,000"):
        header_of(bomb(tmp_path / "a.png", side, side))


@pytest.mark.slow
def test_many_pictures_that_do_not_fit_into_memory_are_refused_before_they_are_decoded(tmp_path: Path) -> None:
    folder = coloured(tmp_path, 1)
    large = bomb(tmp_path / "sky" / "000.png", 8_000, 8_000)
    for name in ("apples", "leaves"):
        (folder / name / "000.png").unlink()
        for number in range(15_000 if name == "apples" else 1):
            (folder / name / f"{number}.png").hardlink_to(large)
    with pytest.raises(
        DataError, match=r"15,002 pictures need 960.1 GB of memory, and .* can be used; set dataset.size"
    ):
        read_pictures(images(folder))


def test_other_kinds_are_named_whatever_the_ending(tmp_path: Path) -> None:
    for kind in ("TIFF", "WEBP"):
        Image.fromarray(pixels(4, 4)).save(tmp_path / f"{kind}.png", format=kind)
        with pytest.raises(DataError, match=f"(?i)pictures of the kind {kind} are not read.*; convert it to PNG"):
            header_of(tmp_path / f"{kind}.png")


def deep_png(path: Path, values: np.ndarray, transparent: tuple[int, ...] = ()) -> Path:
    """A PNG of 16 bits, ``(H, W)`` grey or ``(H, W, 3)``, written by hand, for Pillow writes no colours of 16 bits."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    height, width = values.shape[:2]
    head = struct.pack(">IIBBBBB", width, height, 16, 0 if values.ndim == 2 else 2, 0, 0, 0)
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in values)
    of_transparent = chunk(b"tRNS", struct.pack(f">{len(transparent)}H", *transparent)) if transparent else b""
    content = chunk(b"IHDR", head) + of_transparent + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + content)
    return path


def test_sixteen_bits_of_colours_are_said_and_their_transparency_is_white(tmp_path: Path) -> None:
    grey = (np.arange(12).reshape(3, 4) * 5000).astype(np.uint16)
    shown = pixels_of(deep_png(tmp_path / "g.png", grey, (5000,)), "grey", None, "crop")[0]
    assert np.array_equal(shown, np.where(grey == 5000, 255, (grey.astype(int) + 128) // 257))
    colour = np.stack([grey, grey + 100, grey + 200], axis=-1)
    path = deep_png(tmp_path / "c.png", colour, (5000, 5100, 5200))
    assert header_of(path).deep and header_of(path).alpha
    assert (pixels_of(path, "rgb", None, "crop")[:, 0, 1] == 255).all()
