"""Another table of the same columns: read as the first one was, however that is written; what is odd is said by row."""

import gzip
from collections.abc import Callable
from datetime import datetime
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from openpyxl import Workbook

from mlpexp.config.column_forms import TableForm
from mlpexp.config.datasets import Csv
from mlpexp.config.other_writing import written_as
from mlpexp.data.tables.other_table import OtherTable, read_other
from mlpexp.data.tables.read import read_table
from mlpexp.errors import ConfigError, DataError, InputError

Form = Callable[..., TableForm]


@pytest.fixture
def form(tmp_path: Path) -> Form:
    """A function that writes a table and gives the form that it is read by."""

    def of(text: str, **keys: object) -> TableForm:
        path = tmp_path / "first.csv"
        path.write_text(text, encoding="utf-8")
        return read_table(Csv.model_validate({"name": "csv", "path": str(path), "target": "y", **keys})).form

    return of


def other(form: TableForm, text: str) -> OtherTable:
    return read_other(form, Path("other.csv"), text.encode())


WAYS = {
    "plain": ("x,y\n1.5,a\n2.25,b\n-3,a\n40,b\n", {}),
    "decimal comma": ("x;y\n1,5;a\n2,25;b\n-3;a\n1234,5;b\n", {}),
    "thousands": ("x;y\n1.234,5;a\n2,25;b\n-3;a\n12.345;b\n", {}),
    "per cent": ("x,y\n42 %,a\n3.5%,b\n12%,a\n7 %,b\n", {}),
    "currency": ("x;y\n$1,234.50;a\n$3;b\n$7.25;a\n$12;b\n", {}),
    "words around": ("x,y\nabout 5 rooms,a\nabout 7 rooms,b\nabout 9 rooms,a\nabout 5 rooms,b\n", {"numeric": ["x"]}),
    "long minus": ("x,y\n−1.5,a\n2,b\n−3,a\n4,b\n", {}),
    "category": ("x,y\nred,a\ngreen,b\nblue,a\nred,b\n", {}),
    "codes": ("x,y\n01,a\n02,b\n1,a\n01,b\n", {"categorical": ["x"]}),
    "numbers as levels": ("x,y\n1,a\n2.0,b\n1.0,a\n2,b\n", {"categorical": ["x"]}),
    "days": ("x,y\n31.12.2020,a\n01.02.2021,b\n03.04.2021,a\n05.06.2021,b\n", {"dates": {"x": "ordinal"}}),
    "month first": ("x,y\n01/02/2021,a\n03/04/2021,b\n12/31/2020,a\n05/06/2021,b\n", {"dates": {"x": "ordinal"}}),
    "parts": ("x,y\n2020-12-31,a\n2021-02-01,b\n2021-04-03,a\n2021-06-05,b\n", {"dates": {"x": "parts"}}),
    "gaps": ("x,y\n1,a\n,b\n3,a\n4,b\n", {"missing": "mean", "missing_indicator": True}),
    "a level of gaps": ("x,y\nred,a\n,b\nblue,a\nred,b\n", {"missing": "category"}),
    "gaps by name": ("x,y\n1,a\n-9,b\n3,a\nabsent,b\n", {"missing": "median", "missing_values": [-9, "absent"]}),
    "no header": ("1.5,a\n2.5,b\n3,a\n4,b\n", {"header": False, "names": ["x", "y"]}),
    "one and two inputs": ("x,y,z\n1,a,red\n2,b,blue\n3,a,red\n4,b,blue\n", {}),
}  # fmt: skip


@pytest.mark.parametrize("way", WAYS)
def test_the_first_table_itself_is_read_as_it_was(way: str, form: Form, tmp_path: Path) -> None:
    text, keys = WAYS[way]
    told = form(text, **keys)
    again = TableForm.model_validate_json(told.model_dump_json())
    assert again == told
    config = Csv.model_validate({"name": "csv", "path": str(tmp_path / "first.csv"), "target": "y", **keys})
    dataset = read_table(config).dataset
    table = other(again, text)
    np.testing.assert_array_equal(table.inputs, dataset.inputs)
    np.testing.assert_array_equal(table.targets, dataset.targets)
    assert again.inputs == dataset.feature_names
    assert table.is_readable.all()
    gaps = [row for row, notes in enumerate(table.notes) if notes]
    assert gaps == [row for row, line in enumerate(text.splitlines()[1:]) if ("gaps" in way and row in _lacking(way))]


def _lacking(way: str) -> tuple[int, ...]:
    return (1, 3) if way == "gaps by name" else (1,)


def test_each_row_alone_is_read_as_among_the_others(form: Form) -> None:
    for text, keys in (WAYS[way] for way in ("decimal comma", "per cent", "days", "month first", "parts", "codes")):
        told = form(text, **keys)
        header, *rows = text.splitlines()
        whole = other(told, text).inputs
        for place, row in enumerate(rows):
            alone = other(told, f"{header}\n{row}\n")
            np.testing.assert_array_equal(alone.inputs, whole[[place]])


def test_columns_are_found_by_name_and_the_target_need_not_be_there(form: Form) -> None:
    told = form("x,y,z\n1,a,5\n2,b,6\n3,a,7\n4,b,8\n")
    table = other(told, "more,z,x\nq,6,2\n")
    assert table.inputs.tolist() == [[2, 6]]
    assert table.targets is None
    assert table.ignored == ("more",)


def test_a_file_without_names_may_lack_the_target(form: Form) -> None:
    told = form("1.5,a,7\n2.5,b,8\n3,a,9\n4,b,6\n", header=False, names=["x", "y", "z"])
    assert other(told, "2,8\n").inputs.tolist() == [[2, 8]]
    assert other(told, "2,b,8\n").inputs.tolist() == [[2, 8]]


def test_a_rule_that_training_had_no_use_for_holds_for_another_table(form: Form) -> None:
    told = form("x,z,y\n1,red,a\n2,blue,b\n3,red,a\n4,red,b\n", missing={"x": "mean", "z": "most_frequent"})
    table = other(told, "x,z\n,red\n1,\n")
    assert table.is_readable.all()
    assert np.isnan(table.inputs).tolist() == [[True, False, False], [False, True, True]]
    assert table.notes == (
        ("x: missing, filled in (mean of the training part)",),
        ("z: missing, filled in (most frequent of the training part)",),
    )


def test_what_is_far_outside_is_said_and_what_is_near_is_not(form: Form) -> None:
    told = form("x,y\n0,a\n10,b\n5,a\n5,b\n")
    table = other(told, "x\n15\n15.1\n-5\n-5.1\n")
    assert [bool(notes) for notes in table.notes] == [False, True, False, True]
    assert table.notes[1] == ("x: 15.1 is far outside of what training has seen (0 to 10)",)
    assert table.is_readable.all()


def test_a_class_that_is_mistyped_says_which_is_meant(form: Form) -> None:
    table = other(form("x,y\n0,dog\n10,cat\n5,dog\n5,cat\n"), "x,y\n1,dog\n2,dgo\n")
    assert table.notes == ((), ("y: 'dgo' is no class that was trained; did you mean dog?",))


def test_an_unknown_class_is_no_target(form: Form) -> None:
    table = other(form("x,y\n0,a\n10,b\n5,a\n5,b\n"), "x,y\n1,b\n2,c\n3,\n")
    assert table.targets is not None
    assert table.targets.tolist() == [1, -1, -1]
    assert table.notes == ((), ("y: 'c' is no class that was trained",), ())
    assert table.is_readable.all()


def test_a_date_that_day_and_month_share_leaves_their_order_to_the_next_ones(form: Form) -> None:
    text = "x,y\n01.01.2020,a\n02.02.2020,b\n25.12.2020,a\n03.04.2021,b\n"
    told = form(text, dates={"x": "ordinal"})
    assert other(told, "x\n03.04.2021\n").inputs.tolist() == [[18720.0]]  # of April
    assert other(told, text).is_readable.all()
    none_says = form(text.replace("25.12.2020", "03.03.2020").replace("03.04", "05.05"), dates={"x": "ordinal"})
    table = other(none_says, "x\n03.04.2021\n06.06.2021\n")
    assert table.is_readable.tolist() == [False, True]
    assert table.notes[0] == ("x: '03.04.2021' can be read in two ways",)


def test_times_of_day_and_days_are_not_taken_for_each_other(form: Form) -> None:
    told = form("x,y\n10:30,a\n11:45,b\n12:00,a\n13:15,b\n", dates={"x": "ordinal"})
    assert other(told, "x\n12:00\n01.02.2020\n").is_readable.tolist() == [True, False]
    told = form("x,y\n31.12.2020,a\n01.02.2021,b\n03.04.2021,a\n05.06.2021,b\n", dates={"x": "ordinal"})
    assert other(told, "x\n12:00\n01.02.2020\n").is_readable.tolist() == [False, True]


def test_dates_far_outside_are_said(form: Form) -> None:
    text = "x,y\n2020-01-01,a\n2020-03-01,b\n2020-12-31,a\n2020-05-02,b\n"
    table = other(form(text, dates={"x": "ordinal"}), "x\n2021-06-01\n2031-01-01\n2019-01-01\n")
    assert table.notes == (
        (),
        ("x: 2031-01-01 is far outside of what training has seen (2020-01-01 to 2020-12-31)",),
        ("x: 2019-01-01 is far outside of what training has seen (2020-01-01 to 2020-12-31)",),
    )
    table = other(form(text.replace("12-31", "05-31"), dates={"x": "parts"}), "x\n2020-05-01\n2020-12-01\n")
    assert table.notes == ((), ("x.month: 12 is far outside of what training has seen (1 to 5)",))


def test_what_was_always_the_same_is_said_to_differ_and_huge_numbers_are_short(form: Form) -> None:
    told = form("x,w,y\n0,5,a\n1,5,b\n0,5,a\n1,5,b\n")
    table = other(told, "x,w\n0.5,5\n1e300,5\n2,5\n0,5.1\n")
    assert table.notes[0] == ()
    assert table.notes[1] == ("x: 1e+300 is far outside of what training has seen (0 to 1)",)
    assert table.notes[2] == ("x: 2 is far outside of what training has seen (0 to 1)",)
    assert table.notes[3] == ("w: 5.1 is far outside of what training has seen (always 5)",)


LEVELS = {
    "true": ("true,false", "TRUE"),
    "FALSE": ("TRUE,FALSE", "False"),
    "letters with marks": ("S\u00fcd,Nord", "Su\u0308d"),
    "blanks around": ("red,blue", " red "),
}  # fmt: skip


@pytest.mark.parametrize("case", LEVELS)
def test_a_level_is_the_same_however_a_program_writes_it(case: str, form: Form) -> None:
    levels, cell = LEVELS[case]
    first, second = levels.split(",")
    told = form(f"x,y\n{first},a\n{second},b\n{first},a\n{second},b\n")
    same = {"FALSE": second}.get(case, first)
    table = other(told, f"x\n{cell}\n{same}\n")
    assert table.notes == ((), ())
    assert table.inputs[0].tolist() == table.inputs[1].tolist()


def test_a_level_in_other_letters_is_unknown_and_the_known_one_is_named(form: Form) -> None:
    told = form("x,y\nNew York,a\nRome,b\nNew York,a\nRome,b\n")
    table = other(told, f"x\nnew york\nParis\n{'long' * 50}\n")
    assert table.inputs.tolist() == [[0, 0]] * 3
    assert table.notes[0][0].endswith("all inputs of the column are 0; did you mean 'New York'?")
    assert table.notes[1][0].endswith("all inputs of the column are 0")
    assert table.notes[2][0].startswith(f"x: '{'long' * 10}...' is a level")


def test_a_cell_more_than_names_is_no_name_of_the_row(form: Form) -> None:
    told = form("x,z,y\n1.5,1,a\n2.5,3,b\n3,4,a\n4,5,b\n")
    with pytest.raises(DataError, match=r"^other.csv:1: rows have 3 cells, but this line has 2"):
        other(told, "x,z\n1,5,2\n")  # x is 1,5
    table = other(told, ",x,z\n7,1.5,2\n9,3,2\n")
    assert table.inputs.tolist() == [[1.5, 2], [3, 2]]
    assert table.ignored == ("the first column, which has no name",)


def test_rows_are_named_as_in_training(form: Form) -> None:
    text = "x,z,y\nr1,1.5,1,a\nr2,2.5,3,b\nr3,3,4,a\nr4,4,5,b\n"  # as R writes them
    told = form(text)
    assert other(told, text).inputs.tolist() == [[1.5, 1], [2.5, 3], [3, 4], [4, 5]]


def test_names_in_the_first_line_are_seen_where_training_had_none(form: Form) -> None:
    told = form("1.5,7,a\n2.5,8,b\n3,9,a\n4,6,b\n", header=False, names=["x", "z", "y"])
    table = other(told, "z,x\n8,2\n")
    assert table.inputs.tolist() == [[2, 8]]
    assert table.said == ("columns are found by the names in the first line",)
    assert other(told, "2,8\n").said == ("columns have no names, and are taken in the order of training",)


def test_other_marks_and_letters_than_the_config_names_are_found(form: Form) -> None:
    told = form("x;z;y\n1.5;S\u00fcd;a\n2.5;Nord;b\n3;S\u00fcd;a\n4;Nord;b\n", delimiter=";", encoding="utf-8")
    for content in ("x,z\n2,S\u00fcd\n".encode(), "x;z\n2;S\u00fcd\n".encode("cp1252")):
        table = read_other(told, Path("other.csv"), content)
        assert table.inputs.tolist() == [[2, 0, 1]]
        assert table.notes == ((),)
    western = told.model_copy(update={"encoding": "cp1252"})
    assert read_other(western, Path("other.csv"), "x;z\n2;S\u00fcd\n".encode()).inputs.tolist() == [[2, 0, 1]]


def test_numbers_and_dates_of_a_sheet_need_no_marks_but_a_sign_behind_them_may_change_them(form: Form) -> None:
    told = form(
        "x;p;when;y\n1,5;4 %;31.12.2020;a\n2,5;5 %;01.02.2021;b\n3;7 %;03.04.2021;a\n4;8 %;05.06.2021;b\n",
        dates={"when": "ordinal"},
    )
    book = Workbook()
    for row in (["x", "when", "p"], [2.5, datetime(2021, 4, 3), "5 %"], [2.5, datetime(2021, 4, 3), 0.05]):
        book.active.append(row)
    content = BytesIO()
    book.save(content)
    table = read_other(told, Path("other.xlsx"), content.getvalue())
    assert table.inputs[0].tolist() == [2.5, 5, 18720]
    assert table.is_readable.tolist() == [True, False]
    assert table.notes[1] == ("p: '0.05' is no number as in training ('%' behind them)",)


def test_a_target_that_is_infinite_is_none(form: Form) -> None:
    told = form("x,y\n1,1.5\n2,2.5\n3,3.25\n4,5\n")
    table = other(told, "x,y\n1,2\n2,inf\n3,\n")
    assert table.targets is not None
    np.testing.assert_array_equal(table.targets, [2, np.nan, np.nan])


def test_marks_can_be_told_of_the_other_table(form: Form) -> None:
    told = form("x,z,y\n1.5,7,2.5\n2.5,8,3.5\n3,9,4.5\n4,6,5.5\n")
    german = written_as(told, ["dataset.decimal=,", "thousands=."])
    table = other(german, "x;z;y\n1.234,5;7;2,5\n")
    assert table.inputs.tolist() == [[1234.5, 7]]
    assert table.targets is not None
    assert table.targets.tolist() == [2.5]
    assert other(written_as(told, ["header=false"]), "2,8\n").inputs.tolist() == [[2, 8]]
    assert other(written_as(told, ["header=false", "names=[z, x]"]), "2,8\n").inputs.tolist() == [[8, 2]]
    assert written_as(told, []) == told


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("decimals=,", "--set decimals=,: expected a key that says how a table is written; did you mean decimal"),
        ("decimal=x", "decimal: 'x' is not known"),
        ("optimizer.learning_rate=1", "expected a key that says how a table is written"),
        ("decimal", "expected KEY=VALUE"),
    ],
)
def test_what_cannot_be_told_is_refused(setting: str, message: str, form: Form) -> None:
    with pytest.raises((InputError, ConfigError)) as error:
        written_as(form("x,y\n0,a\n10,b\n5,a\n5,b\n"), [setting])
    assert message in str(error.value)


def test_a_packed_file_is_unpacked(form: Form) -> None:
    told = form("x,y\n0,a\n10,b\n5,a\n5,b\n")
    assert read_other(told, Path("other.csv.gz"), gzip.compress(b"x\n3\n")).inputs.tolist() == [[3]]


def test_lacking_columns_are_named_with_what_may_be_meant(form: Form) -> None:
    told = form("height,width,y\n0,1,a\n10,2,b\n5,3,a\n5,4,b\n")
    with pytest.raises(
        DataError, match=r"no columns height, width, .*; did you mean Height for height, widht for width"
    ):
        other(told, "Height,widht\n1,2\n")
    with pytest.raises(
        DataError, match=r"^other.csv:1: there is no column height, which the network needs; did you mean heigth"
    ):
        other(told, "heigth,width\n1,2\n")
