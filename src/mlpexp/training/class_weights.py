"""How much samples of each class count in the gradient: ``training.class_weights``.

Axis letters: S pairs of seeds, M members, N training samples, K classes.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from mlpexp.config.experiment import Experiment
from mlpexp.data.dataset import Dataset
from mlpexp.training.samples import Samples


def class_weights(members: Sequence[Experiment], dataset: Dataset, samples: Samples) -> np.ndarray | None:
    """The weights of a stack, ``(M, K)`` float64; None where every sample counts the same.

    They are divided by their mean over the samples of the training part, so that only their ratios matter and a
    learning rate means what it means without them. With the full batch the gradient is that of PyTorch's
    ``CrossEntropyLoss(weight, reduction="mean")``. That divides by the weights of each batch, so that a sample counts
    by its neighbours in the batch; here it counts the same in every batch.
    """
    if members[0].training.class_weights == "none":
        return None
    classes = dataset.facts.num_outputs
    names = dataset.class_names or tuple(map(str, range(classes)))
    rows_SN = samples.rows[:, : samples.sizes.train]
    train_SN = [own.targets[rows_N] for own, rows_N in zip(samples.datasets, rows_SN, strict=True)]
    counts_SK = np.stack([np.bincount(targets_N, minlength=classes) for targets_N in train_SN])
    rows = [
        normalized(member.training.class_weights, names, counts_SK[pair])
        for member, pair in zip(members, samples.index_of(members), strict=True)
    ]
    return np.stack(rows)


def normalized(weights: str | Mapping[str, float], names: Sequence[str], counts_K: np.ndarray) -> np.ndarray:
    """The weights of a member, ``(K,)``, with mean 1 over the samples of its training part.

    Args:
        weights: ``balanced``: each class counts as much as another, that is ``N / (K n_k)``; or by name, 1 where none is
            given.
        names: Of the classes.
        counts_K: Training samples of each.

    References:
        King and Zeng (2001), "Logistic regression in rare events data", section 4.2 (weighting).
    """
    if isinstance(weights, Mapping):
        raw = np.array([weights.get(name, 1.0) for name in names])
    else:
        raw = np.where(counts_K > 0, 1.0 / np.maximum(counts_K, 1), 0.0)
    return np.asarray(raw * (counts_K.sum() / (counts_K @ raw)))
