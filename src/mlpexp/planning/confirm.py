"""The plan of a confirmation: a few arms of a result, with seeds that no look before has used."""

from collections.abc import Sequence
from dataclasses import replace
from math import lcm

from mlpexp.asking import either, keyword
from mlpexp.config.splits import KFoldSplit
from mlpexp.config.sweep import LABEL
from mlpexp.config.yaml_source import Source, set_value
from mlpexp.errors import InputError, Place, RunError
from mlpexp.planning.arm_names import labels_of
from mlpexp.planning.arms import Arm
from mlpexp.planning.plan import Plan, plan_from
from mlpexp.planning.sweep_options import DESIGN
from mlpexp.statistics.new_seeds import NewSeeds
from mlpexp.store.result_folder import ResultFolder
from mlpexp.store.summary import Confirms

END_OF_SEEDS = 2**63
MOST_BY_ITSELF = 200  # fresh seeds that are trained without being asked for


def is_affordable(seeds: NewSeeds) -> bool:
    """Whether so many seeds as are surely enough are trained without being asked for."""
    return seeds.high is not None and seeds.high <= MOST_BY_ITSELF


def fresh_seeds(used: Sequence[tuple[int, int]], count: int, step: int = 1) -> range:
    """So many seeds in a row after all that are used; where there is no room behind them, before or between them.

    Args:
        used: First and last seeds.
        count: How many.
        step: The first is a multiple of it: of k folds, the first of a repetition.

    Raises:
        InputError: There is no room.
    """
    ends = sorted((last + 1 for _, last in used), reverse=True)
    for start in (-(-end // step) * step for end in [*ends, 0]):
        seeds = range(start, start + count)
        if seeds.stop <= END_OF_SEEDS and all(seeds.stop <= first or last < start for first, last in used):
            return seeds
    raise InputError(f"{keyword('seeds', count)}: there are not so many seeds in a row left below 2^63; take fewer")


def repetition(arms: Sequence[Arm]) -> int:
    """How many seeds are one repetition of all arms: the number of folds; 1 where each seed draws its own split."""
    splits = [arm.experiment.dataset.split for arm in arms]
    return lcm(*(split.folds for split in splits if isinstance(split, KFoldSplit)))


def confirming_plan(
    folder: ResultFolder, source: Source, first: Plan, numbers: Sequence[int], seeds: range, confirms: Confirms
) -> Plan:
    """Some arms of a sweep with other seeds, in its own words; the first arm is the baseline.

    Args:
        folder: Of the result that is confirmed.
        source: Its config.
        first: Its plan.
        numbers: Of the arms.
        seeds: Those to train.
        confirms: What is confirmed.

    Raises:
        InputError: The config is damaged.
        RunError: It has changed since.
    """
    place = Place(either("--confirm", "confirm"))
    section = source.data["sweep"]
    for key in DESIGN:
        section.pop(key, None)
    written = {axis.key: axis.written for axis in first.axes}
    arms = [{written[key]: value for key, value in first.arms[number].written.items()} for number in numbers]
    baseline = arms[0]
    if any(labels_of(first.sweep)) or any(axis.names for axis in first.axes):
        arms = [{LABEL: first.arms[number].label, **arm} for number, arm in zip(numbers, arms, strict=True)]
        baseline = {LABEL: arms[0][LABEL]}
    for key, value in {"arms": arms, "baseline": baseline, "seeds": len(seeds), "metric": first.metric.column}.items():
        set_value(source, ["sweep", key], value, place)
    set_value(source, ["seed"], seeds.start, place)
    plan = plan_from(source, folder.config)
    if [arm.identity for arm in plan.arms] != [first.arms[number].identity for number in numbers]:
        raise RunError(f"{folder.config}: its arms cannot be planned again one by one")
    return replace(plan, confirms=confirms)
