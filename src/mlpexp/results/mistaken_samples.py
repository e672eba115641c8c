"""Mistakes with the samples they are of: their names, what they hold, and what a figure shows of them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from mlpexp.asking import keyword
from mlpexp.config.datasets import EACH_SEED, draws_new_data
from mlpexp.data.dataset import Dataset
from mlpexp.errors import InputError
from mlpexp.execution.misclassified import small_picture
from mlpexp.planning.recording import MOST_MISCLASSIFIED
from mlpexp.results.arm_choice import Say, refuse_map, usable_seeds
from mlpexp.results.judged import judged_predictions
from mlpexp.results.mistakes import Mistakes, mistakes_of
from mlpexp.results.named_samples import NamedSamples, named_samples
from mlpexp.results.result import ArmResult
from mlpexp.results.telling_columns import telling_columns

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Plane:
    """The samples of a table in two of its columns."""

    points: "pd.DataFrame"
    """A row for each sample that has both: index, x, y, target, and rank from 1 of the mistakes, else NaN."""
    columns: tuple[str, str]
    """What x and y are."""
    num_lacking: int
    """Samples that lack a value."""


@dataclass(frozen=True)
class MistakenSamples:
    """The mistakes of an arm, and their samples."""

    mistakes: Mistakes
    """Ranked."""
    named: NamedSamples
    """What all of them are called."""
    pictures: tuple[np.ndarray, ...]
    """The worst ones, each ``(C, H, W)``; empty of tables."""
    plane: Plane | None
    """Of a table with classes and several columns."""


def mistaken_samples(
    arm: ArmResult, seeds: Sequence[int], data_dir: str | None = None, say: Say = lambda sentence: None
) -> MistakenSamples:
    """The mistakes of some seeds of an arm; nothing is written.

    Args:
        arm: Of a result that has ended.
        seeds: Of its trials.
        data_dir: Where image data sets lie.
        say: Is told if predictions are computed again.

    Raises:
        InputError: The data are not there, the model is a map, or seeds have no samples in common.
        RunError: A file is damaged, or the data have changed.
    """
    from mlpexp.results.weights_again import dataset_of, experiment_of

    seeds = usable_seeds(arm, seeds)
    experiment = experiment_of(arm)
    refuse_map(arm, experiment)
    if draws_new_data(experiment.dataset) and len(seeds) > 1:
        what = "each seed has samples of its own, which no other seed is tested on"
        raise InputError(f"{arm.result.path}: dataset.data_seed: {EACH_SEED}: {what}; name one with {keyword('seed')}")
    dataset = dataset_of(arm, data_dir, say)
    each_has_own = draws_new_data(experiment.dataset)
    if each_has_own:
        from mlpexp.data.catalogue import dataset_of_seed
        from mlpexp.execution.members import members_of

        (member,) = members_of(experiment, seeds)
        dataset = dataset_of_seed(experiment.dataset, dataset, member.seeds_by_purpose.data)
    ranked_of = mistakes_of(arm, seeds, judged_predictions(arm, seeds, data_dir, say))
    mistakes = replace(ranked_of, each_has_own=each_has_own)
    ranked = mistakes.ranked["index"].tolist()
    pictures = ranked[:MOST_MISCLASSIFIED] if dataset.facts.is_image else []
    return MistakenSamples(
        mistakes,
        named_samples(arm, experiment, dataset, ranked, data_dir),
        tuple(small_picture(dataset.inputs[sample]) for sample in pictures),
        _plane(mistakes, dataset) if mistakes.classification and len(dataset.feature_names) > 1 else None,
    )


def _plane(mistakes: Mistakes, dataset: Dataset) -> Plane:
    import pandas as pd

    samples = np.unique(mistakes.predictions["index"].to_numpy())
    inputs, classes = dataset.inputs[samples], dataset.targets[samples]
    x, y = telling_columns(inputs, classes)
    ranks = pd.Series(np.arange(1.0, len(mistakes.ranked) + 1), index=mistakes.ranked["index"])
    points = pd.DataFrame({"index": samples, "x": inputs[:, x], "y": inputs[:, y], "target": classes})
    points["rank"] = ranks.reindex(samples).to_numpy()
    whole = points.dropna(subset=["x", "y"])
    return Plane(whole, (dataset.feature_names[x], dataset.feature_names[y]), len(points) - len(whole))
