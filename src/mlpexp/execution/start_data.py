"""The data that weights to begin with were trained on: are they others, and have test samples been learned from?"""

from collections.abc import Iterator, Sequence
from pathlib import PurePath

import numpy as np

from mlpexp.config.datasets import Csv, Digits, Iris, ThreeClass3D
from mlpexp.config.experiment import Experiment
from mlpexp.config.own_images import Images
from mlpexp.data.catalogue import dataset_of_seed, shared_dataset
from mlpexp.data.dataset import Dataset
from mlpexp.data.parts import parts_of
from mlpexp.data.split import Split
from mlpexp.data.table_forms import class_labels
from mlpexp.execution.networks_record import network_experiment
from mlpexp.planning.plan import Plan
from mlpexp.planning.prepare import Prepared
from mlpexp.planning.starts import taken_layers
from mlpexp.store.starts import StartRecord

ALIKE = "split both alike (split_seed)"


def data_sentences(plan: Plan, prints: Sequence[str], data_dir: str | None = None) -> list[str]:
    """What is to be known of the data, each sentence once.

    Args:
        plan: With the arms.
        prints: Fingerprint of the data of each arm.
        data_dir: Where image data sets lie.

    Raises:
        InputError: The data are not there.
    """
    sentences: dict[tuple[str, bool], None] = {}
    for arm, fingerprint in zip(plan.arms, prints, strict=True):
        if arm.prepared.start is not None:
            dataset = shared_dataset(arm.experiment.dataset, data_dir)
            sentences |= dict.fromkeys(_of_names(arm.prepared, arm.prepared.start.record, dataset))
            sentences |= dict.fromkeys(
                _of_samples(arm.prepared, arm.prepared.start.record, dataset, fingerprint, plan.seeds)
            )
    return [f"{'warning: ' * is_grave}start: {sentence}" for sentence, is_grave in sentences]


def _of_names(prepared: Prepared, record: StartRecord, dataset: Dataset) -> Iterator[tuple[str, bool]]:
    """Whether columns or classes are others than those that the layers beside them have learned; and if it is grave."""
    assert prepared.start is not None
    layers = [layer.name for layer in prepared.architecture.layers if layer.parameters]
    taken = taken_layers(prepared.architecture, prepared.start)
    for what, layer, here, there in (
        ("input", layers[0], dataset.feature_names, record.features),
        ("class", layers[-1], class_labels(dataset), record.classes),
    ):
        other = next((place for place, names in enumerate(zip(here, there, strict=False)) if len(set(names)) > 1), None)
        if layer in taken and other is not None:
            names = f"{here[other]!r} here and {there[other]!r} in {record.result}"
            yield f"{what} {other} is {names}; {layer} is taken all the same", True


def _of_samples(
    prepared: Prepared, record: StartRecord, dataset: Dataset, fingerprint: str, seeds: Sequence[int]
) -> Iterator[tuple[str, bool]]:
    """Whether samples are others, and whether some to be judged by have been learned from; and if it is grave."""
    here = prepared.experiment
    there = None if record.config is None else network_experiment(record.config)
    if record.data != fingerprint:
        yield f"inputs are scaled by the data of this training, not as in {record.result}", False
        if there is not None and _source(here) is not None and _source(here) == _source(there):
            yield f"{record.result} may have seen test samples: it learned from {_source(here)}, too; {ALIKE}", True
    elif there is None:
        yield (
            f"{record.result} is older and does not say how it split the same data; it may have seen test samples",
            True,
        )
    else:
        for seed in seeds:
            other = prepared.start_seed(seed)
            part, known, total = _known(_of_seed(here, seed), _of_seed(there, other), dataset)
            if known:
                what = f"{known} of {total} {part} samples of seed {seed}"
                yield f"{record.result} knows {what}, so scores promise too much; {ALIKE}", True
                return


def _source(experiment: Experiment) -> str | None:
    """Where samples are from that may be the same though not all is; None: drawn ones, or with official parts."""
    match experiment.dataset:
        case Csv() | Images() as own:
            return PurePath(own.path).name
        case Iris() | Digits() | ThreeClass3D() as shipped:
            return shipped.name
        case _:
            return None


def _of_seed(experiment: Experiment, seed: int) -> Experiment:
    return experiment.model_copy(update={"seed": seed, "seeds": 1})


def _known(here: Experiment, there: Experiment, dataset: Dataset) -> tuple[str, int, int]:
    """The part that a seed is judged by; how many samples of it another seed has learned from or selected by; of how many."""
    if there.seeds_by_purpose.data != here.seeds_by_purpose.data:
        return "test", 0, 0  # drawn anew
    if (there.dataset, there.seeds_by_purpose.split) == (here.dataset, here.seeds_by_purpose.split):
        return "test", 0, 0
    ours, theirs = _parts(here, dataset), _parts(there, dataset)
    part, judged = ("test", ours.test) if len(ours.test) else ("validation", ours.validation)
    seen = np.union1d(theirs.train, theirs.validation) if part == "test" else theirs.train
    return part, len(np.intersect1d(judged, seen)), len(judged)


def _parts(experiment: Experiment, dataset: Dataset) -> Split:
    seeds = experiment.seeds_by_purpose
    return parts_of(dataset_of_seed(experiment.dataset, dataset, seeds.data), experiment.dataset, seeds.split)
