"""Folders of small pictures, and configs for them."""

import struct
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from mlpexp.config.own_images import Images

COLOURS: Mapping[str, tuple[int, int, int]] = {"apples": (200, 40, 40), "leaves": (40, 160, 60), "sky": (70, 120, 220)}


def pixels(height: int, width: int, channels: int = 3, seed: int = 0) -> np.ndarray:
    """Noise, ``(H, W, C)`` uint8, without the last axis for one channel."""
    shape = (height, width) if channels == 1 else (height, width, channels)
    return np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)


def coloured(
    folder: Path, number: int = 8, size: tuple[int, int] = (12, 10), classes: Sequence[str] = tuple(COLOURS)
) -> Path:
    """A folder for each class with pictures of a colour of its own, and noise."""
    for place, name in enumerate(classes):
        (folder / name).mkdir(parents=True, exist_ok=True)
        for picture in range(number):
            noise = pixels(*size, seed=1000 * place + picture).astype(int) - 128
            shown = np.clip(np.array(COLOURS.get(name, (128, 128, 128))) + noise // 4, 0, 255)
            Image.fromarray(shown.astype(np.uint8)).save(folder / name / f"{picture:03}.png")
    return folder


def for_example(folder: Path) -> Path:
    """The pictures that the example ``pictures/cnn4_400`` looks for where its user stands; small, for it resizes them."""
    return coloured(folder / "pictures", 4, (20, 20))


def saved(path: Path, array: np.ndarray) -> Path:
    """A picture in a file, in the format that its name says."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(array).save(path)
    return path


def images(path: Path, **keys: object) -> Images:
    """A ``dataset:`` section."""
    return Images.model_validate({"name": "images", "path": str(path), **keys})


def bomb(path: Path, width: int, height: int) -> Path:
    """A PNG whose head promises more pixels than it holds."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    parts = [chunk(b"IHDR", head), chunk(b"IDAT", zlib.compress(b"\0" * 100)), chunk(b"IEND", b"")]
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(parts))
    return path
