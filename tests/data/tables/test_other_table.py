"""Another table of the same columns: read as the first one was, however that is written; what is odd is said by row."""

import gzip
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from mlpexp.config.column_forms import TableForm
from mlpexp.config.datasets import Csv
from mlpexp.data.tables.other_table import OtherTable, read_other
from mlpexp.data.tables.read import read_table
from mlpexp.errors import DataError

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


def test_an_unknown_class_is_no_target(form: Form) -> None:
    table = other(form("x,y\n0,a\n10,b\n5,a\n5,b\n"), "x,y\n1,b\n2,c\n3,\n")
    assert table.targets is not None
    assert table.targets.tolist() == [1, -1, -1]
    assert table.notes == ((), ("y: 'c' is no class that was trained",), ())
    assert table.is_readable.all()


def test_a_packed_file_is_unpacked(form: Form) -> None:
    told = form("x,y\n0,a\n10,b\n5,a\n5,b\n")
    assert read_other(told, Path("other.csv.gz"), gzip.compress(b"x\n3\n")).inputs.tolist() == [[3]]


def test_lacking_columns_are_named_with_what_may_be_meant(form: Form) -> None:
    told = form("height,width,y\n0,1,a\n10,2,b\n5,3,a\n5,4,b\n")
    with pytest.raises(
        DataError, match=r"^other.csv:1: there is no column height, which the network needs; did you mean heigth"
    ):
        other(told, "heigth,width\n1,2\n")
