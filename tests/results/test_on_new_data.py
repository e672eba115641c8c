"""Networks judged by other samples: their own test part gives their own scores; scikit-learn gives the others."""

from pathlib import Path

import numpy as np
import pytest
import torch
from scipy import stats
from sklearn import metrics

from making.trained_results import Make, Trained
from mlpexp.data.parts import parts_of
from mlpexp.results.networks import Networks, networks_of
from mlpexp.results.new_data import NewData
from mlpexp.results.on_new_data import OnNewData, on_new_data

FLOWERS = """\
dataset: {name: iris, test_fraction: 0.3, validation_fraction: 0.2}
model: {name: mlp, hidden_sizes: [6], activation: tanh, batch_norm: true}
optimizer: {name: adam, learning_rate: 0.05}
training: {batch_size: 16, epochs: 6}
scores: [f1_macro]
split_seed: 3
seeds: 4
"""
CNN = """\
dataset: {name: digits, test_fraction: 0.5}
model: {name: cnn, layers: [{layer: conv, channels: 2, kernel_size: 3}, {layer: max_pool}]}
optimizer: {name: adam, learning_rate: 0.01}
training: {batch_size: 64, epochs: 1}
split_seed: 3
seeds: 2
"""
SINE = """\
dataset: {name: synthetic, kind: function, function: sine, samples: 60}
model: {name: mlp, hidden_sizes: [4], activation: tanh}
optimizer: {name: adam, learning_rate: 0.02}
training: {batch_size: 8, epochs: 3, precision: float64}
scores: [mean_absolute_error, root_mean_squared_error]
split_seed: 3
seeds: 3
"""
RENTS = """\
dataset: {name: csv, path: rents.csv, target: {column: rent, transform: log}, missing: mean}
model: {name: mlp, hidden_sizes: [5], activation: tanh}
optimizer: {name: adam, learning_rate: 0.02}
training: {batch_size: 8, epochs: 5}
scores: [mean_absolute_error]
split_seed: 1
seeds: 3
"""
CASES = {"MLP": FLOWERS, "CNN": CNN, "function": SINE, "logarithms": RENTS}


def write_rents(folder: Path) -> None:
    draw = np.random.default_rng(5)
    rows = [
        f"{draw.uniform(20, 140):.1f},{'' if i % 9 == 4 else i % 5},{draw.choice(['a', 'b'])},{300 + 40 * i}"
        for i in range(40)
    ]
    (folder / "rents.csv").write_text("area,rooms,part,rent\n" + "\n".join(rows) + "\n")


def samples(run: Trained, rows: np.ndarray) -> NewData:
    return NewData("some", run.dataset.inputs[rows], run.dataset.targets[rows], rows)


def own_test(run: Trained, networks: Networks) -> np.ndarray:
    config = networks.experiment
    return parts_of(run.dataset, config.dataset, config.seeds_by_purpose.split).test


def judged(run: Trained, rows: np.ndarray | None = None, seeds: list[int] | None = None) -> OnNewData:
    networks = networks_of(run.result.arm(0), seeds)
    return on_new_data(networks, samples(run, own_test(run, networks) if rows is None else rows))


@pytest.mark.parametrize("case", CASES)
def test_the_own_test_part_gives_the_own_test_scores(case: str, trained: Make, tmp_path: Path) -> None:
    write_rents(tmp_path)
    run = trained(CASES[case])
    found = judged(run)
    trials = run.result.arm(0).trials
    rounding = 1e-14 if "float64" in CASES[case] else 1e-6  # of another size of batch
    for score in found.scores:
        column = f"best_test_{score.score.name}"
        if column in trials:
            np.testing.assert_array_equal(score.own, trials[column])
        assert np.isfinite(score.own).all()
        if score.score.measured_of == "classification":
            np.testing.assert_array_equal(score.values, score.own)
        np.testing.assert_allclose(score.values, score.own, rtol=rounding)
        assert score.differences.tolist() == [0.0] * len(found.networks.seeds)
        assert (score.difference.mean, score.difference.low, score.difference.high) == (0, 0, 0)
    assert found.twins is not None
    assert set(found.twins.of_seeds) == {0}
    assert found.twins.anywhere == len(found.data.rows)


def test_classes_are_judged_as_by_scikit_learn(trained: Make) -> None:
    run = trained(FLOWERS)
    rows = np.arange(0, 140, 3)
    found = judged(run, rows)
    by_name = {score.score.name: score for score in found.scores}
    targets, networks = run.dataset.targets[rows], found.networks
    for place in range(len(networks.seeds)):
        predicted = networks.predictions(run.dataset.inputs[rows])[place]
        probable = networks.probabilities(run.dataset.inputs[rows])[place]
        probable /= probable.sum(1, keepdims=True)  # of single precision
        expected = {
            "loss": metrics.log_loss(targets, probable, labels=[0, 1, 2]),
            "accuracy": metrics.accuracy_score(targets, predicted),
            "balanced_accuracy": metrics.balanced_accuracy_score(targets, predicted),
            "f1_macro": metrics.f1_score(targets, predicted, average="macro"),
            "matthews": metrics.matthews_corrcoef(targets, predicted),
            "roc_auc": metrics.roc_auc_score(targets, probable, multi_class="ovr", labels=[0, 1, 2]),
        }
        assert by_name.keys() == expected.keys()
        for name, value in expected.items():
            assert by_name[name].values[place] == pytest.approx(value, rel=1e-5), name


def test_numbers_are_judged_in_their_own_unit(trained: Make, tmp_path: Path) -> None:
    write_rents(tmp_path)
    run = trained(RENTS)
    rows = np.arange(0, 40, 2)
    found = judged(run, rows)
    targets = run.dataset.targets[rows, 0]
    for place, predicted in enumerate(found.predictions):
        values = {score.score.name: score.values[place] for score in found.scores}
        assert values["mean_absolute_error"] == pytest.approx(metrics.mean_absolute_error(targets, predicted), rel=1e-5)
        assert values["root_mean_squared_error"] == pytest.approx(
            metrics.root_mean_squared_error(targets, predicted), rel=1e-5
        )
        assert values["r2"] == pytest.approx(metrics.r2_score(targets, predicted), rel=1e-4)


def test_differences_are_paired_by_seed(trained: Make) -> None:
    found = judged(trained(FLOWERS), np.arange(50, 150))
    for score in found.scores:
        differences = score.values - score.own
        expected = stats.ttest_1samp(differences, 0).confidence_interval(0.95)
        assert score.difference.mean == pytest.approx(differences.mean())
        assert (score.difference.low, score.difference.high) == pytest.approx((expected.low, expected.high))
    accuracy = next(score for score in found.scores if score.score.name == "accuracy")
    low = accuracy.new_samples[0]
    assert low < accuracy.mean.low  # new samples are less sure than new seeds on these
    assert accuracy.difference_new_samples[0] < accuracy.difference.low


def test_one_seed_has_the_interval_of_its_samples(trained: Make, tmp_path: Path) -> None:
    write_rents(tmp_path)
    found = judged(trained(RENTS), np.arange(20), seeds=[1])
    error = next(score for score in found.scores if score.score.name == "mean_absolute_error")
    distances = np.abs(found.predictions[0] - found.data.targets[:, 0])
    expected = stats.ttest_1samp(distances, 0).confidence_interval(0.95)
    assert error.new_samples == pytest.approx((expected.low, expected.high), rel=1e-4)
    names = [score.score.name for score in found.scores]
    assert names == ["mean_absolute_error", "root_mean_squared_error", "r2", "loss"]  # the unit of the table first
    assert np.isnan(error.difference.low)


def test_the_difference_of_one_network_is_that_of_two_shares(trained: Make) -> None:
    run = trained(FLOWERS.replace("split_seed: 3\n", ""))
    found = judged(run, np.arange(40, 110), seeds=[2])
    accuracy = next(score for score in found.scores if score.score.name == "accuracy")
    value, own, num_own = accuracy.values[0], accuracy.own[0], found.networks.arm.result.summary.dataset.samples("test")
    new_ends, own_ends = (
        stats.binomtest(round(share * count), count).proportion_ci(method="wilson")
        for share, count in ((value, 70), (own, num_own))
    )
    low = value - own - np.hypot(value - new_ends.low, own_ends.high - own)  # Newcombe (1998), method 10
    high = value - own + np.hypot(new_ends.high - value, own - own_ends.low)
    assert accuracy.difference_new_samples == pytest.approx((low, high))


def test_samples_that_were_learned_from_are_counted_seed_by_seed(trained: Make) -> None:
    run = trained(FLOWERS.replace("split_seed: 3\n", ""))
    rows = np.arange(150)
    found = judged(run, rows)
    assert found.twins is not None
    config = found.networks.experiment.dataset
    for seed, count in zip(found.networks.seeds, found.twins.of_seeds, strict=True):
        learned = {
            (*run.dataset.inputs[row], run.dataset.targets[row]) for row in parts_of(run.dataset, config, seed).train
        }
        assert count == sum((*run.dataset.inputs[row], run.dataset.targets[row]) in learned for row in rows)
    assert found.twins.anywhere == 150


def test_columns_are_compared_with_the_training_part(trained: Make) -> None:
    run = trained(FLOWERS)
    inputs, rows = run.dataset.inputs.copy(), np.arange(100)
    inputs[:, 2] += 30
    networks = networks_of(run.result.arm(0))
    found = on_new_data(networks, NewData("moved", inputs[rows], run.dataset.targets[rows], rows))
    learned = run.dataset.inputs[parts_of(run.dataset, networks.experiment.dataset, 3).train]
    assert found.num_learned == len(learned)
    assert found.shifts[0].column == "petal length (cm)"
    assert (found.shifts[0].distance, found.shifts[0].outside) == (1, 1)
    assert [shift.distance for shift in found.shifts] == sorted((s.distance for s in found.shifts), reverse=True)
    for shift in found.shifts:
        if not shift.is_target:
            place = run.dataset.feature_names.index(shift.column)
            expected = stats.ks_2samp(inputs[rows, place], learned[:, place], method="asymp").statistic
            assert shift.distance == pytest.approx(expected)
            assert shift.mean == pytest.approx(inputs[rows, place].mean())
            assert shift.learned_mean == pytest.approx(learned[:, place].mean())


def test_levels_are_counted_there_and_here(trained: Make, tmp_path: Path) -> None:
    write_rents(tmp_path)
    run = trained(RENTS)
    networks = networks_of(run.result.arm(0))
    rows = np.arange(40)
    inputs, place = run.dataset.inputs.copy(), networks.preparation.feature_names.index("part=a")
    inputs[:, place : place + 2] = 0.0
    inputs[:30, place] = 1.0  # 30 are a, the others are of no level that training has seen
    shift = next(s for s in on_new_data(networks, NewData("b", inputs, run.dataset.targets, rows)).shifts if s.levels)
    learned = run.dataset.inputs[parts_of(run.dataset, networks.experiment.dataset, 1).train][:, place]
    changes = {level.level: level.change for level in shift.levels}
    share_of_a = learned.mean()
    assert changes == pytest.approx({"a": 0.75 - share_of_a, "b": share_of_a - 1, "(not seen in training)": 0.25})
    sizes = [abs(change) for change in changes.values()]
    assert sizes == sorted(sizes, reverse=True)


def test_pictures_are_compared_by_brightness_and_contrast(trained: Make) -> None:
    run = trained(CNN)
    rows = np.arange(90)
    networks = networks_of(run.result.arm(0))
    dim = NewData("dim", run.dataset.inputs[rows] // 2, run.dataset.targets[rows], rows)
    shifts = {shift.column: shift for shift in on_new_data(networks, dim).shifts}
    pictures = dim.inputs.reshape(90, -1) / 255
    assert shifts["brightness"].mean == pytest.approx(pictures.mean())
    assert shifts["contrast"].mean == pytest.approx(pictures.std(1).mean())
    assert shifts["brightness"].difference < -2


@pytest.mark.cuda
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA GPU")
def test_on_a_card_the_scores_are_those_of_the_processor(trained: Make) -> None:
    run = trained(FLOWERS.replace("split_seed", "device: cuda\nsplit_seed"))
    found = judged(run)
    for score in found.scores:
        np.testing.assert_allclose(score.values, score.own, rtol=1e-5)
