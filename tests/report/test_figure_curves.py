"""Loss, score and learning rate curves, by the numbers they show and by what is on the axes."""

import io
import warnings

import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection

from making.invented_tables import InventedTables
from mlpexp.config.scores import SCORES
from mlpexp.report.drawing.style import Drawing
from mlpexp.report.figures.arm.curves import draw_curves, draw_learning_rate
from mlpexp.report.numbers.over_seeds import diverged_seeds, mean_curve, seed_curves
from mlpexp.report.numbers.run_caption import RunCaption
from mlpexp.report.pgfplots.pictures import picture
from mlpexp.statistics.intervals import mean_interval

LOSS, ACCURACY, R2 = SCORES["loss"], SCORES["accuracy"], SCORES["r2"]
CAPTION = RunCaption(title="a title", loss="cross-entropy (nats)")


def table(**columns: list[float]) -> pd.DataFrame:
    """Metrics with a learning rate."""
    return pd.DataFrame({"learning_rate": 0.1, **columns})


def texts(figure) -> str:
    return " | ".join(text.get_text().replace("\u00a0", " ").replace("\n", " ") for text in figure.texts)


def labels(figure) -> list[str]:
    return figure.axes[0].get_legend_handles_labels()[1]


def test_mean_and_interval_are_those_of_the_seeds(tables: InventedTables) -> None:
    metrics = tables.metrics()
    figure, numbers = draw_curves(metrics, CAPTION, LOSS)
    row = numbers[(numbers["part"] == "test") & (numbers["epoch"] == 5)].iloc[0]
    losses = metrics.loc[metrics["epoch"] == 5].sort_values("seed")["test_loss"].to_numpy()
    expected = mean_interval(losses)
    assert row["n"] == 3
    assert (row["mean"], row["low"], row["high"]) == pytest.approx((losses.mean(), expected.low, expected.high))
    assert row[["seed_0", "seed_1", "seed_2"]].tolist() == losses.tolist()
    assert len(numbers) == 2 * 13
    assert "mean of n = 3 seeds" in texts(figure)
    assert labels(figure) == ["training", "test"]
    mean_line = next(line for line in figure.axes[0].lines if line.get_label() == "test")
    assert mean_line.get_ydata() == pytest.approx(numbers.loc[numbers["part"] == "test", "mean"].to_numpy())
    thin = [artist for artist in figure.axes[0].collections if isinstance(artist, LineCollection)]
    assert [len(artist.get_segments()) for artist in thin] == [3, 3]


def test_the_roughness_of_one_seed_is_said_and_is_no_matter_of_the_mean() -> None:
    """Seeds that oscillate in turn: their mean is flat."""
    metrics = table(
        seed=[0, 1] * 4,
        epoch=[0, 0, 1, 1, 2, 2, 3, 3],
        train_loss=[1.0, 3.0, 3.0, 1.0, 1.0, 3.0, 3.0, 1.0],
        train_accuracy=[0.5, 0.7, 0.7, 0.5, 0.5, 0.7, 0.7, 0.5],
    )
    figure, numbers = draw_curves(metrics, CAPTION, LOSS)
    assert set(numbers["mean"]) == {2.0} and set(numbers["roughness"]) == {2.0}
    assert "roughness 2 (training)" in texts(figure)
    figure, numbers = draw_curves(metrics, CAPTION, ACCURACY)
    assert numbers["roughness"].tolist() == pytest.approx([20.0] * 4)
    assert "roughness 20 % (training)" in texts(figure)
    short, numbers = draw_curves(metrics[metrics["epoch"] < 2], CAPTION, LOSS)
    assert "roughness" not in texts(short) and numbers["roughness"].isna().all()


def test_the_roughness_is_that_of_the_seeds_that_did_not_diverge(with_explosion: pd.DataFrame) -> None:
    _, numbers = draw_curves(with_explosion, CAPTION, LOSS)
    alone = with_explosion[with_explosion["seed"] != 1]
    assert numbers["roughness"].tolist() == draw_curves(alone, CAPTION, LOSS).numbers["roughness"].tolist()


def test_a_table_of_many_seeds_is_made_without_a_warning() -> None:
    many = InventedTables(range(120), epochs=3)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        _, numbers = draw_curves(many.metrics(), CAPTION, LOSS)
    assert numbers["n"].dtype == "Int64" and [f"seed_{seed}" in numbers for seed in (0, 119)] == [True, True]


def test_accuracy_is_in_per_cent_and_r2_is_not(tables: InventedTables) -> None:
    metrics = tables.metrics()
    figure, numbers = draw_curves(metrics, CAPTION, ACCURACY)
    first = metrics[(metrics["seed"] == 1) & (metrics["epoch"] == 4)].iloc[0]
    shown = numbers[(numbers["part"] == "train") & (numbers["epoch"] == 4)].iloc[0]
    assert shown["seed_1"] == pytest.approx(100 * first["train_accuracy"])
    assert figure.axes[0].get_ylabel() == "accuracy (%)"
    assert draw_curves(metrics, CAPTION, R2) is None
    regression = tables.metrics(second="r2")
    figure, numbers = draw_curves(regression, CAPTION, R2)
    assert numbers["mean"].max() <= 1
    assert figure.axes[0].get_ylabel() == "R²"
    assert draw_curves(regression, CAPTION, ACCURACY) is None


def test_without_test_split_the_label_says_so(tables: InventedTables) -> None:
    metrics = tables.metrics(parts=("train",))
    assert draw_curves(metrics, CAPTION, ACCURACY).figure.axes[0].get_ylabel() == "training accuracy (%), no test split"
    assert draw_curves(metrics, CAPTION, LOSS).figure.axes[0].get_ylabel() == "cross-entropy (nats), no test split"


def test_one_seed_has_one_line_per_part() -> None:
    metrics = table(seed=[4, 4], epoch=[0, 1], train_loss=[1.0, 0.5], test_loss=[1.0, 0.6])
    figure, numbers = draw_curves(metrics, CAPTION, LOSS)
    assert not figure.axes[0].collections
    assert "one seed" in texts(figure)
    assert numbers["low"].isna().all()
    assert numbers["seed_4"].tolist() == numbers["mean"].tolist() == [1.0, 0.5, 1.0, 0.6]


@pytest.mark.parametrize(("last", "scale"), [(0.011, "linear"), (0.009, "log")])
def test_the_loss_axis_is_logarithmic_from_two_decades_on(last: float, scale: str) -> None:
    metrics = table(seed=[0, 0], epoch=[0, 1], train_loss=[1.0, last])
    assert draw_curves(metrics, CAPTION, LOSS).figure.axes[0].get_yscale() == scale


@pytest.fixture
def with_explosion(tables: InventedTables) -> pd.DataFrame:
    """Seed 1 explodes and ends at epoch 6."""
    metrics = tables.metrics()
    metrics = metrics[(metrics["seed"] != 1) | (metrics["epoch"] <= 6)].reset_index(drop=True)
    seed = metrics["seed"] == 1
    metrics.loc[seed & (metrics["epoch"] == 5), ["train_loss", "test_loss"]] = 1e30
    metrics.loc[seed & (metrics["epoch"] == 6), ["train_loss", "test_loss"]] = np.inf
    metrics.loc[seed & (metrics["epoch"] >= 5), ["train_accuracy", "test_accuracy"]] = 1 / 3
    return metrics


def crosses(axes: Axes) -> list[tuple[float, float]]:
    marks = [line for line in axes.lines if line.get_marker() == "x"]
    return [point for line in marks for point in zip(*line.get_data(), strict=True)]


def drawn_seeds(axes: Axes) -> list[np.ndarray]:
    """The lines of single seeds."""
    collections = [artist for artist in axes.collections if isinstance(artist, LineCollection)]
    return [path.vertices for artist in collections for path in artist.get_paths()]


def test_a_diverged_seed_is_left_out_of_the_mean_and_drawn_to_its_last_value(with_explosion: pd.DataFrame) -> None:
    figure, numbers = draw_curves(with_explosion, CAPTION, LOSS)
    calm, explosion = figure.axes
    assert calm.get_ylim()[1] < 2 and not crosses(calm)
    assert [len(line) for line in drawn_seeds(calm)] == [13] * 4  # two seeds, training and test
    assert explosion.get_yscale() == "log" and explosion.get_title("left") == "1 seed that diverged"
    assert all(line[-1].tolist() == [5, 1e30] for line in drawn_seeds(explosion))
    assert {x for x, _ in crosses(explosion)} == {6}
    assert all(1e30 < y < explosion.get_ylim()[1] for _, y in crosses(explosion))
    assert "1 of 3 diverged, left out" in texts(figure) and "diverged: inf at epoch 6" in texts(figure)
    train = numbers[numbers["part"] == "train"]
    assert set(train["n"]) == {2}
    assert train["mean"].to_numpy() == pytest.approx(train[["seed_0", "seed_2"]].mean(axis=1).to_numpy())
    assert train.loc[train["epoch"] == 5, "seed_1"].item() == 1e30
    assert np.isposinf(train.loc[train["epoch"] == 6, "seed_1"]).all()


@pytest.mark.parametrize("largest", [3.4e38, 1e86, 1.7e308])
@pytest.mark.parametrize("smallest", [1.0, 1e-3, 5e-324])
def test_the_largest_numbers_are_drawn_without_a_warning(smallest: float, largest: float) -> None:
    losses = [smallest, largest, np.inf]
    metrics = table(seed=[0] * 3, epoch=[0, 1, 2], train_loss=losses, test_loss=[smallest, largest, np.nan])
    figure, numbers = draw_curves(metrics, CAPTION, LOSS)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        figure.savefig(io.BytesIO(), format="svg")
    (axes,) = figure.axes
    last = drawn_seeds(axes)[0][-1]
    beyond = largest > 1e280  # only the way to the cross is drawn
    assert last.tolist() == ([0, max(smallest, 1e-280)] if beyond else [1, largest])
    low, high = axes.get_ylim()
    assert all(low < y < high and y > last[1] for _, y in crosses(axes))
    shown = [tick for tick in axes.get_yticks() if axes.get_ylim()[0] <= tick <= axes.get_ylim()[1]]
    assert 2 - beyond <= len(shown) <= 12
    assert numbers["seed_0"].tolist()[1] == largest


def test_losses_that_are_no_numbers_from_the_start_leave_a_cross() -> None:
    metrics = table(seed=[0, 0, 1], epoch=[0, 1, 0], train_loss=[1.0, 0.5, np.nan])
    figure, _ = draw_curves(metrics, CAPTION, LOSS)
    (axes,) = figure.axes
    assert [x for x, _ in crosses(axes)] == [0]


def test_loss_of_finite_value_but_infinite_weights_is_said() -> None:
    metrics = table(seed=[0] * 3, epoch=[0, 1, 2], train_loss=[1.0, 9.0, 5.0])
    figure, _ = draw_curves(metrics, RunCaption(diverged=frozenset({0})), LOSS)
    assert "weights not finite at epoch 2" in texts(figure)


def test_what_exploded_is_looked_for_in_all_parts_of_each_seed() -> None:
    """Only the test loss of seed 0 is not finite; of seed 1 it is the weights."""
    metrics = table(
        seed=[0, 0, 1, 1, 1],
        epoch=[0, 1, 0, 1, 2],
        train_loss=[1.0, 9.0, 1.0, 2.0, 5.0],
        test_loss=[1.0, np.inf, 1.0, 2.0, 5.0],
    )
    figure, _ = draw_curves(metrics[metrics["seed"] == 0], CAPTION, LOSS)
    assert "diverged: inf at epoch 1" in texts(figure)
    figure, _ = draw_curves(metrics, RunCaption(diverged=frozenset({0, 1})), LOSS)
    assert "diverged: inf or weights not finite at epochs 1 to 2" in texts(figure)


def zigzag(num_seeds: int, height: float) -> pd.DataFrame:
    """Seeds that go up and down at random, around curves that all have the same shape."""
    epochs = np.arange(41)
    jumps = np.random.default_rng(0).normal(size=(num_seeds, 41))
    losses = np.exp(-epochs / 8) + 0.2 + height * np.abs(jumps)
    rows = {"seed": np.repeat(np.arange(num_seeds), 41), "epoch": np.tile(epochs, num_seeds)}
    return pd.DataFrame({**rows, "learning_rate": 0.1, "train_loss": losses.ravel()})


def test_one_seed_is_in_front_where_the_mean_hides_that_it_oscillates() -> None:
    metrics = zigzag(20, 0.1)
    figure, numbers = draw_curves(metrics, CAPTION, LOSS)
    assert labels(figure) == ["training", "seed 0 alone"]
    mean, alone = (next(line for line in figure.axes[0].lines if line.get_label() == name) for name in labels(figure))
    assert alone.get_zorder() > mean.get_zorder()
    assert alone.get_ydata().tolist() == numbers["seed_0"].tolist() and set(numbers["seed_in_front"]) == {0}
    pgfplots = picture("loss", Drawing(figure, numbers))
    assert pgfplots is not None and f"\\thisrowno{{{numbers.columns.get_loc('seed_0')}}}" in pgfplots
    lost, _ = draw_curves(metrics, RunCaption(diverged=frozenset({0})), LOSS)
    assert labels(lost) == ["training", "seed 1 alone"]


@pytest.mark.parametrize(("num_seeds", "height"), [(20, 0.0), (20, 0.01), (1, 0.1)])
def test_none_is_where_nothing_is_hidden(num_seeds: int, height: float) -> None:
    figure, numbers = draw_curves(zigzag(num_seeds, height), CAPTION, LOSS)
    assert labels(figure) == ["training"] and numbers["seed_in_front"].isna().all()


def test_one_seed_that_diverged_is_drawn_but_is_no_mean() -> None:
    metrics = table(seed=[0] * 3, epoch=[0, 1, 2], train_loss=[1.0, 9.0, np.inf], train_accuracy=[0.5, 0.4, 0.3])
    figure, numbers = draw_curves(metrics, CAPTION, ACCURACY)
    assert "one seed, diverged" in texts(figure) and numbers["mean"].isna().all() and set(numbers["n"].dropna()) <= {0}
    assert [line[:, 1].tolist() for line in drawn_seeds(figure.axes[0])] == [[50.0, 40.0, 30.0]]


def test_the_accuracy_of_a_diverged_seed_is_marked_at_the_lower_edge(with_explosion: pd.DataFrame) -> None:
    figure, _ = draw_curves(with_explosion, CAPTION, ACCURACY)
    low, high = figure.axes[0].get_ylim()
    cross = next(line for line in figure.axes[0].lines if line.get_marker() == "x")
    assert cross.get_ydata()[0] == pytest.approx(low, abs=0.05 * (high - low))


def test_divergence_known_from_the_summary_alone_counts(tables: InventedTables) -> None:
    metrics = tables.metrics()
    assert diverged_seeds(metrics, {2}) == {2}
    _, numbers = draw_curves(metrics, RunCaption(diverged=frozenset({2})), LOSS)
    assert set(numbers["n"]) == {2}


def test_if_all_seeds_diverge_all_are_shown(tables: InventedTables) -> None:
    metrics = tables.metrics(second="r2")
    last = metrics["epoch"] == 12
    metrics.loc[metrics["epoch"] > 6, ["train_loss", "test_loss"]] = 1e20
    metrics.loc[last, ["train_loss", "test_loss", "train_r2", "test_r2"]] = np.nan
    figure, numbers = draw_curves(metrics, CAPTION, LOSS)
    assert "all 3 seeds diverged; a line per seed; diverged: nan at epoch 12" in texts(figure)
    (axes,) = figure.axes
    assert axes.get_yscale() == "log" and axes.get_ylim()[1] > 1e20
    assert len(drawn_seeds(axes)) == 6 and not numbers["mean"].notna().any()
    figure, numbers = draw_curves(metrics, CAPTION, R2)
    assert "all 3 seeds diverged; a line per seed" in texts(figure) and labels(figure)[:2] == ["training", "test"]
    assert len(drawn_seeds(figure.axes[0])) == 6 and not numbers["mean"].notna().any()
    assert picture("r2", Drawing(figure, numbers)) is None  # which has lines of means
    low, high = figure.axes[0].get_ylim()
    assert low == -1
    assert 1 < high < 1.1


def test_the_mean_is_over_the_seeds_still_in_training() -> None:
    metrics = table(
        seed=[0, 1, 2, 0, 1, 2, 0, 1, 0],
        epoch=[0, 0, 0, 1, 1, 1, 2, 2, 3],
        train_loss=[3.0, 2.0, 1.0, 2.0, 1.5, 0.1, 1.0, 0.8, 0.9],
    )
    figure, numbers = draw_curves(metrics, CAPTION, LOSS)
    assert numbers["n"].tolist() == [3, 3, 2, 1]
    assert numbers["mean"].tolist() == pytest.approx([2.0, 1.2, 0.9, 0.9])
    thick = next(line for line in figure.axes[0].lines if line.get_label() == "training")
    assert thick.get_xdata().tolist() == [0, 1, 2]  # the last seed alone would look like a continuation
    assert "mean of n = 3 to 2 seeds still in training" in texts(figure)


def test_epochs_at_which_a_seed_was_not_evaluated_have_no_mean() -> None:
    curves = pd.DataFrame({0: [1.0, np.nan, 3.0], 1: [2.0, 9.0, 5.0]}, index=[0, 3, 5])
    means = mean_curve(curves, frozenset(), LOSS)
    assert means.index.tolist() == [0, 5]
    assert means["mean"].tolist() == [1.5, 4.0]


def test_a_repeated_row_counts_once() -> None:
    metrics = table(seed=[0, 0, 0], epoch=[0, 1, 1], train_loss=[1.0, 7.0, 0.5])
    assert seed_curves(metrics, "train_loss")[0].tolist() == [1.0, 0.5]


@pytest.mark.parametrize(
    ("late", "low"), [(0.97, 95), (0.9, 80), (0.34, 0), (0.6, 40), (1.0, 90), (0.995, 99), (0.9975, 99.5)]
)  # below the lowest late value by half of its distance to 100 %
def test_the_accuracy_axis_begins_below_what_is_reached(late: float, low: float) -> None:
    metrics = table(seed=[0] * 4, epoch=[0, 1, 2, 3], train_loss=[1.0] * 4, train_accuracy=[0.2, late, late, late])
    figure, _ = draw_curves(metrics, CAPTION, ACCURACY)
    assert figure.axes[0].get_ylim()[0] == low
    assert 100 < figure.axes[0].get_ylim()[1] < 104
    assert ("values down to 20 %" in texts(figure)) == (low > 20)


def test_best_epochs_are_marked(tables: InventedTables) -> None:
    caption = RunCaption(best_epochs={0: 5, 1: 7, 2: 99})  # seed 2: from another run
    figure, _ = draw_curves(tables.metrics(), caption, LOSS)
    triangle = next(line for line in figure.axes[0].lines if line.get_label() == "best epoch")
    assert list(triangle.get_xdata()) == [5, 7]


def test_running_metrics_are_called_by_their_name(tables: InventedTables) -> None:
    figure, _ = draw_curves(tables.metrics(), RunCaption(running_train_metrics=True), LOSS)
    assert labels(figure)[0] == "training (mean over the epoch)"


def test_a_constant_learning_rate_is_not_drawn(tables: InventedTables) -> None:
    metrics = tables.metrics()
    metrics.loc[metrics["epoch"] == 0, "learning_rate"] = 0.0  # before the first step
    assert draw_learning_rate(metrics, CAPTION) is None


def test_a_schedule_is_drawn(tables: InventedTables) -> None:
    metrics = tables.metrics()
    metrics["learning_rate"] = 0.1 * 0.5 ** metrics["epoch"]
    figure, numbers = draw_learning_rate(metrics, CAPTION)
    assert numbers["epoch"].tolist() == list(range(1, 13))
    assert numbers["learning_rate"].to_numpy() == pytest.approx(0.1 * 0.5 ** np.arange(1, 13))
    assert figure.axes[0].get_yscale() == "log"
    metrics["learning_rate"] = 0.05 * (1 + np.cos(np.pi * metrics["epoch"] / 12.01))
    assert draw_learning_rate(metrics, CAPTION).figure.axes[0].get_yscale() == "linear"


def test_without_finite_values_there_is_no_figure() -> None:
    metrics = table(seed=[0], epoch=[0], train_loss=[np.nan])
    assert draw_curves(metrics, CAPTION, LOSS) is None
    assert draw_curves(metrics, CAPTION, ACCURACY) is None
