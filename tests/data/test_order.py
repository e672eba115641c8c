"""The order of an epoch."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from mlpexp.data.split import batch_order


@given(st.integers(0, 2**63 - 1), st.integers(0, 10_000), st.integers(1, 300))
def test_an_order_is_a_permutation_and_a_pure_function(seed: int, epoch: int, num_samples: int) -> None:
    order = batch_order(seed, epoch, num_samples)
    assert order.dtype == np.int64
    assert np.array_equal(np.sort(order), np.arange(num_samples))
    assert np.array_equal(order, batch_order(seed, epoch, num_samples))


def test_every_epoch_and_every_seed_has_its_own_order() -> None:
    orders = {tuple(batch_order(seed, epoch, 50)) for seed in range(5) for epoch in range(5)}
    assert len(orders) == 25


def test_the_order_of_an_epoch_never_changes_between_versions() -> None:
    assert batch_order(0, 1, 8).tolist() == [2, 5, 6, 7, 0, 3, 1, 4]
