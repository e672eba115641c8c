"""Numbers to predict of a user's table, from the command line: what is learned, in which unit it is told, what is refused."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from safetensors.numpy import load_file
from sklearn.compose import TransformedTargetRegressor
from sklearn.metrics import r2_score
from sklearn.neural_network import MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from making.command_line import Command
from making.run_files import unsealed
from mlpexp.config.datasets import Csv, Target
from mlpexp.config.dump import as_data, identity
from mlpexp.data.catalogue import load
from mlpexp.data.split import split
from mlpexp.planning.plan import make_plan
from mlpexp.results.comparison import read_comparison
from mlpexp.results.evaluate import evaluate
from mlpexp.results.result import Result
from mlpexp.results.weights_again import experiment_of

FLAGS = "label,x\n" + "".join(f"{'ab'[i % 2]},{i}.5\n" for i in range(12))
CLASSES = """\
loss: cross_entropy
scores: [f1_macro]
dataset: {name: iris, validation_fraction: 0.2}
model: {name: mlp, hidden_sizes: [4]}
optimizer: {name: adam}
training: {epochs: 2, early_stopping: {score: matthews}}
sweep: {over: {learning_rate: [0.01, 0.1]}, metric: test_f1_macro, seeds: 2}
"""
pytestmark = pytest.mark.usefixtures("undrawn")


def written(out: str) -> Path:
    return Path(out.splitlines()[-1])


@pytest.fixture
def prices(tmp_path: Path) -> Path:
    """Prices near 100,000: much is a line, and some of it a wave that one hidden unit cannot follow."""
    random = np.random.default_rng(3)
    x = random.uniform(-2, 2, (160, 2))
    y = 100_000 + 5_000 * (x[:, 1] + 0.6 * np.sin(2 * x[:, 0])) + random.normal(0, 300, 160)
    path = tmp_path / "houses.csv"
    pd.DataFrame({"a": x[:, 0], "b": x[:, 1], "price": y}).to_csv(path, index=False)
    return path


def reachable(path: Path, hidden_size: int, seeds: int) -> float:
    """Mean test R² of scikit-learn's network, the best on the training part of a few beginnings, on the same splits."""
    data, scores = load(Csv(name="csv", path=str(path), target=Target(column="price"))), []
    for seed in range(seeds):
        parts = split(data, 0.0, 0.3, seed)
        (x, y), (u, v) = ((data.inputs[rows], data.targets[rows, 0]) for rows in (parts.train, parts.test))
        fitted = []
        for begin in range(3):
            network = MLPRegressor(
                hidden_layer_sizes=(hidden_size,), activation="tanh", solver="lbfgs", max_iter=3000, random_state=begin
            )
            model = TransformedTargetRegressor(make_pipeline(StandardScaler(), network), transformer=StandardScaler())
            fitted.append((model.fit(x, y).score(x, y), model.score(u, v)))
        scores.append(max(fitted)[1])
    return float(np.mean(scores))


@pytest.mark.slow
def test_a_sweep_over_prices_finds_what_is_true(mlpexp: Command, prices: Path) -> None:
    truth = reachable(prices, 8, 5) - reachable(prices, 1, 5)
    options = ("--data", prices, "--target", "price", "--hidden-size", "1,8", "--activation", "tanh", "--epochs", 300)
    answer = mlpexp("sweep", *options, "--seeds", 5, "--quiet")
    assert answer.code == 0, answer.err
    one, eight = read_comparison(Result.open(written(answer.out))).values.mean(axis=1)
    assert eight - one == pytest.approx(truth, abs=0.03) and eight > 0.95
    raw = mlpexp("sweep", *options, "--seeds", 5, "--quiet", "--set", "dataset.target.standardize=false")
    one, eight = read_comparison(Result.open(written(raw.out))).values.mean(axis=1)
    assert eight < 0 and abs(eight - one - truth) > 0.5, "learned as they are, the numbers are never reached"


def test_what_is_said_is_in_the_unit_of_the_table(mlpexp: Command, prices: Path) -> None:
    scores = ("--set", "scores=[mean_absolute_error]")
    answer = mlpexp("train", "--data", prices, "--target", "price", *scores, "--seeds", 2, "--epochs", 3)
    assert "target: the network learns standardized price" in answer.err + answer.out
    assert "loss (standardized price)" in answer.out and "mean absolute error (price)" in answer.out
    result = Result.open(next(Path("runs").iterdir()))
    predictions = result.evaluation("predictions")
    assert predictions["target"].mean() == pytest.approx(100_000, rel=0.1)
    for seed, rows in predictions[predictions["part"] == "test"].groupby("seed"):
        trial = result.trials.set_index("seed").loc[seed]
        assert trial["final_test_r2"] == pytest.approx(r2_score(rows["target"], rows["predicted"]), abs=1e-5)
        wanted = (rows["target"] - rows["predicted"]).abs().mean()
        assert trial["final_test_mean_absolute_error"] == pytest.approx(wanted, rel=1e-5)
    tensors = load_file(next(result.folder.weights.glob("*.safetensors")))
    train = predictions[(predictions["part"] == "train") & (predictions["seed"] == 0)]["target"]
    assert tensors["target.shift"][0, 0] == pytest.approx(train.mean())
    assert tensors["target.scale"][0, 0] == pytest.approx(train.std(ddof=0))


@pytest.mark.parametrize("way", [{"transform": "log"}, {"standardize": False}])
def test_weights_that_are_made_again_predict_the_same(mlpexp: Command, prices: Path, way: dict[str, object]) -> None:
    settings = [text for key, value in way.items() for text in ("--set", f"dataset.target.{key}={json.dumps(value)}")]
    mlpexp("train", "--data", prices, "--target", "price", *settings, "--epochs", 2, "--set", "keep.weights=none")
    result = Result.open(next(Path("runs").iterdir()))
    table = result.folder.evaluation / "predictions.csv"
    before = pd.read_csv(table)
    table.unlink()
    evaluate(Result.open(result.path).arm(0))
    pd.testing.assert_frame_equal(pd.read_csv(result.folder.evaluation / "arm-0" / "predictions.csv"), before)


def test_arms_that_learn_different_things_are_not_compared_by_their_losses(mlpexp: Command, prices: Path) -> None:
    over = ("--over", "dataset.target.transform=none,log", "--over", "dataset.target.standardize=true,false")
    options = ("--data", prices, "--target", "price", *over, "--seeds", 2, "--epochs", 2)
    refused = mlpexp("sweep", *options, "--metric", "test_loss")
    assert refused.code == 2 and "compare by test_r2 or test_root_mean_squared_error" in refused.err
    assert not Path("runs").exists()
    answer = mlpexp("sweep", *options)
    assert "test R²" in answer.out and "equal seeds do not mean equal samples" not in answer.out
    sweep = next(Path("runs").iterdir())
    later = mlpexp("compare", sweep, "--metric", "test_loss")
    assert later.code == 2 and "what each arm learns" in later.err
    assert len(Result.open(sweep).plan.arms) == 4, "the config plans the same again"


def test_results_that_learn_different_things_are_not_compared_by_their_losses(mlpexp: Command, prices: Path) -> None:
    for transform in ("none", "log"):
        setting = ("--set", f"dataset.target.transform={transform}")
        mlpexp("train", "--data", prices, "--target", "price", *setting, "--seeds", 2, "--epochs", 2)
    runs = sorted(Path("runs").iterdir())
    assert mlpexp("compare", *runs).code == 0
    refused = mlpexp("compare", *runs, "--metric", "test_loss")
    assert refused.code == 2 and "standardized log price" in refused.err


def test_a_result_of_before_learned_the_numbers_as_they_are(mlpexp: Command, prices: Path) -> None:
    mlpexp("train", "--data", prices, "--target", "price", "--epochs", 1, "--seeds", 1)
    result = Result.open(next(Path("runs").iterdir()))
    unsealed(result.path)
    text = result.folder.config.read_text()
    begin, end = text.index("  target:"), text.index("transform: none\n") + len("transform: none\n")
    result.folder.config.write_text(f"{text[:begin]}  target: price\n{text[end:]}")
    experiment = experiment_of(Result.open(result.path).arm(0))
    assert isinstance(experiment.dataset, Csv) and experiment.dataset.target.standardize is False
    word = experiment.dataset.model_copy(update={"target": Target(column="price")})
    assert as_data(experiment.model_copy(update={"dataset": word}))["dataset"]["target"] == "price"
    assert identity(experiment) == identity(experiment.model_copy(update={"dataset": word})), "so that it is resumed"


def test_a_table_of_classes_is_dumped_with_a_plain_word(tmp_path: Path, prices: Path) -> None:
    (tmp_path / "flags.csv").write_text(FLAGS)
    model = "model: {name: mlp}\noptimizer: {name: adam}\ntraining: {batch_size: full}\n"
    dumped = {}
    for name, target in (("flags.csv", "label"), ("houses.csv", "price"), ("houses.csv", "{column: price}")):
        (tmp_path / "c.yaml").write_text(f"dataset: {{name: csv, path: {name}, target: {target}}}\n{model}")
        dumped[target] = as_data(make_plan(tmp_path / "c.yaml", (), "train").base.experiment)["dataset"]["target"]
    full = {"column": "price", "standardize": True, "transform": "none"}
    assert dumped == {"label": "label", "price": full, "{column: price}": full}


@pytest.mark.parametrize(
    ("cells", "settings", "said"),
    [
        (["a", "b"] * 6, ["dataset.target.standardize=true"], "dataset.target.standardize: is for numbers, but y"),
        (["a", "b"] * 6, ["dataset.target.transform=log"], "dataset.target.transform: is for numbers, but y"),
        ([1.5, 2.5, -3.25] * 4, ["dataset.target.transform=log"], "t.csv:4:y: -3.25 has no logarithm; transform: log"),
        ([1.5, 2.5] * 6, ["dataset.target.transform=lgo"], "'lgo' is not known; did you mean log?"),
        ([1.5, 2.5] * 6, ["dataset.target.standardise=false"], "did you mean standardize?"),
        ([1e9 + i + 0.5 for i in range(12)], ["dataset.target.standardize=false"], "apart only by 64, but y spreads by 3.45"),
        ([1e30 * i + 0.5 for i in range(12)], ["dataset.target.standardize=false"], "whose square float32 cannot hold"),
        ([1.5, 2.5] * 6, ["training.class_weights=balanced"], "class_weights: is for class labels"),
        (["ab", "cd"] * 6, ["training.class_weights={ab: 2, dc: 3}"], "class_weights.dc: there is no such class"),
        (["ab", "cd"] * 6, ["training.class_weights={ab: 0}"], "class_weights.ab: should be above 0, not 0"),
        (["ab", "cd"] * 6, ["training.class_weights=blanced"], "did you mean balanced?"),
        (["ab", "cd"] * 6, ["model={name: som}", "optimizer=sgd", "training.class_weights=balanced"], "learns no classes"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_before_training(mlpexp: Command, tmp_path: Path, cells, settings, said) -> None:
    (tmp_path / "t.csv").write_text("x,y\n" + "".join(f"{i},{cell}\n" for i, cell in enumerate(cells)))
    options = [part for setting in settings for part in ("--set", setting)]
    answer = mlpexp("train", "--data", "t.csv", "--target", "y", "--set", "dataset.task=null", *options)
    assert answer.code == 2 and said in answer.err and answer.err.count("\n") == 1
    assert not Path("runs").exists()


def test_numbers_that_are_rounded_or_out_of_reach_are_a_warning(mlpexp: Command, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("x,y\n" + "".join(f"{i * 5 % 12},{1e6 + i / 3}\n" for i in range(12)))
    options = ("--data", "t.csv", "--target", "y", "--epochs", 1, "--seeds", 1)
    raw = mlpexp("train", *options, "--set", "dataset.target.standardize=false")
    assert raw.code == 0 and "float32 tells numbers near 1e+06 apart only by 0.0625" in raw.err + raw.out
    assert "a network begins with outputs near 0" in raw.err + raw.out
    assert "warning" not in (usual := mlpexp("train", *options)).err + usual.out


def test_why_there_is_no_r2(mlpexp: Command, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("x,y\n" + "".join(f"{i},2.5\n" for i in range(12)))
    answer = mlpexp(
        "train", "--data", "t.csv", "--target", "y", "--set", "dataset.task=regression", "--epochs", 1, "--seeds", 2
    )
    assert "R² of the test part has no value: its targets do not differ" in answer.out


def test_what_a_config_of_classes_says_of_them_is_left_out_for_numbers(
    mlpexp: Command, prices: Path, tmp_path: Path
) -> None:
    (tmp_path / "c.yaml").write_text(CLASSES)
    answer = mlpexp("sweep", "c.yaml", "--data", prices, "--target", "price")
    assert answer.code == 0, answer.err
    said = answer.out + answer.err
    for left_out in (
        "loss: cross_entropy",
        "scores: f1_macro",
        "early_stopping.score: matthews",
        "metric: test_f1_macro",
    ):
        assert f"{left_out} of the config is left out, since price holds numbers" in said
    typed = mlpexp("train", "c.yaml", "--data", prices, "--target", "price", "--loss", "cross_entropy")
    assert typed.code == 2 and "cross_entropy is for class labels" in typed.err, "what was typed is not left out"


def test_numbers_that_are_learned_differently_stay_so_with_another_file(mlpexp: Command, prices: Path) -> None:
    setting = ("--set", "dataset.target.transform=log")
    mlpexp("train", "--data", prices, "--target", "price", *setting, "--epochs", 1, "--seeds", 1)
    (run,) = Path("runs").iterdir()
    (prices.parent / "more.csv").write_text(prices.read_text())
    mlpexp("train", run, "--data", "more.csv", "--runs-dir", "others")
    (other,) = Path("others").iterdir()
    assert Result.open(other).config["dataset"]["target"]["transform"] == "log"
