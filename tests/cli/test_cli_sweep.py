"""``mlpexp sweep`` and ``mlpexp compare`` from the command line."""

import csv
import json
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from making.command_line import Answer, Command
from making.configs import IRIS
from making.processes import Process, wait_for
from making.stopping import before_replacing
from mlpexp.statistics.comparison import compare as compare_arms

Write = Callable[..., Path]
Start = Callable[..., Process]
TABLES = ("metrics.csv", "trials.csv", "comparison.csv", "arms.csv")


def table(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(path.read_text().splitlines()))


def summary(path: Path) -> dict[str, Any]:
    return json.loads((path / "summary.json").read_text())


def same_tables(one: Path, other: Path) -> bool:
    names = [*TABLES, "diagnostics.csv"]
    return all((one / name).read_bytes() == (other / name).read_bytes() for name in names if (one / name).exists())


def test_a_sweep_from_start_to_pictures(mlpexp: Command, config: Write) -> None:
    result = mlpexp("sweep", "-c", config(IRIS), "--learning-rate", "0.01,0.1,1", "--batch-size", "7,35", "--seeds", 3)
    assert result.code == 0, result.err
    assert "3 seeds" in result.out and "learning_rate=0.1, batch_size=7" in result.out
    (folder,) = Path("runs").iterdir()
    assert sorted(path.name for path in folder.iterdir() if path.name[0] != ".") == [
        "arms.csv", "comparison.csv", "comparison.md", "comparison.tex", "config.yaml", "environment.json", "evaluation",
        "manifest.json", "manifest_local.json",
        "metrics.csv", "networks.json", "plan.json", "plots", "stacks.json", "summary.json", "timing.csv", "trials.csv",
        "weights",
    ]  # fmt: skip
    trials, metrics = table(folder / "trials.csv"), table(folder / "metrics.csv")
    assert [(row["arm"], row["seed"]) for row in trials] == [
        (str(arm), str(seed)) for arm in range(6) for seed in range(3)
    ]
    assert len(metrics) == 6 * 3 * 5
    last = {(row["arm"], row["seed"]): row for row in metrics}
    for row in trials:
        assert float(row["final_test_loss"]) == pytest.approx(float(last[row["arm"], row["seed"]]["test_loss"]), rel=0)
    assert {"effect_learning_rate.png", "heat_map.png", "heat_map.csv", "confusion_matrices.png"} <= {
        path.name for path in (folder / "plots").iterdir()
    }
    tex = (folder / "comparison.tex").read_text()
    assert tex.startswith("% needs \\usepackage{booktabs,graphicx}") and "\\toprule" in tex
    assert summary(folder)["status"] == "finished"
    assert "6 x 3" in mlpexp("list").out
    assert "learning rate (optimizer.learning_rate): 0.01, 0.1, 1" in mlpexp("show", folder).out


@pytest.mark.usefixtures("undrawn")
def test_a_trial_equals_the_run_of_its_arm(mlpexp: Command, config: Write) -> None:
    diagnosed = IRIS + "diagnostics: full\n"
    swept = mlpexp("sweep", "-c", config(diagnosed), "--learning-rate", "0.01,1", "--seeds", 2, "-q").run
    arm = mlpexp("show", swept, "--arm", 1)
    run = mlpexp("train", "-c", config(arm.out, "arm.yaml"), "-q", "--runs-dir", "alone").run
    alone = [
        {key: row[key] for key in ("seed", "epoch", "train_loss", "test_accuracy")}
        for row in table(run / "metrics.csv")
    ]
    rows = [row for row in table(swept / "metrics.csv") if row["arm"] == "1"]
    together = [{key: row[key] for key in ("seed", "epoch", "train_loss", "test_accuracy")} for row in rows]
    assert sorted(alone, key=lambda row: (row["seed"], int(row["epoch"]))) == together
    own = [row for row in table(swept / "diagnostics.csv") if row.pop("arm") == "1"]
    assert sorted(own, key=repr) == sorted(table(run / "diagnostics.csv"), key=repr)
    assert len(own) > 100


@pytest.mark.slow
@pytest.mark.usefixtures("undrawn")
def test_workers_and_memory_change_no_byte(mlpexp: Command, config: Write) -> None:
    text = IRIS + "diagnostics: cheap\n"
    axes = ("sweep", "-c", config(text), "--learning-rate", "0.01,0.1,1e9", "--hidden-size", "2,4", "--seeds", 3, "-q")
    whole = mlpexp(*axes, "--jobs", 1).run
    assert same_tables(whole, mlpexp(*axes, "--jobs", 2, "--memory", "50K").run)
    assert sum(arm["diverged"] for arm in summary(whole)["outcome"]["arms"]) == 6


@pytest.mark.usefixtures("undrawn")
def test_the_dry_run_shows_the_plan_and_writes_nothing(mlpexp: Command, config: Write) -> None:
    result = mlpexp("sweep", "-c", config(IRIS), "--batch-size", "7,35", "--over", "name=a,b", "--dry-run")
    assert result.code == 0
    assert "4 arms x 10 seeds = 40 trials in 2 stacks" in result.out
    assert "20 trials equal others and are not trained twice" in result.out
    assert "separate stacks, since these keys differ: training.batch_size" in result.out
    assert not Path("runs").exists()


@pytest.mark.usefixtures("undrawn")
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "nothing to vary"),
        (["--learning-rate", "0.1,-1"], "--learning-rate 0.1,-1: optimizer.learning_rate: should be above 0, not -1"),
        (["--over", "optimizer.lr=1,2"], "--over optimizer.lr=1,2: optimizer.lr: unknown key for sgd"),
        (["--over", "nonsense"], "--over nonsense: expected KEY=VALUES"),
        (["--learning-rate", "1", "--jobs", "0"], "--jobs: 0 is not a positive number"),
        (["--learning-rate", "1", "--memory", "much"], "--memory: 'much' is not an amount of memory"),
        (["--learning-rate", "1", "--backend", "rya"], "--backend: 'rya' is not known; did you mean ray?"),
        (["--learning-rate", "1", "--address", "x"], "--address: means nothing without"),
        (["--learning-rate", "1", "--plot-format", "gif"], "--plot-format: 'gif' is not known"),
        (["--learning-rate", "1", "--device", "cuda"], "device: cuda is not available"),
        (["--learning-rate", "1", "--power", "-1"], "--power -1.0: sweep.margin: should be above 0"),
        (["--learning-rate", "[1"], "--learning-rate [1: not valid YAML"),
        (["--noise-floor", "2", "--learning-rate", "1,2"], "--noise-floor: takes a number from 2 to 100 and no axis"),
        (["--noise-floor", "1"], "--noise-floor: takes a number from 2 to 100 and no axis"),
        (["--learning-rate", "log(1e-4,1,9),2"], "a range such as log(1e-4,1,9) stands alone"),
        (["--learning-rate", "log(1,inf,3)"], "inf is not a finite number"),
        (["--resume", "absent"], "absent: there is no such result folder"),
        (["--resume", "absent", "--learning-rate", "1"], "--resume: goes on with the sweep as it was"),
    ],
)  # fmt: skip
def test_bad_input_is_one_sentence_and_writes_nothing(
    arguments: list[str], message: str, mlpexp: Command, config: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch

    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    given = [] if "--resume" in arguments else ["-c", config(IRIS)]
    result = mlpexp("sweep", *given, *arguments)
    assert result.code == 2
    assert message in result.err
    assert result.err.startswith("error: ")
    assert not Path("runs").exists()


@pytest.mark.usefixtures("undrawn")
def test_trials_that_diverge_are_rows_and_a_sweep_of_them_alone_is_no_success(mlpexp: Command, config: Write) -> None:
    some = mlpexp("sweep", "-c", config(IRIS), "--learning-rate", "0.1,1e9", "--seeds", 2)
    assert some.code == 0
    assert " no result " in some.out and "of 4 trials 2 diverged" in some.out
    every = mlpexp("sweep", "-c", config(IRIS), "--learning-rate", "1e9,1e10", "--seeds", 2)
    assert every.code == 1
    assert "every trial diverged or failed" in every.err


@pytest.mark.usefixtures("undrawn")
def test_an_axis_that_changes_nothing_makes_no_difference(mlpexp: Command, config: Write) -> None:
    result = mlpexp("sweep", "-c", config(IRIS), "--over", "name=one,other", "--seeds", 6)
    assert "no difference: the values are equal on every seed" in result.out


@pytest.mark.usefixtures("undrawn")
def test_equal_arms_with_other_seeds_are_not_told_apart(mlpexp: Command, config: Write) -> None:
    """A/A through real training: sixty seeds of one arm, taken for six arms of ten seeds each."""
    run = mlpexp("sweep", "-c", config(IRIS), "--learning-rate", "0.3", "--seeds", 60, "--quiet").run
    values = np.array([float(row["final_test_accuracy"]) for row in table(run / "trials.csv")]).reshape(6, 10)
    for reference in (None, 0):
        arms = compare_arms(values, True, margin=0.01, reference=reference).arms
        assert {arm.verdict for arm in arms} <= {"reference", "undecided", "no difference"}


def test_compare_names_confounded_factors_and_refuses_what_does_not_pair(
    mlpexp: Command, config: Write, undrawn: None
) -> None:
    path = config(IRIS)

    def run(name: str, *changes: str, seeds: int = 3) -> Path:
        sets = [argument for change in changes for argument in ("--set", change)]
        return mlpexp("train", "-c", path, "--name", name, *sets, "--seeds", seeds, "-q").run

    base, rate = run("base"), run("rate", "optimizer.learning_rate=1")
    both = run("both", "optimizer.learning_rate=1", "training.batch_size=7")
    result = mlpexp("compare", base, rate)
    assert result.code == 0
    assert "optimizer.learning_rate" in result.out and "3 common seeds" in result.out and "confounded" not in result.out
    assert "undecided for new seeds: 3 are too few" in result.out
    confounded = mlpexp("compare", base, both)
    assert "confounded: 2 factors differ (optimizer.learning_rate, training.batch_size)" in confounded.out
    assert mlpexp("compare", base, rate, "--format", "csv").out.startswith("what,n,test accuracy")
    for other, reason in (
        (run("split", "dataset.test_fraction=0.2"), "dataset.test_fraction differs (0.3, 0.2)"),
        (run("seeds", "seed=50"), "no seeds are common to all"),
        (run("one", "seed=2", seeds=1), "only seed 2 is common to all"),
        (run("data", "dataset={name: digits}"), "dataset differs (iris, digits)"),
        (base, "the same folder is there twice"),
    ):
        refused = mlpexp("compare", base, other)
        assert refused.code == 2
        assert reason in refused.err
    assert mlpexp("compare", base).code == 2
    assert mlpexp("compare", Path("absent")).code == 2


@pytest.mark.usefixtures("undrawn")
def test_compare_a_sweep_by_another_metric_and_baseline(mlpexp: Command, config: Write) -> None:
    swept = mlpexp("sweep", "-c", config(IRIS), "--learning-rate", "0.01,1", "--seeds", 6, "-q").run
    result = mlpexp("compare", swept, "--metric", "train_loss", "--baseline", 0, "--power", 0.1)
    assert "training loss" in result.out and "compared with the baseline (learning_rate=0.01)" in result.out
    assert "seeds that show a difference of 0.1 with 80 % power" in result.out
    assert mlpexp("compare", swept, "--baseline", 2).code == 2
    assert mlpexp("compare", swept, "--metric", "test_r2").code == 2
    assert mlpexp("compare", swept, "--format", "latex").out.startswith("\\begin{table}")
    mixed = mlpexp(
        "compare", swept, mlpexp("sweep", "-c", config(IRIS), "--learning-rate", "0.1,0.2", "--seeds", 6, "-q").run
    )
    assert mixed.code == 0, mixed.err
    assert "learning_rate=0.2" in mixed.out


@pytest.mark.usefixtures("undrawn")
def test_the_noise_floor_has_a_row_per_source(mlpexp: Command, config: Write) -> None:
    result = mlpexp("sweep", "-c", config(IRIS), "--noise-floor", 3)
    assert result.code == 0, result.err
    for source in ("split", "initial weights", "batch order and dropout", "rest"):
        assert f"  {source} " in result.out


@pytest.mark.usefixtures("undrawn")
def test_the_margin_of_a_sweep_is_that_of_its_comparison(mlpexp: Command, config: Write) -> None:
    changes = ("--set", "sweep.margin=0.9", "--seeds", 6)
    swept = mlpexp("sweep", "-c", config(IRIS), "--learning-rate", "0.1,0.11", *changes, "-q").run
    for result in (mlpexp("compare", swept), mlpexp("show", swept)):
        assert "no difference: " in result.out
    assert "undecided for new seeds: " in mlpexp("compare", swept, "--margin", "1e-9").out
    for option in ("--margin", "--power"):
        refused = mlpexp("compare", swept, option, "-1")
        assert (refused.code, refused.err) == (2, f"error: {option} -1: expected a number above 0\n")


@pytest.mark.usefixtures("undrawn")
def test_what_does_not_pair_is_said(mlpexp: Command, config: Write) -> None:
    out = mlpexp("sweep", "-c", config(IRIS), "--over", "dataset.test_fraction=0.2,0.3", "--seeds", 2).out
    assert "dataset.test_fraction differs among the arms: equal seeds do not mean equal samples" in out
    same = mlpexp("sweep", "-c", config(IRIS), "--learning-rate", 1, "--seeds", 2, "--details").out
    assert "equal seeds have equal samples, initial weights and batch orders" in same
    one = mlpexp("sweep", "-c", config(IRIS), "--learning-rate", "0.1,1", "--seeds", 1)
    assert "one seed: differences have no interval" in one.out


@pytest.mark.usefixtures("undrawn")
def test_parts_that_not_every_arm_has_are_not_compared(mlpexp: Command, config: Write) -> None:
    swept = mlpexp("sweep", "-c", config(IRIS), "--over", "dataset.validation_fraction=0,0.2", "--seeds", 3, "-q").run
    assert mlpexp("compare", swept, "--metric", "test_accuracy").out == mlpexp("compare", swept).out
    assert "chosen on validation" not in mlpexp("show", swept).out
    assert mlpexp("compare", swept, "--metric", "validation_loss").code == 2
    assert {row["final_validation_loss"] == "nan" for row in table(swept / "trials.csv")} == {True, False}


@pytest.mark.usefixtures("undrawn")
@pytest.mark.parametrize("damage", ["cut", "changed", "not JSON", "empty"])
def test_damaged_results_are_trained_again(
    damage: str, mlpexp: Command, config: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    axes = ("sweep", "-c", config(IRIS), "--batch-size", "7,35", "--seeds", 2, "-q")
    whole = mlpexp(*axes).run
    with monkeypatch.context() as patch:
        before_replacing(patch, "trials.csv", KeyboardInterrupt())
        assert mlpexp(*axes, "--runs-dir", "again").code == 130
    (folder,) = Path("again").iterdir()
    rows, part = (folder / "parts" / "stack-0" / name for name in ("metrics.csv", "done.json"))
    if damage == "cut":
        rows.write_bytes(rows.read_bytes()[:-1])
    elif damage == "changed":
        rows.write_bytes(rows.read_bytes().replace(b"1", b"2", 1))
    else:
        part.write_text("{" if damage == "not JSON" else '{"trials": [], "bytes": 0}')
    resumed = mlpexp("sweep", "--resume", folder, "-q")
    assert resumed.code == 0
    assert resumed.err.startswith("warning: ") and "its 2 trials are trained again from the beginning" in resumed.err
    assert same_tables(whole, folder)


@pytest.mark.usefixtures("undrawn")
def test_a_sweep_whose_config_changed_is_not_resumed(
    mlpexp: Command, config: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    before_replacing(monkeypatch, "trials.csv", KeyboardInterrupt())
    mlpexp("sweep", "-c", config(IRIS), "--learning-rate", "0.1,1", "--seeds", 2, "-q")
    (folder,) = Path("runs").iterdir()
    text = (folder / "config.yaml").read_text()
    for old, new in (("seeds: 2", "seeds: 3"), ("epochs: 4", "epochs: 5")):
        assert old in text
        (folder / "config.yaml").write_text(text.replace(old, new))
        refused = mlpexp("sweep", "--resume", folder)
        assert refused.code == 1 and "changed since the sweep began" in refused.err


@pytest.mark.usefixtures("undrawn")
def test_tables_that_follow_from_others_are_written_again_by_plot(mlpexp: Command, config: Write) -> None:
    swept = mlpexp("sweep", "-c", config(IRIS), "--learning-rate", "0.1,1", "--seeds", 2, "-q").run
    names = ("arms.csv", "comparison.csv", "comparison.md", "comparison.tex")
    before = {name: (swept / name).read_bytes() for name in names}
    for name in names:
        (swept / name).unlink()
    assert mlpexp("plot", swept).code == 0
    assert {name: (swept / name).read_bytes() for name in names} == before


# Two stacks of 20 epochs with 5 and 3 steps of training and an evaluation each, and one before: the first ends with step 121.
TWO_STACKS = IRIS.replace("epochs: 4", "epochs: 20") + "diagnostics: cheap\n"
LIBRARIES = {"import": ["sklearn.datasets", "scipy.stats", "pandas", "matplotlib", "loky"]}  # once for all
AXES = ("--learning-rate", "0.01,0.1", "--batch-size", "21,35", "--seeds", 2, "-q")


@pytest.mark.parametrize(
    ("number", "jobs", "steps"),
    [
        pytest.param(signal.SIGKILL, 2, 50, marks=pytest.mark.slow),
        (signal.SIGINT, 1, 50),
        (signal.SIGINT, 1, 150),
        pytest.param(signal.SIGKILL, 1, 50, marks=pytest.mark.slow),
        pytest.param(signal.SIGKILL, 1, 150, marks=pytest.mark.slow),
        pytest.param(signal.SIGTERM, 2, 50, marks=pytest.mark.slow),
    ],
)
def test_killed_and_resumed_equals_uninterrupted(
    number: int, jobs: int, steps: int, start: Start, config: Write, tmp_path: Path
) -> None:
    path = config(TWO_STACKS)
    whole = tmp_path / start("sweep", "-c", path, *AXES, "--runs-dir", "whole", **LIBRARIES).wait().run
    process = start("sweep", "-c", path, *AXES, "--jobs", jobs, save_every=20, hold_after=steps)
    process.held(jobs)
    process.send(number)
    result: Answer = process.wait()
    assert result.code == (-number if number == signal.SIGKILL else 128 + number)
    (folder,) = (tmp_path / "runs").iterdir()
    assert summary(folder)["status"] == ("running" if number == signal.SIGKILL else "interrupted")
    assert number == signal.SIGKILL or "resume with: mlpexp sweep --resume" in result.err
    assert len(list((folder / "parts").glob("*/done.json"))) == (steps > 121)
    resumed = start("sweep", "--resume", folder, "-q").wait()
    assert resumed.code == 0, resumed.err
    assert same_tables(whole, folder)
    assert not (folder / "parts").exists()
    assert start("sweep", "--resume", folder).wait().code == 2


@pytest.mark.slow
def test_a_worker_that_is_killed_is_replaced(start: Start, config: Write, tmp_path: Path) -> None:
    path = config(TWO_STACKS)
    whole = tmp_path / start("sweep", "-c", path, *AXES, "--runs-dir", "whole", **LIBRARIES).wait().run
    process = start("sweep", "-c", path, *AXES, "--jobs", 2, hold_after=50)
    worker, _ = process.held(2)
    os.kill(worker, signal.SIGKILL)
    process.let_go()
    result = process.wait()
    assert result.code == 0, result.err
    assert same_tables(whole, tmp_path / result.run)


def is_alive(process: int) -> bool:
    """Whether a process runs; one that has ended and that nobody has asked about does not."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.usefixtures("undrawn")
def test_two_sweeps_at_once_do_not_disturb_each_other(start: Start, config: Write, tmp_path: Path) -> None:
    axes = ["-c", config(IRIS), "--learning-rate", "0.01,0.1", "--seeds", 2, "-q"]
    processes = [start("sweep", *axes) for _ in range(2)]
    results = [process.wait() for process in processes]
    assert [result.code for result in results] == [0, 0]
    one, other = (tmp_path / result.run for result in results)
    assert one != other
    assert same_tables(one, other)


@pytest.mark.slow
def test_workers_end_with_their_parent(start: Start, config: Write) -> None:
    process = start("sweep", "-c", config(TWO_STACKS), *AXES, "--jobs", 2, hold_after=50, **LIBRARIES)
    workers = process.held(2)
    assert all(is_alive(worker) for worker in workers)
    process.kill()
    wait_for(lambda: not any(is_alive(worker) for worker in workers))
