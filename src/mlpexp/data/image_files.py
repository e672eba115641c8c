"""The four files of an MNIST-like data set: which they are, where they are, reading and checking them."""

import gzip
import hashlib
import os
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from os.path import isfile  # unlike Path.is_file, False where the folder may not be looked into
from pathlib import Path

import numpy as np

from mlpexp.errors import DataError

FILE_NAMES = ("train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")
NUM_TRAIN_IMAGES, NUM_TEST_IMAGES = 60_000, 10_000
ENVIRONMENT_VARIABLE = "MLPEXP_DATA_DIR"


@dataclass(frozen=True)
class ImageSource:
    """What the files of one data set must be."""

    title: str
    """For sentences."""
    folder: str
    """Name of its folder, and of its class in torchvision."""
    class_names: tuple[str, ...]
    """One per label."""
    md5: Mapping[str, str] = field(default_factory=dict)
    """MD5 sums of the uncompressed files, where we know them."""
    balanced: bool = False
    """Whether every class has a tenth of the samples."""


@dataclass(frozen=True)
class RawImages:
    """Images ``(N, 28, 28)`` uint8 and labels ``(N,)`` int64 as published: 60,000 to train on, 10,000 to test on."""

    train_images: np.ndarray
    """``(60000, 28, 28)`` uint8."""
    train_labels: np.ndarray
    """``(60000,)`` int64."""
    test_images: np.ndarray
    """``(10000, 28, 28)`` uint8."""
    test_labels: np.ndarray
    """``(10000,)`` int64."""


def data_folder(data_dir: Path | None = None) -> Path:
    """Where image data sets are: the argument, else ``MLPEXP_DATA_DIR``, else a cache folder of the user."""
    if data_dir is not None:
        return data_dir
    if named := os.environ.get(ENVIRONMENT_VARIABLE):
        return Path(named).expanduser()
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "mlpexp"


def missing_files(source: ImageSource, root: Path) -> list[str]:
    """The names of the files that are there neither as they are nor compressed (``.gz``)."""
    return [name for name in FILE_NAMES if not any(map(isfile, _candidates(source, root, name)))]


def read_files(source: ImageSource, root: Path) -> RawImages:
    """Reads and checks the four files; nothing is written.

    Raises:
        DataError: If a file is damaged or is not the one it should be.
    """
    arrays = []
    for name in FILE_NAMES:
        path = next(filter(isfile, _candidates(source, root, name)))
        num_samples = NUM_TRAIN_IMAGES if name.startswith("train") else NUM_TEST_IMAGES
        shape = (num_samples, 28, 28) if "images" in name else (num_samples,)
        array = _read(path, source.md5.get(name))
        if array.shape != shape:
            raise _damaged(path, f"it holds {_sizes(array.shape)} values instead of {_sizes(shape)}")
        if "labels" in name:
            _check_labels(source, array, path)
        arrays.append(array)
    train_images, train_labels, test_images, test_labels = arrays
    return RawImages(train_images, train_labels.astype(np.int64), test_images, test_labels.astype(np.int64))


def parse_idx(content: bytes) -> np.ndarray:
    """The array of unsigned bytes that an IDX file holds.

    The format: two zero bytes, the type (8: unsigned byte), the number of axes, the size of each axis as a big-endian
    32-bit integer, the values. torchvision has a reader too, but only for uncompressed files, and importing torchvision
    takes seconds more than importing torch.

    Raises:
        ValueError: If the content is anything else.
    """
    if len(content) < 4 or content[:3] != b"\x00\x00\x08":
        raise ValueError("not an IDX file of unsigned bytes")
    num_axes = content[3]
    shape = np.frombuffer(content, dtype=">i4", count=num_axes, offset=4)
    return np.frombuffer(content, dtype=np.uint8, offset=4 + 4 * num_axes).reshape(shape)


def _candidates(source: ImageSource, root: Path, name: str) -> tuple[Path, Path]:
    raw = root / source.folder / "raw"
    return raw / name, raw / f"{name}.gz"


def _read(path: Path, md5: str | None) -> np.ndarray:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror})") from None
    try:
        content = gzip.decompress(content) if path.suffix == ".gz" else content
    except (OSError, EOFError, zlib.error) as error:
        raise _damaged(path, f"it cannot be decompressed ({error})") from None
    checksum = hashlib.md5(content, usedforsecurity=False).hexdigest()
    if md5 is not None and checksum != md5:
        raise _damaged(path, f"its content has the MD5 sum {checksum} instead of {md5}")
    try:
        return parse_idx(content)
    except ValueError:
        raise _damaged(path, "it is not a complete file of the IDX format") from None


def _sizes(shape: tuple[int, ...]) -> str:
    return "x".join(map(str, shape))


def _check_labels(source: ImageSource, labels: np.ndarray, path: Path) -> None:
    if labels.max() > 9:
        raise _damaged(path, f"it has the label {labels.max()}, and labels are 0 to 9")
    counts = np.bincount(labels, minlength=10)
    if source.balanced and np.any(counts != len(labels) // 10):
        raise _damaged(path, f"its classes have {counts.tolist()} samples instead of {len(labels) // 10} each")


def _damaged(path: Path, what: str) -> DataError:
    return DataError(f"{path}: damaged: {what}; delete it to have it downloaded again, or replace it by the original")
