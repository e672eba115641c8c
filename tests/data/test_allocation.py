"""Sharing in fair proportion."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from mlpexp.data.split import allocate


def test_largest_remainders_win_and_the_earlier_class_among_equals() -> None:
    counts = np.array([53, 24, 23])  # exact shares of 10: 5.3, 2.4, 2.3
    assert allocate(10, counts, counts).tolist() == [5, 3, 2]
    assert allocate(4, np.array([50, 50, 50]), np.array([50, 50, 50])).tolist() == [2, 1, 1]


def test_what_a_full_class_cannot_take_goes_to_the_others() -> None:
    assert allocate(6, np.array([10, 10, 10]), np.array([0, 10, 3])).tolist() == [0, 3, 3]
    assert allocate(12, np.array([10, 10, 10]), np.array([0, 10, 3])).tolist() == [0, 9, 3]


@given(st.data())
def test_shares_sum_to_the_total_respect_capacity_and_keep_their_quota(data: st.DataObject) -> None:
    counts = np.array(data.draw(st.lists(st.integers(1, 60_000), min_size=1, max_size=12)))
    capacity = np.array([data.draw(st.integers(0, int(count))) for count in counts])
    total = data.draw(st.integers(0, int(capacity.sum())))
    shares = allocate(total, counts, capacity)
    assert shares.sum() == total and np.all(shares >= 0) and np.all(shares <= capacity)
    free = allocate(total, counts, counts)
    assert np.all(np.abs(free - total * counts / counts.sum()) < 1)
