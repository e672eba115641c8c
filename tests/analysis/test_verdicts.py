"""Each rule on numbers made for it, on planted runs, and the share of planted causes that are named first."""

import re
import tempfile
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from making import planted_runs
from making.sentences import sentences_in, too_long
from mlpexp.analysis.explain.examination import DataState, Examination, NetworkState
from mlpexp.analysis.explain.explanations import TEXTS, explained
from mlpexp.analysis.explain.neighbours import neighbour_state
from mlpexp.analysis.explain.verdicts import CONSEQUENCES, PROBLEMS, RULES, judge

FALLEN = np.array([1.1, 0.5, 0.2, *np.full(17, 0.05)])

STATE = NetworkState(
    largest_eigenvalue=2.0, deltas=(0.05, 0.1), saturated={}, dead={"dense1_relu": 0.0, "dense2_relu": 0.1}, twins=0.0
)
HEALTHY = Examination(
    seed=0, diverged=False, epochs=19, epoch_of=np.arange(20), train_loss=FALLEN, held_loss=FALLEN + 0.02, held_part="test",
    held_samples=45, train_score=0.98, held_score=0.96, score_is_share=True,
    score_name="accuracy", hidden_activations=("relu", "relu"),
    optimizer="sgd", learning_rate=0.1, momentum=0.0, batch_share=0.15, relative_step=0.3, moved=(0.5, 0.9), initial=STATE,
    final=STATE, data=DataState(105, 1.0, 1.0, 1.1, 0.95, 0.0),
)  # fmt: skip
STUCK = np.full(20, 1.09)
TANH = replace(STATE, dead={}, saturated={"dense1_tanh": 0.1})


def with_data(**changes) -> Examination:
    return replace(HEALTHY, data=replace(HEALTHY.data, **changes))


CASES: dict[str, Examination] = {
    "converged": HEALTHY,
    "symmetric_units": replace(HEALTHY, initial=replace(STATE, twins=1.0), final=replace(STATE, twins=1.0)),
    "linear_network": replace(HEALTHY, hidden_activations=("identity", "identity")),
    "unscaled_inputs": with_data(largest_scale=4e4),
    "exploding_gradient": replace(HEALTHY, diverged=True, initial=replace(STATE, deltas=(500.0, 0.1))),
    "saturation": replace(HEALTHY, initial=replace(TANH, saturated={"dense1_tanh": 0.8}), final=TANH),
    "vanishing_gradient": replace(
        HEALTHY, initial=replace(STATE, deltas=(1e-7, 0.1)), train_loss=STUCK, held_loss=STUCK, train_score=0.3, held_score=0.3
    ),
    "learning_rate_too_large": replace(HEALTHY, diverged=True, learning_rate=50.0),
    "dead_relu": replace(
        HEALTHY, final=replace(STATE, dead={"dense1_relu": 0.9}), train_loss=STUCK, held_loss=STUCK, train_score=0.3
    ),
    "learning_rate_too_small": replace(
        HEALTHY, learning_rate=1e-3, train_loss=np.linspace(1.1, 0.8, 20), held_loss=np.linspace(1.1, 0.8, 20), train_score=0.6
    ),
    "label_noise": with_data(contradicted=0.12),
    "overfitting": replace(
        HEALTHY, held_loss=np.array([1.1, 0.4, *np.linspace(0.3, 1.2, 18)]), train_score=1.0, held_score=0.7, held_samples=400
    ),
    "too_few_epochs": replace(HEALTHY, train_loss=np.linspace(1.1, 0.4, 20), held_loss=np.linspace(1.1, 0.4, 20)),
    "underfitting": replace(HEALTHY, train_loss=np.array([1.1, *np.full(19, 0.8)]), held_loss=STUCK, train_score=0.6),
    "edge_of_stability": replace(HEALTHY, batch_share=1.0, final=replace(STATE, largest_eigenvalue=19.9)),
}  # fmt: skip


@pytest.mark.parametrize("kind", [*RULES, "converged"])
def test_each_rule_finds_what_it_is_for(kind):
    verdicts = judge([CASES[kind]])
    assert verdicts[0].kind == kind
    if kind == "converged":
        assert len(verdicts) == 1


@pytest.mark.parametrize("kind", list(CASES))
def test_every_text_takes_its_numbers(kind):
    words = explained(judge([CASES[kind]])[0])
    everything = " ".join([words.finding, words.meaning])
    assert "{" not in everything
    assert "nan" not in everything


def test_texts_and_consequences_name_rules():
    assert set(TEXTS) == {*RULES, "converged"}
    assert set(CONSEQUENCES) <= set(RULES)
    assert all(follow <= set(RULES) for follow in CONSEQUENCES.values())
    assert PROBLEMS == set(RULES) - {"edge_of_stability"}


def test_units_that_became_equal_are_no_cause():
    """All far out, or all dead: something else made them so."""
    found = judge([replace(HEALTHY, final=replace(STATE, twins=1.0))])
    assert [verdict.kind for verdict in found] == ["converged"]


def test_a_linear_model_that_is_still_learning_is_not_blamed():
    falling = np.linspace(1.1, 0.8, 20)
    one = replace(HEALTHY, hidden_activations=(), train_loss=falling, held_loss=falling, train_score=0.6)
    assert judge([one])[0].kind == "too_few_epochs"
    assert judge([replace(one, train_loss=np.array([1.1, *np.full(19, 0.8)]))])[0].kind == "linear_network"
    assert judge([replace(one, diverged=True)])[0].kind == "learning_rate_too_large"


def test_a_loss_that_only_falls_is_not_unsteady():
    assert replace(HEALTHY, train_loss=np.array([2.3, 1.2])).unsteadiness == 0
    assert replace(HEALTHY, train_loss=np.array([2.3, 1.2, 0.4, 1.2])).unsteadiness > 0.25


def test_nesterov_is_stable_up_to_less():
    """Of w_(t+1) = v - eta lambda v with v = w_t + beta (w_t - w_(t-1)) the roots leave the unit circle there."""
    limit = replace(HEALTHY, momentum=0.9, nesterov=True).stability_limit
    for curvature, stable in ((0.99 * limit, True), (1.01 * limit, False)):
        shrink = 1 - 0.1 * curvature
        roots = np.roots([1, -shrink * 1.9, shrink * 0.9])
        assert (np.abs(roots) < 1).all() == stable


def test_a_minority_of_seeds_is_no_verdict():
    healthy = [replace(HEALTHY, seed=seed) for seed in range(4)]
    broken = [replace(CASES["learning_rate_too_large"], seed=10 + i) for i in range(5)]
    assert [v.kind for v in judge([*healthy, broken[0]])] == ["converged"]
    assert judge([*healthy, *broken[:4]])[0].kind == "learning_rate_too_large"
    assert judge([*healthy, *broken])[0].seeds == (10, 11, 12, 13, 14)


def test_seeds_that_fail_in_different_ways_are_no_success():
    failing = [CASES[kind] for kind in ("symmetric_units", "overfitting", "unscaled_inputs")]
    verdicts = judge([replace(one, seed=seed) for seed, one in enumerate(failing)])
    assert {v.kind for v in verdicts} == {"symmetric_units", "overfitting", "unscaled_inputs"}


def test_neighbours_contradict_wrong_labels_and_not_overlapping_classes():
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 2, 600)
    apart = rng.normal(size=(600, 2)) + 6 * labels[:, None]
    wrong = np.where(rng.random(600) < 0.1, 1 - labels, labels)
    score, contradicted = neighbour_state(apart, wrong, "classification")
    assert contradicted == pytest.approx((wrong != labels).mean(), abs=0.02)
    assert score == pytest.approx((wrong == labels).mean(), abs=0.03)
    overlapping = rng.normal(size=(600, 2)) + labels[:, None]
    assert neighbour_state(overlapping, labels, "classification")[1] < 0.1


def test_neighbours_predict_a_smooth_function():
    x = np.linspace(-3, 3, 200)[:, None]
    assert neighbour_state(x, np.sin(x), "regression")[0] > 0.99
    assert neighbour_state(x, np.random.default_rng(0).normal(size=(200, 1)), "regression")[0] < 0.2


@pytest.fixture(scope="module")
def tables(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("planted")
    planted_runs.tables(folder, 0)
    return folder


QUICK = {
    "symmetric_units": 0, "linear_network": 0, "unscaled_inputs": 1, "exploding_gradient": 0, "saturation": 0,
    "vanishing_gradient": 0, "learning_rate_too_large": 0, "learning_rate_too_small": 0, "label_noise": 0, "too_few_epochs": 0,
}  # fmt: skip


@pytest.mark.parametrize("cause", list(QUICK))
def test_a_planted_cause_is_named_first(cause, tables):
    assert planted_runs.verdicts_of(planted_runs.PLANTED[cause][QUICK[cause]], tables, 0)[0].kind == cause


@pytest.mark.parametrize("place", [0, 6])
def test_a_healthy_run_is_left_in_peace(place, tables):
    assert planted_runs.verdicts_of(planted_runs.HEALTHY[place], tables, 0)[0].kind == "converged"


@pytest.mark.slow
def test_planted_causes_are_named_first_and_healthy_runs_left_in_peace():
    """With other seeds than those that the thresholds were set with."""
    counts: dict[bool, Counter] = {True: Counter(), False: Counter()}
    with tempfile.TemporaryDirectory() as name:
        planted_runs.tables(Path(name), 1000)
        for cause, config in planted_runs.everything():
            found = planted_runs.verdicts_of(config, Path(name), 1000)[0].kind
            counts[cause == "converged"][found == cause] += 1
    planted, healthy = counts[False], counts[True]
    assert planted.total() >= 40
    assert healthy.total() >= 40
    assert planted[True] >= 0.95 * planted.total()
    assert healthy[False] <= 0.05 * healthy.total()


OPTIMIZERS = ({}, {"momentum": 0.9}, {"optimizer": "adam"})
WAYS = {
    "diverged": CASES["learning_rate_too_large"],
    "worse": replace(HEALTHY, learning_rate=50.0, train_loss=np.linspace(1.1, 2.0, 20)),
    "unsteady": replace(HEALTHY, learning_rate=50.0, train_loss=np.array([1.1, *[0.2, 0.9] * 9, 0.2])),
}


@pytest.mark.parametrize("changes", OPTIMIZERS, ids=["sgd", "momentum", "adam"])
@pytest.mark.parametrize("case", [*CASES, *WAYS])
def test_every_text_is_of_short_sentences(case, changes):
    verdicts = judge([replace({**CASES, **WAYS}[case], **changes)])
    if case in WAYS and not changes:
        assert verdicts[0].numbers["how"] == case
    for verdict in verdicts:
        words = explained(verdict)
        for text in (words.title, words.finding, words.meaning):
            assert too_long(text) == []
        for text in (words.finding, words.meaning):
            assert text.endswith(".") and all(sentence[0] == sentence[0].upper() for sentence in sentences_in(text))


@pytest.mark.parametrize("name", CASES)
def test_per_cent_is_written_with_a_space(name: str) -> None:
    text = " ".join(
        " ".join((words.finding, words.meaning)) for verdict in judge([CASES[name]]) for words in [explained(verdict)]
    )
    assert not re.search(r"\d%", text)
    assert name != "converged" or re.search(r"\d %", text)
