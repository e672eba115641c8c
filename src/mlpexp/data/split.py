"""Which samples are trained on, and in which order: training, validation and test part, and the order of an epoch."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor

import numpy as np

from mlpexp.config.facts import DatasetFacts
from mlpexp.data.dataset import Dataset
from mlpexp.errors import DataError
from mlpexp.randomness import stream, streams


@dataclass(frozen=True)
class Split:
    """Which samples belong to which part: ascending int64 indices, no sample in two parts.

    All samples are in one, unless the training part was cut to fewer.
    """

    train: np.ndarray
    """To learn from."""
    validation: np.ndarray
    """To select on; may be empty."""
    test: np.ndarray
    """To be judged by; may be empty."""


@dataclass(frozen=True)
class PartSizes:
    """How many samples each part has."""

    train: int
    """To learn from."""
    validation: int
    """To select on; may be 0."""
    test: int
    """To be judged by; may be 0."""

    @property
    def bounds(self) -> dict[str, tuple[int, int]]:
        """First and past-the-last position of each part that is not empty, in the order training, validation, test."""
        first, bounds = 0, {}
        for name in ("train", "validation", "test"):
            size = getattr(self, name)
            if size:
                bounds[name] = (first, first + size)
            first += size
        return bounds


def part_sizes(facts: DatasetFacts, validation_fraction: float, test_fraction: float) -> PartSizes:
    """The sizes of the parts, the same for every seed and known without loading the data.

    Fractions are shares of the samples outside an official test set, rounded to the nearest number and at least 1 if
    not 0. Where there is an official test set, it is the test part and ``test_fraction`` does not matter.

    Raises:
        DataError: If fewer training samples would remain than there are classes (1 for regression).
    """
    num_free = facts.num_free
    test = facts.num_official_test or share(test_fraction, num_free)
    validation = facts.num_official_validation or share(validation_fraction, num_free)
    train = facts.num_samples - test - validation
    needed = least_to_train(facts)
    if train < needed:
        raise DataError(
            f"too few samples for this split: of {num_free}, {num_free - train} are held out "
            f"(test_fraction {test_fraction:g}, validation_fraction {validation_fraction:g}), so {max(train, 0)} are "
            f"left to train on, and at least {needed} {'is' if needed == 1 else 'are'} needed"
            + (" (one of each class)" if facts.task == "classification" else ""),
            key="dataset",
        )
    return PartSizes(train, validation, test)


def split(dataset: Dataset, validation_fraction: float, test_fraction: float, seed: int) -> Split:
    """Draws the parts, a pure function of the seed.

    With class labels, each part has the classes in the proportion of the whole (within one sample), and each class has
    at least one training sample. The number of samples of each class in each part does not depend on the seed.

    Args:
        dataset: What to split.
        validation_fraction: Share to select on, of the samples outside an official test set.
        test_fraction: Share to test on; without effect where there is an official test set.
        seed: The seed of the experiment.

    Raises:
        DataError: If there are too few samples, in all or of a class.
    """
    facts = dataset.facts
    sizes = part_sizes(facts, validation_fraction, test_fraction)
    num_free, begin_test = facts.num_free, facts.num_samples - facts.num_official_test
    groups = _strata(dataset, num_free)
    counts = np.array([len(group) for group in groups], dtype=np.int64)
    test_counts = allocate(0 if facts.num_official_test else sizes.test, counts, counts - 1)
    validation_counts = allocate(
        0 if facts.num_official_validation else sizes.validation, counts, counts - 1 - test_counts
    )

    generator = stream(seed, "split")
    train: list[np.ndarray] = []
    validation: list[np.ndarray] = [np.arange(num_free, begin_test)]
    test: list[np.ndarray] = [np.arange(begin_test, facts.num_samples)]
    for group, num_test, num_validation in zip(groups, test_counts, validation_counts, strict=True):
        shuffled = generator.permutation(group)
        test.append(shuffled[:num_test])
        validation.append(shuffled[num_test : num_test + num_validation])
        train.append(shuffled[num_test + num_validation :])
    return Split(ascending(train), ascending(validation), ascending(test))


def allocate(total: int, counts: np.ndarray, capacity: np.ndarray) -> np.ndarray:
    """Shares ``total`` among K classes in proportion to ``counts``: the method of the largest remainder.

    Each class gets its exact share rounded down; what is left goes, one each, to the largest remainders, the earlier
    class first among equals. Nothing is drawn at random, so the shares are the same for every seed. A class never gets
    more than its capacity; what it cannot take goes to the others.

    Args:
        total: The number to share, at most the sum of ``capacity``.
        counts: Sizes of the classes, ``(K,)`` int.
        capacity: The most that each class may give, ``(K,)`` int.

    Returns:
        Shares that sum to ``total``, ``(K,)`` int64. Where no capacity binds, each is within one of the exact share.

    References:
        Balinski and Young (1982), "Fair Representation", chapter 3 (the method of Hamilton).
    """
    assert 0 <= total <= capacity.sum(), (total, capacity)
    whole = int(counts.sum())
    exact_times_whole = total * counts.astype(np.int64)  # integers, so that equal remainders are exactly equal
    shares: np.ndarray = np.minimum(exact_times_whole // max(whole, 1), capacity).astype(np.int64)
    while (rest := total - int(shares.sum())) > 0:
        is_open = shares < capacity
        remainder = np.where(is_open, exact_times_whole - shares * whole, np.iinfo(np.int64).min)
        winners = np.argsort(-remainder.astype(np.float64), kind="stable")[: min(rest, int(is_open.sum()))]
        shares[winners] += 1
    return shares


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


def batch_orders(seeds: Sequence[int], epoch: int, num_samples: int) -> np.ndarray:
    """``batch_order`` of each seed, ``(S, N)``."""
    orders_SN = np.empty((len(seeds), num_samples), dtype=np.int64)
    orders_SN[:] = np.arange(num_samples)
    for order_N, generator in zip(orders_SN, streams(seeds, "order", epoch), strict=True):
        generator.shuffle(order_N)  # what permutation() does with a fresh row
    return orders_SN


def least_to_train(facts: DatasetFacts) -> int:
    """The fewest training samples: one of each class."""
    return facts.num_outputs if facts.task == "classification" else 1


def share(fraction: float, num_samples: int) -> int:
    """A share of the samples, rounded to the nearest number, and at least 1 if not 0."""
    if fraction == 0:
        return 0
    # 0.145 * 100 is 14.499999999999998: rounding first makes halves go up as they do on paper.
    return max(1, floor(round(fraction * num_samples, 6) + 0.5))


def _strata(dataset: Dataset, num_free: int) -> list[np.ndarray]:
    """The samples outside an official test set: one group for each class, or all in one group for regression."""
    if dataset.facts.task == "regression":
        return [np.arange(num_free)]
    groups = [np.flatnonzero(dataset.targets[:num_free] == label) for label in range(dataset.facts.num_outputs)]
    for label, group in enumerate(groups):
        if len(group) == 0:
            raise DataError(
                f"{dataset.name} has no training sample of class {class_name(dataset, label)}; use more samples",
                key="dataset",
            )
    return groups


def class_name(dataset: Dataset, label: int) -> str:
    """What a class is called; its number where classes have no names."""
    return dataset.class_names[label] if dataset.class_names else str(label)


def ascending(pieces: Sequence[np.ndarray]) -> np.ndarray:
    """Rows as they are kept in a part."""
    return np.sort(np.concatenate(pieces)).astype(np.int64)
