"""The order in which an epoch visits the training samples."""

import numpy as np

from mlpexp.randomness import stream


def batch_order(seed: int, epoch: int, num_samples: int) -> np.ndarray:
    """The order of one epoch, a pure function of its arguments; batches are consecutive pieces of it.

    Args:
        seed: The seed of the experiment.
        epoch: The number of the epoch.
        num_samples: The number of training samples N.

    Returns:
        A permutation of 0..N-1, ``(N,)`` int64.
    """
    return stream(seed, "order", epoch).permutation(num_samples)
