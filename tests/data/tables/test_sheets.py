"""Excel and Parquet files are read as the same table written as text would be."""

import io
from datetime import datetime
from typing import Any

import pandas as pd
import pytest
from openpyxl import Workbook

from mlpexp.errors import DataError

ROWS = [
    ["size", "colour", "when", "y"],
    *([i * 0.5, ["red", "blue"][i % 2], datetime(2024, 1, 1 + i), "ab"[i // 4]] for i in range(8)),
]
KEYS = {"dates": {"when": "ordinal"}}


def workbook(rows: list[list[Any]], *more: str) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    for name in more:
        book.create_sheet(name)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def as_text(rows: list[list[Any]]) -> str:
    return "".join(",".join(str(cell) for cell in row) + "\n" for row in rows).replace(" 00:00:00", "")


def test_a_workbook_is_read_as_its_text(read: Any) -> None:
    sheet, text = read(workbook(ROWS), name="t.xlsx", **KEYS), read(as_text(ROWS), **KEYS)
    assert sheet.dataset.inputs.tolist() == text.dataset.inputs.tolist()
    assert sheet.dataset.feature_names == text.dataset.feature_names == ("size", "colour=blue", "colour=red", "when")


def test_blank_rows_and_columns_do_not_count_and_places_are_those_of_the_sheet(read: Any) -> None:
    rows = [[], *([*row, None] for row in ROWS[:4]), [], [3.5, None, datetime(2024, 1, 9), "b"], *ROWS[4:]]
    with pytest.raises(DataError, match=r"t\.xlsx:7:colour: missing value"):
        read(workbook(rows), name="t.xlsx", **KEYS)


def test_of_several_sheets_the_first_is_taken_and_said(read: Any) -> None:
    table = read(workbook(ROWS, "notes"), name="t.xlsx", **KEYS)
    assert "table: sheet 'Sheet', the first of 2" in list(table.understanding.sentences())


def test_a_damaged_workbook_is_said(read: Any) -> None:
    content = workbook(ROWS)
    with pytest.raises(DataError, match=r"t\.xlsx: is a damaged Excel file"):
        read(content[: len(content) // 2] + b"xl/workbook.xml", name="t.xlsx")


def test_parquet_is_read_as_its_text_or_names_what_it_needs(read: Any) -> None:
    try:
        content = io.BytesIO()
        pd.DataFrame(ROWS[1:], columns=ROWS[0]).to_parquet(content)
    except ImportError:
        with pytest.raises(
            DataError, match=r"t\.parquet: a Parquet file needs a library: `pip install 'mlpexp\[parquet\]'`"
        ):
            read(b"PAR1 and so on", name="t.parquet")
        return
    table, text = read(content.getvalue(), name="t.parquet", **KEYS), read(as_text(ROWS), **KEYS)
    assert table.dataset.inputs.tolist() == text.dataset.inputs.tolist()
