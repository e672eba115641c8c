"""Pictures of a folder that has a folder for each class."""

from collections import Counter
from collections.abc import Iterator, Sequence
from math import prod
from pathlib import Path

import numpy as np

from mlpexp.config.own_images import Images
from mlpexp.data.pictures.arrays import darkness_of
from mlpexp.data.pictures.content import CHANNELS, Content, resized
from mlpexp.data.pictures.decoding import Header, header_of, pixels_of
from mlpexp.data.pictures.folder import Listing, listing_of
from mlpexp.data.pictures.refusing import check_memory, named, refused
from mlpexp.data.tables.read import telling
from mlpexp.errors import DataError

AN_UPDATE = 2000  # pictures, after which is said how many have been read
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


def of_folder(config: Images, root: Path) -> Content:
    """Its pictures, all of one size and colour.

    Raises:
        DataError: About the first file that cannot be used, or two that differ.
    """
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
    return Content(
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
        yield resized(config, changed, [*sizes])
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


def _dark_of_deep(inputs: np.ndarray, headers: Sequence[Header]) -> Iterator[str]:
    """That of pictures with 16 bits only the lower ones are used, as when 12 were measured, and others are bright."""
    places = [place for place, header in enumerate(headers) if header.deep]
    if 0 < len(places) < len(headers) and (words := darkness_of(inputs[places])) and not darkness_of(inputs):
        yield f"of the pictures with 16 bits, {words}"
