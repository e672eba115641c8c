"""From the parts that stacks leave to the tables of a result: in the order of the plan, however the trials were stacked.

Only one trial is in memory at a time.
"""

import csv
import mmap
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from math import nan
from pathlib import Path
from typing import BinaryIO

import numpy as np

from mlpexp.config.networks import Mlp
from mlpexp.data.dataset import Dataset
from mlpexp.planning.arms import Arm
from mlpexp.planning.plan import Plan
from mlpexp.planning.recording import MOST_MISCLASSIFIED, history_epochs
from mlpexp.planning.stacks import Stacking
from mlpexp.store.files import replacing, write_errors, write_text
from mlpexp.store.part import Part, PartRecord, TrialRecord
from mlpexp.store.plan_files import Recording, StacksRecord
from mlpexp.store.result_folder import ResultFolder
from mlpexp.store.table import Cell, as_csv
from mlpexp.store.weights import KINDS, file_name, seal

OF_ARMS = ("hidden_sizes", "parameters", "steps", "epochs")
OF_STACKS = ("timing",)  # tables that are of stacks, not of trials


@dataclass(frozen=True)
class Ended:
    """A finished part, and its trials."""

    part: Part
    record: PartRecord


@dataclass(frozen=True)
class Trained:
    """All that a plan's stacks have left.

    Attributes:
        parts: In the order of the stacks.
        trials: By arm and seed, of every trial of the plan: those that compute the same as another have its record.
        same_as: By arm and seed, the trial that was trained.
    """

    parts: list[Ended]
    trials: dict[tuple[int, int], TrialRecord]
    same_as: dict[tuple[int, int], tuple[int, int]]


def finished_parts(folder: ResultFolder, name: str, num_trials: int, *, failures: bool = False) -> list[Ended] | None:
    """The parts of a stack, or of its halves; None if one is missing, so that it has to be trained.

    Args:
        folder: Of the result.
        name: Of the part.
        num_trials: Of the stack.
        failures: Whether a part of nothing but failures counts; when a result is gone on with, it does not.

    Raises:
        RunError: A part is damaged.
    """
    part = folder.part(name)
    if part.is_done:
        record = part.read()
        ended = failures or any(trial.status != "failed" for trial in record.trials)
        return [Ended(part, record)] if ended else None
    if num_trials < 2 or not folder.part(f"{name}.0").folder.exists():
        return None
    middle = num_trials // 2
    halves = ((f"{name}.0", middle), (f"{name}.1", num_trials - middle))
    first, second = (finished_parts(folder, half, number, failures=failures) for half, number in halves)
    return None if first is None or second is None else first + second


def trained(plan: Plan, parts: Sequence[Ended]) -> Trained:
    """What the parts say of each trial of a plan."""
    records = {(trial.arm, trial.seed): trial for ended in parts for trial in ended.record.trials}
    first: dict[tuple[str, int], tuple[int, int]] = {}
    same_as: dict[tuple[int, int], tuple[int, int]] = {}
    for arm in plan.arms:
        for seed in plan.seeds:
            same_as[arm.number, seed] = first.setdefault((arm.identity, seed), (arm.number, seed))
    return Trained(list(parts), {trial: records[same] for trial, same in same_as.items()}, same_as)


def arms_table(plan: Plan) -> str:
    """``arms.csv``: number, label, values of the axes, hidden sizes, parameters, updates, epochs."""
    return as_csv(
        ["arm", "label", *(axis.key for axis in plan.axes), *OF_ARMS], [_arm_row(plan, arm) for arm in plan.arms]
    )


def write_tables(folder: ResultFolder, plan: Plan, recording: Recording, found: Trained, dataset: Dataset) -> None:
    """Writes all tables of a result but those of its comparison.

    Raises:
        RunError: A file cannot be read or written.
    """
    names = dict.fromkeys(Path(name).stem for ended in found.parts for name in ended.record.files)
    for name in names:
        path = folder.path / f"{name}.csv"
        if name in recording.tables:
            path = folder.evaluation / f"{name}.csv"
        if name in OF_STACKS:
            _concatenate(path, [ended.part.path(name) for ended in found.parts])
        else:
            _merge(path, name, plan, recording, found)
    write_text(folder.trials, _trials_table(plan, recording, found))
    if "misclassified" in recording.tables and "predictions" in names:
        table = misclassified(folder.evaluation / "predictions.csv", dataset, arm_column=recording.arm_column)
        if table:
            write_text(folder.evaluation / "misclassified.csv", table)


def seal_weights(folder: ResultFolder, plan: Plan, stacking: Stacking, recording: Recording, found: Trained) -> None:
    """Writes the record beside each file of weights: which trial is in which row, and the sum of its bytes.

    Raises:
        RunError: A file cannot be read or written.
    """
    for program, trials in enumerate(stacking.programs):
        records = [found.trials[trial.key] for trial in trials]
        settings = trials[0].arm.experiment.training
        for kind in (*KINDS, "state"):
            path = folder.weights / file_name(program, kind)
            if path.exists():
                seal(path, [trial.key for trial in trials], [_epoch(record, kind) for record in records])
        for epoch in sorted(history_epochs(settings.epochs, settings.evaluate_every, recording.history)):
            path = folder.weights / file_name(program, f"epoch-{epoch}")
            if path.exists():
                epochs = [None if r.status == "failed" else min(epoch, r.last_epoch) for r in records]
                seal(path, [trial.key for trial in trials], epochs)


def stacks_record(found: Trained) -> StacksRecord:
    """How the trials were stacked in the end, and what it took."""
    return StacksRecord(stacks=tuple(ended.record.stack for ended in found.parts))


def _epoch(record: TrialRecord, kind: str) -> int | None:
    if record.status == "failed":
        return None
    return {"best": record.best_epoch, "last": record.last_epoch, "state": record.ended_epoch}[kind]


def axis_cells(plan: Plan, arm: Arm) -> dict[str, Cell]:
    """Value of each axis as text."""
    return {axis.key: axis.text(arm.settings[axis.key]) if axis.key in arm.settings else "" for axis in plan.axes}


def _arm_row(plan: Plan, arm: Arm) -> dict[str, Cell]:
    model = arm.experiment.model
    return {
        "arm": arm.number, "label": arm.label, **axis_cells(plan, arm),
        "hidden_sizes": " ".join(map(str, model.hidden_sizes)) if isinstance(model, Mlp) else "",
        "parameters": arm.prepared.architecture.num_parameters, "steps": arm.steps,
        "epochs": arm.experiment.training.epochs,
    }  # fmt: skip


def _trials_table(plan: Plan, recording: Recording, found: Trained) -> str:
    rows: list[dict[str, Cell]] = []
    for arm in plan.arms:
        cells = axis_cells(plan, arm)
        for seed in plan.seeds:
            trial = found.trials[arm.number, seed]
            number: dict[str, Cell] = {"arm": arm.number} if recording.arm_column else {}
            ended: dict[str, Cell] = {
                "status": trial.status, "ended_epoch": trial.ended_epoch, "last_epoch": trial.last_epoch,
                "best_epoch": trial.best_epoch, "reason": trial.reason,
            }  # fmt: skip
            rows.append({**number, "seed": seed, **cells, **ended, **_scores(trial, recording.scores)})
    return as_csv(list(rows[0]), rows)


def _scores(trial: TrialRecord, names: Sequence[str]) -> dict[str, Cell]:
    scores: dict[str, Cell] = {}
    for when, values in (("final", trial.final), ("best", trial.best)):
        for name in names:
            value = values.get(name)
            scores[f"{when}_{name}"] = nan if value is None else value
    return scores


def _concatenate(path: Path, parts: Sequence[Path]) -> None:
    with replacing(path) as table:
        for i, part in enumerate(parts):
            if part.exists():
                header, _, rows = part.read_bytes().partition(b"\n")
                table.write(rows if i else header + b"\n" + rows)


def _merge(path: Path, name: str, plan: Plan, recording: Recording, found: Trained) -> None:
    """The rows of all trials in the order of the plan; those of a trial that was not trained are of the one that was."""
    with ExitStack() as stack, replacing(path) as table:
        lines: dict[tuple[int, int], _Lines] = {}
        for ended in found.parts:
            if f"{name}.csv" in ended.record.files:
                part = stack.enter_context(_LinesOfPart(ended.part.path(name), num_keys=len(recording.keys)))
                lines |= {(t.arm, t.seed): _Lines(part, place) for place, t in enumerate(ended.record.trials)}
                part.index(ended.record.trials, arm_column=recording.arm_column)
                header = part.header
        table.write(header)
        for arm in plan.arms:
            for seed in plan.seeds:
                same = found.same_as[arm.number, seed]
                if same in lines:
                    _copy(lines[same], table, same[0], arm.number)


@dataclass(frozen=True)
class _Lines:
    """The lines of a trial in a table of a part."""

    part: "_LinesOfPart"
    place: int


def _copy(lines: _Lines, table: BinaryIO, written: int, wanted: int) -> None:
    if written == wanted:
        table.writelines(lines.part.of(lines.place))
        return
    before, after = f"{written},".encode(), f"{wanted},".encode()
    table.writelines(after + line.removeprefix(before) for line in lines.part.of(lines.place))


class _LinesOfPart:
    """The lines of a table by trial: where they are is known, what is in them stays on the disk."""

    def __init__(self, path: Path, num_keys: int) -> None:
        self.path, self.num_keys = path, num_keys

    def __enter__(self) -> "_LinesOfPart":
        with write_errors(self.path), self.path.open("rb") as stream:
            self._map = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)
        self.header = self._map[: self._map.find(b"\n") + 1]
        return self

    def __exit__(self, *_: object) -> None:
        self._map.close()

    def index(self, trials: Sequence[TrialRecord], *, arm_column: bool) -> None:
        """Finds the lines of each trial."""
        keys = [f"{t.arm},{t.seed}," if arm_column else f"{t.seed}," for t in trials]
        places = {key.encode(): place for place, key in enumerate(keys)}
        ends = np.flatnonzero(np.frombuffer(self._map, np.uint8) == ord("\n")) + 1  # the buffer is let go at once
        self._starts, self._stops = ends[:-1].copy(), ends[1:].copy()
        owner = np.fromiter(map(places.__getitem__, self._keys()), np.int32, len(self._starts))
        self._order = np.argsort(owner, kind="stable")
        self._bounds = np.searchsorted(owner[self._order], np.arange(len(trials) + 1))

    def of(self, place: int) -> Iterator[bytes]:
        """The lines of a trial, in the order in which they were written."""
        rows = self._order[self._bounds[place] : self._bounds[place + 1]]
        for start, stop in zip(self._starts[rows].tolist(), self._stops[rows].tolist(), strict=True):
            yield self._map[start:stop]

    def _keys(self) -> Iterator[bytes]:
        find, content = self._map.find, self._map
        for start in self._starts.tolist():
            end = find(b",", start) + 1
            yield content[start : find(b",", end) + 1] if self.num_keys == 2 else content[start:end]


def misclassified(predictions: Path, dataset: Dataset, *, arm_column: bool) -> str:
    """``misclassified.csv``: of each arm the pictures that were wrong with the highest probability; empty if none was.

    Args:
        predictions: The table of predictions.
        dataset: Whose pictures they are.
        arm_column: Whether the table tells arms apart.
    """
    wrong: dict[int, list[dict[str, str]]] = {}
    with predictions.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            if row["target"] != row["predicted"]:
                wrong.setdefault(int(row["arm"]) if arm_column else 0, []).append(row)
    rows = [_picture(row, dataset, arm_column=arm_column) for arm in wrong for row in _worst(wrong[arm])]
    return as_csv(list(rows[0]), rows) if rows else ""


def _worst(wrong: Sequence[Mapping[str, str]]) -> list[Mapping[str, str]]:
    """Those with the highest probability; a picture that several seeds get wrong is shown once."""
    ordered = sorted(wrong, key=lambda row: (-float(row["probability"]), int(row["seed"]), int(row["index"])))
    distinct = {row["index"]: row for row in reversed(ordered)}
    return [row for row in ordered if distinct[row["index"]] is row][:MOST_MISCLASSIFIED]


def _picture(row: Mapping[str, str], dataset: Dataset, *, arm_column: bool) -> dict[str, Cell]:
    height, width = dataset.facts.input_shape[1:]
    names = (*(("arm",) if arm_column else ()), "seed", "index", "target", "predicted", "probability")
    kept: dict[str, Cell] = {name: row[name] for name in names}
    pixels = dataset.inputs[int(row["index"]), 0].reshape(-1).tolist()
    return {**kept, "height": height, "width": width, **{f"p{i}": pixel for i, pixel in enumerate(pixels)}}
