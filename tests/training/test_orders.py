"""Orders of several epochs at a time: those of single epochs, none beyond the last, and none twice."""

import numpy as np
import pytest
import torch

from mlpexp.data.split import batch_order
from mlpexp.training.orders import Orders

SEEDS, BATCH = [3, 0, 8], 4
ROWS = np.arange(30).reshape(3, 10)


def witness(epoch: int) -> list[int]:
    """Batch after batch, in each the rows of one seed after the other."""
    orders = [batch_order(seed, epoch, 10) for seed in SEEDS]
    return [
        int(ROWS[pair, place])
        for start in range(0, 10, BATCH)
        for pair, order in enumerate(orders)
        for place in order[start : start + BATCH]
    ]


@pytest.mark.parametrize("epochs", [range(1, 40), range(7, 9), [1, 2, 3, 2, 1, 9, 10]], ids=["all", "resumed", "back"])
def test_epochs_are_those_of_their_seeds(epochs) -> None:
    orders = Orders(SEEDS, ROWS, torch.device("cpu"))
    for epoch in epochs:
        assert orders.of(epoch, BATCH, 39).tolist() == witness(epoch), epoch


@pytest.mark.parametrize("last", [1, 2, 6, 39])
def test_none_is_prepared_beyond_the_last_epoch(last: int) -> None:
    orders = Orders(SEEDS, ROWS, torch.device("cpu"))
    for epoch in range(1, last + 1):
        orders.of(epoch, BATCH, last)
        assert orders.first + len(orders.epochs) - 1 <= last
    assert orders.first + len(orders.epochs) - 1 == last


def test_another_batch_size_is_another_order_of_rows() -> None:
    orders = Orders(SEEDS, ROWS, torch.device("cpu"))
    whole, batches = orders.of(1, 10, 5), orders.of(1, BATCH, 5)
    assert whole.tolist() != batches.tolist()
    assert sorted(whole.tolist()) == sorted(batches.tolist()) == list(range(30))
