"""What an axis does to the metric: the numbers against pandas, the scale of the axis, and nothing dropped silently."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from matplotlib.collections import LineCollection
from scipy import stats

from making.results_builder import (
    ACTIVATION,
    ACTIVATIONS,
    BATCH,
    EPOCHS,
    FOUR,
    HIDDEN,
    LR,
    ONE_AT_A_TIME,
    SINE,
    BuiltResult,
    build_sweep,
)
from mlpexp.report.drawing.style import Drawing
from mlpexp.report.figures.sweep.effects import draw_effect
from mlpexp.report.numbers.sweep_caption import SweepAxis


def effect(sweep: BuiltResult, key: str) -> Drawing:
    files = sweep.arms
    drawing = draw_effect(files, next(axis for axis in files.caption.axes if axis.key == key))
    assert drawing is not None
    drawing.figure.draw_without_rendering()
    return drawing


def texts(figure) -> str:
    return " | ".join(text.get_text().replace("\u00a0", " ").replace("\n", " ") for text in figure.texts)


def tick_labels(figure) -> list[str]:
    return [label.get_text() for label in figure.axes[0].get_xticklabels()]


def lines(figure) -> list:
    """The lines of means."""
    return [line for line in figure.axes[0].lines if line.get_marker() in "os^DvPX*" and line.get_markersize() == 5]


def test_mean_and_interval_of_each_value_are_those_of_its_seeds(tmp_path: Path) -> None:
    sweep = build_sweep(tmp_path / "s", {LR: ["0.001", "0.01", "0.1", "1"]}, seeds=6)
    figure, numbers = effect(sweep, LR)
    trials = sweep.read("trials.csv")
    for row in numbers.to_dict("records"):
        values = 100 * trials.loc[trials[LR] == float(row[LR]), "final_test_accuracy"]
        half = stats.t.ppf(0.975, 5) * values.std(ddof=1) / np.sqrt(6)
        assert (row["n"], row["trials"], row["diverged"]) == (6, 6, 0)
        assert [row["mean"], row["low"], row["high"]] == pytest.approx(
            [values.mean(), values.mean() - half, values.mean() + half]
        )
        assert [row[f"seed_{seed}"] for seed in range(6)] == pytest.approx(values.tolist())
    axes = figure.axes[0]
    assert (axes.get_xscale(), axes.get_xlabel(), axes.get_ylabel()) == ("log", "learning rate", "test accuracy (%)")
    assert tick_labels(figure) == ["0.001", "0.01", "0.1", "1"]
    assert len(lines(figure)) == 1
    assert lines(figure)[0].get_xdata() == pytest.approx([0.001, 0.01, 0.1, 1])
    thin = next(one for one in axes.collections if isinstance(one, LineCollection) and len(one.get_segments()) == 6)
    assert thin.get_segments()[2][:, 1] == pytest.approx(numbers["seed_2"].tolist())
    assert "mean and 95 % interval (t) over n = 6 seeds; grey: each seed" in texts(figure)


def test_diverged_and_failed_trials_are_counted_at_their_value(tmp_path: Path) -> None:
    def lost(settings: dict[str, str], seed: int) -> str:
        return "" if settings[LR] != "10" else "diverged" if seed < 3 else "failed" if seed == 3 else ""

    sweep = build_sweep(tmp_path / "s", {LR: ["0.1", "10"]}, seeds=10, lost=lost)
    figure, numbers = effect(sweep, LR)
    assert numbers[["n", "diverged", "failed", "trials"]].to_numpy().tolist() == [[10, 0, 0, 10], [6, 3, 1, 10]]
    assert "diverged: 3 of 10 at 10; failed: 1 of 10 at 10" in texts(figure)
    assert "n = 6 to 10 seeds" in texts(figure)
    axes = figure.axes[0]
    crosses = [line for line in axes.lines if line.get_marker() == "x"]
    assert [line.get_xdata() for line in crosses] == [[10.0]]
    low, high = axes.get_ylim()
    assert low < crosses[0].get_ydata()[0] < low + 0.1 * (high - low)
    assert [text.get_text() for text in axes.texts] == ["3/10"]


def test_a_metric_that_is_no_number_counts_as_diverged(tmp_path: Path) -> None:
    sweep = build_sweep(tmp_path / "s", {LR: ["0.1", "1"]}, seeds=3, section="metric: test_loss")
    trials = sweep.read("trials.csv", dtype={LR: str})
    trials.loc[4, "final_test_loss"] = np.inf
    sweep.write("trials.csv", trials)
    figure, numbers = effect(sweep, LR)
    assert numbers["diverged"].tolist() == [0, 1]
    assert np.isfinite(numbers["mean"]).all()
    cross = next(line for line in figure.axes[0].lines if line.get_marker() == "x")
    low, high = figure.axes[0].get_ylim()
    assert cross.get_ydata()[0] > low + 0.9 * (high - low)  # a loss is bad at the top


def test_where_every_trial_diverged_the_figure_says_so(tmp_path: Path) -> None:
    sweep = build_sweep(tmp_path / "s", {LR: ["100", "1000"]}, seeds=3, lost=lambda settings, seed: "diverged")
    figure, numbers = effect(sweep, LR)
    assert "no trial ended with a finite value" in texts(figure)
    assert numbers["mean"].isna().all()
    assert [text.get_text() for text in figure.axes[0].texts] == ["3/3", "3/3"]


def test_a_grid_has_a_line_for_each_value_of_the_second_axis(tmp_path: Path) -> None:
    sweep = build_sweep(tmp_path / "s", {LR: ["0.01", "0.1", "1"], ACTIVATION: ["relu", "tanh"]}, seeds=4)
    figure, numbers = effect(sweep, LR)
    assert len(numbers) == 6
    means = lines(figure)
    assert [line.get_label() for line in means] == ["relu", "tanh"]
    assert len({line.get_color() for line in means}) == len({line.get_marker() for line in means}) == 2
    assert len({line.get_linestyle() for line in means}) == 2
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["relu", "tanh"]
    assert figure.legends[0].get_title().get_text() == "activation"
    figure, _ = effect(sweep, ACTIVATION)
    assert [line.get_label() for line in lines(figure)] == ["0.01", "0.1", "1"]


def test_further_axes_are_as_in_the_best_arm(tmp_path: Path) -> None:
    axes = {LR: ["0.01", "0.1"], ACTIVATION: ["relu", "tanh"], HIDDEN: ["2", "8", "32"]}
    sweep = build_sweep(tmp_path / "s", axes, seeds=4)
    figure, numbers = effect(sweep, LR)
    trials = sweep.read("trials.csv")
    best = trials[trials["arm"] == trials.groupby("arm")["final_test_accuracy"].mean().idxmax()].iloc[0]
    shown = trials[trials[HIDDEN] == best[HIDDEN]]
    seeds = shown.set_index([LR, ACTIVATION, "seed"])["final_test_accuracy"].unstack() * 100
    for row in numbers.to_dict("records"):
        values = seeds.loc[(float(row[LR]), row[ACTIVATION])]
        half = stats.t.ppf(0.975, 3) * values.std(ddof=1) / 2
        assert (row["n"], row["trials"]) == (4, 4)
        assert (row["mean"], row["high"]) == pytest.approx((values.mean(), values.mean() + half))
    assert f"hidden units {best[HIDDEN]} as in the best arm" in texts(figure)


def test_a_divergence_belongs_to_its_line(tmp_path: Path) -> None:
    def lost(settings: dict[str, str], seed: int) -> str:
        rate, activation = settings[LR], settings[ACTIVATION]
        return "diverged" if rate == "1" and seed < {"relu": 4, "tanh": 0, "elu": 1}[activation] else ""

    axes = {LR: ["0.01", "0.1", "1"], ACTIVATION: ["relu", "tanh", "elu"]}
    figure, _ = effect(build_sweep(tmp_path / "s", axes, seeds=4, lost=lost), LR)
    shown = {line.get_label(): line for line in lines(figure)}
    crosses = [line for line in figure.axes[0].lines if line.get_marker() == "x"]
    assert [line.get_color() for line in crosses] == [shown["relu"].get_color(), shown["elu"].get_color()]
    for line, label in zip(crosses, ("relu", "elu"), strict=True):
        assert line.get_xdata().tolist() == [shown[label].get_xdata()[-1]]
    assert len({tuple(line.get_ydata()) for line in crosses}) == 2  # none covers another
    counts = {text.get_text(): text.get_color() for text in figure.axes[0].texts}
    assert counts == {"4/4": shown["relu"].get_color(), "1/4": shown["elu"].get_color()}
    assert "diverged: 4 of 4 at 1 (activation relu), 1 of 4 at 1 (activation elu)" in texts(figure)


def test_of_many_losses_every_place_where_nothing_is_left_is_named(tmp_path: Path) -> None:
    values = [f"{value:g}" for value in range(1, 12)]
    sweep = build_sweep(
        tmp_path / "s", {LR: values}, seeds=2, lost=lambda s, seed: "" if seed and s[LR] == "3" else "failed"
    )
    figure, _ = effect(sweep, LR)
    gone = "nothing left at 1, 2, 4, 5, 6, 7 and 4 more"
    assert f"failed: 21 of 22 trials, at 11 places; {gone}" in texts(figure)


def test_one_axis_at_a_time_keeps_the_others_as_in_the_config(tmp_path: Path) -> None:
    sweep = build_sweep(tmp_path / "s", FOUR, section=ONE_AT_A_TIME, seeds=3)
    figure, numbers = effect(sweep, BATCH)
    assert numbers["trials"].tolist() == [3, 3, 3, 3]
    assert "others as in the config" in texts(figure)
    trials = sweep.read("trials.csv")
    chosen = trials[(trials[LR] == 0.1) & (trials[HIDDEN] == 16) & (trials[EPOCHS] == 40)]
    expected = 100 * chosen.groupby(BATCH)["final_test_accuracy"].mean()
    assert numbers["mean"].tolist() == pytest.approx(expected.tolist())


def test_the_config_may_have_a_value_that_is_not_among_those_of_the_axis(tmp_path: Path) -> None:
    axes = {LR: ["0.01", "1"], BATCH: ["4", "16"]}
    sweep = build_sweep(tmp_path / "s", axes, section=ONE_AT_A_TIME, seeds=3)
    _, numbers = effect(sweep, LR)
    assert numbers[LR].tolist() == ["0.01", "0.1", "1"]
    _, numbers = effect(sweep, BATCH)
    assert numbers[[BATCH, "trials"]].to_numpy().tolist() == [["4", 3], ["16", 3]]


def test_words_and_lists_stand_side_by_side(tmp_path: Path) -> None:
    sweep = build_sweep(tmp_path / "s", {ACTIVATION: list(ACTIVATIONS)}, seeds=3)
    figure, _ = effect(sweep, ACTIVATION)
    assert tick_labels(figure) == list(ACTIVATIONS)
    assert lines(figure)[0].get_xdata() == pytest.approx(range(6))
    assert lines(figure)[0].get_linestyle() == "None"  # words have no order
    lists = ["[4]", "[16, 16]", "[64, 32, 16]"]
    sweep = build_sweep(tmp_path / "t", {HIDDEN: lists}, seeds=3)
    figure, numbers = effect(sweep, HIDDEN)
    assert tick_labels(figure) == lists
    assert numbers[HIDDEN].tolist() == lists


@pytest.mark.parametrize("text", ["null", "nan", "NA", "0.10", "true", ""])
def test_texts_of_values_stay_as_they_are_written(tmp_path: Path, text: str) -> None:
    sweep = build_sweep(tmp_path / "s", {ACTIVATION: ["relu", "tanh", "elu"]}, seeds=2, epochs=3)
    for name in ("arms.csv", "trials.csv"):
        table = sweep.read(name, dtype=str, keep_default_na=False)
        sweep.write(name, table.assign(**{ACTIVATION: table[ACTIVATION].replace("elu", text)}))
    (axis,) = sweep.result.summary.axes
    sweep.change_summary(axes=(axis.model_copy(update={"values": ("relu", "tanh", text)}),))
    _, numbers = effect(sweep, ACTIVATION)
    assert numbers[ACTIVATION].tolist() == ["relu", "tanh", *([text] if text else [])]  # empty: it has no such key


def test_values_too_close_for_a_linear_axis_stand_at_equal_distances(tmp_path: Path) -> None:
    key = "optimizer.weight_decay"
    sweep = build_sweep(tmp_path / "s", {key: ["0", "0.0001", "0.01"]}, seeds=2)
    figure, _ = effect(sweep, key)
    assert tick_labels(figure) == ["0", "0.0001", "0.01"]
    assert lines(figure)[0].get_xdata() == pytest.approx([0, 1, 2])


def test_labels_of_many_values_do_not_overlap(tmp_path: Path) -> None:
    values = [f"{value:.6g}" for value in np.geomspace(1e-4, 1, 14)]
    sweep = build_sweep(tmp_path / "s", {LR: values}, seeds=2)
    figure, numbers = effect(sweep, LR)
    assert len(numbers) == 14
    boxes = [label.get_window_extent() for label in figure.axes[0].get_xticklabels() if label.get_text()]
    assert len(boxes) >= 6
    assert all(a.x1 < b.x0 for a, b in pairwise(boxes))


def test_more_than_eight_lines_are_thinned_out_and_that_is_said(tmp_path: Path) -> None:
    values = [str(value) for value in range(1, 13)]
    sweep = build_sweep(tmp_path / "s", {ACTIVATION: ["relu", "tanh"], BATCH: values}, seeds=2, epochs=3)
    figure, numbers = effect(sweep, ACTIVATION)
    assert len(lines(figure)) == 8
    assert set(numbers[BATCH]) >= {"1", "12"}
    assert "8 of 12 values of batch size" in texts(figure)


def test_one_seed_has_no_interval_and_no_thin_lines(tmp_path: Path) -> None:
    sweep = build_sweep(tmp_path / "s", {LR: ["0.01", "0.1"]}, seeds=1)
    figure, numbers = effect(sweep, LR)
    assert "one seed, no interval" in texts(figure)
    assert "grey" not in texts(figure)
    assert numbers["low"].isna().all()


def test_training_accuracy_without_test_data_says_so(tmp_path: Path) -> None:
    axes = {LR: ["0.01", "0.1"]}
    sweep = build_sweep(tmp_path / "s", axes, "dataset.test_fraction=0", seeds=2)
    assert effect(sweep, LR).figure.axes[0].get_ylabel() == "training accuracy (%), no test split"
    sweep = build_sweep(tmp_path / "t", axes, seeds=2, section="metric: train_accuracy")
    assert effect(sweep, LR).figure.axes[0].get_ylabel() == "training accuracy (%)"


def test_r2_is_no_percentage_and_far_below_zero_is_cut(tmp_path: Path) -> None:
    sweep = build_sweep(tmp_path / "s", {LR: ["0.01", "0.1"]}, config=SINE, seeds=3)
    trials = sweep.read("trials.csv", dtype={LR: str})
    trials.loc[0, "final_test_r2"] = -1e30
    sweep.write("trials.csv", trials)
    figure, numbers = effect(sweep, LR)
    assert figure.axes[0].get_ylabel() == "test R²"
    assert figure.axes[0].get_ylim()[0] > -1.5
    assert "below the axis: values down to -1e+30" in texts(figure)
    assert numbers["mean"].iloc[0] == pytest.approx(trials["final_test_r2"][:3].mean())


def test_losses_over_two_decades_have_a_logarithmic_axis(tmp_path: Path) -> None:
    sweep = build_sweep(tmp_path / "s", {LR: ["0.01", "0.1"]}, seeds=3, section="metric: test_loss")
    assert effect(sweep, LR).figure.axes[0].get_yscale() == "linear"
    trials = sweep.read("trials.csv", dtype={LR: str})
    trials.loc[:2, "final_test_loss"] *= 1e4
    sweep.write("trials.csv", trials)
    figure, _ = effect(sweep, LR)
    assert figure.axes[0].get_yscale() == "log"
    assert figure.axes[0].get_ylim()[0] > 0


def test_sampled_arms_are_points(tmp_path: Path) -> None:
    axes = {LR: "log_uniform(1e-3, 1)", BATCH: "integers(1, 64)", ACTIVATION: list(ACTIVATIONS)}
    sweep = build_sweep(
        tmp_path / "s", axes, seeds=3, epochs=4, section="method: sobol, trials: 120",
        lost=lambda settings, seed: "diverged" if float(settings[LR]) > 0.7 and seed else "",
    )  # fmt: skip
    rates = sweep.read("arms.csv")[LR]
    lost = set(rates[rates > 0.7])
    assert len(lost) == 2
    figure, numbers = effect(sweep, LR)
    assert len(numbers) == 40
    points = max(figure.axes[0].lines, key=lambda line: len(line.get_xdata()))
    assert sorted(points.get_xdata()) == pytest.approx(sorted(rates))
    assert "each point an arm, the other axes differ too" in texts(figure)
    assert "diverged: 4 of 120 trials, in 2 arms" in texts(figure)
    crosses = next(line for line in figure.axes[0].lines if line.get_marker() == "x")
    assert set(crosses.get_xdata()) == lost
    figure, _ = effect(sweep, ACTIVATION)
    assert set(tick_labels(figure)) == set(ACTIVATIONS)


def test_zipped_axes_are_named_together_and_not_crossed(tmp_path: Path) -> None:
    axes = {LR: ["0.01", "0.1", "1"], BATCH: ["4", "16", "64"]}
    sweep = build_sweep(tmp_path / "s", axes, section=f"zip: [[{LR}, {BATCH}]]", seeds=3)
    figure, numbers = effect(sweep, LR)
    assert "varied together with batch size" in texts(figure)
    assert len(numbers) == 3
    assert not figure.legends


def test_a_metric_of_the_best_epoch_says_so(tmp_path: Path) -> None:
    sweep = build_sweep(tmp_path / "s", {LR: ["0.01", "0.1"]}, "dataset.validation_fraction=0.2", seeds=2)
    trials = sweep.read("trials.csv")
    assert (trials["best_epoch"] < trials["ended_epoch"]).any()
    figure, numbers = effect(sweep, LR)
    assert "at the epoch of lowest validation loss" in texts(figure)
    assert numbers["mean"].tolist() == pytest.approx(
        (100 * trials.groupby("arm")["best_test_accuracy"].mean()).tolist()
    )


def test_a_legend_of_long_lists_stays_on_the_page(tmp_path: Path) -> None:
    lists = [str([size] * 3 + [8]) for size in range(10, 90, 10)]
    sweep = build_sweep(tmp_path / "s", {ACTIVATION: ["relu", "tanh"], HIDDEN: lists}, seeds=2, epochs=3)
    figure, _ = effect(sweep, ACTIVATION)
    box = figure.legends[0].get_window_extent()
    assert figure.bbox.x0 <= box.x0
    assert box.x1 <= figure.bbox.x1
    assert len(figure.legends[0].get_texts()) == 8


def test_equal_layers_are_written_short(tmp_path: Path) -> None:
    sweep = build_sweep(tmp_path / "s", {HIDDEN: ["[8]", "[64, 64, 64, 64, 64]"]}, seeds=2, epochs=3)
    figure, numbers = effect(sweep, HIDDEN)
    assert tick_labels(figure) == ["[8]", "[64 × 5]"]
    assert numbers[HIDDEN].tolist() == ["[8]", "[64, 64, 64, 64, 64]"]


def test_sections_are_written_without_brackets() -> None:
    values = (
        "adam",
        "{name: sgd, momentum: 0.9}",
        "{name: step, every: 7, factor: 0.1}",
        "{name: cosine, warmup_epochs: 2}",
    )
    axis = SweepAxis("optimizer", "optimizer", values, None, False, None, "optimizer")
    shown = ["adam", "sgd momentum 0.9", "step every 7 factor 0.1", "cosine warmup epochs 2"]
    assert [axis.short(value) for value in values] == shown
