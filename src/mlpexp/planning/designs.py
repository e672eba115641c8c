"""Which combinations of values a sweep trains."""

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from math import prod
from typing import Any

import numpy as np

from mlpexp.asking import either
from mlpexp.config.mistyped import mistyped
from mlpexp.config.sweep import LABEL, Sweep
from mlpexp.config.words import did_you_mean
from mlpexp.config.yaml_source import Path_, Source, dotted
from mlpexp.errors import ConfigError, InputError, Problem
from mlpexp.planning.axes import Axis, axis_named
from mlpexp.planning.values import Distribution, full_value, value_text, why_no_label
from mlpexp.randomness import stream

Settings = dict[str, Any]  # by dotted key
MOST_ARMS = 100_000
ONE_GROUP = "expected two or more axes, each in one group only"
MOST_REJECTED = 1_000  # sampled combinations in a row that were excluded or known


def combinations(
    sweep: Sweep, axes: Sequence[Axis], source: Source, base: Settings, num_arms: int, seed: int
) -> list[Settings]:
    """The settings of each arm, in a fixed order.

    Args:
        sweep: The section.
        axes: Its axes.
        source: For the places of problems.
        base: The config's own value of each axis (absent: it has none).
        num_arms: How many to sample.
        seed: Of the sampling.

    Raises:
        ConfigError: The section contradicts itself, or leaves no arm.
    """
    if sweep.arms:
        return _listed(sweep, axes, source, base)
    exclusions = [_named(source, axes, ("sweep", "exclude", i), given) for i, given in enumerate(sweep.exclude)]
    groups = _groups(sweep, axes, source)

    def allowed(settings: Settings) -> bool:
        return not any(_has(settings, exclusion) for exclusion in exclusions)

    if sweep.method == "one_at_a_time":  # exclusions do not touch the config itself
        usual, *varied = _one_at_a_time(groups, base)
        return [usual, *filter(allowed, varied)]
    if sweep.method != "grid":
        _refuse_too_many(num_arms, "arms")
        return _sampled(sweep, groups, num_arms, seed, allowed)
    grid = list(_grid(groups))
    for i, exclusion in enumerate(exclusions):
        if not any(_has(settings, exclusion) for settings in grid):
            raise _problem(source, ("sweep", "exclude", i), "matches no combination")
    rest = [settings for settings in grid if allowed(settings)]
    if not rest:
        raise _problem(source, ("sweep", "exclude"), "leaves no combination")
    return rest


def _listed(sweep: Sweep, axes: Sequence[Axis], source: Source, base: Settings) -> list[Settings]:
    """The arms that the section lists one by one; what each of them names."""
    others = [key for key in ("over", "zip", "exclude", "trials") if getattr(sweep, key)]
    others += ["method"] if sweep.method != "grid" else []
    if others:
        raise _problem(
            source, ("sweep", others[0]), "means nothing beside sweep.arms, which lists all arms; leave one out"
        )
    _check_labels(sweep, source)
    arms: list[Settings] = []
    for i, arm in enumerate(sweep.arms):
        given = {written: value for written, value in arm.items() if written != LABEL}
        arms.append(_named(source, axes, ("sweep", "arms", i), given))
    usual = base if all(LABEL in arm for arm in sweep.arms) else {}
    wholes = [{**usual, **settings} for settings in arms]
    for i, settings in enumerate(wholes):
        if settings in wholes[:i]:
            raise _problem(source, ("sweep", "arms", i), "this arm is there twice")
    return arms


def _check_labels(sweep: Sweep, source: Source) -> None:
    """Demands names of arms that are names, each of one arm."""
    labels = [arm.get(LABEL) for arm in sweep.arms]
    for i, arm in enumerate(sweep.arms):
        if LABEL in arm:
            twice = f"{labels[i]!r} is the label of another arm, too" if labels[i] in labels[:i] else ""
            if problem := why_no_label(labels[i]) or twice:
                raise _problem(source, ("sweep", "arms", i, LABEL), problem)


def _has(settings: Settings, part: Settings) -> bool:
    """Whether settings have all values of a part of them."""
    return all(settings.get(key) == value for key, value in part.items())


def baseline_of(sweep: Sweep, axes: Sequence[Axis], source: Source) -> Settings | None:
    """The baseline's settings by full key; None: none is named, or one by its label.

    Raises:
        ConfigError: It names something that is not an axis.
    """
    if sweep.baseline is None or LABEL in sweep.baseline:
        return None
    return _named(source, axes, ("sweep", "baseline"), sweep.baseline)


def _named(source: Source, axes: Sequence[Axis], path: Path_, given: Mapping[str, Any]) -> Settings:
    """A mapping of axes to values, by full key, the values being those of the axis."""
    settings = {}
    for written, value in given.items():
        axis = axis_named(axes, written)
        if axis is None:
            near = did_you_mean(written, [axis.key for axis in axes])
            raise _problem(source, (*path, written), f"not an axis{near}")
        among = axis.values_like(full_value(axis.key if written != "hidden_size" else written, value))
        if not among:
            known = (
                did_you_mean(value_text(value), list(map(axis.text, axis.values)))
                if isinstance(axis.values, list)
                else ""
            )
            raise _problem(source, (*path, written), f"{value_text(value)} is not among the values of this axis{known}")
        settings[axis.key] = among[0]
    return settings


def _groups(sweep: Sweep, axes: Sequence[Axis], source: Source) -> list[list[Axis]]:
    """Axes that move together, in the order of the axes; an axis that is not zipped is a group of its own."""
    zipped: dict[str, list[Axis]] = {}  # the group of each zipped axis
    for i, names in enumerate(sweep.zip):
        group = _zipped(names, axes, source, ("sweep", "zip", i))
        if not zipped.keys().isdisjoint(axis.key for axis in group):
            raise _problem(source, ("sweep", "zip", i), ONE_GROUP)
        _check_lengths(group, source, ("sweep", "zip", i))
        zipped |= dict.fromkeys((axis.key for axis in group), group)
    groups = (zipped.get(axis.key, [axis]) for axis in axes)
    return list({group[0].key: group for group in groups}.values())


def _zipped(names: Sequence[str], axes: Sequence[Axis], source: Source, path: Path_) -> list[Axis]:
    """The axes of one group."""
    named = {name: axis_named(axes, name) for name in names}
    for name, axis in named.items():
        if axis is None:
            near = did_you_mean(name, [axis.key for axis in axes])
            raise _problem(source, path, f"{name} is not an axis{near}")
    group = [axis for axis in map(named.get, names) if axis]
    if len({axis.key for axis in group}) < max(2, len(group)):
        raise _problem(source, path, ONE_GROUP)
    return group


def _check_lengths(group: Sequence[Axis], source: Source, path: Path_) -> None:
    """Demands lists of values that have equal lengths."""
    lengths = {axis.key: len(axis.values) for axis in group if isinstance(axis.values, list)}
    if len(lengths) < len(group):
        raise _problem(source, path, "a distribution cannot be zipped")
    if len(set(lengths.values())) > 1:
        counts = " and ".join(f"{key} has {length}" for key, length in lengths.items())
        raise _problem(source, path, f"zipped axes need equally many values, but {counts}")


def _steps(group: Sequence[Axis]) -> list[Settings]:
    """The settings that a group of zipped axes goes through."""
    columns = [axis.values for axis in group if isinstance(axis.values, list)]
    return [dict(zip((axis.key for axis in group), row, strict=True)) for row in zip(*columns, strict=True)]


def _grid(groups: Sequence[Sequence[Axis]]) -> Iterator[Settings]:
    steps = [_steps(group) for group in groups]
    count = prod(map(len, steps))
    _refuse_too_many(count, "combinations")
    for parts in product(*steps):
        yield {key: value for part in parts for key, value in part.items()}


def _refuse_too_many(count: int, what: str) -> None:
    if count > MOST_ARMS:
        fewer = ", or sample with " + either("--method sobol", 'method="sobol"') if what == "combinations" else ""
        many = f"{count:,}" if count < 10**15 else "more than 10^15"
        raise InputError(f"{many} {what}; at most {MOST_ARMS:,}{fewer}", key="sweep")


def _one_at_a_time(groups: Sequence[Sequence[Axis]], base: Settings) -> Iterator[Settings]:
    """The config itself, then each group through its values with the others as in the config."""
    yield dict(base)
    for group in groups:
        for step in _steps(group):
            settings = {**base, **step}
            if settings != base:
                yield settings


def _sampled(sweep: Sweep, groups: Sequence[Sequence[Axis]], num_arms: int, seed: int, allowed: Any) -> list[Settings]:
    """So many different combinations, drawn at random or from a scrambled Sobol sequence.

    References:
        Sobol (1967), "On the distribution of points in a cube"; Bergstra and Bengio (2012), "Random search for
        hyper-parameter optimization".
    """
    arms: list[Settings] = []
    texts: set[str] = set()
    rejected = 0
    for point in _points(sweep.method, len(groups), seed):
        settings: Settings = {}
        for group, share in zip(groups, point, strict=True):
            values = group[0].values
            if isinstance(values, Distribution):
                settings[group[0].key] = group[0].sampled(share)
            else:
                settings |= _steps(group)[min(int(share * len(values)), len(values) - 1)]
        text = json.dumps(settings, sort_keys=True)
        if allowed(settings) and text not in texts:
            texts.add(text)
            arms.append(settings)
            rejected = 0
        else:
            rejected += 1
        if len(arms) == num_arms:
            return arms
        if rejected > MOST_REJECTED:
            raise InputError(f"only {len(arms)} different combinations were found", key="sweep.trials")
    raise AssertionError("the points never end")


def _points(method: str, dimensions: int, seed: int) -> Iterator[list[float]]:
    generator = stream(seed, "sweep")
    if method == "random":
        while True:
            yield generator.random(dimensions).tolist()
    from scipy.stats.qmc import Sobol  # takes half a second to import

    seed = int(generator.integers(2**63))  # the scrambling wants to spawn generators, which a keyed one cannot
    sobol = Sobol(dimensions, scramble=True, rng=np.random.default_rng(seed))
    while True:
        yield from sobol.random(256).tolist()


def _problem(source: Source, path: Path_, message: str) -> ConfigError:
    problems = [Problem(source.place(path), dotted(path), message)]
    return ConfigError(mistyped(source, problems) or problems)
