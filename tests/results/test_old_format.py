"""Finished results of the first format are read by the same reader and shown by every command; unfinished ones are refused."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from mlpexp.errors import InputError, RunError
from mlpexp.execution.run import reopened
from mlpexp.results.candidates import candidates_in, common_metric, paired_values
from mlpexp.results.comparison import read_comparison
from mlpexp.results.evaluate import evaluate
from mlpexp.results.result import Result
from mlpexp.results.weights_again import weights_of
from mlpexp.store.listing import list_results
from mlpexp.store.summary import Mean

FINISHED = ("run", "run_diverged", "run_map", "sweep")
UNFINISHED = ("unfinished_run", "unfinished_sweep")
RUNS = FINISHED[:3]


def json_of(path: Path) -> dict:
    return json.loads((path / "summary.json").read_text())


@pytest.mark.parametrize("name", FINISHED)
def test_the_summary_is_that_of_today(name: str, old: Path) -> None:
    summary, before = Result.open(old / name).summary, json_of(old / name)
    assert (summary.format, summary.complete) == (1, True)
    assert (summary.name, summary.hash, summary.status) == (before["name"], before["hash"], before["status"])
    assert summary.planned_by == ("sweep" if name == "sweep" else "train")
    assert summary.dataset.train == before["dataset"]["train"]
    if name == "sweep":
        assert (summary.num_arms, summary.seeds, summary.outcome.best) == (4, (0, 1, 2), 3)
        assert [axis.key for axis in summary.axes] == ["optimizer.learning_rate", "model.hidden_sizes"]
        mean = summary.outcome.arms[3].means["final_test_accuracy"]
        best = before["best"]
        assert (mean.n, mean.mean, mean.low, mean.high) == (
            best["n"], *(pytest.approx(best[key], rel=1e-8) for key in ("mean", "low", "high")),
        )  # fmt: skip
        return
    (arm,) = summary.outcome.arms
    assert summary.seeds == tuple(member["seed"] for member in before["members"])
    assert arm.diverged == len(before["diverged_seeds"])
    for when, means in before["means"].items():
        for score, mean in means.items():
            assert arm.means[f"{when}_{score}"] == Mean(**mean)  # and nothing of new samples, which it did not know


@pytest.mark.parametrize("name", RUNS)
def test_trials_of_a_run_are_what_its_summary_said(name: str, old: Path) -> None:
    """Old runs had no ``trials.csv``."""
    trials = Result.open(old / name).finished_trials().to_dict("records")
    members = json_of(old / name)["members"]
    assert [trial["seed"] for trial in trials] == [member["seed"] for member in members]
    for trial, member in zip(trials, members, strict=True):
        for key in ("status", "ended_epoch", "last_epoch", "best_epoch"):
            assert trial[key] == member[key]
        if member["status"] != "diverged":
            for when in ("final", "best"):
                for score, value in member[when].items():
                    assert trial[f"{when}_{score}"] == value


def test_trials_arms_and_costs_of_a_sweep_are_its_files(old: Path) -> None:
    result = Result.open(old / "sweep")
    for name, frame in (("trials", result.finished_trials()), ("arms", result.arms), ("timing", result.costs)):
        with (old / "sweep" / f"{name}.csv").open(newline="") as stream:
            rows = list(csv.DictReader(stream))
        assert len(rows) == len(frame)
        for column in set(rows[0]) - {"trials_per_stack"}:  # which nothing shows
            cells = frame[column].tolist()
            kind = str if isinstance(cells[0], str) else float
            assert cells == [kind(row[column]) for row in rows]
    assert [arm.label for arm in result.planned_arms] == result.arms["label"].tolist()


@pytest.mark.parametrize("name", FINISHED)
def test_metrics_are_its_files(name: str, old: Path) -> None:
    result = Result.open(old / name)
    with (old / name / "metrics.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    for column in rows[0]:
        np.testing.assert_array_equal(result.metrics[column].to_numpy(float), [float(row[column]) for row in rows])
    assert set(result.metrics["arm"]) == set(range(result.summary.num_arms))
    assert len(result.plan.arms) == result.summary.num_arms
    assert result.config["dataset"]["name"] in ("iris", "synthetic")


@pytest.mark.parametrize("name", RUNS)
def test_costs_and_stacks_of_a_run_are_what_its_summary_said(name: str, old: Path) -> None:
    result, time = Result.open(old / name), json_of(old / name)["time"]
    assert result.stacks.train_seconds == pytest.approx(time["train_seconds"], abs=1e-3)
    assert len(result.stacks.stacks) == time["stacks"]
    assert result.stacks.of("device") == ["cpu"]


def test_the_comparison_of_a_sweep_is_the_one_it_wrote(old: Path) -> None:
    found = read_comparison(Result.open(old / "sweep"))
    with (old / "sweep" / "comparison.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert found.labels == [row["label"] for row in rows]
    for arm, row in zip(found.to_best.arms, rows, strict=True):
        assert arm.own.n == int(row["n"])
        assert arm.own.mean == pytest.approx(float(row["mean"]), rel=1e-8)
        assert arm.verdict == row["best_verdict"]
        # How many seeds decide is a range of new ones today.
        assert arm.sentence.partition(", about")[0] == row["best_sentence"].partition(", about")[0]
        if arm.difference:
            numbers = (arm.difference.mean, arm.difference.low, arm.difference.high, arm.p, arm.p_adjusted)
            names = ("difference", "difference_low", "difference_high", "p", "p_adjusted")
            assert numbers == pytest.approx([float(row[f"best_{name}"]) for name in names], rel=1e-8)


@pytest.mark.parametrize("kind", ["best", "last"])
@pytest.mark.parametrize("name", RUNS)
def test_weights_of_a_run_are_those_of_its_checkpoints(name: str, kind: str, old: Path) -> None:
    from safetensors.numpy import load_file

    said: list[str] = []
    result = Result.open(old / name)
    seeds = list(result.summary.seeds)[::-1]
    kept = weights_of(result.arm(0), seeds, kind, say=said.append)
    assert said == []
    for name_, array in load_file(old / name / "checkpoints" / f"{kind}.safetensors").items():
        np.testing.assert_array_equal(kept.tensors[name_], array[::-1])


def test_weights_of_a_sweep_are_made_again_and_give_the_scores_that_it_wrote(old: Path) -> None:
    said: list[str] = []
    result = Result.open(old / "sweep")
    assert "predictions" in evaluate(result.arm(3), say=said.append)
    assert len(said) == 1
    assert "were not kept" in said[0]
    arm = Result.open(old / "sweep").arm(3)
    rows = arm.evaluation("predictions").query("part == 'test'")
    for seed, own in rows.groupby("seed"):
        trial = arm.trials.set_index("seed").loc[seed]
        assert (own["predicted"] == own["target"]).mean() == trial["best_test_accuracy"]


def test_all_are_listed(old: Path, mlpexp) -> None:
    for name in UNFINISHED:
        (old / name / ".lock").touch()  # as a process that was killed leaves it
    entries = {entry.folder.path.name: entry for entry in list_results(old)}
    assert {name: entry.status for name, entry in entries.items()} == {
        "run": "finished", "run_diverged": "finished", "run_map": "finished", "sweep": "finished",
        "unfinished_run": "interrupted", "unfinished_sweep": "interrupted",
    }  # fmt: skip
    answer = mlpexp("list")
    assert answer.code == 0
    lines = {line.split()[0]: line for line in answer.out.splitlines() if line.strip()}
    assert set(entries) <= set(lines)
    for name, metric in (("run", "test accuracy"), ("sweep", "best test accuracy")):
        assert "0.8815" in lines[name] and metric in lines[name]


@pytest.mark.parametrize("name", FINISHED)
def test_each_is_shown(name: str, old: Path, mlpexp) -> None:
    answer = mlpexp("show", name)
    assert answer.code == 0, answer.err
    assert json_of(old / name)["hash"] in answer.out
    words = {"run": "accuracy", "run_diverged": "seed 2", "run_map": "quantization", "sweep": "learning_rate=0.1"}
    assert words[name] in answer.out


FIGURES = {
    "run": {"loss", "accuracy", "confusion_matrix", "gradients"},
    "run_diverged": {"loss", "fitted_curve"},
    "run_map": {"u_matrix", "hits"},
    "sweep": {"arms", "heat_map", "effect_learning_rate", "curves_hidden_sizes"},
}


@pytest.mark.parametrize("name", FINISHED)
def test_each_is_drawn(name: str, old: Path, mlpexp) -> None:
    answer = mlpexp("plot", name)
    assert answer.code == 0, answer.err
    drawn = {path.stem for path in (old / name / "plots").glob("*.png")}
    assert drawn >= FIGURES[name]
    assert {Path(line).stem for line in answer.out.splitlines()} >= drawn


def test_an_arm_of_a_sweep_is_drawn_by_training_it_again(old: Path, mlpexp) -> None:
    answer = mlpexp("plot", "sweep", "--arm", "3")
    assert answer.code == 0, answer.err
    assert "were not kept; its 3 trials are trained again" in answer.err
    assert (old / "sweep" / "plots" / "arm-3" / "confusion_matrix.png").is_file()


def test_they_are_compared(old: Path, mlpexp) -> None:
    answer = mlpexp("compare", "sweep")
    assert answer.code == 0, answer.err
    assert "learning_rate=0.1, hidden_size=4" in answer.out
    answer = mlpexp("compare", "run", "sweep")
    assert answer.code != 0  # their splits differ
    assert len(answer.err.splitlines()) == 1
    assert "dataset.validation_fraction differs" in answer.err


def test_an_old_run_and_the_same_of_today_differ_in_no_seed(old: Path, mlpexp) -> None:
    """Old runs know nine digits: more would make differences out of rounding. Another CPU may round the last one otherwise."""
    answer = mlpexp("train", "--config", "runs/run/config.yaml", "--runs-dir", "new", "-q")
    assert answer.code == 0, answer.err
    new = answer.out.strip()
    answer = mlpexp("compare", "runs/run", new, "--baseline", "0", "--metric", "test_loss")
    assert answer.code == 0, answer.err
    assert "the configs are equal, except for seeds and names" in answer.out
    candidates = candidates_in([Result.open(old / "run"), Result.open(Path(new))])
    for name in ("test_loss", "test_accuracy", "train_loss"):
        seeds, values = paired_values(candidates, common_metric(candidates, name))
        assert seeds == [0, 1, 2]
        assert values[0] == pytest.approx(values[1], abs=2e-9)
        assert all(value == float(f"{value:.9g}") for value in values.ravel())


@pytest.mark.parametrize("command", ["show", "plot"])
@pytest.mark.parametrize("name", UNFINISHED)
def test_what_is_unfinished_is_shown_with_a_sentence(name: str, command: str, old: Path, mlpexp) -> None:
    answer = mlpexp(command, name)
    text = " ".join((answer.out + answer.err).split())
    assert (answer.code == 0) == (command == "show")
    assert not (old / name / "plots").exists()
    assert "was begun by an older version of mlpexp, whose unfinished results cannot be gone on with" in text
    assert "train it again from its " in text


@pytest.mark.parametrize("name", UNFINISHED)
def test_what_is_unfinished_is_not_gone_on_with(name: str, old: Path, mlpexp) -> None:
    before = {path: path.read_bytes() for path in (old / name).rglob("*") if path.is_file()}
    with pytest.raises(RunError, match="begun by an older version"):
        reopened(old / name)
    with pytest.raises(InputError, match="begun by an older version"):
        Result.open(old / name).finished_trials()
    answer = mlpexp("sweep" if "sweep" in name else "train", "--resume", name)
    assert answer.code != 0
    assert len(answer.err.splitlines()) == 1
    assert "begun by an older version of mlpexp" in answer.err
    assert {path: path.read_bytes() for path in (old / name).rglob("*") if path.is_file()} == before


@pytest.mark.parametrize("name", FINISHED)
def test_what_is_complete_is_not_trained_again(name: str, old: Path) -> None:
    with pytest.raises(InputError, match="is complete"):
        reopened(old / name)


NEEDED = {
    "run": ("name", "status", "dataset", "model", "members"),
    "sweep": ("name", "status", "dataset", "metric", "seeds"),
}


@pytest.mark.parametrize(("name", "key"), [(name, key) for name, keys in NEEDED.items() for key in keys])
def test_a_damaged_summary_is_one_sentence(name: str, key: str, old: Path) -> None:
    content = json_of(old / name)
    del content[key]
    (old / name / "summary.json").write_text(json.dumps(content))
    with pytest.raises(RunError, match=r"summary\.json: damaged: not the summary of a run or sweep") as caught:
        _ = Result.open(old / name).summary
    assert len(str(caught.value).splitlines()) == 1
