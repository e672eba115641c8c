"""`mlpexp explain` on runs as users have them."""

import json
import re
import shlex
from pathlib import Path

import pytest

from making.command_line import Command
from making.configs import CONFIGS, IRIS, MOONS, SELECTED, SINE, TINY
from making.pace import abandon, every_step
from making.run_files import only_run, sums, unsealed
from making.trained_results import new

DOCS = Path(__file__).parents[2] / "docs"
SIGMOIDS = ("model.activation=sigmoid", f"model.hidden_sizes={[16] * 8}")


def trained(mlpexp, config, text, *changes) -> Path:
    sets = [word for change in changes for word in ("--set", change)]
    assert mlpexp("train", "--config", config(text), "--quiet", *sets).code == 0
    return only_run(Path("runs"))


@pytest.mark.slow
def test_the_example_of_the_docs(mlpexp, undrawn):
    """Word for word; in the numbers another processor may differ in the last digit shown."""
    sets = [word for change in SIGMOIDS for word in ("--set", change)]
    mlpexp("train", "--config", CONFIGS / "iris/mlp.yaml", "--quiet", *sets)
    result = mlpexp("explain", only_run(Path("runs")))
    shown = re.search(r"```text\n(iris-mlp: .*?)\n```", (DOCS / "explain.md").read_text(), re.DOTALL)
    assert shown
    assert re.sub(r"\d\S*", "#", result.out.strip()) == re.sub(r"\d\S*", "#", shown[1].strip())


def test_every_format(mlpexp, config, undrawn):
    run = trained(mlpexp, config, TINY, "optimizer.learning_rate=1e-5")
    before = sums(run)
    text = mlpexp("explain", run)
    assert text.code == 0
    assert "a learning rate that is too small (one seed)" in text.out
    markdown = mlpexp("explain", run, "--format", "markdown").out
    assert markdown.startswith("# three_class_3d-mlp: a learning rate that is too small\n")
    assert "- `mlpexp find-lr` on this config" in markdown
    found = json.loads(mlpexp("explain", run, "--format", "json").out)
    assert found[0]["verdict"] == "learning_rate_too_small"
    assert found[0]["numbers"]["rate"] == pytest.approx(1e-5)
    assert found[0]["seeds"] == [0]
    assert sums(run) == before


def test_what_diverged_has_no_score(mlpexp, config, undrawn):
    run = trained(mlpexp, config, IRIS, "optimizer.learning_rate=1e20", "training.epochs=5")
    answer = mlpexp("explain", run, "--format", "table")
    assert re.search(r"accuracy diverged -> 0\.\d+\)", " ".join(answer.out.split()))
    assert "accuracy 0.00" not in answer.out
    tried = [each["tried"] for each in json.loads(mlpexp("explain", run, "--format", "json").out)[0]["remedies"]]
    assert all(each["diverged_before"] == each["seeds"] for each in tried if each)


def test_remedies_are_tried_and_nothing_is_written(mlpexp, config, undrawn):
    run = trained(mlpexp, config, IRIS, "optimizer.learning_rate=1e-4", "training.epochs=30")
    before = sums(Path())
    answer = mlpexp("explain", run)
    assert answer.err.startswith("2 remedies are tried with 5 seeds, about ")
    said = " ".join(answer.out.split())
    score = r"accuracy 0\.\d+ -> 0\.\d+"
    assert re.search(
        rf"`optimizer\.learning_rate: 0\.\d+` \(tried with 5 seeds on 26 held-out samples: {score}\)", said
    )
    assert re.search(rf"to try: mlpexp train {run} --learning-rate 0\.\d+$", said)
    best = json.loads(mlpexp("explain", run, "--format", "json").out)[0]["remedies"][0]
    assert list(best["changes"]) == ["optimizer.learning_rate"]
    assert best["advised"] is True
    assert best["tried"]["after"] > best["tried"]["before"] + 0.1
    assert {key: best["tried"][key] for key in ("seeds", "held_out", "score", "diverged")} == {
        "seeds": 5,
        "held_out": 26,
        "score": "accuracy",
        "diverged": 0,
    }
    assert sums(Path()) == before


def test_the_command_trains_with_all_changes_of_the_best(mlpexp, config, undrawn):
    run = trained(mlpexp, config, MOONS, "model.init={name: normal, mean: -9.0, std: 0.1}", "model.bias_init=-5")
    *_, command = mlpexp("explain", run, "--quick").out.splitlines()
    assert command.startswith(f"to try: mlpexp train {run} ")
    words = shlex.split(command.removeprefix("to try: mlpexp "))
    again = mlpexp(*words, "--runs-dir", "again", "--quiet").run
    assert (again / "config.yaml").read_text() != (run / "config.yaml").read_text()


def test_quick_tries_nothing(mlpexp, config, undrawn):
    run = trained(mlpexp, config, TINY, "optimizer.learning_rate=1e-5")
    answer = mlpexp("explain", run, "--quick")
    assert answer.err == ""
    assert "held-out" not in answer.out
    assert "None of these remedies was tried: they are suggestions." in answer.out
    assert "to try: mlpexp train" in answer.out
    remedies = json.loads(mlpexp("explain", run, "--quick", "--format", "json").out)[0]["remedies"]
    assert {(each["tried"], each["advised"]) for each in remedies} == {(None, None)}


@pytest.mark.parametrize(
    ("text", "changes", "said"),
    [
        ("dataset: {name: synthetic, kind: xor, samples: 4, noise: 0, test_fraction: 0}\nmodel: {name: mlp}\n"
         "optimizer: {name: sgd, learning_rate: 1.0e-5}\ntraining: {batch_size: full, epochs: 10}\n", (),
         "(not tried: 4 training samples are too few to hold some out)"),
        (TINY, ("optimizer.learning_rate=1e-5",), "on 8 held-out samples"),
        (IRIS, ("optimizer.learning_rate=1e-5", "dataset.split=k_fold", "seeds=5"), "(tried with 5 seeds on"),
        (MOONS, ("optimizer.learning_rate=1e-6", "dataset.data_seed=seed"), "(tried with 5 seeds on"),
        (SINE, ("optimizer.learning_rate=1e-6",), "held-out samples: R² "),
    ],
)  # fmt: skip
def test_what_was_tried_or_why_not(text, changes, said, mlpexp, config, undrawn):
    answer = mlpexp("explain", trained(mlpexp, config, text, *changes))
    assert answer.code == 0
    assert said in " ".join(answer.out.split())


def test_a_run_that_began_with_weights_of_another(mlpexp, config, undrawn):
    """Its trials begin with them, too, and so have its own seeds, with more than one draw of held-out samples."""
    first = trained(mlpexp, config, IRIS, "seeds=2")
    words = (
        "--init-from",
        first,
        "--set",
        "optimizer.learning_rate=1e-6",
        "--seeds",
        2,
        "--runs-dir",
        "second",
        "--quiet",
    )
    run = mlpexp("train", "--config", config(IRIS), *words).run
    answer = mlpexp("explain", run)
    assert answer.code == 0
    assert "(tried with 5 seeds on" in " ".join(answer.out.split())


def test_selected_epochs_several_seeds_and_other_optimizers(mlpexp, config, undrawn):
    run = trained(mlpexp, config, SELECTED, "training.epochs=60")
    out = mlpexp("explain", run).out
    assert out.startswith("selected: converged")
    assert "of 3 seeds)" in out


@pytest.mark.parametrize(
    "changes",
    [
        ("optimizer.learning_rate=1e9",), ("model.batch_norm=true", "model.dropout=0.3"), ("model.hidden_sizes=[]",),
        ("training.engine=numpy",), ("training.weight_averaging=0.9",), ("training.precision=float64",),
        ("model.bias=false", "model.init=zeros"), ("model.activation=maxout",), ("training.evaluate_every=3",),
        ("model.activation=prelu", "training.train_metrics=running"), ("diagnostics=full",), ("seeds=3", "split_seed=0"),
    ],
)  # fmt: skip
def test_every_kind_of_run_has_an_explanation(changes, mlpexp, config, undrawn):
    sets = [word for change in changes for word in ("--set", change)]
    mlpexp("train", "--config", config(TINY), "--quiet", *sets)
    result = mlpexp("explain", only_run(Path("runs")), "--quick")
    assert (result.code, result.err) == (0, "")
    assert "nan" not in result.out
    assert mlpexp("explain", only_run(Path("runs"))).code == 0


def test_images(mlpexp, config, undrawn):
    text = (
        "dataset: digits\nmodel: {name: cnn, layers: [{layer: conv, channels: 2, kernel_size: 3}, {layer: max_pool}]}\n"
    )
    text += "optimizer: {name: adam, learning_rate: 0.01}\ntraining: {batch_size: 50, epochs: 1}\nseeds: 2\n"
    run = trained(mlpexp, config, text)
    assert "2 of 2 seeds" in mlpexp("explain", run).out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("nothing",), "error: nothing: there is no such result folder"),
        ((".",), "error: .: not a result folder"),
        (("nothing", "--format", "html"), "error: --format: 'html' is not known; choose from text, markdown, json"),
    ],
)
def test_what_cannot_be_explained(arguments, message, mlpexp):
    result = mlpexp("explain", *arguments)
    assert result.code == 2
    assert result.err.startswith(message)


def test_a_run_that_is_not_complete(mlpexp, config, undrawn):
    run = trained(mlpexp, config, TINY)
    summary = json.loads((run / "summary.json").read_text())
    (unsealed(run) / "summary.json").write_text(json.dumps({**summary, "status": "interrupted"}))
    result = mlpexp("explain", run)
    assert result.code == 2
    assert "has not ended; go on with: mlpexp train --resume" in result.err


def test_damaged_metrics_are_named(mlpexp, config, undrawn):
    run = unsealed(trained(mlpexp, config, TINY))
    text = (run / "metrics.csv").read_text()
    for damaged in (text.splitlines()[0] + "\n", text.replace("0,1,", "0,one,"), text.replace("train_loss", "loss")):
        (run / "metrics.csv").write_text(damaged)
        result = mlpexp("explain", run)
        assert result.code == 1
        assert "metrics.csv: damaged" in result.err


def test_what_was_lost_before_the_first_step(mlpexp, config, undrawn):
    run = trained(
        mlpexp,
        config,
        TINY,
        "model.init={name: normal, std: 1.0e+25}",
        "model.hidden_sizes=[4, 4, 4]",
        "diagnostics=full",
    )
    result = mlpexp("explain", run)
    assert result.code == 2
    assert "was not finite before the first step" in result.err


def test_a_sweep_and_a_map(mlpexp, config, undrawn):
    mlpexp("sweep", "--config", config(TINY), "--learning-rate", "0.1,1e-5", "--seeds", 2, "--quiet")
    (sweep,) = Path("runs").iterdir()
    result = mlpexp("explain", sweep)
    assert result.code == 2
    assert re.search(r"--arm: .* is a sweep of 2 arms; choose: 0 \(.*=.*\); 1 \(.*=.*\)$", result.err.strip())
    alone = mlpexp("show", sweep, "--arm", 1).out
    run = mlpexp("train", "--config", config(alone, "arm.yaml"), "--runs-dir", "alone", "--quiet").run
    tried = (mlpexp("explain", run).out, mlpexp("explain", sweep, "--arm", 1).out)
    assert tried[1].strip().splitlines()[2:] == tried[0].partition("to try:")[0].strip().splitlines()[2:]
    of_arm = mlpexp("explain", sweep, "--arm", "learning_rate=1e-5", "--quick").out
    of_run = mlpexp("explain", run, "--quick").out
    assert of_run.splitlines()[-1].startswith(f"to try: mlpexp train {run} --learning-rate ")
    assert of_arm.splitlines()[2:] == of_run.splitlines()[2:-2]
    assert "one seed" in mlpexp("explain", sweep, "--arm", 1, "--seed", 1).out
    text = "dataset: iris\nmodel: {name: som, grid: [3, 3]}\ntraining: {epochs: 2}\n"
    mlpexp("train", "--config", config(text), "--runs-dir", "maps", "--quiet")
    result = mlpexp("explain", only_run(Path("maps")))
    assert result.code == 2
    assert "a self-organizing map has no gradients to explain" in result.err


def test_diagnostics_of_a_resumed_run_are_those_of_one_that_was_not(mlpexp, config, undrawn):
    """Stopped at every step in turn: rows of diagnostics belong to the checkpoint as rows of metrics do."""
    text = TINY + "diagnostics: cheap\nseeds: 2\n"
    whole = trained(mlpexp, config, text)
    expected = (whole / "diagnostics.csv").read_bytes()
    assert expected.count(b"\n") > 50
    for steps in range(1, 10):
        name = f"stopped-{steps}"
        assert abandon(new(Path(), text, runs=name), steps, every_step(1))
        run = only_run(Path(name))
        assert mlpexp("train", "--resume", run, "--quiet").code == 0
        assert (run / "diagnostics.csv").read_bytes() == expected


@pytest.mark.usefixtures("undrawn")
def test_units_that_initial_biases_have_killed_are_not_blamed_on_the_step(mlpexp: Command) -> None:
    words = ("iris/mlp", "--activation", "relu", "--set", "model.bias_init=-5", "--epochs", "3", "--seeds", "1")
    run = mlpexp("train", *words, "--quiet").run
    said = mlpexp("explain", run).out
    assert "dead ReLU units" in said
    assert "`model.bias_init: 0`" in said.replace("\n", " ")
    assert "a step that was too large" not in " ".join(said.split())
