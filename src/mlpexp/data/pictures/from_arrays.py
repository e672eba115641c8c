"""Pictures of IDX files or of an npz file."""

from collections.abc import Sequence
from math import prod
from pathlib import Path

import numpy as np

from mlpexp.config.own_images import Images
from mlpexp.data.pictures.array_files import PartArrays
from mlpexp.data.pictures.arrays import Layout, as_asked, as_bytes, brightness_of, extent, layout_of
from mlpexp.data.pictures.content import CHANNELS, Content, resized
from mlpexp.data.pictures.labels import check_number, labels_of
from mlpexp.data.pictures.refusing import check_memory, refused
from mlpexp.data.pictures.understanding import PARTS


def of_arrays(config: Images, root: Path, parts: Sequence[PartArrays], kind: str, notes: Sequence[str] = ()) -> Content:
    """Pictures of all parts, as the config asks for them.

    Args:
        config: The ``dataset:`` section.
        root: The file, or the folder of files.
        parts: What was read, in the order of ``PARTS``.
        kind: ``IDX files`` or ``npz file``.
        notes: What had to be found out.

    Raises:
        DataError: One sentence ``path: what`` about what cannot be used.
    """
    parts, empty = _without_empty(root, parts, kind)
    layout = _one_layout(root, parts)
    labels, class_names = labels_of(root, parts)
    pixels, brightness_note = _bytes_of(root, parts)
    inputs, changes = _as_asked(config, root, layout.first(pixels))
    places = [PARTS.index(part.part) for part in parts]
    assert places == sorted(places), "parts come in the order of PARTS"
    return Content(
        np.require(inputs, requirements=["C", "O", "W"]),  # torch takes no array that another object holds
        labels,
        tuple(part.part for part in parts for _ in range(len(part.images))),
        class_names,
        kind,
        (
            *notes,
            *empty,
            f"the axes of {parts[0].source} are {layout.words}",
            *filter(None, [brightness_note]),
            *changes,
        ),
        lambda place: f"picture {place}",
    )


def _without_empty(root: Path, parts: Sequence[PartArrays], kind: str) -> tuple[list[PartArrays], list[str]]:
    """The parts that have pictures, and sentences about the others."""
    empty = [part for part in parts if part.part in ("validation", "test") and not len(part.images)]
    for part in empty:
        check_number(root, part)
    names = {part.part for part in empty}
    return [part for part in parts if part.part not in names], [
        f"the {part.part} part of the {kind} is empty" for part in empty
    ]


def _one_layout(root: Path, parts: Sequence[PartArrays]) -> Layout:
    """What the axes mean, the same in all parts."""
    layouts = []
    for part in parts:
        try:
            layouts.append(layout_of(part.images.shape))
        except ValueError as error:
            raise refused(root, f"{part.source}: {error}") from None
    shapes = {layout.shape(part.images.shape) for layout, part in zip(layouts, parts, strict=True)}
    if len(shapes) > 1 or len({layout.channel_axis for layout in layouts}) > 1:
        raise refused(root, "the pictures of its parts have different shapes")
    return layouts[0]


def _as_asked(config: Images, root: Path, inputs_NCHW: np.ndarray) -> tuple[np.ndarray, list[str]]:
    """The pictures in the colour and size of the config, and what was changed for that."""
    count, channels, height, width = inputs_NCHW.shape
    color = config.color or ("grey" if channels == 1 else "rgb")
    size = config.sides or (height, width)
    if (CHANNELS[color], *size) == (channels, height, width):
        return inputs_NCHW, []
    check_memory(root, count * CHANNELS[color] * prod(size), count)
    changes = [resized(config, count, [(height, width)])] if (height, width) != tuple(size) else []
    changes += [f"made {'grey' if color == 'grey' else 'colour'}"] if CHANNELS[color] != channels else []
    return np.stack([as_asked(pixels, color, size, config.fit) for pixels in inputs_NCHW]), changes


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
