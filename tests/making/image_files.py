"""Files of images: invented ones, and the real MNIST where it is."""

import bz2
import gzip
import hashlib
import os
import pickle
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from mlpexp.data.image_files import missing_files
from mlpexp.data.image_sources import CIFAR10, EMNIST, MNIST, USPS, ImageSource


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
        for name in MNIST.file_names:
            path = raw / (f"{name}.gz" if compressed else name)
            path.write_bytes((fake_gz if compressed else fake_files)[name])
        return raw

    return write


def colour_pictures(count: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Random pictures ``(N, 3, 32, 32)`` uint8 as those of CIFAR-10, and labels ``(N,)``: 0 to 9 in turn."""
    images = np.random.default_rng(seed).integers(0, 256, (count, 3, 32, 32), dtype=np.uint8)
    return images, np.arange(count) % 10


def place_cifar(root: Path, per_file: int) -> ImageSource:
    """Writes small files in the Python form of CIFAR-10 below a root, and returns what they are."""
    folder = root / "cifar-10-batches-py"
    folder.mkdir(parents=True)
    md5 = {}
    for number, name in enumerate(CIFAR10.file_names):
        images, labels = colour_pictures(per_file, number)
        batch = {"batch_label": name, "labels": labels.tolist(), "data": images.reshape(per_file, -1), "filenames": []}
        content = pickle.dumps(batch, protocol=2)
        (folder / name).write_bytes(content)
        md5[name] = hashlib.md5(content).hexdigest()
    return replace(CIFAR10, md5=md5, num_train=5 * per_file, num_test=per_file)


def place_cifar_binary(root: Path, per_file: int) -> None:
    """Writes the same pictures in the binary form."""
    folder = root / "cifar-10-batches-bin"
    folder.mkdir(parents=True)
    for number, name in enumerate(CIFAR10.file_names):
        images, labels = colour_pictures(per_file, number)
        records = np.column_stack([labels.astype(np.uint8), images.reshape(per_file, -1)])
        (folder / f"{name}.bin").write_bytes(records.tobytes())


def place_usps(root: Path, num_train: int, num_test: int) -> ImageSource:
    """Writes small files as those of USPS below a root, and returns what they are."""
    root.mkdir(parents=True, exist_ok=True)
    md5 = {}
    for name, count in (("usps.bz2", num_train), ("usps.t.bz2", num_test)):
        values = np.random.default_rng(count).uniform(-1, 1, (count, 256)).round(6)
        values[0, :3] = -1, 0, 1
        lines = [
            f"{row % 10 + 1} {' '.join(f'{place + 1}:{value:g}' for place, value in enumerate(values[row]))} \n"
            for row in range(count)
        ]
        content = bz2.compress("".join(lines).encode())
        (root / name).write_bytes(content)
        md5[name] = hashlib.md5(content).hexdigest()
    return replace(USPS, md5=md5, num_train=num_train, num_test=num_test)


def place_emnist(root: Path, collection: str, per_class: int) -> ImageSource:
    """Writes small files as those of EMNIST below a root, pictures lying on their side, and returns what they are."""
    source = EMNIST[collection]
    raw = root / "EMNIST" / "raw"
    raw.mkdir(parents=True, exist_ok=True)
    count = per_class * len(source.class_names)
    for number, (images_name, labels_name) in enumerate((source.train_files, source.test_files)):
        images = np.random.default_rng(number).integers(0, 256, (count, 28, 28), dtype=np.uint8)
        (raw / images_name).write_bytes(idx(images))
        (raw / labels_name).write_bytes(idx(np.arange(count) % len(source.class_names) + source.first_label))
    return replace(source, num_train=count, num_test=count)
