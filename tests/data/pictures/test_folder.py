"""What a folder holds: parts, classes, order, and what is refused."""

import os
import random
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from making.picture_folders import coloured, images, pixels, saved
from mlpexp.data.parts import parts_of, sizes_of
from mlpexp.data.pictures.folder import listing_of
from mlpexp.data.pictures.read import known_of, picture_versions, read_pictures
from mlpexp.errors import DataError


def test_order_is_by_name_whatever_the_file_system_says(tmp_path: Path) -> None:
    names = [f"{place:02}.png" for place in range(20)]
    random.Random(1).shuffle(names)
    for name in names:
        for folder in ("b", "a"):
            saved(tmp_path / folder / name, pixels(2, 2, 1))
    listing = listing_of(tmp_path)
    shown = [f"{file.class_name}/{file.path.name}" for file in listing.files]
    assert listing.class_names == ("a", "b") and shown == sorted(shown)


def test_classes_that_are_numbers_are_in_the_order_of_numbers(tmp_path: Path) -> None:
    coloured(tmp_path, 1, classes=[str(number) for number in range(12)])
    assert listing_of(tmp_path).class_names == tuple(map(str, range(12)))


def test_classes_of_one_number_have_one_order(tmp_path: Path) -> None:
    coloured(tmp_path, 1, classes=["1", "01", "001", "2"])
    assert listing_of(tmp_path).class_names == ("001", "01", "1", "2")


def test_names_that_control_a_terminal_are_refused_and_shown_escaped(tmp_path: Path) -> None:
    coloured(tmp_path, 1, classes=["a", "b\x1b[31m"])
    with pytest.raises(DataError, match="control character") as error:
        listing_of(tmp_path)
    assert "\x1b" not in str(error.value) and "b\\x1b[31m" in str(error.value)


def test_one_picture_is_said_in_the_singular(tmp_path: Path) -> None:
    coloured(tmp_path)
    frames = [Image.fromarray(pixels(12, 10, seed=seed)) for seed in (1, 2)]
    frames[0].save(tmp_path / "sky" / "moving.gif", save_all=True, append_images=frames[1:])
    notes = read_pictures(images(tmp_path, color="rgb")).report.notes
    assert "1 picture has several frames; the first one is used" in notes


def test_names_may_be_of_any_script_and_composed_in_two_ways(tmp_path: Path) -> None:
    coloured(tmp_path / "train", 2, classes=["кошки", "犬", "cafe\u0301"])
    coloured(tmp_path / "test", 1, classes=["кошки", "犬", "caf\u00e9"])
    pictures = read_pictures(images(tmp_path))
    assert pictures.dataset.class_names == ("caf\u00e9", "кошки", "犬")
    assert pictures.dataset.facts.num_official_test == 3


def test_parts_of_the_folder_are_the_parts(tmp_path: Path) -> None:
    for part, number in (("Train", 5), ("val", 2), ("test", 3)):
        coloured(tmp_path / part, number)
    config = images(tmp_path)
    dataset = read_pictures(config).dataset
    facts = dataset.facts
    assert (facts.num_samples, facts.num_official_test, facts.num_official_validation) == (30, 9, 6)
    for seed in (0, 1):
        parts = parts_of(dataset, config, seed)
        assert list(parts.test) == list(range(21, 30)) and list(parts.validation) == list(range(15, 21))
        assert list(parts.train) == list(range(15))
    sizes = sizes_of(config, facts, 0)
    assert (sizes.train, sizes.validation, sizes.test) == (15, 6, 9)


def test_a_part_that_is_lacking_is_drawn_from_the_training_part(tmp_path: Path) -> None:
    coloured(tmp_path / "train", 10)
    coloured(tmp_path / "valid", 2)
    config = images(tmp_path)
    dataset = read_pictures(config).dataset
    parts = [parts_of(dataset, config, seed) for seed in (0, 1)]
    assert all(len(p.test) == 9 and list(p.validation) == list(range(30, 36)) for p in parts)
    assert list(parts[0].test) != list(parts[1].test) and max(parts[0].test) < 30
    assert sorted(np.concatenate([parts[0].train, parts[0].validation, parts[0].test])) == list(range(36))


def test_what_systems_leave_behind_is_not_seen_and_other_files_are_counted(tmp_path: Path) -> None:
    coloured(tmp_path, 2)
    for name in (".DS_Store", "apples/Thumbs.db", "apples/._000.png", "sky/notes.txt", "labels.csv"):
        (tmp_path / name).write_bytes(b"x")
    (tmp_path / ".cache").mkdir()
    (tmp_path / "empty").mkdir()
    report = read_pictures(images(tmp_path)).report
    assert [(count.class_name, count.pictures) for count in report.counts] == [("apples", 2), ("leaves", 2), ("sky", 2)]
    assert "files that are no pictures are left out: 1 with .csv, 1 with .txt" in report.notes
    assert "folders without pictures are left out: empty" in report.notes


def test_the_same_picture_in_two_parts_or_classes_is_said(tmp_path: Path) -> None:
    for part in ("train", "test"):
        coloured(tmp_path / part, 3)
        saved(tmp_path / part / "sky" / "new.png", pixels(12, 10, seed=9))
        for number in range(3):  # these are the same in both parts, so they are drawn anew
            saved(tmp_path / part / "apples" / f"{number:03}.png", pixels(12, 10, seed=ord(part[1]) + number))
            saved(tmp_path / part / "leaves" / f"{number:03}.png", pixels(12, 10, seed=200 + ord(part[1]) + number))
            saved(tmp_path / part / "sky" / f"{number:03}.png", pixels(12, 10, seed=400 + ord(part[1]) + number))
    warnings = read_pictures(images(tmp_path)).report.warnings
    assert warnings == ("the same picture is in two parts: train/sky/new.png and test/sky/new.png",)
    saved(tmp_path / "train" / "leaves" / "new.png", pixels(12, 10, seed=9))
    assert any("is in two classes" in warning for warning in read_pictures(images(tmp_path)).report.warnings)


def test_a_change_of_a_file_is_noticed_and_nothing_else_is_read_twice(tmp_path: Path) -> None:
    config = images(coloured(tmp_path, 2))
    before, stamp = read_pictures(config), picture_versions(config)
    assert read_pictures(config) is before
    saved(tmp_path / "sky" / "000.png", pixels(12, 10, seed=77))
    os.utime(tmp_path / "sky" / "000.png", ns=(1, 1))
    assert picture_versions(config) != stamp
    assert not np.array_equal(read_pictures(config).dataset.inputs, before.dataset.inputs)


def test_links_are_followed(tmp_path: Path) -> None:
    coloured(tmp_path / "real", 2)
    (tmp_path / "linked").mkdir()
    for name in ("apples", "sky"):
        (tmp_path / "linked" / name).symlink_to(tmp_path / "real" / name)
    assert len(read_pictures(images(tmp_path / "linked")).dataset.inputs) == 4


def _one_class(root: Path) -> None:
    coloured(root, 2, classes=["sky"])


def _in_no_class(root: Path) -> None:
    coloured(root, 2)
    saved(root / "alone.png", pixels(2, 2))


def _folder_in_class(root: Path) -> None:
    coloured(root, 2)
    saved(root / "sky" / "blue" / "a.png", pixels(2, 2))


def _other_kind(root: Path) -> None:
    coloured(root, 2)
    (root / "sky" / "a.webp").write_bytes(b"RIFF")


def _only_test(root: Path) -> None:
    coloured(root / "test", 2)


def _class_beside_parts(root: Path) -> None:
    coloured(root / "train", 2)
    coloured(root, 2, classes=["birds"])


def _unknown_class(root: Path) -> None:
    coloured(root / "train", 2)
    coloured(root / "test", 2, classes=["birds", "sky"])


def _parts_without_classes(root: Path) -> None:
    coloured(root, 2, classes=["train", "test"])


def _two_sizes(root: Path) -> None:
    coloured(root, 2)
    saved(root / "sky" / "a.png", pixels(3, 5))


def _two_colours(root: Path) -> None:
    coloured(root, 2)
    saved(root / "sky" / "a.png", pixels(12, 10, 1))


def _damaged(root: Path) -> None:
    path = coloured(root, 2) / "sky" / "001.png"
    path.write_bytes(path.read_bytes()[:-60])


def _text(root: Path) -> None:
    (coloured(root, 2) / "sky" / "001.png").write_text("no picture")


def _broken_link(root: Path) -> None:
    (coloured(root, 2) / "sky" / "a.png").symlink_to(root / "nowhere.png")


def _not_utf8(root: Path) -> None:
    coloured(root, 2)
    folder = os.fsencode(root) + b"/caf\xe9"
    os.mkdir(folder)
    Path(os.fsdecode(folder), "a.png").write_bytes((root / "sky" / "000.png").read_bytes())


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda root: None, "there are no pictures in it; each class needs a folder"),
        (_one_class, "all pictures are of one class, sky"),
        (_in_no_class, "/alone.png: a picture in no folder of a class"),
        (_folder_in_class, "/sky/blue: a folder within the class sky"),
        (_other_kind, "/sky/a.webp: pictures of the kind .webp are not read; convert them to PNG"),
        (_only_test, "it has test, but no folder train"),
        (_class_beside_parts, "/birds: neither a part nor a class, because train is beside it"),
        (_unknown_class, "class birds does not occur in "),
        (_parts_without_classes, "each class needs a folder"),
        (_two_sizes, "/sky/a.png 3x5 (height x width); set dataset.size"),
        (_two_colours, "/sky/a.png is grey and "),
        (_damaged, "/sky/001.png: damaged, or no picture"),
        (_text, "/sky/001.png: damaged, or no picture"),
        (_broken_link, "/sky/a.png: there is no such file; a link may lead to nothing"),
        (_not_utf8, r"/caf\xe9: the name of this class is not UTF-8"),
    ],
)
def test_what_cannot_be_used_is_refused_with_the_file(tmp_path: Path, make, sentence: str) -> None:
    make(tmp_path)
    with pytest.raises(DataError) as error:
        read_pictures(images(tmp_path))
    assert sentence in str(error.value)


def test_a_class_may_be_called_test(tmp_path: Path) -> None:
    coloured(tmp_path, 2, classes=["sky", "test"])
    assert read_pictures(images(tmp_path)).dataset.class_names == ("sky", "test")


def test_several_sizes_of_one_folder_are_kept_side_by_side(tmp_path: Path) -> None:
    coloured(tmp_path, 2)
    configs = [images(tmp_path, size=[side, side]) for side in (4, 5, 6, 7)]
    pictures = [read_pictures(config) for config in configs]
    assert all(read_pictures(config) is kept for config, kept in zip(configs, pictures, strict=True))
    assert [known_of(config).facts for config in configs] == [kept.dataset.facts for kept in pictures]
