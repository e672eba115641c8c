"""The arms of a plan: a checked experiment for each combination of values."""

from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import permutations
from pathlib import Path
from typing import Any

from mlpexp.config.dump import identity, program_of
from mlpexp.config.experiment import Experiment
from mlpexp.config.load import expand_names, keep_own_keys, leave_out_test_fraction
from mlpexp.config.start_paths import anchor_starts
from mlpexp.config.table_paths import anchor_tables
from mlpexp.config.yaml_source import Source, set_value, value_at
from mlpexp.errors import ConfigError, InputError, Place, Problem
from mlpexp.planning.arm_names import Trained, as_trained, label_of, sizes_of, trained_text
from mlpexp.planning.axes import Axis
from mlpexp.planning.designs import Settings
from mlpexp.planning.matching import matched
from mlpexp.planning.own_values import as_listed
from mlpexp.planning.prepare import Preparation, Prepared
from mlpexp.planning.values import value_text


@dataclass(frozen=True)
class Arm:
    """One setting of the axes."""

    number: int
    """Position in the plan, from 0."""
    settings: Settings
    """Value of each axis, by key."""
    written: Settings
    """Those that decide what is trained: of a listed arm those it names, of others all."""
    label: str
    """In one line: ``learning_rate=0.1, batch_size=16``."""
    prepared: Prepared
    """The checked experiment; its ``seeds`` is 1."""

    @property
    def experiment(self) -> Experiment:
        """What each of its trials trains, but for the seed."""
        return self.prepared.experiment

    @property
    def steps(self) -> int:
        """Updates of one trial, early stopping aside; of folds and groups, with the first seed."""
        return self.prepared.steps

    @cached_property
    def identity(self) -> str:
        """What it computes: equal for arms that differ in name alone."""
        return identity(self.experiment)

    @cached_property
    def program(self) -> str:
        """Equal for arms whose trials can be members of one stack."""
        return program_of(self.experiment)


def arm_of(number: int, settings: Settings, label: str, prepared: Prepared) -> Arm:
    """An arm of an experiment, whose seeds are the plan's."""
    alone = prepared.experiment.model_copy(update={"seeds": 1})
    return Arm(number, settings, settings, label, replace(prepared, experiment=alone))


@dataclass(frozen=True)
class Variation:
    """A config, what is varied of it, and what is known of it already."""

    source: Source
    """The config as it was read."""
    path: Path
    """From where."""
    axes: Sequence[Axis]
    """What is varied."""
    preparation: Preparation
    """What has checked the config itself."""
    budget: int | None
    """Parameters that every arm is scaled to; None: as they are."""
    listed: bool = False
    """Whether arms are listed one by one: what one does not name is as in the config."""

    def arms(self, combinations: Sequence[Settings], *, alone: bool) -> list[Arm]:
        """One arm per combination.

        Args:
            combinations: The settings of each arm.
            alone: Whether each axis is varied alone. The first arm is then the config itself, and labels name what
                differs from it.

        Raises:
            ConfigError: With the problems of all arms.
        """
        usual = combinations[0] if alone else None
        arms: list[Arm] = []
        problems: dict[str, Problem] = {}
        for settings in combinations:
            label = label_of(self.axes, settings, usual, Axis.text)
            try:
                self._refuse_two_values(settings)
                prepared = self._prepared(settings)
                arm = arm_of(len(arms), settings, label, self._scaled(prepared))
            except ConfigError as error:
                problems |= {str(problem): problem for problem in error.problems}
                continue
            except InputError as error:
                place = Place("sweep.match" if self.budget is not None else str(self.path))
                problems[str(error)] = Problem(place, label, str(error))
                continue
            if alone and arms and arm.identity == arms[0].identity:
                continue  # the config's own value, written in another way
            listed = as_listed(self.axes, settings, prepared.experiment) if self.listed else settings
            arms.append(replace(arm, settings=listed))
        if problems:
            raise ConfigError(list(problems.values()))
        return arms

    def trained_axes(self, combinations: Sequence[Settings]) -> list[Axis]:
        """The axes, hidden sizes called as they are trained in the arms of some combinations; without those that cannot be."""
        trained = []
        for settings in combinations:
            with suppress(InputError):
                trained.append(Trained(settings, sizes_of(self._scaled(self._prepared(settings)).experiment.model)))
        return as_trained(self.axes, trained)

    def _prepared(self, settings: Settings) -> Prepared:
        """The experiment of one arm, checked without places first: few have a problem that needs them."""
        try:
            return self.preparation.prepared(self._with(Source(self.source.data), settings))
        except InputError:
            return self.preparation.prepared(self._with(self.source, settings))

    def _refuse_two_values(self, settings: Settings) -> None:
        """Refuses a value of a key beside a section that has another one: ``learning_rate`` beside an ``optimizer``."""
        for section, axis in self._nested:
            if not {section.key, axis.key} <= settings.keys():
                continue
            if value_at(settings[section.key], axis.parts[len(section.parts) :]):
                what = f"sweep.{'arms' if self.listed else 'over'}.{axis.written}"
                said = f"{value_text(settings[axis.key])} beside {section.written}: {value_text(settings[section.key])}"
                raise ConfigError([Problem(axis.place, what, f"{said}, which says it, too; leave out one of them")])

    @cached_property
    def _nested(self) -> list[tuple[Axis, Axis]]:
        """Axes that are sections, each with an axis that is one of its keys."""
        return [pair for pair in permutations(self.axes, 2) if pair[1].key.startswith(f"{pair[0].key}.")]

    @cached_property
    def _sections_first(self) -> list[Axis]:
        """The axes, sections before their keys, which would else be lost."""
        return sorted(self.axes, key=lambda axis: len(axis.parts))

    def _scaled(self, prepared: Prepared) -> Prepared:
        """The experiment with as many parameters as all have."""
        return prepared if self.budget is None else matched(prepared, self.budget)

    def _with(self, source: Source, settings: Settings) -> Source:
        """The config with the values of one arm, and with the places that the source has."""
        data = {section: copied(value) for section, value in source.data.items() if section != "sweep"}
        changed = Source(data, dict(source.keys), dict(source.values), tables=self.source.tables)
        for axis in self._sections_first:
            if axis.key in settings:
                set_value(changed, axis.parts, copied(settings[axis.key]), axis.place)
        before = self.source.data.get("optimizer")
        by_name = any((axis.written, axis.key) == ("optimizer", "optimizer.name") for axis in self.axes)
        if by_name and isinstance(before, dict):
            keep_own_keys(changed, before)
        expand_names(changed)
        if any(axis.parts[:2] == ["dataset", "split"] for axis in self.axes):
            leave_out_test_fraction(changed)
        anchor_tables(changed, self.path)
        anchor_starts(changed, self.path)
        return changed


def called(arms: Sequence[Arm], axes: Sequence[Axis], usual: Settings | None) -> list[Arm]:
    """The arms with labels that say what they are trained with.

    Args:
        arms: Whose labels say what was written.
        axes: Whose values are called as they are trained.
        usual: Settings of the config itself, where each axis is varied alone.
    """
    labels, told_apart = ([_label(arm, axes, usual, and_written=written) for arm in arms] for written in (False, True))
    counts = Counter(labels)
    labels = [label if counts[label] == 1 else apart for label, apart in zip(labels, told_apart, strict=True)]
    return [replace(arm, label=label) for arm, label in zip(arms, labels, strict=True)]


def _label(arm: Arm, axes: Sequence[Axis], usual: Settings | None, *, and_written: bool) -> str:
    return label_of(axes, arm.written, usual, trained_text(sizes_of(arm.experiment.model), and_written=and_written))


def copied(value: Any) -> Any:
    """A copy of plain data, all the way down."""
    if isinstance(value, dict):
        return {key: copied(item) for key, item in value.items()}
    return [copied(item) for item in value] if isinstance(value, list) else value
