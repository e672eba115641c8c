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
from mlpexp.analysis.explain.data_state import DataState, squeezed_column
from mlpexp.analysis.explain.examination import Examination, NetworkState, OwnSetting
from mlpexp.analysis.explain.explanations import TEXTS, explained
from mlpexp.analysis.explain.references import BOOSTED, CONSTANT, LINEAR, NEIGHBOURS, Errors, References
from mlpexp.analysis.explain.settings import Settings
from mlpexp.analysis.explain.verdicts import CONSEQUENCES, PROBLEMS, RULES, judge

FALLEN = np.array([1.1, 0.5, 0.2, *np.full(17, 0.05)])
SLOWLY = np.linspace(1.1, 0.8, 20)
STUCK = np.array([1.1, *np.full(19, 0.9)])

STATE = NetworkState(
    largest_eigenvalue=2.0, deltas=(0.05, 0.1), saturated={}, dead={"dense1_relu": 0.0, "dense2_relu": 0.1}, twins=0.0
)
REFERENCES = References(
    {name: np.full(5, score) for name, score in ((CONSTANT, 0.35), (NEIGHBOURS, 0.95), (LINEAR, 0.7), (BOOSTED, 0.93))},
    num_held=26,
    errors=Errors(0.05, 0.0),
    errors_by_class={},
    balanced=0.95,
)
OWN = OwnSetting(
    scores_S=np.array([0.96, 0.95, 0.96, 0.94, 0.96]),
    train_score=0.98,
    train_loss=0.05,
    held_loss=0.07,
    lowest=0.06,
    lowest_epoch=12,
    balanced=0.95,
)
HEALTHY = Examination(
    seed=0, status="finished", epochs=19, epoch_of=np.arange(20.0),
    train_loss=FALLEN, train_score=0.98, score_is_share=True, score_name="accuracy",
    moved=(0.5, 0.9), shrunk=1.2, initial=STATE, final=STATE, references=REFERENCES, own=OWN,
    settings=Settings(
        optimizer="sgd", learning_rate=0.1, batch_size=16, batch_share=0.15, epochs=19, hidden_activations=("relu", "relu"),
        relative_step=0.3,
    ),
    data=DataState(300, 1.0, 1.0, 1.1),
)  # fmt: skip
TANH = replace(STATE, dead={}, saturated={"dense1_tanh": 0.1})
POOR = replace(OWN, scores_S=np.array([0.5, 0.52, 0.48, 0.5, 0.5]), train_score=0.52, balanced=0.5)
FAILED = replace(HEALTHY, train_score=0.5, own=POOR, train_loss=STUCK)


def with_data(one: Examination, **changes) -> Examination:
    return replace(one, data=replace(one.data, **changes))


def set_to(one: Examination, **changes) -> Examination:
    return replace(one, settings=replace(one.settings, **changes))


CASES: dict[str, Examination] = {
    "converged": HEALTHY,
    "symmetric_units": replace(FAILED, initial=replace(STATE, twins=1.0), final=replace(STATE, twins=1.0)),
    "linear_network": set_to(FAILED, hidden_activations=("identity", "identity")),
    "outliers": with_data(FAILED, squeeze=40.0, squeezed="weight", largest_z=9.0),
    "unscaled_target": with_data(FAILED, target_scale=5e4, target_offset=3.0),
    "unscaled_inputs": with_data(FAILED, largest_scale=4e4),
    "exploding_gradient": replace(FAILED, status="diverged", initial=replace(STATE, deltas=(500.0, 0.1))),
    "saturation": replace(FAILED, initial=replace(TANH, saturated={"dense1_tanh": 0.8}), final=TANH),
    "vanishing_gradient": replace(FAILED, initial=replace(STATE, deltas=(1e-7, 0.1)), train_score=0.36),
    "small_batches": set_to(FAILED, batch_norm=True, batch_size=2),
    "learning_rate_too_large": set_to(replace(FAILED, status="diverged"), learning_rate=50.0),
    "dead_relu": replace(FAILED, final=replace(STATE, dead={"dense1_relu": 0.9})),
    "clipping_too_tight": set_to(FAILED, clip=1e-4, reach=0.01),
    "schedule_too_fast": set_to(FAILED, mean_rate=0.05),
    "too_much_decay": replace(set_to(FAILED, decay=1.0), shrunk=0.01),
    "too_much_dropout": set_to(FAILED, dropout=0.9),
    "no_bias": set_to(FAILED, bias=False),
    "learning_rate_too_small": set_to(replace(FAILED, train_loss=SLOWLY), learning_rate=1e-3),
    "stopped_early": set_to(replace(FAILED, status="stopped early", epochs=4), epochs=100),
    "label_noise": replace(
        HEALTHY, references=replace(REFERENCES, errors=Errors(0.3, 0.28)), train_score=1.0,
        own=replace(OWN, scores_S=np.full(5, 0.7), train_score=1.0),
    ),
    "imbalance": with_data(replace(HEALTHY, own=replace(OWN, balanced=0.5)), majority=0.95, rarest=0.05, classes=2),
    "overfitting": replace(
        HEALTHY, train_score=1.0, own=replace(OWN, scores_S=np.full(5, 0.8), train_score=1.0, held_loss=1.2, lowest=0.3)
    ),
    "too_few_epochs": replace(FAILED, train_loss=np.linspace(1.1, 0.4, 20)),
    "underfitting": FAILED,
    "edge_of_stability": set_to(replace(HEALTHY, final=replace(STATE, largest_eigenvalue=19.9)), batch_share=1.0),
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
    one = set_to(replace(FAILED, train_loss=SLOWLY), hidden_activations=())
    assert judge([one])[0].kind == "too_few_epochs"
    assert judge([replace(one, train_loss=STUCK)])[0].kind == "linear_network"
    assert judge([replace(one, status="diverged")])[0].kind == "learning_rate_too_large"


def test_a_linear_model_is_not_blamed_where_nothing_that_bends_is_better():
    truth = replace(REFERENCES, scores_S={**REFERENCES.scores_S, NEIGHBOURS: np.full(5, 0.5), BOOSTED: np.full(5, 0.5)})
    assert [v.kind for v in judge([replace(set_to(FAILED, hidden_activations=()), references=truth)])] == [
        "underfitting"
    ]


@pytest.mark.parametrize("kind", sorted(set(CASES) - {"converged", "imbalance", "label_noise", "overfitting"}))
def test_what_reaches_the_ceiling_is_healthy_whatever_it_looks_like(kind):
    """Bayes accuracy 0.55: half of the loss stays, training is not at rest, and no number is near 1."""
    ceiling = {CONSTANT: 0.35, NEIGHBOURS: 0.52, LINEAR: 0.54, BOOSTED: 0.5}
    references = replace(REFERENCES, scores_S={n: np.full(5, s) for n, s in ceiling.items()}, errors=Errors(0.46, 0.2))
    own = replace(OWN, scores_S=np.full(5, 0.53), train_score=0.56, balanced=0.53)
    one = with_data(
        replace(CASES[kind], references=references, own=own, train_score=0.56, status="finished"), target_scale=1.0
    )
    assert not {v.kind for v in judge([one])} & PROBLEMS


def test_one_seed_lags_behind_by_chance():
    """The margin grows with the standard error of the difference, to twice its size at most."""
    steady, wild = (
        replace(HEALTHY, own=replace(OWN, scores_S=0.95 + np.array(each)))
        for each in ([0] * 5, [-0.3, 0.3, 0, 0.2, -0.2])
    )
    assert steady.tolerance == pytest.approx(0.03)
    assert wild.tolerance == pytest.approx(0.06)
    assert replace(HEALTHY, own=None).tolerance == pytest.approx(0.03)


def test_without_a_rehearsal_the_training_score_alone_is_compared():
    assert [v.kind for v in judge([replace(HEALTHY, own=None)])] == ["converged"]
    assert [v.kind for v in judge([replace(FAILED, own=None)])] == ["underfitting"]
    memorized = replace(
        HEALTHY, own=None, train_score=1.0, references=replace(REFERENCES, scores_S={CONSTANT: np.full(5, 0.7)})
    )
    assert [v.kind for v in judge([memorized])] == ["overfitting"]


def test_wrong_labels_of_one_class_are_found_where_they_were_learned_by_heart():
    one = replace(
        CASES["label_noise"],
        references=replace(REFERENCES, errors=Errors(0.1, 0.02), errors_by_class={1: Errors(0.3, 0.29)}),
    )
    assert judge([one])[0].kind == "label_noise"
    overlapping = replace(one.references, errors_by_class={1: Errors(0.3, 0.1)})
    assert judge([replace(one, references=overlapping)])[0].kind == "overfitting"


def test_a_rate_far_too_large_is_named_before_the_units_that_it_kills():
    dead = replace(FAILED, final=replace(STATE, dead={"dense1_relu": 1.0}))
    assert judge([set_to(dead, learning_rate=5.0)])[0].kind == "dead_relu"
    assert judge([set_to(dead, learning_rate=50.0)])[0].kind == "learning_rate_too_large"


def test_a_loss_that_only_falls_is_not_unsteady():
    assert replace(HEALTHY, train_loss=np.array([2.3, 1.2])).unsteadiness == 0
    assert replace(HEALTHY, train_loss=np.array([2.3, 1.2, 0.4, 1.2])).unsteadiness > 0.25


def test_nesterov_is_stable_up_to_less():
    """Of w_(t+1) = v - eta lambda v with v = w_t + beta (w_t - w_(t-1)) the roots leave the unit circle there."""
    limit = set_to(HEALTHY, momentum=0.9, nesterov=True).stability_limit
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
    assert [v.kind for v in verdicts[:3]] == ["symmetric_units", "unscaled_inputs", "overfitting"]


@pytest.fixture(scope="module")
def tables(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("planted")
    planted_runs.tables(folder, 0)
    return folder


QUICK = {"symmetric_units": 0, "linear_network": 0, "learning_rate_too_large": 0, "too_few_epochs": 0}


@pytest.mark.parametrize("cause", list(QUICK))
def test_a_planted_cause_is_named_first(cause, tables):
    assert planted_runs.verdicts_of(planted_runs.PLANTED[cause][QUICK[cause]], tables, 0)[0].kind == cause


@pytest.mark.parametrize("place", [0])
def test_a_healthy_run_is_left_in_peace(place, tables):
    assert planted_runs.verdicts_of(planted_runs.HEALTHY[place], tables, 0)[0].kind == "converged"


@pytest.mark.slow
def test_planted_causes_are_named_first_and_healthy_runs_left_in_peace():
    """With other seeds than those that the thresholds were set with."""
    counts: dict[bool, Counter] = {True: Counter(), False: Counter()}
    with tempfile.TemporaryDirectory() as name:
        planted_runs.tables(Path(name), 1000)
        for cause, config in list(planted_runs.everything())[::4]:
            found = planted_runs.verdicts_of(config, Path(name), 1000)[0].kind
            counts[cause == "converged"][found == cause] += 1
    planted, healthy = counts[False], counts[True]
    assert planted.total() >= 15
    assert healthy.total() >= 10
    assert planted[True] >= 0.9 * planted.total()
    assert healthy[False] <= 1


OPTIMIZERS: tuple[dict, ...] = ({}, {"momentum": 0.9}, {"optimizer": "adam"})
WAYS = {
    "diverged": CASES["learning_rate_too_large"],
    "worse": set_to(replace(FAILED, train_loss=np.linspace(1.1, 2.0, 20)), learning_rate=2.0),
    "unsteady": set_to(replace(FAILED, train_loss=np.array([1.1, *[0.4, 1.0] * 9, 0.4])), learning_rate=2.0),
    "huge": set_to(FAILED, learning_rate=50.0),
}


@pytest.mark.parametrize("changes", OPTIMIZERS, ids=["sgd", "momentum", "adam"])
@pytest.mark.parametrize("case", [*CASES, *WAYS])
def test_every_text_is_of_short_sentences(case, changes):
    verdicts = judge([set_to({**CASES, **WAYS}[case], **changes)])
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


@pytest.mark.parametrize("share", [0.005, 0.01, 0.025])
def test_a_column_that_a_few_cells_squeeze(share):
    rng = np.random.default_rng(0)
    usual = np.column_stack([rng.normal(size=400), rng.lognormal(size=400), np.arange(400) % 20 == 0, np.ones(400)])
    sparse = np.where(rng.random(400) < 0.035, rng.integers(1, 16, 400), 0.0)
    assert squeezed_column(np.column_stack([usual, sparse]), ("a", "b", "c", "d", "e"))[1] < 3
    cells = usual.copy()
    cells[: round(share * 400), 1] = 1e6
    name, factor, largest = squeezed_column(cells, ("a", "b", "c", "d"))
    assert (name, factor > 1000) == ("b", True)
    assert largest == pytest.approx(1 / np.sqrt(share), rel=0.05)  # of so many equal cells far out


def test_how_fast_a_loss_falls_does_not_depend_on_how_often_it_is_evaluated():
    """A loss that falls evenly from 1.1 to 0.1 in 100 epochs: 0.2 in a fifth of them, of 1.1 that a constant has."""
    loss = np.linspace(1.1, 0.1, 101)
    for every in (1, 5, 10, 50, 100):
        one = replace(HEALTHY, epoch_of=np.arange(101.0)[::every], train_loss=loss[::every])
        assert one.still_falling == pytest.approx(0.2 / 1.1, abs=0.02)
    late = replace(HEALTHY, epoch_of=np.array([0.0, 1.0, 2.0]), train_loss=np.array([2.0, 1.0, 0.5]))
    assert late.still_falling == pytest.approx(0.4 * 0.5 / 1.1)
    assert replace(HEALTHY, epoch_of=np.array([0.0]), train_loss=np.array([2.0])).still_falling == 0


def test_nothing_is_said_of_labels_that_nothing_predicts():
    chance = {CONSTANT: 0.52, NEIGHBOURS: 0.51, LINEAR: 0.5, BOOSTED: 0.49}
    references = replace(REFERENCES, scores_S={n: np.full(5, s) for n, s in chance.items()}, errors=Errors(0.48, 0.47))
    own = replace(OWN, scores_S=np.full(5, 0.51), train_score=0.54)
    assert [v.kind for v in judge([replace(HEALTHY, references=references, own=own, train_score=0.54)])] == [
        "converged"
    ]


def test_a_run_that_lags_for_no_known_reason_is_not_called_converged():
    one = replace(HEALTHY, own=replace(OWN, scores_S=np.full(5, 0.9), train_score=0.95), train_score=0.95)
    (verdict,) = judge([one])
    assert verdict.kind == "converged"
    assert explained(verdict).title == "no cause found"
    assert explained(judge([HEALTHY])[0]).title == "converged"


@pytest.mark.parametrize(("best", "spread"), [(0.955, 0.0), (0.96, 0.04), (0.9, 0.0)])
def test_a_healthy_run_is_told_how_much_better_a_reference_may_be(best: float, spread: float) -> None:
    """A reference that is better within the tolerance is no "no better", and the tolerance is that which decides."""
    scores = best + spread * np.array([-1.0, 0.0, 1.0, 0.0, 0.0])
    references = replace(REFERENCES, scores_S={**REFERENCES.scores_S, BOOSTED: scores})
    one = replace(HEALTHY, references=references, own=replace(OWN, scores_S=np.full(5, 0.95)))
    (verdict,) = judge([one])
    said = explained(verdict).meaning
    assert f"No reference beats either score by more than {one.tolerance:.3f}, and none" in said
    assert references.best - min(one.own.score, one.train_score) <= one.tolerance
    alone = replace(one, own=None)
    assert "No reference beats the training score by more than 0.030" in explained(judge([alone])[0]).meaning
