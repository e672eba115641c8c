"""Scores of one's own: they measure as the built-in ones do, are compared by, and are not needed where nothing is measured."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest
import torch
from sklearn.datasets import load_iris
from torch import Tensor

from making.fresh_process import answers_of
from making.own_functions import brier, mish, own_cross_entropy, right, squared_error, top_two
from mlpexp.api.checking import check
from mlpexp.api.comparing import compare
from mlpexp.api.result import Result
from mlpexp.api.sweeping import sweep
from mlpexp.api.training import train
from mlpexp.config.scores import MeasuredOf
from mlpexp.errors import InputError
from mlpexp.results.new_samples import NOT_BY_SAMPLE


def trained(folder: Path, config: Any = "iris/mlp", **words: Any) -> Result:
    words = {"seeds": 2, "epochs": 3, "device": "cpu", **words}
    return train(config, runs_dir=folder, quiet=True, plots=(), **words)


@pytest.mark.parametrize("device", ["cpu", pytest.param("cuda", marks=pytest.mark.cuda)])
@pytest.mark.parametrize("train_metrics", ["exact", "running"])
def test_own_accuracy_and_own_loss_are_the_built_in_ones(tmp_path: Path, device: str, train_metrics: str) -> None:
    if device == "cuda" and not torch.cuda.is_available():
        pytest.skip("no CUDA device")
    words = {"device": device, "set": {"training.train_metrics": train_metrics}}
    metrics = trained(tmp_path, score=[right, own_cross_entropy], **words).metrics
    for part in ("train", "test"):
        assert np.abs(metrics[f"{part}_right"] - metrics[f"{part}_accuracy"]).max() < 1e-6
        assert np.allclose(metrics[f"{part}_own_cross_entropy"], metrics[f"{part}_loss"], rtol=1e-6)


@pytest.mark.parametrize("engine", ["torch", "numpy"])
def test_own_squared_error_is_that_of_the_root_in_the_unit_of_the_targets(tmp_path: Path, engine: str) -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(90, 2))
    data = (x, 300 + 50 * x.sum(1))
    metrics = trained(
        tmp_path, None, data=data, score=[squared_error, "root_mean_squared_error"], optimizer="sgd", engine=engine
    ).metrics
    assert np.allclose(metrics["test_squared_error"], metrics["test_root_mean_squared_error"] ** 2, rtol=1e-6)


def sureness(outputs: Tensor, targets: Tensor) -> Tensor:
    return torch.softmax(outputs, -1).max(-1).values


def test_scores_are_what_numpy_makes_of_the_predictions(tmp_path: Path) -> None:
    result = trained(tmp_path, score=[top_two, brier, sureness])
    test = result.predictions.query("part == 'test'")
    inputs = load_iris().data.astype(np.float32)
    for seed, rows in test.groupby("seed"):
        with torch.no_grad():
            probabilities = result.module(seed=int(seed))(torch.from_numpy(inputs[rows["index"]])).numpy()
        classes = rows["target"].to_numpy(int)
        assert np.allclose(probabilities.max(1), rows["probability"], atol=1e-5)
        by_hand = {
            "top_two": (np.argsort(-probabilities, axis=1)[:, :2] == classes[:, None]).any(1).mean(),
            "brier": ((probabilities - np.eye(3)[classes]) ** 2).sum(1).mean(),
            "sureness": rows["probability"].mean(),
        }
        trial = result.trials.set_index("seed").loc[seed]
        for name, value in by_hand.items():
            assert trial[f"final_test_{name}"] == pytest.approx(value, abs=1e-5), name


def test_one_unit_for_two_classes_has_two_logits(tmp_path: Path) -> None:
    x = np.random.default_rng(0).normal(size=(80, 3))
    result = trained(
        tmp_path, None, data=(x, (x[:, 0] > 0.2).astype(int)), loss="binary_cross_entropy", score=[right, sureness]
    )
    test = result.predictions.query("part == 'test'")
    assert isinstance(result.module(seed=0)[-1], torch.nn.Sigmoid)
    assert np.array_equal(result.trials["final_test_right"], result.trials["final_test_accuracy"])
    sure = np.maximum(test["probability"], 1 - test["probability"]).groupby(test["seed"]).mean()
    assert np.allclose(result.trials["final_test_sureness"], sure, atol=1e-6)


def test_new_samples_and_int8_networks_are_measured_by_it_too(tmp_path: Path) -> None:
    frame = load_iris(as_frame=True).frame
    words: dict[str, Any] = {"data": frame, "target": "target", "score": own_cross_entropy_low}
    result = trained(tmp_path, None, **words)
    scores = result.evaluate(frame).scores.pivot_table(index="seed", columns="metric", values=["value", "own"])
    for column in ("value", "own"):
        of_metric = scores[column]
        assert np.allclose(of_metric["own_cross_entropy_low"], of_metric["loss"], rtol=1e-5)
    arms = sweep(
        "iris/mlp",
        over={"learning_rate": [0.01, 0.1]},
        score=brier,
        metric="test_brier",
        epochs=2,
        seeds=2,
        jobs=1,
        plots=(),
        quiet=True,
        runs_dir=tmp_path,
    )
    float32 = arms.quantize(arm={"learning_rate": 0.1}).table.set_index("name").loc["float32"]
    values = arms.trials.query("arm == 1")["best_test_brier"]
    assert float32["score"] == pytest.approx(values.mean(), abs=1e-5)


def test_what_is_measured_changes_no_number_of_the_training(tmp_path: Path) -> None:
    with_it, without = trained(tmp_path, score=brier), trained(tmp_path)
    columns = list(without.metrics.columns)
    assert with_it.metrics[columns].equals(without.metrics)
    assert with_it.summary.hash == without.summary.hash
    assert "own_scores" not in json.loads((without.path / "summary.json").read_text())


@pytest.mark.slow
def test_arms_are_compared_by_it_and_lower_is_better_where_it_says_so(tmp_path: Path) -> None:
    words: dict[str, Any] = {"over": {"learning_rate": [0.001, 0.1]}, "epochs": 3, "seeds": 3, "runs_dir": tmp_path}
    by_it, by_loss = (
        sweep("iris/mlp", score=score, metric=metric, jobs=jobs, plots=(), quiet=True, **words)
        for score, metric, jobs in ((own_cross_entropy_low, "test_own_cross_entropy_low", 2), (None, "test_loss", 1))
    )
    numbers = [result.comparison.select_dtypes("number") for result in (by_it, by_loss)]
    assert np.allclose(*numbers, rtol=1e-4, atol=1e-6, equal_nan=True)
    assert by_it.summary.outcome is not None
    assert by_it.summary.outcome.best == 1
    assert "test own_cross_entropy_low" in repr(by_it)
    assert "effect_learning_rate" in by_it.figures
    label = by_it.figure("effect_learning_rate").axes[0].get_ylabel()
    assert label == "test own_cross_entropy_low"


def own_cross_entropy_low(outputs: Tensor, targets: Tensor, higher_is_better: bool = False) -> Tensor:
    return own_cross_entropy(outputs, targets)


@pytest.mark.parametrize("function", [brier, right])
def test_the_best_epoch_is_that_of_the_score(tmp_path: Path, function: Any) -> None:
    stopping = {"patience": 2, "score": function}
    training = {"dataset.validation_fraction": 0.2, "training.early_stopping": stopping}
    result = trained(tmp_path, epochs=12, set=training)
    column = f"validation_{function.__name__}"
    assert result.summary.selected_on == column
    for seed, rows in result.metrics.groupby("seed"):
        best = rows[column].min() if function is brier else rows[column].max()
        trial = result.trials.set_index("seed").loc[seed]
        assert trial[f"best_{column}"] == best
        assert rows.set_index("epoch").loc[trial["best_epoch"], column] == best


def test_it_has_a_figure_that_is_called_so(tmp_path: Path) -> None:
    result = trained(tmp_path, score=brier)
    assert "score_brier" in result.figures
    axes = result.figure("score_brier").axes[0]
    assert axes.get_ylabel() == "brier"


def accuracy(outputs: Tensor, targets: Tensor) -> Tensor:
    return right(outputs, targets)


def fraction(outputs: Tensor, targets: Tensor) -> Tensor:
    return right(outputs, targets)


def word(outputs: Tensor, targets: Tensor, *, higher_is_better: str = "yes") -> Tensor:
    return right(outputs, targets)


def mean(outputs: Tensor, targets: Tensor) -> Tensor:
    return right(outputs, targets).double().mean()


def centred(outputs: Tensor, targets: Tensor) -> Tensor:
    return outputs[..., 0] - outputs[..., 0].mean(-1, keepdim=True)


def random(outputs: Tensor, targets: Tensor) -> Tensor:
    return torch.rand(targets.shape)


def log_output(outputs: Tensor, targets: Tensor) -> Tensor:
    return outputs[..., 0].log()


def halving(outputs: Tensor, targets: Tensor) -> Tensor:
    return outputs.mul_(0.5)[..., 0]


def as_list(outputs: Tensor, targets: Tensor) -> list[float]:
    return [1.0]


def named(name: str) -> Any:
    def score(outputs: Tensor, targets: Tensor) -> Tensor:
        return right(outputs, targets) if name else outputs[..., 0]

    return score


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (accuracy, "own score accuracy: a built-in score has this name"),
        (fraction, "own score fraction: train_fraction is a key of a config"),
        (word, "higher_is_better must be an argument with the default True or False"),
        (mean, r"own score mean: gives the shape \(\) and must give \(3, 8\)"),
        (centred, "own score centred: must measure each sample by itself"),
        (random, "own score random: gives other values for the same outputs"),
        (log_output, "own score log_output: gives values that are infinite or no numbers"),
        (halving, "own score halving: changes the tensor"),
        (as_list, "own score as_list: gives a list and must give a tensor"),
        (mish, "own score mish: fails: TypeError"),
        ([named(""), named("x")], "two functions are called score"),
        ("own:brier@0123456789ab", "own score brier"),
        ("f2", "'f2' is not known"),
        (lambda outputs, targets: targets, "write it with def"),
    ],
)
def test_what_cannot_be_a_score_is_one_sentence_and_writes_nothing(tmp_path: Path, given: Any, message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        trained(tmp_path, score=given)
    assert "\n" not in str(caught.value)
    assert not list(tmp_path.iterdir())


def test_a_metric_that_is_not_measured_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="test_top_three is not measured here"):
        sweep("iris/mlp", over={"learning_rate": [0.1, 0.2]}, metric="test_top_three", runs_dir=tmp_path, quiet=True)


def turned(*, upwards: bool) -> Any:
    def direction(outputs: Tensor, targets: Tensor, higher_is_better: bool = upwards) -> Tensor:
        return right(outputs, targets)

    return direction


def test_a_score_that_turns_its_direction_needs_another_name(tmp_path: Path) -> None:
    trained(tmp_path, score=turned(upwards=True))
    with pytest.raises(
        InputError, match=r"own score direction: lower values are better, but .* give the function another name"
    ):
        trained(tmp_path, score=turned(upwards=False))


def test_results_are_not_compared_by_two_functions_of_one_name(tmp_path: Path) -> None:
    results = [trained(tmp_path / str(number), score=named(name)) for number, name in enumerate(("x", ""))]
    with pytest.raises(InputError, match=r"score of .* is another function than score of"):
        compare(*results, metric="test_score")


@pytest.mark.slow
def test_a_process_without_the_function_reads_the_result(tmp_path: Path) -> None:
    path = str(trained(tmp_path, score=brier).path)
    other = str(trained(tmp_path, score=brier, learning_rate=0.01).path)
    calls = [
        ["show", path], ["list", "--runs-dir", str(tmp_path)], ["plot", path], ["explain", path],
        ["report", path, "--output", str(tmp_path / "report.html")], ["compare", path, other, "--metric", "test_brier"],
    ]  # fmt: skip
    codes, done = answers_of(calls)
    assert codes == [*"000000"], done.stderr
    assert "test brier" in done.stdout
    assert (Path(path) / "plots" / "score_brier.png").is_file()


def test_a_score_that_is_not_kept_by_sample_has_no_verdict_for_new_samples(tmp_path: Path) -> None:
    rows = [f"{row % 7},{'ab'[row % 2]},{'test' if row % 3 == 0 else 'train'}" for row in range(60)]
    (tmp_path / "fixed.csv").write_text("\n".join(["x,y,part", *rows]))
    split = {"kind": "column", "column": "part"}
    config = {
        "dataset": {"name": "csv", "path": str(tmp_path / "fixed.csv"), "target": "y", "split": split},
        "model": {"name": "mlp", "hidden_sizes": [4], "activation": "relu"},
        "optimizer": {"name": "sgd", "learning_rate": 0.1},
        "training": {"batch_size": 8, "epochs": 2},
    }
    rates = {"learning_rate": [0.01, 0.1]}
    result = sweep(
        config, over=rates, score=brier, metric="test_brier", seeds=3, runs_dir=tmp_path, quiet=True, plots=()
    )
    assert any("predictions do not give the brier of each sample" in line for line in result.conclusions)


def test_every_kind_of_score_says_what_predictions_do_not_give() -> None:
    assert set(NOT_BY_SAMPLE) == set(get_args(MeasuredOf))


def test_a_direction_may_be_corrected_while_no_result_has_it(tmp_path: Path) -> None:
    def distance(outputs: Tensor, targets: Tensor) -> Tensor:
        return outputs[..., 0]

    check("iris/mlp", score=distance)

    def distance(outputs: Tensor, targets: Tensor, higher_is_better: bool = False) -> Tensor:
        return outputs[..., 0]

    check("iris/mlp", score=distance)


@pytest.mark.slow
def test_a_config_with_an_unknown_score_is_refused_with_one_sentence(tmp_path: Path) -> None:
    path = trained(tmp_path, score=brier).path / "config.yaml"
    command = [sys.executable, "-m", "mlpexp", "check", str(path)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 2
    assert "own score brier" in done.stderr and "is a function of Python, not known here" in done.stderr
