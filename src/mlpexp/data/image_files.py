"""The files of an image data set with a name: where they are, reading and checking them."""

import gzip
import hashlib
import os
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from os.path import isfile  # unlike Path.is_file, False where the folder may not be looked into
from pathlib import Path

import numpy as np

from mlpexp.data.cifar_files import parse_binary, parse_pickled
from mlpexp.data.image_sources import ImageSource
from mlpexp.data.usps_files import parse_usps
from mlpexp.errors import DataError

ENVIRONMENT_VARIABLE = "MLPEXP_DATA_DIR"


@dataclass(frozen=True)
class Pictures:
    """Of one part, as published."""

    images: np.ndarray
    """``(N, C, H, W)`` uint8."""
    labels: np.ndarray
    """``(N,)`` int64, from 0."""


def data_folder(data_dir: Path | None = None) -> Path:
    """Where image data sets are: the argument, else ``MLPEXP_DATA_DIR``, else a cache folder of the user."""
    if data_dir is not None:
        return data_dir
    if named := os.environ.get(ENVIRONMENT_VARIABLE):
        return Path(named).expanduser()
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "mlpexp"


def missing_files(source: ImageSource, root: Path) -> list[str]:
    """The names of the files that are there in none of their forms, such as compressed (``.gz``)."""
    return [name for name in source.file_names if not any(map(isfile, _candidates(source, root, name)))]


def read_files(source: ImageSource, root: Path) -> tuple[Pictures, Pictures]:
    """Reads and checks the files, those to train on and those to test on; nothing is written.

    Raises:
        DataError: If a file is damaged or is not the one it should be.
    """
    read_part = PART_READERS[source.format]
    train = read_part(source, root, source.train_files, source.num_train)
    return train, read_part(source, root, source.test_files, source.num_test)


def _idx_part(source: ImageSource, root: Path, names: tuple[str, ...], count: int) -> Pictures:
    """Of a file of pictures and one of labels."""
    (images_path, images), (labels_path, labels) = (_idx_array(source, root, name) for name in names)
    for path, array, shape in ((images_path, images, (count, *source.shape[1:])), (labels_path, labels, (count,))):
        if array.shape != shape:
            raise _damaged(path, f"it holds {_sizes(array.shape)} values instead of {_sizes(shape)}")
    upright = images.swapaxes(1, 2) if source.transposed else images
    return Pictures(upright[:, np.newaxis], _checked_labels(source, labels.astype(np.int64), labels_path))


def _idx_array(source: ImageSource, root: Path, name: str) -> tuple[Path, np.ndarray]:
    path, content = _content(source, root, name)
    try:
        return path, parse_idx(content)
    except ValueError:
        raise _damaged(path, "it is not a complete file of the IDX format") from None


def _whole_part(source: ImageSource, root: Path, names: tuple[str, ...], count: int) -> Pictures:
    """Of files that hold pictures with their labels, one file behind the other."""
    parts = []
    for name in names:
        path, content = _content(source, root, name)
        parse = PARSERS[source.format, path.suffix]
        try:
            images, labels = parse(content, source.shape)
        except ValueError as error:
            raise _damaged(path, str(error)) from None
        if len(labels) != count // len(names):
            raise _damaged(path, f"it holds {len(labels)} pictures instead of {count // len(names)}")
        parts.append(Pictures(images, _checked_labels(source, labels, path, whole=len(names) == 1)))
    if len(parts) == 1:
        return parts[0]
    joined = Pictures(*(np.concatenate([getattr(part, name) for part in parts]) for name in ("images", "labels")))
    _check_balance(source, joined.labels, path.parent)
    return joined


PartReader = Callable[[ImageSource, Path, tuple[str, ...], int], Pictures]
PART_READERS: Mapping[str, PartReader] = {"idx": _idx_part, "cifar": _whole_part, "usps": _whole_part}
PARSERS: Mapping[tuple[str, str], Callable[[bytes, tuple[int, int, int]], tuple[np.ndarray, np.ndarray]]] = {
    ("cifar", ""): parse_pickled,
    ("cifar", ".bin"): parse_binary,
    ("usps", ".bz2"): parse_usps,
}  # fmt: skip
"""By format and the end of the file's name."""


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


def _candidates(source: ImageSource, root: Path, name: str) -> list[Path]:
    return [root / place.format(name) for place in source.places]


def _content(source: ImageSource, root: Path, name: str) -> tuple[Path, bytes]:
    """A file and its bytes, without ``.gz`` and after a look at its MD5 sum: before anybody makes sense of them."""
    path = next(filter(isfile, _candidates(source, root, name)))
    try:
        content = path.read_bytes()
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror})") from None
    try:
        content = gzip.decompress(content) if path.suffix == ".gz" else content
    except (OSError, EOFError, zlib.error) as error:
        raise _damaged(path, f"it cannot be decompressed ({error})") from None
    md5 = source.md5.get(path.name.removesuffix(".gz"))
    checksum = hashlib.md5(content, usedforsecurity=False).hexdigest()
    if md5 is not None and checksum != md5:
        raise _damaged(path, f"its content has the MD5 sum {checksum} instead of {md5}")
    return path, content


def _sizes(shape: tuple[int, ...]) -> str:
    return "x".join(map(str, shape))


def _checked_labels(source: ImageSource, labels: np.ndarray, path: Path, *, whole: bool = True) -> np.ndarray:
    """Class numbers from 0; ``whole``: they are all of a part."""
    first, last = source.first_label, source.first_label + len(source.class_names) - 1
    wrong = labels[(labels < first) | (labels > last)]
    if len(wrong):
        raise _damaged(path, f"it has the label {wrong.max()}, and labels are {first} to {last}")
    numbers: np.ndarray = labels - first
    if whole:
        _check_balance(source, numbers, path)
    return numbers


def _check_balance(source: ImageSource, numbers: np.ndarray, path: Path) -> None:
    num_classes = len(source.class_names)
    counts = np.bincount(numbers, minlength=num_classes)
    if source.balanced and np.any(counts != len(numbers) // num_classes):
        share = len(numbers) // num_classes
        raise _damaged(path, f"its classes have {counts.tolist()} samples instead of {share} each")


def _damaged(path: Path, what: str) -> DataError:
    return DataError(f"{path}: damaged: {what}; delete it to have it downloaded again, or replace it by the original")
