"""Remedies that are tried: what a paired comparison says, what time allows, and that nothing is read or written besides."""

from pathlib import Path

import numpy as np
import pytest
import torch

from making.configs import CNN, IRIS, MOONS, SELECTED, SINE, TINY
from making.run_files import sums
from making.trained_results import new
from mlpexp.analysis.explain.advice import untried
from mlpexp.analysis.explain.examine import examine
from mlpexp.analysis.explain.remedy import Remedy
from mlpexp.analysis.explain.suggestions import Suggestion, changed_by
from mlpexp.analysis.explain.trying import affordable, fresh_seeds, outcome_of, tried
from mlpexp.analysis.explain.verdicts import Verdict, judge
from mlpexp.analysis.rehearsal.rehearse import Rehearsed, seconds_of
from mlpexp.planning.prepare import Preparation, Prepared
from mlpexp.results.result import ArmResult

SLOW_RATE = "optimizer.learning_rate=1e-4"


def rehearsed(scores: list[float], losses: list[float] | None = None, diverged: int = 0) -> Rehearsed:
    losses = losses or [1.0] * len(scores)
    none = np.zeros(len(scores), dtype=int)
    return Rehearsed(np.array(losses), np.array(scores), np.arange(len(scores)) < diverged, none, [], held_out=26)


BASE = [0.50, 0.60, 0.55, 0.52, 0.58]


@pytest.mark.parametrize(
    ("scores", "losses", "effect"),
    [
        ([0.90, 0.95, 0.92, 0.91, 0.99], None, "better"),
        ([0.54, 0.64, 0.59, 0.56, 0.62], None, "better"),  # little, but by as much with each seed
        ([0.53, 0.63, 0.58, 0.55, 0.61], None, "same"),  # by less than one of 26 samples
        ([0.70, 0.45, 0.62, 0.40, 0.60], None, "same"),  # on average by 0.004
        ([0.70, 0.40, 0.70, 0.42, 0.65], None, "same"),  # more on average, but up and down
        ([0.503, 0.603, 0.553, 0.523, 0.583], None, "same"),  # surely, but by nothing that counts
        ([0.40, 0.50, 0.45, 0.42, 0.48], None, "worse"),
        (BASE, [0.5, 0.6, 0.5, 0.6, 0.5], "better"),
        (BASE, [0.98, 0.99, 0.98, 0.99, 0.98], "same"),  # by less than a twentieth
        (BASE, [1.5, 1.6, 1.5, 1.6, 1.5], "worse"),
        ([0.70, 0.75, 0.72, 0.71, 0.79], [2.0, 2.0, 2.0, 2.0, 2.0], "better"),  # the score decides
        (
            [0.40, 0.65, 0.40, 0.60, 0.40],
            [0.5, 0.6, 0.5, 0.6, 0.5],
            "same",
        ),  # a lower loss, but more mistakes by chance
    ],
)
def test_a_paired_comparison(scores: list[float], losses: list[float] | None, effect: str) -> None:
    outcome = outcome_of(rehearsed(BASE), rehearsed(scores, losses), "accuracy")
    assert outcome.effect == effect
    assert (outcome.num_seeds, outcome.held_out) == (5, 26)
    assert (outcome.before, outcome.after) == (pytest.approx(0.55), pytest.approx(np.mean(scores)))


def test_nothing_helps_where_all_samples_get_one_answer() -> None:
    before, after = rehearsed([0.1] * 5, [5.0] * 5), rehearsed([0.1] * 5, [2.3] * 5)
    assert outcome_of(before, rehearsed([0.3] * 5), "accuracy", by_chance=0.3).effect == "same"
    assert outcome_of(before, after, "accuracy", by_chance=0.1).effect == "same"
    assert outcome_of(before, after, "accuracy", by_chance=0.05).effect == "better"


def test_losses_that_do_not_compare_or_are_infinite_decide_nothing() -> None:
    lower = rehearsed(BASE, [0.1] * 5)
    assert outcome_of(rehearsed(BASE), lower, "r2", losses_compare=False).effect == "same"
    assert outcome_of(rehearsed(BASE, [np.inf] * 5), lower, "r2").loss_before is None


def test_seeds_that_diverged_count_and_are_told() -> None:
    outcome = outcome_of(rehearsed(BASE), rehearsed([0.0, 0.0, 0.6, 0.6, 0.6], [np.inf] * 5, diverged=2), "accuracy")
    assert (outcome.effect, outcome.diverged) == ("worse", 2)
    one_lost = rehearsed([0.0, 0.99, 0.99, 0.99, 0.99], [np.inf] * 5, diverged=1)
    assert outcome_of(rehearsed(BASE), one_lost, "accuracy").effect == "worse"  # however well the others do
    assert outcome_of(rehearsed([-9.0, -8.0, -7.0]), rehearsed([0.0, 0.0, 0.0]), "r2").effect == "same"  # both useless


def prepared_of(folder: Path, *changes: str, text: str = TINY) -> Prepared:
    return new(folder, text, *changes).prepared


def test_what_time_allows(tmp_path: Path) -> None:
    own = prepared_of(tmp_path)
    chosen = [Suggestion(Remedy(""), prepared_of(tmp_path, f"training.epochs={n}")) for n in (6, 9)]
    cost = {n: seconds_of([own, *(each.prepared for each in chosen if each.prepared)], n) for n in (3, 4, 5)}
    assert affordable(own, chosen, cost[5]) == (2, 5)
    assert affordable(own, chosen, 0.5 * (cost[3] + cost[4])) == (2, 3)
    assert affordable(own, chosen, 0.99 * cost[3]) == (1, 3)
    assert affordable(own, chosen, 0.0) == (0, 3)
    of_years = changed_by({"training.epochs": 10**9}, own, Preparation())
    assert affordable(own, [Suggestion(Remedy(""), of_years)], 60) == (0, 3)


def test_seeds_are_fresh(tmp_path: Path) -> None:
    own = prepared_of(tmp_path)
    assert fresh_seeds(own, [500, 501, 502], 5) == [503, 504, 505, 506, 507]
    assert max(fresh_seeds(own, [2**63 - 2], 5)) < 2**63


def trained(folder: Path, text: str, *changes: str) -> ArmResult:
    made = new(folder, text, *changes)
    for _ in made.updates():
        pass
    return made.result.arm(0)


SLOW = [Verdict("learning_rate_too_small", (0,), 1, {"product": 1e-4}), Verdict("underfitting", (0,), 1, {})]


def test_a_remedy_that_helps_comes_first_and_nothing_is_written(tmp_path: Path) -> None:
    arm, said = trained(tmp_path, IRIS, SLOW_RATE, "training.epochs=30"), []
    before = sums(tmp_path)
    of_cause, of_consequence = tried(arm, SLOW, None, said.append)
    best = of_cause[0]
    assert best.advised
    assert best.outcome
    assert (best.outcome.num_seeds, best.outcome.held_out, best.outcome.score) == (5, 26, "accuracy")
    assert best.outcome.after > best.outcome.before + 0.1
    assert said[0].startswith("2 remedies are tried with 5 seeds")
    assert sums(tmp_path) == before
    assert all(each.outcome is None for each in of_consequence)


def test_the_same_twice_is_the_same(tmp_path: Path) -> None:
    arm = trained(tmp_path, IRIS, SLOW_RATE)
    assert tried(arm, SLOW) == tried(arm, SLOW)


def test_the_test_part_is_never_read(tmp_path: Path) -> None:
    """Other inputs and labels there, nearly all of the table, change nothing of the trials, nor of what is found."""
    rng = np.random.default_rng(0)
    inputs, noise = rng.normal(size=(400, 2)), rng.normal(size=(400, 2))
    found, verdicts = [], []
    for name, last in (("one", inputs), ("other", noise)):
        rows = np.concatenate([inputs[:60], last[60:]])
        lines = [
            f"{a:.4f},{b:.4f},{'yes' if a * b > 0 or (name == 'other' and i >= 60) else 'no'},{'train' if i < 60 else 'test'}"
            for i, (a, b) in enumerate(rows)
        ]
        folder = tmp_path / name
        folder.mkdir()
        (folder / "table.csv").write_text("\n".join(["a,b,label,part", *lines]) + "\n")
        text = "dataset: {name: csv, path: table.csv, target: label, split: {kind: column, column: part}}\n"
        text += "model: {name: mlp, hidden_sizes: [4]}\noptimizer: {name: sgd, learning_rate: 1.0e-4}\n"
        text += "training: {batch_size: 8, epochs: 5}\n"
        arm = trained(folder, text)
        verdict = Verdict("learning_rate_too_small", (0,), 1, {"product": 1e-3})
        found.append(tried(arm, [verdict]))
        verdicts.append(judge(examine(arm)))
    assert sum(each.outcome is not None for each in found[0][0]) >= 2
    assert found[0] == found[1]
    assert verdicts[0] == verdicts[1]


@pytest.mark.parametrize(
    ("text", "changes"),
    [
        (SELECTED, ("training.early_stopping={patience: 1}",)), (SINE, ()), (IRIS, ("dataset.split=k_fold",)),
        (IRIS, ("training.engine=numpy",)), (TINY, ("dataset.split=k_fold", "seeds=3")), (IRIS, ("split_seed=0",)),
        (MOONS, ("dataset.data_seed=seed",)), (CNN, ("dataset.train_samples=60", "training={batch_size: 20, epochs: 1}")),
    ],
)  # fmt: skip
def test_all_kinds_of_runs(text: str, changes: tuple[str, ...], tmp_path: Path) -> None:
    arm = trained(tmp_path, text, *changes)
    verdict = Verdict("too_few_epochs", (0,), 1, {})
    (advice,) = tried(arm, [verdict])
    assert sum(each.outcome is not None for each in advice) >= 1


def test_a_table_without_one_of_its_columns(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    rows = [f"{a:.3f},{b:.3f},{c:.3f},{'yes' if a > b else 'no'}" for a, b, c in rng.normal(size=(80, 3))]
    (tmp_path / "table.csv").write_text("\n".join(["a,b,c,label", *rows]) + "\n")
    text = "dataset: {name: csv, path: table.csv, target: label}\nmodel: {name: mlp, hidden_sizes: [4]}\n"
    arm = trained(
        tmp_path, text + "optimizer: {name: adam, learning_rate: 0.05}\ntraining: {batch_size: 8, epochs: 10}\n"
    )
    (advice,) = tried(arm, [Verdict("outliers", (0,), 1, {"column": "a"})])
    (without,) = (each for each in advice if each.remedy.changes)
    assert without.outcome
    assert without.outcome.effect == "worse"


def test_too_few_samples_are_told(tmp_path: Path) -> None:
    text = "dataset: {name: synthetic, kind: xor, samples: 4, noise: 0, test_fraction: 0}\nmodel: {name: mlp}\n"
    arm = trained(
        tmp_path, text + "optimizer: {name: sgd, learning_rate: 0.1}\ntraining: {batch_size: full, epochs: 3}\n"
    )
    (advice,) = tried(arm, [Verdict("too_few_epochs", (0,), 1, {})])
    assert advice[0].why_not == "4 training samples are too few to hold some out"
    assert advice[0].advised is None


def test_suggestions_without_trials(tmp_path: Path) -> None:
    own = prepared_of(tmp_path, text=IRIS)
    (advice,) = untried([Verdict("overfitting", (0,), 1, {})], own)
    assert [each.advised for each in advice] == [None] * len(advice)
    assert advice[-1].remedy.phrase == "more data"


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA GPU")
def test_on_a_card(tmp_path: Path) -> None:
    arm = trained(tmp_path, IRIS, SLOW_RATE, "device=cuda", "training.epochs=30")
    of_cause, _ = tried(arm, SLOW)
    assert of_cause[0].advised
