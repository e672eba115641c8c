"""Figures of diagnostics: the numbers beside them are those of the files."""

import numpy as np
import pandas as pd
import pytest

from mlpexp.report.drawing.save_figures import rendered
from mlpexp.report.figures.arm.first_gradient import draw_first_gradient
from mlpexp.report.figures.arm.layer_curves import draw_curvature, draw_gains, draw_gradients, draw_units
from mlpexp.report.figures.sweep.first_gradients import draw_first_gradients
from mlpexp.report.numbers.over_seeds import medians
from mlpexp.report.numbers.run_caption import RunCaption, run_caption


def diagnostics(quantities: dict[str, list[str]], seeds: int = 3, epochs: int = 4) -> pd.DataFrame:
    rows = [
        {"seed": seed, "epoch": epoch, "layer": layer, "quantity": quantity, "value": 10.0**-place + seed}
        for seed in range(seeds) for epoch in range(epochs)
        for quantity, layers in quantities.items() for place, layer in enumerate(layers)
    ]  # fmt: skip
    return pd.DataFrame(rows)


LAYERS = ["dense1", "dense2", "output"]


def test_median_and_range_over_seeds_in_the_order_of_layers():
    table = medians(diagnostics({"gradient_norm": LAYERS[::-1]}), "gradient_norm")
    assert table["layer"].drop_duplicates().tolist() == LAYERS[::-1]
    first = table.iloc[0]
    assert (first["n"], first["low"], first["median"], first["high"]) == (3, 1.0, 2.0, 3.0)


@pytest.mark.parametrize(
    ("draw", "quantity"),
    [(draw_gradients, "gradient_norm"), (draw_units, "dead_fraction"), (draw_gains, "backward_gain")],
)
@pytest.mark.parametrize("layers", [1, 3, 12])
def test_a_line_per_layer_but_at_most_eight(draw, quantity, layers):
    names = [f"dense{i}" for i in range(layers)]
    drawing = draw(diagnostics({quantity: names}), RunCaption(title="a run"))
    assert len(drawing.figure.axes[0].get_lines()) == min(layers, 8) + (quantity == "backward_gain")
    assert set(drawing.numbers["layer"]) == set(names)
    assert rendered(drawing, ["png"])["png"].startswith(b"\x89PNG")


def test_without_the_quantity_there_is_no_figure():
    empty = diagnostics({"weight_norm": LAYERS})
    caption = RunCaption(title="a run")
    assert draw_gradients(empty, caption) is None
    assert draw_units(empty, caption) is None
    assert draw_curvature(empty, pd.DataFrame({"epoch": [0], "learning_rate": [0.1]}), caption) is None


@pytest.mark.parametrize(
    ("optimizer", "limit"),
    [({"name": "sgd"}, 20.0), ({"name": "sgd", "momentum": 0.9}, 38.0), ({"name": "adam"}, None)],
)
def test_the_limit_of_stability_belongs_to_gradient_descent(optimizer, limit):
    config = {"dataset": {"name": "iris"}, "model": {"name": "mlp"}, "optimizer": {"learning_rate": 0.1, **optimizer},
              "training": {"batch_size": 16}}  # fmt: skip
    metrics = pd.DataFrame({"epoch": range(4), "seed": 0, "learning_rate": 0.1})
    caption = run_caption(config, None, None, "run")
    drawing = draw_curvature(diagnostics({"largest_eigenvalue": ["network"]}), metrics, caption)
    if limit is None:
        assert "stability_limit" not in drawing.numbers
    else:
        np.testing.assert_allclose(drawing.numbers["stability_limit"], limit)


def norms(**by_layer: list[float]) -> pd.DataFrame:
    """Gradients before the first step and after, a value per seed."""
    rows = [
        {"seed": seed, "epoch": epoch, "layer": layer, "quantity": "gradient_norm", "value": value * 10**-epoch}
        for layer, values in by_layer.items() for seed, value in enumerate(values) for epoch in (0, 1)
    ]  # fmt: skip
    return pd.DataFrame(rows)


def texts(axes) -> list[str]:
    return [text.get_text() for text in axes.texts]


def test_gradients_before_the_first_step_are_bars_with_median_and_range():
    figure, numbers = draw_first_gradient(norms(dense1=[1e-7, 3e-7, 2e-7], output=[1.0, 4.0, 2.0]), RunCaption())
    (axes,) = figure.axes
    assert axes.get_yscale() == "log"
    assert numbers[["layer", "n", "median", "low", "high"]].to_numpy().tolist() == [
        ["dense1", 3, 2e-7, 1e-7, 3e-7], ["output", 3, 2.0, 1.0, 4.0]
    ]  # fmt: skip
    assert [bar.get_y() + bar.get_height() for bar in axes.patches] == pytest.approx([2e-7, 2.0])
    assert axes.get_ylim()[0] < 1e-7 and axes.get_ylim()[1] > 4
    assert [label.get_text() for label in axes.get_xticklabels()] == ["dense1", "output"]


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("values", [[0.0, 1.0, np.inf], [1e-320, 1.0, 1.7e308], [0.0, 0.0, 0.0], [np.inf] * 3])
def test_zeros_and_infinite_gradients_are_said(values):
    layers = {f"dense{place}": [value] for place, value in enumerate(values)}
    drawing = draw_first_gradient(norms(**layers), RunCaption())
    assert rendered(drawing, ["png", "svg"])["png"].startswith(b"\x89PNG")
    assert texts(drawing.figure.axes[0]) == [f"{value:g}" for value in values if value == 0 or np.isinf(value)]
    assert drawing.numbers["median"].tolist() == values


def test_seeds_without_a_gradient_are_counted():
    table = norms(dense1=[1.0, np.nan, np.nan], output=[1.0, 2.0, np.nan])
    figure, numbers = draw_first_gradient(table, RunCaption())
    assert (
        "median of n = 1 to 2 seeds, line: all of them (of 3 seeds: others have no value)" in figure.texts[1].get_text()
    )
    assert numbers[["n", "seeds"]].to_numpy().tolist() == [[1, 3], [2, 3]]
    assert draw_first_gradient(norms(dense1=[np.nan]), RunCaption()) is None


def test_layers_without_names_have_whole_numbers():
    layers = {f"dense{place}": [1.0] for place in range(21)}
    (axes,) = draw_first_gradient(norms(**layers), RunCaption()).figure.axes
    assert all(tick == round(tick) for tick in axes.get_xticks())


def test_gradients_are_those_of_epochs():
    table = norms(dense1=[1.0], output=[2.0])
    drawing = draw_gradients(table, RunCaption())
    assert set(drawing.numbers["epoch"]) == {1} and "first step" not in drawing.figure.texts[1].get_text()
    assert draw_gradients(table[table["epoch"] == 0], RunCaption()) is None


def test_results_without_them_have_no_such_figure():
    old = norms(dense1=[1.0]).query("epoch > 0")
    assert draw_first_gradient(old, RunCaption()) is None
    assert draw_first_gradients(old.assign(arm=0), {0: "an arm"}, RunCaption()) is None


def test_arms_that_begin_alike_share_a_panel_and_all_panels_have_one_scale():
    gradients = [norms(dense1=[1e-6, 2e-6], output=[1.0, 1.0]), norms(dense1=[100.0, 300.0], output=[1.0, 1.0])]
    tables = pd.concat([gradients[number].assign(arm=arm) for arm, number in enumerate([0, 1, 1, 0, 1])])
    figure, numbers = draw_first_gradients(tables, {arm: f"arm {arm}" for arm in range(5)}, RunCaption())
    assert [axes.get_title("left") for axes in figure.axes] == ["arm 0", "arm 1"]
    assert [texts(axes) for axes in figure.axes] == [["1 other arm begins alike"], ["2 other arms begin alike"]]
    assert len({axes.get_ylim() for axes in figure.axes}) == 1
    assert numbers["label"].tolist() == ["arm 0", "arm 0", "arm 1", "arm 1"]


def test_a_layer_with_one_value_has_a_marker() -> None:
    drawing = draw_units(diagnostics({"dead_fraction": LAYERS}, epochs=1), RunCaption(title="a run"))
    assert all(line.get_marker() not in ("", "None") for line in drawing.figure.axes[0].get_lines())
    drawing = draw_units(diagnostics({"dead_fraction": LAYERS}, epochs=3), RunCaption(title="a run"))
    assert all(line.get_marker() in ("", "None") for line in drawing.figure.axes[0].get_lines())
