"""Learning curves of arms and the figure with a panel per axis, by the numbers they show."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from making.results_builder import ACTIVATION, BATCH, EPOCHS, FOUR, HIDDEN, LR, ONE_AT_A_TIME, BuiltResult, build_sweep
from making.run_files import unsealed
from mlpexp.report.drawing.style import Drawing
from mlpexp.report.figures.sweep.sweep_curves import draw_panels, draw_sweep_curves
from mlpexp.report.numbers.arms_data import ArmsData
from mlpexp.statistics.intervals import mean_interval
from mlpexp.store.frames import Absent


def curves_of(files: ArmsData, key: str) -> Drawing | None:
    return draw_sweep_curves(files, next(axis for axis in files.caption.axes if axis.key == key))


def curves(sweep: BuiltResult, key: str) -> Drawing | None:
    return curves_of(sweep.arms, key)


def texts(figure) -> str:
    return " | ".join(text.get_text().replace("\u00a0", " ").replace("\n", " ") for text in figure.texts)


def at(numbers: pd.DataFrame, metric: str, value: str, epoch: int) -> pd.Series:
    found = numbers[(numbers["metric"] == metric) & (numbers["value"] == value) & (numbers["epoch"] == epoch)]
    assert len(found) == 1
    return found.iloc[0]


@pytest.mark.parametrize("rows", [7, 100, 100_000])
def test_means_do_not_depend_on_the_pieces_in_which_the_file_is_read(tmp_path: Path, rows: int) -> None:
    axes = {LR: ["0.01", "0.1"], ACTIVATION: ["relu", "tanh", "sigmoid"]}
    sweep = build_sweep(tmp_path / "s", axes, seeds=3, epochs=8)
    files = sweep.arms
    files.result.piece_rows = rows
    figure, numbers = curves_of(files, LR)
    metrics = sweep.read("metrics.csv")
    arms = sweep.read("arms.csv", dtype={LR: str}).set_index("arm")[LR]
    seeds = metrics.groupby([metrics["arm"].map(arms), "epoch", "seed"])[["test_accuracy", "train_loss"]].mean()
    for value in ("0.01", "0.1"):
        for epoch in (0, 5, 8):
            expected = mean_interval(100 * seeds.loc[(value, epoch)]["test_accuracy"].to_numpy())
            row = at(numbers, "test_accuracy", value, epoch)
            assert row["n"] == 3
            assert (row["mean"], row["low"]) == pytest.approx((expected.mean, expected.low))
            loss = seeds.loc[(value, epoch)]["train_loss"]
            row = at(numbers, "train_loss", value, epoch)
            assert row[["seed_0", "seed_1", "seed_2"]].tolist() == pytest.approx(loss.tolist())
    assert [axes.get_ylabel() for axes in figure.axes] == ["test accuracy (%)", "training loss"]
    assert [len(axes.lines) for axes in figure.axes] == [2, 2]
    assert "mean of n = 3 seeds, band: 95 % interval (t); mean over activation per seed" in texts(figure)


def test_diverged_trials_are_left_out_and_counted(tmp_path: Path) -> None:
    def lost(settings: dict[str, str], seed: int) -> str:
        return "diverged" if settings[LR] == "1" or (settings[LR] == "0.1" and seed == 2) else ""

    sweep = build_sweep(tmp_path / "s", {LR: ["0.01", "0.1", "1"]}, seeds=4, epochs=6, lost=lost)
    figure, numbers = curves(sweep, LR)
    assert set(numbers["value"]) == {"0.01", "0.1"}
    assert at(numbers, "test_accuracy", "0.1", 6)["n"] == 3
    assert np.isnan(at(numbers, "test_accuracy", "0.1", 6)["seed_2"])
    assert "diverged: 4 of 4 at 1, 1 of 4 at 0.1, left out" in texts(figure)


def test_a_mean_over_arms_ends_where_the_first_of_them_ends(tmp_path: Path) -> None:
    sweep = build_sweep(tmp_path / "s", {LR: ["0.01", "0.1"], ACTIVATION: ["relu", "tanh"]}, seeds=2, epochs=9)
    metrics = sweep.read("metrics.csv")
    sweep.write("metrics.csv", metrics[(metrics["arm"] != 1) | (metrics["seed"] != 0) | (metrics["epoch"] <= 5)])
    _, numbers = curves(sweep, LR)
    assert at(numbers, "test_accuracy", "0.01", 5)["n"] == 2
    assert at(numbers, "test_accuracy", "0.01", 6)["n"] == 1
    assert at(numbers, "test_accuracy", "0.1", 9)["n"] == 2


def test_arms_with_fewer_epochs_do_not_cut_short_the_others(tmp_path: Path) -> None:
    sweep = build_sweep(tmp_path / "s", {LR: ["0.01", "0.1"], EPOCHS: ["3", "12"]}, seeds=2)
    _, numbers = curves(sweep, LR)
    assert numbers["epoch"].max() == 12
    assert at(numbers, "test_accuracy", "0.1", 12)["n"] == 2


def test_a_killed_sweep_is_drawn_up_to_its_last_complete_row(tmp_path: Path) -> None:
    sweep = build_sweep(tmp_path / "s", {LR: ["0.01", "0.1"]}, seeds=2, epochs=5)
    path = unsealed(sweep.path) / "metrics.csv"
    text = path.read_text()
    for cut in (1, 4, 30):
        path.write_text(text[:-cut])
        _, numbers = curves(sweep, LR)
        assert np.isnan(at(numbers, "train_loss", "0.1", 4)["n"]) == 0
        last = numbers[(numbers["value"] == "0.1") & (numbers["epoch"] == 5)]
        assert last["seed_0"].notna().all()
        assert last["seed_1"].isna().all()


def test_at_most_eight_lines(tmp_path: Path) -> None:
    values = [f"{value:.6g}" for value in np.geomspace(1e-3, 1, 20)]
    sweep = build_sweep(tmp_path / "s", {LR: values}, seeds=2, epochs=4)
    figure, numbers = curves(sweep, LR)
    assert numbers["value"].nunique() == 8
    assert {values[0], values[-1]} <= set(numbers["value"])
    assert "8 of 20 values" in texts(figure)


def test_without_scores_the_loss_is_drawn_once(tmp_path: Path) -> None:
    options = {"section": "metric: train_loss", "seeds": 2, "epochs": 4}
    sweep = build_sweep(tmp_path / "s", {LR: ["0.01", "0.1"]}, "dataset.test_fraction=0", **options)
    metrics = sweep.read("metrics.csv")
    sweep.write("metrics.csv", metrics.drop(columns="train_accuracy"))
    figure, _ = curves(sweep, LR)
    assert [axes.get_ylabel() for axes in figure.axes] == ["training loss"]


def test_test_data_that_were_read_once_leave_the_curve_to_the_validation_part(tmp_path: Path) -> None:
    sweep = build_sweep(tmp_path / "s", {LR: ["0.01", "0.1"]}, "dataset.validation_fraction=0.2", seeds=2, epochs=4)
    metrics = sweep.read("metrics.csv")
    sweep.write("metrics.csv", metrics.drop(columns=["test_loss", "test_accuracy"]))
    assert curves(sweep, LR).figure.axes[0].get_ylabel() == "validation accuracy (%)"


def test_sampled_arms_and_diverged_arms_have_no_curves(tmp_path: Path) -> None:
    random = {"section": "method: random, trials: 8", "seeds": 2, "epochs": 4}
    sweep = build_sweep(tmp_path / "s", {LR: "log_uniform(0.01, 0.1)"}, **random)
    assert curves(sweep, LR) is None
    sweep = build_sweep(tmp_path / "t", {LR: ["1", "9"]}, seeds=2, lost=lambda settings, seed: "diverged")
    with pytest.raises(Absent):
        curves(sweep, LR)


def test_the_four_panels(tmp_path: Path) -> None:
    lost = {"lost": lambda settings, seed: "diverged" if settings[LR] == "10" and seed < 2 else ""}
    sweep = build_sweep(tmp_path / "s", FOUR, "dataset.test_fraction=0", section=ONE_AT_A_TIME, seeds=4, **lost)
    figure, numbers = draw_panels(sweep.arms)
    titles = [axes.get_title(loc="left") for axes in figure.axes]
    assert titles == ["(a) batch size", "(b) hidden units", "(c) learning rate", "(d) epochs"]
    assert [axes.get_xlabel() for axes in figure.axes] == ["epoch", "epoch", "epoch", "epochs"]
    assert len({axes.get_ylim() for axes in figure.axes}) == 1  # one scale, so that panels can be compared
    assert [len(axes.lines) for axes in figure.axes[:3]] == [len(FOUR[key]) for key in (BATCH, HIDDEN, LR)]
    assert "training accuracy (%), no test split" in texts(figure)
    assert "diverged: 2 of 4 at learning rate 10" in texts(figure)
    trials = sweep.read("trials.csv")
    chosen = trials[(trials[LR] == 0.1) & (trials[HIDDEN] == 16) & (trials[BATCH] == 16)]
    expected = 100 * chosen.groupby(EPOCHS)["final_train_accuracy"].mean()
    final = numbers[numbers["axis"] == EPOCHS]
    assert final["mean"].tolist() == pytest.approx(expected.tolist())
    metrics = sweep.read("metrics.csv")
    arm = trials[(trials[LR] == 0.01)]["arm"].iloc[0]
    expected = 100 * metrics[(metrics["arm"] == arm) & (metrics["epoch"] == 20)]["train_accuracy"].mean()
    row = numbers[(numbers["axis"] == LR) & (numbers["value"] == "0.01") & (numbers["epoch"] == 20)]
    assert row["mean"].tolist() == pytest.approx([expected])


@pytest.mark.parametrize("keys", [[LR, BATCH], [LR, EPOCHS], [LR, BATCH, HIDDEN, EPOCHS, ACTIVATION]])
def test_panels_for_two_to_six_axes(tmp_path: Path, keys: list[str]) -> None:
    axes = {key: FOUR.get(key, ["relu", "tanh"]) for key in keys}
    sweep = build_sweep(tmp_path / "s", axes, section=ONE_AT_A_TIME, seeds=2)
    figure, numbers = draw_panels(sweep.arms)
    assert len(figure.axes) == len(keys)
    assert set(numbers["axis"]) == set(keys)


def test_no_panels_for_a_grid_or_a_single_axis(tmp_path: Path) -> None:
    grid = build_sweep(tmp_path / "s", {LR: ["0.01", "0.1"], BATCH: ["4", "16"]}, seeds=2, epochs=3)
    assert draw_panels(grid.arms) is None
    single = build_sweep(tmp_path / "t", {LR: ["0.01", "0.1"]}, section=ONE_AT_A_TIME, seeds=2, epochs=3)
    assert draw_panels(single.arms) is None
