"""The way of every experiment: plan -> stacks -> one driver -> parts -> tables of one result folder."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from mlpexp.asking import either
from mlpexp.config.dump import identity
from mlpexp.config.own_parts import needed_parts
from mlpexp.data.catalogue import shared_dataset
from mlpexp.data.dataset import fingerprint
from mlpexp.errors import AllFailed, InputError, Interrupted, RunError
from mlpexp.execution.auto_device import auto_again
from mlpexp.execution.environment import engine_name, environment, resumption, without_places
from mlpexp.execution.local import Runner
from mlpexp.execution.merge import (
    Ended,
    check_weights,
    finished_parts,
    seal_weights,
    stacks_record,
    trained,
    write_tables,
)
from mlpexp.execution.meter import Meter, Update
from mlpexp.execution.networks_record import networks_record
from mlpexp.execution.signals import stop_on_signals
from mlpexp.execution.start_data import about_data
from mlpexp.execution.summarize import closing_summary, opening_summary
from mlpexp.execution.tasks import StackOutcome, StackTask, Tick, task_of
from mlpexp.execution.unchanged import NOT_NOTED, ended_summary, instead, make_again, put_back, refuse_changed
from mlpexp.planning.again import other_data, plan_again
from mlpexp.planning.arms_table import arms_table
from mlpexp.planning.columns_table import columns_table
from mlpexp.planning.kept_tables import copies
from mlpexp.planning.pictures_table import files_table, pictures_table
from mlpexp.planning.plan import Plan
from mlpexp.planning.recording import recording
from mlpexp.planning.stacks import Stack, Stacking, recorded, restacked
from mlpexp.planning.start_words import kept_starts, start_table
from mlpexp.store.as_written import OPENING
from mlpexp.store.files import write_text
from mlpexp.store.inside import Place, refuse_foreign
from mlpexp.store.json_files import as_json, read_json, record_text, write_record
from mlpexp.store.manifest import remove_manifests
from mlpexp.store.opening import opening_text, read_opening
from mlpexp.store.part import Part
from mlpexp.store.plan_files import PlannedArm, PlanRecord, Recording, StacksRecord
from mlpexp.store.result_folder import ResultFolder, refuse_old
from mlpexp.store.summary import Summary


@dataclass(frozen=True)
class Job:
    """A plan with its place on the disk, ready to be trained."""

    plan: Plan
    """What to train."""
    stacking: Stacking
    """In which stacks."""
    recording: Recording
    """What is kept."""
    folder: ResultFolder
    """Where."""
    data_dir: str | None
    """Where image data sets lie."""
    is_resumed: bool = False
    """Whether its training had begun before."""
    notes: Sequence[str] = ()
    """Sentences about what was found in the folder, still to be said."""

    def task(self, stack: Stack, *, reachable: bool = True) -> StackTask:
        """That of a stack.

        Args:
            stack: One of the plan.
            reachable: Whether its worker can write into the folder.
        """
        rows = self.rows[stack.program]
        data_dir = str(Path(self.data_dir).resolve()) if self.data_dir else None  # workers may start elsewhere
        return task_of(stack, rows, len(rows), self.recording, data_dir, str(self.folder.path) if reachable else None)

    @cached_property
    def rows(self) -> list[dict[tuple[int, int], int]]:
        """Of each program: where the weights of each trial (arm, seed) are."""
        return [{trial.key: row for row, trial in enumerate(trials)} for trials in self.stacking.programs]


def new_job(
    plan: Plan,
    stacking: Stacking,
    runs_dir: Path,
    command: Sequence[str],
    data_dir: str | None = None,
    say: Callable[[str], None] | None = None,
    continues: Mapping[str, Any] | None = None,
) -> Job:
    """Loads the data, checks the device and makes the result folder; nothing is written if one of them fails.

    Args:
        plan: What to train.
        stacking: In which stacks.
        runs_dir: The folder of results.
        command: The command line.
        data_dir: Where image data sets lie.
        say: Is given sentences about what takes time.
        continues: What is noted of the result that it goes on from; None: it begins by itself.

    Raises:
        InputError: The data cannot be loaded, or the device is not there.
        RunError: The folder cannot be written.
    """
    _check_device(plan)
    _check_parts(plan)
    plan, (starts, told) = plan.told_in(runs_dir / "result"), kept_starts(plan)
    plan = replace(plan, told={**plan.told, **told})
    prints = _fingerprints(plan, data_dir, say)
    about = about_data(plan, prints, data_dir)
    if say:
        for sentence in about.sentences:
            say(sentence)
    kept = recording(plan, stacking.num_trials)
    dataset = shared_dataset(plan.base.experiment.dataset, data_dir)
    engines = " and ".join(dict.fromkeys(engine_name(arm.experiment) for arm in plan.arms))
    started = environment(
        _devices(plan), stacking.auto.sentence, _threads(stacking), engines, command, " ".join(dict.fromkeys(prints))
    )
    if continues:
        started["continues"] = dict(continues)
    columns, pictures, of_pictures = columns_table(plan), pictures_table(plan), files_table(plan)
    begun = start_table(plan)
    files: dict[str, str | bytes] = {
        "config.yaml": plan.as_yaml(),
        "plan.json": record_text(_planned(plan, prints, kept)),
        "stacks.json": record_text(recorded(stacking)),
        "arms.csv": arms_table(plan),
        "environment.json": as_json(started),
        "summary.json": record_text(opening_summary(plan, dataset, about.known_samples)),
        **({"columns.csv": columns} if columns else {}),
        **({"pictures.csv": pictures} if pictures else {}),
        **({"picture_files.csv": of_pictures} if of_pictures else {}),
        **({"start.csv": begun} if begun else {}),
        **starts,
        **(copies({path: plan.told[path] for path in plan.tables}) if plan.config.keep.data else {}),
    }
    files[OPENING] = opening_text(files)
    word = "" if plan.planned_by == "train" else "sweep-"
    folder = ResultFolder.create(runs_dir, f"{plan.name}-{word}{plan.hash}", files)
    return Job(plan, stacking, kept, folder, data_dir)


def _check_parts(plan: Plan) -> None:
    """Tries the parts of one's own, if there are any."""
    if needed_parts(arm.experiment for arm in plan.arms):
        from mlpexp.execution.own_checks import check_parts

        check_parts(arm.prepared for arm in plan.arms)


def reopened(
    path: Path,
    data_dir: str | None = None,
    say: Callable[[str], None] | None = None,
    tables: Sequence[Path] = (),
) -> Job:
    """An unfinished result, planned again from its own files.

    Args:
        path: The folder.
        data_dir: Where image data sets lie.
        say: Is given sentences about what takes time.
        tables: Where its own tables are now.

    Raises:
        InputError: It is complete, or no result, or a table is not there.
        RunError: Its config or data have changed since it began.
    """
    folder = ResultFolder.open(path)
    summary = ended_summary(folder)
    if summary:
        folder.tidy_up(summary)
        _refuse_complete(folder, summary)
    began = read_opening(folder.path)
    notes = put_back(folder, began) if began else [f"{path}: {NOT_NOTED}"]
    summary = folder.read_summary()
    _refuse_complete(folder, summary)
    refuse_old(folder)
    if began:
        refuse_changed(folder, began)
    plan = plan_again(folder, tables)
    needed_parts(
        arm.experiment for arm in plan.arms
    )  # functions that are not here are asked for before anything is written
    _check_device(plan, f"train again from its {folder.config.name} with " + either("--device cpu", 'device="cpu"'))
    try:
        record, stacks = folder.read_plan(), folder.read_stacks()
        read_json(folder.environment)  # what cannot be noted later is refused now
    except RunError as error:
        raise RunError(f"{error}; {instead(folder, summary.word)}") from None
    if began:
        notes += make_again(folder, began, plan)
    again = f"train it as a new {summary.word}{either(' with --config', '')}"
    now = _planned(plan, ["?"] * len(plan.arms), record.kept)
    if [arm.identity for arm in now.arms] != [arm.identity for arm in record.arms] or now.seeds != record.seeds:
        raise RunError(f"{folder.config}: changed since the {summary.word} began; {again}")
    for arm, before, data in zip(plan.arms, record.arms, _fingerprints(plan, data_dir, say), strict=True):
        if before.data != data:
            raise RunError(f"{path}: {other_data(arm.experiment, data, before.data, summary.word)}; {again}")
    auto = auto_again(plan, stacks)
    if auto.sentence and say:
        say(auto.sentence)
    return Job(plan, restacked(plan, stacks, auto), record.kept, folder, data_dir, is_resumed=True, notes=notes)


def train(job: Job, run: Runner, *, reachable: bool = True) -> Iterator[Update]:
    """Trains whatever is not yet trained, writes all tables and closes the summary.

    Args:
        job: What to train, and where.
        run: What trains stacks: this process, local workers or a cluster.
        reachable: Whether those can write into the folder.

    Raises:
        Interrupted: After Ctrl-C or SIGTERM; everything is saved.
        RunError: A file cannot be written, the folder was moved or removed, or every trial failed.
    """
    folder, word = job.folder, "run" if job.plan.planned_by == "train" else "sweep"
    with folder.locked(word) as note, stop_on_signals() as stop, closing(Place(folder.path)) as place:
        opening = folder.read_summary()
        _refuse_complete(folder, opening)  # another process may have finished it a moment ago
        refuse_foreign(folder.path)
        remove_manifests(folder.path)
        folder.write_summary(opening.with_status("running"))
        folder.remove_leftovers()
        if job.is_resumed:
            _note_resumption(job)
        meter = Meter(folder, job.stacking)
        try:
            yield from meter.updates(note, *job.notes)
            yield from _trained(job, run, meter, lambda: stop.signal_number, place, reachable=reachable)
            place.check()
            summary = _conclude(job, opening)
        except (Interrupted, KeyboardInterrupt):
            place.check()
            folder.write_summary(opening.with_status("interrupted"))
            raise
        except Exception as error:
            place.check()  # whatever failed, failed of that
            with suppress(RunError):  # the disk that caused the failure may not take the news of it
                folder.write_summary(opening.with_status("failed", without_places(str(error)) or type(error).__name__))
            raise
        finally:
            if place.is_there:
                meter.shares.close(folder.path)
        place.check()
        folder.close(summary)
        folder.remove_parts()


def _trained(
    job: Job, run: Runner, meter: Meter, stop: Callable[[], int | None], place: Place, *, reachable: bool
) -> Iterator[Update]:
    folder, stacks = job.folder, job.stacking.stacks
    waiting = []
    for stack in stacks:
        parts, note = _left_by(job, stack)
        if parts is None:
            waiting.append(stack)
        else:
            meter.add(stack.number, [trial.status for ended in parts for trial in ended.record.trials])
        yield from meter.updates(note)
    if len(job.plan.arms) > 1:
        waiting.sort(key=lambda stack: -stack.cost.seconds)  # the longest first, so that none is left alone at the end
    tasks = [job.task(stack, reachable=reachable) for stack in waiting]
    for event in run(tasks, stop, meter.shares):
        place.check()
        if isinstance(event, StackOutcome):
            event.write(folder)
            meter.add(event.task.number, event.statuses)
            yield from meter.updates(*event.notes)
        yield meter.update(event if isinstance(event, Tick) else None)


def _left_by(job: Job, stack: Stack) -> tuple[list[Ended] | None, str]:
    """What a stack has left, if it is sound, and a sentence if it is not."""
    folder, name = job.folder, stack.name
    try:
        parts = finished_parts(folder, name, len(stack.trials))
        for ended in parts or ():
            check_weights(folder, ended, job.rows[stack.program])
        return parts, ""
    except RunError as error:
        for path in (folder.part(name).folder, *folder.parts.glob(f"{name}.*")):
            Part(path).remove()
        number = len(stack.trials)
        trials = "its trial is" if number == 1 else f"its {number} trials are"
        return None, f"{error}; {trials} trained again from the beginning"


def _conclude(job: Job, opening: Summary) -> Summary:
    """Writes tables and the records of weights; returns the closing summary."""
    folder, plan = job.folder, job.plan
    parts = []
    for stack in job.stacking.stacks:
        of_stack = finished_parts(folder, stack.name, len(stack.trials), failures=True) or []
        for ended in of_stack:
            check_weights(folder, ended, job.rows[stack.program])
        parts += of_stack
    training = trained(plan, parts)
    failures = [trial for trial in training.trials.values() if trial.status == "failed"]
    if len(failures) == len(training.trials):
        raise AllFailed(f"every trial failed: {failures[0].reason}")
    configs = {arm.number: arm.prepared.experiment.dataset for arm in plan.arms}
    write_tables(folder, plan, job.recording, training, lambda arm: shared_dataset(configs[arm], job.data_dir))
    seal_weights(folder, plan, job.stacking, job.recording, training)
    if job.recording.weights != "none":
        write_record(folder.networks, networks_record(plan, job.data_dir).sealed(folder.read_plan().arms))
    stacks = stacks_record(training)
    write_record(folder.stacks, stacks)
    _note_machine(folder, stacks)
    return closing_summary(opening, plan, training)


def check_confirmed(plan: Plan, data_dir: str | None, say: Callable[[str], None] | None = None) -> None:
    """Refuses to confirm what was found on other data.

    Raises:
        InputError: The data are others, or cannot be loaded.
    """
    if plan.confirms is None:
        return
    prints = _fingerprints(plan, data_dir, say)
    for arm, now, before in zip(plan.arms, prints, plan.confirms.arms, strict=True):
        if now != before.data:
            raise InputError(other_data(arm.experiment, now, before.data, "sweep"))


def _planned(plan: Plan, prints: Sequence[str], kept: Recording) -> PlanRecord:
    arms = tuple(
        PlannedArm(label=arm.label, identity=identity(arm.experiment, plan.told), data=data)
        for arm, data in zip(plan.arms, prints, strict=True)
    )
    return PlanRecord(planned_by=plan.planned_by, arms=arms, seeds=tuple(plan.seeds), kept=kept)


def _fingerprints(plan: Plan, data_dir: str | None, say: Callable[[str], None] | None) -> list[str]:
    """Of the data of each arm."""
    prints = dict.fromkeys(dict.fromkeys(arm.experiment.dataset for arm in plan.arms), "")
    for config in prints:
        prints[config] = fingerprint(shared_dataset(config, data_dir, say))
    return [prints[arm.experiment.dataset] for arm in plan.arms]


def _check_device(plan: Plan, instead: str = "use cpu") -> None:
    """Refuses a device that is not there.

    Raises:
        InputError: With what to do.
    """
    asked = {(arm.experiment.device, arm.experiment.training.precision): arm.experiment for arm in plan.arms}
    for experiment in asked.values():
        if experiment.on_cuda or experiment.device == "mps":
            from mlpexp.execution.machine import choose_device

            choose_device(experiment, instead)


def _devices(plan: Plan) -> str:
    """As the configs name them; which they were is known when stacks have been trained."""
    return " and ".join(dict.fromkeys(arm.experiment.device for arm in plan.arms))


def _threads(stacking: Stacking) -> int:
    return max(stack.threads for stack in stacking.stacks)


def _refuse_complete(folder: ResultFolder, summary: Summary) -> None:
    if summary.complete:
        shows = either(f"`mlpexp show {folder.path}`", f"mlpexp.load({str(folder.path)!r})")
        raise InputError(f"{folder.path}: this {summary.word} is complete; {shows} shows it")


def _note_resumption(job: Job) -> None:
    """Adds to ``environment.json`` with what the result goes on."""
    recorded_environment = read_json(job.folder.environment)
    now = resumption(_devices(job.plan), _threads(job.stacking))
    resumed = [*recorded_environment.get("resumed", []), now]
    write_text(job.folder.environment, as_json({**recorded_environment, "resumed": resumed}))


def _note_machine(folder: ResultFolder, stacks: StacksRecord) -> None:
    """Adds to ``environment.json`` the devices that ``auto`` has meant, also where training was gone on with."""
    device, recorded_environment = " and ".join(stacks.of("device")), read_json(folder.environment)
    machine = {"device": device, "cpu_capability": " and ".join(stacks.of("capability"))}
    machine["arithmetic"] = " and ".join(stacks.of("arithmetic"))
    resumed = [{**entry, "device": device} for entry in recorded_environment.get("resumed", [])]
    write_text(folder.environment, as_json({**recorded_environment, **machine, "resumed": resumed}))
