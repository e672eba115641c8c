"""Whether mistakes speak for false labels, or are no more than what hard samples give by chance.

Axis letters: N samples, E shares of false labels.
"""

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

LEAST_SAMPLES = 3  # that are always wrong; of fewer nothing is said
CRITICAL = 7.879  # of twice the log-likelihood ratio: right labels exceed it once in four hundred times
SOFTENINGS = np.geomspace(0.5, 16.0, 25)
FALSE_SHARES_E = np.concatenate([[0.0], np.geomspace(0.003, 0.4, 20)])
SUREST = 1 - 1e-6  # as a probability is taken


def speak_for_false_labels(judged: "pd.DataFrame", num_always: int) -> bool:
    """Whether networks are wrong where they are sure more often than chance explains.

    Each sample is one case: the class that most seeds say, with its mean probability over all its seeds. Without false
    labels that class is wrong as often as a softened probability says. How soft is fitted, since networks are too sure. With
    false labels, a share of the samples is wrong besides, however sure the networks are. A likelihood ratio test at 0.25 %
    decides between the two. Where classes overlap, mistakes become rare as the probability grows: softening explains them.

    Args:
        judged: Each prediction: seed, index, target, predicted and confidence, which is a probability.
        num_always: How many samples all their seeds get wrong.

    References:
        Guo, Pleiss, Sun and Weinberger (2017), "On calibration of modern neural networks": softening by a temperature.
        Self and Liang (1987), "Asymptotic properties of maximum likelihood estimators and likelihood ratio tests under
        nonstandard conditions", case 5: a share that cannot be below 0 halves the probability of chance.
    """
    if num_always < LEAST_SAMPLES:
        return False
    probability_N, is_wrong_N = _by_sample(judged)
    logit_N = np.log(probability_N) - np.log1p(-probability_N)
    likelihood = np.array([_log_likelihood(logit_N / softening, is_wrong_N) for softening in SOFTENINGS])
    return bool(2 * (likelihood.max() - likelihood[:, 0].max()) > CRITICAL)


def _by_sample(judged: "pd.DataFrame") -> tuple[np.ndarray, np.ndarray]:
    """The mean probability of the class that most seeds say, ``(N,)``, and whether it is wrong, ``(N,)``.

    Of samples that two seeds or more are tested on.
    """
    votes = judged.groupby(["index", "target", "predicted"])["confidence"].agg(["size", "sum"]).reset_index()
    seeds = votes.groupby("index")["size"].transform("sum")
    votes = votes.assign(probability=votes["sum"] / seeds)[seeds > 1]
    said = votes.sort_values(["size", "sum"], ascending=False, kind="stable").drop_duplicates("index")
    return said["probability"].clip(1 - SUREST, SUREST).to_numpy(), (said["target"] != said["predicted"]).to_numpy()


def _log_likelihood(logit_N: np.ndarray, is_wrong_N: np.ndarray) -> np.ndarray:
    """Of each share of false labels, ``(E,)``."""
    right_N = 1 / (1 + np.exp(-logit_N))
    right_EN = (1 - FALSE_SHARES_E[:, None]) * right_N
    likelihood: np.ndarray = np.log(np.where(is_wrong_N, 1 - right_EN, right_EN)).sum(1)
    return likelihood
