"""Which picture files a folder has: of which part, of which class, in which order."""

import os
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from mlpexp.data.pictures.class_names import check_class_name, in_order
from mlpexp.data.pictures.refusing import named, refused

SUFFIXES = (".png", ".jpg", ".jpeg", ".jfif", ".bmp", ".gif", ".ppm", ".pgm", ".pbm", ".pnm")
OTHER_PICTURES = (
    ".webp",
    ".tif",
    ".tiff",
    ".heic",
    ".heif",
    ".avif",
    ".svg",
    ".jp2",
    ".ico",
    ".tga",
    ".psd",
    ".dcm",
    ".raw",
)
PART_NAMES: Mapping[str, str] = {
    "train": "train", "training": "train",
    "validation": "validation", "valid": "validation", "val": "validation", "dev": "validation",
    "test": "test", "testing": "test",
}  # fmt: skip
SYSTEM = ("thumbs.db", "desktop.ini", "__macosx")  # what systems leave in folders, besides names with a dot in front


@dataclass(frozen=True)
class PictureFile:
    """A file with a picture."""

    path: Path
    """Where it is."""
    part: str
    """``train``, ``validation``, ``test``, or empty: the folder has no parts."""
    class_name: str
    """The name of its folder."""


@dataclass(frozen=True)
class Listing:
    """What a folder holds."""

    files: tuple[PictureFile, ...]
    """Training part first, test part last; within a part by class, within a class by name."""
    class_names: tuple[str, ...]
    """In order: by number if all are whole numbers, else by letters."""
    others: tuple[tuple[str, int], ...]
    """Endings of files that are no pictures, and how many there are."""
    empty: tuple[str, ...]
    """Folders without a picture."""


def listing_of(root: Path) -> Listing:
    """Looks through a folder; no file is opened.

    Raises:
        DataError: It has no classes, or what is in it can be understood in more than one way.
    """
    folders = _folders(root)
    parts = _parts(root, folders)
    others: Counter[str] = Counter()
    files: list[PictureFile] = []
    empty: list[str] = []
    for part, place in parts.items():
        for folder in _folders(place) if part else folders:
            names = list(_pictures(folder, others))
            if not names:
                empty.append(named(folder.relative_to(root)))
            files += [PictureFile(folder / name, part, _class_name(folder)) for name in names]
        _stray(place, root, others)
    if parts != {"": root}:
        _stray(root, root, others)
    if not files:
        raise refused(root, "there are no pictures in it; each class needs a folder with its pictures")
    learned = {file.class_name for file in files if file.part in ("", "train")}
    class_names = in_order(learned)
    for file in files:
        if file.class_name not in learned:
            raise refused(file.path, f"class {file.class_name} does not occur in {named(parts['train'])}")
    places, numbers = {name: place for place, name in enumerate(class_names)}, {part: n for n, part in enumerate(parts)}
    files.sort(key=lambda file: (numbers[file.part], places[file.class_name], os.fsencode(file.path.name)))
    _check_twice(files)
    return Listing(tuple(files), class_names, tuple(sorted(others.items())), tuple(empty))


def _parts(root: Path, folders: list[Path]) -> dict[str, Path]:
    """Where each part is; the whole folder as a part without name where it has none."""
    named_parts: dict[str, Path] = {}
    others = []
    for folder in folders:
        part = PART_NAMES.get(folder.name.lower())
        if part is None:
            others.append(folder)
        elif part in named_parts:
            raise refused(root, f"{named_parts[part].name} and {folder.name} both name the {part} part; keep one")
        else:
            named_parts[part] = folder
    inside = {part: _folders(folder) for part, folder in named_parts.items()}
    if not any(inside.values()) and others:
        return {"": root}  # a class may be called `test`
    if not named_parts:
        return {"": root}
    if others:
        raise refused(
            others[0], f"neither a part nor a class, because {next(iter(named_parts.values())).name} is beside it"
        )
    if "train" not in named_parts:
        raise refused(root, f"it has {' and '.join(f.name for f in named_parts.values())}, but no folder train")
    for part, folder in named_parts.items():
        if not inside[part]:
            raise refused(folder, "it has no folders; each class needs a folder with its pictures")
    return {part: named_parts[part] for part in ("train", "validation", "test") if part in named_parts}


def _folders(place: Path) -> list[Path]:
    """The folders in a place by name, without hidden ones.

    Raises:
        DataError: It cannot be looked into.
    """
    return sorted(
        (Path(entry.path) for entry in _entries(place) if entry.is_dir()), key=lambda path: os.fsencode(path.name)
    )


def _entries(place: Path) -> Iterator[os.DirEntry[str]]:
    try:
        with os.scandir(place) as entries:
            yield from (entry for entry in entries if not is_hidden(entry.name))
    except OSError as error:
        raise refused(place, f"cannot be read: {error.strerror}") from None


def is_hidden(name: str) -> bool:
    """Whether a name is one that systems leave behind."""
    return name.startswith(".") or name.lower() in SYSTEM


def _pictures(folder: Path, others: Counter[str]) -> Iterator[str]:
    """The names of the pictures of a class; other files are counted.

    Raises:
        DataError: A folder within it, or a picture of a kind that is not read.
    """
    for entry in _entries(folder):
        suffix = Path(entry.name).suffix.lower()
        if entry.is_dir():
            inner = Path(entry.path)
            hint = f"; is dataset.path: {named(folder)} meant?" if _has_pictures(inner) else ""
            raise refused(inner, f"a folder within the class {_class_name(folder)}; a class has only pictures{hint}")
        if suffix in OTHER_PICTURES:
            raise refused(entry.path, f"pictures of the kind {suffix} are not read; convert them to PNG")
        if suffix in SUFFIXES:
            yield entry.name
        else:
            others[suffix or "no ending"] += 1


def folder_of_pictures(root: Path) -> Path | None:
    """A folder of a place that holds pictures, by itself or in its folders; None: there is none."""
    folders = _folders(root)
    return next((folder for folder in folders if any(map(_has_pictures, (folder, *_folders(folder))))), None)


def pictures_below(root: Path) -> list[Path]:
    """The pictures in a folder and in the folders within it, by name; also those of kinds that are not read."""
    found = [
        Path(place, name)
        for place, _, names in os.walk(root)
        for name in names
        if not any(map(is_hidden, (name, *Path(place).relative_to(root).parts)))
        if Path(name).suffix.lower() in SUFFIXES + OTHER_PICTURES
    ]
    return sorted(found, key=os.fsencode)


def _has_pictures(folder: Path) -> bool:
    return any(Path(entry.name).suffix.lower() in SUFFIXES for entry in _entries(folder))


def _stray(place: Path, root: Path, others: Counter[str]) -> None:
    """Counts files beside the folders of classes.

    Raises:
        DataError: A picture is among them, which has no class.
    """
    for entry in sorted(_entries(place), key=lambda each: os.fsencode(each.name)):
        if entry.is_dir():
            continue
        suffix = Path(entry.name).suffix.lower()
        if suffix in SUFFIXES + OTHER_PICTURES:
            raise refused(entry.path, "a picture in no folder of a class; each class needs a folder with its pictures")
        others[suffix or "no ending"] += 1


def _class_name(folder: Path) -> str:
    """The name of a class: letters with marks are the same, however a system composes them.

    Raises:
        DataError: It cannot be written into a file or printed.
    """
    check_class_name(named(folder), folder.name)
    return unicodedata.normalize("NFC", folder.name)


def _check_twice(files: list[PictureFile]) -> None:
    """Sees that no two folders of a part are one class, by letters that are composed in two ways."""
    for _, group in groupby(files, key=lambda file: (file.part, file.class_name)):
        folders = sorted({file.path.parent for file in group})
        if len(folders) > 1:
            raise refused(folders[0], "two folders have this name, written in two ways; rename one")
