"""From a config with a sweep section to arms, each of them a checked experiment; nothing is trained or written."""

import copy
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from typing import Any

from mlpexp.config.dump import identity, to_yaml
from mlpexp.config.experiment import Experiment
from mlpexp.config.load import anchor_csv_path, expand_names, read_source, validated
from mlpexp.config.problems import Place, Problem
from mlpexp.config.scores import kinds_of
from mlpexp.config.som import map_defaults
from mlpexp.config.sweep import Sweep
from mlpexp.config.yaml_source import Override, Source, dotted, set_value
from mlpexp.errors import ConfigError, InputError
from mlpexp.planning.axes import Axis, anchored, axes_of
from mlpexp.planning.designs import Settings, baseline_of, combinations
from mlpexp.planning.matching import matched
from mlpexp.planning.metric import PARTS, Metric, choose_metric
from mlpexp.planning.prepare import Prepared, prepared_from
from mlpexp.planning.values import Distribution, value_text

DEFAULT_SEEDS = 10
MOST_TRIALS = 1_000_000


@dataclass(frozen=True)
class Arm:
    """One setting of the axes.

    Attributes:
        number: Position in the plan, from 0.
        settings: Value of each axis, by key.
        label: In one line: ``learning_rate=0.1, batch_size=16``.
        prepared: The checked experiment; its ``seeds`` is 1.
    """

    number: int
    settings: Settings
    label: str
    prepared: Prepared

    @property
    def experiment(self) -> Experiment:
        """What each of its trials trains, but for the seed."""
        return self.prepared.experiment

    @property
    def steps(self) -> int:
        """Updates of one trial, early stopping aside."""
        size, train = self.experiment.training.batch_size, self.prepared.sizes.train
        return self.experiment.training.epochs * (1 if size == "full" else ceil(train / size))


@dataclass(frozen=True)
class Plan:
    """A whole sweep before it begins.

    Attributes:
        config: As it was written, checked; defaults that follow other keys, such as the initializer, still open.
        base: The config without its sweep section, with all defaults.
        sweep: The section, with what the command line said.
        axes: What is varied.
        arms: The settings to compare.
        seeds: The same for every arm.
        metric: What arms are compared by.
        baseline: Number of the arm that others are compared with; None: the best.
        left_open: Keys of ``config`` that were not written and follow others, by section.
    """

    config: Experiment
    base: Prepared
    sweep: Sweep
    axes: list[Axis]
    arms: list[Arm]
    seeds: range
    metric: Metric
    baseline: int | None
    left_open: dict[str, list[str]]

    @property
    def parts(self) -> list[str]:
        """The parts of the data that every arm has."""
        return [part for part in PARTS if all(part in arm.prepared.sizes.bounds for arm in self.arms)]

    @property
    def name(self) -> str:
        """For folder and titles."""
        experiment = self.base.experiment
        return experiment.name or f"{experiment.dataset.name}-{experiment.model.name}"

    def resolved(self) -> Experiment:
        """The config with its sweep section as it is carried out."""
        values = [axis.values for axis in self.axes]
        texts = [str(each) if isinstance(each, Distribution) else each for each in values]
        over = dict(zip((axis.written for axis in self.axes), texts, strict=True))
        sweep = self.sweep.model_copy(update={"over": over, "seeds": len(self.seeds)})
        return self.config.model_copy(update={"sweep": sweep})

    def as_yaml(self) -> str:
        """``resolved`` as YAML; planning that again gives this plan."""
        return to_yaml(self.resolved(), self.left_open)


def make_plan(path: Path, overrides: Sequence[Override] = ()) -> Plan:
    """Reads a config and plans its sweep; every arm is checked.

    Args:
        path: The config.
        overrides: ``--set`` options and others that change the config, ``sweep:`` section included.

    Raises:
        InputError: With what is wrong.
    """
    return plan_from(read_source(path, overrides), path)


def plan_from(source: Source, path: Path) -> Plan:
    """``make_plan`` for a config that has been read from ``path``.

    Raises:
        InputError: With what is wrong.
    """
    experiment = validated(source)
    sweep = experiment.sweep
    if sweep is None or not sweep.over:
        raise InputError(
            f"{path}: nothing to vary; give an axis such as --learning-rate 0.01,0.1 or a `sweep:` section with `over:`"
        )
    base = prepared_from(source)
    axes = anchored(axes_of(sweep, source), path.parent)
    seeds = _seeds(experiment, sweep)
    own = {axis.key: value for axis in axes for value in own_value(base.experiment, axis.parts)}
    found = combinations(sweep, axes, source, own, _num_sampled(sweep, source, len(seeds)), experiment.seed)
    if len(found) * len(seeds) > MOST_TRIALS:
        raise InputError(f"sweep: {len(found) * len(seeds):,} trials; at most {MOST_TRIALS:,}")
    budget = base.architecture.num_parameters if sweep.match else None
    arms = _arms(source, path, axes, found, budget, alone=sweep.method == "one_at_a_time")
    left_open = {section: list(values) for section, values in map_defaults(source.data).items()}
    baseline = _baseline(sweep, axes, source, arms)
    return Plan(experiment, base, sweep, axes, arms, seeds, _metric(sweep, arms), baseline, left_open)


def _seeds(experiment: Experiment, sweep: Sweep) -> range:
    count = sweep.seeds or (experiment.seeds if experiment.seeds > 1 else DEFAULT_SEEDS)
    return range(experiment.seed, experiment.seed + count)


def _num_sampled(sweep: Sweep, source: Source, num_seeds: int) -> int:
    """Arms to sample: trials over seeds."""
    sampled = sweep.method in ("random", "sobol")
    if sampled == (sweep.trials is not None):
        if sweep.trials and sweep.trials % num_seeds:
            near = max(sweep.trials // num_seeds, 1) * num_seeds
            message = (
                f"{sweep.trials} is not a multiple of the {num_seeds} seeds; {near} makes {near // num_seeds} arms"
            )
            raise ConfigError((Problem(source.place(("sweep", "trials")), "sweep.trials", message),))
        return (sweep.trials or 0) // num_seeds
    message = f"needed with method: {sweep.method}" if sampled else f"means nothing for method: {sweep.method}"
    raise ConfigError((Problem(source.place(("sweep", "trials")), "sweep.trials", message),))


def own_value(experiment: Experiment, parts: Sequence[str]) -> list[Any]:
    """The value of a key in the resolved config, as data, in a list; an empty list if it has none."""
    node: Any = experiment.model_dump(mode="json")
    for part in parts:
        if isinstance(node, dict) and part in node:
            node = node[part]
        elif isinstance(node, list) and part.isdigit() and int(part) < len(node):
            node = node[int(part)]
        else:
            return []
    if isinstance(node, dict) and set(node) == {"name"}:  # `relu` is what `{name: relu}` is short for
        node = node["name"]
    return [node]


def _arms(
    source: Source, path: Path, axes: Sequence[Axis], found: Sequence[Settings], budget: int | None, *, alone: bool
) -> list[Arm]:
    """One arm per setting; ``alone``: the first is the config itself, and labels name what differs from it."""
    arms: list[Arm] = []
    problems: dict[str, object] = {}
    for settings in found:
        label = _label(axes, settings, found[0] if alone else None)
        try:
            prepared = prepared_from(_with(source, path, axes, settings))
            if budget is not None:
                prepared = matched(prepared, budget)
        except ConfigError as error:
            problems |= {str(problem): problem for problem in error.problems}
            continue
        except InputError as error:
            place = Place("sweep.match" if budget is not None else str(path))
            problems[str(error)] = Problem(place, label, str(error))
            continue
        one = prepared.experiment.model_copy(update={"seeds": 1})
        if alone and arms and identity(one) == identity(arms[0].experiment):
            continue  # the config's own value, written in another way
        whole = Prepared(one, prepared.facts, prepared.sizes, prepared.architecture)
        arms.append(Arm(len(arms), settings, label, whole))
    if problems:
        raise ConfigError(tuple(problems.values()))
    return arms


def _with(source: Source, path: Path, axes: Sequence[Axis], settings: Settings) -> Source:
    """The config with the values of one arm."""
    changed = Source(copy.deepcopy(source.data), dict(source.keys), dict(source.values))
    changed.data.pop("sweep", None)
    for axis in axes:
        if axis.key in settings:
            set_value(changed, axis.parts, copy.deepcopy(settings[axis.key]), axis.place)
    expand_names(changed)
    anchor_csv_path(changed, path)
    return changed


def _label(axes: Sequence[Axis], settings: Settings, usual: Settings | None) -> str:
    """``learning_rate=0.1, batch_size=16``; the whole key where the last word would be ambiguous."""
    last = [axis.parts[-1] for axis in axes]
    parts = []
    for axis in axes:
        differs = usual is None or settings is usual or settings.get(axis.key) != usual.get(axis.key)
        if axis.key in settings and differs:
            name = "hidden_size" if axis.single_layer else axis.parts[-1]
            name = name if last.count(axis.parts[-1]) == 1 and name != "name" else axis.key
            parts.append(f"{name}={axis.text(settings[axis.key])}")
    return ("as configured: " if settings is usual else "") + ", ".join(parts) if parts else "as configured"


def _metric(sweep: Sweep, arms: Sequence[Arm]) -> Metric:
    kinds = {kinds_of(arm.experiment.model.name, arm.prepared.facts.task) for arm in arms}
    if len(kinds) > 1:
        raise InputError("sweep: arms are measured by different things; they have no metric in common")
    parts = [part for part in PARTS if all(part in arm.prepared.sizes.bounds for arm in arms)]
    return choose_metric(sweep.metric, parts, kinds.pop())


def _baseline(sweep: Sweep, axes: Sequence[Axis], source: Source, arms: Sequence[Arm]) -> int | None:
    wanted = baseline_of(sweep, axes, source)
    if wanted is None:
        return 0 if sweep.method == "one_at_a_time" else None  # its first arm is the config itself
    matching = [arm for arm in arms if all(arm.settings.get(key) == value for key, value in wanted.items())]
    if len(matching) != 1:
        what = ", ".join(f"{key}={value_text(value)}" for key, value in wanted.items())
        message = f"{what} is {len(matching)} arms of {len(arms)}; name one arm by the values of its axes"
        raise ConfigError((Problem(source.place(("sweep", "baseline")), dotted(("sweep", "baseline")), message),))
    return matching[0].number


def sweep_hash(plan: Plan) -> str:
    """Eight hexadecimal digits of everything that decides the numbers of a sweep, for names and titles."""
    parts = [[identity(arm.experiment) for arm in plan.arms], list(plan.seeds), plan.metric.column]
    return hashlib.blake2b(json.dumps(parts).encode(), digest_size=4).hexdigest()


def trial_key(arm: Arm, seed: int) -> tuple[str, int]:
    """What a trial computes; arms that differ in name alone have equal keys and are trained once."""
    return identity(arm.experiment), seed


def arm_config(path: Path, number: int) -> str:
    """One arm of a sweep as a config of its own, with the sweep's seeds.

    Args:
        path: The sweep's ``sweep.yaml``.
        number: Of the arm.

    Raises:
        InputError: There is no such arm.
    """
    plan = make_plan(path)
    if not 0 <= number < len(plan.arms):
        raise InputError(f"--arm {number}: expected a number from 0 to {len(plan.arms) - 1}")
    arm = plan.arms[number]
    return f"# {arm.label}\n" + to_yaml(arm.experiment.model_copy(update={"seeds": len(plan.seeds)}))
