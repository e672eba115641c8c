"""Usual exports: each is read right, or refused with the place and the key to set; none is misread in silence."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from mlpexp.errors import DataError

ROWS = range(12)
X = [float(i) for i in ROWS]
CLASSES = [i % 2 for i in ROWS]  # of the words x and z
Read = Callable[..., Any]


def table(header: str, row: Callable[[int], str], rows: range = ROWS) -> str:
    return header + "\n" + "".join(f"{row(i)}\n" for i in rows)


def xz(i: int) -> str:
    return "xz"[i % 2]


# name: (text, keys, the columns of inputs, what is said)
READ: dict[str, tuple[str, dict[str, Any], dict[str, list[float]], tuple[str, ...]]] = {
    "thousands": (
        table("w,a,y", lambda i: f'"{i % 6 + 1},{100 + i % 6}",{i * 0.5},{xz(i)}'), {},
        {"w": [1000 * (i % 6 + 1) + 100 + i % 6 for i in ROWS], "a": [i * 0.5 for i in ROWS]},
        ("w: read as numbers such as '1,100': `,` between thousands",),
    ),
    "currency": (
        table("w,y", lambda i: f"${i % 5}.50,{xz(i)}"), {}, {"w": [i % 5 + 0.5 for i in ROWS]},
        ("w: read as numbers such as '$0.50': '$' before them",),
    ),
    "percent": (
        table("w,y", lambda i: f"{i % 5} %,{xz(i)}"), {}, {"w": [float(i % 5) for i in ROWS]},
        ("w: read as numbers such as '0 %': '%' behind them",),
    ),
    "unit": (
        table("w,y", lambda i: f"{i % 5 + 60.5} kg,{xz(i)}"), {}, {"w": [i % 5 + 60.5 for i in ROWS]},
        ("w: read as numbers such as '60.5 kg': 'kg' behind them",),
    ),
    "decimal comma": (
        table("a;b;y", lambda i: f"{i % 5},5;{i};{xz(i)}"), {}, {"a": [i % 5 + 0.5 for i in ROWS], "b": X},
        ("columns are separated by ';'", "a: read as numbers such as '0,5': decimal comma"),
    ),
    "comma decides": (
        table("a;b;y", lambda i: f"{i % 5},5;{i + 1},234;{xz(i)}"), {},
        {"a": [i % 5 + 0.5 for i in ROWS], "b": [i + 1.234 for i in ROWS]},
        ("separated by ';'", "a: read as numbers", "b: read as numbers"),
    ),
    "German": (
        table("a;y", lambda i: f"{i + 1}.234,5;{xz(i)}"), {}, {"a": [1000 * (i + 1) + 234.5 for i in ROWS]},
        ("separated by ';'", "decimal comma, `.` between thousands"),
    ),
    "Swiss": (
        table("a,y", lambda i: f"{i + 1}'234.5,{xz(i)}"), {}, {"a": [1000 * (i + 1) + 234.5 for i in ROWS]},
        ("`'` between thousands",),
    ),
    "blank between thousands": (
        table("a,y", lambda i: f"1\u00a0{i % 5}00,{xz(i)}"), {}, {"a": [1000.0 + 100 * (i % 5) for i in ROWS]},
        ("blanks between thousands",),
    ),
    "narrow blank between thousands": (
        table("a,y", lambda i: f"1\u202f{i % 5}00,{xz(i)}"), {}, {"a": [1000.0 + 100 * (i % 5) for i in ROWS]},
        ("blanks between thousands",),
    ),
    "long minus": (
        table("a,y", lambda i: f"\u2212{i % 5},{xz(i)}"), {}, {"a": [-float(i % 5) for i in ROWS]}, ("a long minus",),
    ),
    "parentheses": (
        table("a,y", lambda i: f"({i % 5}.5),{xz(i)}"), {}, {"a": [-(i % 5) - 0.5 for i in ROWS]}, ("parentheses for minus",),
    ),
    "exponents": (table("a,y", lambda i: f"{i}e-3,{xz(i)}"), {}, {"a": [i * 1e-3 for i in ROWS]}, ()),
    "a point is decimal": (
        table("a,y", lambda i: f"{i + 1}.234,{xz(i)}"), {}, {"a": [i + 1.234 for i in ROWS]},
        ("a: 1.234 is read as a decimal number; if its point stands between thousands, set thousands: '.'",),
    ),
    "a point as it is said": (
        table("a;y", lambda i: f"{i + 1}.234;{xz(i)}"), {"decimal": ","}, {"a": [1000.0 * (i + 1) + 234 for i in ROWS]},
        ("separated by ';'", "`.` between thousands"),
    ),
    "thousands as they are said": (
        table("a,y", lambda i: f'"{i + 1},234",{xz(i)}'), {"thousands": ","}, {"a": [1000.0 * (i + 1) + 234 for i in ROWS]},
        ("`,` between thousands",),
    ),
    "sep line": ("sep=;\n" + table("a;b;y", lambda i: f"{i};{i};{xz(i)}"), {}, {"a": X, "b": X}, ()),
    "comment lines": (
        "# made by a tool\n# on a day\n" + table("a,b,y", lambda i: f"{i},{i},{xz(i)}"), {}, {"a": X, "b": X},
        ("2 lines of comments at the top",),
    ),
    "units line": (
        "a,b,y\ncm,kg,\n" + table("", lambda i: f"{i}.5,{i},{xz(i)}")[1:], {}, {"a": [i + 0.5 for i in ROWS], "b": X},
        ("line 2 holds units and no sample",),
    ),
    "footer": (
        table("a,b,y", lambda i: f"{i},{i},{xz(i)}") + "Source: example\n", {}, {"a": X, "b": X},
        ("the last line 'Source: example' is no sample and left out",),
    ),
    "trailing delimiters": (
        table("a,b,y,", lambda i: f"{i},{i},{xz(i)},"), {}, {"a": X, "b": X},
        ("the empty cells behind the last column are left out",),
    ),
    "blanks": (table("a b y", lambda i: f"{i} {i} {xz(i)}"), {}, {"a": X, "b": X}, ("separated by blanks",)),
    "aligned blanks": (table("a   b   y", lambda i: f"{i}   {i}   {xz(i)}"), {}, {"a": X, "b": X}, ("separated by blanks",)),
    "tabs": (table("a\tb\ty", lambda i: f"{i}\t{i}\t{xz(i)}"), {}, {"a": X, "b": X}, ("separated by tabs",)),
    "bars": (table("a|b|y", lambda i: f"{i}|{i}|{xz(i)}"), {}, {"a": X, "b": X}, ("separated by '|'",)),
    "quoted semicolons": (table('"a";"y"', lambda i: f'{i};"{xz(i)}"'), {}, {"a": X}, ("separated by ';'",)),
    "carriage returns": (table("a,y", lambda i: f"{i},{xz(i)}").replace("\n", "\r"), {}, {"a": X}, ()),
    "no header": (
        table("", lambda i: f"{i},{i}.5,{xz(i)}")[1:], {"header": False, "target": "column_3"},
        {"column_1": X, "column_2": [i + 0.5 for i in ROWS]}, (),
    ),
    "names": (
        table("", lambda i: f"{i},{xz(i)}")[1:], {"header": False, "names": ["a", "y"]}, {"a": X}, (),
    ),
    "names of numbers": (table("1,2,y", lambda i: f"{i},{i},{xz(i)}"), {"header": True}, {"1": X, "2": X}, ()),
}  # fmt: skip


@pytest.mark.parametrize("name", READ)
def test_a_usual_form_is_read_and_said(name: str, read: Read) -> None:
    text, keys, columns, said = READ[name]
    table = read(text, **keys)
    assert table.dataset.feature_names == tuple(columns)
    np.testing.assert_allclose(table.dataset.inputs, np.array(list(columns.values())).T, rtol=1e-15)
    assert table.dataset.targets.tolist() == CLASSES and table.dataset.class_names == ("x", "z")
    sentences = list(table.understanding.sentences())
    told = [sentence for sentence in sentences[1:] if not sentence.startswith("warning")]
    assert len(told) == len(said)
    for part in said:
        assert any(part in sentence for sentence in told), (part, told)


# name: (text, keys, what the message says, keys with which it is read)
REFUSED: dict[str, tuple[str, dict[str, Any], str, dict[str, Any] | None]] = {
    "no header": (
        "5.1,3.5,setosa\n4.9,3.0,setosa\n6.1,2.9,virginica\n6.3,3.0,virginica\n", {"target": "setosa"},
        "t.csv:1: the first line has numbers in place of names (5.1, 3.5, setosa); is there a header?",
        {"header": False, "target": "column_3"},
    ),
    "two readings": (
        table("a,y", lambda i: f'"{i + 1},234",{xz(i)}'), {},
        "t.csv:2:a: '1,234' can be 1.234 or 1234; set decimal: or thousands:",
        {"decimal": ","},
    ),
    "a point beside decimal commas": (
        table("a;b;y", lambda i: f"{i},5;{i + 1}.234;{xz(i)}"), {},
        "t.csv:2:b: '1.234' can be a decimal number, or thousands, since other columns have a decimal comma; set decimal:",
        {"decimal": ","},
    ),
    "several units": (
        table("a,y", lambda i: f"{i // 2} {'kg' if i % 3 else 'g'},{xz(i)}"), {}, "a: numbers written in several ways",
        {"categorical": ["a"]},
    ),
    "fractions": (
        table("a,y", lambda i: f"{i % 6 + 1}/2,{xz(i)}"), {}, "t.csv:2:a: '1/2' is a fraction", {"categorical": ["a"]},
    ),
    "two delimiters": (
        table("a;b,c;y", lambda i: f"{i};1,2;{xz(i)}"), {}, "t.csv: columns may be separated by ',' or ';'; set delimiter:",
        {"delimiter": ";"},
    ),
    "many levels": (
        table("name,a,y", lambda i: f"n{i // 2},{i},{xz(i)}", range(60)), {},
        "t.csv:1:name: 30 levels in 60 rows, each an input of its own, are more than 20", {"max_levels": 30},
    ),
    "an identifier": (
        table("name,a,y", lambda i: f"n{i},{i},{xz(i)}"), {},
        "t.csv:1:name: not a number, and different in each of the 12 rows", {"exclude": ["name"]},
    ),
    "dates": (
        table("day,a,y", lambda i: f"2024-01-{i // 2 + 1:02d},{i},{xz(i)}"), {},
        "t.csv:1:day: dates such as '2024-01-01'; leave the column out with exclude: [day]", {"dates": {"day": "ordinal"}},
    ),
    "classes that differ by case": (
        table("a,y", lambda i: f"{i},{['cat', 'Cat', 'dog', 'dog '][i % 4]}"), {},
        "t.csv:3:y: classes 'cat' (line 2) and 'Cat' (line 3) do not differ but by case", None,
    ),
    "classes that differ by blanks": (
        table("a,y", lambda i: f"{i},{['big cat', 'big  cat', 'dog'][i % 3]}"), {},
        "t.csv:3:y: classes 'big cat' (line 2) and 'big  cat' (line 3) do not differ but by blanks", None,
    ),
    "classes that are the same number": (
        table("a,y", lambda i: f"{i},{['01', '1', '2'][i % 3]}"), {},
        "t.csv:3:y: classes '01' (line 2) and '1' (line 3) do not differ but as numbers", None,
    ),
    "truth in two writings": (
        table("a,y", lambda i: f"{i},{['True', 'TRUE', 'False', 'False'][i % 4]}"), {},
        "t.csv:3:y: classes 'True' (line 2) and 'TRUE' (line 3) do not differ but by case", None,
    ),
    "a missing number": (
        table("a,y", lambda i: f"{'-' if i in (3, 5) else i},{xz(i)}"), {},
        "t.csv:5:a: missing value ('-')", {"missing": "median"},
    ),
    "a ragged last line": (
        table("a,b,y", lambda i: f"{i},{i},{xz(i)}") + "total,12\n", {}, "t.csv:14: 2 cells, but the header has 3 cells", None,
    ),
    "an empty byte": ("a,y\n1,x\x00\n2,z\n3,x\n4,z\n", {}, "t.csv:2: holds a NUL byte", None),
    "Excel of old": (b"\xd0\xcf\x11\xe0\xa1\xb1", {}, "t.csv: is an Excel file of before 2007; save it as .xlsx or CSV", None),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_read_is_refused_with_place_and_key(name: str, read: Read) -> None:
    text, keys, said, remedy = REFUSED[name]
    with pytest.raises(DataError) as caught:
        read(text, **keys)
    assert said in str(caught.value)
    if remedy is not None:
        read(text, **{**keys, **remedy})


@pytest.mark.parametrize(
    ("cells", "numbers", "said"),
    [
        (["1,100", "2,200", "3,300", "950"], [1100, 2200, 3300, 950], "y: read as numbers such as '1,100'"),
        (["5 %", "7 %", "5 %", "7 %"], [5, 7, 5, 7], "y: read as numbers such as '5 %'"),
    ],
)
def test_a_target_is_read_likewise_and_is_then_a_quantity(
    cells: list[str], numbers: list[float], said: str, read: Read
) -> None:
    table = read("a,y\n" + "".join(f'{i}.5,"{cell}"\n' for i, cell in enumerate(cells)))
    assert table.dataset.targets[:, 0].tolist() == numbers
    assert any(said in sentence for sentence in table.understanding.sentences())


def test_codes_with_zeros_in_front_stay_as_they_are(read: Read) -> None:
    assert read(table("a,y", lambda i: f"{i},0{i % 2}")).dataset.class_names == ("00", "01")


@pytest.mark.parametrize(
    ("cells", "odd"),
    [
        (["10,09", "11,74", "k.A.", "9,5", "8"], "k.A."),
        (["$1,618.49", "$1,252.98", "on request", "$900.00"], "on request"),
        (["1,200", "900", "850", "2,000", "sold out"], "sold out"),
    ],
)
def test_the_one_cell_that_is_no_number_is_named(cells: list[str], odd: str, read: Read) -> None:
    rows = [*cells, *cells[:2], *cells[:2]]
    text = "a;y\n" + "".join(f"{cell};{xz(i)}\n" for i, cell in enumerate(rows))
    with pytest.raises(DataError) as caught:
        read(text)
    assert f"t.csv:{rows.index(odd) + 2}:a: {odd!r} is not a number, but" in str(caught.value)
    thousands = "," if "1,200" in cells else None  # else two readings fit
    assert len(read(text, missing_values=[odd], missing="drop", thousands=thousands).dataset.inputs) == len(rows) - 1


def test_a_row_of_totals_is_named_before_the_cells_that_it_lacks(read: Read) -> None:
    text = table("c,a,b,y", lambda i: f"{'pq'[i % 3 % 2]},{i % 5},{i},{xz(i)}") + "Total,,66,\n"
    with pytest.raises(DataError, match=r"t\.csv:14:c: 'Total': the last row holds no sample but a total"):
        read(text)
