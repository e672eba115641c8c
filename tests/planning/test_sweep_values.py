"""Values of axes: lists, ranges, distributions."""

import math

import numpy as np
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from mlpexp.planning.axes import numbers, suits_log
from mlpexp.planning.values import Distribution, read_values, value_text

POSITIVE = st.floats(1e-6, 1e6)


@given(POSITIVE, POSITIVE, st.integers(2, 50))
def test_log_has_equal_ratios_and_both_ends(low: float, high: float, count: int) -> None:
    values = read_values(f"log({low!r}, {high!r}, {count})")
    np.testing.assert_allclose(values, np.geomspace(low, high, count), rtol=1e-5)


def test_ranges() -> None:
    assert read_values("log(1e-4,1,5)") == [0.0001, 0.001, 0.01, 0.1, 1.0]
    assert read_values(" linear( 0 , 1 , 3 ) ") == [0.0, 0.5, 1.0]
    assert read_values("range(10, 40, 10)") == list(range(10, 40, 10))
    assert read_values("range(3, 0, -1)") == [3, 2, 1]
    assert read_values([1, "full"]) == [1, "full"]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("log(1e-4, 1)", "log takes 3 numbers, not 2"),
        ("lg(1, 2, 3)", "lg is not a range; did you mean log?"),
        ("log(0, 1, 3)", "log needs ends above 0"),
        ("log(1, 2, x)", "'x' is not a number"),
        ("range(0, 1e300, 1)", "1e300 is too large a number; at most 1e+30 can be used"),
        ("linear(-1e308, 1e308, 5)", "-1e308 is too large a number; at most 1e+30 can be used"),
        ("log(1, 2, 1)", "1 is not a number of values between 2 and 10,000"),
        ("range(0, 1, 0.5)", "range takes whole numbers; linear(0, 1, 5) makes others"),
        ("range(5, 1, 1)", "range(5, 1, 1) has 0 values"),
        ("range(0, inf, 1)", "inf is not a finite number"),
        ("range(1, 10000000000, 1)", "range(1, 1e+10, 1) has 9,999,999,999 values"),
        ("linear(0, 1, nan)", "nan is not a finite number"),
        ("uniform(2, 1)", "uniform needs low < high"),
        ("log_uniform(0, 1)", "log_uniform needs 0 < low < high"),
        ([], "has no values"),
        (3, "expected a list of values or a range such as log(1e-4, 1, 9); write [3]"),
        ("relu", "expected a list of values or a range such as log(1e-4, 1, 9)"),
    ],
)
def test_what_is_no_range_is_said(given: object, message: str) -> None:
    with pytest.raises(ValueError) as caught:
        read_values(given)
    assert str(caught.value) == message


@given(st.floats(0, 1, exclude_max=True))
def test_distributions_stay_within_their_ends(share: float) -> None:
    for kind, low, high in (("uniform", -1, 2), ("log_uniform", 1e-4, 1), ("integers", 3, 6)):
        value = Distribution(kind, low, high).at(share)
        assert low <= value <= high
        assert kind != "integers" or isinstance(value, int)


def test_distributions_are_uniform_in_their_scale() -> None:
    shares = (np.arange(400) + 0.5) / 400
    integers = [Distribution("integers", 3, 6).at(share) for share in shares]
    assert [integers.count(value) for value in (3, 4, 5, 6)] == [100] * 4
    logs = [math.log10(Distribution("log_uniform", 1e-4, 1).at(share)) for share in shares]
    np.testing.assert_allclose(np.histogram(logs, bins=4, range=(-4, 0))[0], 100)


@given(
    st.recursive(
        st.one_of(st.integers(-9, 9), st.booleans(), st.sampled_from(["relu", "1", "a, b", "x: y", "~"])),
        lambda inner: st.lists(inner, max_size=3),
        max_leaves=5,
    )
)
def test_the_text_of_a_value_is_yaml_for_it(value: object) -> None:
    assert yaml.safe_load(value_text([value])) == [value]


def test_texts() -> None:
    assert value_text({"name": "elu", "alpha": 2.0}) == "{name: elu, alpha: 2}"
    assert [value_text(each) for each in (0.1, 1e-4, 1.0, "relu", None)] == ["0.1", "0.0001", "1", "relu", "null"]


def test_which_axes_are_logarithmic() -> None:
    assert suits_log([0.001, 0.01, 0.1])
    assert suits_log([1, 8, 16, 128])
    assert not suits_log(list(range(10, 110, 10)))
    assert not suits_log([0, 1, 10])
    assert not suits_log([1, 100])
    assert numbers(["1", "full"]) is None
