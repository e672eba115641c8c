"""Every score of the table is taken by everything that takes scores: commands, tables, figures, files."""

import csv
import json
from pathlib import Path

import pytest

from making.command_line import Answer, Command
from mlpexp.config.scores import SCORES, Score, suits

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


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--set", "scores=[r2]"], "r2 is for numbers as targets, not for class labels; there are loss, accuracy,"),
        (["--set", "scores=[f1]"], "did you mean f1_macro?"),
        (["--set", "scores=[quantization_error]"], "quantization_error is for self-organizing maps, not for class"),
        (["--metric", "test_f1"], "did you mean test_f1_macro?"),
        (["--metric", "test_mean_absolute_error"], "mean_absolute_error is for numbers as targets, not for class"),
        (["--metric", "validation_f1_macro"], "validation_f1_macro is not measured here"),
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
    assert "\nalways 'neg': 0.900\n" in mlpexp("compare", sweep, run).out
    assert "always" not in mlpexp("compare", sweep, run, "--metric", "test_loss").out
    assert "always" not in mlpexp("show", mlpexp("train", "iris/mlp", "--epochs", "1", "--quiet").run).out
