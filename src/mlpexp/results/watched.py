"""A result while it trains: what is new in the files that grow, and where its arms are."""

import csv
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from io import StringIO
from math import inf, isfinite, nan
from pathlib import Path
from typing import BinaryIO

from mlpexp.config.scores import Column, column_of, score_named
from mlpexp.errors import RunError
from mlpexp.results.in_training import part_files
from mlpexp.results.result import Result
from mlpexp.store.as_written import checked, is_there
from mlpexp.store.frames import Absent
from mlpexp.store.json_files import read_record
from mlpexp.store.part import DONE, PartRecord

LOST = ("diverged", "failed")
LOOKED_AT = 512  # bytes at the end of what is known of a file: if they are others now, it was begun again

Values = tuple[float, ...]
Trial = tuple[int, int]  # arm and seed


@dataclass(frozen=True)
class Curve:
    """A quantity of an arm over epochs: over the seeds that have passed each epoch, as far as half of them have."""

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
    counts: tuple[int, ...]
    """How many seeds each mean is over."""
    now: float
    """Mean over the seeds, each at its last epoch; NaN: none has a value."""


@dataclass(frozen=True)
class ArmProgress:
    """Where an arm is."""

    number: int
    """Of the arm."""
    label: str
    """Its settings."""
    begun: int
    """Seeds that have a row."""
    sound: int
    """How many of these are not lost."""
    ended: int
    """Seeds that are trained to their end, or are lost."""
    diverged: int
    """Seeds whose loss is not finite."""
    failed: int
    """Seeds that an error has ended."""
    epoch: int
    """Of the seed that is behind, among those that are in training; where none is, the last of all."""
    epochs: int
    """Planned."""
    share: float
    """How much of the arm is done, from 0 to 1."""
    counted: int
    """Seeds that the score is over: those that are not lost, and have a value."""
    score: float
    """Mean of the metric over the seeds that are not lost; NaN: none has a value."""


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
        self.columns = [Column(part, score_named(name)) for name in summary.scores[:2] for part in self.parts]
        selected = column_of(self.metric.selected_on or "")
        self.selected_on = selected if self.metric.when == "best" else None
        """By which the best epoch is chosen, at which the metric is read; None: it is read at the last epoch."""
        shown = [*self.columns, Column(self.metric.part, self.metric.score), *filter(None, [self.selected_on])]
        self.names = list(dict.fromkeys(column.name for column in shown))
        self._kept = _Kept(self.names, self.selected_on, summary.seeds[0])
        self.labels = [arm.label for arm in result.planned_arms]
        self.same = self._same_arms()
        self.epochs = self._planned_epochs()
        self.seeds = summary.seeds
        self._tables: dict[Path, _Table] = {}
        self._records: dict[Path, dict[Trial, str]] = {}  # how the trials of each stack that has ended did
        self._statuses: dict[Trial, str] = {}
        self.look()

    def look(self) -> None:
        """Takes in what has been written since."""
        fresh = Result.open(self.result.path)
        with suppress(OSError):  # the file is being replaced on a drive where that is not one step
            self.summary = fresh.summary
        self.status = self.folder.status(self.summary)
        paths = list(part_files(self.folder, "metrics"))
        if is_there(self.folder.metrics):  # all stacks have ended, and it has the rows of each
            paths = [checked(self.folder.metrics)]
        self._tables = {path: self._tables.get(path) or _Table(path, self._kept) for path in paths}
        for table in self._tables.values():
            try:
                table.read_on()
            except FileNotFoundError:  # its stack has been merged meanwhile
                continue
            except OSError as error:
                raise RunError(f"{table.path}: cannot be read: {error.strerror or error}") from None
        self._read_records(fresh)
        self._statuses = {trial: status for record in self._records.values() for trial, status in record.items()}
        self._rows = {trial: rows for table in self._tables.values() for trial, rows in table.rows.items()}
        self._progress = [self._progress_of(number) for number in range(len(self.labels))]

    @property
    def goes_on(self) -> bool:
        """Whether it is in training."""
        return self.status == "running"

    def curves(self, arm: int) -> list[Curve]:
        """The curves of loss and score of an arm, over its seeds that are not lost; over all, if every one is."""
        begun = self._begun(arm)
        sound = [trial for trial in begun if self._status(trial) not in LOST] or begun
        return [self._curve(column, sound) for column in self.columns]

    def progress(self) -> list[ArmProgress]:
        """Where each arm is."""
        return self._progress

    def best(self) -> ArmProgress | None:
        """The arm with the best mean so far; None: no arm has one."""
        known = [arm for arm in self._progress if isfinite(arm.score)]
        sign = 1 if self.metric.higher_is_better else -1
        return max(known, key=lambda arm: sign * arm.score, default=None)

    def shown(self) -> ArmProgress | None:
        """The arm whose curves are shown: the best so far, else the first with rows; None: no row is there."""
        return self.best() or next((arm for arm in self._progress if arm.begun), None)

    def _curve(self, column: Column, trials: Sequence[Trial]) -> Curve:
        place = self.names.index(column.name)
        by_epoch: dict[int, list[float]] = {}
        for trial in trials:
            for epoch, values in self._rows[trial].by_epoch.items():
                if isfinite(values[place]):
                    by_epoch.setdefault(epoch, []).append(values[place])
        epochs = tuple(epoch for epoch in sorted(by_epoch) if 2 * len(by_epoch[epoch]) >= len(trials))
        at = [by_epoch[epoch] for epoch in epochs]
        now = _mean([self._rows[trial].last[place] for trial in trials])
        return Curve(
            column, epochs, tuple(map(_mean, at)), tuple(map(min, at)), tuple(map(max, at)), tuple(map(len, at)), now
        )

    def _progress_of(self, number: int) -> ArmProgress:
        planned, place = self.epochs[number], self.names.index(self.metric.name)
        trials = [(self.same[number], seed) for seed in self.seeds]
        statuses = {trial: self._status(trial) for trial in trials}
        last = {trial: self._rows[trial].epoch for trial in trials if trial in self._rows}
        training = [trial for trial in last if not statuses[trial]]
        sound = [trial for trial in last if statuses[trial] not in LOST]
        values = [self._rows[trial].chosen[place] for trial in sound]
        done = [1.0 if statuses[trial] else last.get(trial, 0) / max(planned, 1) for trial in trials]
        return ArmProgress(
            number=number,
            label=self.labels[number],
            begun=len(last),
            sound=len(sound),
            ended=sum(map(bool, statuses.values())),
            diverged=list(statuses.values()).count("diverged"),
            failed=list(statuses.values()).count("failed"),
            epoch=min((last[trial] for trial in training), default=max(last.values(), default=0)),
            epochs=planned,
            share=sum(done) / len(trials),
            counted=sum(map(isfinite, values)),
            score=_mean(values),
        )

    def _status(self, trial: Trial) -> str:
        """How a trial has ended; empty: it has not, or has not begun."""
        if trial in self._statuses or trial not in self._rows:
            return self._statuses.get(trial, "")
        rows, loss = self._rows[trial], self.names.index(self.columns[0].name)
        if not isfinite(rows.last[loss]):
            return "diverged"  # its stack goes on without it
        return "finished" if rows.epoch >= self.epochs[trial[0]] else ""

    def _begun(self, arm: int) -> list[Trial]:
        return [trial for seed in self.seeds if (trial := (self.same[arm], seed)) in self._rows]

    def _read_records(self, result: Result) -> None:
        """How trials have ended: the record of each stack, or the table of all."""
        paths = [*self.folder.parts.glob(f"*/{DONE}")]
        if self.folder.metrics in self._tables and (self.folder.trials.is_file() or self.summary.complete):
            paths = [self.folder.trials]
        known, self._records = self._records, {}
        for path in paths:
            with suppress(Absent, RunError):  # merged meanwhile
                self._records[path] = known.get(path) or self._ended(path, result)

    def _ended(self, path: Path, result: Result) -> dict[Trial, str]:
        if path.name == DONE:
            return {(each.arm, each.seed): each.status for each in read_record(path, PartRecord).trials}
        trials = result.trials[["arm", "seed", "status"]].itertuples(index=False, name=None)
        return {(int(arm), int(seed)): str(status) for arm, seed, status in trials}

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


@dataclass(frozen=True)
class _Kept:
    """What is kept of a row."""

    names: Sequence[str]
    """The columns."""
    selected_on: Column | None
    """By which the row is chosen that counts; None: it is the last."""
    seed: int
    """Of tables without a column for it."""

    def better(self, values: Values, than: Values) -> bool:
        """Whether a row counts in place of one before."""
        if self.selected_on is None:
            return True
        place = self.names.index(self.selected_on.name)
        sign = 1 if self.selected_on.score.higher_is_better else -1
        return not isfinite(than[place]) or sign * values[place] > sign * than[place]


class _Rows:
    """What is known of a trial."""

    def __init__(self) -> None:
        self.by_epoch: dict[int, Values] = {}
        self.epoch = 0
        """The last."""
        self.last: Values = ()
        """Its row."""
        self.chosen: Values = ()
        """The row whose metric counts."""

    def add(self, epoch: int, values: Values, kept: _Kept) -> None:
        if not self.by_epoch or kept.better(values, self.chosen):
            self.chosen = values
        self.by_epoch[epoch] = self.last = values
        self.epoch = epoch


class _Table:
    """A table that grows at its end, or is begun again."""

    def __init__(self, path: Path, kept: _Kept) -> None:
        self.path, self.kept = path, kept
        self.rows: dict[Trial, _Rows] = {}
        self._header: list[str] = []
        self._known, self._end = 0, b""  # bytes, and the last of them

    def read_on(self) -> None:
        """Takes in the rows behind those that are known; all of a file that was begun again, without those of before."""
        with self.path.open("rb") as stream:
            if not self._is_continued(stream):
                self.rows, self._header, self._known, self._end = {}, [], 0, b""
            stream.seek(self._known)
            content = stream.read()
        content = content[: content.rfind(b"\n") + 1]
        lines = csv.reader(StringIO(content.decode("utf-8", errors="replace"), newline=""))
        if not self._header:
            self._header = next(lines, [])
        self._take(lines)
        self._known += len(content)
        self._end = (self._end + content)[-LOOKED_AT:]

    def _is_continued(self, stream: BinaryIO) -> bool:
        """Whether what is known is still there."""
        stream.seek(self._known - len(self._end))
        return stream.read(len(self._end)) == self._end

    def _take(self, lines: Iterator[list[str]]) -> None:
        """Rows of a table, of which only what is shown is kept."""
        header, kept = self._header, self.kept
        places = [header.index(name) if name in header else -1 for name in kept.names]
        arm, seed, epoch = (header.index(key) if key in header else -1 for key in ("arm", "seed", "epoch"))
        for line in lines:
            if len(line) != len(header):
                continue
            with suppress(ValueError):  # damaged: such a part is trained again
                trial = int(line[arm]) if arm >= 0 else 0, int(line[seed]) if seed >= 0 else kept.seed
                values = tuple(float(line[place]) if place >= 0 and line[place] else nan for place in places)
                number = int(line[epoch])
                self.rows.setdefault(trial, _Rows()).add(number, values, kept)


def ends(curves: Sequence[Curve]) -> tuple[float, float]:
    """The least and the most of some curves, with room where all is equal."""
    low = min((min(curve.low) for curve in curves if curve.low), default=inf)
    high = max((max(curve.high) for curve in curves if curve.high), default=-inf)
    if low > high:
        return 0.0, 1.0
    return (low, high) if high > low else (low - 0.5, high + 0.5)


def _mean(values: Sequence[float]) -> float:
    """Of those that are finite; NaN: none is."""
    finite = [value for value in values if isfinite(value)]
    return sum(finite) / len(finite) if finite else nan
