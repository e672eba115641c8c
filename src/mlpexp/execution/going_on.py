"""``train --continue``: a new run that begins where a finished one has ended, and equals one as long from its start."""

from collections.abc import Callable, Sequence
from pathlib import Path
from shlex import quote
from typing import Any

import numpy as np

from mlpexp.asking import either
from mlpexp.data.catalogue import shared_dataset
from mlpexp.data.dataset import fingerprint
from mlpexp.data.tables.understanding import counted
from mlpexp.errors import InputError
from mlpexp.execution.run import Job, new_job
from mlpexp.planning.again import other_data
from mlpexp.planning.longer import NO_STATE, STOPPED, Parent, continuing, lacking
from mlpexp.planning.plan import Plan
from mlpexp.planning.stacks import Stacking
from mlpexp.store.file_sums import sum_of_file
from mlpexp.store.frames import complete_table
from mlpexp.store.weights import check_file
from mlpexp.training.diagnosed import recorded_alike
from mlpexp.training.schedules import factor

REMEDIES = {
    "stopped early": "training.early_stopping decides when a trial stops",
    "converged": "training.convergence decides when a trial stops",
    "diverged": "a smaller optimizer.learning_rate may help",
    "failed": "the column `reason` of trials.csv says why",
}
"""By status, what may be done where no trial goes on."""


def continued_job(
    parent: Parent,
    plan: Plan,
    stacking: Stacking,
    runs_dir: Path,
    command: Sequence[str],
    data_dir: str | None,
    say: Callable[[str], None],
) -> Job:
    """Makes the folder of the longer run, with all that the shorter one has reached.

    Where that does not lead to the numbers of a run that was as long from its start, all epochs are trained anew, and
    that is said.

    Args:
        parent: The shorter run; nothing of it is changed.
        plan: The longer one.
        stacking: Its stacks.
        runs_dir: The folder of results.
        command: The command line.
        data_dir: Where image data sets lie.
        say: Is given sentences.

    Raises:
        InputError: The data have changed, or no trial can go on.
        RunError: The shorter run is damaged, or the folder cannot be written.
    """
    _check_data(parent, data_dir, say)
    statuses = complete_table(parent.folder.trials)["status"].tolist()
    _refuse_ended(parent, statuses)
    reason = lacking(parent, plan) or _other_rates(parent, plan) or _other_epochs(parent, plan)
    for sentence in _about(parent, plan, statuses, reason):
        say(sentence)
    if not reason:  # what is damaged is found before anything is written
        for path in sorted(parent.folder.weights.glob("*.safetensors")):
            check_file(path)
    job = new_job(plan, stacking, runs_dir, command, data_dir, say, _note(parent, reason))
    if not reason:
        from mlpexp.execution.taking_over import take_over

        take_over(job, parent)
    return job


def _check_data(parent: Parent, data_dir: str | None, say: Callable[[str], None]) -> None:
    experiment, before = parent.plan.config, parent.record.arms[0].data
    now = fingerprint(shared_dataset(experiment.dataset, data_dir, say))
    if now != before:
        raise InputError(f"{continuing()}: {parent.folder.path}: {other_data(experiment, now, before, 'run')}")


def _refuse_ended(parent: Parent, statuses: Sequence[str]) -> None:
    """Refuses a run whose trials would all stay as they are."""
    if set(statuses) <= set(STOPPED):
        raise InputError(
            f"{continuing()}: {parent.folder.path}: no trial reached epoch {parent.epochs} "
            f"({' and '.join(sorted(set(statuses)))}), so more epochs would change nothing; "
            f"{REMEDIES[max(set(statuses), key=statuses.count)]}"
        )


def _other_rates(parent: Parent, plan: Plan) -> str:
    """Whether the schedule of the longer run differs in the epochs that there are; empty: it does not."""
    schedule = plan.config.schedule
    sizes = (
        [plan.base.sizes_of(seed).train for seed in plan.seeds] if plan.base.sizes_differ else [plan.base.sizes.train]
    )
    for num_train in sorted(set(sizes)):
        steps_per_epoch = -(-num_train // plan.config.training.batch_of(num_train))
        time = np.arange(parent.epochs * steps_per_epoch) / steps_per_epoch
        short, long = (
            factor(schedule, time, p.config.training.epochs, steps_per_epoch, num_train) for p in (parent.plan, plan)
        )
        if not np.array_equal(short, long):
            return f"the rates of schedule: {schedule.name} depend on the number of epochs"
    return ""


def _other_epochs(parent: Parent, plan: Plan) -> str:
    """Whether diagnostics that the longer run records are not there; empty: they are."""
    alike = recorded_alike(parent.plan.config.training, plan.config.training)
    if plan.config.diagnostics == "off" or alike:
        return ""
    return f"in {plan.config.training.epochs} epochs diagnostics are recorded after other ones"


def _about(parent: Parent, plan: Plan, statuses: Sequence[str], reason: str) -> list[str]:
    """What happens, and what it costs."""
    path, epochs = parent.folder.path, plan.config.training.epochs
    if reason:
        seconds = parent.folder.read_stacks().train_seconds
        again = either(
            f"mlpexp train {quote(str(path))} --epochs {epochs} --set keep.state=yes",
            f'mlpexp.train({str(path)!r}, epochs={epochs}, set={{"keep.state": True}})',
        )
        return [
            f"all {epochs} epochs are trained, from the first one: {reason}",
            f"that takes about {epochs / parent.epochs * seconds:.2g} s: "
            f"{counted(parent.epochs, 'epoch', 'epochs')} took {seconds:.2g} s in {path}",
            *([f"instead, to go on from its end later: {again}"] if reason == NO_STATE else []),
        ]
    stopped = [f"{statuses.count(status)} {status}" for status in STOPPED[:-1] if status in statuses]
    sentences = [f"epochs 1 to {parent.epochs} are those of {path}; {parent.epochs + 1} to {epochs} are trained"]
    if stopped:
        sentences.append(f"of {len(statuses)} trials {' and '.join(stopped)}: they stay as they are")
    if "failed" in statuses:
        sentences.append(
            f"stacks with failed trials are trained from their beginning ({statuses.count('failed')} failed)"
        )
    return sentences


def _note(parent: Parent, reason: str) -> dict[str, Any]:
    """For ``environment.json``: whose child it is."""
    return {
        "result": parent.folder.path.resolve().name,
        "epochs": parent.epochs,
        "trained_again": reason,
        "metrics_sha256": sum_of_file(parent.folder.metrics),
        "device": " and ".join(parent.folder.read_stacks().of("device")),
    }
