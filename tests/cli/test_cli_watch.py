"""``mlpexp watch``: what it says of a result in training and of one that has ended, against its files; its page; its end."""

import json
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from making.command_line import Answer
from making.html_pages import Page, hash_of
from making.processes import PATIENCE, wait_for
from making.trained_results import Make, Trained
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
        assert f"best so far: test accuracy {last['test_accuracy'].mean():.4f} (3 of 3 seeds" in answer.out
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
    rows = re.findall(r"^ +(\d) (.+?) +█{10} +(\d)/(\d) +2/2  ([\d.]+)$", answer.out, re.MULTILINE)
    assert {int(arm) for arm, *_ in rows} == set(range(4))
    for arm, label, epoch, epochs, score in rows:
        assert label == sweep.plan.arms[int(arm)].label
        assert int(epoch) == int(epochs) == sweep.plan.arms[int(arm)].experiment.training.epochs
        assert float(score) == pytest.approx(means[int(arm)], abs=5e-5)
    scores = [float(score) for *_, score in rows]
    assert scores == sorted(scores, reverse=True)
    assert f"best so far: arm {rows[0][0]}, {rows[0][1]}: test accuracy {scores[0]:.4f}" in answer.out


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


def test_the_page_renews_itself_while_it_trains_and_no_longer(make: Make, mlpexp: Call, tmp_path: Path) -> None:
    sweep, file = make(SWEEP), tmp_path / "page.html"
    updates = sweep.updates()
    for _ in updates:
        if list(sweep.path.glob("parts/*/metrics.csv")):
            break
    assert mlpexp("watch", sweep.path, "--once", "--html", file).code == 0
    before = file.read_text(encoding="utf-8")
    assert '<meta http-equiv="refresh" content="2">' in before
    for _ in updates:
        pass
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
    for _ in updates:
        pass
    assert Result.open(run.path).summary.status == "finished"


def test_what_was_interrupted_is_not_waited_for(make: Make, mlpexp: Call, tmp_path: Path) -> None:
    run = make(RUN)
    updates = run.updates()
    next(updates)
    updates.close()
    answer = mlpexp("watch", run.path, "--html", tmp_path / "page.html")
    assert answer.code == 0, answer.err
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
