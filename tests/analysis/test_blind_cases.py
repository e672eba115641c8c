"""The cases that score `explain` and `find-lr`: they are valid, and what noise leaves is as they say."""

from pathlib import Path

import numpy as np
import pytest

import explain_score
import find_lr_score
import in_process
from making import blind_rates, blind_runs
from making.blind_tables import NOISY, Truth, tables
from making.planted_runs import resolved
from mlpexp.config.experiment import Experiment
from mlpexp.config.rules import resolve
from mlpexp.data.catalogue import facts_of
from mlpexp.statistics.intervals import paired_difference


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("blind")
    tables(path, 5)
    return path


@pytest.mark.slow
def test_all_cases_are_valid(folder: Path) -> None:
    runs = [config for group in (blind_runs.PLANTED, blind_runs.HEALTHY) for kind in group.values() for config in kind]
    for config in [*runs, *blind_rates.CASES.values()]:
        experiment = Experiment.model_validate(resolved(config, folder, 5))
        assert resolve(experiment, facts_of(experiment.dataset)).loss is not None


def test_there_are_enough_cases() -> None:
    assert sum(map(len, blind_runs.PLANTED.values())) >= 60
    assert all(len(configs) >= 20 for configs in blind_runs.HEALTHY.values())
    assert len(blind_rates.CASES) >= 26


@pytest.mark.parametrize("name", NOISY)
def test_the_truth_itself_scores_the_ceiling(name: str) -> None:
    """The best rule there is, applied to rows that were drawn."""
    truth = NOISY[name]
    x, y = truth.draw(np.random.default_rng(1), 40_000)
    expected = truth.expected(x)
    score = (expected.argmax(1) == y).mean() if truth.spread is None else 1 - ((y - expected) ** 2).mean() / y.var()
    assert score == pytest.approx(truth.ceiling(np.random.default_rng(2), 40_000), abs=0.015)


def test_the_written_ceilings_are_those_of_the_truth() -> None:
    for config, ceiling in blind_runs.NOISY:
        truth: Truth | None = NOISY.get(config["dataset"].get("csv", ""))
        if truth:
            assert ceiling == pytest.approx(truth.ceiling(np.random.default_rng(3), 60_000), abs=0.008)


def test_a_diverged_training_is_at_the_bottom(tmp_path: Path) -> None:
    config = blind_runs.run(blind_runs.curve("sine"), [8], rate=1000.0, epochs=3)
    result, _ = in_process.trained(resolved(config, tmp_path, 0), tmp_path)
    assert in_process.quality(in_process.scores_of(result)).tolist() == [-1.0] * 3


def test_other_seeds_and_changes_are_trained(tmp_path: Path) -> None:
    config = resolved(blind_runs.run(blind_runs.IRIS, [4], epochs=2), tmp_path, 0)
    own, changed = (
        in_process.fresh_scores(config, range(50, 52), changes) for changes in (None, {"training.epochs": 60})
    )
    assert own["seed"].tolist() == changed["seed"].tolist() == [50, 51]
    assert in_process.quality(changed).mean() > in_process.quality(own).mean()


@pytest.mark.parametrize(("after", "word"), [(0.2, "better"), (-0.2, "worse"), (0.0, "no difference")])
def test_only_a_whole_interval_below_zero_is_worse(after: float, word: str) -> None:
    before = np.array([0.5, 0.6, 0.7, 0.6])
    assert (
        explain_score.outcome(paired_difference(before + after + np.array([0.02, -0.02, 0.01, -0.01]), before)) == word
    )


@pytest.mark.parametrize(("score", "within"), [(0.88, True), (0.86, False), (None, False)])
def test_a_rate_that_is_missing_is_not_near_the_best(score: float | None, within: bool) -> None:
    assert find_lr_score.is_within({"best": 0.9, "score": score}) is within
