"""The way of one sweep: plan -> stacks -> workers -> parts -> tables -> comparison."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlpexp.config.dump import identity
from mlpexp.config.load import read_source
from mlpexp.data.fingerprint import fingerprint
from mlpexp.errors import InputError, Interrupted, RunError
from mlpexp.execution.datasets import shared_dataset
from mlpexp.execution.environment import engine_name, environment
from mlpexp.execution.local import Runner, Stop
from mlpexp.execution.progress import Shares
from mlpexp.execution.signals import stop_on_signals
from mlpexp.execution.summary import closing_summary, opening_summary
from mlpexp.execution.tables import arms_table, write_tables
from mlpexp.execution.tasks import StackTask
from mlpexp.planning.plan import Plan, plan_from, sweep_hash
from mlpexp.planning.stacks import Stack, Stacking, restacked
from mlpexp.results.comparison import write_comparison
from mlpexp.store.folders import as_json, read_json
from mlpexp.store.sweep_folder import UNFINISHED, SweepFolder


@dataclass(frozen=True)
class Update:
    """Where a sweep is, for a progress bar.

    Attributes:
        fraction: Of the estimated work, 0 to 1.
        done: Trials that have ended.
        diverged, failed: How many of them.
        total: Trials in all.
    """

    fraction: float
    done: int
    diverged: int
    failed: int
    total: int


def new_sweep(
    plan: Plan, stacking: Stacking, runs_dir: Path, command: Sequence[str], data_dir: str | None
) -> SweepFolder:
    """Loads the data, checks the device and puts the plan on the disk; nothing is written if one of them fails."""
    _check_device(plan)
    prints = _fingerprints(plan, data_dir)
    experiment = plan.resolved()
    files = {
        "sweep.yaml": plan.as_yaml(),
        "plan.json": as_json(_plan_on_disk(plan, stacking, prints)),
        "arms.csv": arms_table(plan),
        "environment.json": as_json(
            environment(
                experiment.device,
                1,
                " and ".join(dict.fromkeys(engine_name(arm.experiment) for arm in plan.arms)),
                command,
                " ".join(dict.fromkeys(prints)),
            )
        ),
        "summary.json": as_json(opening_summary(plan, shared_dataset(plan.base.experiment.dataset, data_dir))),
    }
    return SweepFolder.create(runs_dir, f"{plan.name}-sweep-{sweep_hash(plan)}", files)


def reopened(path: Path, data_dir: str | None) -> tuple[SweepFolder, Plan, Stacking]:
    """An unfinished sweep, planned again from its own files.

    Raises:
        InputError: It is complete, or no sweep.
        RunError: Its config or data have changed since it began.
    """
    folder = SweepFolder.open(path)
    if folder.read_summary()["status"] not in UNFINISHED:
        raise InputError(f"{path}: this sweep is complete; `mlpexp show {path}` shows it")
    plan = plan_from(read_source(folder.config), folder.config)
    known, now = read_json(folder.plan), _plan_on_disk(plan, Stacking([], []), _fingerprints(plan, data_dir))
    arms = known.get("arms", [])
    if [arm.get("data") for arm in arms] != [arm["data"] for arm in now["arms"]] and len(arms) == len(plan.arms):
        raise RunError(f"{path}: the data have changed since the sweep began; start it as a new one with --config")
    if any(known.get(key) != now[key] for key in ("arms", "seeds")) or not isinstance(known.get("stacks"), list):
        raise RunError(f"{folder.config}: changed since the sweep began; start it as a new one with --config")
    return folder, plan, restacked(plan, known["stacks"])


def _fingerprints(plan: Plan, data_dir: str | None) -> list[str]:
    """Of the data of each arm."""
    known: dict[str, str] = {}
    for arm in plan.arms:
        config = arm.experiment.dataset
        key = config.model_dump_json()
        known[key] = known.get(key) or fingerprint(shared_dataset(config, data_dir))
    return [known[arm.experiment.dataset.model_dump_json()] for arm in plan.arms]


def train_sweep(
    plan: Plan, stacking: Stacking, folder: SweepFolder, run: Runner, data_dir: str | None, *, reachable: bool
) -> Iterator[Update]:
    """Trains whatever is not yet trained, writes all tables and closes the summary.

    Args:
        plan: What to train.
        stacking: In which stacks.
        folder: Where.
        run: Local processes or a cluster.
        data_dir: Where image data sets lie.
        reachable: Whether workers can write into the folder (checkpoints, progress).

    Raises:
        Interrupted: After Ctrl-C or SIGTERM; what has been trained is kept.
        RunError: A file cannot be written, or every trial failed.
    """
    with folder.locked(), stop_on_signals() as stop:
        opening = folder.read_summary()
        if opening["status"] not in UNFINISHED:
            raise InputError(f"{folder.path}: this sweep is complete; `mlpexp show {folder.path}` shows it")
        folder.write_summary({**opening, "status": "running"})
        folder.remove_leftovers()
        try:
            yield from _train(plan, stacking, folder, run, data_dir, lambda: stop.signal_number, reachable=reachable)
            summary = _conclude(plan, stacking, folder, opening)
        except (Interrupted, KeyboardInterrupt):
            folder.write_summary({**opening, "status": "interrupted"})
            raise
        except Exception as error:
            with suppress(RunError):  # the disk that caused the failure may not take the news of it
                folder.write_summary({**opening, "status": "failed", "reason": str(error)})
            raise
        folder.write_summary(summary)
        folder.remove_parts()


def _train(
    plan: Plan, stacking: Stacking, folder: SweepFolder, run: Runner, data_dir: str | None, stop: Stop, *,
    reachable: bool,
) -> Iterator[Update]:  # fmt: skip
    finished = {stack.number for stack in stacking.stacks if _is_trained(folder, stack.number)}
    meter = _Meter(stacking, folder)
    for number in sorted(finished):
        meter.add(number, [trial["status"] for trial in folder.read_part(number)["trials"]])
    yield meter.update()
    waiting = [stack for stack in stacking.stacks if stack.number not in finished]
    waiting.sort(key=lambda stack: -stack.cost.seconds)  # the longest first, so that none is left alone at the end
    tasks = [_task(stack, folder, data_dir, reachable=reachable) for stack in waiting]
    try:
        for outcome in run(tasks, stop, meter.shares):
            if outcome:
                folder.write_part(outcome.number, outcome.blocks, outcome.timing)
                meter.add(outcome.number, [block.described["status"] for block in outcome.blocks])
            yield meter.update()
    finally:
        meter.shares.close(folder.path)


def _task(stack: Stack, folder: SweepFolder, data_dir: str | None, *, reachable: bool) -> StackTask:
    members = [trial.arm.experiment.model_copy(update={"seed": trial.seed}) for trial in stack.trials]
    arms = [trial.arm.number for trial in stack.trials]
    if not reachable:
        return StackTask(stack.number, members, arms, data_dir)
    return StackTask(stack.number, members, arms, data_dir, str(folder.path))


def _is_trained(folder: SweepFolder, stack: int) -> bool:
    """Whether the results of a stack are there; a damaged part, or one of failed trials alone, is trained again."""
    try:
        return any(trial["status"] != "failed" for trial in folder.read_part(stack)["trials"])
    except RunError:
        return False


class _Meter:
    """Counts what is done."""

    def __init__(self, stacking: Stacking, folder: SweepFolder) -> None:
        self.seconds = {stack.number: stack.cost.seconds for stack in stacking.stacks}
        self.total = sum(len(stack.trials) for stack in stacking.stacks)
        self.shares = Shares.create(folder.path, len(stacking.stacks))
        self.done = self.diverged = self.failed = 0

    def add(self, stack: int, statuses: Sequence[str]) -> None:
        self.shares.set(stack, 1.0)
        self.done += len(statuses)
        self.diverged += statuses.count("diverged")
        self.failed += statuses.count("failed")

    def update(self) -> Update:
        work = sum(self.seconds.values()) or 1.0
        fraction = sum(seconds * self.shares.get(stack) for stack, seconds in self.seconds.items()) / work
        return Update(fraction, self.done, self.diverged, self.failed, self.total)


def _conclude(plan: Plan, stacking: Stacking, folder: SweepFolder, opening: dict[str, Any]) -> dict[str, Any]:
    """Writes the tables and the comparison; returns the closing summary."""
    counts = write_tables(folder, plan, stacking)
    if counts["failed"] == counts["trials"]:
        raise RunError(f"every trial failed: {counts['reason']}")
    return closing_summary(opening, counts, write_comparison(folder).best)


def _plan_on_disk(plan: Plan, stacking: Stacking, prints: Sequence[str]) -> dict[str, Any]:
    arms = [
        {"label": arm.label, "identity": identity(arm.experiment), "data": data}
        for arm, data in zip(plan.arms, prints, strict=True)
    ]
    stacks = [[[trial.arm.number, trial.seed] for trial in stack.trials] for stack in stacking.stacks]
    return {"arms": arms, "seeds": list(plan.seeds), "stacks": stacks}


def _check_device(plan: Plan) -> None:
    if any(arm.experiment.device in ("cuda", "mps") for arm in plan.arms):
        from mlpexp.execution.machine import choose_device

        for experiment in {arm.experiment.device: arm.experiment for arm in plan.arms}.values():
            choose_device(experiment)
