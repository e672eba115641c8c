"""Every score of the table is taken by everything that takes scores: commands, tables, figures, files."""

import csv
import json
from pathlib import Path

import pytest

from making.command_line import Answer, Command
from mlpexp.config.scores import SCORES, Score, suits
from mlpexp.planning.plan import make_plan, measured_of

DATA = {
    "classification": ("iris", "mlp", "model.hidden_sizes=[4]"),
    "regression": ("{name: synthetic, kind: function, function: sine}", "mlp", "model.hidden_sizes=[4]"),
    "maps": ("iris", "som", "model.grid=[3,3]"),
}
EVERY = [
    (kind, score)
    for kind in DATA
    for score in SCORES.values()
    if suits(score, "som" if kind == "maps" else "mlp", "" if kind == "maps" else kind)
]
IDS = [f"{kind}-{score.name}" for kind, score in EVERY]


def scores_of(kind: str) -> list[Score]:
    return [score for of, score in EVERY if of == kind]


@pytest.fixture
def trained(mlpexp: Command, tmp_path: Path, request: pytest.FixtureRequest) -> Answer:
    """A sweep of two arms measured by every score that suits its data."""
    kind = request.param
    data, model, size = DATA[kind]
    names = ",".join(score.name for score in scores_of(kind))
    rates = "0.02,0.05" if kind == "maps" else "0.01,0.1"
    (tmp_path / "c.yaml").write_text(
        f"dataset: {data}\nmodel: {{name: {model}}}\noptimizer: {{name: sgd, learning_rate: 0.1}}\ntraining: {{epochs: 3}}\n"
    )
    return mlpexp(
        "sweep", "c.yaml", "--set", size, "--set", f"scores=[{names}]", "--set", "dataset.validation_fraction=0.2",
        "--learning-rate", rates, "--seeds", "3", "--quiet",
    )  # fmt: skip


@pytest.mark.parametrize("trained", DATA, indirect=True, ids=list(DATA))
def test_every_score_is_written_compared_listed_and_drawn(trained: Answer, mlpexp: Command, request) -> None:
    kind = request.node.callspec.params["trained"]
    sweep = Path(trained.out.splitlines()[-1])
    with (sweep / "trials.csv").open(newline="") as stream:
        columns = next(csv.reader(stream))
    for score in scores_of(kind):
        assert {f"{when}_{part}_{score.name}" for when in ("final", "best") for part in ("train", "test")} <= {*columns}
        compared = mlpexp("compare", sweep, "--metric", f"test_{score.name}", "--format", "csv")
        assert compared.code == 0, compared.err
        rows = list(csv.DictReader(compared.out.splitlines()))
        means = [
            float(row[column]) for row in rows for column in row if column.startswith("mean") or score.label in column
        ]
        assert len(means) == 2, compared.out
        assert all(score.lowest <= mean <= score.highest for mean in means), score.name
    listed = json.loads(mlpexp("list", "--format", "json").out)
    assert len(listed) == 1


@pytest.mark.parametrize("trained", DATA, indirect=True, ids=list(DATA))
def test_every_score_has_curves_and_lines_of_a_run(trained: Answer, mlpexp: Command, request) -> None:
    kind = request.node.callspec.params["trained"]
    sweep = Path(trained.out.splitlines()[-1])
    drawn = mlpexp("plot", sweep, "--arm", "0").out
    shown = mlpexp("show", sweep, "--details").out
    assert shown
    for score in scores_of(kind):
        assert f"{score.name}.png" in drawn, score.name
    numbers = {path.stem for path in (sweep / "plots" / "arm-0").glob("*.csv")}
    assert {score.name for score in scores_of(kind)} <= numbers


@pytest.mark.parametrize(("kind", "score"), EVERY, ids=IDS)
def test_a_sweep_measures_what_it_compares_by(kind: str, score: Score, mlpexp: Command, tmp_path: Path) -> None:
    data, model, size = DATA[kind]
    (tmp_path / "c.yaml").write_text(
        f"dataset: {data}\nmodel: {{name: {model}}}\noptimizer: {{name: sgd, learning_rate: 0.1}}\ntraining: {{epochs: 1}}\n"
    )
    answer = mlpexp(
        "sweep", "c.yaml", "--set", size, "--learning-rate", "0.01,0.1", "--seeds", "2", "--metric",
        f"test_{score.name}", "--quiet",
    )  # fmt: skip
    assert answer.code == 0, answer.err
    sweep = Path(answer.out.splitlines()[-1])
    summary = json.loads((sweep / "summary.json").read_text())
    assert summary["metric"]["name"] == f"test_{score.name}"
    assert summary["metric"]["higher_is_better"] == score.higher_is_better
    assert score.label in mlpexp("show", sweep).out
    assert score.label in mlpexp("list").out
    assert (sweep / "comparison.tex").exists()
    assert any((sweep / "plots").glob("effect_*.png"))
    assert score.name in summary["scores"]
    again = make_plan(sweep / "config.yaml")
    assert again.metric.name == f"test_{score.name}"
    assert all(score.name in measured_of(arm) for arm in again.arms)
    assert again.hash == summary["hash"]
    assert mlpexp("compare", sweep, "--metric", f"test_{score.name}").code == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--set", "scores=[r2]"], "r2 is for numbers as targets, not for class labels; there are loss, accuracy,"),
        (["--set", "scores=[f1]"], "did you mean f1_macro?"),
        (["--set", "scores=[quantization_error]"], "quantization_error is for self-organizing maps, not for class"),
        (["--metric", "test_f1"], "did you mean test_f1_macro?"),
        (["--metric", "test_mean_absolute_error"], "mean_absolute_error is for numbers as targets, not for class"),
        (["--metric", "validation_f1_macro"], "there is no validation part without dataset.validation_fraction"),
        (["--over", "scores=[f1_macro],[matthews]"], "they decide no number; set them in the config"),
    ],
)  # fmt: skip
def test_a_score_that_is_not_there_is_refused(arguments: list[str], message: str, mlpexp: Command) -> None:
    answer = mlpexp("sweep", "iris/mlp", "--learning-rate", "0.01,0.1", *arguments)
    assert answer.code == 2
    assert message in answer.err.replace("\n", " ")
    assert answer.err.count("error: ") == 1


def test_a_score_that_a_result_lacks_is_named_with_the_key_that_measures_it(mlpexp: Command) -> None:
    sweep = mlpexp("sweep", "iris/mlp", "--epochs", "1", "--learning-rate", "0.01,0.1", "--seeds", "2", "--quiet").run
    answer = mlpexp("compare", sweep, "--metric", "test_f1_macro")
    assert answer.code == 2
    assert "test_f1_macro is not measured here; a result has it with `scores: [f1_macro]` in its config" in answer.err


@pytest.mark.slow
def test_what_naming_the_largest_class_would_reach_stands_beside_every_accuracy(
    mlpexp: Command, tmp_path: Path
) -> None:
    rows = [f"{i % 7},{'pos' if i % 10 == 0 else 'neg'}" for i in range(100)]
    (tmp_path / "t.csv").write_text("\n".join(["a,kind", *rows]) + "\n")
    table = ("--data", "t.csv", "--target", "kind", "--epochs", "1", "--seeds", "2", "--quiet")
    run, sweep = mlpexp("train", *table).run, mlpexp("sweep", *table, "--learning-rate", "0.01,0.1").run
    assert "accuracy of always 'neg': 0.900 (train), 0.900 (test)" in mlpexp("show", run).out
    for name in ("comparison.md", "comparison.tex"):
        assert "Always 'neg': 0.900." in (sweep / name).read_text()
    assert "\nalways 'neg': 0.900\n" in mlpexp("show", sweep).out
    assert "common seeds, paired; always 'neg': 0.900" in mlpexp("compare", sweep, run).out
    assert "always" not in mlpexp("compare", sweep, run, "--metric", "test_loss").out
    assert "always" not in mlpexp("show", mlpexp("train", "iris/mlp", "--epochs", "1", "--quiet").run).out


def test_arms_may_stop_early_by_different_scores(mlpexp: Command) -> None:
    words = (
        "iris/early_stopping",
        "--epochs",
        "3",
        "--seeds",
        "2",
        "--over",
        "training.early_stopping.score=loss,matthews",
    )
    sweep = mlpexp("sweep", *words, "--metric", "test_matthews", "--quiet").run
    assert json.loads((sweep / "summary.json").read_text())["selected_on"] == "validation"
    shown = mlpexp("show", sweep).out
    assert "test Matthews correlation, at each arm's own best epoch" in shown
    assert "at each arm's own best epoch" in (sweep / "comparison.md").read_text()
    assert mlpexp("plot", sweep, "--arm", "1").code == 0


@pytest.mark.slow
def test_the_largest_class_is_said_where_all_arms_have_the_same_data(mlpexp: Command, tmp_path: Path) -> None:
    for name, step in (("a", 10), ("b", 7)):
        rows = [f"{i % 7},{'pos' if i % step == 0 else 'neg'}" for i in range(100)]
        (tmp_path / f"{name}.csv").write_text("\n".join(["x,kind", *rows]) + "\n")
    table = ("--data", "a.csv", "--target", "kind", "--epochs", "1", "--seeds", "2", "--quiet")
    sweep = mlpexp("sweep", *table, "--over", "dataset.path=a.csv,b.csv").run
    assert "always" not in mlpexp("show", sweep).out
    run = mlpexp("train", *table).run
    assert "always 'neg': 0.900" in mlpexp("list").out
    other = mlpexp("train", *table, "--learning-rate", "0.5").run
    assert "always 'neg': 0.900" in mlpexp("compare", run, other, "--format", "markdown").out


def test_what_is_measured_is_no_factor_of_a_comparison(mlpexp: Command) -> None:
    words = ("iris/mlp", "--epochs", "1", "--seeds", "2", "--quiet")
    one = mlpexp("train", *words, "--set", "scores=[f1_macro]").run
    other = mlpexp("train", *words, "--set", "scores=[f1_macro,matthews]", "--learning-rate", "0.5").run
    assert "confounded" not in mlpexp("compare", one, other, "--metric", "test_f1_macro").out
    assert "scores" not in mlpexp("list").out.splitlines()[1]


def test_a_score_without_value_cannot_choose_an_epoch_and_that_is_said(mlpexp: Command, tmp_path: Path) -> None:
    rows = [f"{i},{'pos' if i % 20 == 0 else 'neg'}" for i in range(60)]
    (tmp_path / "t.csv").write_text("\n".join(["x,kind", *rows]) + "\n")
    words = (
        "--set",
        "training.early_stopping={score: roc_auc, patience: 1}",
        "--set",
        "dataset.validation_fraction=0.05",
    )
    run = mlpexp("train", "--data", "t.csv", "--target", "kind", "--epochs", "3", "--seeds", "2", *words)
    assert "validation area under ROC has no value in any epoch: the last epoch counts as the best" in run.out


def test_the_default_by_its_name_is_the_default(mlpexp: Command) -> None:
    words = ("check", "iris/early_stopping", "--resolved")
    named = mlpexp(*words, "--set", "training.early_stopping.score=loss").out
    assert "score" not in named.split("early_stopping:")[1].split("train_metrics")[0]
    assert "hash 7430ac34" in mlpexp("check", "iris/early_stopping", "--set", "training.early_stopping.score=loss").out


def test_a_metric_without_any_value_is_said_to_have_none(mlpexp: Command, tmp_path: Path) -> None:
    rows = [f"{i},{'pos' if i % 20 == 0 else 'neg'}" for i in range(60)]
    (tmp_path / "t.csv").write_text("\n".join(["x,kind", *rows]) + "\n")
    words = (
        "--metric",
        "validation_roc_auc",
        "--set",
        "dataset.validation_fraction=0.05",
        "--epochs",
        "1",
        "--seeds",
        "2",
    )
    sweep = mlpexp("sweep", "--data", "t.csv", "--target", "kind", "--learning-rate", "0.1,1", *words)
    assert "validation area under ROC has no value in any trial: there is nothing to compare" in sweep.out


def test_of_several_results_those_without_the_score_are_named(mlpexp: Command) -> None:
    words = ("iris/mlp", "--epochs", "1", "--seeds", "2", "--quiet")
    one, other = (
        mlpexp("train", *words, *more).run for more in (["--set", "scores=[f1_macro]"], ["--learning-rate", "1"])
    )
    answer = mlpexp("compare", one, other, "--metric", "test_f1_macro")
    assert answer.code == 2
    assert f"--metric: test_f1_macro is not measured in {other.name}" in answer.err


def test_a_score_that_only_some_arms_have_is_none_of_the_sweep(mlpexp: Command) -> None:
    words = ("iris/early_stopping", "--epochs", "2", "--seeds", "2", "--set", "training.early_stopping.score=matthews")
    sweep = mlpexp("sweep", *words, "--over", "training.early_stopping.score=matthews,loss", "--quiet").run
    assert json.loads((sweep / "summary.json").read_text())["scores"] == ["loss", "accuracy"]
    answer = mlpexp("compare", sweep, "--metric", "test_matthews")
    assert answer.code == 2
    assert "test_matthews is not measured here" in answer.err
