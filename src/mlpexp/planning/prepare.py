"""From a config file to a checked experiment; imports no torch."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from mlpexp.architectures.architecture import Architecture
from mlpexp.architectures.build import build_architecture
from mlpexp.config.datasets import DatasetConfig, FashionMnist, Mnist
from mlpexp.config.experiment import Experiment
from mlpexp.config.facts import DatasetFacts
from mlpexp.config.load import read_source, validated
from mlpexp.config.map_rules import Finding
from mlpexp.config.rules import resolve, unknown_classes, violations
from mlpexp.config.yaml_source import Override, Source, dotted
from mlpexp.data.catalogue import class_names, facts_of
from mlpexp.data.split import PartSizes, part_sizes
from mlpexp.errors import ArchitectureError, ConfigError, InputError, Problem


@dataclass(frozen=True)
class Prepared:
    """A valid experiment with everything that is known before any data are loaded."""

    experiment: Experiment
    """With all defaults."""
    facts: DatasetFacts
    """Of the data set."""
    sizes: PartSizes
    """Samples of each part."""
    architecture: Architecture
    """Of the network."""


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


class Preparation:
    """Checks configs that have much in common: each data set is looked at once, and each network is built once."""

    def __init__(self) -> None:
        self._facts_of, self._network = cache(facts_of), cache(build_architecture)

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
        dataset = experiment.dataset
        try:
            facts = self._facts_of(dataset)
            sizes = part_sizes(facts, dataset.validation_fraction, test_fraction(dataset))
        except InputError as error:
            raise _placed(source, error) from None
        experiment = resolve(experiment, facts)
        findings = violations(experiment, facts, sizes.train)
        if experiment.training.class_weights not in ("none", "balanced"):
            findings += unknown_classes(experiment, class_names(dataset))
        if findings:
            raise ConfigError([_problem(source, finding) for finding in findings])
        try:
            architecture = self._network(experiment.model, facts.input_shape, facts.num_outputs)
        except ArchitectureError as error:
            raise ConfigError([_problem(source, (("model",), error.message))]) from None
        return Prepared(experiment, facts, sizes, architecture)


def test_fraction(dataset: DatasetConfig) -> float:
    """Share of the samples to test on; 0 for data sets with an official test set."""
    return 0.0 if isinstance(dataset, (Mnist, FashionMnist)) else dataset.test_fraction


def _problem(source: Source, finding: Finding) -> Problem:
    path, message = finding
    return Problem(source.place(path), dotted(path), message)


def _placed(source: Source, error: InputError) -> InputError:
    """An error about a key of the config gets its place; one about a data file already names its own."""
    if error.key is None:
        return error
    return ConfigError([_problem(source, (tuple(error.key.split(".")), error.message))])
