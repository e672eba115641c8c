"""Exports of usual programs: the numbers that were written are read, bit for bit, or a sentence says what to set."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from mlpexp.config.datasets import Csv
from mlpexp.data.tables.read import Table, read_table
from mlpexp.errors import DataError

NUMBER = 30
VALUES = np.round(np.random.default_rng(3).normal(0, 30_000, NUMBER), 2)
CLASSES = ["xz"[row % 2] for row in range(NUMBER)]


def read(folder: Path, content: str | bytes, **keys: Any) -> Table:
    path = folder / "t.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_table(Csv.model_validate({"name": "csv", "path": str(path), "target": "y", **keys}))


def refusal(folder: Path, content: str | bytes, **keys: Any) -> str:
    with pytest.raises(DataError) as caught:
        read(folder, content, **keys)
    return str(caught.value).removeprefix(str(folder / "t.csv"))


def column(cells: list[str], header: str = "w,y") -> str:
    return header + "\n" + "".join(f'"{cells[row % len(cells)]}",{CLASSES[row]}\n' for row in range(NUMBER))


def said(table: Table) -> str:
    return "\n".join(table.understanding.sentences())


def indian(value: float) -> str:
    whole, fraction = f"{abs(value):.2f}".split(".")
    head, tail = whole[:-3], whole[-3:]
    while head:
        tail, head = f"{head[-2:]},{tail}", head[:-2]
    return f"{'-' * bool(value < 0)}{tail}.{fraction}"


def german(value: float) -> str:
    return f"{value:,.2f}".translate(str.maketrans(",.", ".,"))


# How a number is written: by function, delimiter, and what is said of it.
WRITTEN = {
    "English": (lambda value: f"{value:,.2f}", ",", "`,` between thousands"),
    "German": (german, ";", "decimal comma, `.` between thousands"),
    "French": (lambda value: f"{value:,.2f}".replace(",", "\u202f").replace(".", ","), ";", "blanks between thousands"),
    "Swiss": (lambda value: f"{value:,.2f}".replace(",", "’"), ";", "between thousands"),
    "Indian": (indian, ",", "`,` between thousands"),
    "minus behind": (lambda value: f"{abs(value):.2f}" + "-" * bool(value < 0), ",", "the minus behind them"),
    "minus behind, German": (lambda value: german(abs(value)) + "-" * bool(value < 0), ";", "the minus behind them"),
    "parentheses": (lambda value: f"({-value:,.2f})" if value < 0 else f"{value:,.2f}", ",", "parentheses for minus"),
    "rupees": (lambda value: f"Rs. {indian(value)}", ",", "'Rs.' before them"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRITTEN)
def test_numbers_are_read_as_they_were_meant(name: str, tmp_path: Path) -> None:
    written, mark, words = WRITTEN[name]
    rows = "".join(f'"{written(value)}"{mark}{label}\n' for value, label in zip(VALUES, CLASSES, strict=True))
    table = read(tmp_path, f"w{mark}y\n{rows}")
    np.testing.assert_array_equal(table.dataset.inputs[:, 0], VALUES)
    assert words in said(table)


def test_numbers_are_those_of_pandas(tmp_path: Path) -> None:
    content = "w,v,y\n" + "".join(f"{v!r},{'NA' if v > 0 else v / 3},x\n{v / 7:.17e},,z\n" for v in VALUES.tolist())
    table = read(tmp_path, content, missing="mean")
    frame = pd.read_csv(tmp_path / "t.csv")
    # The last digit is rounded otherwise before pandas 3.1.
    np.testing.assert_allclose(table.dataset.inputs, frame[["w", "v"]].to_numpy(), rtol=5e-16)


# Words around numbers: never a category without a word.
AROUND = {
    "~": ["~1.5", "~2.5", "~10"], "stars": ["3*", "4*", "5*"], "quoted": ["'1.5'", "'2.5'", "'3.5'"],
    "less": ["<5", "<6", "<7"], "nights": ["5 per night", "6 per night", "7 per night"], "ca.": ["ca. 1.5", "ca. 2.5", "ca. 3"],
}  # fmt: skip


@pytest.mark.parametrize("name", AROUND)
def test_words_around_numbers_are_left_out_when_told(name: str, tmp_path: Path) -> None:
    cells = AROUND[name]
    message = refusal(tmp_path, column(cells))
    assert "numeric:" in message and "categorical:" in message
    numbers = [float("".join(letter for letter in cell if letter in "0123456789.").strip(".")) for cell in cells]
    table = read(tmp_path, column(cells), numeric=["w"])
    np.testing.assert_array_equal(table.dataset.inputs[:3, 0], numbers)
    assert "left out" in said(table)
    assert read(tmp_path, column(cells), categorical=["w"]).dataset.inputs.shape[1] == 3


STRANGE = {
    "hexadecimal": ["0x1F", "0xA0", "0xFF"], "power": ["1.5×10^3", "2×10^3", "3×10^4"], "Fortran": ["1.5D+03", "2.D+03"],
    "deviation": ["5±0.2", "6±0.3", "7±0.1"], "footnote": ["5[1]", "6[2]", "7[1]"], "phone": ["030 123 456", "040 5 123"],
    "two currencies": ["5 €", "6 $", "7 €"], "a few words": ["1", "2", "3", "4", "5", "6", "none of it", "7"],
}  # fmt: skip


@pytest.mark.parametrize("name", STRANGE)
def test_numbers_of_no_form_are_refused_with_a_key_that_works(name: str, tmp_path: Path) -> None:
    assert "categorical:" in refusal(tmp_path, column(STRANGE[name]))
    levels = {level for level in STRANGE[name] if level != "none of it"}
    assert read(tmp_path, column(STRANGE[name]), categorical=["w"]).dataset.inputs.shape[1] >= len(levels)


@pytest.mark.parametrize(
    "cells", [["<=50K", ">50K"], ["18-24", "25-34", "65+"], ["A+", "0-", "AB+"], ["1 - never", "2 - often"]]
)
def test_usual_categories_stay_categories(cells: list[str], tmp_path: Path) -> None:
    table = read(tmp_path, column(cells))
    assert set(table.dataset.feature_names) == {f"w={cell}" for cell in cells}


def test_numbered_levels_are_said(tmp_path: Path) -> None:
    table = read(tmp_path, column(["week 1", "week 2", "week 3"]))
    assert "its levels are numbered" in said(table)


def test_points_that_may_stand_between_thousands_are_said(tmp_path: Path) -> None:
    cells = ["1.234", "12.345", "999.001"]
    assert "set thousands: '.'" in said(read(tmp_path, column(cells)))
    table = read(tmp_path, column(cells), thousands=".", decimal=",")
    np.testing.assert_array_equal(table.dataset.inputs[:3, 0], [1234, 12345, 999001])
    assert "thousands" not in said(read(tmp_path, column([*cells, "0.5"])))


def test_zeros_in_front_and_too_many_digits_are_warned_of(tmp_path: Path) -> None:
    assert "categorical: [w]" in said(read(tmp_path, column(["01067", "80331", "20095"])))
    assert "more than 15 digits" in said(read(tmp_path, column([str(10**16 + row) for row in range(3)])))


HEADERLESS = "".join(
    f"{39 + row},{['big', 'small'][row % 2]},{['red', 'blue', 'green'][row % 3]},{CLASSES[row]}\n"
    for row in range(NUMBER)
)


def test_a_first_sample_is_not_taken_for_names(tmp_path: Path) -> None:
    assert "header: false" in refusal(tmp_path, HEADERLESS, target="x")
    names = ["age", "size", "color", "y"]
    assert "header: true or header: false" in refusal(tmp_path, HEADERLESS, names=names)
    table = read(tmp_path, HEADERLESS, names=names, header=False)
    assert len(table.dataset.inputs) == NUMBER


def test_names_replace_others(tmp_path: Path) -> None:
    table = read(tmp_path, "a,a\n" + "".join(f"{row},{label}\n" for row, label in enumerate(CLASSES)), names=["w", "y"])
    assert len(table.dataset.inputs) == NUMBER
    assert "the names in line 1 are replaced" in said(table)


# Row names as R and pandas write them: the header.
ROW_NAMES = {"write.csv": '"","w","y"', "pandas": ",w,y", "write.table": "w,y"}


@pytest.mark.parametrize("name", ROW_NAMES)
def test_row_names_are_left_out_or_named(name: str, tmp_path: Path) -> None:
    content = ROW_NAMES[name] + "\n" + "".join(f'"row {row}",{row / 2},{label}\n' for row, label in enumerate(CLASSES))
    plain = read(tmp_path, content)
    assert "only names the rows: left out" in said(plain)
    np.testing.assert_array_equal(plain.dataset.inputs[:, 0], np.arange(NUMBER) / 2)
    table = read(tmp_path, content, names=["row", "w", "y"], exclude=["row"])
    np.testing.assert_array_equal(table.dataset.inputs[:, 0], np.arange(NUMBER) / 2)


def test_names_that_cannot_be_typed_are_mended(tmp_path: Path) -> None:
    rows = "".join(f"{row},{row}\u200b,{label}\n" for row, label in enumerate(CLASSES))
    table = read(tmp_path, f"\u200bmy\u00a0width,b\u200b,y\n{rows}")
    assert table.dataset.feature_names == ("my width", "b")
    np.testing.assert_array_equal(table.dataset.inputs[:, 1], np.arange(NUMBER))


TOTALS = "c,w,y\n" + "".join(f"{'pq'[row % 2]},{row + 1},{row * 2.5 + 1}\n" for row in range(20))


@pytest.mark.parametrize("word", ["Total", "Summe", "合计", "Grand total:", "Mean"])
def test_a_last_row_of_totals_is_refused(word: str, tmp_path: Path) -> None:
    content = f"{TOTALS}{word},210,495\n"
    assert refusal(tmp_path, content).startswith(":22:c: ")
    table = read(tmp_path, content, missing_values=[word], missing={"c": "drop"})
    assert len(table.dataset.inputs) == 20


def test_a_last_row_of_sums_without_a_word_is_refused(tmp_path: Path) -> None:
    content = "w,y\n" + "".join(f"{row + 1},{row * 2.5 + 1}\n" for row in range(20)) + "210,495\n"
    assert "the sums of the rows above" in refusal(tmp_path, content)
    assert len(read(tmp_path, content.replace("210,495", "211,495")).dataset.inputs) == 21


def test_names_in_the_middle_are_refused(tmp_path: Path) -> None:
    rows = [f"{'pq'[row % 2]},{label}" for row, label in enumerate(CLASSES)]
    assert refusal(tmp_path, "\n".join(["c,y", *rows[:9], "c,y", *rows[9:]])).startswith(":11: the names")


def test_titles_above_the_names_are_left_out_and_said(tmp_path: Path) -> None:
    table = read(tmp_path, "My report\n\n" + column(["1", "2", "3"]))
    assert len(table.dataset.inputs) == NUMBER
    assert "2 lines above the names left out" in said(table)


@pytest.mark.parametrize("row", ["NA,NA,x", "?,?,z", "five,many,x"])
def test_a_first_row_without_numbers_is_no_line_of_units(row: str, tmp_path: Path) -> None:
    content = f"v,w,y\n{row}\n" + "".join(f"{n},{n / 2},{label}\n" for n, label in enumerate(CLASSES))
    assert refusal(tmp_path, content).startswith(":2:v: ")


def test_a_column_without_values_is_refused(tmp_path: Path) -> None:
    assert "exclude: [w]" in refusal(
        tmp_path, column(["NA"], "w,y").replace('"NA",', "1,NA,").replace("w,y", "v,w,y"), missing="mean"
    )


# The day 2024-01-31 or its time of 20:15, as programs write it, and its days since 1970.
DATES = {
    "31-01-2024": 19753.0, "31-JAN-2024": 19753.0, "31JAN2024": 19753.0, "31-Jan-24": 19753.0,
    "Wednesday, January 31, 2024": 19753.0,
    "2024年1月31日": 19753.0, "20240131T201500": 19753.84375, "01/31/2024 08:15:00 PM": 19753.84375,
    "2024-01-31 20:15:00+00": 19753.84375, "2024-01-31 20:15:00 UTC": 19753.84375, "31/Jan/2024:20:15:00": 19753.84375,
}  # fmt: skip


@pytest.mark.parametrize("cell", DATES)
def test_dates_are_no_categories(cell: str, tmp_path: Path) -> None:
    assert "dates: {w: ordinal}" in refusal(tmp_path, column([cell]))
    assert read(tmp_path, column([cell]), dates={"w": "ordinal"}).dataset.inputs[0, 0] == DATES[cell]


@pytest.mark.parametrize(
    "cell", ["12. März 2024", "3 août 2023", "12 de marzo de 2024", "Jan-24", "36:10:00", "01/2024"]
)
def test_other_dates_are_refused_too(cell: str, tmp_path: Path) -> None:
    assert "exclude: [w]" in refusal(tmp_path, column([cell]))


@pytest.mark.parametrize(
    ("encoding", "word"), [("koi8-r", "красный"), ("cp1253", "κόκκινο"), ("cp1254", "kırmızı"), ("iso2022_jp", "赤い")]
)
def test_encodings_that_look_like_others_are_refused(encoding: str, word: str, tmp_path: Path) -> None:
    content = column([word, "plain"]).encode(encoding)
    assert "set encoding:" in refusal(tmp_path, content)
    assert f"w={word}" in read(tmp_path, content, encoding=encoding).dataset.feature_names


def test_a_very_wide_table_is_read(tmp_path: Path) -> None:
    names = [f"c{place}" for place in range(3000)]
    rows = [",".join([*(str((row * place) % 7) for place in range(3000)), CLASSES[row]]) for row in range(8)]
    table = read(tmp_path, "\n".join([",".join([*names, "y"]), *rows]))
    np.testing.assert_array_equal(table.dataset.inputs[3], np.arange(3000) * 3 % 7)


@pytest.mark.parametrize("key", ["decimal", "thousands"])
def test_marks_that_are_told_leave_whole_numbers_alone(key: str, tmp_path: Path) -> None:
    content = "n;w;y\n" + "".join(f"{row * 3};{row % 9 + 1},{row + 100};{row % 2}\n" for row in range(NUMBER))
    message = refusal(tmp_path, content)
    assert 'decimal: ","' in message and 'thousands: ","' in message
    table = read(tmp_path, content, **{key: ","})
    assert table.dataset.class_names == ("0", "1")
    scale = 1 if key == "decimal" else 1000
    np.testing.assert_allclose(
        table.dataset.inputs[:, 1] / scale, [row % 9 + 1 + (row + 100) / 1000 for row in range(NUMBER)]
    )
    assert "n: read as" not in said(table)


def test_marks_that_do_not_fit_are_refused(tmp_path: Path) -> None:
    assert "decimal: and thousands:" in refusal(tmp_path, column(["1,5", "2,5"]), decimal=".")
