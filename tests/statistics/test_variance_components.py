"""Variance components against simulated designs with known components and the tables of a two-way analysis."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from mlpexp.statistics.variance_components import VarianceComponents, variance_components

NAMES = ("split", "initial draw", "batch order")


def crossed(generator: np.random.Generator, shape: tuple[int, ...], stds: dict[tuple[int, ...], float]) -> np.ndarray:
    """Values whose effect of each set of axes is normal with the given std."""
    values = np.full(shape, 0.9)
    for axes, std in stds.items():
        values = values + generator.normal(0, std, [size if axis in axes else 1 for axis, size in enumerate(shape)])
    return values


def test_two_factors_by_hand() -> None:
    """2 x 2 with means 1 and 5 of rows, 2 and 4 of columns, no interaction: MS 16 and 4 over 2 cells each."""
    found = variance_components(np.array([[0.0, 2.0], [4.0, 6.0]]), ("row", "column"))
    assert [component.name for component in (*found.factors, found.rest)] == ["row", "column", "rest"]
    assert [component.std**2 for component in found.factors] == pytest.approx([8.0, 2.0])
    assert found.rest.std == 0.0
    assert found.std**2 == pytest.approx(10.0)
    assert [component.share for component in found.factors] == pytest.approx([0.8, 0.2])


def test_two_factors_equal_the_textbook_sums_of_squares() -> None:
    """Searle, Casella and McCulloch (1992), chapter 4: from T_0, T_A, T_B and T_mu."""
    values = np.random.default_rng(0).normal([[1.0], [2.0], [9.0], [4.0], [1.0]], 1.0, (5, 3)) ** 2
    a, b = values.shape
    t_mu, t_a, t_b = values.sum() ** 2 / (a * b), (values.sum(1) ** 2).sum() / b, (values.sum(0) ** 2).sum() / a
    ms_a, ms_b = (t_a - t_mu) / (a - 1), (t_b - t_mu) / (b - 1)
    ms_e = ((values**2).sum() - t_a - t_b + t_mu) / ((a - 1) * (b - 1))
    found = variance_components(values, ("a", "b"))
    assert found.factors[0].std ** 2 == pytest.approx(max(0, (ms_a - ms_e) / b))
    assert found.factors[1].std ** 2 == pytest.approx(max(0, (ms_b - ms_e) / a), abs=1e-12)
    assert found.rest.std**2 == pytest.approx(ms_e)
    assert found.factors[0].std > 0


@pytest.mark.parametrize("interaction", [0.0, 1.0])
def test_known_components_are_found(interaction: float) -> None:
    """Averaged over designs so large in effect that no estimate is cut off at 0; interactions go into the rest alone."""
    generator = np.random.default_rng(3)
    stds = {(0,): 3.0, (1,): 2.0, (2,): 2.5, (0, 1): interaction, (1, 2): interaction, (0, 1, 2): 0.5}
    designs = [variance_components(crossed(generator, (8, 7, 6), stds), NAMES) for _ in range(1500)]

    def close(found: list[float], expected: float) -> None:
        assert abs(np.mean(found) - expected) < 4 * np.std(found) / math.sqrt(len(found))

    for axis, expected in enumerate((9.0, 4.0, 6.25)):
        close([design.factors[axis].std ** 2 for design in designs], expected)
    close([design.rest.std**2 for design in designs], 2 * interaction**2 + 0.25)
    close([design.std**2 for design in designs], 19.25 + 2 * interaction**2 + 0.25)


def test_pure_residual_is_rest() -> None:
    values = np.random.default_rng(0).normal(0.9, 0.02, (10, 10, 10))
    found = variance_components(values, NAMES)
    assert found.rest.std == pytest.approx(0.02, rel=0.1)
    assert all(component.share < 0.03 for component in found.factors)
    assert min(component.std for component in found.factors) == 0.0, "an estimate below 0 is shown as 0"


@given(arrays(float, (2, 3, 2), elements=st.integers(-5, 5)))
def test_shares_and_variances_sum(values: np.ndarray) -> None:
    found = variance_components(values, NAMES)
    parts = (*found.factors, found.rest)
    assert sum(part.std**2 for part in parts) == pytest.approx(found.std**2)
    assert sum(part.share for part in parts) == pytest.approx(1.0 if found.std > 0 else 0.0)
    assert all(part.share >= 0 for part in parts)


@given(arrays(float, (2, 3, 4), elements=st.integers(-5, 5)))
def test_order_of_axes_and_the_level_do_not_matter(values: np.ndarray) -> None:
    def stds(found: VarianceComponents) -> dict[str, float]:
        return {part.name: part.std**2 for part in (*found.factors, found.rest)}

    expected = stds(variance_components(values, NAMES))
    turned = variance_components(values.transpose(2, 0, 1) + 7, [NAMES[2], NAMES[0], NAMES[1]])
    assert stds(turned) == pytest.approx(expected, abs=1e-9)


def test_equal_values_have_no_noise() -> None:
    found = variance_components(np.full((2, 2), 0.5), ("a", "b"))
    assert (found.std, [part.share for part in (*found.factors, found.rest)]) == (0.0, [0.0, 0.0, 0.0])


@pytest.mark.parametrize(
    ("shape", "names", "message"),
    [
        ((3,), ["a"], "per factor"),
        ((3, 3), ["a"], "per factor"),
        ((3, 1), ["a", "b"], "levels"),
        ((3, 0), ["a", "b"], "levels"),
    ],
)
def test_designs_that_are_not_crossed_are_refused(shape: tuple[int, ...], names: list[str], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        variance_components(np.zeros(shape), names)
    with pytest.raises(ValueError, match="finite"):
        variance_components(np.array([[1.0, math.nan], [0.0, 1.0]]), ("a", "b"))
