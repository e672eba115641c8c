"""What makes every learning rate a bad one: inputs or targets that are not scaled; imports no torch."""

from mlpexp.analysis.input_scale import input_scale
from mlpexp.config.datasets import scaling_of
from mlpexp.data.dataset import Dataset
from mlpexp.data.parts import parts_of
from mlpexp.data.standardize import standardizer_of
from mlpexp.planning.own_table import target_warnings
from mlpexp.planning.prepare import Prepared

MOST_SAMPLES = 1000  # of the training part that are looked at, evenly spread: a table may be sorted


def cautions(prepared: Prepared, dataset: Dataset) -> list[str]:
    """Warnings about the scale of inputs and targets, in sentences."""
    experiment = prepared.experiment
    train = parts_of(dataset, experiment.dataset, experiment.seeds_by_purpose.split).train
    standardizer = standardizer_of(dataset, train, scaling_of(experiment.dataset))
    seen = train[:: -(-len(train) // MOST_SAMPLES)]
    inputs = standardizer.apply(dataset.inputs[seen])
    scale = input_scale(inputs.reshape(len(inputs), -1).astype(float), is_image=prepared.facts.is_image)
    of_inputs = [f"warning: {scale.warning}"] if scale.is_unscaled else []
    return of_inputs + target_warnings([prepared])
