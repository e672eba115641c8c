"""``mlpexp activations``: the sheet in every format, the measured costs, the figure."""

import io
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from making.command_line import Command
from mlpexp.config.activations import KNOWN
from mlpexp.report.figures.activation_sheet import draw_overlay

NAMES = list(KNOWN)


def test_the_sheet_has_every_activation(mlpexp: Command) -> None:
    result = mlpexp("activations", "--no-time")
    assert (result.code, result.err) == (0, "")
    assert all(result.out.count(f"  {name} ") >= 2 for name in NAMES)  # facts and character
    assert "x if x > 0 else negative_slope * x" in result.out
    assert "4 * sigmoid(x) - 2" in result.out
    assert "(ns)" not in result.out
    assert mlpexp("activations", "--no-time").out == result.out


def test_costs_are_measured(mlpexp: Command) -> None:
    result = mlpexp("activations", "tanh", "relu", "maxout", "--format", "csv")
    table = pd.read_csv(io.StringIO(result.out)).set_index("name")
    assert list(table.index) == ["tanh", "relu", "maxout"]
    assert table.loc["relu", "times_relu_median"] == 1 or pd.isna(table.loc["relu", "times_relu_median"])
    for way in ("forward", "backward"):
        low, median, high = (table[f"{way}_ns_{name}"] for name in ("low", "median", "high"))
        assert (low > 0).all()
        assert (low <= median).all()
        assert (median <= high).all()
    ratios = table["times_relu_median"].dropna()  # a busy machine has none
    assert (ratios > 0).all()


def test_relu_need_not_be_among_them(mlpexp: Command) -> None:
    result = mlpexp("activations", "sigmoid", "--format", "markdown")
    assert "times relu" in result.out
    assert "| sigmoid | 1 / (1 + exp(-x)) | y \\* (1 - y) | (0, 1) | no | 0.50 | yes | 1 |" in result.out
    assert "| 1,024 entries, straight lines between | 1.2e-05 | 1.2e-05 |" in result.out


def test_latex(mlpexp: Command) -> None:
    out = mlpexp("activations", "relu", "tanh", "--no-time", "--format", "latex").out
    assert out.count(r"\begin{table}") == out.count(r"\end{table}") == 2
    assert r"1 if x \textgreater{} 0 else 0" in out


def test_the_figure(mlpexp: Command, tmp_path: Path) -> None:
    result = mlpexp("activations", "--no-time", "--output", tmp_path / "sheet", "--plot-format", "svg")
    assert result.code == 0
    assert {path.name for path in (tmp_path / "sheet").iterdir()} == {"activations.svg", "activations.csv"}
    table = pd.read_csv(tmp_path / "sheet" / "activations.csv")
    assert table.groupby("name", sort=False).size().to_dict() == dict.fromkeys(NAMES, 401)


def test_other_names_and_repetitions(mlpexp: Command) -> None:
    out = mlpexp("activations", "swish", "silu", "swish", "--no-time", "--format", "csv").out
    assert [line.split(",")[0] for line in out.splitlines()] == ["name", "silu"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["rleu"], "error: activations: 'rleu' is not an activation; did you mean relu?"),
        (["--format", "json"], "error: --format: 'json' is not known"),
        (["--plot-format", "svg"], "error: --plot-format: nothing is drawn without --output"),
        (["--output", "x", "--plot-format", "gif"], "error: --plot-format: 'gif' is not known"),
    ],
)
def test_bad_input(arguments: list[str], message: str, mlpexp: Command, tmp_path: Path) -> None:
    result = mlpexp("activations", *arguments)
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith(message)
    assert len(result.err.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


def test_functions_over_each_other(mlpexp: Command, tmp_path: Path) -> None:
    result = mlpexp("activations", "logistic", "tanh", "--no-time", "--overlay", "-o", tmp_path / "curves")
    assert result.code == 0
    assert {path.name for path in (tmp_path / "curves").iterdir()} == {
        "activations-overlay.png", "activations-overlay.csv",
    }  # fmt: skip
    curves = pd.read_csv(tmp_path / "curves" / "activations-overlay.csv")
    of_name = {name: rows.set_index("x") for name, rows in curves.groupby("name")}
    assert set(of_name) == {"sigmoid", "tanh"}
    x = of_name["tanh"].index
    assert of_name["tanh"]["value"].to_numpy() == pytest.approx(np.tanh(x))
    assert of_name["sigmoid"]["slope"].to_numpy() == pytest.approx((1 - np.tanh(x / 2) ** 2) / 4)


def test_functions_over_each_other_are_told_apart_in_grey() -> None:
    x = np.linspace(-4, 4, 401)
    curves = pd.concat([pd.DataFrame({"name": f"f{i}", "x": x, "value": i * x, "slope": i + 0 * x}) for i in range(6)])
    figure, _ = draw_overlay(curves)
    for axes in figure.axes:
        lines = [line for line in axes.lines if line.get_label().startswith("f")]
        assert len({(line.get_linestyle(), line.get_marker()) for line in lines}) == 6
        assert len({str(line.get_markevery()) for line in lines}) == 6  # markers at places of their own
