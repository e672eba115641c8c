"""``mlpexp watch``: what it says of a result in training and of one that has ended, against its files; its page; its end."""

import json
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from making.command_line import Answer
from making.html_pages import Page, hash_of
from making.processes import PATIENCE, wait_for
from making.trained_results import Make, Trained
from mlpexp.report.watching.frame import best_line, frame
from mlpexp.results.result import Result
from mlpexp.results.watched import Watched

pytestmark = pytest.mark.usefixtures("lazy_disk")
RUN = """\
name: flowers
dataset: {name: iris, test_fraction: 0.3}
model: {name: mlp, hidden_sizes: [3], activation: tanh}
optimizer: {name: adam, learning_rate: 0.05}
training: {batch_size: 16, epochs: 6}
seeds: 3
"""
SWEEP = RUN.replace("seeds: 3\n", "sweep: {over: {learning_rate: [0.001, 0.05], epochs: [2, 4]}, seeds: 2}\n")
DIVERGING = RUN.replace("seeds: 3\n", "sweep: {over: {learning_rate: [0.05, 1.0e+30]}, seeds: 3}\n").replace(
    "adam", "sgd"
).replace("tanh", "relu")  # fmt: skip
STOPPED = RUN.replace("test_fraction: 0.3", "test_fraction: 0.3, validation_fraction: 0.3").replace(
    "epochs: 6", "epochs: 60, early_stopping: {patience: 1}"
).replace("0.05", "0.5")  # fmt: skip
Call = Callable[..., Answer]


def parts(trained: Trained) -> pd.DataFrame:
    """What the stacks have written so far."""
    tables = [pd.read_csv(path) for path in sorted(trained.path.glob("parts/*/metrics.csv"))]
    return pd.concat(tables, ignore_index=True)


def test_a_run_in_training_is_shown_as_far_as_it_is(make: Make, mlpexp: Call) -> None:
    run = make(RUN)
    updates = run.updates()
    answer = None
    for _ in updates:
        if not list(run.path.glob("parts/*/metrics.csv")) or len(rows := parts(run)) == 0:
            continue
        last = rows.groupby("seed").tail(1)
        answer = mlpexp("watch", run.path, "--once")
        assert answer.code == 0, answer.err
        epoch = int(last["epoch"].min())
        assert f"{run.path.name}: running, epoch {epoch} of 6" in answer.out
        assert f"test loss {last['test_loss'].mean():.4f}" in answer.out
        reached = f"test accuracy {last['test_accuracy'].mean():.4f} (mean of 3 seeds, each at its last epoch)"
        assert reached in answer.out.splitlines()
        assert "mlpexp show" not in answer.out
    assert answer is not None
    answer = mlpexp("watch", run.path)
    assert f"{run.path.name}: finished, epoch 6 of 6 (3 of 3 seeds ended)" in answer.out
    assert f"finished: `mlpexp show {run.path.name}`" in answer.out


def test_before_the_first_epoch_nothing_is_shown(make: Make, mlpexp: Call) -> None:
    answer = mlpexp("watch", make(RUN).path, "--once")
    assert answer.code == 0, answer.err
    assert "no epoch is recorded yet" in answer.out


def test_of_a_sweep_the_arms_and_the_best_so_far(trained: Make, mlpexp: Call) -> None:
    sweep = trained(SWEEP)
    answer = mlpexp("watch", sweep.path)
    assert answer.code == 0, answer.err
    assert "finished, 8 of 8 trials ended (4 arms, 2 seeds)" in answer.out
    last = sweep.result.metrics.groupby(["arm", "seed"]).tail(1)
    means = last.groupby("arm")["test_accuracy"].mean()
    rows = re.findall(r"^ +(\d) +(\S+ \S+) +█{10} +(\d)/(\d) +2/2 +([\d.]+)$", answer.out, re.MULTILINE)
    assert {int(arm) for arm, *_ in rows} == set(range(4))
    for arm, label, epoch, epochs, score in rows:
        assert label == sweep.plan.arms[int(arm)].label.replace("learning_rate=", "").replace("epochs=", "")
        assert int(epoch) == int(epochs) == sweep.plan.arms[int(arm)].experiment.training.epochs
        assert float(score) == pytest.approx(means[int(arm)], abs=5e-5)
    scores = [float(score) for *_, score in rows]
    assert scores == sorted(scores, reverse=True)
    assert (
        f"best: arm {rows[0][0]}, {sweep.plan.arms[int(rows[0][0])].label}: test accuracy {scores[0]:.4f}" in answer.out
    )


@pytest.mark.parametrize("text", [RUN, SWEEP], ids=["run", "sweep"])
def test_what_is_read_bit_by_bit_is_what_is_there(text: str, make: Make) -> None:
    trained = make(text)
    updates = trained.updates()
    next(updates)
    watched = Watched(trained.result)
    for _ in updates:
        watched.look()
        fresh = Watched(trained.result)
        assert watched.progress() == fresh.progress()
        assert watched.curves(0) == fresh.curves(0)
    watched.look()
    assert watched.status == "finished"
    assert watched.progress() == Watched(trained.result).progress()
    metrics = trained.result.metrics
    for arm in range(len(watched.labels)):
        rows = metrics[metrics["arm"] == arm]
        for curve in watched.curves(arm):
            by_epoch = rows.groupby("epoch")[curve.column.name]
            assert curve.epochs == tuple(by_epoch.mean().index)
            np.testing.assert_allclose(curve.mean, by_epoch.mean(), rtol=1e-12)
            np.testing.assert_array_equal(curve.low, by_epoch.min())
            np.testing.assert_array_equal(curve.high, by_epoch.max())


def test_it_is_said_where_a_mean_is_of_fewer_seeds(trained: Make, mlpexp: Call) -> None:
    run = trained(STOPPED)
    ends = sorted(run.result.metrics.groupby("seed")["epoch"].max())
    assert ends[0] < ends[1], "no seed ends before the others"
    last = max(epoch for epoch in range(ends[-1] + 1) if sum(end >= epoch for end in ends) >= 2)
    assert last == ends[1]
    text = " ".join(mlpexp("watch", run.path).out.split())
    assert f"mean of 3 seeds, from epoch {ends[0] + 1} of fewer, at the end of 2" in text
    assert "of fewer" not in mlpexp("watch", trained(RUN).path).out


def test_diverged_seeds_are_in_no_mean_and_it_is_said(trained: Make, mlpexp: Call) -> None:
    sweep = trained(DIVERGING)
    answer = mlpexp("watch", sweep.path)
    assert answer.code == 0, answer.err
    trials = sweep.result.trials
    lost = trials[trials["status"] == "diverged"].groupby("arm").size()
    sound = trials[trials["status"] == "finished"].groupby("arm")["final_test_accuracy"].mean()
    assert set(lost.index) - set(sound.index), "no arm is lost as a whole"
    assert f"6 of 6 trials ended, {lost.sum()} diverged (2 arms, 3 seeds)" in answer.out
    lines = re.findall(r"^ +(\d) .*? \d/3 +(?:(\d/3) +)?([\d.]+|-)$", answer.out, re.MULTILINE)
    rows = {int(arm): (diverged, score) for arm, diverged, score in lines}
    assert set(rows) == {0, 1}
    for arm, (diverged, score) in rows.items():
        assert diverged == (f"{lost[arm]}/3" if arm in lost else "")
        assert score == (f"{sound[arm]:.4f}" if arm in sound else "-")


def test_a_run_of_which_every_seed_diverged_shows_how(trained: Make, mlpexp: Call) -> None:
    run = trained(RUN.replace("adam, learning_rate: 0.05", "sgd, learning_rate: 1.0e+30").replace("tanh", "relu"))
    answer = mlpexp("watch", run.path)
    assert answer.code == 0, answer.err
    assert "(3 of 3 seeds ended, 3 diverged)" in answer.out
    assert "3 seeds, all of which diverged or failed" in answer.out
    assert "no epoch is recorded yet" not in answer.out
    losses = run.result.metrics[["train_loss", "test_loss"]]
    assert f"{losses[losses < np.inf].max().max():.4f} │" in answer.out  # at the axis of its curve


def test_the_metric_is_that_of_the_best_epoch_where_the_validation_part_chooses(make: Make) -> None:
    run = make(RUN.replace("test_fraction: 0.3", "test_fraction: 0.3, validation_fraction: 0.3").replace("0.05", "0.5"))
    for _ in run.updates():
        pass
    watched, trials = Watched(run.result), run.result.trials
    assert (trials["best_epoch"] < 6).any()
    best = watched.best()
    assert best is not None
    assert best.score == pytest.approx(trials["best_test_accuracy"].mean(), rel=1e-12)
    assert "each at its best epoch by validation loss)" in best_line(watched)


@pytest.mark.parametrize("epochs", [2, 6], ids=["shorter", "longer"])
def test_a_part_that_is_begun_again_is_read_anew(epochs: int, make: Make) -> None:
    run = make(RUN)
    for update in run.updates():
        if update.epoch >= 4 and list(run.path.glob("parts/*/metrics.csv")) and parts(run)["epoch"].max() >= 4:
            break
    watched = Watched(run.result)
    (path,) = run.path.glob("parts/*/metrics.csv")
    rows = parts(run)
    again = pd.concat([rows[rows["epoch"] == min(epoch, 3)].assign(epoch=epoch) for epoch in range(epochs + 1)])
    again["test_accuracy"] = 0.25 + again["seed"] / 4 + again["epoch"] / 100
    before = watched.progress()
    again.to_csv(path, index=False)
    watched.look()
    assert watched.progress() == Watched(run.result).progress() != before
    assert watched.curves(0) == Watched(run.result).curves(0)
    (arm,) = watched.progress()
    assert (arm.epoch, arm.score) == (epochs, pytest.approx(0.5 + epochs / 100))
    assert watched.curves(0)[0].epochs == tuple(range(epochs + 1))


@pytest.mark.parametrize("text", [RUN, DIVERGING], ids=["run", "sweep"])
def test_a_frame_fits_the_terminal(text: str, trained: Make) -> None:
    watched = Watched(
        trained(text.replace("[0.05, 1.0e+30]", "[0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 1.0e+30]")).result
    )
    for width, height in product((60, 80, 120), (24, 40, 80)):
        lines = ["".join(piece.text for piece in line) for line in frame(watched, width, height)]
        assert len(lines) <= height
        assert max(map(len, lines)) <= width
        assert sum("└" in line for line in lines) >= 1
        if watched.summary.axes:
            best = watched.best()
            assert best is not None
            rows = [line for line in lines if re.match(rf" +{best.number} .*{best.score:.4f}$", line)]
            assert len(rows) == 1
        assert any("test accuracy" in line for line in lines)


def test_the_page_of_what_has_ended(trained: Make, mlpexp: Call, tmp_path: Path) -> None:
    sweep, file = trained(SWEEP), tmp_path / "page.html"
    assert mlpexp("watch", sweep.path, "--html", file).code == 0
    text = file.read_text(encoding="utf-8")
    assert "refresh" not in text
    page = Page(text)
    assert page.unclosed == []
    assert page.all("script") == []
    assert not [element for element in page.elements if "style" in element.attributes]
    (style,) = page.all("style")
    assert f"style-src {hash_of(style.text)}" in text
    assert len(page.all("svg")) == 2
    assert len(page.all("tr")) == 1 + 4
    assert "4 arms, 2 seeds" in text
    assert [path.name for path in tmp_path.iterdir() if path.suffix == ".html"] == ["page.html"]
    assert mlpexp("watch", sweep.path, "--html", file).code == 0  # its own page is written over


def test_a_page_that_is_written_once_is_not_renewed(make: Make, mlpexp: Call, tmp_path: Path) -> None:
    assert mlpexp("watch", make(SWEEP).path, "--once", "--html", tmp_path / "page.html").code == 0
    text = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "no epoch is recorded yet" in text
    assert "refresh" not in text
    assert re.search(r"Written at \d\d:\d\d:\d\d on \d{4}-\d\d-\d\d\.<", text)


def test_names_are_escaped_in_the_page(trained: Make, mlpexp: Call, tmp_path: Path) -> None:
    path = trained(RUN).path.rename(tmp_path / '<b>&"x" <script>')
    assert mlpexp("watch", path, "--html", tmp_path / "page.html").code == 0
    page = Page((tmp_path / "page.html").read_text(encoding="utf-8"))
    assert page.unclosed == []
    assert (page.all("script"), page.all("b")) == ([], [])


def watching(run: Trained, *words: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "mlpexp", "watch", str(run.path), *words]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8")


def test_it_ends_with_the_training(make: Make, tmp_path: Path) -> None:
    run, file = make(RUN), tmp_path / "page.html"
    updates = run.updates()
    next(updates)
    process = watching(run, "--html", str(file), "--every", "1")
    wait_for(file.is_file)
    text = file.read_text(encoding="utf-8")
    assert '<meta http-equiv="refresh" content="1">' in text
    assert "renewed every second." in text
    for _ in updates:
        pass
    out, err = process.communicate(timeout=PATIENCE)
    assert (process.returncode, err) == (0, "")
    assert "finished, epoch 6 of 6 (3 of 3 seeds ended)" in out
    assert f"finished: `mlpexp show {run.path.name}`" in out
    assert "refresh" not in file.read_text(encoding="utf-8")
    assert json.loads((run.path / "summary.json").read_text())["status"] == "finished"


def test_control_c_ends_it_with_130_and_leaves_the_training_alone(make: Make, tmp_path: Path) -> None:
    run, file = make(RUN), tmp_path / "page.html"
    updates = run.updates()
    next(updates)
    process = watching(run, "--html", str(file))
    wait_for(file.is_file)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 130
    assert "Traceback" not in err
    assert "refresh" not in file.read_text(encoding="utf-8")  # nobody writes it again
    for _ in updates:
        pass
    assert Result.open(run.path).summary.status == "finished"


def test_what_was_interrupted_is_not_waited_for(make: Make, mlpexp: Call, tmp_path: Path) -> None:
    run = make(RUN)
    updates = run.updates()
    for _ in updates:
        if list(run.path.glob("parts/*/metrics.csv")) and len(parts(run)) > 0:
            break
    updates.close()
    answer = mlpexp("watch", run.path, "--html", tmp_path / "page.html")
    assert answer.code == 0, answer.err
    assert f"{run.path.name}: interrupted, epoch {parts(run)['epoch'].max()} of 6 (0 of 3 seeds ended)" in answer.out
    assert "refresh" not in (tmp_path / "page.html").read_text(encoding="utf-8")
    assert f"go on with: mlpexp train --resume {run.path}" in " ".join(answer.out.split())


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("page.txt", "--html: page.txt: expected a name that ends in .html"),
        ("mine.html", "--html: mine.html exists, and is no page of this result; name another file"),
        ("RUN/page.html", "is a result, which is left as it is; name another folder"),
    ],
)
def test_refusals_write_nothing(name: str, sentence: str, trained: Make, mlpexp: Call, tmp_path: Path) -> None:
    run = trained(RUN)
    (tmp_path / "mine.html").write_text("mine")
    answer = mlpexp("watch", run.path, "--html", name.replace("RUN", str(run.path)))
    assert (answer.code, answer.out) == (2, "")
    assert sentence in answer.err
    assert (tmp_path / "mine.html").read_text() == "mine"
    assert not (run.path / "page.html").exists()
