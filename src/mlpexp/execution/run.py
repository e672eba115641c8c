"""The way of one experiment: config -> data set -> split -> network -> engine -> records -> run folder."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any

import torch

from mlpexp.config.dump import config_hash, to_yaml
from mlpexp.config.experiment import Experiment
from mlpexp.config.scores import score_kinds
from mlpexp.config.som import Som
from mlpexp.data.dataset import Dataset
from mlpexp.data.fingerprint import fingerprint
from mlpexp.data.load import load
from mlpexp.errors import InputError, Interrupted, RunError
from mlpexp.execution.environment import engine_name, environment, resumption
from mlpexp.execution.evaluate import Evaluation
from mlpexp.execution.evaluate_map import MapEvaluation
from mlpexp.execution.machine import choose_device, device_name, num_threads, stacks
from mlpexp.execution.members import members_of, samples_of, trainer_of
from mlpexp.execution.run_summary import closing_summary, opening_summary, run_name
from mlpexp.execution.signals import StopRequest, stop_on_signals
from mlpexp.execution.stack_results import StackResults, save_final_weights
from mlpexp.nn.network import StackedNetwork
from mlpexp.planning.prepare import Prepared
from mlpexp.store.checkpoint import delete_checkpoint, load_checkpoint, save_checkpoint
from mlpexp.store.files import write_text
from mlpexp.store.folders import as_json, read_json
from mlpexp.store.run_folder import RunFolder
from mlpexp.store.table import GrowingTable, cut_back, read_rows
from mlpexp.training.records import Record
from mlpexp.training.trainer import Trainer

CHECKPOINT_SECONDS = 10.0
UPDATE_SECONDS = 0.1
COMPLETE = ("finished", "diverged")
DIAGNOSTIC_COLUMNS = ("seed", "epoch", "layer", "quantity", "value")
TIMING_COLUMNS = ("stack", "epoch", "step", "train_seconds", "evaluation_seconds")


@dataclass(frozen=True)
class Update:
    """Where a run is, for a progress bar.

    Attributes:
        fraction: Of the whole run, 0 to 1.
        epoch: Epochs done by the current stack.
        record: The newest record, if there is a new one.
    """

    fraction: float
    epoch: int
    record: Record | None


def new_run(
    prepared: Prepared, runs_dir: Path, command: Sequence[str], data_dir: Path | None = None,
    say: Callable[[str], None] | None = None,
) -> tuple[RunFolder, Dataset]:  # fmt: skip
    """Loads the data and makes the run folder; nothing is written if the data cannot be loaded."""
    experiment = prepared.experiment
    device = choose_device(experiment)
    dataset = load(experiment.dataset, data_dir, say)
    files = {
        "config.yaml": to_yaml(experiment),
        "environment.json": as_json(
            environment(
                device_name(device),
                num_threads(experiment, prepared.architecture, prepared.sizes.train),
                engine_name(experiment),
                command,
                fingerprint(dataset),
            )
        ),
        "summary.json": as_json(opening_summary(prepared, dataset)),
    }
    return RunFolder.create(runs_dir, f"{run_name(experiment)}-{config_hash(experiment)}", files), dataset


def train(prepared: Prepared, folder: RunFolder, dataset: Dataset) -> Iterator[Update]:
    """Trains whatever is not yet trained, writes all files but the plots, and closes the summary.

    Yields:
        An update now and then.

    Raises:
        Interrupted: After Ctrl-C or SIGTERM; everything is saved.
        RunError: A file cannot be written, or a checkpoint is damaged.
    """
    experiment, architecture = prepared.experiment, prepared.architecture
    with folder.locked(), stop_on_signals() as stop:
        opening = folder.read_summary()
        if opening["status"] in COMPLETE:  # another process may have finished it a moment ago
            raise InputError(f"{folder.path}: this run is complete; `mlpexp show {folder.path}` shows it")
        opening = {**opening, "status": "running"}
        opening.pop("reason", None)
        folder.remove_leftovers()
        folder.write_summary(opening)
        torch.set_num_threads(num_threads(experiment, architecture, prepared.sizes.train))
        resumed = folder.metrics.exists()
        groups = stacks(architecture, experiment.all_seeds)
        tables = _Tables(folder, prepared)
        try:
            results = []
            for number, seeds in enumerate(groups):
                members = members_of(experiment, seeds)
                trainer = trainer_of(members, [architecture] * len(members), dataset)
                for update in _train_stack(trainer, number, folder, tables, stop):
                    if resumed:  # and what was saved could be read
                        _note_resumption(folder, experiment)
                        resumed = False
                    yield Update((number + update.fraction) / len(groups), update.epoch, update.record)
                results.append(StackResults.of(trainer))
            tables.close()
            _conclude(prepared, folder, dataset, opening, results)
        except (Interrupted, KeyboardInterrupt):
            folder.write_summary({**opening, "status": "interrupted"})
            raise
        except Exception as error:
            _record_failure(folder, opening, error)
            raise
        finally:
            tables.close()
        for number in range(len(groups)):
            delete_checkpoint(folder.checkpoints, f"stack-{number}")


def _conclude(
    prepared: Prepared, folder: RunFolder, dataset: Dataset, opening: dict[str, Any], results: Sequence[StackResults]
) -> None:
    """Writes weights, evaluation and summary of a trained run."""
    save_final_weights(folder.checkpoints, prepared.architecture, results)
    evaluate(prepared.experiment, dataset, prepared, results).write(folder.evaluation)
    members = [member for result in results for member in result.members]
    folder.write_summary(closing_summary(opening, members, read_rows(folder.metrics), read_rows(folder.timing)))


def evaluate(
    experiment: Experiment, dataset: Dataset, prepared: Prepared, results: Sequence[StackResults]
) -> Evaluation | MapEvaluation:
    """Evaluates the selected weights of each stack: the best by validation loss, else the last."""
    is_map = isinstance(experiment.model, Som)
    evaluation = MapEvaluation(dataset) if is_map else Evaluation(experiment, dataset)
    for result in results:
        members = members_of(experiment, [member["seed"] for member in result.members])
        samples = samples_of(members, dataset)
        flat, buffers = (torch.from_numpy(array).to(samples.device) for array in (result.best, result.best_buffers))
        evaluation.add(StackedNetwork(prepared.architecture, flat, buffers), samples, members)
    return evaluation


class _Tables:
    """The growing files of a run, cut back to what the checkpoints know."""

    def __init__(self, folder: RunFolder, prepared: Prepared) -> None:
        self.folder = folder
        kinds = score_kinds(prepared.experiment, prepared.facts.task)
        scores = [f"{part}_{kind}" for part in prepared.sizes.bounds for kind in kinds]
        self.columns = ("seed", "epoch", "step", "samples", "learning_rate", *scores)
        self._diagnosed = prepared.experiment.diagnostics != "off"
        self._open: list[GrowingTable] = []

    def start_stack(self, number: int, seeds: Sequence[int], epoch: int) -> None:
        """Forgets rows of this stack after ``epoch`` and all of later stacks, then opens the files."""
        self.close()
        first, own = seeds[0], frozenset(seeds)

        def known(row: dict[str, str]) -> bool:
            seed = int(row["seed"])
            return seed < first or (seed in own and int(row["epoch"]) <= epoch)

        cut_back(self.folder.metrics, self.columns, known)
        cut_back(self.folder.diagnostics, DIAGNOSTIC_COLUMNS, known)
        cut_back(
            self.folder.timing, TIMING_COLUMNS,
            lambda row: int(row["stack"]) < number or (int(row["stack"]) == number and int(row["epoch"]) <= epoch),
        )  # fmt: skip
        self._open.append(GrowingTable(self.folder.metrics, self.columns))
        self._open.append(GrowingTable(self.folder.timing, TIMING_COLUMNS))
        if self._diagnosed:
            self._open.append(GrowingTable(self.folder.diagnostics, DIAGNOSTIC_COLUMNS))

    def append(self, number: int, record: Record) -> None:
        metrics, timing, *diagnostics = self._open
        counts = {"epoch": record.epoch, "step": record.step, "samples": record.samples}
        metrics.append(
            [{"seed": row.seed, **counts, "learning_rate": row.learning_rate, **row.scores} for row in record.rows]
        )
        seconds = {"train_seconds": record.train_seconds, "evaluation_seconds": record.evaluation_seconds}
        timing.append([{"stack": number, "epoch": record.epoch, "step": record.step, **seconds}])
        for table in diagnostics:
            table.append_lines(record.diagnostic_lines())

    def flush(self, *, permanent: bool = False) -> None:
        for table in self._open:
            table.flush(permanent=permanent)

    def close(self) -> None:
        opened, self._open = self._open, []
        with ExitStack() as stack:  # each is closed even if another cannot be
            for table in opened:
                stack.callback(table.close)


def _train_stack(
    trainer: Trainer, number: int, folder: RunFolder, tables: _Tables, stop: StopRequest
) -> Iterator[Update]:
    """Runs one stack from its checkpoint, if it has one, to its end."""
    name, progress = f"stack-{number}", trainer.progress
    if (folder.checkpoints / f"{name}.json").exists():
        trainer.restore(*load_checkpoint(folder.checkpoints, name))
        if not len(progress.active) or progress.epoch == trainer.settings.epochs:
            return  # trained before; rows of later stacks, which their own checkpoints know, must stay
    elif (folder.checkpoints / f"stack-{number + 1}.json").exists():
        raise RunError(f"{folder.checkpoints / name}.json: the checkpoint is missing, but later ones are there")
    known_epoch = progress.epoch if progress.initial_recorded else -1
    tables.start_stack(number, [member.seed for member in trainer.members], known_epoch)
    saved = updated = monotonic()
    total_steps = trainer.steps_per_epoch * trainer.settings.epochs
    for record in trainer.run():
        if record:
            tables.append(number, record)
        now = monotonic()
        if stop or now - saved > CHECKPOINT_SECONDS:
            _save(trainer, name, folder, tables)
            saved = monotonic()
        if stop:
            raise Interrupted(
                f"stopped after epoch {progress.epoch}, step {progress.step}; everything is saved",
                stop.signal_number or 0,
            )
        if record or now - updated > UPDATE_SECONDS:
            updated = now
            tables.flush()
            yield Update(progress.step / total_steps, progress.epoch, record)
    _save(trainer, name, folder, tables)


def _save(trainer: Trainer, name: str, folder: RunFolder, tables: _Tables) -> None:
    """Rows first, checkpoint second: every row that a checkpoint counts on is on the disk."""
    tables.flush(permanent=True)
    arrays, plain = trainer.progress.state()
    save_checkpoint(folder.checkpoints, name, arrays, plain)


def _record_failure(folder: RunFolder, opening: dict[str, Any], error: Exception) -> None:
    with suppress(RunError):  # the disk that caused the failure may not take the news of it
        folder.write_summary({**opening, "status": "failed", "reason": str(error)})


def _note_resumption(folder: RunFolder, experiment: Experiment) -> None:
    """Adds to ``environment.json`` with what the run goes on."""
    recorded = read_json(folder.environment)
    now = resumption(device_name(choose_device(experiment)), torch.get_num_threads())
    write_text(folder.environment, as_json({**recorded, "resumed": [*recorded.get("resumed", []), now]}))


def check_config(folder: RunFolder, experiment: Experiment) -> None:
    """Refuses to resume with another config than the run began with.

    Raises:
        RunError: The configs differ.
    """
    now, then = config_hash(experiment), folder.read_summary()["hash"]
    if now != then:
        raise RunError(
            f"{folder.config}: changed since the run began (hash {then}, now {now}); train it as a new run with --config"
        )


def check_data(folder: RunFolder, dataset: Dataset) -> None:
    """Refuses to resume on other data than the run began with.

    Raises:
        RunError: The data differ.
    """
    recorded = read_json(folder.environment).get("data_fingerprint")
    if recorded != fingerprint(dataset):
        raise RunError(f"{folder.path}: the data set has changed since the run began; train again from its config.yaml")
