"""Dividing into parts: complete, disjoint, stratified, the same sizes for every seed."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlpexp.config.facts import DatasetFacts
from mlpexp.data.dataset import Dataset
from mlpexp.data.split import PartSizes, part_sizes, split
from mlpexp.errors import DataError

fractions = st.sampled_from([0.0, 0.001, 0.1, 0.2, 0.25, 1 / 3, 0.4])
seeds = st.integers(0, 2**63 - 1)


def labelled(counts: list[int], num_official_test: int = 0) -> Dataset:
    """A data set with so many samples of each class, classes interleaved; test samples of class 0 last."""
    free = np.concatenate([np.full(count, label) for label, count in enumerate(counts)])
    np.random.default_rng(0).shuffle(free)
    targets = np.concatenate([free, np.zeros(num_official_test)]).astype(np.int64)
    facts = DatasetFacts("classification", (1,), len(counts), len(targets), num_official_test)
    return Dataset("made up", np.zeros((len(targets), 1)), targets, facts)


def numbers(num_samples: int) -> Dataset:
    facts = DatasetFacts("regression", (1,), 1, num_samples)
    return Dataset("made up", np.zeros((num_samples, 1)), np.zeros((num_samples, 1)), facts)


@given(st.lists(st.integers(3, 40), min_size=2, max_size=6), fractions, fractions, seeds, st.sampled_from([0, 7]))
def test_parts_are_disjoint_complete_and_of_the_announced_size(
    counts: list[int], validation: float, test: float, seed: int, official: int
) -> None:
    dataset = labelled(counts, official)
    try:
        sizes = part_sizes(dataset.facts, validation, test)
    except DataError:
        assert sum(counts) * (1 - validation - test) < len(counts) + 1.5
        return
    parts = split(dataset, validation, test, seed)
    together = np.concatenate([parts.train, parts.validation, parts.test])
    assert np.array_equal(np.sort(together), np.arange(len(dataset.targets)))
    assert PartSizes(len(parts.train), len(parts.validation), len(parts.test)) == sizes
    for part in (parts.train, parts.validation, parts.test):
        assert part.dtype == np.int64 and np.all(np.diff(part) > 0)


@given(st.lists(st.integers(5, 40), min_size=2, max_size=6), fractions, fractions, seeds)
def test_classes_are_in_proportion_and_each_is_trained_on(
    counts: list[int], validation: float, test: float, seed: int
) -> None:
    dataset = labelled(counts)
    parts = split(dataset, validation, test, seed)
    found = {}
    for name in ("train", "validation", "test"):
        part = getattr(parts, name)
        found[name] = np.bincount(dataset.targets[part], minlength=len(counts))
        exact = len(part) * np.array(counts) / sum(counts)
        # Training gets what is left of two shares that are each within one sample of the exact one.
        assert np.all(np.abs(found[name] - exact) < (2 if name == "train" and validation and test else 1))
    assert np.all(found["train"] >= 1)
    other = split(dataset, validation, test, seed ^ 1)
    for name, classes in found.items():
        part = getattr(other, name)
        assert np.array_equal(np.bincount(dataset.targets[part], minlength=len(counts)), classes)


@given(seeds)
def test_same_seed_same_split_other_seed_other_split(seed: int) -> None:
    dataset = labelled([50, 50])
    first, again, other = (split(dataset, 0.2, 0.3, s) for s in (seed, seed, seed ^ 1))
    for name in ("train", "validation", "test"):
        assert np.array_equal(getattr(first, name), getattr(again, name))
        assert not np.array_equal(getattr(first, name), getattr(other, name))


@given(st.integers(2, 200), fractions, fractions, seeds)
def test_regression_is_split_by_numbers_alone(num_samples: int, validation: float, test: float, seed: int) -> None:
    if num_samples * (1 - validation - test) < 3:
        return
    parts = split(numbers(num_samples), validation, test, seed)
    assert sorted([*parts.train, *parts.validation, *parts.test]) == list(range(num_samples))
    for part, fraction in ((parts.validation, validation), (parts.test, test)):
        assert len(part) == 0 if fraction == 0 else len(part) >= 1 and abs(len(part) - fraction * num_samples) <= 1


def test_iris_sizes() -> None:
    facts = DatasetFacts("classification", (4,), 3, 150)
    assert part_sizes(facts, 0.0, 0.3) == PartSizes(105, 0, 45)
    assert part_sizes(facts, 0.2, 0.3) == PartSizes(75, 30, 45)


def test_halves_are_rounded_up_as_on_paper() -> None:
    facts = DatasetFacts("regression", (1,), 1, 100)
    assert part_sizes(facts, 0.0, 0.145).test == 15  # 0.145 * 100 is 14.499999999999998


def test_every_sample_may_be_drawn_into_the_test_part() -> None:
    dataset = labelled([6, 6])
    drawn = np.concatenate([split(dataset, 0.0, 0.3, seed).test for seed in range(100)])
    assert set(drawn) == set(range(12))


def test_official_test_set_is_the_test_part_for_every_seed_and_fraction() -> None:
    dataset = labelled([20, 20], num_official_test=10)
    for seed in (0, 1):
        parts = split(dataset, 0.25, 0.5, seed)
        assert parts.test.tolist() == list(range(40, 50))
        assert len(parts.validation) == 10 and len(parts.train) == 30


def test_a_rare_class_stays_in_training() -> None:
    dataset = labelled([1, 2, 30])
    parts = split(dataset, 0.3, 0.3, seed=3)
    assert np.all(np.bincount(dataset.targets[parts.train]) >= 1)


def test_too_few_samples_are_refused_with_numbers() -> None:
    with pytest.raises(
        DataError, match=r"of 6, 4 are held out .* so 2 are left to train on, and at least 3 are needed"
    ):
        split(labelled([2, 2, 2]), 0.3, 0.3, seed=0)
    with pytest.raises(DataError, match="so 0 are left to train on, and at least 1 is needed"):
        split(numbers(1), 0.0, 0.1, seed=0)


def test_a_class_without_training_sample_is_named() -> None:
    with pytest.raises(DataError, match="made up has no training sample of class 1"):
        split(labelled([5, 0, 5]), 0.0, 0.3, seed=0)
