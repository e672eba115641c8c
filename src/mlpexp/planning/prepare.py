"""From a config file to a checked experiment; imports no torch."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from math import ceil
from pathlib import Path

import numpy as np

from mlpexp.architectures.architecture import Architecture
from mlpexp.architectures.build import architecture_of, build_architecture
from mlpexp.asking import keyword
from mlpexp.config.datasets import DatasetConfig
from mlpexp.config.experiment import Experiment
from mlpexp.config.facts import DatasetFacts
from mlpexp.config.load import read_source, validated
from mlpexp.config.map_rules import Finding
from mlpexp.config.outputs import output_of
from mlpexp.config.own_parts import needed_parts
from mlpexp.config.own_scores import declare_given
from mlpexp.config.rules import resolve, unknown_classes, violations
from mlpexp.config.start import Start
from mlpexp.config.yaml_source import Override, Source, dotted
from mlpexp.data.catalogue import class_names, facts_of
from mlpexp.data.parts import check_folds, sizes_differ, sizes_of
from mlpexp.data.split import PartSizes
from mlpexp.errors import ArchitectureError, ConfigError, DataError, InputError, Problem
from mlpexp.planning.start_weights import weights_at
from mlpexp.planning.starts import checked_start, refuse_seeds, taken_layers
from mlpexp.store.starts import StartWeights


@dataclass(frozen=True)
class Prepared:
    """A valid experiment with everything that is known before any data are loaded."""

    experiment: Experiment
    """With all defaults."""
    facts: DatasetFacts
    """Of the data set."""
    sizes: PartSizes
    """Samples of each part, with the first seed."""
    architecture: Architecture
    """Of the network."""
    size_table: "SizeTable" = field(compare=False, repr=False)
    """Remembers the sizes of all seeds."""
    start: StartWeights | None = field(default=None, compare=False, repr=False)
    """Weights of another result to begin with."""

    @property
    def steps(self) -> int:
        """Updates of one trial, early stopping aside."""
        training, num_train = self.experiment.training, self.sizes.train
        return training.epochs * ceil(num_train / training.batch_of(num_train))

    @property
    def sizes_differ(self) -> bool:
        """Whether the sizes of the parts depend on the seed."""
        return sizes_differ(self.experiment.dataset, self.facts)

    def with_seed(self, seed: int) -> "Prepared":
        """The same with the sizes that a seed's parts have."""
        return replace(self, sizes=self.sizes_of(seed)) if self.sizes_differ else self

    def num_samples(self, seeds: Sequence[int]) -> int:
        """Samples of all parts, over some seeds."""
        count = Counter(map(self.sizes_of, seeds)) if self.sizes_differ else {self.sizes: len(seeds)}
        return sum(number * (sizes.train + sizes.validation + sizes.test) for sizes, number in count.items())

    def sizes_of(self, seed: int) -> PartSizes:
        """Samples of each part with a seed: of folds and groups, not always the same.

        Raises:
            DataError: The data cannot be split with this seed.
        """
        (split_seed,) = self.split_seeds([seed])
        return self.size_table.sizes_of(self.experiment.dataset, self.facts, split_seed, self.sizes)

    def split_seeds(self, seeds: Iterable[int]) -> list[int]:
        """The seeds of the splits that trials with these seeds have, each once."""
        fixed = self.experiment.split_seed
        return list(dict.fromkeys(seeds)) if fixed is None else [fixed]

    def initial(self, seed: int) -> dict[str, np.ndarray] | None:
        """The tensors that a seed begins with instead of drawn ones, by name; None: all are drawn.

        Raises:
            InputError: There are none of this seed.
        """
        self.refuse_lacking([seed])
        if self.start is None:
            return None
        taken = taken_layers(self.architecture, self.start)
        tensors = self.start.of_seed(self.start_seed(seed))
        return {name: tensor for name, tensor in tensors.items() if name.rpartition(".")[0] in taken}

    def refuse_lacking(self, seeds: Sequence[int]) -> None:
        """Sees that there are weights to begin with for each seed.

        Raises:
            InputError: Some have none.
        """
        if self.start is not None:
            refuse_seeds(self.start, [self.start_seed(seed) for seed in seeds])

    def start_seed(self, seed: int) -> int:
        """Which seed of the other result a seed begins with: ``start.seed``, else ``init_seed``, else the same."""
        start, same = self.experiment.start, self.experiment.model_copy(update={"seed": seed}).seeds_by_purpose.init
        return same if start is None or start.seed is None else start.seed

    def different_sizes(self, seeds: Iterable[int]) -> dict[PartSizes, int]:
        """The different sizes that some seeds have, each with the first seed that has it."""
        if not self.sizes_differ:
            return {self.sizes: next(iter(seeds))}
        first: dict[PartSizes, int] = {}
        for seed in seeds:
            first.setdefault(self.sizes_of(seed), seed)
        return first


class SizeTable:
    """The sizes of parts, each found out once."""

    def __init__(self) -> None:
        self._sizes: dict[tuple[DatasetConfig, int], PartSizes] = {}

    def sizes_of(self, dataset: DatasetConfig, facts: DatasetFacts, seed: int, usual: PartSizes) -> PartSizes:
        """The sizes of a split seed; ``usual`` where all seeds have the same."""
        if not sizes_differ(dataset, facts):
            return usual
        if (dataset, seed) not in self._sizes:
            self._sizes[dataset, seed] = sizes_of(dataset, facts, seed)
        return self._sizes[dataset, seed]


def prepare(path: Path, overrides: Sequence[Override] = ()) -> Prepared:
    """Reads and checks a config: first each key, then the sections together, then the network layer by layer.

    A ``sweep:`` section is checked for its form and left out of the experiment.

    Raises:
        InputError: With all problems of the first of these stages that finds any.
    """
    return prepared_from(read_source(path, overrides))


def prepared_from(source: Source) -> Prepared:
    """``prepare`` for a config that has been read.

    Raises:
        InputError: As ``prepare``.
    """
    return Preparation().prepared(source)


def network_of(source: Source, input_shape: tuple[int, ...] | None) -> tuple[Architecture, tuple[int, ...]]:
    """The network of a config, and the shape of a sample of its data.

    Args:
        source: The config, as it was read.
        input_shape: Of samples that are other ones than the config's; those it need not fit then. None: its own.

    Raises:
        InputError: As ``prepare``; with other samples, only what is wrong of each key, or that the network does not fit.
    """
    if input_shape is None:
        prepared = prepared_from(source)
        return prepared.architecture, prepared.facts.input_shape
    experiment = validated(source)
    try:
        facts = facts_of(experiment.dataset)
    except DataError as error:
        what = f"{error.message}; with {keyword('input')}, too, the data say how many outputs there are"
        raise _placed(source, DataError(what, key=error.key)) from None
    except InputError as error:
        raise _placed(source, error) from None
    try:
        network = architecture_of(resolve(experiment, facts), replace(facts, input_shape=input_shape))
    except ArchitectureError as error:
        raise ConfigError([_problem(source, (("model",), error.message))]) from None
    except InputError as error:
        raise _placed(source, error) from None
    return network, facts.input_shape


def _place_of_layers(source: Source) -> tuple[str, ...]:
    """The section of the network, or its layers where the command line says them."""
    layers = ("model", "layers")
    return layers if layers in source.values and source.place(layers).line is None else layers[:1]


class Preparation:
    """Checks configs that have much in common: each data set is looked at once, and each network is built once."""

    def __init__(self) -> None:
        self._facts_of, self._network = cache(facts_of), cache(build_architecture)
        self._weights_at = cache(weights_at)
        self._sizes_of, self._check_folds = cache(sizes_of), cache(check_folds)
        self._size_table = SizeTable()

    def prepared(self, source: Source) -> Prepared:
        """The experiment that a source describes.

        Raises:
            InputError: As ``prepare``.
        """
        return self.checked(validated(source), source)

    def checked(self, experiment: Experiment, source: Source) -> Prepared:
        """An experiment whose keys are valid each by itself, with what follows from them together.

        Args:
            experiment: What the source describes.
            source: For the places of problems.

        Raises:
            InputError: With all problems of the first stage that finds any.
        """
        experiment = experiment.model_copy(update={"sweep": None})
        needed_parts([experiment], measuring=False)
        declare_given(experiment.more_scores)
        dataset = experiment.dataset
        try:
            facts = self._facts_of(dataset)
            self._check_folds(dataset, facts)
            sizes = self._sizes_of(dataset, facts, experiment.seeds_by_purpose.split)
        except InputError as error:
            raise _placed(source, error) from None
        experiment = resolve(experiment, facts)
        findings = violations(experiment, facts, sizes.train, sizes.validation)
        if experiment.training.class_weights not in ("none", "balanced"):
            findings += unknown_classes(experiment, class_names(dataset))
        if findings:
            raise ConfigError([_problem(source, finding) for finding in findings])
        try:
            num_units = output_of(experiment, facts).num_units
            architecture = self._network(experiment.model, facts.input_shape, num_units)
        except ArchitectureError as error:
            raise ConfigError([_problem(source, (_place_of_layers(source), error.message))]) from None
        prepared = Prepared(experiment, facts, sizes, architecture, self._size_table)
        if experiment.start is None:
            return prepared
        try:
            return self._with_start(prepared, experiment.start)
        except InputError as error:
            raise _placed(source, error) from None

    def _with_start(self, prepared: Prepared, start: Start) -> Prepared:
        """With the weights that it begins with, and layers that stay.

        Raises:
            InputError: The section names something that is not there.
        """
        weights = None
        if start.result is not None:
            weights = self._weights_at(start.model_copy(update={"freeze": ()}))
        start = checked_start(start, prepared.architecture, weights)
        return replace(
            prepared,
            experiment=prepared.experiment.model_copy(update={"start": start}),
            architecture=prepared.architecture.with_frozen(start.freeze),
            start=weights,
        )


def check_seeds(prepared: Prepared, seeds: Sequence[int], source: Source) -> None:
    """Sees that an experiment can be trained with each of its seeds: parts may differ in size, and weights be missing.

    Raises:
        InputError: With what the first seed that cannot be used breaks.
    """
    try:
        prepared.refuse_lacking(seeds)
        sizes = prepared.different_sizes(seeds)
    except InputError as error:
        raise _placed(source, error) from None
    if prepared.sizes_differ:
        for parts, seed in sizes.items():
            findings = violations(prepared.experiment, prepared.facts, parts.train, parts.validation)
            if findings:
                raise ConfigError([_problem(source, (key, f"with seed {seed}: {what}")) for key, what in findings])


def _problem(source: Source, finding: Finding) -> Problem:
    path, message = finding
    return Problem(source.place(path), dotted(path), message)


def _placed(source: Source, error: InputError) -> InputError:
    """An error about a key of the config gets its place; one about a data file already names its own."""
    if error.key is None:
        return error
    return ConfigError([_problem(source, (tuple(error.key.split(".")), error.message))])
