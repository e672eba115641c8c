"""Lines of scores over epochs: the same while training, in whatever stacks, and from the files."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from making.store_records import SUMMARY
from mlpexp.report.tables.epoch_lines import EpochLines, _spread
from mlpexp.store.summary import Summary

NAMES = [f"{part}_{kind}" for part in ("train", "validation", "test") for kind in ("loss", "accuracy")]


def summary(seeds: int, *parts: str, **changes: object) -> Summary:
    return SUMMARY.model_copy(update={"seeds": tuple(range(seeds)), "parts": parts, **changes})


def scores(*losses: float) -> dict[str, list[float]]:
    return {name: [loss if "loss" in name else 0.5 for loss in losses] for name in NAMES}


def test_the_documented_form() -> None:
    lines = EpochLines(10, summary(1, "train"))
    printed = []
    for epoch in range(26):
        printed += lines.add(epoch, [0], scores(1 / (1 + epoch)), {0} if epoch == 25 else ())
    assert printed == [
        "epoch 0  loss 1.0000  accuracy 0.5000",
        "epoch 10  loss 0.0909  accuracy 0.5000",
        "epoch 20  loss 0.0476  accuracy 0.5000",
        "epoch 25  loss 0.0385  accuracy 0.5000",
    ]
    assert lines.close() == []


@pytest.mark.parametrize(
    ("parts", "changes", "line"),
    [
        (("train", "test"), {}, "epoch 0  loss 2.0000  accuracy 0.5000  test loss 2.0000  accuracy 0.5000"),
        (
            ("train", "validation", "test"), {},
            "epoch 0  loss 2.0000  accuracy 0.5000  validation loss 2.0000  accuracy 0.5000",
        ),
        (
            ("train", "test"),
            {"scores": ("quantization_error", "topographic_error"), "model": SUMMARY.model.model_copy(update={"name": "som"})},
            "epoch 0  quantization error 2.0000  topographic error 0.5000",
        ),
        (("train", "test"), {"scores": ("loss", "r2")}, "epoch 0  loss 2.0000  R² 0.5000  test loss 2.0000  R² 0.5000"),
    ],
)  # fmt: skip
def test_which_scores_are_shown(parts: tuple[str, ...], changes: dict[str, object], line: str) -> None:
    values = scores(2.0)
    values |= {"train_quantization_error": [2.0], "train_topographic_error": [0.5], "train_r2": [0.5], "test_r2": [0.5]}
    assert EpochLines(1, summary(1, *parts, **changes)).add(0, [0], values) == [line]
    assert len(line) <= 80


def test_lines_of_what_is_evaluated_seldom_stand_at_the_first_epoch_after_each_multiple() -> None:
    lines = EpochLines(10, summary(1, "train"))
    printed = [line for epoch in range(0, 32, 3) for line in lines.add(epoch, [0], scores(1.0))]
    assert [line.split()[1] for line in printed] == ["0", "12", "21", "30"]


def test_a_mean_waits_for_the_last_stack_and_counts_the_seeds_in_it() -> None:
    lines = EpochLines(2, summary(3, "train"))
    assert lines.add(0, [0, 1], scores(1.0, 2.0)) == []
    assert lines.add(1, [0, 1], scores(1.0, 2.0), {1}) == []
    assert lines.add(2, [0], scores(math.nan), {0}) == []
    assert lines.add(0, [2], scores(6.0)) == ["epoch 0  loss 3.0000  accuracy 0.5000"]
    assert lines.add(2, [2], scores(0.25)) == ["epoch 2  loss 0.2500  accuracy 0.5000  (1 of 3 seeds, 1 diverged)"]
    assert lines.add(3, [2], scores(0.125), {2}) == [
        "epoch 3  loss 0.1250  accuracy 0.5000  (1 of 3 seeds, 1 diverged)"
    ]


def test_an_epoch_in_which_seeds_diverged_between_evaluations_has_no_line() -> None:
    lines = EpochLines(1, summary(3, "train"))
    assert lines.add(0, [0, 1, 2], scores(1.0, 2.0, 3.0)) == ["epoch 0  loss 2.0000  accuracy 0.5000"]
    assert lines.add(3, [1], scores(math.inf), {1}) == []
    assert lines.add(10, [0, 2], scores(0.5, 0.5)) == [
        "epoch 10  loss 0.5000  accuracy 0.5000  (2 of 3 seeds, 1 diverged)"
    ]
    assert lines.add(14, [0, 2], scores(math.nan, math.inf), {0, 2}) == ["epoch 14  (0 of 3 seeds, 3 diverged)"]


def test_where_nothing_is_left() -> None:
    assert EpochLines(1, summary(1, "train")).add(0, [0], scores(math.inf), {0}) == ["epoch 0  diverged"]
    assert EpochLines(1, summary(2, "train")).add(0, [0, 1], scores(math.inf, math.nan)) == [
        "epoch 0  (0 of 2 seeds, 2 diverged)"
    ]
    assert EpochLines(1, summary(2, "train")).close() == []


trials = st.lists(st.tuples(st.integers(0, 12), st.booleans(), st.integers(0, 2)), min_size=1, max_size=6)


@given(trials, st.integers(1, 7), st.integers(1, 4), st.randoms(use_true_random=False))
def test_training_in_any_stacks_prints_what_the_files_give(
    ends: list[tuple[int, bool, int]], every: int, step: int, random: object
) -> None:
    """Each seed ends at some epoch, diverged or not, in one of three stacks; the stacks take turns at random."""
    values = {seed: [random.random() for _ in range(end + 1)] for seed, (end, _, _) in enumerate(ends)}  # type: ignore[attr-defined]
    rows: dict[int, list[tuple[int, list[int], list[float], set[int]]]] = {}
    for number in range(3):
        members = [seed for seed, (_, _, stack) in enumerate(ends) if stack == number]
        for epoch in range(0, 13, step):
            here = [seed for seed in members if ends[seed][0] >= epoch]
            ended = {seed for seed in here if ends[seed][0] < epoch + step}
            losses = [math.nan if ends[seed][1] and seed in ended else values[seed][epoch] for seed in here]
            rows.setdefault(number, []).append((epoch, here, losses, ended))
    live, from_files = (EpochLines(every, summary(len(ends), "train")) for _ in range(2))
    printed = []
    turns = [number for number in rows for _ in rows[number]]
    random.shuffle(turns)  # type: ignore[attr-defined]
    waiting = {number: iter(of_stack) for number, of_stack in rows.items()}
    for number in turns:
        epoch, here, losses, ended = next(waiting[number])
        printed += live.add(epoch, here, scores(*losses), ended)
        printed += live.add(epoch, here, scores(*losses), ended)  # said once more, as after a restart
    assert live.close() == []
    read = []
    for epoch in range(0, 13, step):
        of_epoch = [entry for of_stack in rows.values() for entry in of_stack if entry[0] == epoch]
        together = [pair for _, here, losses, _ in of_epoch for pair in zip(here, losses, strict=True)]
        if together:
            read += from_files.add(epoch, [seed for seed, _ in together], scores(*(loss for _, loss in together)))
    assert printed == read + from_files.close()
    epochs = [int(line.split()[1]) for line in printed]
    assert epochs == sorted(set(epochs))
    assert epochs[-1] == max(end - end % step for end, _, _ in ends)


@pytest.mark.parametrize(
    ("last", "every"), [(0, 1), (1, 1), (20, 1), (21, 2), (100, 5), (101, 10), (1000, 50), (12_345, 1000)]
)
def test_about_twenty_lines(last: int, every: int) -> None:
    assert _spread(last) == every
