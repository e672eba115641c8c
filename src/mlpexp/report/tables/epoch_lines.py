"""Scores over epochs as lines of text, means over seeds: ``epoch 10  loss 0.4225  accuracy 0.8150``.

The same lines while training and from files: a mean needs the rows of one epoch alone.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import count
from math import fsum, inf, isfinite
from typing import TYPE_CHECKING

from mlpexp.config.scores import Column, score_named
from mlpexp.errors import InputError
from mlpexp.report.words import cell_number
from mlpexp.store.frames import Absent
from mlpexp.store.summary import Summary

if TYPE_CHECKING:
    from mlpexp.results.result import ArmResult

MOST_LINES = 20  # where nobody says how many

Scores = tuple[float, ...]


class EpochLines:
    """Gives the line of an epoch as soon as all seeds have passed it.

    A line is due at the first evaluated epoch from each multiple of ``every`` on, and at the last epoch of all. A seed
    counts in the epochs in which it trained with a finite loss; how many did so is said where it is not all.

    Args:
        every: Epochs from line to line.
        summary: Of the result: which parts and scores there are, and the seeds.
    """

    def __init__(self, every: int, summary: Summary) -> None:
        self.every, self.columns, self.losses = every, *_columns(summary)
        self.passed: dict[int, float] = dict.fromkeys(summary.seeds, -1)  # by seed, the last epoch; infinite at its end
        self.due: dict[int, dict[int, Scores]] = {}
        self.latest: dict[int, tuple[int, Scores]] = {}
        self.diverged: dict[int, int] = {}  # by seed, at which epoch
        self.said = -1

    def add(
        self, epoch: int, seeds: Iterable[int], scores: Mapping[str, Sequence[float]], ended: Collection[int] = ()
    ) -> list[str]:
        """Takes the scores of some seeds, in the order of their epochs; what is known already is passed over.

        Args:
            epoch: Epochs done.
            seeds: Which.
            scores: By name, one for each of them.
            ended: Those that will have no further epoch.

        Returns:
            The lines that are now complete.
        """
        rows = zip(*(scores[name] for name in self.columns), strict=True)
        for seed, row in zip(seeds, rows, strict=True):
            if epoch <= self.passed[seed]:
                continue
            if epoch // self.every > self.passed[seed] // self.every:
                self.due.setdefault(epoch, {})[seed] = row
            self.latest[seed] = epoch, row
            if not all(isfinite(row[i]) for i in self.losses):
                self.diverged[seed] = epoch
            self.passed[seed] = inf if seed in ended else epoch
        return self._complete()

    def close(self) -> list[str]:
        """The lines that are left when no seed will have a further epoch."""
        self.passed = dict.fromkeys(self.passed, inf)
        return self._complete()

    def _complete(self) -> list[str]:
        reached = min(self.passed.values())
        epochs = [epoch for epoch in sorted(self.due) if epoch <= reached]
        due = [(epoch, self.due.pop(epoch)) for epoch in epochs]
        lines = [self._line(epoch, rows) for epoch, rows in due if self._sound(rows) or not self._is_passed(epoch)]
        last = max((epoch for epoch, _ in self.latest.values()), default=-1)
        if reached == inf and last > max([self.said, *epochs]):
            lines.append(self._line(last, {seed: row for seed, (epoch, row) in self.latest.items() if epoch == last}))
            epochs.append(last)
        self.said = max([self.said, *epochs])
        return lines

    def _is_passed(self, epoch: int) -> bool:
        """Whether some seed trained on after an epoch: with rows of diverged seeds alone, that was not evaluated."""
        return any(last > epoch for last, _ in self.latest.values())

    def _sound(self, rows: Mapping[int, Scores]) -> list[Scores]:
        return [row for row in rows.values() if all(isfinite(row[i]) for i in self.losses)]

    def _line(self, epoch: int, rows: Mapping[int, Scores]) -> str:
        sound = self._sound(rows)
        if not sound and len(self.passed) == 1:
            return f"epoch {epoch}  diverged"
        means = [fsum(column) / len(sound) for column in zip(*sound, strict=True)]
        pieces = [f"{label} {cell_number(mean)}" for label, mean in zip(self.columns.values(), means, strict=False)]
        if len(sound) < len(self.passed):
            diverged = sum(at <= epoch for at in self.diverged.values())
            pieces.append(f"({len(sound)} of {len(self.passed)} seeds{f', {diverged} diverged' * bool(diverged)})")
        return "  ".join([f"epoch {epoch}", *pieces])


def curve_lines(arm: "ArmResult", every: int | None) -> list[str]:
    """The lines of an arm, from its rows of ``metrics.csv``.

    Args:
        arm: The arm.
        every: Epochs from line to line; None: so many that there are about twenty lines at most.

    Raises:
        InputError: No epoch is recorded.
    """
    try:
        metrics = arm.metrics
    except Absent:
        raise InputError(f"{arm.result.path}: no epoch is recorded yet") from None
    lines = EpochLines(every or _spread(int(metrics["epoch"].max())), arm.result.summary)
    printed = []
    for epoch, rows in metrics.groupby("epoch"):
        scores = {name: rows[name].tolist() for name in lines.columns}
        printed += lines.add(int(str(epoch)), rows["seed"].tolist(), scores)
    return printed + lines.close()


def _columns(summary: Summary) -> tuple[dict[str, str], list[int]]:
    """The columns that are shown, with their labels, and which of them must be finite.

    Of a network those of the training part, and of the validation part, else the test part; of a map, whose scores have
    long names, those of the training part.
    """
    other = "validation" if "validation" in summary.parts else summary.parts[-1]
    parts = ["train"] if other == "train" or summary.model.name == "som" else ["train", other]
    shown = [Column(part, score_named(name)) for part in parts for name in summary.scores]
    lowered = [column.score.name == summary.scores[0] for column in shown]
    labels = [
        f"{column.part} {column.score.label}" if first and column.part != "train" else column.score.label
        for column, first in zip(shown, lowered, strict=True)
    ]
    columns = dict(zip([column.name for column in shown], labels, strict=True))
    return columns, [place for place, first in enumerate(lowered) if first]


def _spread(last: int) -> int:
    """The least of 1, 2, 5, 10, 20, ... with which there are not too many lines."""
    steps = (digit * 10**power for power in count() for digit in (1, 2, 5))
    return next(step for step in steps if last <= step * MOST_LINES)
