"""The figure of central differences: a valley between two errors, whose best step is marked."""

import numpy as np
import pandas as pd
import pytest

from mlpexp.report.figures.error_by_step import draw_error_by_step


def valley(jump: float = 1.0) -> pd.DataFrame:
    """Errors of steps; beyond 1e-3, a kink makes them larger."""
    step = 10.0 ** np.arange(-1, -12.5, -0.5)
    truncation, rounding = 0.1 * step**2, 1e-16 / step
    largest = (truncation + rounding) * np.where(step > 1e-3, jump, 1.0)
    columns = {"step": step, "largest": largest, "median": largest / 5}
    return pd.DataFrame({**columns, "truncation": truncation, "rounding": rounding})


def notes(figure) -> str:
    return " ".join(text.get_text() for text in figure.texts)


def test_the_best_step_is_marked_and_said() -> None:
    figure, numbers = draw_error_by_step(valley(), 131, "a title")
    (axes,) = figure.axes
    lines = {line.get_label(): line for line in axes.lines}
    best = numbers["step"][numbers["largest"].idxmin()]
    assert "truncation c h²" in lines
    assert lines["best step"].get_xdata()[0] == best == pytest.approx(1e-5)
    assert (axes.get_xscale(), axes.get_yscale()) == ("log", "log")
    assert "131 derivatives" in notes(figure) and "h = 1.0e-05" in notes(figure) and "kink" not in notes(figure)
    looks = {(str(line.get_linestyle()), line.get_marker()) for line in axes.lines}
    assert len(looks) == len(axes.lines)  # told apart in grey
    figure.draw_without_rendering()


def test_steps_over_kinks_are_explained() -> None:
    figure, _ = draw_error_by_step(valley(1000), 131, "a title")
    assert "the step reaches over a kink" in notes(figure)


def test_a_median_of_zero_is_said_and_has_no_line() -> None:
    figure, _ = draw_error_by_step(valley().assign(median=0.0), 131, "a title")
    assert "median" not in [line.get_label() for line in figure.axes[0].lines]
    assert "median error: 0 at every step" in notes(figure)


def test_without_any_error_there_is_no_figure() -> None:
    assert draw_error_by_step(valley().assign(largest=0.0, median=0.0), 131, "a title") is None
