"""Intervals and verdicts for new samples: by hand, by SciPy's t, and over simulated data sets whose truth is known."""

import math

import numpy as np
import pytest
from scipy import stats

from mlpexp.statistics.comparison import compare
from mlpexp.statistics.fixed_test import paired_by_sample, share_interval
from mlpexp.statistics.holm import holm
from mlpexp.statistics.intervals import common_differences, mean_interval, wilson_interval
from mlpexp.statistics.new_samples import (
    Design,
    Folds,
    NoDesign,
    Population,
    Redrawn,
    estimate,
    estimate_of,
    interval_of,
    variance_factor,
    wider,
)
from mlpexp.statistics.new_samples_verdicts import as_for_new_seeds, for_new_samples

VALUES = np.array([0.91, 0.95, 0.93, 0.97, 0.90, 0.96])


@pytest.mark.parametrize(
    ("design", "factor"),
    [
        (Redrawn(45, 105), 1 / 6 + 45 / 105),
        (Folds(5), 1 / 6 + 1 / 4),
        (Folds(3, repeated=False), 1 / 3 + 1 / 2),  # the second round of the same folds adds nothing
        (Population(), 1 / 6),
    ],
)
def test_factor_is_that_of_the_literature(design: Redrawn | Folds | Population, factor: float) -> None:
    assert variance_factor(design, 6) == pytest.approx(factor, rel=1e-15)


def test_interval_and_p_are_those_of_scipy() -> None:
    number = estimate(VALUES, Redrawn(45, 105))
    assert number is not None
    error = VALUES.std(ddof=1) * math.sqrt(1 / 6 + 45 / 105)
    low, high = number.interval()
    assert (low, high) == pytest.approx(stats.t.interval(0.95, 5, VALUES.mean(), error), rel=1e-12)
    shifted = estimate(VALUES - 0.9, Redrawn(45, 105))
    assert shifted is not None
    assert shifted.p == pytest.approx(2 * stats.t.sf((VALUES.mean() - 0.9) / error, 5), rel=1e-10)


def test_least_p_is_that_of_the_better_ends_of_mean_and_spread() -> None:
    """Of 80 % intervals: by Student's t and by chi-square."""
    number = estimate(VALUES - 0.9, Redrawn(45, 105))
    assert number is not None
    std = VALUES.std(ddof=1)
    farthest = stats.t.interval(0.8, 5, VALUES.mean() - 0.9, std / math.sqrt(6))[1]
    least_error = std * math.sqrt(5 / stats.chi2.ppf(0.9, 5)) * math.sqrt(45 / 105)
    assert number.least_p == pytest.approx(2 * stats.norm.sf(farthest / least_error), rel=1e-10)


def test_few_seeds_leave_open_what_many_close() -> None:
    """One mean and one spread: of 6 seeds they are rough, of 100 they are not."""
    few, many = (np.tile([-0.03, 0.13], n // 2) for n in (6, 100))
    assert against_first([few], Redrawn(45, 105)) == ["undecided"]
    assert against_first([many], Redrawn(45, 105)) == ["needs more samples"]


def test_own_samples_for_each_seed_give_the_plain_interval() -> None:
    number, plain = estimate(VALUES, Population()), mean_interval(VALUES)
    assert number is not None
    assert number.interval() == pytest.approx((plain.low, plain.high), rel=1e-12)
    assert number.least_error == 0


def test_folds_that_are_run_again_have_as_many_degrees_as_folds() -> None:
    number = estimate(VALUES, Folds(3, repeated=False))
    assert number is not None
    assert number.degrees == 2


def test_values_without_spread_have_no_interval() -> None:
    third = common_differences(np.array([0.9, 0.8, 0.7]), np.array([0.6, 0.5, 0.4]))  # equal but for rounding
    number = estimate(third, Redrawn(45, 105))
    assert number is not None
    assert math.isnan(number.p)
    assert np.isnan(number.interval()).all()


def test_fewer_than_two_seeds_have_no_estimate() -> None:
    assert estimate(np.array([0.9, math.nan]), Redrawn(45, 105)) is None


@pytest.mark.parametrize(
    ("first", "second", "together"),
    [
        (Redrawn(45, 105), Redrawn(45, 20), Redrawn(45, 20)),
        (Folds(10), Folds(5), Folds(5)),
        (Population(), Population(), Population()),
        (Folds(5), NoDesign("why"), NoDesign("why")),
        (Folds(5), Redrawn(45, 105), NoDesign("the arms have different samples")),
    ],
)
def test_difference_has_the_wider_design(first: Design, second: Design, together: Design) -> None:
    assert wider(first, second) == wider(second, first) == together


def test_holm_is_that_of_the_definition() -> None:
    p = np.array([0.01, 0.04, 0.03, math.nan])
    by_definition = [max((4 - j) * q for j, q in enumerate(sorted(p[:3])) if q <= own) for own in p[:3]]
    np.testing.assert_allclose(holm(p, 4)[:3], np.minimum(by_definition, 1))
    assert np.isnan(holm(p, 4)[3])
    with pytest.raises(ValueError, match="a family of 2"):
        holm(p, 2)


def test_holm_of_the_pairs_that_are_shown_is_never_below_holm_of_all() -> None:
    generator = np.random.default_rng(0)
    for _ in range(200):
        every = generator.random(10) ** 3
        shown = generator.permutation(10)[:4]
        assert (holm(every[shown], 10) >= holm(every, 10)[shown] - 1e-15).all()


def test_share_of_one_seed_is_wilsons() -> None:
    assert share_interval(1, 0.8, math.nan, 50) == pytest.approx(wilson_interval(40, 50), rel=1e-12)
    assert share_interval(2, 1.0, 0.0, 50) == pytest.approx(wilson_interval(50, 50), rel=1e-12)


def test_share_of_several_seeds_is_wider_by_their_spread() -> None:
    """Half widths are added as squares, of the spread with Student's t."""
    shares = np.array([0.7, 0.9])
    of_seeds = shares.var(ddof=1) / 2 * (stats.t.ppf(0.975, 1) / stats.norm.ppf(0.975)) ** 2
    effective = 0.8 * 0.2 / (0.8 * 0.2 / 50 + of_seeds)
    centre, z2 = (0.8 * effective + stats.norm.ppf(0.975) ** 2 / 2), stats.norm.ppf(0.975) ** 2
    half = math.sqrt(z2 * (0.16 * effective + z2 / 4))
    expected = ((centre - half) / (effective + z2), (centre + half) / (effective + z2))
    assert share_interval(2, shares.mean(), shares.std(ddof=1), 50) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("num_seeds", [2, 3, 5, 40])
@pytest.mark.parametrize(("num_samples", "spread"), [(45, 0.03), (10_000, 0.03)])
def test_share_covers_the_true_one_with_few_seeds(num_seeds: int, num_samples: int, spread: float) -> None:
    """Samples of one difficulty for every seed; networks of true shares around 0.85."""
    generator, times, covered = np.random.default_rng(7), 500, 0
    for _ in range(times):
        true_S = generator.normal(0.85, spread, (num_seeds, 1))
        shares = (generator.random(num_samples) < true_S).mean(1)
        low, high = share_interval(num_seeds, shares.mean(), shares.std(ddof=1), num_samples)
        covered += low <= 0.85 <= high
    assert covered / times >= 0.95 - 2 * math.sqrt(0.95 * 0.05 / times)


def test_crossed_error_is_that_of_the_analysis_of_variance() -> None:
    generator = np.random.default_rng(1)
    seeds, samples = 6, 40
    table = (
        generator.normal(0, 1, (seeds, 1)) + generator.normal(0, 2, samples) + generator.normal(size=(seeds, samples))
    )
    number = paired_by_sample(table)
    assert number is not None
    whole = table.mean()
    of_seeds = samples * ((table.mean(1) - whole) ** 2).sum() / (seeds - 1)  # mean squares of a textbook
    of_samples = seeds * ((table.mean(0) - whole) ** 2).sum() / (samples - 1)
    total = ((table - whole) ** 2).sum()
    rest = (total - of_seeds * (seeds - 1) - of_samples * (samples - 1)) / ((seeds - 1) * (samples - 1))
    assert number.error**2 == pytest.approx((of_seeds + of_samples - rest) / table.size, rel=1e-10)


def test_one_seed_or_one_sample_has_no_crossed_error() -> None:
    assert paired_by_sample(np.zeros((1, 5))) is None
    assert paired_by_sample(np.zeros((5, 1))) is None


def against_first(
    differences: list[np.ndarray], design: Redrawn | Folds | Population, margin: float = 0.01
) -> list[str]:
    """Verdicts on arms that differ so much from the first, which is the reference."""
    values = np.stack([np.zeros(len(differences[0])), *differences]) + 0.5
    comparison = compare(values, True, margin=margin, reference=0)
    rows = for_new_samples(comparison, [estimate(common_differences(row, values[0]), design) for row in values])
    assert rows[0].verdict == "reference"
    return [row.verdict for row in rows[1:]]


STEPS = np.linspace(-1, 1, 20)  # mean 0, std 0.62


def test_verdicts_by_the_size_of_difference_and_spread() -> None:
    small = 0.001 * STEPS
    arms = [-0.1 + small, 0.1 + small, small, 0.02 + 0.06 * STEPS, 0 * STEPS, 0.1 * STEPS]
    verdicts = against_first(arms, Redrawn(45, 105))
    assert verdicts == ["worse", "better", "no difference", "needs more samples", "undecided", "needs more samples"]


def test_more_seeds_may_decide_what_few_samples_leave_open() -> None:
    """0.02 at a spread of 0.06: with a ninth of the samples in the test part, the error that stays is 0.02 / 2.2."""
    arm = [0.02 + 0.04 * STEPS]
    assert against_first(arm, Redrawn(10, 90)) == ["undecided"]
    assert against_first(arm, Redrawn(50, 50)) == ["needs more samples"]
    assert against_first(arm, Population()) == ["better"]


def test_nothing_is_claimed_of_new_samples_that_is_open_for_new_seeds() -> None:
    four = [np.array([0.1, 0.1001, 0.1002, 0.1001])]  # four seeds cannot decide by signs
    assert against_first(four, Redrawn(45, 105)) == ["undecided"]


def test_own_samples_have_the_verdicts_of_new_seeds() -> None:
    generator = np.random.default_rng(2)
    comparison = compare(generator.normal(size=(5, 12)) + np.arange(5)[:, None], True, margin=0.1)
    rows = as_for_new_seeds(comparison)
    assert [row.verdict for row in rows] == [arm.verdict for arm in comparison.arms]
    np.testing.assert_array_equal([row.p_adjusted for row in rows], [arm.p_adjusted for arm in comparison.arms])


def test_best_arm_chosen_after_looking_counts_all_pairs() -> None:
    generator = np.random.default_rng(3)
    values = generator.normal(size=(4, 12)) + np.array([0.0, 1.0, 2.0, 3.0])[:, None]
    comparison = compare(values, True, margin=0.1)
    estimates = [estimate(common_differences(row, values[3]), Redrawn(30, 70)) for row in values]
    rows = for_new_samples(comparison, estimates)
    p = np.array([math.nan if row.verdict == "reference" else row.p for row in rows])
    np.testing.assert_array_equal([row.p_adjusted for row in rows], holm(p, 6))


def test_no_estimate_is_no_interval() -> None:
    comparison = compare(np.array([[1.0, 2.0, 3.0], [2.0, 4.0, 7.0], [np.nan] * 3]), True, margin=0.1)
    rows = for_new_samples(comparison, [None, None, None])
    assert [row.verdict for row in rows] == ["no interval", "reference", "diverged"]


def nearest_mean_accuracy(points: np.ndarray, labels: np.ndarray, train: np.ndarray, test: np.ndarray) -> float:
    """Of the classifier that knows the mean of each class."""
    means = np.stack([points[train][labels[train] == label].mean(0) for label in (0, 1)])
    nearest = ((points[test][:, None] - means) ** 2).sum(2).argmin(1)
    return float((nearest == labels[test]).mean())


def drawn(generator: np.random.Generator, num_samples: int) -> tuple[np.ndarray, np.ndarray]:
    """Two classes in the plane, as many of each, that overlap."""
    labels = np.arange(num_samples) % 2
    return generator.normal(size=(num_samples, 2)) + 1.2 * labels[:, None], labels


def accuracies(generator: np.random.Generator, kind: str, num_seeds: int) -> np.ndarray:
    """One data set of 60 samples, and the accuracy of each seed on it."""
    points, labels = drawn(generator, 60)
    folds = generator.permutation(60).reshape(10, 6)
    values = []
    for seed in range(num_seeds):
        if kind == "population":
            points, labels = drawn(generator, 60)
        test = folds[seed % 10] if kind == "folds" else generator.permutation(60)[:18]
        values.append(nearest_mean_accuracy(points, labels, np.setdiff1d(np.arange(60), test), test))
    return np.array(values)


COVERED = [("redrawn", Redrawn(18, 42), 40), ("folds", Folds(10), 10), ("population", Population(), 10)]


@pytest.mark.parametrize(("kind", "design", "num_seeds"), COVERED)
def test_intervals_cover_the_expected_accuracy(kind: str, design: Redrawn | Folds | Population, num_seeds: int) -> None:
    generator = np.random.default_rng(4)
    num_train = 54 if kind == "folds" else 42
    points, labels = drawn(generator, 4000)
    truth = np.mean(
        [
            nearest_mean_accuracy(points, labels, generator.permutation(4000)[:num_train], np.arange(4000))
            for _ in range(200)
        ]
    )
    times, covered, plainly = 200, 0, 0
    for _ in range(times):
        values = accuracies(generator, kind, num_seeds)
        number, plain = estimate(values, design), mean_interval(values)
        assert number is not None
        low, high = number.interval()
        covered += low <= truth <= high
        plainly += plain.low <= truth <= plain.high
    assert covered / times >= 0.93 - 2 * math.sqrt(0.93 * 0.07 / times)
    if kind == "redrawn":
        assert plainly / times < 0.75  # of new seeds, this one speaks


def test_crossed_interval_covers_the_true_difference() -> None:
    """Right or wrong of two equally good arms on 200 samples, some of which are hard for one of the two."""
    generator, times, covered = np.random.default_rng(5), 400, 0
    for _ in range(times):
        of_samples, of_seeds = generator.normal(0, 0.3, 200), generator.normal(0, 0.05, (10, 1))
        table = np.sign(of_samples + of_seeds + generator.normal(0, 0.5, (10, 200))) * (
            generator.random((10, 200)) < 0.2
        )
        number = paired_by_sample(table)
        assert number is not None
        low, high = number.interval()
        covered += low <= 0 <= high
    assert covered / times >= 0.95 - 2 * math.sqrt(0.95 * 0.05 / times)


def test_crossed_interval_covers_where_nothing_but_noise_differs() -> None:
    generator, times, covered = np.random.default_rng(6), 400, 0
    for _ in range(times):
        number = paired_by_sample(generator.choice([-1.0, 0.0, 1.0], (5, 100)))
        assert number is not None
        low, high = number.interval()
        covered += low <= 0 <= high
    assert covered / times >= 0.95 - 2 * math.sqrt(0.95 * 0.05 / times)


@pytest.mark.parametrize(
    "design", [Redrawn(45, 105), Folds(5, repeated=False), Folds(5, repeated=True), Population()], ids=repr
)
def test_the_interval_alone_is_that_of_the_whole_estimate(design: Redrawn | Folds | Population) -> None:
    for n, std in ((2, 0.3), (10, 0.02), (150, 1e-9)):
        assert interval_of(n, 0.9, std, design) == estimate_of(n, 0.9, std, design).interval()
    assert all(math.isnan(end) for end in interval_of(5, 0.9, 0.0, design))
