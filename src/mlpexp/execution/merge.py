"""From the parts that stacks leave to the tables of a result: in the order of the plan, however the trials were stacked.

Only one trial is in memory at a time.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import nan
from pathlib import Path

from mlpexp.data.dataset import Dataset
from mlpexp.errors import RunError
from mlpexp.execution.misclassified import misclassified
from mlpexp.execution.part_lines import LinesOfPart, OpenMaps, renumbered
from mlpexp.planning.arms_table import axis_cells
from mlpexp.planning.plan import Plan
from mlpexp.planning.recording import history_epochs
from mlpexp.planning.stacks import Stacking
from mlpexp.store.files import replacing, write_text
from mlpexp.store.inside import make_inside
from mlpexp.store.part import Part, PartRecord, TrialRecord
from mlpexp.store.plan_files import Recording, StacksRecord
from mlpexp.store.result_folder import ResultFolder
from mlpexp.store.table import Cell, as_csv
from mlpexp.store.weights import KINDS, file_name, seal, sum_in_file

OF_STACKS = ("timing",)  # tables that are of stacks, not of trials


@dataclass(frozen=True)
class Ended:
    """A finished part, and its trials."""

    part: Part
    """Its folder."""
    record: PartRecord
    """What it says of its trials."""


@dataclass(frozen=True)
class Trained:
    """All that a plan's stacks have left."""

    parts: list[Ended]
    """In the order of the stacks."""
    trials: dict[tuple[int, int], TrialRecord]
    """By arm and seed, of every trial of the plan: those that compute the same as another have its record."""
    same_as: dict[tuple[int, int], tuple[int, int]]
    """By arm and seed, the trial that was trained."""


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
    if num_trials < 2:
        return None
    middle = num_trials // 2
    first = finished_parts(folder, f"{name}.0", middle, failures=failures)  # which may itself have left halves
    if first is None:
        return None
    second = finished_parts(folder, f"{name}.1", num_trials - middle, failures=failures)
    return None if second is None else first + second


def check_weights(folder: ResultFolder, ended: Ended, rows: Mapping[tuple[int, int], int]) -> None:
    """Sees that the weights of a part are those that its worker wrote: the file is shared with other stacks.

    Raises:
        RunError: They are damaged.
    """
    of_part = [rows[trial.arm, trial.seed] for trial in ended.record.trials]
    for kind, expected in ended.record.weights.items():
        path = folder.weights / file_name(ended.record.stack.program, kind)
        if sum_in_file(path, of_part) != expected:
            raise RunError(f"{path}: damaged: not the weights that were written")


def trained(plan: Plan, parts: Sequence[Ended]) -> Trained:
    """What the parts say of each trial of a plan."""
    records = {(trial.arm, trial.seed): trial for ended in parts for trial in ended.record.trials}
    first: dict[tuple[str, int], tuple[int, int]] = {}
    same_as: dict[tuple[int, int], tuple[int, int]] = {}
    for arm in plan.arms:
        for seed in plan.seeds:
            same_as[arm.number, seed] = first.setdefault((arm.identity, seed), (arm.number, seed))
    return Trained(list(parts), {trial: records[same] for trial, same in same_as.items()}, same_as)


def write_tables(
    folder: ResultFolder, plan: Plan, recording: Recording, training: Trained, dataset_of: Callable[[int], Dataset]
) -> None:
    """Writes all tables of a result but those of its comparison.

    Args:
        folder: The result.
        plan: Its plan.
        recording: What is written.
        training: What was trained.
        dataset_of: The data of an arm, by its number.

    Raises:
        RunError: A file cannot be read or written.
    """
    names = dict.fromkeys(Path(name).stem for ended in training.parts for name in ended.record.files)
    if any(name in recording.tables for name in names):
        make_inside(folder.path, folder.evaluation)
    for name in names:
        path = folder.path / f"{name}.csv"
        if name in recording.tables:
            path = folder.evaluation / f"{name}.csv"
        if name in OF_STACKS:
            _concatenate(path, [ended.part.path(name) for ended in training.parts])
        else:
            _merge(path, name, plan, recording, training)
    write_text(folder.trials, _trials_table(plan, recording, training))
    if "misclassified" in recording.tables and "predictions" in names:
        table = misclassified(folder.evaluation / "predictions.csv", dataset_of, arm_column=recording.arm_column)
        if table:
            write_text(folder.evaluation / "misclassified.csv", table)


def seal_weights(folder: ResultFolder, plan: Plan, stacking: Stacking, recording: Recording, training: Trained) -> None:
    """Writes the record beside each file of weights: which trial is in which row, and the sum of its bytes.

    Raises:
        RunError: A file cannot be read or written.
    """
    for program, trials in enumerate(stacking.programs):
        records = [training.trials[trial.key] for trial in trials]
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


def stacks_record(training: Trained) -> StacksRecord:
    """How the trials were stacked in the end, and what it took."""
    return StacksRecord(stacks=tuple(ended.record.stack for ended in training.parts))


def _epoch(record: TrialRecord, kind: str) -> int | None:
    if record.status == "failed":
        return None
    return {"best": record.best_epoch, "last": record.last_epoch, "state": record.ended_epoch}[kind]


def _trials_table(plan: Plan, recording: Recording, training: Trained) -> str:
    rows: list[dict[str, Cell]] = []
    for arm in plan.arms:
        cells = axis_cells(plan, arm)
        for seed in plan.seeds:
            trial = training.trials[arm.number, seed]
            number: dict[str, Cell] = {"arm": arm.number} if recording.arm_column else {}
            ended: dict[str, Cell] = {
                "status": trial.status,
                "ended_epoch": trial.ended_epoch,
                "last_epoch": trial.last_epoch,
                "best_epoch": trial.best_epoch,
                "reason": trial.reason,
            }
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


def _merge(path: Path, name: str, plan: Plan, recording: Recording, training: Trained) -> None:
    """The rows of all trials in the order of the plan; those of a trial that was not trained are of the one that was."""
    maps = OpenMaps()
    owners: dict[tuple[int, int], tuple[LinesOfPart, int]] = {}
    for ended in training.parts:
        if f"{name}.csv" in ended.record.files:
            lines = LinesOfPart(ended.part.path(name), ended.record.trials, maps, arm_column=recording.arm_column)
            owners |= {(trial.arm, trial.seed): (lines, place) for place, trial in enumerate(ended.record.trials)}
    with maps, replacing(path) as table:
        table.write(lines.header)
        for arm in plan.arms:
            for seed in plan.seeds:
                same = training.same_as[arm.number, seed]
                if same in owners:
                    lines, place = owners[same]
                    table.writelines(renumbered(lines.of(place), same[0], arm.number))
