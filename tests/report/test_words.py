"""Formats of numbers and words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlpexp.report.words import (
    NO_BREAK,
    abbreviations,
    age,
    binary_bytes,
    cell_interval,
    cell_number,
    counted,
    decimal_bytes,
    distinct_labels,
    duration,
    fixed,
    fixed_interval,
    in_lines,
    kept_together,
    listed,
    microseconds,
    note,
    number,
    numbered,
    of_a_sample,
    one_form,
    probability,
    rough_bytes,
    score_number,
    short_number,
    span,
    two_lines,
)

NAN, INF = float("nan"), float("inf")
LONG = "hidden_sizes [16, 16, 16], learning_rate 0.0003, batch_size 128, dropout 0.{:02d}"


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, "-"), (0.0, "0.0000"), (0.123456, "0.1235"), (0.01, "0.0100"), (0.00987654, "0.00988"), (-3.0, "-3.0000"),
     (999_999.0, "999999.0000"), (1_234_567.0, "1.235e+06"), (1e-9, "1e-09"), (INF, "inf")],
)  # fmt: skip
def test_numbers(value: float | None, text: str) -> None:
    assert number(value) == text


@pytest.mark.parametrize(
    ("cell", "text", "with_sign"),
    [("", "-", "-"), (NAN, "-", "-"), (INF, "-", "-"), (0.5, "0.5000", "+0.5000"), ("0.5", "0.5000", "+0.5000"),
     (-0.00123, "-0.0012", "-0.0012"), (0.00123, "0.0012", "+0.0012"), (2e6, "2e+06", "+2e+06"),
     (1e-8, "0.0000", "+0.0000"), (-3e-12, "0.0000", "+0.0000"), (2e-8, "2e-08", "+2e-08")],
)  # fmt: skip
def test_numbers_of_a_comparison(cell: float | str, text: str, with_sign: str) -> None:
    assert (cell_number(cell), cell_number(cell, sign=True)) == (text, with_sign)


@given(st.floats(-1e300, 1e300), st.booleans())
def test_a_number_is_read_back_to_its_digits(value: float, sign: bool) -> None:
    assert float(cell_number(value, sign=sign)) == pytest.approx(value, rel=0.06, abs=1e-8)
    assert float(number(value)) == pytest.approx(value, rel=0.006)


def test_intervals() -> None:
    assert cell_interval(0.931, 0.972) == "0.9310 .. 0.9720"
    assert cell_interval(-0.1, 0.2, sign=True) == "-0.1000 .. +0.2000"
    assert cell_interval(0.5, 0.5 + 1e-15) == "all equal"
    assert cell_interval("", "") == cell_interval(NAN, NAN) == fixed_interval(NAN, 1.0) == "-"
    assert fixed_interval(0.001, 12345.6, sign=True) == "+0.0010 .. +1.235e+04"


def test_numbers_for_a_report() -> None:
    assert [fixed(cell) for cell in (0.00012, -1e-12, 9999.5, 12345.6, "", INF)] == [
        "0.0001", "0.0000", "9999.5000", "1.235e+04", "-", "-",
    ]  # fmt: skip
    assert [probability(cell) for cell in (0.5, 0.0004, 0.001, "", NAN)] == ["0.500", "< 0.001", "0.001", "-", "-"]
    assert [score_number(value) for value in (0.98765, -12.5, -123.456)] == ["0.9877", "-12.5000", "-123"]


@pytest.mark.parametrize(
    ("value", "text"), [(0.1, "0.1"), (1e-5, "1e-5"), (123456.0, "1.2e5"), (0.000316228, "0.00032"), (1e100, "1e100")]
)
def test_short_numbers(value: float, text: str) -> None:
    assert short_number(value, 7) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0.0 s"), (9.94, "9.9 s"), (10, "10 s"), (119.4, "119 s"), (120, "2 min"), (7199, "120 min"), (9000, "2.5 h")],
)
def test_durations(seconds: float, text: str) -> None:
    assert duration(seconds) == text


@pytest.mark.parametrize(
    ("seconds", "text"), [(-3, "0 s"), (59, "59 s"), (60, "1 min"), (3599, "60 min"), (3600, "1 h"), (100_000, "1 d")]
)
def test_ages(seconds: float, text: str) -> None:
    assert age(seconds) == text


def test_bytes() -> None:
    assert [rough_bytes(count) for count in (12e6, 999e6, 1.5e9)] == ["12 MB", "999 MB", "1.5 GB"]
    assert [decimal_bytes(count) for count in (512, 12_345, 4e6, 1.5e9)] == ["0.5 kB", "12.3 kB", "4.0 MB", "1.5 GB"]
    assert [binary_bytes(count) for count in (1023, 1024, 246_784, 2**40)] == [
        "1023 B",
        "1.0 KiB",
        "241.0 KiB",
        "1,024.0 GiB",
    ]
    assert [microseconds(value) for value in (1234.56, NAN)] == ["1,234.6", "-"]


def test_words() -> None:
    assert [counted(count, "arm") for count in (0, 1, 1200)] == ["0 arms", "1 arm", "1,200 arms"]
    assert [span(27, 88), span(3, 3), span(0.123, 0.1231, "{:.2g}")] == ["27 to 88", "3", "0.12"]
    assert [listed(words) for words in (["a"], ["a", "b"], ["a", "b", "c"])] == ["a", "a and b", "a, b and c"]
    assert (note("one seed", "", "grey: each seed"), note(), note("")) == ("one seed; grey: each seed", "", "")


def test_what_is_kept_together_is_in_one_line() -> None:
    assert in_lines(f"written to {kept_together('a b c d')}: files", 16) == "written to\na b c d: files"
    assert NO_BREAK not in in_lines(kept_together("a b"), 80)
    assert in_lines("aa bb cc", 7, "- ", "  ") == "- aa bb\n  cc"


@pytest.mark.parametrize(
    ("labels", "short"),
    [
        (["one", "two"], ["one", "two"]),
        (["beginnings differ", "these are cut at the end"], ["beginnings…", "these are c…"]),
        (["ends differ by a number 1", "ends differ by a number 2"], ["ends…mber 1", "ends…mber 2"]),
        (["this differs in 1 place only", "this differs in 2 place only"], ["…1 place on…", "…2 place on…"]),
        (["equal", "equal"], ["0: equal", "1: equal"]),
    ],
)
def test_short_labels_stay_distinct(labels: list[str], short: list[str]) -> None:
    cut = list(distinct_labels(dict(enumerate(labels)), 12).values())
    assert cut == short
    assert all(len(label) <= 12 for label in cut)


def test_labels_have_at_most_two_lines() -> None:
    for label in ("word", "two words of some length", "x" * 40, "a bb ccc dddd eeeee ffffff ggggggg hh"):
        lines = two_lines(label, 20).split("\n")
        assert len(lines) <= 2
        assert all(len(line) <= 20 for line in lines)
        assert "".join(lines).replace(" ", "") == label.replace(" ", "")


@pytest.mark.parametrize(
    ("names", "letters"),
    [
        (["setosa", "versicolor", "virginica"], ["se", "ve", "vi"]),
        (["0", "1", "10"], ["0", "1", "10"]),
        (["arm 1", "arm 2", "arm 3"], ["1", "2", "3"]),
        (["class a of a name", "class b of a name"], ["0", "1"]),
        ([], []),
    ],
)
def test_abbreviations(names: list[str], letters: list[str]) -> None:
    assert abbreviations(names) == letters


@pytest.mark.parametrize(
    ("values", "written"),
    [
        ([0.0003, -5e-5, 6.3e-5], ["0.00030", "-0.00005", "0.00006"]),
        ([0.5, -0.25], ["0.5000", "-0.2500"]),
        ([16_055.3, -2.5], ["16,055", "-2"]),
        ([12.345, 1.5], ["12.35", "1.50"]),
        ([0.0, 0.0], ["0.0000", "0.0000"]),
        ([3e-9, 1e-10], ["3.0e-09", "1.0e-10"]),
        ([float("nan"), 0.1], ["nan", "0.1000"]),
    ],
)
def test_numbers_below_each_other_have_one_form(values: list[float], written: list[str]) -> None:
    assert [format(value, one_form(values)) for value in values] == written


def test_what_a_sample_has_is_whole_where_it_is_large() -> None:
    values = (0.98765, 331_900.4, -12_345.6, 9_999.4, 3e9)
    assert list(map(of_a_sample, values)) == ["0.9877", "331,900", "-12,346", "9999", "3e+09"]


def test_a_number_stays_in_front_of_a_name_from_right_to_left() -> None:
    assert numbered(2, "wide") == "2: wide"
    assert numbered(2, "عربي") == "\u200e2: عربي"
