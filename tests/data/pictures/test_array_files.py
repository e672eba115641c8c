"""Pictures of ``.npz`` and IDX files, held against the arrays that were saved."""

import gzip
import os
import zipfile
from pathlib import Path

import numpy as np
import pytest

from making.image_files import idx
from making.picture_folders import coloured, images, pixels
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
        ({"x": GREY, "y": LABELS * 1e300}, "larger than 9,007,199,254,740,992"),
        ({"x": GREY, "y": np.array(["a", ""])[LABELS % 2]}, "a class has an empty name"),
        ({"x": GREY, "y": np.array(["a", "b\ud800"])[LABELS % 2]}, "is not UTF-8"),
        ({"x": GREY, "y": np.array([b"a", b"b\xff"])[LABELS % 2]}, "are not UTF-8"),
        ({"x": GREY, "y": np.array(["a", "b\x1b[31m"])[LABELS % 2]}, "the class b\\x1b[31m has a control character"),
        ({"x": GREY, "y": np.array(["1", "1" * 5000])[LABELS % 2]}, "has 5,000 characters"),
        ({"x": GREY / 255 * 1.5, "y": LABELS}, "expected 0..1 or 0..255"),
        ({"x_train": GREY, "y_train": LABELS, "images": GREY, "labels": LABELS}, "but images and labels, too"),
        ({"x_train": GREY, "y_train": LABELS, "x_val": GREY[:0], "y_val": LABELS}, "0 pictures, but 12 labels"),
        ({"x_train": GREY, "y_train": LABELS, "x_test": COLOUR, "y_test": LABELS}, "have different shapes"),
    ],
)
def test_what_cannot_be_used_is_refused(tmp_path: Path, arrays: dict[str, np.ndarray], sentence: str) -> None:
    with pytest.raises(DataError) as error:
        read_pictures(images(npz(tmp_path / "a.npz", **arrays)))
    assert str(tmp_path / "a.npz") in str(error.value) and sentence in str(error.value)


def test_labels_are_kept_exactly_and_those_of_one_number_have_one_order(tmp_path: Path) -> None:
    large = np.array([2**63, 2**63 + 1, 5], dtype=np.uint64)[LABELS]
    dataset = read_pictures(images(npz(tmp_path / "a.npz", x=GREY, y=large))).dataset
    assert dataset.class_names == ("5", str(2**63), str(2**63 + 1))
    texts = np.array(["001", "1", "01"])[LABELS]
    dataset = read_pictures(images(npz(tmp_path / "b.npz", x=GREY, y=texts))).dataset
    assert dataset.class_names == ("001", "01", "1")


def test_fractions_a_hair_above_one_are_white(tmp_path: Path) -> None:
    array = GREY / 255 * 1.002
    pictures = read_pictures(images(npz(tmp_path / "a.npz", x=array, y=LABELS)))
    assert np.array_equal(pictures.dataset.inputs[:, 0], np.rint(np.minimum(array, 1) * 255))
    assert any("those above 1, up to 1.00" in note for note in pictures.report.notes)


def test_pictures_without_a_bright_pixel_are_warned_of(tmp_path: Path) -> None:
    dark = read_pictures(images(npz(tmp_path / "a.npz", x=GREY % 17, y=LABELS))).report
    assert any("the brightest pixel is 16 of 255" in warning for warning in dark.warnings)
    assert not read_pictures(images(npz(tmp_path / "b.npz", x=GREY, y=LABELS))).report.warnings


@pytest.mark.parametrize("part", ["val", "test"])
def test_an_empty_part_is_no_part(tmp_path: Path, part: str) -> None:
    arrays = {"X_train": GREY, "y_train": LABELS, f"X_{part}": GREY[:0], f"y_{part}": LABELS[:0], "more": LABELS}
    pictures = read_pictures(images(npz(tmp_path / "a.npz", **arrays)))
    assert pictures.dataset.facts.num_official_validation == pictures.dataset.facts.num_official_test == 0
    assert any("part of the npz file is empty" in note for note in pictures.report.notes)
    assert "of the npz file more.npy is left out" in pictures.report.notes


def test_an_archive_may_hold_other_files(tmp_path: Path) -> None:
    path = npz(tmp_path / "a.npz", x=GREY, y=LABELS)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("readme.txt", "hello")
    assert "of the npz file readme.txt is left out" in read_pictures(images(path)).report.notes


def test_a_class_that_a_part_lacks_is_warned_of(tmp_path: Path) -> None:
    learned = np.array([0] * 6 + [1] * 5 + [2])
    arrays = {"x_train": GREY, "y_train": learned, "x_test": GREY[:4] // 2, "y_test": np.array([0, 1, 0, 1])}
    warnings = read_pictures(images(npz(tmp_path / "a.npz", **arrays))).report.warnings
    assert "the test part has no pictures of 2" in warnings
    assert "there is a single picture to learn from of 2" in warnings


def test_idx_files_beside_folders_of_pictures_are_refused(tmp_path: Path) -> None:
    write_idx(tmp_path, ("train-images-idx3-ubyte", "train-labels-idx1-ubyte"), GREY, LABELS)
    coloured(tmp_path, 1)
    with pytest.raises(DataError, match=r"IDX files .* and pictures in folders"):
        read_pictures(images(tmp_path))


def test_labels_whose_head_promises_too_many_are_refused(tmp_path: Path) -> None:
    write_idx(tmp_path, ("a", "b"), GREY, LABELS)
    (tmp_path / "b").write_bytes(bytes([0, 0, 8, 4]) + b"\xff" * 16)
    with pytest.raises(DataError, match=r"a has 12 pictures, but b has .* labels"):
        read_pictures(images(tmp_path, images="a", labels="b"))


@pytest.mark.parametrize("name", ["p.npz", "folder/train-images-idx3-ubyte", "folder/a/zz.png"])
def test_pipes_are_not_opened(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".png":
        coloured(tmp_path / "folder")
    elif path.suffix != ".npz":
        (path.parent / "train-labels-idx1-ubyte").write_bytes(idx(LABELS))
    os.mkfifo(path)
    with pytest.raises(DataError, match="neither a file nor a folder, but a pipe"):
        read_pictures(images(path if path.suffix == ".npz" else tmp_path / "folder"))


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
