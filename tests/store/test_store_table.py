"""Tables as CSV text: numbers keep every digit, and a line that a crash cut short is left out."""

import io
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlpexp.errors import RunError
from mlpexp.store.table import as_csv, cell_text, read_rows

COLUMNS = ("seed", "epoch", "loss")
ROWS = [{"seed": seed, "epoch": epoch, "loss": 1 / (1 + epoch + seed)} for epoch in range(4) for seed in range(2)]


@settings(deadline=None)  # a busy machine is not a failure
@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_double_survives_the_round_trip_through_text(value: float) -> None:
    assert np.float64(cell_text(value)).tobytes() == np.float64(value).tobytes()


@settings(deadline=None)  # a busy machine is not a failure
@given(st.integers(min_value=0, max_value=2**63 - 1))
def test_every_seed_survives_the_round_trip_through_text(value: int) -> None:
    assert int(cell_text(value)) == value


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.1, "0.1"), (1 / 3, "0.3333333333333333"), (1.0, "1.0"), (0.0, "0.0"), (1e-12, "1e-12"),
        (123456789.123, "123456789.123"),
        (float("nan"), "nan"), (float("inf"), "inf"), (float("-inf"), "-inf"), (7, "7"), ("a,b", "a,b"),
    ],
)  # fmt: skip
def test_numbers_are_written_as_short_as_can_be_and_never_as_nothing(value: float | int | str, text: str) -> None:
    assert cell_text(value) == text


def test_a_numpy_float_is_written_like_a_float() -> None:
    assert cell_text(np.float64(1 / 3)) == "0.3333333333333333"


def test_pandas_reads_what_was_written(tmp_path: Path) -> None:
    text = as_csv(COLUMNS, [{"seed": 0, "epoch": 1, "loss": float("inf")}, {"seed": 1, "epoch": 1, "loss": 0.25}])
    table = pd.read_csv(io.StringIO(text))
    assert table["loss"].tolist() == [float("inf"), 0.25]
    assert table["seed"].tolist() == [0, 1]


def test_a_cell_with_comma_quote_and_newline_survives(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    nasty = 'a, "b"\nc'
    path.write_text(as_csv(("seed", nasty), [{"seed": 1, nasty: 2.0}]))
    assert read_rows(path) == [{"seed": "1", nasty: "2.0"}]


def test_a_line_cut_at_any_byte_is_left_out_and_the_rest_kept(tmp_path: Path) -> None:
    path, text = tmp_path / "t.csv", as_csv(COLUMNS, ROWS)
    lines = text.splitlines(keepends=True)
    for cut in range(len(lines[-1])):
        path.write_text("".join(lines[:-1]) + lines[-1][:cut])
        assert len(read_rows(path)) == len(ROWS) - 1, cut
    path.write_text(text)
    assert len(read_rows(path)) == len(ROWS)


def test_rows_of_zero_bytes_after_a_power_failure_are_left_out(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(as_csv(COLUMNS, ROWS).encode() + bytes(100))
    assert len(read_rows(path)) == len(ROWS)


def test_an_empty_file_has_no_rows(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("")
    assert read_rows(tmp_path / "t.csv") == []


def test_a_table_that_makes_no_sense_is_damaged_in_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    for content in (b"seed,epoch,loss\n0\n", b"seed,epoch,loss\n0,1,2,3\n", b"\xff\xfe\n1\n"):
        path.write_bytes(content)
        with pytest.raises(RunError) as caught:
            read_rows(path)
        assert str(caught.value).startswith(f"{path}: damaged")
        assert len(str(caught.value).splitlines()) == 1


def test_a_table_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(RunError, match=r"t\.csv: cannot be read"):
        read_rows(tmp_path / "t.csv")
