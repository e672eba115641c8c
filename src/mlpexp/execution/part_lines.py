"""The lines of a table that a stack has written, by trial: where they are is known, what is in them stays on the disk."""

import mmap
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np

from mlpexp.store.files import write_errors
from mlpexp.store.part import TrialRecord

MOST_OPEN = 64  # a process may not hold open as many files as there can be stacks


class OpenMaps:
    """Files that are looked into, the last ones used held open."""

    def __init__(self) -> None:
        self._maps: OrderedDict[Path, mmap.mmap] = OrderedDict()

    def of(self, path: Path) -> mmap.mmap:
        """The content of a file."""
        if path in self._maps:
            self._maps.move_to_end(path)
            return self._maps[path]
        while len(self._maps) >= MOST_OPEN:
            self._maps.popitem(last=False)[1].close()
        with write_errors(path), path.open("rb") as stream:
            self._maps[path] = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)
        return self._maps[path]

    def __enter__(self) -> "OpenMaps":
        return self

    def __exit__(self, *_: object) -> None:
        while self._maps:
            self._maps.popitem()[1].close()


class LinesOfPart:
    """The lines of one table.

    Args:
        path: The table.
        trials: Of the part, as its record has them.
        maps: Holds files open.
        arm_column: Whether a line begins with the number of the arm, before the seed.
    """

    def __init__(self, path: Path, trials: Sequence[TrialRecord], maps: OpenMaps, *, arm_column: bool) -> None:
        self.path, self._maps = path, maps
        content = maps.of(path)
        end = _header_end(content)
        self.header = content[:end]
        ends = np.flatnonzero(np.frombuffer(content, np.uint8) == ord("\n")) + 1
        ends = ends[np.searchsorted(ends, end) :]
        starts, lengths = ends[:-1], np.diff(ends).astype(np.int32)
        keys = [f"{trial.arm},{trial.seed}," if arm_column else f"{trial.seed}," for trial in trials]
        place = {key.encode(): i for i, key in enumerate(keys)}
        named = _keys(content, starts.tolist(), 2 if arm_column else 1)
        owner = np.fromiter(map(place.__getitem__, named), np.int32, len(starts))
        order = np.argsort(owner, kind="stable")
        self._starts, self._lengths = starts[order], lengths[order]
        self._bounds = np.searchsorted(owner[order], np.arange(len(trials) + 1))

    def of(self, place: int) -> Iterator[bytes]:
        """The lines of a trial, in the order in which they were written."""
        content, rows = self._maps.of(self.path), slice(self._bounds[place], self._bounds[place + 1])
        for start, length in zip(self._starts[rows].tolist(), self._lengths[rows].tolist(), strict=True):
            yield content[start : start + length]


def renumbered(lines: Iterable[bytes], written: int, wanted: int) -> Iterable[bytes]:
    """Lines of an arm as those of another that computes the same."""
    if written == wanted:
        return lines
    before, after = f"{written},".encode(), f"{wanted},".encode()
    return (after + line.removeprefix(before) for line in lines)


def _header_end(content: mmap.mmap) -> int:
    """Past the line end of the header; a name of a column may have line ends of its own, in quotes."""
    end = content.find(b"\n") + 1
    while content[:end].count(b'"') % 2:
        end = content.find(b"\n", end) + 1
    return end


def _keys(content: mmap.mmap, starts: Sequence[int], count: int) -> Iterator[bytes]:
    """The first cells of each line, which name its trial."""
    find = content.find
    for start in starts:
        end = find(b",", start) + 1
        yield content[start : find(b",", end) + 1] if count == 2 else content[start:end]
