"""Results without training: planned, merged and closed by the program, only what workers would compute is invented.

So a built folder is one that can exist; ``tests/report/test_built_results.py`` holds it against results that were trained.
"""

import signal
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from making.invented_tables import InventedTables, learning_curves
from making.run_files import unsealed
from mlpexp.architectures.architecture import Architecture
from mlpexp.architectures.layers import Activation
from mlpexp.config.scores import column_of, selected_on
from mlpexp.config.yaml_source import override_in
from mlpexp.errors import Interrupted
from mlpexp.execution.merge import axis_cells
from mlpexp.execution.run import Job, new_job, train
from mlpexp.execution.tasks import FinishedPart, KeptRows, StackOutcome, StackTask, failed
from mlpexp.planning.arms import Arm
from mlpexp.planning.plan import Plan, make_plan
from mlpexp.planning.stacks import stacking
from mlpexp.report.numbers.arms_data import ArmsData
from mlpexp.results.result import Result
from mlpexp.store.json_files import write_record
from mlpexp.store.part import TrialRecord
from mlpexp.store.plan_files import Recording
from mlpexp.store.result_folder import ResultFolder

IRIS = """\
name: iris-mlp
dataset: {name: iris, test_fraction: 0.3}
model: {name: mlp, hidden_sizes: [16], activation: relu}
optimizer: {name: sgd, learning_rate: 0.1}
training: {batch_size: 16, epochs: 40}
"""
SINE = """\
name: sine
dataset: {name: synthetic, kind: function, function: sine, samples: 60}
model: {name: mlp, hidden_sizes: [16], activation: tanh}
optimizer: {name: sgd, learning_rate: 0.1}
training: {batch_size: 16, epochs: 12}
"""
MOONS = """\
name: moons
dataset: {name: synthetic, kind: moons, samples: 60}
model: {name: mlp, hidden_sizes: [8], activation: relu}
optimizer: {name: sgd, learning_rate: 0.1}
training: {batch_size: 16, epochs: 12}
"""
DIGITS = """\
name: digits-cnn
dataset: {name: digits, test_fraction: 0.1}
model:
  name: cnn
  activation: relu
  layers: [{layer: conv, channels: 4, kernel_size: 3}, {layer: max_pool}]
optimizer: {name: adam, learning_rate: 0.002}
training: {batch_size: 64, epochs: 3}
"""
LR, BATCH, HIDDEN, EPOCHS, ACTIVATION = (
    "optimizer.learning_rate", "training.batch_size", "model.hidden_sizes", "training.epochs", "model.activation",
)  # fmt: skip
ACTIVATIONS = {"relu": 1.0, "tanh": 0.9, "sigmoid": 0.15, "leaky_relu": 1.05, "elu": 0.95, "softplus": 0.5}
FOUR = {
    BATCH: ["1", "4", "16", "30"], HIDDEN: ["1", "2", "4", "16", "64"],
    LR: ["0.001", "0.01", "0.1", "1", "10"], EPOCHS: ["10", "20", "40", "80"],
}  # fmt: skip
ONE_AT_A_TIME = "method: one_at_a_time"
LOST_AFTER = 3  # epochs, of a trial that diverges
FAILED = "not enough memory: invented"
MEMORY = 10**9

Lost = Callable[[Mapping[str, str], int], str]  # settings of an arm, seed -> "diverged", "failed" or nothing


@dataclass(frozen=True)
class BuiltResult:
    """A result that was built, and what it was planned from."""

    path: Path
    plan: Plan

    @property
    def result(self) -> Result:
        """As its files are now."""
        return Result.open(self.path)

    @property
    def arms(self) -> ArmsData:
        """What figures over all arms are drawn from."""
        return ArmsData(self.result)

    def read(self, name: str, **options: Any) -> pd.DataFrame:
        """A table as it lies there."""
        return pd.read_csv(self.path / name, **options)

    def write(self, name: str, table: pd.DataFrame) -> None:
        """Replaces a table; nothing notices that."""
        unsealed(self.path)
        table.to_csv(self.path / name, index=False, na_rep="nan")

    def change_summary(self, **changes: Any) -> None:
        """Replaces values of ``summary.json``; nothing notices that."""
        unsealed(self.path)
        summary = self.result.summary
        write_record(self.path / "summary.json", type(summary).model_validate({**dict(summary), **changes}))


def build_run(
    folder: Path, *overrides: str, config: str = IRIS, seeds: int = 3, epochs: int = 12, **how: Any
) -> BuiltResult:  # fmt: skip
    """A run.

    Args:
        folder: Where its folder is made.
        overrides: As ``--set`` takes them.
        config: YAML.
        seeds: How many.
        epochs: How many.
        how: Of ``Invention``.
    """
    given = [f"seeds={seeds}", f"training.epochs={epochs}", *overrides]
    plan = make_plan(_written(folder, config), [override_in(text, f"--set {text}") for text in given], "train")
    return _built(folder, plan, Invention(plan, **how))


def build_sweep(
    folder: Path, axes: Mapping[str, Sequence[str] | str], *overrides: str, config: str = IRIS, seeds: int = 5,
    epochs: int = 40, section: str = "", **how: Any,
) -> BuiltResult:  # fmt: skip
    """A sweep.

    Args:
        folder: Where its folder is made.
        axes: Values as YAML, or a range or distribution, by key; hidden sizes may be numbers.
        overrides: As ``--set`` takes them.
        config: YAML without a section ``sweep``.
        seeds: How many.
        epochs: How many, unless they are varied.
        section: What else is in the section, such as ``method: random, trials: 40``.
        how: Of ``Invention``.
    """
    over = ", ".join(f"{key}: {_values(key, values)}" for key, values in axes.items())
    sweep = f"sweep: {{over: {{{over}}}, seeds: {seeds}{', ' if section else ''}{section}}}\n"
    given = [f"training.epochs={epochs}", *overrides]
    plan = make_plan(_written(folder, config + sweep), [override_in(text, f"--set {text}") for text in given])
    return _built(folder, plan, Invention(plan, **how))


def _written(folder: Path, config: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "asked.yaml"
    path.write_text(config, encoding="utf-8")
    return path


def _values(key: str, values: Sequence[str] | str) -> str:
    if isinstance(values, str):
        return f'"{values}"'
    widths = key == HIDDEN and all(value.isdigit() for value in values)
    return f"[{', '.join(f'[{value}]' if widths else value for value in values)}]"


def _built(folder: Path, plan: Plan, invention: "Invention") -> BuiltResult:
    job = new_job(plan, stacking(plan, 1, MEMORY), folder, ["mlpexp"])
    with suppress(Interrupted):
        for _ in train(job, invention.runner(job)):
            pass
    return BuiltResult(job.folder.path, plan)


class Invention:
    """What workers would compute, by formulas.

    Args:
        plan: The plan.
        lost: Which trials diverge or fail.
        tables: Of ``evaluation/``, those that are written; None: all that the program would write.
        stacks: How many are trained before a signal comes, the next one being half done; None: all.
    """

    def __init__(
        self, plan: Plan, *, lost: Lost = lambda settings, seed: "", tables: Collection[str] | None = None,
        stacks: int | None = None,
    ) -> None:  # fmt: skip
        self.plan, self.lost, self.stacks = plan, lost, stacks
        self.wanted, self.random = tables, np.random.default_rng(0)

    def runner(self, job: Job) -> Callable[..., Iterator[StackOutcome]]:
        """Takes the place of what trains stacks."""

        def run(tasks: Sequence[StackTask], *_: object) -> Iterator[StackOutcome]:
            for number, task in enumerate(tasks):
                if number == self.stacks:
                    self._begun(job.folder, task)
                    raise Interrupted("stopped", signal.SIGTERM)
                yield self._outcome(job.folder, task)

        return run

    def _begun(self, folder: ResultFolder, task: StackTask) -> None:
        """The first half of the epochs."""
        metrics = _joined(self._curves(task))
        half = metrics[metrics["epoch"] <= metrics["epoch"].max() // 2]
        folder.part(task.name).write_table("metrics", [_text(half, task.recording)])

    def _outcome(self, folder: ResultFolder, task: StackTask) -> StackOutcome:
        """A stack that was trained: its part, as a worker leaves it."""
        if all(self._ends(arm, member.seed) == "failed" for arm, member in _trials(task)):
            return failed(task, FAILED)
        part, curves = folder.part(task.name), self._curves(task)
        part.write_table("metrics", [_text(_joined(curves), task.recording)])
        part.write_table("timing", [_timing(task.number, _joined(curves))])
        for name, table in self._tables(task).items():
            part.write_table(name, [_text(table, task.recording)])
        steps = self.plan.arms[task.arms[0]].steps
        seconds = 1e-6 * steps * len(task.members) * (40 + 10 * self.random.random())
        made = {"device": "cpu", "engine": "stacked, eager", "capability": "AVX2", "steps": steps}
        trials = zip(curves, _trials(task), strict=True)
        record = part.finish(
            [self._trial(rows, arm, member.seed, task.recording.scores) for rows, (arm, member) in trials],
            task.record.model_copy(update={**made, "train_seconds": seconds, "evaluation_seconds": seconds / 10}),
        )
        return StackOutcome(task, [FinishedPart(task.name, record, kept=self._weights(task))])

    def _ends(self, arm: int, seed: int) -> str:
        cells = {key: str(value) for key, value in axis_cells(self.plan, self.plan.arms[arm]).items()}
        return self.lost(cells, seed) or "finished"

    def _curves(self, task: StackTask) -> list[pd.DataFrame]:
        """The metrics of each trial."""
        return [
            _learning(self.plan.arms[arm], member.seed, task.recording.scores, self._ends(arm, member.seed))
            for arm, member in _trials(task)
        ]

    def _trial(self, rows: pd.DataFrame, arm: int, seed: int, scores: Sequence[str]) -> TrialRecord:
        """How a trial ended, from its metrics."""
        status, experiment = self._ends(arm, seed), self.plan.arms[arm].experiment
        measured = dict.fromkeys(column.score.name for column in map(column_of, scores) if column)
        selected = column_of(selected_on(list(measured), experiment.selected_by))
        assert selected is not None
        known = {"arm": arm, "seed": seed, "status": status}
        if status == "failed":
            return TrialRecord(**known, reason=FAILED)
        by_epoch = rows.set_index("epoch")[list(scores)]
        ended = int(by_epoch.index[-1])
        if status == "diverged":
            return TrialRecord(**known, ended_epoch=ended, last_epoch=ended - 1, reason="the loss is not finite")
        best = ended
        if selected.name in by_epoch:
            sign = -1 if selected.score.higher_is_better else 1
            best = int((sign * by_epoch[selected.name]).idxmin())
        values = {when: by_epoch.loc[epoch].to_dict() for when, epoch in (("final", ended), ("best", best))}
        return TrialRecord(**known, ended_epoch=ended, last_epoch=ended, best_epoch=best, **values)

    def _tables(self, task: StackTask) -> dict[str, pd.DataFrame]:
        """Of ``evaluation/``, and the diagnostics."""
        pieces: dict[str, list[pd.DataFrame]] = {}
        for arm in dict.fromkeys(task.arms):
            seeds = [member.seed for number, member in _trials(task) if number == arm]
            for name, table in self._of_arm(self.plan.arms[arm], seeds, task.recording).items():
                pieces.setdefault(name, []).append(table.assign(arm=arm))
        return {name: pd.concat(tables) for name, tables in pieces.items()}

    def _of_arm(self, arm: Arm, seeds: Sequence[int], recording: Recording) -> dict[str, pd.DataFrame]:
        prepared, settings = arm.prepared, {key: str(value) for key, value in axis_cells(self.plan, arm).items()}
        sound = [seed for seed in seeds if self.lost(settings, seed) != "failed"]
        if not sound:
            return {}
        bounds = list(prepared.sizes.bounds.items())
        sizes = {part: past - first for part, (first, past) in (bounds if recording.whole else bounds[-1:])}
        invented = InventedTables(sound, arm.experiment.training.epochs, sizes, random=arm.number)
        wanted = set(recording.tables) if self.wanted is None else set(recording.tables) & set(self.wanted)
        layers, activations = _layers(prepared.architecture)
        tables = {}
        if "predictions" in wanted and prepared.facts.task == "classification":
            features = ("x1", "x2") if prepared.facts.input_shape == (2,) else ()
            tables["predictions"] = invented.predictions(prepared.facts.num_outputs, features)
        elif "predictions" in wanted:
            tables["predictions"] = invented.numbers()
        if "curve" in wanted:
            tables["curve"] = invented.curve()
        if recording.first_seed in sound and "histograms" in wanted:
            tables["histograms"] = invented.histograms(layers, activations)
        if recording.first_seed in sound and "boundary" in wanted:
            tables["boundary"] = invented.boundary(num_classes=prepared.facts.num_outputs)
        if recording.first_seed in sound and "hidden_space" in wanted:
            tables["hidden_space"] = invented.hidden_space(prepared.facts.num_outputs)
        if arm.experiment.diagnostics != "off":
            tables["diagnostics"] = invented.diagnostics(layers)
        return tables

    def _weights(self, task: StackTask) -> list[KeptRows]:
        """Of the shapes that they must have."""
        if task.recording.weights == "none":
            return []
        prepared, count = self.plan.arms[task.arms[0]].prepared, len(task.members)
        tensors = {
            segment.name: self.random.normal(size=(count, *segment.parameter.shape)).astype(np.float32)
            for segment in prepared.architecture.layout
        }
        shape = prepared.facts.input_shape if len(prepared.facts.input_shape) == 1 else (1, 1, 1)
        tensors |= {"input.shift": np.zeros((count, *shape)), "input.scale": np.ones((count, *shape))}
        also_last = task.recording.weights == "all" and "validation" in prepared.sizes.bounds
        return [KeptRows(kind, tensors) for kind in (("best", "last") if also_last else ("best",))]


def _joined(curves: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Epoch by epoch, as a stack writes them."""
    return pd.concat(curves).sort_values("epoch", kind="stable", ignore_index=True)


def _trials(task: StackTask) -> list[tuple[int, Any]]:
    """Number of the arm and experiment of each member."""
    return list(zip(task.arms, task.members, strict=True))


def _learning(arm: Arm, seed: int, scores: Sequence[str], status: str) -> pd.DataFrame:
    """Faster with a larger learning rate and smaller batches, better with more units, noisier if fast."""
    experiment, training = arm.experiment, arm.experiment.training
    rate = float(experiment.optimizer.learning_rate)
    size = arm.prepared.sizes.train if training.batch_size == "full" else training.batch_size
    activation = getattr(experiment.model, "activation", None)
    quickness = ACTIVATIONS.get(getattr(activation, "name", "relu"), 1.0)
    speed = 3 * (rate * quickness) ** 0.6 / np.sqrt(size / 16)
    best = 0.99 - 0.5 / (1 + 0.08 * arm.prepared.architecture.num_parameters)
    table = learning_curves(seed, training.epochs, scores, speed, best)
    per_epoch = arm.steps // training.epochs
    counts = {"step": per_epoch * table["epoch"], "samples": arm.prepared.sizes.train * table["epoch"]}
    table = table.assign(arm=arm.number, seed=seed, **counts, learning_rate=rate)
    if status == "failed":
        return table[:0]
    if status == "diverged":
        table = table[: LOST_AFTER + 1].copy()
        table.loc[table.index[-1], list(scores)] = np.nan
        table.loc[table.index[-1], scores[0]] = np.inf
    return table[["arm", "seed", "epoch", *counts, "learning_rate", *scores]]


def _timing(stack: int, metrics: pd.DataFrame) -> str:
    epochs = metrics.drop_duplicates("epoch")
    per_step = 1e-4 * np.random.default_rng(stack).uniform(0.9, 1.1, len(epochs))
    seconds = {"train_seconds": per_step * epochs["step"].diff().fillna(0), "evaluation_seconds": 1e-3}
    return epochs.assign(stack=stack, **seconds)[["stack", "epoch", "step", *seconds]].to_csv(index=False)


def _text(table: pd.DataFrame, recording: Recording) -> str:
    others = [column for column in table.columns if column not in ("arm", "seed")]
    return table[[*recording.keys, *others]].to_csv(index=False, na_rep="nan")


def _layers(architecture: Architecture) -> tuple[list[str], list[str]]:
    """Names of those with weights, and of activations."""
    weighted = [layer.name for layer in architecture.layers if any(p.name == "weight" for p in layer.parameters)]
    return weighted, [layer.name for layer in architecture.layers if isinstance(layer.spec, Activation)]
