"""The same trials in a run and in a sweep are the same numbers, and a comparison says so."""

from dataclasses import asdict

import numpy as np
import pytest

from making.trained_results import Make
from mlpexp.analysis.explain.examine import examine

CONFIG = """\
name: iris-mlp
dataset: {name: iris, test_fraction: 0.3}
model: {name: mlp, hidden_sizes: [8]}
optimizer: {name: sgd, learning_rate: 0.1}
training: {batch_size: 16, epochs: 3}
seeds: 10
"""


@pytest.mark.parametrize("metric", ["test_accuracy", "test_loss"])
@pytest.mark.parametrize("init", ["zeros", "he_normal"])
def test_a_run_and_the_same_arm_of_a_sweep_differ_in_no_seed(init: str, metric: str, mlpexp, tmp_path) -> None:
    (tmp_path / "c.yaml").write_text(CONFIG)
    run = mlpexp("train", "-c", "c.yaml", "--set", f"model.init={init}", "-q").out.strip()
    sweep = mlpexp("sweep", "-c", "c.yaml", "--over", "model.init=zeros,he_normal", "-q").out.strip()
    answer = mlpexp("compare", run, sweep, "--baseline", "0", "--metric", metric)
    assert answer.code == 0, answer.err
    text = " ".join(answer.out.split())
    assert text.count("no difference: the values are equal on every seed") == 1
    answer = mlpexp("compare", run, sweep, "--baseline", "0", "--metric", metric, "--format", "csv")
    rows = [line for line in answer.out.splitlines() if "no difference in any of 10 seeds" in line]
    assert len(rows) == 1
    assert f"init={init}" in rows[0]


def test_what_explain_measures_of_an_arm_is_what_it_measures_of_the_run(trained: Make) -> None:
    """From kept weights, and from weights made again."""
    sweep = trained(CONFIG.replace("seeds: 10", "sweep: {over: {learning_rate: [0.01, 0.1]}, seeds: 2}"), "sweep")
    run = trained(CONFIG.replace("seeds: 10", "seeds: 2\nkeep: {weights: none}"), "run")
    said: list[str] = []
    of_arm = examine(sweep.result.arm(1), say=said.append)
    assert said == []
    of_run = examine(run.result.arm(0), say=said.append)
    assert len(said) == 1
    assert [one.seed for one in of_arm] == [0, 1]
    for ours, theirs in zip(of_arm, of_run, strict=True):
        np.testing.assert_equal(asdict(ours), asdict(theirs))
