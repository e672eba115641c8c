"""Folds, groups, times and named parts: no sample in two parts, folds as scikit-learn has them, learning curves nested."""

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.model_selection import KFold, StratifiedKFold

from mlpexp.config.datasets import Csv, Iris
from mlpexp.config.facts import DatasetFacts
from mlpexp.data.catalogue import facts_of, load
from mlpexp.data.dataset import Dataset
from mlpexp.data.parts import parts_of, sizes_of
from mlpexp.data.split import PartSizes, Split, split
from mlpexp.data.split_kinds import nested_order, parts_by_group, parts_by_time
from mlpexp.errors import DataError
from mlpexp.randomness import stream

seeds = st.integers(0, 10_000)


def made_up(counts: list[int], labels: np.ndarray | None = None) -> Dataset:
    """So many samples of each class, mixed; of one class: numbers to predict."""
    classes = np.concatenate([np.full(count, label) for label, count in enumerate(counts)]).astype(np.int64)
    np.random.default_rng(0).shuffle(classes)
    several = len(counts) > 1
    facts = DatasetFacts("classification" if several else "regression", (1,), len(counts), len(classes))
    targets = classes if several else np.zeros((len(classes), 1))
    return Dataset("made up", np.zeros((len(classes), 1)), targets, facts, split_labels=labels)


def section(**keys: object) -> Iris:
    return Iris.model_validate({"name": "iris", **keys})


def sizes(parts: Split) -> PartSizes:
    return PartSizes(len(parts.train), len(parts.validation), len(parts.test))


def assert_disjoint(parts: Split, num_samples: int, *, complete: bool = True) -> None:
    rows = np.concatenate([parts.train, parts.validation, parts.test])
    assert len(set(rows.tolist())) == len(rows) and rows.max() < num_samples
    assert not complete or len(rows) == num_samples


@given(
    st.lists(st.integers(6, 30), min_size=1, max_size=4),
    st.integers(2, 6),
    st.integers(0, 50),
    st.sampled_from([0.0, 0.1, 0.2]),
    st.booleans(),
)
def test_every_sample_is_tested_on_once_a_repetition(
    counts: list[int], folds: int, repetition: int, validation: float, repeated: bool
) -> None:
    dataset = made_up(counts)
    config = section(split={"kind": "k_fold", "folds": folds, "repeated": repeated}, validation_fraction=validation)
    tested = []
    for seed in range(repetition * folds, (repetition + 1) * folds):
        parts = parts_of(dataset, config, seed)
        assert_disjoint(parts, sum(counts))
        assert sizes(parts) == sizes_of(config, dataset.facts, seed)
        assert len(parts.validation) == (round(validation * sum(counts) + 1e-9) if validation else 0)
        tested.append(parts.test)
    assert np.array_equal(np.sort(np.concatenate(tested)), np.arange(sum(counts)))


@given(st.lists(st.integers(8, 30), min_size=1, max_size=4), st.integers(2, 8), st.integers(0, 50))
def test_folds_have_the_sizes_and_classes_of_scikit_learn(counts: list[int], folds: int, repetition: int) -> None:
    dataset = made_up(counts)
    config = section(split={"kind": "k_fold", "folds": folds})
    classes = dataset.targets.reshape(-1) if len(counts) > 1 else None
    order = None if classes is None else np.sort(classes)  # scikit-learn numbers classes as they come
    theirs = StratifiedKFold(folds) if classes is not None else KFold(folds)
    for fold, (_, expected) in enumerate(theirs.split(dataset.inputs, order)):
        test = parts_of(dataset, config, repetition * folds + fold).test
        assert len(test) == len(expected)
        if classes is not None and order is not None:
            ours = np.bincount(classes[test], minlength=len(counts))
            assert np.all(np.abs(ours - np.array(counts) / folds) < 1)  # each class's count within one
            assert np.array_equal(ours, np.bincount(order[expected], minlength=len(counts)))


def test_repetitions_draw_folds_anew_unless_told_otherwise() -> None:
    dataset = made_up([20, 20])
    for repeated in (True, False):
        config = section(split={"kind": "k_fold", "folds": 4, "repeated": repeated}, validation_fraction=0.1)
        first, second = (parts_of(dataset, config, seed) for seed in (1, 5))
        assert np.array_equal(first.test, second.test) is not repeated
        assert np.array_equal(first.validation, second.validation) is not repeated


def test_more_folds_than_samples_are_refused() -> None:
    with pytest.raises(DataError, match="41 folds are more than the 40 samples"):
        parts_of(made_up([40]), section(split={"kind": "k_fold", "folds": 41}), 0)


@given(
    st.lists(st.integers(1, 12), min_size=3, max_size=30),
    st.integers(1, 3),
    st.sampled_from([0.0, 0.1, 0.3]),
    st.sampled_from([0.1, 0.3, 0.5]),
    seeds,
)
def test_no_group_is_in_two_parts(
    group_sizes: list[int], classes: int, validation: float, test: float, seed: int
) -> None:
    groups = np.repeat(np.arange(len(group_sizes)), group_sizes)
    labels = np.random.default_rng(seed).integers(0, classes, len(groups))
    labels = np.unique(labels, return_inverse=True)[1]
    count = len(groups)
    wanted = PartSizes(0, max(1, round(validation * count)) if validation else 0, max(1, round(test * count)))
    part = parts_by_group(groups, labels, wanted, stream(seed, "split"))
    if part is None:  # no draw has every class in the training part
        assert labels.max() > 0
        return
    for number in range(len(group_sizes)):
        assert len(set(part[groups == number].tolist())) == 1
    assert set(labels[part == 0]) == set(labels)
    assert (part == 2).any() and (part == 1).any() is np.bool_(validation > 0) and (part == 0).any()


@given(st.lists(st.integers(1, 4), min_size=40, max_size=120), seeds)
def test_small_groups_come_as_near_to_the_fractions_as_single_samples(group_sizes: list[int], seed: int) -> None:
    groups = np.repeat(np.arange(len(group_sizes)), group_sizes)
    labels = groups % 2
    wanted = PartSizes(0, round(0.2 * len(groups)), round(0.3 * len(groups)))
    part = parts_by_group(groups, labels, wanted, stream(seed, "split"))
    assert part is not None
    assert abs((part == 2).sum() - wanted.test) <= 4 and abs((part == 1).sum() - wanted.validation) <= 4


def test_groups_are_drawn_with_the_classes_in_proportion() -> None:
    groups = np.repeat(np.arange(60), np.arange(60) % 4 + 1)
    labels = groups % 3 % 2
    shares = []
    for seed in range(40):
        part = parts_by_group(groups, labels, PartSizes(0, 0, round(0.3 * len(groups))), stream(seed, "split"))
        assert part is not None
        shares.append(labels[part == 2].mean())
    assert np.abs(np.array(shares) - labels.mean()).mean() < 0.04  # 0.07 if classes did not count


def test_a_class_of_one_group_is_always_learned_and_draws_differ() -> None:
    groups = np.repeat(np.arange(10), 5)
    labels = (groups == 3).astype(np.int64)
    parts = [parts_by_group(groups, labels, PartSizes(0, 0, 15), stream(seed, "split")) for seed in range(30)]
    assert all(part is not None and (part[groups == 3] == 0).all() for part in parts)
    assert len({part.tobytes() for part in parts if part is not None}) > 20


def test_too_few_groups_are_refused() -> None:
    with pytest.raises(DataError, match="2 groups cannot be 3 parts"):
        parts_by_group(np.array([0, 1, 1]), np.zeros(3, np.int64), PartSizes(1, 1, 1), stream(0, "split"))


@given(st.lists(st.integers(0, 30), min_size=10, max_size=60), st.sampled_from([0.0, 0.2]), st.sampled_from([0.1, 0.4]))
def test_what_is_later_is_tested_on_and_equal_times_stay_together(
    times: list[int], validation: float, test: float
) -> None:
    ranks = np.unique(times, return_inverse=True)[1]
    wanted = PartSizes(0, round(validation * len(times)), max(1, round(test * len(times))))
    if ranks.max() < 2:
        return
    part = parts_by_time(ranks, wanted)
    trained, selected, tested = (ranks[part == number] for number in (0, 1, 2))
    assert len(trained) and len(tested) and bool(len(selected)) is (validation > 0)
    assert trained.max() < tested.min()
    if len(selected):
        assert trained.max() < selected.min() and selected.max() < tested.min()
    largest = np.bincount(ranks).max()
    if ranks.max() > 20:  # enough bounds to choose from
        assert abs(len(tested) - wanted.test) <= largest


@given(st.lists(st.integers(1, 30), min_size=1, max_size=5), seeds)
def test_a_learning_curve_is_nested_and_in_proportion(counts: list[int], seed: int) -> None:
    classes = np.concatenate([np.full(count, label) for label, count in enumerate(counts)])
    order = nested_order(classes, stream(seed, "split", 2))
    assert np.array_equal(np.sort(order), np.arange(len(classes)))
    for size in range(len(counts), len(classes) + 1):
        ours = np.bincount(classes[order[:size]], minlength=len(counts))
        assert ours.min() >= 1
        exact = size * np.array(counts) / len(classes)
        assert np.all(ours < np.maximum(exact, 1) + len(counts))


@given(seeds, st.sampled_from([0.0, 0.2]))
def test_the_test_part_stays_however_many_are_learned_from(seed: int, validation: float) -> None:
    dataset = load(section())
    whole = split(dataset, validation, 0.3, seed)
    before: set[int] = set()
    for size in (3, 10, 30, 60):
        parts = parts_of(dataset, section(validation_fraction=validation, train_samples=size), seed)
        assert np.array_equal(parts.test, whole.test) and np.array_equal(parts.validation, whole.validation)
        rows = set(parts.train.tolist())
        assert before < rows <= set(whole.train.tolist()) and len(rows) == size
        before = rows
        assert_disjoint(parts, 150, complete=False)
    share = parts_of(dataset, section(validation_fraction=validation, train_fraction=0.5), seed)
    assert (
        len(share.train)
        == sizes_of(section(validation_fraction=validation, train_fraction=0.5), dataset.facts, seed).train
    )
    assert np.array_equal(parts_of(dataset, section(validation_fraction=validation), seed).train, whole.train)


ROWS = 40


def table(folder: Path, **columns: list[object]) -> Path:
    path = folder / "table.csv"
    data = {"x": [i % 7 + 0.5 for i in range(ROWS)], "kind": ["ab"[i % 2] for i in range(ROWS)], **columns}
    lines = [",".join(map(str, row)) for row in zip(*data.values(), strict=True)]
    path.write_text("\n".join([",".join(data), *lines]) + "\n")
    return path


def csv(path: Path, split: object, **keys: object) -> Csv:
    return Csv.model_validate({"name": "csv", "path": str(path), "target": "kind", "split": split, **keys})


def test_the_column_of_a_split_is_no_input_unless_it_is_named(tmp_path: Path) -> None:
    path = table(tmp_path, day=list(range(ROWS)))
    time = {"kind": "time", "column": "day"}
    assert facts_of(csv(path, time)).input_shape == (1,)
    assert facts_of(csv(path, time, features=["x", "day"])).input_shape == (2,)
    assert facts_of(csv(path, "random")).input_shape == (2,)


def test_groups_of_a_table_are_never_on_both_sides(tmp_path: Path) -> None:
    patients = [f"p{i * i % 13}" for i in range(ROWS)]
    config = csv(table(tmp_path, patient=patients), {"kind": "group", "column": "patient"}, validation_fraction=0.2)
    dataset = load(config)
    for seed in range(50):
        parts = parts_of(dataset, config, seed)
        assert_disjoint(parts, ROWS)
        sides = [{patients[row] for row in part} for part in (parts.train, parts.validation, parts.test)]
        assert not (sides[0] & sides[1] or sides[0] & sides[2] or sides[1] & sides[2])
        assert sizes_of(config, dataset.facts, seed) == sizes(parts)


@pytest.mark.parametrize("form", ["%Y-%m-%d", "%d.%m.%Y", "%Y/%m/%d", "%d %B %Y", "%d/%m/%Y", "%m/%d/%Y"])
def test_dates_are_read_in_usual_forms(form: str, tmp_path: Path) -> None:
    days = [(date(2023, 12, 20) + timedelta(days=7 * i % 40)).strftime(form) for i in range(ROWS)]
    config = csv(table(tmp_path, day=days), {"kind": "time", "column": "day"}, test_fraction=0.25)
    parts = parts_of(load(config), config, 0)
    assert sorted(7 * i % 40 for i in parts.test) == list(range(30, 40))
    assert np.array_equal(parts_of(load(config), config, 1).test, parts.test)


def test_dates_with_two_readings_are_refused(tmp_path: Path) -> None:
    days = [f"0{i % 9 + 1}/0{(i * 2) % 9 + 1}/2024" for i in range(ROWS)]
    with pytest.raises(DataError, match=r"table\.csv:2:day: .*day/month and as month/day; write dates as 2024-04-03"):
        load(csv(table(tmp_path, day=days), {"kind": "time", "column": "day"}))


def test_a_column_names_the_parts(tmp_path: Path) -> None:
    words = ["Training", "test", "valid", "train"] * (ROWS // 4)
    path = table(tmp_path, part=[words[i // 2 % 4] for i in range(ROWS)])
    config = csv(path, {"kind": "column", "column": "part"})
    parts = parts_of(load(config), config, 0)
    assert [i // 2 % 4 for i in parts.test] == [1] * 10 and [i // 2 % 4 for i in parts.validation] == [2] * 10
    own = csv(path, {"kind": "column", "column": "part", "test": ["test", "valid"]}, validation_fraction=0.2)
    first, second = (parts_of(load(own), own, seed) for seed in (0, 1))
    assert sizes(first) == PartSizes(16, 4, 20) and not np.array_equal(first.validation, second.validation)
    assert np.array_equal(first.test, second.test)


def test_a_value_that_names_no_part_is_refused_with_its_line(tmp_path: Path) -> None:
    path = table(tmp_path, part=["train"] * 30 + ["tset"] * 10)
    with pytest.raises(DataError, match=r"table\.csv:32:part: 'tset' names no part; .*did you mean test\?"):
        load(csv(path, {"kind": "column", "column": "part"}))


def test_a_second_file_is_the_test_part(tmp_path: Path) -> None:
    path = table(tmp_path)
    second = tmp_path / "second.csv"
    second.write_text("kind,x\nb,1.5\na,2.5\n")  # columns in another order
    config = csv(path, {"kind": "file", "path": str(second)}, validation_fraction=0.25)
    dataset = load(config)
    assert sizes_of(config, dataset.facts, 0) == PartSizes(30, 10, 2)
    parts = parts_of(dataset, config, 0)
    assert dataset.inputs[parts.test].tolist() == [[1.5], [2.5]] and dataset.targets[parts.test].tolist() == [1, 0]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("x,kind\n1,c\n", r"second\.csv:2:kind: 'c' does not occur in table\.csv"),
        ("x,kind\none,a\n", r"second\.csv:2:x: 'one' is not a number; in table\.csv the column has only numbers"),
        ("y,kind\n1,a\n", r"second\.csv:1: there is no column x, which table\.csv has"),
    ],
)
def test_a_second_file_must_hold_what_the_first_has(text: str, words: str, tmp_path: Path) -> None:
    second = tmp_path / "second.csv"
    second.write_text(text)
    with pytest.raises(DataError, match=words):
        load(csv(table(tmp_path), {"kind": "file", "path": str(second)}))


def test_a_class_that_cannot_be_learned_is_said(tmp_path: Path) -> None:
    path = table(tmp_path, part=["train" if i % 2 else "test" for i in range(ROWS)])
    config = csv(path, {"kind": "column", "column": "part"})
    with pytest.raises(DataError, match="class a has no sample in the training part"):
        parts_of(load(config), config, 0)
