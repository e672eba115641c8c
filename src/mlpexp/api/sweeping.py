"""``mlpexp.sweep``: one fair comparison, as ``mlpexp sweep`` makes it."""

from collections.abc import Mapping, Sequence
from os import PathLike
from typing import TYPE_CHECKING, Any, Unpack

from mlpexp.api.given import Config, asked, shortened
from mlpexp.api.plain import path_given, plain
from mlpexp.api.planned import planned, shared
from mlpexp.api.result import Result
from mlpexp.api.telling import teller
from mlpexp.api.training import PNG, begin, checked_formats, finished, folder_of
from mlpexp.api.words import Value, Words, spelled_out
from mlpexp.asking import in_python
from mlpexp.errors import InputError, Place

if TYPE_CHECKING:
    from mlpexp.config.yaml_source import Override
    from mlpexp.planning.sweep_options import SweepOptions

COMMAND = ("python", "mlpexp.sweep(...)")


@spelled_out
@in_python()
def sweep(
    config: Config | Result | None = None,
    *,
    over: Mapping[str, Value] | None = None,
    set: Mapping[str, Value] | None = None,
    method: str | None = None,
    trials: int | None = None,
    zip: Sequence[Sequence[str]] | None = None,
    exclude: Sequence[Mapping[str, Value]] | None = None,
    match: str | None = None,
    metric: str | None = None,
    baseline: str | Mapping[str, Value] | None = None,
    noise_floor: int | None = None,
    data: Any = None,
    target: str | None = None,
    name: str | None = None,
    device: str | None = None,
    jobs: int | None = None,
    memory: str | None = None,
    backend: str = "local",
    address: str | None = None,
    init_from: str | PathLike[str] | Result | None = None,
    from_arm: int | str | None = None,
    from_seed: int | None = None,
    freeze: Sequence[str] | None = None,
    runs_dir: str | PathLike[str] = "runs",
    data_dir: str | PathLike[str] | None = None,
    plots: Sequence[str] = PNG,
    quiet: bool = False,
    **words: Unpack[Words],
) -> Result:
    """Varies one or more keys over values, each with the same seeds, and compares.

    Args:
        config: As in ``mlpexp.train``; a ``sweep:`` section says what is varied where ``over`` does not.
        over: Values by key: ``{"learning_rate": [0.01, 0.1]}``, ``{"learning_rate": "log(1e-3, 1, 7)"}``, or values with
            names, ``{"model.layers": {"one 5x5": "c8@5 p", "two 3x3": "c8@3 c8@3 p"}}``.
        set: Changes of the config by key.
        method: ``grid``, ``one_at_a_time``, ``random`` or ``sobol``.
        trials: For random and sobol: arms times seeds.
        zip: Axes that move together: ``[("learning_rate", "batch_size")]``.
        exclude: Combinations to leave out.
        match: ``"parameters"``: hidden sizes are scaled to equal counts.
        metric: What is compared, such as ``test_loss``.
        baseline: The arm to compare with; None: the best.
        noise_floor: No axis: so many splits, initial draws and batch orders, to see what the spread is due to.
        data: As in ``mlpexp.train``.
        target: Likewise.
        name: Of the result.
        device: ``cpu``, ``cuda``, ``auto``.
        jobs: Worker processes; None: by the work and the cores.
        memory: For all workers, such as ``"2GB"``.
        backend: ``local``, ``ray`` or ``dask``.
        address: Of a cluster that runs already.
        init_from: As in ``mlpexp.train``.
        from_arm: Likewise.
        from_seed: Likewise.
        freeze: Likewise.
        runs_dir: Where the folder of the result is made.
        data_dir: Where image data sets lie.
        plots: Formats of figures in the folder; empty: none is drawn.
        quiet: Whether nothing is said or shown.
        words: As in ``mlpexp.train``, such as ``seeds=10`` for each arm, or ``epochs=50``.

    Returns:
        What the folder holds.

    Raises:
        InputError: Something that was given cannot be used; nothing was written.
        RunError: A file cannot be written, or every trial failed.
        Interrupted: After Ctrl-C; everything is saved.
    """
    from mlpexp.execution.backends import check_backend, check_cluster, runner
    from mlpexp.execution.run import new_job
    from mlpexp.planning.sweep_options import apply_options, memory_in

    tell, runs, formats = teller(quiet=quiet), path_given(runs_dir, "runs_dir"), checked_formats(plots)
    check_backend(backend, address)
    if jobs is not None and (type(jobs) is not int or jobs < 1):
        raise InputError(f"sweep(jobs={jobs!r}): expected a whole number above 0")
    if memory is not None and not isinstance(memory, str):
        raise InputError(f'sweep(memory={memory!r}): expected a text such as "2GB"')
    of_config: dict[str, Value] = {word: value for word, value in words.items() if word != "seeds"}
    keys: dict[str, Value] = {
        "seeds": words.get("seeds"),
        "method": method,
        "trials": trials,
        "match": match,
        "metric": metric,
    }
    keys |= {"zip": zip, "exclude": exclude, "baseline": baseline}
    single = {word: value for word, value in of_config.items() if word != "seed"}
    options = _options(over or {}, keys, single, noise_floor)
    more = {**of_config, "name": name, "device": device}
    with asked("sweep", config, set=set, more=more, data=data, target=target, runs_dir=runs, tell=tell) as given:
        tell = given.tell
        begin(given.source, given.path, init_from, from_arm, from_seed, freeze, runs, tell)
        apply_options(given.source, options)
        local = backend == "local"
        plan = planned(
            given.source, given.path, "sweep", runs, tell, notes=given.notes, written=given.written, local=local
        )
        budget = None if memory is None else memory_in(memory)
        stacks, workers = shared(plan, jobs, budget, backend, tell)
        check_cluster(backend, address, {stack.device for stack in stacks.stacks})
        job = new_job(plan, stacks, runs, COMMAND, folder_of(data_dir), tell)
        result = finished(job, runner(backend, workers, address), formats, quiet=quiet, reachable=local)
    if result.status == "diverged":
        tell("warning: every trial diverged or failed; .trials says why")
    return result


def _options(
    over: Mapping[str, Value], keys: Mapping[str, Value], single: Mapping[str, Value], noise_floor: int | None
) -> "SweepOptions":
    from mlpexp.planning.sweep_options import SweepOptions

    if not isinstance(over, Mapping):
        raise InputError('sweep(over=...): expected a dictionary, for example {"learning_rate": [0.01, 0.1]}')
    odd = next((key for key in over if not isinstance(key, str)), None)
    if odd is not None:
        raise InputError(f"sweep(over={{{odd!r}: ...}}): the key is no word; expected for example learning_rate")
    axes = [_override(key, _values(key, values), "over") for key, values in over.items()]
    of_section = [_override(key, value) for key, value in keys.items() if value is not None]
    words = [_override(key, [value]) for key, value in single.items() if value is not None]
    return SweepOptions(axes=axes, keys=of_section, noise_floor=noise_floor, single=words)


def _values(key: str, values: Value) -> Value:
    if isinstance(values, (str, Mapping)) or not isinstance(values, (int, float, bool)):
        return values
    raise InputError(f'sweep(over={{"{key}": {values!r}}}): expected several values, for example [{values!r}, ...]')


def _override(key: str, value: Value, of: str = "") -> "Override":
    from mlpexp.config.yaml_source import Override

    written = f'sweep({of}={{"{key}": {shortened(value)}}})' if of else f"sweep({key}={shortened(value)})"
    return Override(key, plain(value, written, key), Place(written))
