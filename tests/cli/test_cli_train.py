"""``mlpexp train``: from a config to a run folder, the same again, and what may go wrong before the first step."""

import csv
import json
import math
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from making.command_line import Command
from making.configs import MOONS, SELECTED, SINE, TINY
from making.run_files import only_run, results_of
from mlpexp.report.figures.catalogue import figures_of
from mlpexp.results.result import Result

Write = Callable[..., Path]
DIVERGING = """\
dataset: {name: synthetic, kind: function, function: square, samples: 60, noise: 0.1}
model: {name: mlp, hidden_sizes: [8, 8]}
optimizer: {name: sgd, learning_rate: RATE}
training: {batch_size: full, epochs: 12}
seeds: 5
"""


def rows_of(run: Path) -> list[dict[str, str]]:
    with (run / "metrics.csv").open(newline="") as stream:
        return list(csv.DictReader(stream))


def rows_shown(out: str) -> list[list[str]]:
    """The cells of the table of results."""
    rows = [line for line in out.splitlines() if re.match(r"  (train|validation|test) ", line)]
    return [re.split(r" {3,}", row.strip()) for row in rows]


def summary_of(run: Path) -> dict:
    return json.loads((run / "summary.json").read_text())


def test_a_run_end_to_end_with_its_plots_and_a_summary_on_the_terminal(mlpexp: Command, config: Write) -> None:
    result = mlpexp("train", "--config", config(SELECTED))
    assert (result.code, result.err) == (0, "")
    run = only_run(Path("runs"))
    plots = {path.name for path in (run / "plots").iterdir()}
    assert {"loss.png", "loss.csv", "accuracy.png", "confusion_matrix.png", "weights.png", "activations.png"} <= plots
    assert all((run / "plots" / name).stat().st_size for name in plots)
    assert "selected: best epoch by validation loss" in result.out
    assert f"written to {run}: metrics.csv, summary.json, weights/, evaluation/" in result.out.replace("\n", " ")
    mean = summary_of(run)["outcome"]["arms"][0]["means"]["best_test_accuracy"]
    (row,) = [row for row in rows_shown(result.out) if row[0] == "test" and row[2] == "accuracy"]
    assert row[:5] == ["test", "30", "accuracy", "3", f"{mean['mean']:.4f}"]
    assert "intervals: Student's t over 3 seeds" in result.out


@pytest.mark.usefixtures("undrawn")
class TestTwice:
    """Equal commands give equal bytes."""

    def test_the_same_config_gives_the_same_bytes_in_another_folder(self, mlpexp: Command, config: Write) -> None:
        path = config(SELECTED)
        first, second = (mlpexp("train", "-c", path, "--quiet").run for _ in range(2))
        assert first != second
        assert results_of(first) == results_of(second)
        assert first.name[16:24] == second.name[16:24]

    def test_the_saved_config_gives_the_same_hash_and_bytes(self, mlpexp: Command, config: Write) -> None:
        first = mlpexp("train", "-c", config(SELECTED), "-q").run
        second = mlpexp("train", "-c", first / "config.yaml", "-q").run
        assert summary_of(first)["hash"] == summary_of(second)["hash"]
        assert results_of(first) == results_of(second)
        assert (first / "config.yaml").read_bytes() == (second / "config.yaml").read_bytes()

    def test_options_are_saved_in_the_config(self, mlpexp: Command, config: Write) -> None:
        options = ["--set", "optimizer.learning_rate=1e-1", "-s", "training.epochs=4", "--seeds", 2, "--name", "mine"]
        first = mlpexp("train", "-c", config(TINY), *options, "-q").run
        second = mlpexp("train", "-c", first / "config.yaml", "-q").run
        assert re.fullmatch(r"\d{8}-\d{6}-mine-[0-9a-f]{8}(-2)?", second.name)
        assert results_of(first) == results_of(second)
        rows = rows_of(first)
        assert {row["seed"] for row in rows} == {"0", "1"}
        assert rows[-1]["epoch"] == "4"
        assert rows[-1]["learning_rate"] == "0.1"

    def test_an_option_gives_the_bytes_of_a_config_that_says_the_same(self, mlpexp: Command, config: Write) -> None:
        first = mlpexp("train", "-c", config(TINY), "--set", "training.batch_size=1", "-q").run
        second = mlpexp("train", "-c", config(TINY.replace("batch_size: 10", "batch_size: 1")), "-q").run
        assert results_of(first) == results_of(second)


@pytest.mark.usefixtures("undrawn")
def test_quiet_prints_the_folder_and_nothing_else(mlpexp: Command, config: Write) -> None:
    result = mlpexp("train", "-c", config(TINY), "--quiet")
    assert result.err == ""
    (line,) = result.out.splitlines()
    assert (Path(line) / "summary.json").is_file()


@pytest.mark.usefixtures("undrawn")
def test_no_escape_codes_reach_a_pipe(mlpexp: Command, config: Write) -> None:
    result = mlpexp("train", "-c", config(TINY))
    assert "\x1b" not in result.out + result.err
    assert "\r" not in result.out + result.err
    run = only_run(Path("runs"))
    for command in (["list"], ["show", run], ["params", "lenet5"], ["--help"]):
        assert "\x1b" not in mlpexp(*command).out


def test_plots_come_in_every_format_asked_for(mlpexp: Command, config: Write) -> None:
    run = mlpexp("train", "-c", config(TINY), "--plot-format", "svg", "--plot-format", "pdf", "-q").run
    assert {path.suffix for path in (run / "plots").iterdir()} == {".svg", ".pdf", ".csv"}
    assert (run / "plots" / "loss.svg").read_text().lstrip().startswith("<?xml")


def test_plots_are_pictures_for_latex_where_pgfplots_can_draw_them(
    mlpexp: Command, config: Write, caplog: pytest.LogCaptureFixture
) -> None:
    answer = mlpexp("train", "-c", config(TINY), "--plot-format", "tex", "-q")
    plots = answer.run / "plots"
    assert r"\begin{axis}" in (plots / "loss.tex").read_text(encoding="utf-8")
    as_pdf = {path.stem for path in plots.glob("*.pdf")}
    assert as_pdf
    assert as_pdf.isdisjoint(path.stem for path in plots.glob("*.tex"))
    assert set(caplog.messages[-1].rpartition("pgfplots cannot draw them well: ")[2].replace(",", "").split()) == as_pdf


def test_plots_are_png_where_nothing_is_asked_for(mlpexp: Command, config: Write) -> None:
    run = mlpexp("train", "-c", config(TINY), "-q").run
    assert {path.suffix for path in (run / "plots").iterdir()} == {".png", ".csv"}


def test_another_runs_folder_is_made(mlpexp: Command, config: Write, undrawn: None) -> None:
    run = mlpexp("train", "-c", config(TINY), "--runs-dir", "some/where else", "-q").run
    assert run.parent == Path("some/where else")
    assert not Path("runs").exists()


@pytest.mark.usefixtures("undrawn")
def test_without_test_data_the_accuracy_is_labelled_as_that_of_training(mlpexp: Command, config: Write) -> None:
    out = mlpexp("train", "-c", config(TINY)).out
    assert "no test split: accuracies are on data that were trained on" in out
    rows = rows_shown(out)
    assert rows
    assert all(row[0] == "train" for row in rows)
    assert "test_accuracy" not in rows_of(only_run(Path("runs")))[0]
    assert "train accuracy" in mlpexp("list").out


@pytest.mark.usefixtures("undrawn")
def test_one_seed_gives_wilsons_interval_for_the_test_samples_and_none_for_training(
    mlpexp: Command, config: Write
) -> None:
    out = mlpexp("train", "-c", config(MOONS)).out
    intervals = {(row[0], row[2]): row[-1] for row in rows_shown(out)}
    assert intervals["train", "accuracy"] == "-"
    low, high = map(float, intervals["test", "accuracy"].split(" .. "))
    assert 0 <= low < high <= 1
    assert "the interval is Wilson's" in out


@pytest.mark.usefixtures("undrawn")
def test_regression_shows_r2(mlpexp: Command, config: Write) -> None:
    out = mlpexp("train", "-c", config(SINE)).out
    assert "R²" in out
    assert "accuracy" not in out
    assert "test R²" in mlpexp("list").out


class TestDivergence:
    """A member that diverges is frozen and shown; the run goes on."""

    def test_diverged_seeds_are_shown_counted_and_end_their_rows(
        self, mlpexp: Command, config: Write, undrawn: None
    ) -> None:
        result = mlpexp("train", "-c", config(DIVERGING.replace("RATE", "2.0")))
        assert (result.code, result.err) == (0, "")
        run = only_run(Path("runs"))
        with (run / "trials.csv").open(newline="") as stream:
            diverged = [trial for trial in csv.DictReader(stream) if trial["status"] == "diverged"]
        assert 0 < len(diverged) < 5
        assert summary_of(run)["outcome"]["arms"][0]["diverged"] == len(diverged)
        whose = "seed" if len(diverged) == 1 else "seeds"
        assert f"{whose} {' and '.join(member['seed'] for member in diverged)} diverged " in result.out
        for member in diverged:
            epochs = [int(row["epoch"]) for row in rows_of(run) if row["seed"] == member["seed"]]
            assert epochs == list(range(int(member["ended_epoch"]) + 1))
            assert int(member["ended_epoch"]) < 12
        assert "diverged seeds are not in the means" in result.out
        assert {row[3] for row in rows_shown(result.out)} == {str(5 - len(diverged))}

    def test_a_run_of_which_all_diverged_is_no_failure_and_can_be_shown(
        self, mlpexp: Command, config: Write, undrawn: None
    ) -> None:
        result = mlpexp("train", "-c", config(DIVERGING.replace("RATE", "1e6")))
        assert (result.code, result.err) == (0, "")
        run = only_run(Path("runs"))
        assert summary_of(run)["status"] == "diverged"
        with (run / "trials.csv").open(newline="") as stream:
            epochs = sorted({int(trial["ended_epoch"]) for trial in csv.DictReader(stream)})
        once = f"all 5 seeds diverged between epochs {epochs[0]} and {epochs[-1]} (loss not finite); "
        again, page = mlpexp("show", run), Path("page.md")
        assert again.code == mlpexp("report", run, "-o", page, "--no-explain").code == 0
        for text, place in ((result.out, run), (again.out, run), (page.read_text(), run.name)):
            assert text.lower().count("seeds diverged between epochs") == 1
            assert f"went wrong: `mlpexp explain {place}`" in text
        assert once in result.out and once in again.out
        assert "diverged" in mlpexp("list").out

    def test_a_loss_that_is_no_number_from_the_first_has_no_figure_but_the_gradients_are_infinite(
        self, mlpexp: Command, config: Write, undrawn: None, caplog: pytest.LogCaptureFixture
    ) -> None:
        deep = ["--set", f"model.hidden_sizes={[16] * 30}", "--set", "model.init={name: normal, std: 30}"]
        mlpexp("train", "-c", config(DIVERGING.replace("RATE", "0.1")), *deep, "--set", "diagnostics=cheap")
        figures = figures_of(Result.open(only_run(Path("runs"))))
        assert figures["loss"]() is None
        assert "no figure loss: no loss is finite, from epoch 0 on" in caplog.text
        bars = figures["first_gradient"]().numbers
        assert len(bars) == 31 and set(bars["n"]) == set(bars["seeds"]) == {5} and set(bars["median"]) == {math.inf}

    def test_the_shipped_config_ends_well(self, mlpexp: Command, undrawn: None) -> None:
        from making.configs import CONFIGS

        assert mlpexp("train", "-c", CONFIGS / "synthetic" / "divergence.yaml").code == 0


OPTION_ERRORS = {
    "--set without value": (["--set", "training.epochs"], "--set training.epochs: expected KEY=VALUE"),
    "--set of an unknown key": (["--set", "training.epoch=3"], "--set training.epoch=3: training.epoch: unknown key"),
    "--set of a wrong type": (["--set", "training.epochs=three"], "--set training.epochs=three: training.epochs: should be"),
    "--set below a number": (["--set", "seed.x=3"], "--set seed.x=3: seed: "),
    "--set of broken YAML": (["--set", "model={"], "--set model={: not valid YAML"),
    "--seeds 0": (["--seeds", "0"], "--seeds 0: seeds: should be above 0"),
    "--seeds -1": (["--seeds", "-1"], "--seeds -1: seeds: should be above 0"),
    "--seeds too many": (["--seeds", "1000000"], "--seeds 1000000: seeds: should be at most"),
    "--name of a path": (["--name", "../x"], "--name ../x: name:"),
    "--name empty": (["--name", ""], "--name : name:"),
    "--device unknown": (["--device", "gpu"], "--device gpu: device: 'gpu' is not known; did you mean cuda?"),
    "--plot-format unknown": (["--plot-format", "gif"], "--plot-format: 'gif' is not known"),
}  # fmt: skip


@pytest.mark.parametrize("case", OPTION_ERRORS)
def test_a_bad_option_is_one_line_that_names_it_and_nothing_is_written(
    case: str, mlpexp: Command, config: Write, tmp_path: Path
) -> None:
    options, message = OPTION_ERRORS[case]
    result = mlpexp("train", "-c", config(TINY), *options)
    assert (result.code, result.out) == (2, "")
    (line,) = result.err.splitlines()
    assert line.startswith(f"error: {message}")
    assert [path.name for path in tmp_path.iterdir()] == ["config.yaml"]


@pytest.mark.parametrize("name", ["2024", "1e3", "true", "null", "a.b-c_d"])
@pytest.mark.usefixtures("undrawn")
def test_a_name_is_text_whatever_it_looks_like(name: str, mlpexp: Command, config: Write) -> None:
    run = mlpexp("train", "-c", config(TINY), "--name", name, "-q").run
    assert summary_of(run)["name"] == name
    assert f"-{name}-" in run.name


@pytest.mark.parametrize("options", [["--seeds", "x"], ["--bogus"], ["extra"]])
def test_options_that_typer_refuses_exit_with_2(options: list[str], mlpexp: Command, config: Write) -> None:
    result = mlpexp("train", "-c", config(TINY), *options)
    assert result.code == 2
    assert options[0] in result.err
    assert not Path("runs").exists()


def test_a_device_that_is_not_there_is_one_line(
    mlpexp: Command, config: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch

    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    result = mlpexp("train", "-c", config(TINY), "--device", "cuda")
    assert result.code == 2
    assert result.err.startswith("error: device: cuda is not available on this machine")
    assert not Path("runs").exists()


def test_without_a_config_the_way_is_shown(mlpexp: Command) -> None:
    result = mlpexp("train")
    assert (result.code, len(result.err.splitlines())) == (2, 1)
    assert result.err.startswith("error: train: which config? for example `mlpexp train iris/mlp`")


@pytest.mark.parametrize("place", ["file", "file/below", "/proc/runs", "/dev/null"])
def test_a_runs_folder_that_cannot_be_written_is_one_line(
    place: str, mlpexp: Command, config: Write, tmp_path: Path
) -> None:
    if place.startswith("/proc") and not Path("/proc/self").exists():
        pytest.skip("the system has no /proc")
    Path("file").write_text("mine")
    result = mlpexp("train", "-c", config(TINY), "--runs-dir", place)
    assert (result.code, result.out) == (1, "")
    assert len(result.err.splitlines()) == 1
    assert result.err.startswith(f"error: {place}: cannot be written: ")
    assert Path("file").read_text() == "mine"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["config.yaml", "file"]


@pytest.mark.usefixtures("undrawn")
def test_seeds_that_converge_are_counted(mlpexp: Command, config: Write) -> None:
    path = config(
        "dataset: iris\nmodel: {name: mlp, hidden_sizes: [4]}\noptimizer: {name: sgd, learning_rate: 0.1}\n"
        "training: {epochs: 200, convergence: {tolerance: 0.01, patience: 3}}\nseeds: 3\n"
    )
    printed = mlpexp("train", "--config", path, "--runs-dir", "runs")
    assert printed.code == 0
    assert "converged: 3 of 3 seeds, at epoch " in printed.out
