"""From the labels of arrays to classes: what each is called, and in which order they are."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np

from mlpexp.data.pictures.array_files import PartArrays
from mlpexp.data.pictures.class_names import check_class_name, in_order
from mlpexp.data.pictures.refusing import named, refused

EXACT = 2**53  # up to it, a float is one whole number and no other


def labels_of(root: Path, parts: Sequence[PartArrays]) -> tuple[np.ndarray, tuple[str, ...]]:
    """Class numbers ``(N,)`` of all parts and class names: labels in their order.

    Raises:
        DataError: They are no labels, not as many as pictures, or one does not occur in the training part.
    """
    texts = [_texts(root, part) for part in parts]
    learned = set(texts[0])
    for name in learned:
        check_class_name(f"{named(root)}: labels of {parts[0].source}", name)
    for part, names in zip(parts, texts, strict=True):
        other = next((name for name in names if name not in learned), None)
        if other is not None:
            check_class_name(f"{named(root)}: labels of {part.source}", other)
            raise refused(root, f"{part.source}: class {other} does not occur in the training part")
    class_names = in_order(learned)
    numbers = {name: number for number, name in enumerate(class_names)}
    return np.array([numbers[name] for names in texts for name in names], dtype=np.int64), class_names


def check_number(root: Path, part: PartArrays) -> None:
    """Sees that a part has one label for each picture.

    Raises:
        DataError: It has not.
    """
    shape = part.labels.shape
    if len(shape) != 1 and (len(shape) != 2 or shape[1] != 1):
        sizes = "x".join(map(str, shape))
        raise refused(root, f"labels of {part.source}: expected one label for each picture, not an array of {sizes}")
    if len(part.labels) != len(part.images):
        raise refused(root, f"{part.source} has {len(part.images):,} pictures, but {len(part.labels):,} labels")


def _texts(root: Path, part: PartArrays) -> list[str]:
    check_number(root, part)
    values = part.labels.reshape(-1)
    read = READ.get(values.dtype.kind)
    if read is None:
        raise refused(root, f"labels of {part.source}: {values.dtype} is no kind of label; save numbers or text")
    try:
        return list(read(values))
    except ValueError as error:
        raise refused(root, f"labels of {part.source} {error}") from None


def _of_floats(values: np.ndarray) -> Iterable[str]:
    if not (np.isfinite(values) & (np.floor(values) == values)).all():
        raise ValueError("are no whole numbers")
    if (np.abs(values) > EXACT).any():
        raise ValueError(f"are larger than {EXACT:,}, where numbers of this kind are not exact; save whole numbers")
    return map(str, values.astype(np.int64).tolist())


def _of_bytes(values: np.ndarray) -> Iterable[str]:
    try:
        return [value.decode("utf-8") for value in values.tolist()]
    except UnicodeDecodeError:
        raise ValueError("are not UTF-8; save text") from None


READ: dict[str, Callable[[np.ndarray], Iterable[str]]] = {
    "b": lambda values: map(str, values.astype(np.int64).tolist()),
    "u": lambda values: map(str, values.tolist()),
    "i": lambda values: map(str, values.tolist()),
    "f": _of_floats,
    "U": lambda values: values.tolist(),
    "S": _of_bytes,
}
"""By kind of array, what its labels are called."""
