"""Learning curves of arms and the figure with a panel per axis, by the numbers they show."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.collections import LineCollection

from making.results_builder import ACTIVATION, BATCH, EPOCHS, FOUR, HIDDEN, LR, ONE_AT_A_TIME, BuiltResult, build_sweep
from making.run_files import unsealed
from mlpexp.report.drawing.explosion import EXPLOSION
from mlpexp.report.drawing.style import Drawing
from mlpexp.report.figures.sweep.effects import draw_effect
from mlpexp.report.figures.sweep.heat_map import draw_heat_map
from mlpexp.report.figures.sweep.sweep_curves import draw_panels, draw_sweep_curves
from mlpexp.report.numbers.arms_data import ArmsData
from mlpexp.statistics.intervals import mean_interval


def curves_of(files: ArmsData, key: str) -> Drawing | None:
    return draw_sweep_curves(files, next(axis for axis in files.caption.axes if axis.key == key))


def curves(sweep: BuiltResult, key: str) -> Drawing | None:
    return curves_of(sweep.arms, key)


def texts(figure) -> str:
    return " | ".join(text.get_text().replace("\u00a0", " ").replace("\n", " ") for text in figure.texts)


def at(numbers: pd.DataFrame, metric: str, value: str, epoch: int, setting: str = "") -> pd.Series:
    found = numbers[(numbers["metric"] == metric) & (numbers["value"] == value) & (numbers["epoch"] == epoch)]
    found = found[found["setting"] == setting] if setting else found
    assert len(found) == 1
    return found.iloc[0]


@pytest.mark.parametrize("rows", [7, 100, 100_000])
def test_each_setting_of_other_axes_has_a_panel_however_the_file_is_read(tmp_path: Path, rows: int) -> None:
    axes = {LR: ["0.01", "0.1"], ACTIVATION: ["relu", "tanh", "sigmoid"]}
    sweep = build_sweep(tmp_path / "s", axes, seeds=3, epochs=8)
    files = sweep.arms
    files.result.piece_rows = rows
    figure, numbers = curves_of(files, LR)
    metrics = sweep.read("metrics.csv")
    arms = sweep.read("arms.csv", dtype=str).set_index([LR, ACTIVATION])["arm"].astype(int)
    for value in axes[LR]:
        for activation in axes[ACTIVATION]:
            own = metrics[(metrics["arm"] == arms[value, activation]) & (metrics["epoch"] == 5)].set_index("seed")
            expected = mean_interval(100 * own["test_accuracy"].to_numpy())
            row = at(numbers, "test_accuracy", value, 5, f"activation {activation}")
            assert (row["n"], row["trials"]) == (3, 3)
            assert (row["mean"], row["low"]) == pytest.approx((expected.mean, expected.low))
            row = at(numbers, "train_loss", value, 5, f"activation {activation}")
            assert row[["seed_0", "seed_1", "seed_2"]].tolist() == pytest.approx(own["train_loss"].tolist())
    assert len(figure.axes) == 6
    assert [axes.get_title(loc="left") for axes in figure.axes[:3]] == [f"activation {a}" for a in axes[ACTIVATION]]
    assert len({axes.get_ylim() for axes in figure.axes[:3]}) == 1  # one scale, so that panels can be compared
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["0.01", "0.1"]


def test_of_many_settings_that_of_the_best_arm_is_drawn_and_said(tmp_path: Path) -> None:
    axes = {LR: ["0.01", "0.1", "1"], ACTIVATION: ["relu", "tanh", "sigmoid"], BATCH: ["4", "16"]}

    def lost(settings: dict[str, str], seed: int) -> str:
        return "diverged" if settings[LR] == "1" and seed > 0 else ""  # the others of such an arm may be lucky

    sweep = build_sweep(tmp_path / "s", axes, seeds=3, epochs=8, lost=lost)
    trials = sweep.read("trials.csv")
    means = trials.groupby("arm")["final_test_accuracy"].agg(["mean", "count"])
    best = trials[trials["arm"] == means[means["count"] == 3]["mean"].idxmax()].iloc[0]
    figure, numbers = curves(sweep, LR)
    setting = f"activation {best[ACTIVATION]}, batch size {best[BATCH]}"
    assert f"{setting} as in the best arm" in texts(figure)
    assert set(numbers["setting"]) == {setting}
    assert set(numbers["trials"]) == {3}
    assert "diverged: 2 of 3 at 1, left out" in texts(figure)


def test_all_figures_of_a_sweep_name_the_same_best_arm(tmp_path: Path) -> None:
    """The best rate is none of those that are evenly chosen; the second best arm has another batch size and activation."""
    rates, best = [str(rate) for rate in range(1, 12)], {LR: "3", ACTIVATION: "elu", BATCH: "64"}
    sweep = build_sweep(
        tmp_path / "s", {LR: rates, ACTIVATION: ["relu", "tanh", "elu"], BATCH: ["4", "16", "64"]}, seeds=2, epochs=2
    )
    trials = sweep.read("trials.csv", dtype=str)
    is_best = (trials[list(best)] == pd.Series(best)).all(axis=1)
    assert is_best.sum() == 2
    trials["final_test_accuracy"] = np.where(is_best, 0.99, np.where(trials[ACTIVATION] == "tanh", 0.9, 0.5))
    sweep.write("trials.csv", trials)
    files = sweep.arms
    rate, activation, batch = files.caption.axes
    figure, numbers = draw_sweep_curves(files, rate)
    assert "activation elu, batch size 64 as in the best arm" in texts(figure)
    assert best[LR] in set(numbers["value"])
    assert numbers["value"].nunique() == 8
    figure, numbers = draw_effect(files, activation)
    assert "batch size 64 as in the best arm" in texts(figure)
    assert best[LR] in set(numbers[LR])
    figure, _ = draw_effect(files, batch)
    assert "activation elu as in the best arm" in texts(figure)
    figure, _ = draw_heat_map(files)
    assert "elu as in the best arm" in texts(figure) or "64 as in the best arm" in texts(figure)


def test_the_table_has_settings_uncut(tmp_path: Path) -> None:
    sizes = [f"[{', '.join(str(10 + (i == last)) for i in range(14))}]" for last in (0, 13)]
    sweep = build_sweep(tmp_path / "s", {LR: ["0.01", "0.1"], HIDDEN: sizes}, seeds=2, epochs=2)
    _, numbers = curves(sweep, LR)
    assert set(numbers["setting"]) == {f"hidden sizes {size}" for size in sizes}


@pytest.mark.parametrize(
    "axes", [{LR: ["0.01", "0.1"], ACTIVATION: ["relu", "tanh"]}, {LR: ["0.01", "0.1"], BATCH: ["1", "4", "16"]}]
)
def test_no_curve_is_a_mean_over_arms_that_differ(tmp_path: Path, axes: dict[str, list[str]]) -> None:
    """What one activation learns is not hidden by another one that learns nothing."""
    sweep = build_sweep(tmp_path / "s", axes, seeds=2, epochs=6)
    for key in axes:
        _, numbers = curves(sweep, key)
        assert set(numbers["trials"]) == {2}
        assert len(numbers[(numbers["metric"] == "test_accuracy") & (numbers["epoch"] == 6)]) == len(sweep.plan.arms)


def test_diverged_trials_are_left_out_and_counted(tmp_path: Path) -> None:
    def lost(settings: dict[str, str], seed: int) -> str:
        return "diverged" if settings[LR] == "1" or (settings[LR] == "0.1" and seed == 2) else ""

    sweep = build_sweep(tmp_path / "s", {LR: ["0.01", "0.1", "1"]}, seeds=4, epochs=6, lost=lost)
    figure, numbers = curves(sweep, LR)
    gone = at(numbers, "test_accuracy", "1", 0)
    assert (gone["n"], gone["diverged"], gone["trials"]) == (0, 4, 4)
    assert np.isnan(gone["mean"])
    legend = [text.get_text().partition(" ")[0] for text in figure.legends[0].get_texts()]
    assert set(legend) == {"0.01", "0.1", "1", "diverged"}
    assert at(numbers, "test_accuracy", "0.1", 6)["n"] == 3
    assert np.isnan(at(numbers, "test_accuracy", "0.1", 6)["seed_2"])
    assert "diverged: 4 of 4 at 1, 1 of 4 at 0.1, left out" in texts(figure)


def test_a_mean_ends_where_half_of_the_seeds_end(tmp_path: Path) -> None:
    sweep = build_sweep(tmp_path / "s", {LR: ["0.01", "0.1"]}, seeds=3, epochs=9)
    metrics = sweep.read("metrics.csv")
    sweep.write("metrics.csv", metrics[(metrics["arm"] != 1) | (metrics["seed"] == 2) | (metrics["epoch"] <= 5)])
    figure, numbers = curves(sweep, LR)
    assert [at(numbers, "test_accuracy", "0.1", epoch)["n"] for epoch in (5, 6)] == [3, 1]
    assert at(numbers, "test_accuracy", "0.01", 9)["n"] == 3
    assert [line.get_xdata()[-1] for line in figure.axes[0].lines] == [9, 5]


def test_arms_with_fewer_epochs_have_panels_of_their_own(tmp_path: Path) -> None:
    sweep = build_sweep(tmp_path / "s", {LR: ["0.01", "0.1"], EPOCHS: ["3", "12"]}, seeds=2)
    _, numbers = curves(sweep, LR)
    assert numbers.groupby("setting")["epoch"].max().to_dict() == {"epochs 3": 3, "epochs 12": 12}


def test_one_seed_stands_in_front_of_a_mean_that_hides_how_rough_training_is(tmp_path: Path) -> None:
    sweep = build_sweep(tmp_path / "s", {BATCH: ["1", "16"]}, seeds=8, epochs=30)
    metrics = sweep.read("metrics.csv")
    rough, sign = metrics["arm"] == 0, np.where((metrics["epoch"] + metrics["seed"]) % 2, 1, -1)
    metrics["test_accuracy"] = 0.5 + 0.01 * metrics["epoch"] + 0.05 * rough * sign
    sweep.write("metrics.csv", metrics)
    figure, numbers = curves(sweep, BATCH)
    front = numbers[numbers["metric"] == "test_accuracy"].groupby("value")["seed_in_front"].first()
    assert front["1"] == 0
    assert np.isnan(front["16"])
    roughness = numbers[numbers["metric"] == "test_accuracy"].groupby("value")["roughness"].first()
    assert roughness.to_dict() == pytest.approx({"1": 9, "16": 0})  # 10 up and down, and 1 upwards at each epoch
    (thin,) = [mark for mark in figure.axes[0].collections if isinstance(mark, LineCollection)]
    heights = numbers[(numbers["metric"] == "test_accuracy") & (numbers["value"] == "1")]["seed_0"]
    assert thin.get_segments()[0][:, 1] == pytest.approx(heights.to_numpy())
    assert "thin: seed 0, where the mean hides how rough training is" in texts(figure)
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["1 (9 %)", "16"]


def test_of_many_rough_values_the_roughest_have_a_seed_in_front_and_the_note_says_so(tmp_path: Path) -> None:
    batches = ["1", "2", "4", "8", "16"]
    sweep = build_sweep(tmp_path / "s", {BATCH: batches}, seeds=4, epochs=10)
    metrics = sweep.read("metrics.csv")
    sign = np.where((metrics["epoch"] + metrics["seed"]) % 2, 1, -1)
    metrics["test_accuracy"] = 0.5 + 0.05 * sign / (1 + metrics["arm"])
    sweep.write("metrics.csv", metrics)
    figure, numbers = curves(sweep, BATCH)
    front = numbers[numbers["metric"] == "test_accuracy"].groupby("value")["seed_in_front"].first()
    assert set(front.dropna().index) == set(batches[:3])
    assert "thin: seed 0 of the 3 roughest lines of a panel, where the mean hides how rough training is" in texts(
        figure
    )
    assert figure.legends[0].get_title().get_text() == "batch size (roughness of test accuracy)"


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


def explode(sweep: BuiltResult, arm: int) -> None:
    """The losses of an arm as they are before they are not finite."""
    metrics = sweep.read("metrics.csv")
    rows = (metrics["arm"] == arm) & np.isfinite(metrics["train_loss"])
    metrics.loc[rows, "train_loss"] = 10.0 ** (20 * metrics.loc[rows, "epoch"])
    sweep.write("metrics.csv", metrics)


def test_losses_of_trials_that_diverged_are_drawn_to_the_last_finite_value(tmp_path: Path) -> None:
    lost = {"lost": lambda settings, seed: "diverged" if settings[LR] == "1" and seed else ""}
    sweep = build_sweep(tmp_path / "s", {LR: ["0.01", "1"]}, seeds=3, epochs=6, **lost)
    metrics = sweep.read("metrics.csv")
    gone = (metrics["arm"] == 1) & (metrics["seed"] > 0) & np.isfinite(metrics["train_loss"])
    metrics.loc[gone, "train_loss"] = 10.0 ** (20 * metrics.loc[gone, "epoch"])
    sweep.write("metrics.csv", metrics)
    figure, numbers = curves(sweep, LR)
    calm, below = figure.axes[1], figure.axes[2]
    assert below.get_label() == EXPLOSION
    assert below.get_title(loc="left") == "2 trials that diverged, to the last finite value"
    assert below.get_ylim()[0] <= 1 < 1e40 < below.get_ylim()[1]
    assert calm.get_ylim()[1] < 10  # the others are not flattened
    row = at(numbers, "train_loss", "1", 2)
    assert (row["n"], row["diverged"]) == (1, 2)
    assert row[["seed_1", "seed_2"]].tolist() == [1e40, 1e40]
    assert row["mean"] < 10


def test_where_every_trial_diverged_their_losses_are_the_figure(tmp_path: Path) -> None:
    sweep = build_sweep(tmp_path / "s", {LR: ["1", "9"]}, seeds=2, lost=lambda settings, seed: "diverged")
    explode(sweep, 1)
    figure, numbers = curves(sweep, LR)
    assert [axes.get_label() for axes in figure.axes] == [EXPLOSION]
    assert set(numbers["n"]) == {0}
    assert numbers[(numbers["value"] == "9") & (numbers["epoch"] == 1)][["seed_0", "seed_1"]].to_numpy().tolist() == [
        [1e20, 1e20]
    ]
    assert "diverged: 2 of 2 at 1, 2 of 2 at 9" in texts(figure)


def test_sampled_arms_and_failed_arms_have_no_curves(tmp_path: Path) -> None:
    random = {"section": "method: random, trials: 8", "seeds": 2, "epochs": 4}
    sweep = build_sweep(tmp_path / "s", {LR: "log_uniform(0.01, 0.1)"}, **random)
    assert curves(sweep, LR) is None
    lost = {"lost": lambda settings, seed: "failed" if settings[BATCH] == "4" else ""}
    sweep = build_sweep(tmp_path / "t", {BATCH: ["4", "16"]}, seeds=2, epochs=4, **lost)
    figure, _ = curves(sweep, BATCH)
    assert "4 (nothing left)" in [text.get_text() for text in figure.legends[0].get_texts()]
    assert "failed: 2 of 2 at 4, left out" in texts(figure)


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
