"""From a config to a plan: arms, each of them a checked experiment, and seeds; nothing is trained or written."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import takewhile
from pathlib import Path, PurePath
from typing import Any, Literal

from mlpexp.asking import either, keyword
from mlpexp.config.datasets import Csv
from mlpexp.config.dump import config_hash, identity, to_yaml
from mlpexp.config.experiment import Experiment
from mlpexp.config.load import changed_source, read_source, validated
from mlpexp.config.outputs import output_of
from mlpexp.config.own_images import Images
from mlpexp.config.own_scores import of_one_name
from mlpexp.config.scores import PARTS, SCORES, Column, column_of, measured_by, suits
from mlpexp.config.shipped import MODELINE
from mlpexp.config.som import map_defaults
from mlpexp.config.start_paths import anchor_starts
from mlpexp.config.sweep import LABEL, Sweep
from mlpexp.config.table_paths import anchor_tables, as_told
from mlpexp.config.words import did_you_mean
from mlpexp.config.yaml_source import Override, Source, dotted
from mlpexp.errors import ConfigError, InputError, Place, Problem
from mlpexp.planning.arm_names import AS_CONFIGURED, Trained, as_trained, labels_of, named_by_labels, sizes_of
from mlpexp.planning.arms import Arm, Variation, arm_of, called
from mlpexp.planning.axes import Axis, axes_of
from mlpexp.planning.designs import baseline_of, combinations
from mlpexp.planning.kept_tables import check_kept
from mlpexp.planning.metric import choose_metric, refuse_units
from mlpexp.planning.own_values import own_value, with_values_of
from mlpexp.planning.prepare import Preparation, Prepared, check_seeds
from mlpexp.planning.values import Distribution, value_text
from mlpexp.store.summary import Confirms

__all__ = ["Arm", "Plan", "arm_config", "make_plan", "plan_from", "sweep_hash", "trial_key"]

PlannedBy = Literal["train", "sweep"]
DEFAULT_SEEDS = 10
MOST_TRIALS = 1_000_000


@dataclass(frozen=True)
class Plan:
    """A whole run or sweep before it begins; a run is a sweep with one arm."""

    planned_by: PlannedBy
    """The command: ``train`` (one arm, the config itself) or ``sweep``."""
    config: Experiment
    """Of a sweep as it was written, checked; defaults that follow other keys, such as the initializer, are still open.
    Of a run with all defaults, and without a sweep section.
    """
    base: Prepared
    """The config without its sweep section, with all defaults."""
    sweep: Sweep
    """The section, with what the command line said."""
    axes: list[Axis]
    """What is varied."""
    arms: list[Arm]
    """The settings to compare."""
    seeds: range
    """The same for every arm."""
    metric: Column
    """What arms are compared by."""
    baseline: int | None
    """Number of the arm that others are compared with; None: the best."""
    left_open: dict[str, list[str]]
    """Keys of ``config`` that were not written and follow others, by section."""
    tables: Mapping[str, str] = field(default_factory=dict)
    """Of each of the user's own tables, by path: the words that name its place by themselves; empty if none do."""
    told: Mapping[str, str] = field(default_factory=dict)
    """What the files of the result say for those paths."""
    confirms: Confirms | None = None
    """The looks before, of a sweep that confirms another with fresh seeds."""
    comment: str = field(default="", compare=False)
    """The lines at the head of the config that are a comment: its question, say."""

    @property
    def parts(self) -> list[str]:
        """The parts of the data that every arm has."""
        return [part for part in PARTS if all(part in arm.prepared.sizes.bounds for arm in self.arms)]

    @property
    def name(self) -> str:
        """For folder and titles."""
        experiment = self.base.experiment
        return experiment.name or f"{experiment.dataset.name}-{experiment.model.name}"

    @property
    def hash(self) -> str:
        """Eight hexadecimal digits of everything that decides the numbers, for names and titles."""
        return config_hash(self.config) if self.planned_by == "train" else sweep_hash(self)

    @property
    def starts(self) -> list[str]:
        """The results, by path, whose weights the config or an arm begins with."""
        sections = [prepared.experiment.start for prepared in (self.base, *(arm.prepared for arm in self.arms))]
        return list(dict.fromkeys(start.result for start in sections if start and start.result))

    def resolved(self) -> Experiment:
        """The config with its sweep section, if it has one, as it is carried out."""
        if self.planned_by == "train":
            return self.config
        over = {} if self.sweep.arms else {axis.written: _as_given(axis) for axis in self.axes}
        sweep = self.sweep.model_copy(update={"over": over, "seeds": len(self.seeds)})
        return self.config.model_copy(update={"sweep": sweep})

    def as_yaml(self) -> str:
        """``resolved`` as YAML, the comment at the head of the config before it; planning that again gives this plan."""
        return self.comment + to_yaml(self.resolved(), self.left_open, self.told)

    def told_in(self, folder: Path) -> "Plan":
        """The same, to be written into a file of a folder: paths of tables, and of results to begin with, begin there."""
        words = {**dict.fromkeys(self.starts, ""), **self.tables}
        return replace(self, told={path: as_told(path, words[path], folder) for path in words})


def _as_given(axis: Axis) -> Any:
    """The values of an axis as a config has them: a range, a list, or names with values."""
    if isinstance(axis.values, Distribution):
        return str(axis.values)
    named = {axis.names.get(axis.written_text(value)): value for value in axis.values}
    return named if axis.names else axis.values


def make_plan(path: Path, overrides: Sequence[Override] = (), planned_by: PlannedBy = "sweep") -> Plan:
    """Reads a config and plans its run or sweep; every arm is checked.

    Args:
        path: The config.
        overrides: ``--set`` options and others that change the config, ``sweep:`` section included.
        planned_by: Of a run, the ``sweep:`` section is checked for its form and left out.

    Raises:
        InputError: With what is wrong.
    """
    return plan_from(read_source(path, overrides), path, planned_by)


def plan_from(source: Source, path: Path, planned_by: PlannedBy = "sweep") -> Plan:
    """``make_plan`` for a config that has been read from ``path``.

    Raises:
        InputError: With what is wrong.
    """
    comment = _comment(source.text.removeprefix("\ufeff").splitlines())
    anchor_tables(source, path)  # axes of the command line, too
    anchor_starts(source, path)
    experiment, preparation = validated(source), Preparation()
    check_kept(source, experiment)
    if planned_by == "train":
        base = preparation.checked(experiment, source)
        check_seeds(base, experiment.all_seeds, source)
        return replace(_run(base, source.tables), comment=comment)
    sweep = experiment.sweep
    if sweep is None or not (sweep.over or sweep.arms):
        axis = either("--learning-rate 0.01,0.1", 'over={"learning_rate": [0.01, 0.1]}')
        raise InputError(f"{path}: nothing to vary; give an axis such as {axis} or a `sweep:` section with `over:`")
    base = _base(experiment, sweep, source, path, preparation)
    if more := _score_of_metric(sweep, base):
        place = Place(f"sweep.metric: {sweep.metric}")
        source = changed_source(source, path, [Override("scores", [*experiment.scores, more], place)])
        experiment = validated(source)
        base = _base(experiment, sweep, source, path, preparation)
    axes = axes_of(sweep, source)
    seeds = _seeds(experiment, sweep)
    base_settings = {axis.key: value for axis in axes for value in own_value(base.experiment, axis.parts)}
    budget = base.architecture.num_parameters if sweep.match else None
    variation = Variation(source, path, axes, preparation, budget, listed=bool(sweep.arms))
    num_sampled = _num_sampled(sweep, source, len(seeds))
    known = axes
    if sweep.match and sweep.exclude:  # which may name sizes as they are trained
        whole = sweep.model_copy(update={"exclude": ()})
        known = variation.trained_axes(combinations(whole, axes, source, base_settings, num_sampled, experiment.seed))
    settings_of_arms = combinations(sweep, known, source, base_settings, num_sampled, experiment.seed)
    if len(settings_of_arms) * len(seeds) > MOST_TRIALS:
        raise InputError(f"{len(settings_of_arms) * len(seeds):,} trials; at most {MOST_TRIALS:,}", key="sweep")
    arms = variation.arms(settings_of_arms, alone=sweep.method == "one_at_a_time")
    axes, arms = _called(sweep, axes, arms)
    _check_labels(sweep, arms, source)
    for arm in arms:
        check_seeds(arm.prepared, seeds, source)
    left_open = _left_open(source, experiment, axes)
    baseline = _baseline(sweep, axes, source, arms)
    if not _parts_differ([base, *(arm.prepared for arm in arms)]):
        experiment = experiment.model_copy(update={"dataset": base.experiment.dataset})  # says how numbers are learned
    metric = _metric(sweep, arms)
    plan = Plan("sweep", experiment, base, sweep, axes, arms, seeds, metric, baseline, left_open, source.tables)
    return replace(plan, comment=comment)


def _called(sweep: Sweep, axes: Sequence[Axis], arms: Sequence[Arm]) -> tuple[list[Axis], list[Arm]]:
    """Axes and arms, called by their labels and by the hidden sizes that are trained."""
    settings = [arm.settings for arm in arms]
    axes = with_values_of(axes, settings) if sweep.arms else axes
    axes = named_by_labels(axes, sweep, settings)
    if sweep.match:
        sizes = [sizes_of(arm.experiment.model) for arm in arms]
        axes = as_trained(axes, list(map(Trained, settings, sizes)))
    arms = called(arms, axes, settings[0] if sweep.method == "one_at_a_time" else None)
    labels = labels_of(sweep) or [None] * len(arms)
    return axes, [replace(arm, label=label or arm.label) for arm, label in zip(arms, labels, strict=True)]


def _check_labels(sweep: Sweep, arms: Sequence[Arm], source: Source) -> None:
    """Demands that no label is what another arm is called by its values."""
    called = [arm.label for arm in arms]
    for number, label in enumerate(labels_of(sweep)):
        if label is not None and called.count(label) > 1:
            path = ("sweep", "arms", number, LABEL)
            raise ConfigError(
                [Problem(source.place(path), dotted(path), f"{label!r} is what another arm is called by its values")]
            )


def _comment(lines: Sequence[str]) -> str:
    """The lines at the head of a config that are a comment, without that for editors: its file lies beside the config."""
    head = takewhile(lambda line: line.startswith("#"), lines)
    return "".join(f"{line}\n" for line in head if not line.startswith(MODELINE))


def _base(experiment: Experiment, sweep: Sweep, source: Source, path: Path, preparation: Preparation) -> Prepared:
    """The config without its axes; the first arm, where only the arms go together: a sigmoid unit and other losses."""
    try:
        return preparation.checked(experiment, source)
    except ConfigError:
        if sweep.match or sweep.method == "one_at_a_time":  # then the config is an arm, or others are as large as it
            raise
    axes = axes_of(sweep, source)
    num_sampled = _num_sampled(sweep, source, len(_seeds(experiment, sweep)))
    settings_of_arms = combinations(sweep, axes, source, {}, num_sampled, experiment.seed)
    return Variation(source, path, axes, preparation, None).arms(settings_of_arms, alone=False)[0].prepared


def _parts_differ(trained: Sequence[Prepared]) -> bool:
    """Whether pictures of some have a part of their own that others lack: no one fraction could be written for all."""
    facts = [each.facts for each in trained if isinstance(each.experiment.dataset, Images)]
    return len({(each.num_official_test > 0, each.num_official_validation > 0) for each in facts}) > 1


def _run(base: Prepared, tables: Mapping[str, str]) -> Plan:
    """The plan of a config as it is."""
    experiment, sweep, arms = base.experiment, Sweep(), [arm_of(0, {}, AS_CONFIGURED, base)]
    seeds, metric = experiment.all_seeds, _metric(sweep, arms)
    return Plan("train", experiment, base, sweep, [], arms, seeds, metric, None, {}, tables)


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
            raise ConfigError([Problem(source.place(("sweep", "trials")), "sweep.trials", message)])
        return (sweep.trials or 0) // num_seeds
    message = f"needed with method: {sweep.method}" if sampled else f"means nothing for method: {sweep.method}"
    raise ConfigError([Problem(source.place(("sweep", "trials")), "sweep.trials", message)])


def _left_open(source: Source, experiment: Experiment, axes: Sequence[Axis]) -> dict[str, list[str]]:
    """Defaults that are not the same in every arm: those that a map needs, and those of a section whose kind is varied."""
    keys_by_section = {section: list(values) for section, values in map_defaults(source.data).items()}
    for axis in axes:
        section = axis.parts[0]
        if axis.parts == [section, "name"]:
            given = source.data.get(section)
            written = given if isinstance(given, dict) else {}
            keys = type(getattr(experiment, section)).model_fields
            keys_by_section[section] = [key for key in keys if key != "name" and key not in written]
    return keys_by_section


def _score_of_metric(sweep: Sweep, base: Prepared) -> str | None:
    """The score that arms are compared by, if the config does not ask for it; None: it does, or it is always measured."""
    column, experiment = column_of(sweep.metric or ""), base.experiment
    if column is None or column.score.name in measured_by(experiment.model.name, base.facts.task, experiment.scores):
        return None
    suitable = column.score.name in SCORES and suits(column.score, experiment.model.name, base.facts.task)
    return column.score.name if suitable else None  # what is wrong with it is said where the metric is chosen


def _metric(sweep: Sweep, arms: Sequence[Arm]) -> Column:
    if len({measured_of(arm)[:2] for arm in arms}) > 1:
        raise InputError("sweep: arms are measured by different things; they have no metric in common")
    for name in of_one_name(name for arm in arms for name in arm.experiment.more_scores):
        raise InputError(f"sweep: arms have different scores that are called {name}; give one function another name")
    parts = [part for part in PARTS if all(part in arm.prepared.sizes.bounds for arm in arms)]
    scores = measured_of_all(arms)
    metric = choose_metric(sweep.metric, parts, scores)
    refuse_units(metric, list(map(learned_of, arms)), list(map(loss_of, arms)), scores, "sweep.metric")
    return metric


def learned_of(arm: Arm) -> str:
    """What an arm learns of the numbers of a table, in words; empty of other data."""
    dataset = arm.experiment.dataset
    is_table = isinstance(dataset, Csv) and arm.prepared.facts.task == "regression"
    return dataset.target.learned if is_table and isinstance(dataset, Csv) else ""


def loss_of(arm: Arm) -> str:
    """What the loss of an arm is, in words; arms whose losses compare have the same."""
    return output_of(arm.experiment, arm.prepared.facts).loss_in_words


def measured_of_all(arms: Sequence[Arm]) -> tuple[str, ...]:
    """The names of the scores that every arm is measured by: early stopping may add one of its own to some."""
    first, *others = map(measured_of, arms)
    return tuple(name for name in first if all(name in names for names in others))


def measured_of(arm: Arm) -> tuple[str, ...]:
    """The names of the scores that an arm is measured by."""
    experiment = arm.experiment
    return measured_by(experiment.model.name, arm.prepared.facts.task, experiment.more_scores)


def _baseline(sweep: Sweep, axes: Sequence[Axis], source: Source, arms: Sequence[Arm]) -> int | None:
    if sweep.baseline is not None and LABEL in sweep.baseline:
        if others := [key for key in sweep.baseline if key != LABEL]:
            message = f"{others[0]} means nothing beside a label, which names the arm by itself; leave one out"
            raise ConfigError([Problem(source.place(("sweep", "baseline")), dotted(("sweep", "baseline")), message)])
        return _labelled(sweep.baseline[LABEL], source, arms)
    if sweep.baseline is not None:
        text = ", ".join(f"{key}={value_text(value)}" for key, value in sweep.baseline.items())
        if text in (labels := [arm.label for arm in arms]):
            return labels.index(text)
    settings = baseline_of(sweep, axes, source)
    if settings is None:
        return 0 if sweep.method == "one_at_a_time" else None  # its first arm is the config itself
    written = [arm for arm in arms if arm.written == settings]
    matching = written or [
        arm for arm in arms if all(arm.settings.get(key) == value for key, value in settings.items())
    ]
    if len(matching) != 1:
        what = ", ".join(f"{key}={value_text(value)}" for key, value in settings.items())
        message = f"{what} is {len(matching)} arms of {len(arms)}; name one arm by the values of its axes"
        raise ConfigError([Problem(source.place(("sweep", "baseline")), dotted(("sweep", "baseline")), message)])
    return matching[0].number


def _labelled(label: Any, source: Source, arms: Sequence[Arm]) -> int:
    """The number of the arm of this label."""
    labels = [arm.label for arm in arms]
    if labels.count(label) == 1:
        return labels.index(label)
    message = f"no arm is called {value_text(label)}{did_you_mean(label, labels)}"
    raise ConfigError([Problem(source.place(("sweep", "baseline")), dotted(("sweep", "baseline")), message)])


def sweep_hash(plan: Plan) -> str:
    """Eight hexadecimal digits of everything that decides the numbers of a sweep, for names and titles."""
    names = {path: PurePath(path).name for path in plan.tables}
    parts = [[identity(arm.experiment, names) for arm in plan.arms], list(plan.seeds), plan.metric.column]
    return hashlib.blake2b(json.dumps(parts).encode(), digest_size=4).hexdigest()


def trial_key(arm: Arm, seed: int) -> tuple[str, int]:
    """What a trial computes; arms that differ in name alone have equal keys and are trained once."""
    return arm.identity, seed


def arm_config(plan: Plan, number: int) -> str:
    """One arm of a sweep as a config of its own, with the sweep's seeds.

    Args:
        plan: The sweep.
        number: Of the arm.

    Raises:
        InputError: There is no such arm.
    """
    if not 0 <= number < len(plan.arms):
        raise InputError(f"{keyword('arm', number)}: expected a number from 0 to {len(plan.arms) - 1}")
    arm = plan.arms[number]
    return f"# {arm.label}\n" + to_yaml(arm.experiment.model_copy(update={"seeds": len(plan.seeds)}), None, plan.told)
