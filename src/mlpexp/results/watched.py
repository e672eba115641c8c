"""A result while it trains: what is new in the files that grow, and where its arms are."""

import csv
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from io import StringIO
from math import inf, isfinite, nan
from pathlib import Path

from mlpexp.config.scores import SCORES, Column
from mlpexp.errors import RunError
from mlpexp.results.result import Result
from mlpexp.store.frames import Absent
from mlpexp.store.json_files import read_record
from mlpexp.store.part import DONE, PartRecord

Values = tuple[float, ...]


@dataclass(frozen=True)
class Curve:
    """A quantity of an arm over epochs: over the seeds that have passed each epoch."""

    column: Column
    """What it is of."""
    epochs: tuple[int, ...]
    """At which it was measured."""
    mean: Values
    """Over the seeds."""
    low: Values
    """The least of the seeds."""
    high: Values
    """The most of the seeds."""


@dataclass(frozen=True)
class ArmProgress:
    """Where an arm is."""

    number: int
    """Of the arm."""
    label: str
    """Its settings."""
    begun: int
    """Seeds that have a row."""
    ended: int
    """Seeds at their last epoch, or whose stack has ended."""
    epoch: int
    """Of the seed that is behind, among those that have begun."""
    epochs: int
    """Planned."""
    score: float
    """Mean of the metric over the seeds that have begun, each at its last epoch; NaN: none is finite."""


class Watched:
    """Reads of a result in training only what is new: its tables grow at their ends.

    Args:
        result: Of the present format or, finished, of an old one.
    """

    def __init__(self, result: Result) -> None:
        self.result, summary = result, result.summary
        self.folder, self.metric = result.folder, summary.metric
        judged = "validation" if "validation" in summary.parts else summary.parts[-1]
        self.parts = tuple(dict.fromkeys(("train", judged)))
        self.columns = [Column(part, SCORES[name]) for name in summary.scores[:2] for part in self.parts]
        self.names = list(dict.fromkeys([*(column.name for column in self.columns), self.metric.name]))
        self.labels = [arm.label for arm in result.planned_arms]
        self.same = self._same_arms()
        self.epochs = self._planned_epochs()
        self.seeds = summary.seeds
        self._read: dict[Path, int] = {}  # bytes of each file that are known
        self._headers: dict[Path, list[str]] = {}
        self._rows: dict[tuple[int, int], dict[int, Values]] = {}  # by arm and seed, by epoch
        self._ended: set[tuple[int, int]] = set()
        self._done: set[Path] = set()
        self.look()

    def look(self) -> None:
        """Takes in what has been written since."""
        fresh = Result.open(self.result.path)
        with suppress(OSError):  # the file is being replaced on a drive where that is not one step
            self.summary = fresh.summary
        self.status = self.folder.status(self.summary)
        for path in [*sorted(self.folder.parts.glob("*/metrics.csv")), self.folder.metrics]:
            with suppress(FileNotFoundError):  # its stack has been merged meanwhile
                self._read_on(path)

    @property
    def goes_on(self) -> bool:
        """Whether it is in training."""
        return self.status == "running"

    def curves(self, arm: int) -> list[Curve]:
        """The curves of loss and score of an arm."""
        curves = []
        rows = [self._rows[key] for key in self._keys(arm)]
        for column in self.columns:
            place = self.names.index(column.name)
            by_epoch: dict[int, list[float]] = {}
            for of_seed in rows:
                for epoch, values in of_seed.items():
                    if isfinite(values[place]):
                        by_epoch.setdefault(epoch, []).append(values[place])
            epochs = tuple(sorted(by_epoch))
            at = [by_epoch[epoch] for epoch in epochs]
            means = tuple(sum(values) / len(values) for values in at)
            curves.append(Curve(column, epochs, means, tuple(map(min, at)), tuple(map(max, at))))
        return curves

    def progress(self) -> list[ArmProgress]:
        """Where each arm is."""
        return [self._progress(number) for number in range(len(self.labels))]

    def best(self) -> ArmProgress | None:
        """The arm with the best mean so far; None: no seed has begun."""
        known = [arm for arm in self.progress() if isfinite(arm.score)]
        sign = 1 if self.metric.higher_is_better else -1
        return max(known, key=lambda arm: sign * arm.score, default=None)

    def _progress(self, number: int) -> ArmProgress:
        keys, place = self._keys(number), self.names.index(self.metric.name)
        last = {key: max(self._rows[key]) for key in keys}
        ended = [key for key in keys if last[key] >= self.epochs[number] or key in self._ended or not self.goes_on]
        values = [value for key in keys if isfinite(value := self._rows[key][last[key]][place])]
        score = sum(values) / len(values) if values else nan
        behind = min(last.values(), default=0)
        label = self.labels[number]
        return ArmProgress(number, label, len(keys), len(ended), behind, self.epochs[number], score)

    def _keys(self, arm: int) -> list[tuple[int, int]]:
        return [key for seed in self.seeds if (key := (self.same[arm], seed)) in self._rows]

    def _read_on(self, path: Path) -> None:
        """The rows behind those that are known; all of a file that was begun again."""
        known = self._read.get(path, 0)
        with path.open("rb") as stream:
            if stream.seek(0, 2) < known:
                known = 0
            stream.seek(known)
            content = stream.read()
        content = content[: content.rfind(b"\n") + 1]
        lines = csv.reader(StringIO(content.decode("utf-8", errors="replace"), newline=""))
        if known == 0:
            self._headers[path] = next(lines, [])
        self._take(lines, self._headers.get(path, []))
        self._read[path] = known + len(content)
        done = path.parent / DONE
        if done not in self._done and done.is_file():
            with suppress(RunError):  # merged meanwhile
                self._ended |= {(trial.arm, trial.seed) for trial in read_record(done, PartRecord).trials}
                self._done.add(done)

    def _take(self, lines: Iterator[list[str]], header: Sequence[str]) -> None:
        """Rows of a table, of which only what is shown is kept."""
        places = [header.index(name) if name in header else -1 for name in self.names]
        arm, seed, epoch = (header.index(key) if key in header else -1 for key in ("arm", "seed", "epoch"))
        for line in lines:
            if len(line) != len(header):
                continue
            with suppress(ValueError):  # damaged: such a part is trained again
                key = int(line[arm]) if arm >= 0 else 0, int(line[seed]) if seed >= 0 else self.seeds[0]
                values = tuple(float(line[place]) if place >= 0 and line[place] else nan for place in places)
                self._rows.setdefault(key, {})[int(line[epoch])] = values

    def _same_arms(self) -> list[int]:
        """By arm, the first one that computes the same: equal arms are trained once."""
        identities = [arm.identity for arm in self.result.planned_arms]
        if self.result.folder.metrics.is_file():  # which has the rows of each
            return list(range(len(identities)))
        return [identities.index(identity) for identity in identities]

    def _planned_epochs(self) -> list[int]:
        """By arm."""
        try:
            return [int(count) for count in self.result.arms["epochs"]]
        except (Absent, KeyError, ValueError):
            epochs = self.result.config.get("training", {}).get("epochs")
            return [int(epochs) if isinstance(epochs, int) else 0] * len(self.labels)


def ends(curves: Sequence[Curve]) -> tuple[float, float]:
    """The least and the most of some curves, with room where all is equal."""
    low = min((min(curve.low) for curve in curves if curve.low), default=inf)
    high = max((max(curve.high) for curve in curves if curve.high), default=-inf)
    if low > high:
        return 0.0, 1.0
    return (low, high) if high > low else (low - 0.5, high + 0.5)
