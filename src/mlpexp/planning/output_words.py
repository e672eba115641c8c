"""What was understood of loss and output activation, where that is not what most networks have."""

from mlpexp.config.datasets import Csv
from mlpexp.config.outputs import Output, output_of
from mlpexp.config.som import Som
from mlpexp.planning.plan import Plan

USUAL = ("cross_entropy", "softmax_squared_error")  # of classes
MOST_LABELS = 3


def output_sentences(plan: Plan) -> list[str]:
    """The outputs of the arms in words; none where all have softmax with its losses, or plain numbers."""
    arms: dict[Output, list[str]] = {}
    for arm in plan.arms:
        experiment = arm.experiment
        if not isinstance(experiment.model, Som):
            arms.setdefault(output_of(experiment, arm.prepared.facts), []).append(arm.label)
    if all(map(_is_usual, arms)):
        return []
    if len(arms) == 1:
        sentences = [f"output: {output.in_words}" for output in arms]
    else:
        sentences = [f"output of {_listed(labels)}: {output.in_words}" for output, labels in arms.items()]
    return [*sentences, *_doubts(plan)]


def _is_usual(output: Output) -> bool:
    return output.loss.name in USUAL if output.num_classes else output.activation == "none"


def _listed(labels: list[str]) -> str:
    more = len(labels) - MOST_LABELS
    return "; ".join(labels[:MOST_LABELS]) + (f" and {more} more arms" if more > 0 else "")


def _doubts(plan: Plan) -> list[str]:
    """Squared errors of a column that may hold quantities."""
    sentences = []
    for arm in plan.arms:
        dataset, output = arm.experiment.dataset, output_of(arm.experiment, arm.prepared.facts)
        if isinstance(dataset, Csv) and output.num_classes and output.loss.for_numbers:
            column = dataset.target.column
            sentences.append(f"{column} is read as class labels; if these are quantities, set dataset.task: regression")
    return list(dict.fromkeys(sentences))
