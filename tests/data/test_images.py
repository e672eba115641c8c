"""MNIST and Fashion-MNIST: reading, checking, subsets; nothing here imports torch."""

import gzip
import hashlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from mlpexp.config.image_sets import FashionMnist, Mnist
from mlpexp.data.image_files import data_folder, parse_idx
from mlpexp.data.images import load_images, official_places, stratified_subset
from mlpexp.data.standardize import fit
from mlpexp.errors import DataError

FASHION = FashionMnist(name="fashion_mnist")
Place = Callable[..., Path]


@pytest.mark.parametrize("compressed", [False, True])
def test_files_are_read_in_official_order_and_nothing_is_written(
    tmp_path: Path, place: Place, compressed: bool
) -> None:
    raw = place(tmp_path, compressed)
    before = sorted(tmp_path.rglob("*"))
    data = load_images(FASHION, tmp_path, progress=pytest.fail)
    assert data.inputs.shape == (70_000, 1, 28, 28) and data.inputs.dtype == np.uint8
    assert data.targets.dtype == np.int64
    assert np.array_equal(data.inputs[:60_000, 0, 5, 5], np.arange(60_000) % 251)
    assert np.array_equal(data.inputs[60_000:, 0, 5, 5], np.arange(10_000) % 251)
    assert np.array_equal(data.targets, np.arange(70_000) % 10)
    assert data.facts.num_official_test == 10_000 and len(data.class_names) == 10
    assert sorted(tmp_path.rglob("*")) == before and raw.is_dir()


def test_a_limited_data_set_is_stratified_and_always_the_same(tmp_path: Path, place: Place) -> None:
    place(tmp_path)
    config = FashionMnist(name="fashion_mnist", train_samples=1005, test_samples=50)
    data, again = load_images(config, tmp_path), load_images(config, tmp_path)
    assert data.inputs.shape == (1055, 1, 28, 28) and data.facts.num_official_test == 50
    assert np.bincount(data.targets[:1005]).tolist() == [101] * 5 + [100] * 5
    assert np.bincount(data.targets[1005:]).tolist() == [5] * 10
    assert np.array_equal(data.inputs, again.inputs) and np.array_equal(data.targets, again.targets)


@pytest.mark.parametrize("sizes", [{"train_samples": 1005, "test_samples": 50}, {"test_samples": 7}, {}])
def test_a_sample_is_found_in_the_official_files(tmp_path: Path, place: Place, sizes: dict[str, int]) -> None:
    place(tmp_path)
    config = FashionMnist(name="fashion_mnist", **sizes)
    data, places = load_images(config, tmp_path), official_places(config, tmp_path)
    parts = ["training"] * sizes.get("train_samples", 60_000) + ["test"] * sizes.get("test_samples", 10_000)
    assert [part for part, _ in places] == parts
    numbers = np.array([number for _, number in places])
    assert np.array_equal(data.inputs[:, 0, 5, 5], numbers % 251) and np.array_equal(data.targets, numbers % 10)


def test_subset_keeps_the_order_and_draws_from_everywhere() -> None:
    labels = np.arange(1000) % 4
    chosen = stratified_subset(labels, 100)
    assert np.all(np.diff(chosen) > 0) and np.bincount(labels[chosen]).tolist() == [25] * 4
    assert chosen.min() < 100 and chosen.max() > 900
    assert np.array_equal(stratified_subset(labels, 1000), np.arange(1000))
    assert set(stratified_subset(labels, 40)) < set(chosen)


DAMAGE: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "train-images-idx3-ubyte": (lambda content: content[:-1], "it is not a complete file of the IDX format"),
    "t10k-images-idx3-ubyte": (lambda content: b"<html>not found", "it is not a complete file of the IDX format"),
    "train-labels-idx1-ubyte": (
        lambda content: content[:4] + (10_000).to_bytes(4, "big") + content[8:10_008],
        "it holds 10000 values instead of 60000",
    ),
    "t10k-labels-idx1-ubyte": (lambda content: content[:-1] + b"\n", "it has the label 10, and labels are 0 to 9"),
}


@pytest.mark.parametrize("name", DAMAGE)
def test_a_damaged_file_is_named_with_a_remedy(tmp_path: Path, place: Place, name: str) -> None:
    path = place(tmp_path) / name
    damage, what = DAMAGE[name]
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(DataError) as caught:
        load_images(FASHION, tmp_path)
    remedy = "delete it to have it downloaded again, or replace it by the original"
    assert str(caught.value) == f"{path}: damaged: {what}; {remedy}"


def test_unbalanced_labels_and_a_broken_gz_are_damage(tmp_path: Path, place: Place) -> None:
    raw = place(tmp_path, compressed=True)
    labels = raw / "train-labels-idx1-ubyte.gz"
    original = labels.read_bytes()
    labels.write_bytes(gzip.compress(gzip.decompress(original).replace(b"\x09", b"\x08")))
    with pytest.raises(
        DataError, match=r"labels-idx1-ubyte.gz: damaged: its classes have .* 12000, 0\] samples instead of 6000"
    ):
        load_images(FASHION, tmp_path)
    labels.write_bytes(original[:100])
    with pytest.raises(DataError, match=r"labels-idx1-ubyte\.gz: damaged: it cannot be decompressed"):
        load_images(FASHION, tmp_path)


def test_a_wrong_mnist_is_told_by_its_md5_sum(tmp_path: Path, place: Place) -> None:
    raw = place(tmp_path, folder="MNIST")
    found = hashlib.md5((raw / "train-images-idx3-ubyte").read_bytes()).hexdigest()
    with pytest.raises(DataError, match=f"MD5 sum {found} instead of 6bbc9ace898e44ae57da46a324031adb"):
        load_images(Mnist(name="mnist"), tmp_path)


@pytest.mark.parametrize("content", [b"", b"\0\0\x08", b"\0\0\x0d\x01\0\0\0\x01\0\0\0\0", b"\0\0\x08\x03\0\0\0\x01"])
def test_what_is_no_idx_file_of_bytes_is_refused(content: bytes) -> None:
    with pytest.raises(ValueError):
        parse_idx(content)


def test_the_folder_is_the_argument_else_the_variable_else_a_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLPEXP_DATA_DIR", "~/named")
    assert data_folder(Path("/given")) == Path("/given")
    assert data_folder() == Path.home() / "named"
    monkeypatch.delenv("MLPEXP_DATA_DIR")
    monkeypatch.setenv("XDG_CACHE_HOME", "/cache")
    assert data_folder() == Path("/cache/mlpexp")
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert data_folder() == Path.home() / ".cache" / "mlpexp"


@pytest.mark.mnist
def test_mnist_is_the_official_one(mnist_dir: Path) -> None:
    data = load_images(Mnist(name="mnist"), progress=pytest.fail)
    assert data.inputs.shape == (70_000, 1, 28, 28)
    assert data.targets[:10].tolist() == [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]
    assert data.targets[60_000:60_010].tolist() == [7, 2, 1, 0, 4, 1, 4, 9, 5, 9]
    counts = [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]
    assert np.bincount(data.targets[:60_000]).tolist() == counts
    standardizer = fit(data.inputs[:60_000])
    assert standardizer.shift.item() / 255 == pytest.approx(0.1307, abs=5e-5)
    assert standardizer.scale.item() / 255 == pytest.approx(0.3081, abs=5e-5)
