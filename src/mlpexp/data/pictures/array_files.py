"""Files that hold many pictures: an ``.npz`` archive, or IDX files as those of MNIST."""

import gzip
import re
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import IO, Any, cast

import numpy as np

from mlpexp.data.pictures.folder import is_hidden
from mlpexp.data.pictures.refusing import check_memory, check_regular, named, refused
from mlpexp.errors import DataError

IDX_NAME = re.compile(r"(?P<before>.*?)(?P<part>train|t10k|test)-(?P<what>images|labels)[-.]idx[13]-ubyte(\.gz)?", re.I)
PARTS_OF_IDX = {"train": "train", "t10k": "test", "test": "test"}
# Names of arrays in an archive: of each part its pictures and labels.
NAMES: tuple[Mapping[str, tuple[str, str]], ...] = (
    {"train": ("x_train", "y_train"), "validation": ("x_val", "y_val"), "test": ("x_test", "y_test")},
    {"train": ("X_train", "y_train"), "validation": ("X_val", "y_val"), "test": ("X_test", "y_test")},
    {
        "train": ("train_images", "train_labels"),
        "validation": ("val_images", "val_labels"),
        "test": ("test_images", "test_labels"),
    },
    {"": ("images", "labels")},
    {"": ("x", "y")},
    {"": ("X", "y")},
    {"": ("data", "target")},
)
BROKEN = (OSError, EOFError, ValueError, KeyError, zlib.error, zipfile.BadZipFile, NotImplementedError, RuntimeError)


@dataclass(frozen=True)
class PartArrays:
    """The pictures and labels of a part, as they are in the file."""

    part: str
    """``train``, ``validation``, ``test``, or empty: all."""
    images: np.ndarray
    """``(N, ...)``."""
    labels: np.ndarray
    """``(N,)``."""
    source: str
    """Where the pictures are from: the name of a file or array."""


def npz_arrays(path: Path) -> tuple[list[PartArrays], list[str]]:
    """The arrays of an archive, and what of it was left out, in words; nothing in it is run.

    Raises:
        DataError: It cannot be read, lacks the names that are known, holds Python objects, or does not fit into memory.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.namelist()
            headers = {name.removesuffix(".npy"): _npy_header(archive, name) for name in members if _is_array(name)}
    except FileNotFoundError:
        raise refused(path, "there is no such file") from None
    except BROKEN:
        raise refused(path, "damaged, or no .npz file") from None
    names = _names(path, headers)
    for part, pair in names.items():
        if sum(name in headers for name in pair) == 1:
            lacking = next(name for name in pair if name not in headers)
            raise refused(path, f"there is no array {lacking} for the {part} part")
    used = {part: pair for part, pair in names.items() if pair[0] in headers}
    for name in (name for pair in used.values() for name in pair):
        if headers[name][1].hasobject:
            raise refused(path, f"{name} holds Python objects, which are not read; save numbers")
    read = {f"{name}.npy" for pair in used.values() for name in pair}
    unused = [f"of the npz file {named(name)} is left out" for name in members if name not in read]
    sizes = [headers[pair[0]] for pair in used.values()]
    check_memory(
        path, sum(prod(shape) * (kind.itemsize + 1) for shape, kind in sizes), sum(s[0] for s, _ in sizes if s)
    )
    try:
        with np.load(path, allow_pickle=False) as content:
            return [PartArrays(part, content[x], content[y], x) for part, (x, y) in used.items()], unused
    except (*BROKEN, MemoryError):
        raise refused(path, "damaged: an array cannot be read") from None


def _is_array(name: str) -> bool:
    return name.endswith(".npy")


def _names(path: Path, headers: Mapping[str, Any]) -> Mapping[str, tuple[str, str]]:
    """The one set of names that an archive has.

    Raises:
        DataError: It has none, or several, so that it is not clear what is to be read.
    """
    given = [names for names in NAMES if _given(names, headers)]
    if not given:
        lacking = "; expected x_train and y_train, or images and labels"
        raise refused(path, f"its arrays are {', '.join(map(named, headers)) or 'none'}{lacking}")
    if len(given) > 1:
        one, other = (" and ".join(next(iter(names.values()))) for names in given[:2])
        raise refused(path, f"it has {one}, but {other}, too; keep one pair")
    return given[0]


def _given(names: Mapping[str, tuple[str, str]], headers: Mapping[str, Any]) -> bool:
    first = next(iter(names.values()))
    return all(name in headers for name in first)


def _npy_header(archive: zipfile.ZipFile, name: str) -> tuple[tuple[int, ...], np.dtype[Any]]:
    """Shape and kind of an array, without its values."""
    with archive.open(name) as stream:
        version = np.lib.format.read_magic(stream)
        read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        shape, _, kind = read(stream)
    return tuple(shape), kind


def idx_names(root: Path) -> dict[str, tuple[str, str]]:
    """The files of pictures and labels in a folder, by part; empty: there are none.

    Raises:
        DataError: A file is there twice, or its companion is not.
    """
    try:
        entries = sorted(entry.name for entry in root.iterdir() if not is_hidden(entry.name))
    except OSError as error:
        raise refused(root, f"cannot be read: {error.strerror}") from None
    files: dict[tuple[str, str], str] = {}
    for name in entries:
        match = IDX_NAME.fullmatch(name)
        if match is None:
            continue
        key = PARTS_OF_IDX[match["part"].lower()], match["what"].lower()
        if key in files and files[key].removesuffix(".gz") != name.removesuffix(".gz"):
            raise refused(
                root, f"{files[key]} and {named(name)} both could be read; name one pair with images and labels"
            )
        files.setdefault(key, name)  # the plain file comes first, and that with .gz is the same
    pairs = {}
    for part in ("train", "test"):
        images, labels = (files.get((part, what)) for what in ("images", "labels"))
        if (images is None) != (labels is None):
            raise refused(
                root, f"there is {images or labels}, but its {'labels are' if images else 'pictures are'} not there"
            )
        if images and labels:
            pairs[part] = (images, labels)
    if pairs and "train" not in pairs:
        raise refused(root, "there are IDX files of a test part, but none to train on")
    return pairs


def idx_arrays(root: Path, names: Mapping[str, tuple[str, str]]) -> list[PartArrays]:
    """The arrays of IDX files.

    Args:
        root: Their folder.
        names: By part, the files of pictures and labels.

    Raises:
        DataError: One cannot be read, or all do not fit into memory.
    """
    shapes = {name: _idx_shape_of(root / name) for pair in names.values() for name in pair}
    of_pictures = [shapes[images] for images, _ in names.values()]
    check_memory(root, 2 * sum(map(prod, of_pictures)), sum(shape[0] for shape in of_pictures))
    for images, labels in names.values():
        if prod(shapes[labels]) > shapes[images][0]:
            sizes = "x".join(f"{size:,}" for size in shapes[labels])
            raise refused(root, f"{images} has {shapes[images][0]:,} pictures, but {labels} has {sizes} labels")
    return [
        PartArrays(part if len(names) > 1 else "", _idx(root / images), _idx(root / labels), images)
        for part, (images, labels) in names.items()
    ]


def _stream(path: Path) -> IO[bytes]:
    check_regular(path)
    try:
        with path.open("rb") as stream:
            is_compressed = stream.read(2) == b"\x1f\x8b"
        return cast(IO[bytes], gzip.open(path)) if is_compressed else path.open("rb")
    except OSError as error:
        raise refused(path, f"cannot be read: {error.strerror}") from None


def _idx_shape(stream: IO[bytes], path: Path) -> tuple[int, ...]:
    """Reads the head: two zero bytes, the type (8: unsigned byte), the number of axes, and the size of each.

    Raises:
        DataError: It is not the head of such a file.
    """
    try:
        head = stream.read(4)
        axes = stream.read(4 * head[3]) if len(head) == 4 and head[:3] == b"\x00\x00\x08" and 1 <= head[3] <= 4 else b""
    except BROKEN:
        raise _broken(path) from None
    if not axes or len(axes) < 4 * head[3]:
        raise _broken(path)
    return tuple(int(size) for size in np.frombuffer(axes, dtype=">u4"))


def _idx_shape_of(path: Path) -> tuple[int, ...]:
    with _stream(path) as stream:
        return _idx_shape(stream, path)


def _idx(path: Path) -> np.ndarray:
    with _stream(path) as stream:
        shape = _idx_shape(stream, path)
        try:
            content = stream.read(prod(shape) + 1)  # no more, however much a compressed file holds
        except BROKEN:
            raise _broken(path) from None
    if len(content) != prod(shape):
        raise _broken(path)
    return np.frombuffer(content, dtype=np.uint8).reshape(shape)


def _broken(path: Path) -> DataError:
    return refused(path, "damaged, or no IDX file of unsigned bytes")
