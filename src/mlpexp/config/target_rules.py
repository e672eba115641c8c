"""Rules for ``dataset.target``: what means nothing for classes, and numbers that cannot be learned as they are."""

from collections.abc import Iterator

from mlpexp.config.datasets import Csv
from mlpexp.config.experiment import Experiment
from mlpexp.config.facts import DatasetFacts, TargetRange
from mlpexp.config.map_rules import Finding
from mlpexp.config.som import Som

LARGEST = {"float32": 3.4028234663852886e38, "float64": 1.7976931348623157e308}  # numbers there are
COARSE = 0.01  # of the spread of the targets: steps from number to number that are worth a word
STANDARDIZE = "leave out dataset.target.standardize: false"


def target_violations(experiment: Experiment, facts: DatasetFacts) -> Iterator[Finding]:
    """The rules that the target of a resolved experiment breaks; none of data other than tables."""
    dataset = experiment.dataset
    if not isinstance(dataset, Csv):
        return
    for key in ("standardize", "transform"):
        if getattr(dataset.target, key) is None:
            continue
        if isinstance(experiment.model, Som):
            yield ("dataset", "target", key), "means nothing for a self-organizing map, which predicts no numbers"
        elif facts.task == "classification":
            message = (
                f"is for numbers, but {dataset.target.column} is read as class labels; leave it out, "
                "or set dataset.task: regression if these are quantities"
            )
            yield ("dataset", "target", key), message
    if message := out_of_precision(experiment, facts):
        yield ("dataset", "target"), message


def out_of_precision(experiment: Experiment, facts: DatasetFacts) -> str:
    """Why nothing can be learned of numbers as they are: they are too large, or all the same; else empty."""
    numbers = raw_range(experiment, facts)
    if numbers is None:
        return ""
    precision, column = _precision(experiment), experiment.dataset.target.column  # type: ignore[union-attr]
    if numbers.farthest > LARGEST[precision] ** 0.5:
        return (
            f"{column} reaches {numbers.farthest:.3g}, whose square {precision} cannot hold, so that every loss would be "
            f"infinite; {STANDARDIZE}"
        )
    if 0 < numbers.spread <= numbers.spacing(precision):
        return (
            f"{precision} tells numbers near {numbers.farthest:.4g} apart only by {numbers.spacing(precision):.3g}, "
            f"but {column} spreads by {numbers.spread:.3g}: nothing can be learned; {STANDARDIZE}{_wider(precision)}"
        )
    return ""


def coarse(experiment: Experiment, facts: DatasetFacts) -> str:
    """That the precision of training rounds numbers that are learned as they are; empty where that is too little to say."""
    numbers = raw_range(experiment, facts)
    if numbers is None:
        return ""
    precision, column = _precision(experiment), experiment.dataset.target.column  # type: ignore[union-attr]
    spacing = numbers.spacing(precision)
    if numbers.spread == 0 or spacing <= COARSE * numbers.spread:
        return ""
    return (
        f"{precision} tells numbers near {numbers.farthest:.4g} apart only by {spacing:.3g}, "
        f"and {column} spreads by {numbers.spread:.3g}; {STANDARDIZE}{_wider(precision)}"
    )


def raw_range(experiment: Experiment, facts: DatasetFacts) -> TargetRange | None:
    """Where the numbers of a table lie that a network learns as they are; None where it learns others, or none."""
    dataset = experiment.dataset
    if not isinstance(dataset, Csv) or isinstance(experiment.model, Som):
        return None
    is_raw = dataset.target.standardize is False and dataset.target.transform != "log"
    return facts.target_range if is_raw else None


def learned_range(experiment: Experiment, facts: DatasetFacts) -> TargetRange | None:
    """Where the numbers lie that a network learns; None where they are standardized first."""
    dataset, numbers = experiment.dataset, facts.target_range
    if not isinstance(dataset, Csv) or numbers is None:
        return numbers
    if dataset.target.standardize is not False:
        return None
    return numbers.of_logarithms if dataset.target.transform == "log" else numbers


def _precision(experiment: Experiment) -> str:
    return "float64" if experiment.training.precision == "float64" else "float32"


def _wider(precision: str) -> str:
    return ", or set training.precision: float64" if precision == "float32" else ""
