"""The summary of a result: before its first step, and when all its trials have ended."""

from collections.abc import Mapping, Sequence
from math import isfinite, nan

import numpy as np

from mlpexp.config.datasets import Csv
from mlpexp.config.dump import as_data
from mlpexp.config.scores import EACH_ITS_OWN, PARTS, SCORES, Part, column_of, score_named, selected_on
from mlpexp.data.dataset import Dataset
from mlpexp.data.parts import parts_of
from mlpexp.execution.merge import Trained
from mlpexp.planning.arm_names import labels_of
from mlpexp.planning.arms_table import axis_cells
from mlpexp.planning.axis_summary import axis_summary
from mlpexp.planning.columns_table import tables_of
from mlpexp.planning.factors import differences
from mlpexp.planning.metric import described
from mlpexp.planning.plan import Plan, learned_of, loss_of, measured_of_all
from mlpexp.planning.prepare import Prepared
from mlpexp.planning.sample_designs import designs_of, speaks_of
from mlpexp.statistics.best_arm import best_arm
from mlpexp.statistics.intervals import MeanInterval, ends_within, mean_interval
from mlpexp.statistics.new_samples import Design
from mlpexp.statistics.own_interval import own_interval
from mlpexp.store.part import TrialRecord
from mlpexp.store.summary import (
    EACH_ARMS,
    ArmSummary,
    DatasetSummary,
    LargestClass,
    Mean,
    ModelSummary,
    Outcome,
    Summary,
)


def opening_summary(plan: Plan, dataset: Dataset, known_samples: Sequence[str] = ()) -> Summary:
    """What is known before the first step.

    Args:
        plan: Of the result.
        dataset: Of its base.
        known_samples: Samples to be judged by that weights to begin with have learned from, in words.
    """
    prepared, metric = plan.base, plan.metric
    sizes, facts = prepared.sizes, prepared.facts
    scores = measured_of_all(plan.arms)
    selections = {selected_on(scores, arm.experiment.selected_by) for arm in plan.arms}
    selection = selections.pop() if len(selections) == 1 else EACH_ITS_OWN
    validated = all(arm.prepared.sizes.validation for arm in plan.arms)
    data = DatasetSummary(
        title=dataset.name,
        task=facts.task,
        input_shape=tuple(facts.input_shape),
        target_name=dataset.target_name,
        learned=_learned(plan),
        feature_names=tuple(dataset.feature_names),
        class_names=tuple(dataset.class_names),
        largest_class=_largest_class(dataset, prepared, plan.seeds) if _same_data(plan) else None,
        train=sizes.train,
        validation=sizes.validation,
        test=sizes.test,
        ranges=_ranges(prepared, plan.seeds),
        same_rows=_same_rows(plan),
    )
    opening = Summary(
        planned_by=plan.planned_by,
        name=plan.name,
        hash=plan.hash,
        title=f"{dataset.name} - {prepared.experiment.model.name}" + (f": {_varied(plan)}" if plan.axes else ""),
        status="running",
        dataset=data,
        model=ModelSummary(name=prepared.experiment.model.name, parameters=prepared.architecture.num_parameters),
        parts=tuple(part for part in PARTS if part in plan.parts),
        scores=scores,
        own_scores={name: score_named(name).higher_is_better for name in scores if name not in SCORES},
        metric=described(metric, selection, data.labelled(metric.score, metric.label)),
        selected_on=selection if validated else None,
        seeds=tuple(plan.seeds),
        num_arms=len(plan.arms),
        num_trials=len(plan.arms) * len(plan.seeds),
        axes=tuple(axis_summary(plan, axis) for axis in plan.axes),
        method=plan.sweep.method,
        match=plan.sweep.match,
        baseline=plan.baseline,
        margin=plan.sweep.margin,
        also_varies=tuple(also_varies(plan)),
        losses=tuple(dict.fromkeys(map(loss_of, plan.arms))),
        known_samples=tuple(known_samples),
        confirms=plan.confirms,
        named_arms=any(labels_of(plan.sweep)),
    )
    return opening.model_copy(update={"speaks_of": speaks_of(as_data(prepared.experiment), opening)})


def _learned(plan: Plan) -> str:
    learned = set(map(learned_of, plan.arms))
    return learned.pop() if len(learned) == 1 else EACH_ARMS


def _same_data(plan: Plan) -> bool:
    """Whether all arms have the same samples in the same parts."""
    return len({(arm.experiment.dataset, arm.experiment.split_seed) for arm in plan.arms}) == 1


def _same_rows(plan: Plan) -> bool:
    """Whether all arms learn from one table, and none of them leaves out a row."""
    if not all(isinstance(arm.experiment.dataset, Csv) for arm in plan.arms):
        return False
    tables = tables_of(plan).values()
    return len({(table.path, table.rows) for table in tables}) == 1 and not any(table.lost for table in tables)


def _ranges(prepared: Prepared, seeds: Sequence[int]) -> dict[Part, tuple[int, int]] | None:
    """Of each part, the fewest and most samples that a seed has; None where all seeds have the same."""
    sizes = list(prepared.different_sizes(seeds))
    if len(sizes) == 1:
        return None
    counts: dict[Part, list[int]] = {part: [getattr(size, part) for size in sizes] for part in PARTS}
    return {part: (min(numbers), max(numbers)) for part, numbers in counts.items()}


def _largest_class(dataset: Dataset, prepared: Prepared, seeds: Sequence[int]) -> LargestClass | None:
    """The most frequent class; None where there are no classes.

    How many samples of it a part has, no seed changes, but for folds and groups: there it is the mean over the seeds.
    """
    if dataset.facts.task != "classification":
        return None
    experiment = prepared.experiment
    varies = experiment.dataset.split.kind in ("k_fold", "group") and experiment.split_seed is None
    split_seeds = seeds if varies else [experiment.seeds_by_purpose.split]
    splits = [parts_of(dataset, experiment.dataset, seed) for seed in split_seeds]
    label = int(np.bincount(dataset.targets[splits[0].train]).argmax())
    shares = {part: [dataset.targets[getattr(parts, part)] == label for parts in splits] for part in PARTS}
    return LargestClass(
        name=dataset.class_names[label] if dataset.class_names else str(label),
        shares={part: float(np.mean([s.mean() for s in hits])) for part, hits in shares.items() if len(hits[0])},
    )


def closing_summary(opening: Summary, plan: Plan, training: Trained) -> Summary:
    """The summary of a result all of whose trials have ended."""
    columns = [opening.metric.column]
    if len(plan.arms) == 1:  # the scores of a run are read here; those of many arms stand in their tables
        scores = [f"{part}_{name}" for part in opening.parts for name in opening.scores]
        columns = [f"{when}_{name}" for when in ("final", "best") for name in scores]
    config, arms = as_data(plan.base.experiment), []
    settings = [axis_cells(plan, arm) for arm in plan.arms]
    designs = {part: designs_of(config, opening, settings, part) for part in PARTS}
    values = np.full((len(plan.arms), len(plan.seeds)), nan)
    for place, arm in enumerate(plan.arms):
        trials = [training.trials[arm.number, seed] for seed in plan.seeds]
        values[place] = [score_of(trial, opening.metric.column) for trial in trials]
        own = {part: designs[part][place] for part in PARTS}
        means = {column: _mean([score_of(trial, column) for trial in trials], column, own) for column in columns}
        statuses = [trial.status for trial in trials]
        arms.append(
            ArmSummary(
                label=arm.label,
                diverged=statuses.count("diverged"),
                failed=statuses.count("failed"),
                means={column: mean for column, mean in means.items() if mean},
            )
        )
    ended = [trial.status in ("diverged", "failed") for trial in training.trials.values()]
    outcome = Outcome(arms=tuple(arms), best=best_arm(values, opening.metric.higher_is_better))
    status = "diverged" if all(ended) else "finished"
    return opening.model_copy(update={"status": status, "reason": None, "outcome": outcome})


def score_of(trial: TrialRecord, column: str) -> float:
    """A column of ``trials.csv``; NaN where the trial has no such score."""
    asked = column_of(column)
    assert asked is not None
    value = (trial.final if asked.when == "final" else trial.best).get(asked.name)
    return nan if value is None else value


def as_mean(interval: MeanInterval, new_samples: tuple[float, float]) -> Mean:
    """A mean with its intervals, as JSON can hold it."""
    numbers = (interval.mean, interval.std, interval.low, interval.high, *new_samples)
    mean, std, low, high, new_low, new_high = (value if isfinite(value) else None for value in numbers)
    return Mean(
        n=interval.n, mean=mean, std=std, low=low, high=high, new_samples_low=new_low, new_samples_high=new_high
    )


def _mean(values: Sequence[float], column: str, designs: Mapping[Part, Design]) -> Mean | None:
    """The mean of the finite values of a column, with its intervals for new seeds and by its design for new samples."""
    finite = [value for value in values if isfinite(value)]
    if not finite:
        return None
    asked, mean = column_of(column), mean_interval(finite)
    assert asked is not None
    design = next(design for part, design in designs.items() if part == asked.part)
    low, high = own_interval(mean.n, mean.mean, mean.std, design, is_share=asked.score.share_of_samples)
    ends = asked.score.ends
    return as_mean(mean.within(*ends), ends_within(low, high, *ends))


def _varied(plan: Plan) -> str:
    """``learning rate x batch size``; axes that are not crossed with a comma."""
    crossed = plan.sweep.method != "one_at_a_time" and not (plan.sweep.zip or plan.sweep.arms)
    return (" x " if crossed else ", ").join(axis.label for axis in plan.axes)


def also_varies(plan: Plan) -> list[str]:
    """Keys that differ among the arms though they are no axes: defaults that follow an axis, such as the initializer."""
    if len(plan.arms) == 1:
        return []
    return [key for key in differences([as_data(arm.experiment) for arm in plan.arms]) if not _follows(plan, key)]


def _follows(plan: Plan, key: str) -> bool:
    kinds = ("dataset.split", "dataset.split.kind")  # of a split, to which some keys belong
    of_split = key == "dataset.test_fraction" or key.startswith("dataset.split.")
    if of_split and any(axis.key in kinds for axis in plan.axes):
        return True
    matched = ["model.hidden_sizes"] if plan.sweep.match else []
    varied = [*(axis.key for axis in plan.axes), *matched]
    return any(key == axis_key or key.startswith(f"{axis_key}.") or f"{key}.name" == axis_key for axis_key in varied)
