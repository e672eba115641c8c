"""Which rows the steps of an epoch take: for several epochs at a time, where these are small.

Axis letters: S pairs of seeds, N training samples, B batch, T steps.
"""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from mlpexp.data.split import batch_orders
from mlpexp.training.transfer import on_device


class Orders:
    """The rows of each epoch on the device, a pure function of the seeds and the epoch.

    Epochs are prepared one, two, four, ... at a time: a training that stops early prepares few in vain.

    Args:
        seeds: The order seed of each pair.
        rows_SN: What row of the inputs is each pair's n-th training sample.
        device: Where the rows are needed.
    """

    MOST_VALUES = 1_000_000
    """Seeds times samples times epochs: eight megabytes."""
    MOST_EPOCHS = 64
    """However small they are: by then nothing more is saved, and the epoch that prepares them is not much longer."""

    def __init__(self, seeds: Sequence[int], rows_SN: np.ndarray, device: torch.device) -> None:
        self.seeds, self.rows_SN, self.device = seeds, rows_SN, device
        self.first, self.batch_size = 0, 0
        self.epochs: Sequence[Tensor] = ()

    def of(self, epoch: int, batch_size: int, last_epoch: int) -> Tensor:
        """The rows of an epoch, step after step, ``(S, B)`` in each step: a vector of S times N.

        Args:
            epoch: From 1.
            batch_size: B.
            last_epoch: None is prepared beyond it.
        """
        place = epoch - self.first
        if batch_size != self.batch_size or not 0 <= place < len(self.epochs):
            follows = place == len(self.epochs) and batch_size == self.batch_size
            most = max(1, min(self.MOST_VALUES // self.rows_SN.size, self.MOST_EPOCHS, last_epoch - epoch + 1))
            count = min(most, 2 * len(self.epochs)) if follows and self.epochs else 1
            self.first, self.batch_size, self.epochs, place = epoch, batch_size, (), 0  # the old ones are let go first
            rows = [self._rows(later, batch_size) for later in range(epoch, epoch + count)]
            self.epochs = on_device(rows[0][None] if count == 1 else np.stack(rows), self.device).unbind(0)
        return self.epochs[place]

    def _rows(self, epoch: int, batch_size: int) -> np.ndarray:
        orders_SN = batch_orders(self.seeds, epoch, self.rows_SN.shape[1])
        return by_steps(np.take_along_axis(self.rows_SN, orders_SN, 1), batch_size)


def by_steps(values_SN: np.ndarray, batch_size: int) -> np.ndarray:
    """``(S, N, ...)`` to the values of the first batch of all pairs, of the second, ...: ``(S * N, ...)``."""
    seeds, count, *rest = values_SN.shape
    full = count // batch_size * batch_size
    whole = values_SN[:, :full].reshape(seeds, -1, batch_size, *rest).swapaxes(0, 1)
    return np.concatenate([whole.reshape(-1, *rest), values_SN[:, full:].reshape(-1, *rest)])
