"""Files of images: invented ones, and the real MNIST where it is."""

import gzip
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from mlpexp.data.image_files import FILE_NAMES, missing_files
from mlpexp.data.images import MNIST


@pytest.fixture
def mnist_dir() -> Path:
    """The folder of the real MNIST; the test is skipped where there is none."""
    named = os.environ.get("MLPEXP_DATA_DIR")
    if not named or missing_files(MNIST, Path(named)):
        pytest.skip("MLPEXP_DATA_DIR names no folder with the MNIST files")
    return Path(named)


def idx(array: np.ndarray) -> bytes:
    """An IDX file of bytes."""
    return (
        bytes([0, 0, 8, array.ndim]) + np.array(array.shape, dtype=">i4").tobytes() + array.astype(np.uint8).tobytes()
    )


@pytest.fixture(scope="session")
def fake_files() -> dict[str, bytes]:
    """What Fashion-MNIST looks like from outside: each pixel of image i is i mod 251, labels are 0 to 9 in turn."""
    files = {}
    for prefix, size in (("train", 60_000), ("t10k", 10_000)):
        numbers = np.arange(size)
        images = np.broadcast_to((numbers % 251).astype(np.uint8)[:, None, None], (size, 28, 28))
        files[f"{prefix}-images-idx3-ubyte"] = idx(images)
        files[f"{prefix}-labels-idx1-ubyte"] = idx(numbers % 10)
    return files


@pytest.fixture(scope="session")
def fake_gz(fake_files: dict[str, bytes]) -> dict[str, bytes]:
    """The same, compressed."""
    return {name: gzip.compress(content, compresslevel=1, mtime=0) for name, content in fake_files.items()}


@pytest.fixture
def place(fake_files: dict[str, bytes], fake_gz: dict[str, bytes]) -> Callable[..., Path]:
    """A function that writes the four files below a root, and returns their folder."""

    def write(root: Path, compressed: bool = False, folder: str = "FashionMNIST") -> Path:
        raw = root / folder / "raw"
        raw.mkdir(parents=True)
        for name in FILE_NAMES:
            path = raw / (f"{name}.gz" if compressed else name)
            path.write_bytes((fake_gz if compressed else fake_files)[name])
        return raw

    return write
