"""``data_seed: seed``: each seed trains on a data set of its own, and on nothing else than with that ``data_seed`` alone."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from making.configs import MOONS, SINE
from making.plans import plan_of
from making.stacks import experiment, finished, rows_of
from making.trained_results import Make
from mlpexp.analysis.explain.examine import examine
from mlpexp.analysis.find_lr.range_test import geometric_rates, range_test
from mlpexp.analysis.gradcheck.objective import first_objective
from mlpexp.config.datasets import draws_new_data
from mlpexp.data.catalogue import load
from mlpexp.data.parts import parts_of
from mlpexp.execution.members import members_of, samples_of
from mlpexp.planning.estimate import stack_cost
from mlpexp.results.evaluate import evaluate

SEEDS = (5, 3, 11)
POINTS = {"name": "synthetic", "kind": "moons", "samples": 60, "noise": 0.4, "validation_fraction": 0.2}
LINE = {"name": "synthetic", "kind": "function", "function": "sine", "samples": 50}
MAP = "dataset: {name: synthetic, kind: blobs, samples: 60}\nmodel: {name: som, grid: [3, 3]}\ntraining: {epochs: 2}\n"
WAYS = {
    "points": {"dataset": POINTS, "training": {"class_weights": "balanced", "train_metrics": "running"}},
    "values": {"dataset": LINE, "loss": "mean_squared_error"},
    "one split of all": {"dataset": POINTS, "split_seed": 4},
    "raw": {"dataset": {**POINTS, "standardize": False, "train_fraction": 0.5}},
    "NumPy": {"dataset": POINTS, "training": {"engine": "numpy", "epochs": 2}},
}


def of_source(text: str) -> str:
    """A config of synthetic data whose seeds have data of their own."""
    return text.replace("samples: 60", "samples: 60, data_seed: seed")


def of_seed(text: str, seed: int) -> str:
    return text.replace("samples: 60", f"samples: 60, data_seed: {seed}") + f"seed: {seed}\n"


@pytest.mark.parametrize("way", WAYS)
def test_a_seed_has_the_numbers_of_its_data_seed_alone_bit_for_bit(way: str) -> None:
    sections = WAYS[way]
    config = experiment(**{**sections, "dataset": {**sections["dataset"], "data_seed": "seed"}})
    together, records = finished(members_of(config, SEEDS))
    for place, seed in enumerate(SEEDS):
        own = experiment(**{**sections, "dataset": {**sections["dataset"], "data_seed": seed}})
        alone, own_records = finished(members_of(own, [seed]))
        assert torch.equal(together.state.last[place], alone.state.last[0])
        assert rows_of(records, place) == rows_of(own_records, 0)


def test_parts_and_standardization_are_those_of_the_seeds_own_data() -> None:
    config = experiment(dataset={**POINTS, "data_seed": "seed"})
    samples = samples_of(members_of(config, SEEDS), load(config.dataset))
    for place, seed in enumerate(SEEDS):
        own = experiment(dataset={**POINTS, "data_seed": seed}).dataset
        data = load(own)
        train = data.inputs[parts_of(data, own, seed).train]
        inputs = samples.part(0, samples.sizes.train)[0][place].double().numpy()
        np.testing.assert_allclose(inputs, (train - train.mean(0)) / train.std(0), rtol=1e-4, atol=1e-5)
        np.testing.assert_allclose(samples.shift[place, 0].numpy(), train.mean(0), rtol=1e-6)
    assert len({samples.inputs[start].sum().item() for start in (0, 60, 120)}) == 3


def test_arms_have_equal_data_for_equal_seeds(make: Make) -> None:
    """Also where they differ in the noise: then it is the same draw, longer or shorter."""
    run = make(of_source(MOONS) + "sweep: {over: {dataset.noise: [0.1, 0.2], learning_rate: [0.1, 0.2]}, seeds: 3}\n")
    rows = sorted(run.finish().evaluation("predictions"), key=lambda row: (row["arm"], row["seed"], row["index"]))
    x = np.array([[row["x1"], row["x2"]] for row in rows]).reshape(2, 2, 3, 60, 2)  # by noise, rate, seed
    assert np.array_equal(x[:, 0], x[:, 1])
    draws = (x[1, 0] - x[0, 0]) / 0.1
    clean = x[0, 0] - 0.1 * draws
    np.testing.assert_allclose(clean, np.broadcast_to(clean[0], clean.shape), atol=1e-9)
    assert draws.std() == pytest.approx(1.0, abs=0.1)
    assert abs(np.corrcoef(draws.reshape(3, -1)) - np.eye(3)).max() < 0.3


@pytest.mark.parametrize("text", [MOONS, SINE, MAP], ids=["points", "values", "a map"])
def test_tables_of_a_seed_are_those_of_its_data_seed_alone(text: str, trained: Make) -> None:
    several = trained(of_source(text) + "seed: 2\nseeds: 3\n", "several")
    tables = {path.stem for path in (several.path / "evaluation").glob("*.csv")} - {"histograms", "curve"}
    assert tables >= ({"units", "hits"} if text == MAP else {"predictions"})
    for seed in (2, 3, 4):
        alone = trained(of_seed(text, seed), f"seed {seed}")
        for name in tables:
            rows = [row for row in several.evaluation(name) if row["seed"] == seed]
            assert rows == alone.evaluation(name) or (name == "boundary" and not rows and seed > 2)


def test_the_curves_of_all_seeds_have_one_grid_over_the_interval_of_the_function(trained: Make) -> None:
    rows = trained(of_source(SINE) + "seeds: 3\n").evaluation("curve")
    grids = [[row["x"] for row in rows if row["seed"] == seed] for seed in (0, 1, 2)]
    assert grids[0] == grids[1] == grids[2]
    assert (grids[0][0], grids[0][-1]) == pytest.approx((-np.pi, np.pi))


def test_evaluating_again_and_explaining_take_the_data_of_each_seed(trained: Make) -> None:
    several = trained(of_source(MOONS) + "seed: 2\nseeds: 2\n", "several")
    table = (several.path / "evaluation" / "predictions.csv").read_text()
    (several.path / "evaluation" / "predictions.csv").unlink()
    assert "predictions" in evaluate(several.result.arm(0))
    assert (several.result.arm(0).folder / "predictions.csv").read_text() == table
    alone = trained(of_seed(MOONS, 3), "alone")
    first, second = examine(several.result.arm(0))[1], examine(alone.result.arm(0))[0]
    assert (first.data, first.initial, first.final) == (second.data, second.initial, second.final)


def test_range_test_and_gradient_check_see_the_data_of_each_seed(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, "{over: {learning_rate: [0.1, 0.2]}}", "seeds=3", base=of_source(MOONS))
    several, rates = plan.base, geometric_rates(1e-3, 1.0, 12)
    (losses,) = range_test(several, load(several.experiment.dataset), rates)
    for seed in range(3):
        one = plan_of(tmp_path, "{over: {learning_rate: [0.1, 0.2]}}", base=of_seed(MOONS, seed)).base
        dataset = load(one.experiment.dataset)
        assert np.array_equal(next(range_test(one, dataset, rates))[0], losses[seed])
        member = replace(several, experiment=members_of(several.experiment, [seed])[0])
        objective, own = first_objective(member, load(several.experiment.dataset)), first_objective(one, dataset)
        assert torch.equal(objective.inputs, own.inputs)
        assert torch.equal(objective.targets, own.targets)


def test_stacks_are_cut_by_the_memory_that_own_data_need(tmp_path: Path) -> None:
    shared, own = (
        plan_of(tmp_path, "{over: {learning_rate: [0.1, 0.2]}}", f"dataset.data_seed={value}", base=MOONS).base
        for value in (0, "seed")
    )
    assert not draws_new_data(shared.experiment.dataset) and draws_new_data(own.experiment.dataset)
    bytes_of = [stack_cost(prepared, 1, 10, 10).bytes for prepared in (shared, own)]
    assert bytes_of[1] - bytes_of[0] >= 10 * load(own.experiment.dataset).inputs.nbytes
    assert stack_cost(shared, 1, 10, 10).seconds == stack_cost(own, 1, 10, 10).seconds
