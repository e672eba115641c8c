"""The figures of ``find-lr`` and ``activations``: what they show is what they were given."""

import numpy as np
import pandas as pd
import pytest

from mlpexp.report.figures.activation_sheet import draw_sheet
from mlpexp.report.figures.range_test import RateMarks, draw_range_test, range_test_numbers

RATES = np.geomspace(1e-3, 10, 9)
LOSSES = np.array([[1.0, 0.9, 0.8, 0.6, 0.4, 0.3, 0.3, np.inf, np.inf, np.inf]] * 3 + [[1.2] * 10])


def test_the_numbers_of_a_range_test() -> None:
    table = range_test_numbers(RATES, LOSSES, range(4, 8))
    assert table["learning_rate"].tolist() == [0.0, *RATES]
    assert list(table.columns)[4:] == ["seed_4", "seed_5", "seed_6", "seed_7"]
    assert table["median"].tolist() == np.quantile(LOSSES, 0.5, axis=0, method="higher").tolist()
    assert not table.isna().any(axis=None)
    assert np.isinf(table["median"].iloc[-1])  # three of four have diverged


def test_of_two_seeds_both_are_shown() -> None:
    table = range_test_numbers(RATES, LOSSES[2:], range(2))
    assert table["lower_quartile"].tolist() == LOSSES[2:].min(0).tolist()
    assert table["upper_quartile"].tolist() == LOSSES[2:].max(0).tolist()


@pytest.mark.parametrize("num_seeds", [1, 4])
def test_the_range_test_marks_its_rates(num_seeds: int) -> None:
    table = range_test_numbers(RATES, LOSSES[:num_seeds], range(num_seeds))
    figure, numbers = draw_range_test(table, RateMarks(0.2, 0.5, 3.0), "a title", "loss")
    (axes,) = figure.axes
    marked = {float(line.get_xdata()[0]) for line in axes.lines if len(line.get_xdata()) == 2}
    assert {0.2, 0.5, 3.0} <= marked
    curve = next(line for line in axes.lines if len(line.get_xdata()) == len(RATES))
    finite = np.isfinite(table["median"].to_numpy()[1:])
    assert curve.get_ydata()[finite] == pytest.approx(table["median"].to_numpy()[1:][finite])
    assert axes.get_ylim() == pytest.approx((0, 2.2 * table["median"].iloc[0]))
    assert len(axes.collections) == (num_seeds > 1)  # the band
    assert numbers is table


def test_without_suggestion_and_divergence_there_is_nothing_to_mark() -> None:
    table = range_test_numbers(RATES, LOSSES[3:], range(1))
    figure, _ = draw_range_test(table, RateMarks(None, 0.5, None), "a title", "loss")
    labels = [text.get_text() for text in figure.axes[0].get_legend().get_texts()]
    assert labels == ["loss", "in the config: 0.5"]


@pytest.mark.parametrize("count", [1, 3, 5])
def test_a_panel_per_activation(count: int) -> None:
    x = np.linspace(-4, 4, 401)
    one = pd.DataFrame({"x": x, "value": np.maximum(x, 0), "slope": (x > 0).astype(float)})
    curves = pd.concat([one.assign(name=f"f{i}") for i in range(count)], ignore_index=True)
    figure, numbers = draw_sheet(curves)
    drawn = [axes for axes in figure.axes if axes.get_title()]
    assert [axes.get_title() for axes in drawn] == [f"f{i}" for i in range(count)]
    value, slope = (line.get_ydata() for line in drawn[0].lines[-2:])
    assert np.array_equal(value, one["value"])
    assert np.isnan(slope).sum() == 1  # the line is broken where the slope jumps
    assert np.array_equal(slope[~np.isnan(slope)], one["slope"][~np.isnan(slope)])
    assert numbers is curves
