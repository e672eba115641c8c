"""What a range test suggests, on losses made by hand, and whether training agrees."""

from itertools import product

import numpy as np
import pytest

from making.configs import CONFIGS
from making.sentences import too_long
from mlpexp.analysis.find_lr.range_test import for_range_test, geometric_rates, losses_at_rates
from mlpexp.analysis.find_lr.rate_choice import RateChoice, choose_rate, cut_at_divergence, rounded, slopes
from mlpexp.config.yaml_source import override_in
from mlpexp.data.catalogue import load
from mlpexp.execution.members import members_of, trainer_of
from mlpexp.planning.prepare import prepare

RATES = geometric_rates(1e-4, 100, 61)  # ten per decade


def fall(fastest: float, low: float = 0.1) -> np.ndarray:
    """A loss that falls from 1 to ``low`` as a logistic function of the decade."""
    decades = np.log10(RATES / fastest)
    return np.concatenate([[1.0], low + (1 - low) / (1 + np.exp(4 * decades))])


def exploding(losses: np.ndarray, at: float) -> np.ndarray:
    return np.concatenate([losses[:1], np.where(at * 0.999 <= RATES, 50.0, losses[1:])])


def test_a_tenth_of_the_first_divergence() -> None:
    losses = np.stack([exploding(fall(0.01), at) for at in (10, 5.0118724, 31.6227)])
    choice = choose_rate(RATES, cut_at_divergence(losses))
    assert choice.first_divergence == pytest.approx(5.012, rel=1e-3)
    assert choice.suggested == 0.5  # as it is: 0.5012
    assert choice.fastest == pytest.approx(0.01, rel=0.3)
    assert choice.num_diverged == 3
    assert "try learning rate 0.5: a tenth of 5, the rate at which the first of 3 seeds diverges" in choice.sentences()


def test_never_above_the_lowest_loss() -> None:
    losses = fall(0.001)
    losses[1:] += np.where(RATES > 0.02, 0.3, 0.0)  # it rises again long before it explodes
    choice = choose_rate(RATES, cut_at_divergence(exploding(losses, 10.0)[None]))
    assert choice.lowest == pytest.approx(0.02, rel=0.01)
    assert choice.suggested == 0.02
    assert "the rate at which the seed diverges" in choice.sentences()[1]


def test_without_divergence_a_quarter_of_the_lowest() -> None:
    losses = fall(0.001)
    losses[1:] += np.where(RATES > 0.8, 0.3, 0.0)
    choice = choose_rate(RATES, losses[None])
    assert (choice.first_divergence, choice.num_diverged) == (None, 0)
    assert choice.lowest == pytest.approx(0.8, rel=0.02)
    assert choice.suggested == 0.2
    assert "never diverges" in choice.sentences()[1]


def test_where_nothing_is_learned_nothing_is_suggested() -> None:
    choice = choose_rate(RATES, cut_at_divergence(exploding(fall(0.01, low=0.99), 1.0)[None]))
    assert (choice.suggested, choice.fastest) == (None, None)
    assert "no suggestion" in choice.sentences()[0]


def test_a_diverged_member_stays_out_and_counts_as_bad() -> None:
    losses = np.array([[1.0, 0.9, 2.1, 0.1, 0.1], [1.0, 1.0, 1.0, np.inf, np.inf], [4.0, 7.9, 7.9, 7.9, 0.5]])
    cut = cut_at_divergence(losses)
    assert np.isinf(cut).tolist() == [[False, False, True, True, True], [False, False, False, True, True], [False] * 5]
    assert np.array_equal(cut[np.isfinite(cut)], losses[np.isfinite(cut)])


def test_slopes_are_those_of_straight_lines() -> None:
    line = 3.0 - 0.7 * np.log10(RATES)
    assert slopes(RATES, line) == pytest.approx(np.full(len(RATES), -0.7))
    line[40] = np.inf
    broken = np.isnan(slopes(RATES, line))
    assert broken[37:44].all()
    assert not broken[:37].any()


@pytest.mark.parametrize(
    ("rate", "expected"), [(0.33, 0.5), (0.31, 0.2), (0.8, 1), (1.3e-4, 1e-4), (7.2, 10), (0.05, 0.05)]
)
def test_rounding(rate: float, expected: float) -> None:
    assert rounded(rate) == expected


CASES = {
    "iris": ("iris/mlp.yaml", [], "accuracy", 0.93),
    "moons": ("synthetic/moons.yaml", [], "accuracy", 0.95),
    "moons, sgd": ("synthetic/moons.yaml", ["optimizer={name: sgd, learning_rate: 1}"], "accuracy", 0.95),
    "sine, sgd": ("synthetic/sine.yaml", ["optimizer={name: sgd, learning_rate: 1}"], "r2", 0.93),
    "spirals": ("synthetic/spirals.yaml", [], "accuracy", 0.97),
}


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES)
def test_training_at_the_suggested_rate_succeeds(case: str) -> None:
    """The mean over seeds is near the best that any rate reaches (measured in docs/learning_rate.md)."""
    name, changes, kind, wanted = CASES[case]
    prepared = prepare(CONFIGS / name, [override_in(text, text) for text in [*changes, "seeds=5"]])
    dataset = load(prepared.experiment.dataset)
    rates = geometric_rates(1e-5, 10, 100)

    def trained(experiment):
        return trainer_of(members_of(experiment, range(5)), [prepared.architecture] * 5, dataset)

    losses = losses_at_rates(trained(for_range_test(prepared.experiment, 100)), rates)
    choice = choose_rate(rates, cut_at_divergence(losses))
    optimizer = prepared.experiment.optimizer.model_copy(update={"learning_rate": choice.suggested})
    records = [
        record for record in trained(prepared.experiment.model_copy(update={"optimizer": optimizer})).run() if record
    ]
    assert records[-1].scores[f"test_{kind}"].mean() > wanted


def test_every_sentence_is_short() -> None:
    for suggested, fastest, first, members in product((None, 0.02), (None, 0.0053), (None, 0.46, 0.0001), (1, 10)):
        for lowest in (0.00002, 0.23):
            choice = RateChoice(suggested, fastest, lowest, first, 0 if first is None else members, members)
            assert [long for sentence in choice.sentences() for long in too_long(sentence)] == []
