"""What was understood of loss and output activation, where that is not what most networks have."""

from mlpexp.config.datasets import Csv
from mlpexp.config.outputs import output_of
from mlpexp.config.som import Som
from mlpexp.planning.plan import Plan
from mlpexp.planning.prepare import Prepared

USUAL = ("cross_entropy", "softmax_squared_error")  # of classes


def output_sentences(plan: Plan) -> list[str]:
    """The outputs of each arm in words, each sentence once; none of softmax with its losses, and of plain numbers."""
    sentences = [sentence for arm in plan.arms for sentence in _of(arm.prepared)]
    return list(dict.fromkeys(sentences))


def _of(prepared: Prepared) -> list[str]:
    experiment = prepared.experiment
    if isinstance(experiment.model, Som):
        return []
    output = output_of(experiment, prepared.facts)
    classes = output.num_classes > 0
    if output.loss.name in USUAL if classes else output.activation == "none":
        return []
    said = [f"output: {output.in_words}"]
    if classes and isinstance(experiment.dataset, Csv) and output.loss.for_numbers:
        column = experiment.dataset.target.column
        said.append(f"{column} is read as class labels; if these are quantities, set dataset.task: regression")
    return said
