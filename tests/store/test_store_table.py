"""Tables that grow, are cut short by a crash, and are cut back to what a checkpoint knows."""

import errno
import io
import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlpexp.errors import RunError
from mlpexp.store.table import GrowingTable, as_csv, cell_text, cut_back, read_rows

COLUMNS = ("seed", "epoch", "loss")
ROWS = [{"seed": seed, "epoch": epoch, "loss": 1 / (1 + epoch + seed)} for epoch in range(4) for seed in range(2)]


@settings(deadline=None)  # a busy machine is not a failure
@given(st.floats(width=32, allow_nan=False, allow_infinity=False))
def test_every_float32_survives_the_round_trip_through_text(value: float) -> None:
    assert np.float32(float(cell_text(value))) == np.float32(value)


@settings(deadline=None)  # a busy machine is not a failure
@given(st.integers(min_value=0, max_value=2**63 - 1))
def test_every_seed_survives_the_round_trip_through_text(value: int) -> None:
    assert int(cell_text(value)) == value


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.1, "0.1"), (1 / 3, "0.333333333"), (1.0, "1"), (0.0, "0"), (1e-12, "1e-12"), (123456789.123, "123456789"),
        (float("nan"), "nan"), (float("inf"), "inf"), (float("-inf"), "-inf"), (7, "7"), ("a,b", "a,b"),
    ],
)  # fmt: skip
def test_numbers_are_written_short_and_never_as_nothing(value: float | int | str, text: str) -> None:
    assert cell_text(value) == text


def test_a_numpy_float_is_written_like_a_float() -> None:
    assert cell_text(np.float64(1 / 3)) == "0.333333333"


def test_pandas_reads_what_was_written(tmp_path: Path) -> None:
    text = as_csv(COLUMNS, [{"seed": 0, "epoch": 1, "loss": float("inf")}, {"seed": 1, "epoch": 1, "loss": 0.25}])
    table = pd.read_csv(io.StringIO(text))
    assert table["loss"].tolist() == [float("inf"), 0.25]
    assert table["seed"].tolist() == [0, 1]


def test_a_cell_with_comma_quote_and_newline_survives(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    nasty = 'a, "b"\nc'
    path.write_text(as_csv(("seed", nasty), [{"seed": 1, nasty: 2.0}]))
    assert read_rows(path) == [{"seed": "1", nasty: "2"}]


def grown(path: Path, rows: list[dict[str, float]]) -> None:
    table = GrowingTable(path, COLUMNS)
    for row in rows:
        table.append([row])
    table.close()


def test_a_table_grown_in_pieces_equals_one_written_at_once(tmp_path: Path) -> None:
    grown(tmp_path / "t.csv", ROWS[:3])
    grown(tmp_path / "t.csv", ROWS[3:])
    assert (tmp_path / "t.csv").read_text() == as_csv(COLUMNS, ROWS)


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


def test_cut_back_keeps_what_is_known_byte_for_byte_and_drops_the_cut_line(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text(as_csv(COLUMNS, ROWS) + "1,4,0.1")
    cut_back(path, COLUMNS, lambda row: int(row["epoch"]) <= 1)
    assert path.read_text() == as_csv(COLUMNS, ROWS[:4])


def test_cut_back_then_grow_gives_the_bytes_of_an_uninterrupted_table(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text(as_csv(COLUMNS, ROWS)[:-5])
    cut_back(path, COLUMNS, lambda row: int(row["epoch"]) <= 2)
    grown(path, ROWS[6:])
    assert path.read_text() == as_csv(COLUMNS, ROWS)


def test_cut_back_of_a_missing_table_makes_none(tmp_path: Path) -> None:
    cut_back(tmp_path / "t.csv", COLUMNS, lambda row: True)
    assert not (tmp_path / "t.csv").exists()


def test_a_table_that_makes_no_sense_is_damaged_in_one_sentence_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    for content in (b"seed,epoch,loss\n0,what,1\n", b"seed,epoch,loss\n0\n", b"other,columns\n1,2\n", b"\xff\xfe\n1\n"):
        path.write_bytes(content)
        with pytest.raises(RunError) as caught:
            cut_back(path, COLUMNS, lambda row: int(row["epoch"]) <= 2)
        assert str(caught.value).startswith(f"{path}: damaged")
        assert path.read_bytes() == content


def test_flush_hands_rows_to_other_readers_and_permanent_to_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[int] = []
    fsync = os.fsync
    path = tmp_path / "t.csv"
    table = GrowingTable(path, COLUMNS)
    monkeypatch.setattr(os, "fsync", lambda descriptor: (synced.append(descriptor), fsync(descriptor)))
    table.append(ROWS[:1])
    table.flush()
    assert len(read_rows(path)) == 1
    assert not synced
    table.append(ROWS[1:2])
    table.flush(permanent=True)
    assert len(read_rows(path)) == 2
    assert len(synced) == 1
    table.close()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no /dev/full")
@pytest.mark.parametrize("call", ["flush", "close"])
def test_a_full_disk_is_one_sentence(call: str) -> None:
    table = GrowingTable(Path("/dev/full"), COLUMNS)
    table.append(ROWS)
    with pytest.raises(RunError, match=r"^/dev/full: cannot be written: the disk is full"):
        getattr(table, call)()
    if call == "flush":
        with pytest.raises(RunError):
            table.close()


def test_a_failing_open_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    grown(tmp_path / "t.csv", ROWS)

    def refuse(*args: object, **options: object) -> None:
        raise OSError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(RunError, match="may not be written"):
        GrowingTable(tmp_path / "t.csv", COLUMNS)
