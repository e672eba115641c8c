"""The user's own pictures as a data set, and what was understood of them; read once for each change of the files.

Axis letters: N pictures, C channels, H height, W width.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import prod
from pathlib import Path

import numpy as np

from mlpexp.config.facts import DatasetFacts
from mlpexp.config.own_images import Images
from mlpexp.data.dataset import Dataset
from mlpexp.data.pictures.array_files import PartArrays, idx_arrays, idx_names, npz_arrays
from mlpexp.data.pictures.arrays import as_asked, as_bytes, brightness_of, darkness_of, extent, layout_of
from mlpexp.data.pictures.decoding import Header, header_of, pixels_of
from mlpexp.data.pictures.folder import OTHER_PICTURES, SUFFIXES, Listing, folder_of_pictures, listing_of
from mlpexp.data.pictures.labels import check_number, labels_of
from mlpexp.data.pictures.refusing import check_memory, check_regular, named, refused
from mlpexp.data.pictures.understanding import PARTS, ClassCount, PictureReport, scarce
from mlpexp.data.pictures.versions import stamp_of
from mlpexp.data.tables.read import telling
from mlpexp.errors import DataError
from mlpexp.free_memory import free_bytes

CHANNELS = {"grey": 1, "rgb": 3}
AN_UPDATE = 2000  # pictures, after which is said how many have been read
KEPT_SHARE = 4  # pictures that were read before are kept in a quarter of the free memory
# By property of a header, what is said of one picture and of several.
SAID = {
    "alpha": ("may be transparent; it lies on white", "may be transparent; they lie on white"),
    "turned": ("turned upright, as its EXIF data say", "turned upright, as their EXIF data say"),
    "animated": ("has several frames; the first one is used", "have several frames; the first one is used"),
    "deep": ("has 16 bits for a value; 8 are kept", "have 16 bits for a value; 8 are kept"),
    "of_print": (
        "has the colours of printing (CMYK); it became red, green and blue",
        "have the colours of printing (CMYK); they became red, green and blue",
    ),
}
MOST_EMPTY = 3  # folders without pictures in a sentence


@dataclass(frozen=True)
class OwnPictures:
    """Pictures that have been read."""

    dataset: Dataset
    """All of them, the test part last, the validation part before it."""
    report: PictureReport
    """What was understood."""


@dataclass(frozen=True)
class _Content:
    """Pictures, still without a data set around them."""

    inputs: np.ndarray
    """``(N, C, H, W)`` uint8."""
    targets: np.ndarray
    """``(N,)`` int64."""
    parts: tuple[str, ...]
    """Of each picture, the part it is in; empty: none."""
    class_names: tuple[str, ...]
    """One per class."""
    kind: str
    """``folder``, ``IDX files`` or ``npz file``."""
    notes: tuple[str, ...]
    """What had to be found out."""
    called: Callable[[int], str]
    """What a picture is called in a sentence."""
    warnings: tuple[str, ...] = ()
    """What may be wrong."""


@dataclass(frozen=True)
class Known:
    """What is known of pictures without having them in memory."""

    facts: DatasetFacts
    """Of the data set."""
    report: PictureReport
    """What was understood."""


Version = tuple[tuple[int, int], ...]
_known: dict[tuple[Images, Version], Known] = {}
_kept: dict[tuple[Images, Version], OwnPictures] = {}


def read_pictures(config: Images) -> OwnPictures:
    """Pictures ``(N, C, H, W)`` uint8 and class numbers ``(N,)``, decoded once as long as memory allows to keep them.

    Raises:
        DataError: One sentence ``path: what`` about the first problem.
    """
    return _pictures(config, picture_versions(config))


def known_of(config: Images) -> Known:
    """What is known of pictures: that is small, so it is kept of all that have been read.

    Raises:
        DataError: As ``read_pictures``.
    """
    version = picture_versions(config)
    if (config, version) not in _known:
        _pictures(config, version)
    return _known[config, version]


def picture_versions(config: Images) -> Version:
    """The stamp of all files; see ``stamp_of``."""
    return (stamp_of(Path(config.path).expanduser()),)


def _pictures(config: Images, version: Version) -> OwnPictures:
    """The pictures; the version of the files counts only as part of the key."""
    if (config, version) not in _kept:
        _make_room()
        pictures = _read(config)
        _known[config, version] = Known(pictures.dataset.facts, pictures.report)
        _kept[config, version] = pictures
    return _kept[config, version]


def _make_room() -> None:
    """Forgets the oldest pictures until the others take little of the memory that is free."""
    most = (free_bytes() or 0) // KEPT_SHARE
    while _kept and sum(pictures.dataset.inputs.nbytes for pictures in _kept.values()) > most:
        del _kept[next(iter(_kept))]


def _read(config: Images) -> OwnPictures:
    root = Path(config.path).expanduser()
    if not root.exists():
        raise refused(root, "there is no such folder or file; dataset.path or --data names it")
    content = _content(config, root)
    if len(content.class_names) < 2:
        raise refused(root, f"all pictures are of one class, {content.class_names[0]}; two are needed to tell apart")
    dataset = _dataset(root, content)
    counts = Counter(zip(content.parts, content.targets.tolist(), strict=True))
    rows = tuple(
        ClassCount(part, name, counts[part, label])
        for part in PARTS
        if part in content.parts
        for label, name in enumerate(content.class_names)
    )
    report = PictureReport(
        path=config.path,
        kind=content.kind,
        counts=rows,
        shape=dataset.inputs.shape[1:],
        notes=(*content.notes, *_only_grey(dataset.inputs)),
        warnings=(*scarce(rows), *_dark(dataset.inputs), *content.warnings, *_twins(content)),
    )
    return OwnPictures(dataset, report)


def _content(config: Images, root: Path) -> _Content:
    check_regular(root)
    if root.is_file():
        if root.suffix.lower() in SUFFIXES + OTHER_PICTURES:
            above = named(root.resolve().parent.parent)
            raise refused(root, f"one picture; name the folder that holds the folders of classes, perhaps {above}")
        if root.suffix.lower() != ".npz":
            raise refused(root, "expected a folder, or an .npz file; pictures are in the folder of their class")
        parts, notes = npz_arrays(root)
        return _of_arrays(config, root, parts, "npz file", notes)
    if config.images is not None and config.labels is not None:
        return _of_arrays(config, root, idx_arrays(root, {"": (config.images, config.labels)}), "IDX files")
    names = idx_names(root)
    if not names:
        return _of_folder(config, root)
    if (folder := folder_of_pictures(root)) is not None:
        raise refused(
            root,
            f"it has IDX files ({names['train'][0]}) and pictures in folders ({named(folder.name)}); keep one kind, "
            "or set dataset.images and dataset.labels",
        )
    return _of_arrays(config, root, idx_arrays(root, names), "IDX files")


def _dataset(root: Path, content: _Content) -> Dataset:
    counts = Counter(content.parts)
    facts = DatasetFacts(
        task="classification",
        input_shape=content.inputs.shape[1:],
        num_outputs=len(content.class_names),
        num_samples=len(content.inputs),
        num_official_test=counts["test"],
        num_official_validation=counts["validation"],
    )
    return Dataset(
        named(root.stem or root.resolve().stem), content.inputs, content.targets, facts, (), content.class_names
    )


def _of_folder(config: Images, root: Path) -> _Content:
    if config.images is not None:
        raise refused(root, "it has no IDX files")
    listing = listing_of(root)
    paths = [file.path for file in listing.files]
    headers = [header_of(path) for path in paths]
    color = config.color or _one_color(paths, headers)
    size = config.sides or _one_size(paths, headers)
    shape = (len(paths), CHANNELS[color], *size)
    check_memory(root, prod(shape), len(paths))
    inputs = np.empty(shape, dtype=np.uint8)
    for place, path in enumerate(paths):
        inputs[place] = pixels_of(path, color, size, config.fit)
        if (place + 1) % AN_UPDATE == 0:
            telling.get()(f"{place + 1:,} of {len(paths):,} pictures have been read")
    labels = {name: label for label, name in enumerate(listing.class_names)}
    return _Content(
        inputs,
        np.array([labels[file.class_name] for file in listing.files], dtype=np.int64),
        tuple(file.part for file in listing.files),
        listing.class_names,
        "folder",
        tuple(_notes(config, listing, headers, color)),
        lambda place: named(paths[place].relative_to(root)),
        tuple(_dark_of_deep(inputs, headers)),
    )


def _one_color(paths: Sequence[Path], headers: Sequence[Header]) -> str:
    """``grey`` or ``rgb``, as all files are.

    Raises:
        DataError: They differ; with two of them.
    """
    grey = [header.is_grey for header in headers]
    if len(set(grey)) > 1:
        one, other = paths[grey.index(True)], paths[grey.index(False)]
        message = f"{named(one)} is grey and {named(other)} has colours; set dataset.color: grey or rgb"
        raise DataError(message, key="dataset.color")
    return "grey" if grey[0] else "rgb"


def _one_size(paths: Sequence[Path], headers: Sequence[Header]) -> tuple[int, int]:
    """Height and width, as all files have.

    Raises:
        DataError: They differ; with two of them.
    """
    sizes = [(header.height, header.width) for header in headers]
    other = next((place for place, size in enumerate(sizes) if size != sizes[0]), None)
    if other is not None:
        (height, width), (high, wide) = sizes[0], sizes[other]
        message = (
            f"{named(paths[0])} has {height}x{width} pixels and {named(paths[other])} {high}x{wide} (height x width); "
            "set dataset.size, for example [64, 64]"
        )
        raise DataError(message, key="dataset.size")
    return sizes[0]


def _notes(config: Images, listing: Listing, headers: Sequence[Header], color: str) -> Iterator[str]:
    """What was changed of the files, and what was left out."""
    sizes = Counter((header.height, header.width) for header in headers)
    changed = len(headers) - sizes[config.sides] if config.sides else 0
    if config.sides and changed:
        yield _of_size(config, changed, [*sizes])
    if color == "grey" and (number := sum(not header.is_grey for header in headers)):
        yield f"{number:,} with colours made grey (0.299 red + 0.587 green + 0.114 blue)"
    if color == "rgb" and (number := sum(header.is_grey for header in headers)):
        yield (
            "1 grey picture gets three equal channels"
            if number == 1
            else f"{number:,} grey ones get three equal channels"
        )
    for name, (of_one, of_many) in SAID.items():
        if number := sum(getattr(header, name) for header in headers):
            yield f"1 picture {of_one}" if number == 1 else f"{number:,} {of_many}"
    if listing.others:
        kinds = ", ".join(f"{number:,} with {ending}" for ending, number in listing.others)
        yield f"files that are no pictures are left out: {kinds}"
    if listing.empty:
        names = ", ".join(listing.empty[:MOST_EMPTY])
        yield f"folders without pictures are left out: {names}{', ...' * (len(listing.empty) > MOST_EMPTY)}"


def _of_size(config: Images, changed: int, sizes: Sequence[tuple[int, ...]]) -> str:
    assert config.sides is not None
    height, width = config.sides
    how = "the middle part, " if config.fit == "crop" else "sides stretched, "
    how = how if any(size[0] * width != size[1] * height for size in sizes) else ""
    return f"{changed:,} resized to {height}x{width} ({how}bilinear, antialiased)"


def _of_arrays(
    config: Images, root: Path, parts: Sequence[PartArrays], kind: str, notes: Sequence[str] = ()
) -> _Content:
    empty = [part for part in parts if part.part in ("validation", "test") and not len(part.images)]
    for part in empty:
        check_number(root, part)
    notes = [*notes, *(f"the {part.part} part of the {kind} is empty" for part in empty)]
    parts = [part for part in parts if part.part not in {other.part for other in empty}]
    layouts = []
    for part in parts:
        try:
            layouts.append(layout_of(part.images.shape))
        except ValueError as error:
            raise refused(root, f"{part.source}: {error}") from None
    shapes = {layout.shape(part.images.shape) for layout, part in zip(layouts, parts, strict=True)}
    if len(shapes) > 1 or len({layout.channel_axis for layout in layouts}) > 1:
        raise refused(root, "the pictures of its parts have different shapes")
    channels, height, width = shapes.pop()
    labels, class_names = labels_of(root, parts)
    inputs, note = _bytes_of(root, parts)
    notes += [f"the axes of {parts[0].source} are {layouts[0].words}"] + [note] * bool(note)
    inputs = layouts[0].first(inputs)
    color = config.color or ("grey" if channels == 1 else "rgb")
    size = config.sides or (height, width)
    if (CHANNELS[color], *size) != (channels, height, width):
        check_memory(root, len(inputs) * CHANNELS[color] * prod(size), len(inputs))
        inputs = np.stack([as_asked(pixels, color, size, config.fit) for pixels in inputs])
        notes += [_of_size(config, len(inputs), [(height, width)])] if (height, width) != tuple(size) else []
        notes += [f"made {'grey' if color == 'grey' else 'colour'}"] if CHANNELS[color] != channels else []
    order = [place for name in PARTS for place, part in enumerate(parts) if part.part == name]
    assert order == sorted(order), "parts come in the order of PARTS"
    names = tuple(part.part for part in parts for _ in range(len(part.images)))
    inputs = np.require(inputs, requirements=["C", "O", "W"])  # torch takes no array that another object holds
    return _Content(inputs, labels, names, class_names, kind, tuple(notes), lambda place: f"picture {place}")


def _bytes_of(root: Path, parts: Sequence[PartArrays]) -> tuple[np.ndarray, str]:
    """The pictures of all parts as uint8, and what was changed."""
    for part in parts:
        if part.images.dtype.kind not in "buif":
            raise refused(root, f"{part.source}: {part.images.dtype} is no kind of number for pixels")
    extents = [extent(part.images) for part in parts]
    lowest, highest = min(low for low, _, _ in extents), max(high for _, high, _ in extents)
    whole = all(is_whole for _, _, is_whole in extents)
    try:
        brightness = brightness_of(lowest, highest, whole=whole)
    except ValueError as error:
        raise refused(root, f"{parts[0].source}: {error}") from None
    return np.concatenate([as_bytes(part.images, brightness) for part in parts]), brightness.note


def _dark(inputs: np.ndarray) -> Iterator[str]:
    if words := darkness_of(inputs):
        yield words


def _dark_of_deep(inputs: np.ndarray, headers: Sequence[Header]) -> Iterator[str]:
    """That of pictures with 16 bits only the lower ones are used, as when 12 were measured, and others are bright."""
    places = [place for place, header in enumerate(headers) if header.deep]
    if 0 < len(places) < len(headers) and (words := darkness_of(inputs[places])) and not darkness_of(inputs):
        yield f"of the pictures with 16 bits, {words}"


def _only_grey(inputs: np.ndarray) -> Iterator[str]:
    """That three channels hold one, three times."""
    if inputs.shape[1] == 3 and all(bool((pixels[0] == pixels).all()) for pixels in inputs):
        yield "no pixel has a colour; color: grey would do with one channel"


def _twins(content: _Content) -> Iterator[str]:
    """Pictures that are there more than once, pixel by pixel, in words."""
    first: dict[bytes, int] = {}
    twins = []
    for place, pixels in enumerate(content.inputs):
        key = hashlib.blake2b(np.ascontiguousarray(pixels).data, digest_size=16).digest()
        if (earlier := first.setdefault(key, place)) != place:
            twins.append((earlier, place))
    across = [pair for pair in twins if content.parts[pair[0]] != content.parts[pair[1]]]
    other = [pair for pair in twins if content.targets[pair[0]] != content.targets[pair[1]]]
    within = [pair for pair in twins if not content.parts[pair[0]] and not content.parts[pair[1]]]
    found = {
        "is in two parts": across,
        "is there twice, so that it may be learned from and tested on": within,
        "is in two classes": other,
    }
    for words, pairs in found.items():
        if pairs:
            one, two = map(content.called, pairs[0])
            yield f"the same picture {words}: {one} and {two}" + (
                f"; {len(pairs):,} such pairs" if len(pairs) > 1 else ""
            )
