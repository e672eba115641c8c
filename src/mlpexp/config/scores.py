"""What is measured of a model on a part of the data: two kinds of scores, which name columns as in ``test_accuracy``."""

from typing import TYPE_CHECKING

from mlpexp.config.facts import Task

if TYPE_CHECKING:
    from mlpexp.config.experiment import (
        Experiment,  # the schema takes long to import, and completion needs the names alone
    )

PARTS = ("train", "validation", "test")
LABELS = {
    "loss": "loss", "accuracy": "accuracy", "r2": "R²",
    "quantization_error": "quantization error", "topographic_error": "topographic error",
}  # fmt: skip
LOWER_IS_BETTER = frozenset(("loss", "quantization_error", "topographic_error"))


def score_kinds(experiment: "Experiment", task: Task) -> tuple[str, str]:
    """What training lowers, and what a user asks for: ``loss`` and ``accuracy`` (``r2`` for numbers)."""
    return kinds_of(experiment.model.name, task)


def kinds_of(model: str, task: str) -> tuple[str, str]:
    """The same by the name of the model; of a map the mean distance to the nearest unit, and the share of torn samples."""
    if model == "som":
        return "quantization_error", "topographic_error"
    return "loss", "accuracy" if task == "classification" else "r2"


def headline(kinds: tuple[str, str]) -> str:
    """The kind that a model is judged by."""
    return kinds[0] if kinds[0] == "quantization_error" else kinds[1]
