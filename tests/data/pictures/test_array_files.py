"""Pictures of ``.npz`` and IDX files, held against the arrays that were saved."""

import gzip
from pathlib import Path

import numpy as np
import pytest

from making.image_files import idx
from making.picture_folders import images, pixels
from mlpexp.data.pictures.read import read_pictures
from mlpexp.errors import DataError

LABELS = np.arange(12) % 3
GREY = np.stack([pixels(5, 4, 1, seed) for seed in range(12)])
COLOUR = np.stack([pixels(5, 4, 3, seed) for seed in range(12)])


def npz(path: Path, **arrays: np.ndarray) -> Path:
    np.savez(path, **arrays)
    return path


@pytest.mark.parametrize(
    ("array", "shown"),
    [
        (GREY, GREY[:, None]),
        (GREY[..., None], GREY[:, None]),
        (COLOUR, COLOUR.transpose(0, 3, 1, 2)),
        (COLOUR.transpose(0, 3, 1, 2), COLOUR.transpose(0, 3, 1, 2)),
        (GREY / 255, GREY[:, None]),
        ((COLOUR / 255).astype(np.float32), COLOUR.transpose(0, 3, 1, 2)),
        (GREY.astype(np.int64), GREY[:, None]),
        (GREY.astype(np.float32), GREY[:, None]),
        (GREY > 127, (GREY > 127)[:, None] * 255),
    ],
)
def test_axes_and_values_are_told_apart(tmp_path: Path, array: np.ndarray, shown: np.ndarray) -> None:
    dataset = read_pictures(images(npz(tmp_path / "a.npz", images=array, labels=LABELS))).dataset
    assert dataset.inputs.dtype == np.uint8 and np.array_equal(dataset.inputs, shown)
    assert np.array_equal(dataset.targets, LABELS) and dataset.class_names == ("0", "1", "2")


@pytest.mark.parametrize(
    "names",
    [("x_train", "y_train", "x_test", "y_test"), ("train_images", "train_labels", "test_images", "test_labels")],
)
def test_parts_are_those_of_the_archive(tmp_path: Path, names: tuple[str, ...]) -> None:
    arrays = dict(zip(names, (GREY, LABELS[:, None], GREY[:6] // 2, LABELS[:6, None]), strict=True))
    pictures = read_pictures(images(npz(tmp_path / "a.npz", **arrays)))
    assert pictures.dataset.facts.num_official_test == 6 and pictures.report.in_part("train") == 12
    assert np.array_equal(pictures.dataset.inputs[12:, 0], GREY[:6] // 2)


def test_words_are_labels_and_numbers_keep_their_names(tmp_path: Path) -> None:
    words = np.array(["sky", "sea", "land"])[LABELS]
    dataset = read_pictures(images(npz(tmp_path / "a.npz", x=GREY, y=words))).dataset
    assert dataset.class_names == ("land", "sea", "sky")
    assert [dataset.class_names[target] for target in dataset.targets] == words.tolist()
    dataset = read_pictures(images(npz(tmp_path / "b.npz", x=GREY, y=LABELS * 5 + 1))).dataset
    assert dataset.class_names == ("1", "6", "11")


def write_idx(
    folder: Path, names: tuple[str, str], images_: np.ndarray, labels: np.ndarray, compressed: bool = False
) -> None:
    for name, array in zip(names, (images_, labels), strict=True):
        (folder / name).write_bytes(gzip.compress(idx(array)) if compressed else idx(array))


@pytest.mark.parametrize(
    ("before", "after", "of_test"),
    [("", "-idx{}-ubyte", "t10k"), ("", ".idx{}-ubyte", "t10k"), ("my-", "-idx{}-ubyte.gz", "test")],
)
def test_idx_files_of_any_size(tmp_path: Path, before: str, after: str, of_test: str) -> None:
    for part, array, labels in (("train", GREY, LABELS), (of_test, GREY[:3] // 2, LABELS[:3])):
        names = (f"{before}{part}-images{after.format(3)}", f"{before}{part}-labels{after.format(1)}")
        write_idx(tmp_path, names, array, labels, compressed=after.endswith(".gz"))
    dataset = read_pictures(images(tmp_path)).dataset
    assert np.array_equal(dataset.inputs[:, 0], np.concatenate([GREY, GREY[:3] // 2]))
    assert dataset.facts.num_official_test == 3 and dataset.facts.input_shape == (1, 5, 4)


def test_an_idx_pair_may_have_any_names(tmp_path: Path) -> None:
    write_idx(tmp_path, ("pictures.bin", "labels.bin"), GREY, LABELS)
    dataset = read_pictures(images(tmp_path, images="pictures.bin", labels="labels.bin")).dataset
    assert dataset.facts.num_official_test == 0 and np.array_equal(dataset.inputs[:, 0], GREY)


def test_arrays_get_another_size_and_colour(tmp_path: Path) -> None:
    config = images(npz(tmp_path / "a.npz", x=COLOUR, y=LABELS), size=[3, 3], color="grey")
    pictures = read_pictures(config)
    assert pictures.dataset.inputs.shape == (12, 1, 3, 3)
    assert {"12 resized to 3x3 (the middle part, bilinear, antialiased)", "made grey"} <= set(pictures.report.notes)


@pytest.mark.parametrize(
    ("arrays", "sentence"),
    [
        ({"x": GREY.reshape(12, 20), "y": LABELS}, "an array of 12x20 is no pictures"),
        ({"x": np.zeros((12, 2, 5, 4)), "y": LABELS}, "an array of 12x2x5x4 is no pictures"),
        ({"x": GREY / 128 - 1, "y": LABELS}, "expected 0..1 or 0..255"),
        ({"x": GREY.astype(int) * 300, "y": LABELS}, "expected 0..1 or 0..255"),
        ({"x": GREY * np.nan, "y": LABELS}, "no finite numbers"),
        ({"x": GREY, "y": LABELS[:5]}, "x has 12 pictures, but 5 labels"),
        ({"x": GREY, "y": np.eye(3)[LABELS]}, "expected one label for each picture, not an array of 12x3"),
        ({"x": GREY, "y": LABELS + 0.5}, "no whole numbers"),
        ({"x": GREY, "y": LABELS * 0}, "all pictures are of one class, 0"),
        ({"pictures": GREY}, "its arrays are pictures; expected x_train and y_train, or images and labels"),
        ({"x_train": GREY, "y_train": LABELS, "x_test": GREY}, "there is no array y_test"),
        ({"x": np.array([GREY, None], dtype=object), "y": LABELS}, "x holds Python objects"),
        (
            {"x_train": GREY, "y_train": LABELS, "x_test": GREY, "y_test": LABELS + 1},
            "class 3 does not occur in the training",
        ),
        ({"x_train": GREY, "y_train": LABELS, "x_test": COLOUR, "y_test": LABELS}, "have different shapes"),
    ],
)
def test_what_cannot_be_used_is_refused(tmp_path: Path, arrays: dict[str, np.ndarray], sentence: str) -> None:
    with pytest.raises(DataError) as error:
        read_pictures(images(npz(tmp_path / "a.npz", **arrays)))
    assert str(tmp_path / "a.npz") in str(error.value) and sentence in str(error.value)


def test_damaged_files_are_refused(tmp_path: Path) -> None:
    path = npz(tmp_path / "a.npz", x=GREY, y=LABELS)
    path.write_bytes(path.read_bytes()[:200])
    with pytest.raises(DataError, match=r"a.npz: damaged, or no .npz file"):
        read_pictures(images(path))
    names = ("train-images-idx3-ubyte", "train-labels-idx1-ubyte")
    write_idx(tmp_path, names, GREY, LABELS)
    (tmp_path / names[0]).write_bytes(idx(GREY)[:-1])
    with pytest.raises(DataError, match="damaged, or no IDX file"):
        read_pictures(images(tmp_path))
    (tmp_path / names[1]).unlink()
    with pytest.raises(DataError, match="its labels are not there"):
        read_pictures(images(tmp_path))


def test_a_head_that_promises_more_than_memory_holds_is_refused(tmp_path: Path) -> None:
    write_idx(tmp_path, ("a", "b"), GREY, LABELS)
    head = bytes([0, 0, 8, 3]) + np.array([2_000_000, 1_000, 1_000], ">u4").tobytes()
    (tmp_path / "a").write_bytes(gzip.compress(head))
    with pytest.raises(DataError, match=r"2,000,000 pictures need 4,000\.0 GB of memory"):
        read_pictures(images(tmp_path, images="a", labels="b"))
