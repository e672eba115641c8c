"""The files of ``evaluation/`` and the weights agree with the metrics of the selected epoch."""

import json
import math
from collections import Counter

import numpy as np
import pytest
import torch

from making.configs import TINY
from making.trained_results import Make, Trained
from mlpexp.data.split import split

SELECTED = """\
dataset: {name: iris, test_fraction: 0.2, validation_fraction: 0.2}
model: {name: mlp, hidden_sizes: [8, 6], activation: [tanh, relu]}
optimizer: {name: adam, learning_rate: 0.05}
training: {batch_size: 16, epochs: 12}
seed: 2
seeds: 3
"""
MOONS = """\
dataset: {name: synthetic, kind: moons, samples: 60}
model: {name: mlp, hidden_sizes: [8]}
optimizer: {name: adam, learning_rate: 0.05}
training: {batch_size: 16, epochs: 4}
seeds: 2
"""
TWO_UNITS = MOONS.replace("[8]", "[8, 2], activation: tanh").replace("seeds: 2", "seeds: 3")
IRIS_TWO_UNITS = SELECTED.replace("[8, 6], activation: [tanh, relu]", "[8, 2], activation: tanh").replace(
    "seed: 2\n", ""
)
SINE = """\
dataset: {name: synthetic, kind: function, function: sine, samples: 60, validation_fraction: 0.2}
model: {name: mlp, hidden_sizes: [8], activation: tanh}
optimizer: {name: adam, learning_rate: 0.05}
training: {batch_size: 16, epochs: 4}
seeds: 2
"""
CNN = """\
dataset: {name: digits, test_fraction: 0.8}
model:
  name: cnn
  layers: [{layer: conv, channels: 3, kernel_size: 3}, {layer: max_pool}, {layer: dense, units: 12}]
optimizer: {name: adam, learning_rate: 0.01}
training: {batch_size: 64, epochs: 2, threads: 1}
seeds: 2
"""


def selected(run: Trained, when: str = "best") -> dict[float, dict[str, float]]:
    """The metrics row of each seed at its best or last epoch."""
    return {
        trial["seed"]: next(
            row
            for row in run.metrics
            if (row["seed"], row["epoch"]) == (trial["seed"], trial["best_epoch" if when == "best" else "ended_epoch"])
        )
        for trial in run.trials
    }


@pytest.mark.parametrize(("text", "parts"), [(SELECTED, 3), (MOONS, 2), (CNN, 1), (TINY, 1)])
def test_predictions_have_the_accuracies_of_the_selected_epoch(text: str, parts: int, trained: Make) -> None:
    run = trained(text)
    rows = run.evaluation("predictions")
    sizes = run.prepared.sizes
    seen = {row["part"] for row in rows}
    assert len(seen) == parts  # of images, only the last part
    for seed, metrics in selected(run).items():
        for part in seen:
            own = [row for row in rows if row["seed"] == seed and row["part"] == part]
            assert len(own) == getattr(sizes, part)
            right = sum(row["predicted"] == row["target"] for row in own)
            assert right / len(own) == pytest.approx(metrics[f"{part}_accuracy"], abs=1e-8)


def test_predictions_are_of_the_samples_that_the_seed_holds_out(trained: Make) -> None:
    run = trained(SELECTED)
    rows = run.evaluation("predictions")
    for seed in (2, 3, 4):
        parts = split(run.dataset, 0.2, 0.2, seed)
        for name in ("train", "validation", "test"):
            own = [row for row in rows if row["seed"] == seed and row["part"] == name]
            assert [row["index"] for row in own] == getattr(parts, name).tolist()
            assert [row["target"] for row in own] == run.dataset.targets[getattr(parts, name)].tolist()


def test_probabilities_are_those_of_the_predicted_class(trained: Make) -> None:
    rows = trained(SELECTED).evaluation("predictions")
    assert all(1 / 3 <= row["probability"] <= 1 for row in rows)


def test_predicted_numbers_have_the_loss_of_the_selected_epoch(trained: Make) -> None:
    run = trained(SINE)
    rows = run.evaluation("predictions")
    for seed, metrics in selected(run).items():
        for part in ("train", "validation", "test"):
            own = [row for row in rows if row["seed"] == seed and row["part"] == part]
            mean = np.mean([(row["target"] - row["predicted"]) ** 2 for row in own])
            loss = metrics[f"{part}_loss"]
            assert loss == pytest.approx(mean, rel=1e-5) or loss == pytest.approx(mean / 2, rel=1e-5)
            variance = np.var([row["target"] for row in own])
            assert metrics[f"{part}_r2"] == pytest.approx(1 - mean / variance, abs=1e-5)


def test_the_boundary_is_a_grid_around_all_samples_of_the_first_seed(trained: Make) -> None:
    run = trained(MOONS)
    rows = run.evaluation("boundary")
    first, second = run.dataset.feature_names
    assert len(rows) == 120 * 120
    assert {row["seed"] for row in rows} == {0}
    xs, ys = sorted({row[first] for row in rows}), sorted({row[second] for row in rows})
    assert (len(xs), len(ys)) == (120, 120)
    for axis, values in enumerate((xs, ys)):
        low, high = run.dataset.inputs[:, axis].min(), run.dataset.inputs[:, axis].max()
        assert values[0] == pytest.approx(low - 0.12 * (high - low))
        assert values[-1] == pytest.approx(high + 0.12 * (high - low))
        assert np.diff(values) == pytest.approx((values[-1] - values[0]) / 119, rel=1e-4)
    assert {row["predicted"] for row in rows} == {0, 1}
    assert all(0.5 <= row["probability"] <= 1 for row in rows)


def test_the_boundary_agrees_with_the_predictions_near_it(trained: Make) -> None:
    run = trained(MOONS)
    first, second = run.dataset.feature_names
    grid = run.evaluation("boundary")
    points = np.array([[row[first], row[second]] for row in grid])
    agree = []
    for row in (row for row in run.evaluation("predictions") if row["seed"] == 0):
        nearest = grid[int(((points - [row[first], row[second]]) ** 2).sum(1).argmin())]
        if nearest["probability"] > 0.6:  # not at the boundary itself
            agree.append(nearest["predicted"] == row["predicted"])
    assert len(agree) > 30
    assert all(agree)


@pytest.mark.parametrize("text", [TWO_UNITS, IRIS_TWO_UNITS], ids=["moons", "iris"])
def test_the_hidden_space_is_what_the_kept_weights_give(text: str, trained: Make) -> None:
    run = trained(text)
    rows = run.evaluation("hidden_space")
    grid, samples = ([row for row in rows if (row["part"] == "grid") == is_grid] for is_grid in (True, False))
    assert len(grid) == 120 * 120 and len(samples) == len(run.dataset.targets)
    weights = {name: values[0].astype(float) for name, values in run.weights("best").items()}
    index = [int(row["index"]) for row in samples]
    values = (run.dataset.inputs[index] - weights["input.shift"]) / weights["input.scale"]
    for layer in ("dense1", "dense2"):
        values = np.tanh(values @ weights[f"{layer}.weight"] + weights[f"{layer}.bias"])
    units = np.array([[row["unit_1"], row["unit_2"]] for row in samples])
    assert units == pytest.approx(values, abs=1e-5)
    predicted = {(row["part"], row["index"]): row for row in run.evaluation("predictions") if row["seed"] == 0}
    for row in samples:  # from the hidden units on as from the inputs on
        whole = predicted[row["part"], row["index"]]
        assert [row[key] for key in ("target", "predicted", "probability")] == [
            whole[key] for key in ("target", "predicted", "probability")
        ]
    places = np.array([[row["unit_1"], row["unit_2"]] for row in grid])
    logits = places @ weights["output.weight"] + weights["output.bias"]
    clear = np.abs(logits - logits.max(1, keepdims=True)).max(1) > 1e-3
    best = logits.argmax(1) if logits.shape[1] > 1 else (logits[:, 0] > 0).astype(int)
    assert np.array([row["predicted"] for row in grid])[clear].tolist() == best[clear].tolist()
    low, high = units.min(0), units.max(0)
    assert places.min(0) == pytest.approx(low - 0.12 * (high - low), abs=1e-5)
    assert places.max(0) == pytest.approx(high + 0.12 * (high - low), abs=1e-5)


def test_hidden_units_that_overflow_do_not_end_a_training(trained: Make) -> None:
    init = "init: {name: constant, value: 1.0e+30}"
    rows = trained(MOONS.replace("[8]", f"[8, 2], activation: relu, {init}")).evaluation("hidden_space")
    assert any(math.isinf(row["unit_1"]) for row in rows)
    assert all(math.isfinite(row["unit_1"]) for row in rows if row["part"] == "grid")


def test_the_hidden_space_of_a_stack_is_that_of_a_member_alone(trained: Make) -> None:
    together, alone = trained(TWO_UNITS), trained(TWO_UNITS.replace("seeds: 3", "seeds: 1"))
    assert together.evaluation("hidden_space") == alone.evaluation("hidden_space")


def test_only_two_units_have_a_hidden_space(trained: Make) -> None:
    for text in (MOONS, SINE.replace("[8]", "[8, 2]"), MOONS.replace("[8]", "[]")):
        assert not (trained(text).folder.evaluation / "hidden_space.csv").exists()


def test_the_curve_spans_the_data_for_every_seed_and_has_the_truth(trained: Make) -> None:
    run = trained(SINE)
    rows = run.evaluation("curve")
    (name,) = run.dataset.feature_names
    for seed in (0, 1):
        x = np.array([row[name] for row in rows if row["seed"] == seed])
        assert len(x) == 400
        assert (x[0], x[-1]) == pytest.approx((run.dataset.inputs.min(), run.dataset.inputs.max()))
        assert np.diff(x) == pytest.approx((x[-1] - x[0]) / 399, rel=1e-4)
    truth = [row["truth"] for row in rows if row["seed"] == 0]
    assert truth == [row["truth"] for row in rows if row["seed"] == 1]
    noise = 0.1
    nearest = [truth[int(abs(x - value).argmin())] for value in run.dataset.inputs[:, 0]]
    assert np.std(run.dataset.targets[:, 0] - nearest) < 2 * noise


def test_there_is_no_boundary_for_four_features_and_no_curve_for_classes(trained: Make) -> None:
    folder = trained(SELECTED).folder
    assert not (folder.evaluation / "boundary.csv").exists()
    assert not (folder.evaluation / "curve.csv").exists()


def test_histograms_count_every_weight_and_every_activation(trained: Make) -> None:
    run = trained(SELECTED)
    rows = run.evaluation("histograms")
    counts: Counter[tuple[str, str]] = Counter()
    bins: Counter[tuple[str, str]] = Counter()
    for row in rows:
        counts[row["kind"], row["layer"]] += int(row["count"])
        bins[row["kind"], row["layer"]] += 1
        assert row["seed"] == 2
        assert row["low"] < row["high"]
    assert set(bins.values()) == {50}
    for kind in ("weights initial", "weights final"):
        assert [counts[kind, layer] for layer in ("dense1", "dense2", "output")] == [4 * 8, 8 * 6, 6 * 3]
    activations = [count for (kind, _), count in counts.items() if kind == "activations"]
    assert activations == [run.prepared.sizes.train * 8, run.prepared.sizes.train * 6]
    assert {row["kind"] for row in rows} == {"weights initial", "weights final", "activations"}


def test_equal_weights_are_one_bin_and_infinite_values_are_counted(trained: Make) -> None:
    huge = SINE.replace("[8], activation: tanh", "[8, 8], activation: relu, init: {name: constant, value: 1.0e+30}")
    run = trained(huge)
    rows = run.evaluation("histograms")
    weights = [row for row in rows if row["kind"] == "weights initial"]
    assert [(row["low"] == row["high"], row["count"]) for row in weights] == [(True, 8), (True, 64), (True, 8)]
    of_second = [row for row in rows if row["layer"] == "dense2_relu"]
    assert sum(row["count"] for row in of_second) == 8 * run.prepared.sizes.train
    assert of_second[-1]["low"] == of_second[-1]["high"] == "" and of_second[-1]["count"] > 0


def test_weights_move_away_from_their_initial_histogram(trained: Make) -> None:
    rows = trained(SELECTED).evaluation("histograms")
    initial, final = (
        [(row["low"], row["count"]) for row in rows if row["kind"] == f"weights {when}" and row["layer"] == "dense1"]
        for when in ("initial", "final")
    )
    assert initial != final


def test_misclassified_images_are_the_surest_mistakes_each_once_with_their_pixels(trained: Make) -> None:
    run = trained(CNN)
    predictions = run.evaluation("predictions")
    rows = run.evaluation("misclassified")
    wrong = sorted(
        (-row["probability"], row["seed"], row["index"]) for row in predictions if row["target"] != row["predicted"]
    )
    surest = {index: (probability, seed, index) for probability, seed, index in reversed(wrong)}  # each picture once
    assert len(surest) < len(wrong)
    assert [(-row["probability"], row["seed"], row["index"]) for row in rows] == sorted(surest.values())[:25]
    for row in rows:
        assert (row["height"], row["width"]) == (8, 8)
        pixels = [row[f"p{i}"] for i in range(64)]
        assert pixels == run.dataset.inputs[int(row["index"]), 0].ravel().tolist()


def forward_mlp(weights: dict[str, np.ndarray], place: int, inputs: np.ndarray) -> np.ndarray:
    """SELECTED by hand, in float64."""
    w = {key: array[place].astype(np.float64) for key, array in weights.items()}
    x = (inputs - w["input.shift"]) / w["input.scale"]
    x = np.tanh(x @ w["dense1.weight"] + w["dense1.bias"])
    x = np.maximum(0, x @ w["dense2.weight"] + w["dense2.bias"])
    return x @ w["output.weight"] + w["output.bias"]


def forward_cnn(weights: dict[str, np.ndarray], place: int, inputs: np.ndarray) -> np.ndarray:
    """CNN by torch's functions."""
    w = {key: torch.from_numpy(array[place].astype(np.float64)) for key, array in weights.items()}
    x = (torch.from_numpy(inputs.astype(np.float64)) - w["input.shift"]) / w["input.scale"]
    x = torch.nn.functional.conv2d(x, w["conv1.weight"], w["conv1.bias"]).relu()
    x = torch.nn.functional.max_pool2d(x, 2).flatten(1)
    x = (x @ w["dense1.weight"] + w["dense1.bias"]).relu()
    return (x @ w["output.weight"] + w["output.bias"]).numpy()


@pytest.mark.parametrize(("text", "forward"), [(SELECTED, forward_mlp), (CNN, forward_cnn)])
def test_the_saved_weights_reproduce_predictions_and_metrics_by_hand(text: str, forward, trained: Make) -> None:
    run = trained(text)
    seeds = [int(trial["seed"]) for trial in run.trials]
    for name in ("best", "last"):
        weights = run.weights(name)
        for place, seed in enumerate(seeds):
            outputs = forward(weights, place, run.dataset.inputs)
            shifted = np.exp(outputs - outputs.max(1, keepdims=True))
            probabilities = shifted / shifted.sum(1, keepdims=True)
            parts = split(run.dataset, 0.2 if "validation" in text else 0.0, 0.2 if "validation" in text else 0.8, seed)
            metrics = selected(run, name)[seed]
            for part in run.prepared.sizes.bounds:
                rows = getattr(parts, part)
                right = outputs[rows].argmax(1) == run.dataset.targets[rows]
                assert metrics[f"{part}_accuracy"] == pytest.approx(right.mean(), abs=1e-8)
                loss = -np.log(probabilities[rows, run.dataset.targets[rows]]).mean()
                assert metrics[f"{part}_loss"] == pytest.approx(loss, rel=1e-4)
            if name == "best":
                for row in (row for row in run.evaluation("predictions") if row["seed"] == seed):
                    expected = probabilities[int(row["index"])]
                    assert row["predicted"] == expected.argmax()
                    assert row["probability"] == pytest.approx(expected.max(), abs=1e-5)


def test_weights_name_their_trials_and_epochs(trained: Make) -> None:
    run = trained(SELECTED)
    for name, key in (("best", "best_epoch"), ("last", "last_epoch")):
        record = json.loads((run.folder.weights / f"program-0.{name}.json").read_text())
        assert record["trials"] == [[0, 2], [0, 3], [0, 4]]
        assert record["epochs"] == [trial[key] for trial in run.trials]
    assert any(trial["best_epoch"] != trial["ended_epoch"] for trial in run.trials)


def test_weights_of_a_diverged_member_are_its_last_finite_ones(trained: Make) -> None:
    run = trained(
        "dataset: {name: synthetic, kind: function, function: square, samples: 40}\n"
        "model: {name: mlp, hidden_sizes: [8, 8]}\n"
        "optimizer: {name: sgd, learning_rate: 1e6}\n"
        "training: {batch_size: full, epochs: 9}\n"
    )
    (trial,) = run.trials
    assert trial["status"] == "diverged"
    for name in ("last", "best"):
        assert all(np.isfinite(array).all() for array in run.weights(name).values())
    assert all(math.isfinite(row["predicted"]) for row in run.evaluation("predictions"))


def test_batch_normalization_keeps_what_it_remembers(trained: Make) -> None:
    run = trained(TINY.replace("[4]", "[4], batch_norm: true"))
    running = run.weights("last")["batch_norm.running"]
    assert running.shape == (1, 8)
    assert (running[0, 4:] > 0).all()
    assert running[0].tolist() != [0.0] * 4 + [1.0] * 4


def test_columns_of_the_user_cannot_be_mistaken_for_ours(trained: Make, tmp_path) -> None:
    (tmp_path / "d.csv").write_text("seed,target,y\n" + "".join(f"{i},{i * i % 7},{i % 2}\n" for i in range(20)))
    run = trained(
        "dataset: {name: csv, path: d.csv, target: y, test_fraction: 0.25}\n"
        "model: {name: mlp, hidden_sizes: [4]}\noptimizer: {name: sgd, learning_rate: 0.1}\n"
        "training: {batch_size: 4, epochs: 1}\n"
    )
    rows = run.evaluation("predictions")
    assert list(rows[0]) == ["seed", "part", "index", "target", "predicted", "probability"]
    assert {row["seed"] for row in rows} == {0}
    assert {row["target"] for row in rows} == {0, 1}
