"""Figures of diagnostics: the numbers beside them are those of the files."""

import numpy as np
import pandas as pd
import pytest

from mlpexp.report.drawing.save_figures import rendered
from mlpexp.report.figures.arm.layer_curves import draw_curvature, draw_gains, draw_gradients, draw_units
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
