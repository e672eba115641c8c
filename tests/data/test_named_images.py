"""KMNIST, EMNIST, CIFAR-10 and USPS: small files in the same format, with torchvision's own readers as witness."""

import bz2
import hashlib
import os
import pickle
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import TypeAdapter

from making.image_files import colour_pictures, place_cifar, place_cifar_binary, place_emnist, place_usps
from mlpexp.config.datasets import DatasetConfig
from mlpexp.config.image_sets import IMAGE_SETS, Cifar10, Emnist, Kmnist, NamedImages
from mlpexp.data.cifar_files import parse_pickled
from mlpexp.data.image_files import missing_files, read_files
from mlpexp.data.image_sources import CIFAR10, EMNIST, KMNIST, SOURCES, USPS, source_of
from mlpexp.data.images import image_facts, load_images
from mlpexp.errors import DataError


@pytest.fixture(scope="module")
def datasets() -> Any:
    """``torchvision.datasets``, imported late: it takes seconds and every worker of pytest-xdist collects this file."""
    from torchvision import datasets

    return datasets


def test_every_set_has_its_files_and_facts() -> None:
    configs = [TypeAdapter[DatasetConfig](DatasetConfig).validate_python({"name": name}) for name in IMAGE_SETS]
    assert {type(config) for config in configs} == set(NamedImages.__subclasses__()) == {*SOURCES, Emnist}
    for config in configs:
        assert isinstance(config, NamedImages)
        source, facts = source_of(config), image_facts(config)
        assert facts.input_shape == source.shape and facts.num_outputs == len(set(source.class_names))
        assert (facts.num_samples, facts.num_official_test) == (source.num_train + source.num_test, source.num_test)


def test_the_sums_and_classes_are_those_of_torchvision(datasets: Any) -> None:
    assert dict(datasets.CIFAR10.train_list + datasets.CIFAR10.test_list) == CIFAR10.md5
    assert {name: md5 for _, name, md5 in datasets.USPS.split_list.values()} == USPS.md5
    assert tuple(datasets.KMNIST.classes) == KMNIST.class_names
    for collection, source in EMNIST.items():
        names = tuple(datasets.EMNIST.classes_split_dict[collection])
        assert source.class_names == names[source.first_label :]
    assert set(EMNIST) == set(datasets.EMNIST.splits)


def test_kmnist_lies_like_mnist(tmp_path: Path, place: Callable[..., Path]) -> None:
    place(tmp_path, compressed=True, folder="KMNIST")
    data = load_images(Kmnist(name="kmnist", train_samples=100, test_samples=20), tmp_path, pytest.fail)
    assert data.inputs.shape == (120, 1, 28, 28) and data.class_names[0] == "o" and data.target_name == "character"


@pytest.mark.parametrize("collection", ["letters", "bymerge", "digits"])
def test_letters_stand_upright(tmp_path: Path, datasets: Any, collection: str) -> None:
    source = place_emnist(tmp_path, collection, per_class=2)
    train, test = read_files(source, tmp_path)
    for part, is_train in ((train, True), (test, False)):
        theirs = datasets.EMNIST(tmp_path, split=collection, train=is_train)
        assert np.array_equal(part.images[:, 0], theirs.data.numpy().swapaxes(1, 2))
        assert np.array_equal(part.labels, theirs.targets.numpy() - source.first_label)
        names = [theirs.classes[label] for label in theirs.targets]
        assert [source.class_names[number] for number in part.labels] == names


def test_labels_below_the_first_are_damage(tmp_path: Path) -> None:
    source = place_emnist(tmp_path, "letters", per_class=1)
    path = tmp_path / "EMNIST" / "raw" / source.train_files[1]
    path.write_bytes(path.read_bytes()[:-1] + b"\0")
    with pytest.raises(DataError, match="it has the label 0, and labels are 1 to 26"):
        read_files(source, tmp_path)


def test_cifar_is_read_as_torchvision_reads_it(tmp_path: Path, datasets: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    source = place_cifar(tmp_path, per_file=20)
    meta = pickle.dumps({"label_names": list(source.class_names)}, protocol=2)
    (tmp_path / "cifar-10-batches-py" / "batches.meta").write_bytes(meta)
    sums = [[name, source.md5[name]] for name in source.file_names]
    monkeypatch.setattr(datasets.CIFAR10, "train_list", sums[:5])
    monkeypatch.setattr(datasets.CIFAR10, "test_list", sums[5:])
    monkeypatch.setattr(
        datasets.CIFAR10,
        "meta",
        {"filename": "batches.meta", "key": "label_names", "md5": hashlib.md5(meta).hexdigest()},
    )
    for part, is_train in zip(read_files(source, tmp_path), (True, False), strict=True):
        theirs = datasets.CIFAR10(tmp_path, train=is_train)
        assert part.images.dtype == np.uint8 and part.images.shape[1:] == (3, 32, 32)
        assert np.array_equal(part.images, theirs.data.transpose(0, 3, 1, 2))
        assert np.array_equal(part.labels, theirs.targets)


def test_both_forms_of_cifar_hold_the_same(tmp_path: Path) -> None:
    source = place_cifar(tmp_path / "python", per_file=20)
    place_cifar_binary(tmp_path / "binary", per_file=20)
    for ours, theirs in zip(
        read_files(source, tmp_path / "python"), read_files(source, tmp_path / "binary"), strict=True
    ):
        assert np.array_equal(ours.images, theirs.images) and np.array_equal(ours.labels, theirs.labels)


class Payload:
    """What runs a program when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (str(self.path),)


def test_nothing_is_unpickled_that_has_not_the_right_sum(tmp_path: Path) -> None:
    source = place_cifar(tmp_path, per_file=20)
    path = tmp_path / "cifar-10-batches-py" / "data_batch_2"
    path.write_bytes(pickle.dumps(Payload(tmp_path / "attacked")))
    with pytest.raises(DataError, match=r"data_batch_2: damaged: its content has the MD5 sum \w+ instead of"):
        read_files(source, tmp_path)
    assert not (tmp_path / "attacked").exists()


def test_a_pickle_that_names_a_program_is_refused_by_itself(tmp_path: Path) -> None:
    content = pickle.dumps(Payload(tmp_path / "attacked"))
    with pytest.raises(ValueError, match=r"it names (posix|nt)\.mkdir, which no file of pictures needs"):
        parse_pickled(content, (3, 32, 32))
    assert not (tmp_path / "attacked").exists()


IMAGES, LABELS = colour_pictures(10)
NO_BATCHES: dict[str, tuple[object, str]] = {
    "other keys": ({"x": 1}, "it is not a batch file of CIFAR-10"),
    "floats": ({"data": IMAGES.reshape(10, -1) / 1.0, "labels": LABELS.tolist()}, "its data are not rows of bytes"),
    "other size": ({"data": IMAGES.reshape(20, -1), "labels": LABELS.tolist()}, "its data are not rows of bytes"),
    "text": ({"data": IMAGES.reshape(10, -1), "labels": ["cat"] * 10}, "its labels are not whole numbers"),
    "fewer": ({"data": IMAGES.reshape(10, -1), "labels": [0] * 9}, "its labels are not whole numbers"),
}  # fmt: skip


@pytest.mark.parametrize("case", NO_BATCHES)
def test_what_is_no_batch_is_refused(case: str) -> None:
    batch, what = NO_BATCHES[case]
    with pytest.raises(ValueError, match=what):
        parse_pickled(pickle.dumps(batch), (3, 32, 32))


@pytest.mark.parametrize("content", [b"", b"junk", b"\x80\x05."])
def test_what_is_no_pickle_is_refused(content: bytes) -> None:
    with pytest.raises(ValueError):
        parse_pickled(content, (3, 32, 32))


def test_damage_in_the_binary_form_is_named(tmp_path: Path) -> None:
    place_cifar_binary(tmp_path, per_file=20)
    source = replace(CIFAR10, num_train=100, num_test=20)
    path = tmp_path / "cifar-10-batches-bin" / "data_batch_3.bin"
    original = path.read_bytes()
    path.write_bytes(original[:-1])
    with pytest.raises(DataError, match=r"data_batch_3.bin: damaged: 61459 bytes are no whole number of pictures"):
        read_files(source, tmp_path)
    path.write_bytes(original[3073:])
    with pytest.raises(DataError, match=r"data_batch_3.bin: damaged: it holds 19 pictures instead of 20"):
        read_files(source, tmp_path)
    path.write_bytes(b"\x0b" + original[1:])
    with pytest.raises(DataError, match=r"data_batch_3.bin: damaged: it has the label 11, and labels are 0 to 9"):
        read_files(source, tmp_path)
    path.write_bytes(b"\x01" + original[1:])
    with pytest.raises(DataError, match=r"batches-bin: damaged: its classes have \[9, 11, 10.* instead of 10 each"):
        read_files(source, tmp_path)


def test_the_official_cifar_is_asked_for_by_its_sums(tmp_path: Path) -> None:
    place_cifar(tmp_path, per_file=10)
    with pytest.raises(DataError, match="instead of c99cafc152244af753f735de768cd75f"):
        load_images(Cifar10(name="cifar10"), tmp_path)


def test_usps_has_the_greys_of_torchvision(tmp_path: Path, datasets: Any) -> None:
    source = place_usps(tmp_path, num_train=30, num_test=12)
    assert missing_files(source, tmp_path) == []
    for part, is_train in zip(read_files(source, tmp_path), (True, False), strict=True):
        theirs = datasets.USPS(tmp_path, train=is_train)
        assert part.images.shape[1:] == (1, 16, 16) and part.images[0, 0, 0, :3].tolist() == [0, 127, 255]
        assert np.array_equal(part.images[:, 0], theirs.data)
        assert np.array_equal(part.labels, theirs.targets)


USPS_LINES = {
    "1 1:0.5": "line 2 has not the 256 values of a picture",
    "": "line 2 has not the 256 values of a picture",
    "x " + " ".join(f"{place}:0" for place in range(1, 257)): "line 2 has a value that is no number",
    "1 1:nan " + " ".join(f"{place}:0" for place in range(2, 257)): "it has values outside -1..1",
    "1 1:1.5 " + " ".join(f"{place}:0" for place in range(2, 257)): "it has values outside -1..1",
    "11 " + " ".join(f"{place}:0" for place in range(1, 257)): "it has the label 11, and labels are 1 to 10",
}


@pytest.mark.parametrize("line", USPS_LINES)
def test_a_damaged_line_of_usps_is_named(tmp_path: Path, line: str) -> None:
    source = place_usps(tmp_path, num_train=2, num_test=2)
    path = tmp_path / "usps.bz2"
    first = bz2.decompress(path.read_bytes()).decode().splitlines()[0]
    path.write_bytes(bz2.compress(f"{first}\n{line}\n".encode()))
    with pytest.raises(DataError, match=f"usps.bz2: damaged: {USPS_LINES[line]}"):
        read_files(replace(source, md5={}), tmp_path)
    with pytest.raises(DataError, match="MD5 sum"):
        read_files(source, tmp_path)
