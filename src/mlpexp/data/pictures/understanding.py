"""What was understood of pictures, to be said before training and kept with the result."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from mlpexp.config.table_paths import as_told

MOST_CLASSES = 12  # in a sentence; pictures.csv has them all
PARTS = ("train", "validation", "test", "")  # that pictures come in; the empty one: all of them, to be split
CALLED = {"train": "to train on", "validation": "to select on", "test": "to test on"}


@dataclass(frozen=True)
class ClassCount:
    """A row of ``pictures.csv``."""

    part: str
    """``train``, ``validation``, ``test``, or empty: they are split later."""
    class_name: str
    """As its folder, or its label."""
    pictures: int
    """How many there are."""


def scarce(counts: Sequence[ClassCount]) -> Iterator[str]:
    """Which classes a part lacks, and which have a single picture to learn from, in words."""
    for part in ("validation", "test"):
        if lacking := [count.class_name for count in counts if count.part == part and not count.pictures]:
            yield f"the {part} part has no pictures of {_listed(lacking)}"
    if single := [count.class_name for count in counts if count.part in ("train", "") and count.pictures == 1]:
        yield f"there is a single picture to learn from of {_listed(single)}"


def _listed(names: Sequence[str]) -> str:
    return ", ".join([*names[:MOST_CLASSES], *["..."] * (len(names) > MOST_CLASSES)])


@dataclass(frozen=True)
class PictureReport:
    """What was understood of a set of pictures."""

    path: str
    """The folder or file, as the user wrote it."""
    kind: str
    """``folder``, ``IDX files`` or ``npz file``."""
    counts: tuple[ClassCount, ...]
    """By part and class."""
    shape: tuple[int, int, int]
    """Channels, height and width that the network gets."""
    notes: tuple[str, ...]
    """What had to be found out or was changed, in words."""
    warnings: tuple[str, ...]
    """What may be wrong, in words."""

    @property
    def class_names(self) -> tuple[str, ...]:
        """Each once, in order."""
        return tuple(dict.fromkeys(count.class_name for count in self.counts))

    def in_part(self, part: str) -> int:
        """Pictures of a part."""
        return sum(count.pictures for count in self.counts if count.part == part)

    def sentences(self) -> Iterator[str]:
        """What is said before training."""
        channels, height, width = self.shape
        total, colour = sum(count.pictures for count in self.counts), "grey" if channels == 1 else "colour"
        path = as_told(self.path, "", Path.cwd())
        yield f"pictures: {path}: {total:,} in {len(self.class_names)} classes; {colour}, {height}x{width} pixels"
        yield f"pictures: by class: {self._by_class()}"
        parts = [f"{self.in_part(part):,} {CALLED[part]}" for part in CALLED if self.in_part(part)]
        if not self.in_part(""):
            yield f"pictures: parts of the {self.kind}: {', '.join(parts)}"
        yield from (f"pictures: {note}" for note in self.notes)
        yield from (f"warning: {warning}" for warning in self.warnings)

    def _by_class(self) -> str:
        numbers: dict[str, int] = {}
        for count in self.counts:
            numbers[count.class_name] = numbers.get(count.class_name, 0) + count.pictures
        some = [f"{name} {number:,}" for name, number in list(numbers.items())[:MOST_CLASSES]]
        return ", ".join([*some, *["..."] * (len(numbers) > MOST_CLASSES)])
