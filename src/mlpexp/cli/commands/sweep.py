"""``mlpexp sweep``."""

import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mlpexp.api.planned import num_workers, planned, shared
from mlpexp.api.start import start_overrides
from mlpexp.cli.experiment_options import experiment_options
from mlpexp.cli.given import Given, overrides_from
from mlpexp.cli.options import (
    DataDir,
    Details,
    Device,
    PlotFormat,
    Quiet,
    RunsDir,
    Table,
    Wide,
    option,
    refuse_beside,
    refuse_beside_resume,
    refuse_table,
)
from mlpexp.cli.printing import say
from mlpexp.cli.starting import Freeze, FromArm, FromSeed, InitFrom
from mlpexp.config.words import Typed
from mlpexp.errors import InputError, Place, RunError

if TYPE_CHECKING:
    from mlpexp.config.yaml_source import Override
    from mlpexp.execution.run import Job
    from mlpexp.planning.plan import Plan
    from mlpexp.planning.stacks import Stacking
    from mlpexp.planning.sweep_options import SweepOptions

Over = Annotated[
    list[str] | None,
    option("--over", help="Any other key: model.activation=relu,tanh; repeatable.", metavar="KEY=VALUES"),
]
Method = Annotated[str | None, option("--method", help="grid, one_at_a_time, random or sobol.")]
Trials = Annotated[int | None, option("--trials", help="For random and sobol: arms times seeds.")]
Zip = Annotated[list[str] | None, option("--zip", help="Axes that move together; repeatable.", metavar="KEY,KEY")]
Exclude = Annotated[
    list[str] | None,
    option("--exclude", help="A combination to leave out; repeatable.", metavar="KEY=VALUE,..."),
]
Match = Annotated[str | None, option("--match", help="parameters: scale hidden sizes to equal counts.")]
Metric = Annotated[str | None, option("--metric", help="What is compared, such as test_loss.")]
Baseline = Annotated[
    str | None,
    option("--baseline", help="The arm to compare with [default: the best].", metavar="KEY=VALUE,..."),
]
Confirm = Annotated[
    str | None,
    option("--confirm", help="Ask a sweep's question again, with fresh seeds.", metavar="SWEEP"),
]
Arm = Annotated[
    list[str] | None,
    option(
        "--arm", help="With --confirm: an arm to ask about [default: the best]; repeatable.", metavar="KEY=VALUE,..."
    ),
]
Power = Annotated[float | None, option("--power", help="Say how many seeds a difference of this size needs.")]
NoiseFloor = Annotated[
    int | None,
    option(
        "--noise-floor",
        help="No axis: N splits x N initial draws x N batch orders, to see what the spread is due to.",
        metavar="N",
    ),
]
Jobs = Annotated[int | None, option("--jobs", "-j", help="Worker processes [default: by the work and the cores].")]
Memory = Annotated[str | None, option("--memory", help="For all workers, such as 2GB [default: 40 % of all].")]
Address = Annotated[
    str | None,
    option("--address", "--ray-address", "--dask-address", help="Of the cluster [default: start one here]."),
]

ASKS_AGAIN = "--confirm: asks the question of a result again"


@experiment_options(several=True)
def sweep(
    given: Given,
    over: Over = None,
    method: Method = None,
    trials: Trials = None,
    zip_: Zip = None,
    exclude: Exclude = None,
    match: Match = None,
    metric: Metric = None,
    baseline: Baseline = None,
    power: Power = None,
    noise_floor: NoiseFloor = None,
    name: Annotated[str | None, option("--name", help="Name of the folder.")] = None,
    runs_dir: RunsDir = Path("runs"),
    data_dir: DataDir = None,
    table: Table = None,
    device: Device = None,
    jobs: Jobs = None,
    memory: Memory = None,
    backend: Annotated[str, typer.Option("--backend", help="local, ray or dask.")] = "local",
    address: Address = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the plan; train and write nothing.")] = False,
    confirm: Confirm = None,
    arm: Arm = None,
    init_from: InitFrom = None,
    from_arm: FromArm = None,
    from_seed: FromSeed = None,
    freeze: Freeze = None,
    resume: Annotated[str | None, option("--resume", help="Train what is missing of a sweep.", metavar="SWEEP")] = None,
    plot_format: PlotFormat = None,
    details: Details = False,
    wide: Wide = False,
    quiet: Quiet = False,
) -> None:
    """Vary one or more keys over values, each with the same seeds, and compare."""
    from mlpexp.config.yaml_source import Override
    from mlpexp.execution.backends import check_backend, check_cluster
    from mlpexp.planning.sweep_options import memory_in
    from mlpexp.report.drawing.formats import check_formats

    formats = check_formats(plot_format)
    check_backend(backend, address)
    _check_counts({"--jobs": jobs, "--trials": trials, "--noise-floor": noise_floor})
    budget = None if memory is None else memory_in(memory)
    others: dict[str, object] = {"over": over, "method": method, "trials": trials, "match": match, "metric": metric}
    others |= {"power": power, "zip": zip_, "exclude": exclude, "noise-floor": noise_floor}
    others |= {"init-from": init_from, "from-arm": from_arm, "from-seed": from_seed, "freeze": freeze}
    seeds = given.words.get("seeds")
    if resume is not None:
        others |= {"seeds": seeds, "name": name, "device": device, "dry-run": dry_run, "baseline": baseline}
        unseeded = given.without("seeds").options
        refuse_beside_resume("sweep", unseeded, others | {"confirm": confirm, "arm": arm})
        job, workers = _resumed(resume, runs_dir, data_dir, table, jobs, backend, quiet=quiet)
        check_cluster(backend, address, {stack.device for stack in job.stacking.stacks})
    else:
        named = {"name": name, "device": device}
        if confirm is not None:
            refuse_beside(ASKS_AGAIN, given.without("seeds").options, others)
            plan = _confirming(confirm, arm or (), baseline, seeds, runs_dir, data_dir, table or (), named, quiet=quiet)
        else:
            refuse_table(table)
            _refuse_arms(arm)
            keys = overrides_from((), method=method, trials=trials, match=match, metric=metric)
            keys += [] if power is None else [Override("margin", power, Place(f"--power {power}"))]
            options = _options(given, over or (), zip_ or (), exclude or (), keys, noise_floor)
            local = backend == "local"
            sets = overrides_from(given.set_)
            start = start_overrides(init_from, from_arm, from_seed, freeze, sets, runs_dir, say(quiet=quiet))
            plan = _planned(given.without("seeds"), named, start, runs_dir, options, baseline, local=local, quiet=quiet)
        stacks, workers = shared(plan, jobs, budget, backend, say(quiet=quiet))
        if dry_run:
            _print_plan(plan, stacks, workers, wide=wide)
            return
        check_cluster(backend, address, {stack.device for stack in stacks.stacks})
        job = _fresh(plan, stacks, runs_dir, data_dir, quiet=quiet)
    _run(job, workers, backend, address, formats, power=power, details=details, wide=wide, quiet=quiet)


def _options(
    given: Given,
    over: Sequence[str],
    zip_: Sequence[str],
    exclude: Sequence[str],
    keys: "Sequence[Override]",
    noise_floor: int | None,
) -> "SweepOptions":
    """What is varied, and how."""
    from mlpexp.config.yaml_source import override_in
    from mlpexp.planning.sweep_options import SweepOptions, all_settings, lists_of_names, read_axis

    axes = given.axes + [_over(text) for text in over]
    seeds = given.words.get("seeds")
    first = [] if seeds is None else [override_in(f"seeds={seeds}", f"--seeds {seeds}")]
    rest = [*lists_of_names(zip_, "zip"), *all_settings(exclude, "exclude")]
    single = [read_axis(typed) for typed in given.without("seeds").single]
    return SweepOptions([read_axis(axis) for axis in axes], [*rest, *first, *keys], noise_floor, single)


def _refuse_arms(arms: Sequence[str] | None) -> None:
    """Refuses to name arms of a result where none is confirmed."""
    if arms:
        raise InputError(f"--arm {arms[0]}: names an arm of a result, beside --confirm; --over KEY=VALUES varies a key")


def _confirming(
    text: str,
    named: Sequence[str],
    baseline: str | None,
    seeds: str | None,
    runs_dir: Path,
    data_dir: Path | None,
    tables: Sequence[Path],
    keys: dict[str, str | None],
    *,
    quiet: bool,
) -> "Plan":
    """The plan that asks the question of a result again."""
    from mlpexp.api.confirming import confirming
    from mlpexp.cli.training import data_folder
    from mlpexp.results.arm_named import arm_named
    from mlpexp.results.result import Result
    from mlpexp.store.listing import find_result

    result = Result.open(find_result(text, runs_dir), tables)
    arms = [arm_named(result, each, "arm") for each in named]
    reference = None if baseline is None else arm_named(result, baseline)
    return confirming(result, arms, reference, seeds, runs_dir, data_folder(data_dir), keys, say(quiet=quiet))


def _check_counts(counts: dict[str, int | None]) -> None:
    for name, count in counts.items():
        if count is not None and count < 1:
            raise InputError(f"{name}: {count} is not a positive number")


def _over(text: str) -> Typed:
    key, equals, values = text.partition("=")
    if not equals or not key.strip() or not values.strip():
        raise InputError(f"--over {text}: expected KEY=VALUES, for example model.activation=relu,tanh")
    return Typed(key.strip(), values, f"--over {text}")


def _planned(
    given: Given,
    others: dict[str, str | None],
    start: "Sequence[Override]",
    runs_dir: Path,
    options: "SweepOptions",
    baseline: str | None,
    *,
    local: bool,
    quiet: bool,
) -> "Plan":
    from mlpexp.config.load import changed_source
    from mlpexp.config.yaml_source import set_value
    from mlpexp.data.tables.read import telling
    from mlpexp.planning.sweep_options import apply_options, settings_in

    tell = say(quiet=quiet)
    telling.set(tell)
    source, path = given.source("sweep", runs_dir, **others)
    source = changed_source(source, path, start)
    apply_options(source, options)
    if baseline is not None:
        place = Place(f"--baseline {baseline}")
        named = settings_in(baseline, place) if "=" in baseline else baseline  # settings, or a label
        set_value(source, ["sweep", "baseline"], named, place)
    understood = partial(given.understood, path=path)
    return planned(source, path, "sweep", runs_dir, tell, notes=understood, written=given.config, local=local)


def _print_plan(plan: "Plan", stacks: "Stacking", workers: int, *, wide: bool) -> None:
    from mlpexp.cli.printing import print_sentences, print_table
    from mlpexp.report.tables.sweep_plan import plan_sentences, plan_tables

    for table, more in plan_tables(plan, stacks):
        print_table(table, wide=wide)
        if more:
            typer.echo(more)
    print_sentences([*plan_sentences(plan, stacks, workers), "nothing was trained or written"])


def _fresh(plan: "Plan", stacks: "Stacking", runs_dir: Path, data_dir: Path | None, *, quiet: bool) -> "Job":
    from mlpexp.cli.training import data_folder
    from mlpexp.execution.run import new_job

    return new_job(plan, stacks, runs_dir, sys.argv, data_folder(data_dir), say(quiet=quiet))


def _resumed(
    text: str,
    runs_dir: Path,
    data_dir: Path | None,
    tables: list[Path] | None,
    jobs: int | None,
    backend: str,
    *,
    quiet: bool,
) -> "tuple[Job, int]":
    from mlpexp.cli.training import data_folder
    from mlpexp.execution.run import reopened
    from mlpexp.store.listing import find_result

    job = reopened(find_result(text, runs_dir), data_folder(data_dir), say(quiet=quiet), tables or ())
    return job, num_workers(job.plan, job.stacking, jobs, backend)


def _run(
    job: "Job",
    workers: int,
    backend: str,
    address: str | None,
    formats: list[str],
    *,
    power: float | None,
    details: bool,
    wide: bool,
    quiet: bool,
) -> None:
    from mlpexp.cli.training import train_job
    from mlpexp.execution.backends import runner

    run = runner(backend, workers, address)
    result = train_job(
        job, run, formats, reachable=backend == "local", power=power, details=details, wide=wide, quiet=quiet
    )
    from mlpexp.report.tables.conclusions import losses  # needs pandas, which the second process loads meanwhile

    for line in losses(result.summary) if quiet else []:  # else it stands below the table
        typer.echo(f"warning: {line}", err=True)
    if result.summary.status == "diverged":
        raise RunError(f"{result.path}: every trial diverged or failed; trials.csv says why")
