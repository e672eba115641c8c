"""The data that weights to begin with were trained on: are they others, and have test samples been learned from?"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
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


@dataclass(frozen=True)
class AboutData:
    """What is to be known of the data, each sentence once."""

    sentences: tuple[str, ...]
    """To be said before the first step."""
    known_samples: tuple[str, ...]
    """Of which samples scores promise too much: for the summary."""


def about_data(plan: Plan, prints: Sequence[str], data_dir: str | None = None) -> AboutData:
    """Whether the data that arms begin from are others, and whether samples to be judged by have been learned from.

    Args:
        plan: With the arms.
        prints: Fingerprint of the data of each arm.
        data_dir: Where image data sets lie.

    Raises:
        InputError: The data are not there.
    """
    sentences, known_samples = dict[str, None](), dict[str, None]()
    for arm, fingerprint in zip(plan.arms, prints, strict=True):
        if arm.prepared.start is None:
            continue
        dataset, record = shared_dataset(arm.experiment.dataset, data_dir), arm.prepared.start.record
        sentences |= dict.fromkeys(_of_names(arm.prepared, record, dataset))
        sentences |= dict.fromkeys(_of_other_data(arm.prepared, record, fingerprint))
        if record.data == fingerprint:
            known = dict.fromkeys(_known_samples(arm.prepared, record, dataset, plan.seeds))
            sentences |= {f"warning: start: {text}; {ALIKE}": None for text in known}
            known_samples |= known
    return AboutData(tuple(sentences), tuple(known_samples))


def _of_names(prepared: Prepared, record: StartRecord, dataset: Dataset) -> Iterator[str]:
    """Whether columns or classes are others than those that the layers beside them have learned."""
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
            yield f"warning: start: {what} {other} is {names}; {layer} is taken all the same"


def _of_other_data(prepared: Prepared, record: StartRecord, fingerprint: str) -> Iterator[str]:
    """Whether samples are others, or may be the same without that it can be counted."""
    source, config = _source(prepared.experiment), record.config
    if record.data != fingerprint:
        yield f"start: inputs are scaled by the data of this training, not as in {record.result}"
        if config is not None and source is not None and source == _source(network_experiment(config)):
            seen = f"{record.result} may have seen test samples: it learned from {source}, too"
            yield f"warning: start: {seen}; {ALIKE}"
    elif config is None:
        older = f"{record.result} is older and does not say how it split the same data"
        yield f"warning: start: {older}; it may have seen test samples"


def _known_samples(prepared: Prepared, record: StartRecord, dataset: Dataset, seeds: Sequence[int]) -> Iterator[str]:
    """Whether samples to be judged by have been learned from: how many of the first such seed, and of how many seeds."""
    if record.config is None:
        return
    there, texts = network_experiment(record.config), []
    for seed in seeds:
        judged = _of_seed(prepared.experiment, seed)
        part, known, total = _known(judged, _of_seed(there, prepared.start_seed(seed)), dataset)
        if known:
            texts.append(f"{known} of {total} {part} samples of seed {seed}")
    if texts:
        others = len(texts) - 1
        more = f" and some of {others} other seed{'s' * (others > 1)}" if others else ""
        yield f"{record.result} knows {texts[0]}{more}, so scores promise too much"


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
