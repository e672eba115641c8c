"""Heat map, parallel coordinates, forest and trade-offs: numbers, order, marks, and when they are left out."""

import json
import shutil
from pathlib import Path

import matplotlib
import numpy as np
import pandas as pd
import pytest
from matplotlib.collections import LineCollection

from making.results_builder import (
    ACTIVATION,
    ACTIVATIONS,
    BATCH,
    FOUR,
    HIDDEN,
    LR,
    ONE_AT_A_TIME,
    BuiltResult,
    build_sweep,
)
from mlpexp.report.drawing.style import VERMILLION
from mlpexp.report.figures.sweep.forest import draw_arms
from mlpexp.report.figures.sweep.heat_map import draw_heat_map
from mlpexp.report.figures.sweep.parallel import draw_parallel
from mlpexp.report.figures.sweep.trade_offs import draw_parameters, draw_time
from mlpexp.report.numbers.arms_data import ArmsData
from mlpexp.report.pgfplots.means import trade_off_picture
from mlpexp.report.pgfplots.parts import Table
from mlpexp.results.result import Result
from mlpexp.statistics.intervals import mean_interval

OLD_SWEEP = Path(__file__).parents[1] / "results/old_format/sweep"
THREE = {LR: ["0.01", "0.1", "1"], HIDDEN: ["2", "8", "32", "64"], ACTIVATION: ["relu", "tanh"]}


def texts(figure) -> str:
    return " | ".join(text.get_text().replace("\u00a0", " ").replace("\n", " ") for text in figure.texts)


def written(axes) -> list[str]:
    return [text.get_text() for text in axes.texts]


def fits(figure) -> bool:
    """Whether nothing is cut off at the edges of the page."""
    figure.draw_without_rendering()
    page = figure.bbox
    artists = [each for axes in figure.axes for each in [*axes.texts, *(axes.get_yticklabels() if axes.axison else [])]]
    boxes = [artist.get_window_extent() for artist in artists]
    return all(page.x0 <= box.x0 and box.x1 <= page.x1 + 1 for box in boxes)


def lost_at_one(settings: dict[str, str], seed: int) -> str:
    return "diverged" if settings[LR] == "1" and (seed < 2 or settings.get(BATCH) == "4") else ""


def test_cells_of_the_heat_map(tmp_path: Path) -> None:
    axes = {LR: ["0.01", "0.1", "1"], BATCH: ["4", "16"]}
    sweep = build_sweep(tmp_path / "s", axes, seeds=4, lost=lost_at_one)
    figure, numbers = draw_heat_map(sweep.arms)
    trials = sweep.read("trials.csv")
    image = figure.axes[0].images[0]
    cells = np.ma.filled(image.get_array(), np.nan)
    assert cells.shape == (2, 3)  # the longer axis has the width of the page
    for row in numbers.to_dict("records"):
        own = trials[(trials[LR] == float(row[LR])) & (trials[BATCH] == float(row[BATCH]))][
            "final_test_accuracy"
        ].dropna()
        cell = cells[axes[BATCH].index(row[BATCH]), axes[LR].index(row[LR])]
        if len(own):
            assert cell == row["mean"] == pytest.approx(100 * own.mean())
        else:
            assert np.isnan(cell)
    shown = written(figure.axes[0])
    found = mean_interval(100 * trials[trials["arm"] == 1]["final_test_accuracy"].to_numpy())
    assert f"{found.mean:.2f} ±{found.high - found.mean:.2f}" in shown  # the digits of the terminal
    assert "× 4/4" in shown
    assert sum("× 2/4" in text for text in shown) == 1
    assert "diverged: 4 of 4 at 1 (4), 2 of 4 at 1 (16) (×)" in texts(figure)


def test_letters_can_be_read_on_every_cell(tmp_path: Path) -> None:
    values = [f"{value:.6g}" for value in np.geomspace(1e-4, 1, 8)]
    sweep = build_sweep(tmp_path / "s", {LR: values, BATCH: ["1", "4", "16", "64"]}, seeds=3)
    figure, _ = draw_heat_map(sweep.arms)
    image = figure.axes[0].images[0]
    cells = image.get_array()

    def luminance(colour) -> float:  # of the Web Content Accessibility Guidelines 2.1
        parts = np.asarray(matplotlib.colors.to_rgb(colour))
        linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
        return float(linear @ [0.2126, 0.7152, 0.0722])

    for text in figure.axes[0].texts:
        x, y = text.get_position()
        pair = sorted([luminance(image.cmap(image.norm(cells[int(y), int(x)]))), luminance(text.get_color())])
        assert (pair[1] + 0.05) / (pair[0] + 0.05) > 3.9


def test_the_heat_map_takes_the_axes_with_most_values_and_the_others_of_the_best_arm(tmp_path: Path) -> None:
    sweep = build_sweep(tmp_path / "s", THREE, seeds=3)
    figure, numbers = draw_heat_map(sweep.arms)
    assert (figure.axes[0].get_ylabel(), figure.axes[0].get_xlabel()) == ("learning rate", "hidden units")
    trials = sweep.read("trials.csv")
    best = trials[trials["arm"] == trials.groupby("arm")["final_test_accuracy"].mean().idxmax()].iloc[0]
    shown = trials[trials[ACTIVATION] == best[ACTIVATION]]
    expected = 100 * shown[(shown[LR] == 0.1) & (shown[HIDDEN] == 8)]["final_test_accuracy"].mean()
    row = numbers[(numbers[LR] == "0.1") & (numbers[HIDDEN] == "8")]
    assert row["mean"].tolist() == pytest.approx([expected])
    assert row["trials"].tolist() == [3]
    assert f"activation {best[ACTIVATION]} as in the best arm" in texts(figure)


def test_a_combination_that_was_excluded_is_an_empty_cell(tmp_path: Path) -> None:
    axes, section = {LR: ["0.01", "0.1", "1"], BATCH: ["4", "16"]}, f"exclude: [{{{LR}: 1, {BATCH}: 4}}]"
    sweep = build_sweep(tmp_path / "s", axes, section=section, seeds=2)
    figure, numbers = draw_heat_map(sweep.arms)
    assert len(numbers) == len(figure.axes[0].texts) == 5
    assert np.ma.getmaskarray(figure.axes[0].images[0].get_array()).sum() == 1


def test_a_heat_map_needs_two_crossed_axes(tmp_path: Path) -> None:
    for name, axes, section in (("a", {LR: ["0.1", "1"]}, ""), ("b", FOUR, ONE_AT_A_TIME)):
        sweep = build_sweep(tmp_path / name, axes, section=section, seeds=2, epochs=3)
        assert draw_heat_map(sweep.arms) is None


def test_parallel_coordinates_have_a_line_for_each_arm(tmp_path: Path) -> None:
    lost = {"lost": lambda settings, seed: "diverged" if settings[LR] == "1" and settings[HIDDEN] == "64" else ""}
    sweep = build_sweep(tmp_path / "s", THREE, seeds=3, **lost)
    figure, numbers = draw_parallel(sweep.arms)
    collections = [one for one in figure.axes[0].collections if isinstance(one, LineCollection)]
    others, lost_arms, _, best = [one.get_segments() for one in collections]
    assert (len(others), len(lost_arms), len(best)) == (17, 2, 5)
    assert collections[3].get_colors()[0][:3] == pytest.approx(matplotlib.colors.to_rgb(VERMILLION))
    trials = sweep.read("trials.csv")
    means = 100 * trials.groupby("arm")["final_test_accuracy"].mean()
    assert numbers["arm"].tolist()[:5] == means.sort_values(ascending=False).index.tolist()[:5]
    heights = [line[-1, 1] for line in best]
    assert heights == sorted(heights)
    assert min(heights) > max(line[-1, 1] for line in others)
    assert {"learning rate", "hidden units", "activation"} <= set(written(figure.axes[0]))
    assert "thick: the 5 best means without diverged trials, not tested; diverged: 6 of 72 trials, in 2 arms" in texts(
        figure
    )
    scale = figure.axes[1]
    assert scale.get_xlabel() == "test accuracy (%) of the thin lines"
    ends = [line[-1, 1] for line in others]
    assert scale.get_xlim() == pytest.approx((min(ends), max(ends)))
    assert fits(figure)


@pytest.mark.slow
def test_the_best_losses_are_the_small_ones(tmp_path: Path) -> None:
    sweep = build_sweep(tmp_path / "s", THREE, seeds=2, section="metric: test_loss")
    _, numbers = draw_parallel(sweep.arms)
    assert numbers["mean"].is_monotonic_increasing
    _, numbers = draw_arms(sweep.arms)
    assert numbers["mean"].is_monotonic_increasing


def test_parallel_coordinates_need_three_axes_of_a_grid_or_sample(tmp_path: Path) -> None:
    two = build_sweep(tmp_path / "s", {LR: ["0.1", "1"], BATCH: ["4", "16"]}, seeds=2, epochs=3)
    single = build_sweep(tmp_path / "t", FOUR, section=ONE_AT_A_TIME, seeds=2, epochs=3)
    assert draw_parallel(two.arms) is None
    assert draw_parallel(single.arms) is None


def test_the_forest_is_sorted_and_names_arms_seeds_and_parameters(tmp_path: Path) -> None:
    lost = {"lost": lambda settings, seed: "diverged" if settings[ACTIVATION] == "elu" and seed == 1 else ""}
    sweep = build_sweep(tmp_path / "s", {ACTIVATION: list(ACTIVATIONS)}, seeds=4, **lost)
    figure, numbers = draw_arms(sweep.arms)
    axes = figure.axes[0]
    trials = sweep.read("trials.csv")
    expected = (100 * trials.groupby(ACTIVATION)["final_test_accuracy"].mean()).sort_values(ascending=False)
    assert numbers["mean"].tolist() == pytest.approx(expected.tolist())
    assert [label.get_text() for label in axes.get_yticklabels()] == numbers["name"].tolist()
    assert axes.get_ylabel() == "activation"
    assert "each arm has 131 parameters" in texts(figure)
    assert "1/4" in written(axes)
    assert "diverged" in written(axes)
    assert "parameters" not in written(axes)
    seeds = sum(line.get_xdata().size for line in axes.lines if line.get_markersize() == 3)
    assert seeds == 6 * 4
    assert fits(figure)


def test_of_many_arms_the_best_and_the_worst_are_shown(tmp_path: Path) -> None:
    values = [f"{value:.6g}" for value in np.geomspace(1e-3, 1, 10)]
    sweep = build_sweep(tmp_path / "s", {LR: values, BATCH: values_of_ten()}, seeds=2, epochs=5)
    figure, numbers = draw_arms(sweep.arms)
    assert len(numbers) == 100
    assert numbers["rank"].tolist() == list(range(1, 101))
    assert len(figure.axes[0].get_yticklabels()) == 20
    assert "… 80 arms between …" in written(figure.axes[0])
    assert "the best 15 and the worst 5 of 100 arms; each arm has 131 parameters" in texts(figure)
    assert fits(figure)


def values_of_ten() -> list[str]:
    return ["1", "2", "3", "4", "6", "8", "12", "16", "32", "64"]


def test_one_axis_at_a_time_names_what_differs(tmp_path: Path) -> None:
    sweep = build_sweep(tmp_path / "s", FOUR, section=ONE_AT_A_TIME, seeds=2)
    _, numbers = draw_arms(sweep.arms)
    assert {"the config itself", "batch size 1", "hidden units 64", "learning rate 0.001", "epochs 80"} <= set(
        numbers["name"]
    )


def test_a_single_arm(tmp_path: Path) -> None:
    sweep = build_sweep(tmp_path / "s", {LR: ["0.1"]}, seeds=3)
    files = sweep.arms
    _, numbers = draw_arms(files)
    assert numbers["name"].tolist() == ["learning_rate=0.1"]
    assert files.caption.axes == ()
    assert draw_time(files) is None


def test_metric_against_parameters(tmp_path: Path) -> None:
    sweep = build_sweep(tmp_path / "s", {HIDDEN: ["1", "4", "16", "64"]}, seeds=3)
    figure, numbers = draw_parameters(sweep.arms)
    assert numbers["parameters"].tolist() == [8 * hidden + 3 for hidden in (1, 4, 16, 64)]
    assert figure.axes[0].get_xscale() == "log"
    assert set(written(figure.axes[0])) == {"1", "4", "16", "64"}
    trials = sweep.read("trials.csv")
    expected = 100 * trials.groupby("arm")["final_test_accuracy"].mean()
    assert numbers["mean"].tolist() == pytest.approx(expected.tolist())


def test_the_time_of_a_trial_is_that_of_its_median_update_with_quartiles(tmp_path: Path) -> None:
    sweep = build_sweep(tmp_path / "s", {HIDDEN: ["1", "4", "16", "64"]}, seeds=3)
    figure, numbers = draw_time(sweep.arms)
    stacks = json.loads((sweep.path / "stacks.json").read_text())["stacks"]
    assert [stack["trials"] for stack in stacks] == [[[arm, seed] for seed in range(3)] for arm in range(4)]
    timing = sweep.read("timing.csv")
    for arm, stack in enumerate(stacks):
        rows = timing[timing["stack"] == arm]
        steps = rows["step"].diff()
        low, median, high = (
            (rows["train_seconds"] / steps).dropna().quantile([0.25, 0.5, 0.75]) * stack["steps"] * 1e3 / 3
        )
        row = numbers.loc[arm]
        assert (row["milliseconds_low"], row["milliseconds"], row["milliseconds_high"]) == pytest.approx(
            (low, median, high)
        )
    assert "training time of one trial (ms)" == figure.axes[0].get_xlabel()
    left, right = figure.axes[0].get_xlim()
    assert left < numbers["milliseconds_low"].min()
    assert numbers["milliseconds_high"].max() < right


def test_times_of_a_busy_machine_are_said_to_be_so(tmp_path: Path) -> None:
    sweep = build_sweep(tmp_path / "s", {BATCH: ["4", "16"]}, seeds=2, epochs=12)
    timing = sweep.read("timing.csv")
    timing["train_seconds"] *= np.where((timing["stack"] == 0) & (timing["epoch"] % 2), 9, 1)
    sweep.write("timing.csv", timing)
    figure, _ = draw_time(sweep.arms)
    assert "quartiles a factor of 3 apart in 1 arm: a busy machine" in texts(figure)


def crowded(folder: Path) -> BuiltResult:
    values = [f"{value:.3g}" for value in np.geomspace(0.01, 1, 6)]
    return build_sweep(folder, {LR: values, HIDDEN: ["2", "4", "8", "16"]}, seeds=2, epochs=8)


def test_every_arm_can_be_found_by_its_number(tmp_path: Path) -> None:
    figure, numbers = draw_parameters(crowded(tmp_path / "s").arms)
    shown = [text.get_text() for text in figure.axes[0].texts if text.get_text()]
    assert shown == [str(arm) for arm in numbers["arm"]]
    key = [text.get_text() for text in figure.legends[0].get_texts()]
    assert key == [f"{arm}: {label}" for arm, label in zip(numbers["arm"], numbers["label"], strict=True)]
    assert len(set(key)) == 24


def test_arms_with_equally_many_parameters_stand_side_by_side(tmp_path: Path) -> None:
    figure, numbers = draw_parameters(crowded(tmp_path / "s").arms)
    (dots,) = [line for line in figure.axes[0].lines if line.get_marker() == "o"]
    assert numbers["parameters"].nunique() == 4
    assert len(set(dots.get_xdata())) == 24
    left, right = figure.axes[0].get_xlim()
    assert left < min(dots.get_xdata())
    assert max(dots.get_xdata()) < right
    assert "arms with equally many stand side by side" in texts(figure)


def test_labels_cover_neither_points_nor_each_other(tmp_path: Path) -> None:
    figure, _ = draw_parameters(crowded(tmp_path / "s").arms)
    figure.draw_without_rendering()
    labels = [text for text in figure.axes[0].texts if text.get_text()]
    boxes = [text.get_window_extent() for text in labels]
    assert not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[:i])


def test_of_many_arms_the_best_have_numbers(tmp_path: Path) -> None:
    values = [f"{value:.3g}" for value in np.geomspace(0.01, 1, 12)]
    sweep = build_sweep(tmp_path / "s", {LR: values, HIDDEN: ["2", "4", "8", "16", "32"]}, seeds=2, epochs=4)
    figure, numbers = draw_parameters(sweep.arms)
    best = numbers.sort_values("mean", ascending=False)["arm"].tolist()[:15]
    assert sorted(int(text.get_text()) for text in figure.axes[0].texts if text.get_text()) == sorted(best)
    assert "numbers: the best 15 of 60 arms" in texts(figure)


def test_a_lost_arm_has_its_number_beside_its_cross(tmp_path: Path) -> None:
    def lost(settings: dict[str, str], seed: int) -> str:
        return "diverged" if settings[LR] == "1" and settings[HIDDEN] in {"4", "16"} else ""

    values = [f"{value:.3g}" for value in np.geomspace(0.01, 1, 6)]
    sweep = build_sweep(tmp_path / "s", {LR: values, HIDDEN: ["2", "4", "8", "16"]}, seeds=2, epochs=8, lost=lost)
    figure, numbers = draw_parameters(sweep.arms)
    (axes,) = figure.axes
    gone = numbers[numbers["mean"].isna()]
    assert len(gone) == 2
    (drawn,) = [line for line in axes.lines if line.get_marker() == "x"]
    named = {text.get_text(): text.xy for text in axes.texts if text.get_text()}
    assert [named[str(arm)] for arm in gone["arm"]] == [tuple(place) for place in drawn.get_xydata()]
    (picture,) = trade_off_picture(Table("parameters", numbers), figure.axes)
    assert all(f") [{arm}]" in picture for arm in gone["arm"])


def test_of_an_old_result_the_time_is_that_of_training(tmp_path: Path) -> None:
    """Its ``timing.csv`` has seconds of training, but no number of updates."""
    folder = shutil.copytree(OLD_SWEEP, tmp_path / "old")
    timing = pd.read_csv(folder / "timing.csv")
    figure, numbers = draw_time(ArmsData(Result.open(folder)))
    assert numbers["milliseconds"].tolist() == pytest.approx((1e3 * timing["train_seconds"]).tolist())
    assert "time: its share of the training time of its stack, no quartiles" in texts(figure)


def test_the_best_mean_alone_is_one(tmp_path: Path) -> None:
    def lost(settings: dict[str, str], seed: int) -> str:
        return "" if (settings[LR], settings[HIDDEN], settings[ACTIVATION]) == ("0.1", "8", "relu") else "diverged"

    figure, _ = draw_parallel(build_sweep(tmp_path / "s", THREE, seeds=2, epochs=4, lost=lost).arms)
    assert "thick: the 1 best mean without diverged trials" in texts(figure)


def test_equal_costs_make_no_figure(tmp_path: Path) -> None:
    together = build_sweep(tmp_path / "s", {LR: ["0.01", "0.1"]}, seeds=2, epochs=3).arms
    assert draw_parameters(together) is None
    assert draw_time(together) is None  # one stack: each of its trials takes an equal share
    apart = build_sweep(tmp_path / "t", {BATCH: ["4", "16"]}, seeds=2, epochs=3).arms
    assert draw_parameters(apart) is None
    assert draw_time(apart) is not None


def test_listed_arms_are_named_by_what_they_are_trained_with(tmp_path: Path) -> None:
    arms = "arms: [{}, {learning_rate: 1}, {hidden_size: 8, learning_rate: 3}]"
    sweep = build_sweep(tmp_path / "s", {}, "learning_rate=0.1", "hidden_size=4", seeds=3, section=arms)
    figure, numbers = draw_arms(sweep.arms)
    assert sorted(numbers["name"]) == ["0.1, 4", "1, 4", "3, 8"]
    assert "arms: learning rate, hidden units" in texts(figure)
    _, numbers = draw_heat_map(sweep.arms) or (None, None)
    assert numbers is None  # of one size at the best arm's rate


def test_labels_that_stand_for_several_keys_have_no_title_of_one(tmp_path: Path) -> None:
    arms = "arms: [{label: a}, {label: b, learning_rate: 1, training.evaluate_every: 1}]"
    for section, title in ((arms, ""), ("arms: [{label: a}, {label: b, learning_rate: 1}]", "learning rate")):
        sweep = build_sweep(tmp_path / title, {}, "learning_rate=0.1", seeds=3, section=section)
        figure, _ = draw_arms(sweep.arms)
        assert figure.axes[0].get_ylabel() == title
