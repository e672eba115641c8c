"""What is measured of a model on a part of the data: two kinds of scores, which name columns as in ``test_accuracy``."""

from mlpexp.config.experiment import Experiment
from mlpexp.config.facts import Task

LABELS = {"loss": "loss", "accuracy": "accuracy", "r2": "R²"}


def score_kinds(experiment: Experiment, task: Task) -> tuple[str, str]:
    """What training lowers, and what a user asks for: ``loss`` and ``accuracy`` (``r2`` for numbers)."""
    return "loss", "accuracy" if task == "classification" else "r2"
