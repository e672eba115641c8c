"""What nearest neighbours say of data: how well they can be predicted at all, and which labels they contradict."""

import numpy as np

from mlpexp.config.facts import Task

MOST_SAMPLES = 2000
PREDICTING = 5  # neighbours
JUDGING = 10  # neighbours, of which nearly all must agree on another label
AGREEING = 8


def neighbour_state(inputs: np.ndarray, targets: np.ndarray, task: Task) -> tuple[float, float]:
    """Accuracy (or R²) of prediction by the nearest other samples, and the share of samples that these contradict.

    Where classes merely overlap, neighbours disagree among themselves; a wrong label stands alone among others that agree.

    Args:
        inputs: ``(N, F)``; features are standardized first.
        targets: Classes ``(N,)``, or numbers ``(N, T)``.
        task: Classification or regression.

    References:
        Fix and Hodges (1951), "Discriminatory analysis"; Wilson (1972), "Asymptotic properties of nearest neighbor rules using
        edited data" (samples that their neighbours contradict).
    """
    from sklearn.neighbors import NearestNeighbors

    every = max(1, -(-len(inputs) // MOST_SAMPLES))
    inputs, targets = inputs[::every], targets[::every]
    std = inputs.std(0)
    inputs = (inputs - inputs.mean(0)) / np.where(std > 0, std, 1.0)
    count = min(JUDGING, len(inputs) - 1)
    near = NearestNeighbors(n_neighbors=count).fit(inputs).kneighbors(return_distance=False)  # others only
    if task == "regression":
        predicted = targets[near[:, :PREDICTING]].mean(1)
        variance = targets.var(axis=0).mean()
        return (float(1 - ((predicted - targets) ** 2).mean() / variance) if variance > 0 else float("nan")), 0.0
    votes = np.stack([np.bincount(row, minlength=targets.max() + 1) for row in targets[near[:, :PREDICTING]]])
    all_votes = np.stack([np.bincount(row, minlength=targets.max() + 1) for row in targets[near]])
    all_votes[np.arange(len(targets)), targets] = 0
    contradicted = (all_votes.max(1) >= AGREEING * count / JUDGING).mean()
    return float((votes.argmax(1) == targets).mean()), float(contradicted)
