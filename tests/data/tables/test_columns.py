"""What columns are, what the config says otherwise, what is said of them, and what may be wrong with them."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mlpexp.data.tables.doubts import is_wild
from mlpexp.data.tables.understanding import ColumnReport
from mlpexp.errors import DataError

TEXT = "Id,zone,edge,flat,size,note,y\n" + "".join(
    f"{i + 1},{[10, 9, 2][i % 3]},{['smooth', 'rough'][i % 2]},7,{i * i % 11 + 0.5},n{i},{'xz'[i % 2]}\n"
    for i in range(30)
)


def reports(table: Any) -> dict[str, ColumnReport]:
    return {report.column: report for report in table.understanding.columns}


def test_each_column_is_described(read: Any) -> None:
    table = read(TEXT, categorical=["zone"], exclude=["note"])
    kinds = {name: (report.kind, report.role, report.becomes) for name, report in reports(table).items()}
    assert kinds == {
        "Id": ("identifier", "input", "1 input"),
        "zone": ("category", "input", "3 inputs"),
        "edge": ("category", "input", "2 inputs"),
        "flat": ("constant", "input", "1 input"),
        "size": ("number", "input", "1 input"),
        "note": ("left out", "", ""),
        "y": ("category", "target", "2 classes"),
    }
    assert table.dataset.feature_names == (
        "Id",
        "zone=2",
        "zone=9",
        "zone=10",
        "edge=rough",
        "edge=smooth",
        "flat",
        "size",
    )
    sentences = list(table.understanding.sentences())
    assert "30 rows; 3 numbers, 2 categories with 3 and 2 levels: 8 inputs; target `y` (2 classes)" in sentences[0]
    assert reports(table)["size"].examples == "0.5; 1.5; 4.5; ..."


def test_a_plain_table_is_one_line(read: Any) -> None:
    rows = "".join(f"{i * 7 % 5}.5,{i * 3 % 8},{'xz'[i % 2]}\n" for i in range(12))
    assert len(list(read("a,b,y\n" + rows).understanding.sentences())) == 1


def test_what_is_listed_adds_to_the_rule(read: Any) -> None:
    names = read(TEXT, categorical=["zone"], exclude=["note", "Id"]).dataset.feature_names
    assert "edge=rough" in names and "zone=9" in names and "size" in names
    with pytest.raises(DataError, match=r"t\.csv:2:edge: 'smooth' is not a number"):
        read(TEXT, numeric=["edge"], exclude=["note"])


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"numeric": ["zone"], "categorical": ["zone"]}, "zone: numeric: listed under categorical:, too"),
        ({"features": ["zone", "size"], "exclude": ["zone"]}, "zone: exclude: listed under features:, too"),
        ({"missing_indicator": ["y"]}, "y: missing_indicator: this is the target; a feature cannot be"),
    ],
)
def test_two_things_of_one_column_are_refused(keys: dict[str, Any], said: str, read: Any) -> None:
    with pytest.raises(DataError, match=said):
        read(TEXT, **{"exclude": ["note"], **keys})


@pytest.mark.parametrize("key", ["features", "exclude", "categorical", "numeric", "missing_indicator"])
def test_a_column_that_is_not_there_is_refused_by_its_key(key: str, read: Any) -> None:
    with pytest.raises(DataError, match=rf"t\.csv:1:edgy: {key}: there is no such column; did you mean edge\?"):
        read(TEXT, **{key: ["edgy"]})


def test_nothing_left_to_predict_from(read: Any) -> None:
    with pytest.raises(DataError, match="no column is left to predict from"):
        read("a,y\n1,x\n2,z\n3,x\n4,z\n", exclude=["a"])


# name: (rows of a and y, the warning)
DOUBTS = {
    "counts the rows": ([f"{i + 100},{'xz'[i * 7 % 3 % 2]}" for i in range(20)], "`a` counts the rows"),
    "lies in order": (
        [f"{i * i},{'xz'[i // 10]}" for i in range(20)],
        "the rows are sorted by `a`, and so are the classes",
    ),
    "-999": ([f"{-999 if i in (3, 8) else i % 7},{'xz'[i % 2]}" for i in range(20)], "`a` is -999 in 2 of 20 rows"),
    "dates as numbers": (
        [f"202401{i * 7 % 28 + 1:02d},{'xz'[i % 2]}" for i in range(20)],
        "`a` looks like dates written as numbers",
    ),
    "levels by case": (
        [f"{['cat', 'Cat', 'dog'][i % 3]},{'xz'[i % 2]}" for i in range(20)],
        "`a` has levels 'Cat' and 'cat'",
    ),
}


@pytest.mark.parametrize("name", DOUBTS)
def test_what_may_be_wrong_is_a_warning_by_name(name: str, read: Any) -> None:
    rows, warning = DOUBTS[name]
    table = read("a,y\n" + "\n".join(rows) + "\n")
    assert len(table.dataset.inputs) == 20
    (said,) = table.understanding.warnings
    assert said.startswith(warning) and len(rows) == 20


@pytest.mark.parametrize(
    "rows",
    [
        [f"{i},{i * 1.7}" for i in range(30)],
        [f"{i * 7 % 13},{'xz'[i % 2]}" for i in range(30)],
        [f"{1900 + i * 7 % 50},{'xz'[i % 2]}" for i in range(30)],
        [f"{-i * 3 % 7 - 9},{'xz'[i % 2]}" for i in range(30)],
    ],
)
def test_usual_numbers_are_no_matter_for_a_warning(rows: list[str], read: Any) -> None:
    warnings = read("a,y\n" + "\n".join(rows) + "\n").understanding.warnings
    assert all(warning.startswith("`a` counts the rows") for warning in warnings)


def test_no_matrix_of_rows_by_rows_is_made(read: Any) -> None:
    from making.effort import peak_bytes

    text = "name,a,y\n" + "".join(f"n{i},{i % 9},{'xz'[i % 2]}\n" for i in range(20_000))

    def refused() -> None:
        with pytest.raises(DataError, match="different in each of the 20000 rows"):
            read(text)

    assert peak_bytes(refused) < 100_000_000


@pytest.mark.parametrize(
    ("cells", "form", "names", "first"),
    [
        (["2024-01-03", "2024-02-29", "2023-12-31"], "ordinal", ("a",), [19725.0]),
        (["2024-01-03 12:00", "2024-02-29 06:00", "2023-12-31 00:00"], "ordinal", ("a",), [19725.5]),
        (
            ["31.12.2023", "01.02.2024", "03.01.2024"],
            "parts",
            ("a.year", "a.month", "a.day", "a.weekday"),
            [2023, 12, 31, 7],
        ),
        (["Jan 3, 2024", "Feb 29, 2024", "Dec 31, 2023"], "ordinal", ("a",), [19725.0]),
        (["13/01/2024", "02/01/2024", "03/01/2024"], "ordinal", ("a",), [19735.0]),
        (["10:30", "23:45", "00:00"], "parts", ("a.hour", "a.minute"), [10, 30]),
        (["2024-01-03T10:00+02:00", "2024-01-03T09:00+00:00", "2024-01-03T08:00Z"], "ordinal", ("a",), [19725 + 1 / 3]),
    ],
)
def test_dates_become_what_is_asked(
    cells: list[str], form: str, names: tuple[str, ...], first: list[float], read: Any
) -> None:
    text = "a,y\n" + "".join(f'"{cells[i % 3]}",{"xz"[i % 2]}\n' for i in range(12))
    data = read(text, dates={"a": form}).dataset
    assert data.feature_names == names
    np.testing.assert_allclose(data.inputs[0], first, rtol=1e-12)


def test_dates_with_two_readings_are_refused(read: Any) -> None:
    text = "a,y\n" + "".join(f"0{i % 3 + 1}/04/2024,{'xz'[i % 2]}\n" for i in range(12))
    with pytest.raises(DataError, match=r"t\.csv:2:a: '01/04/2024' can be read in two ways"):
        read(text, dates={"a": "ordinal"})


def test_a_second_file_may_have_another_encoding_and_order(read: Any, tmp_path: Path) -> None:
    second = tmp_path / "second.csv"
    second.write_bytes("y;größe;art\nx;1.5;Bär\nz;2.5;Öl\n".encode("cp1252"))
    text = "größe,art,y\n" + "".join(f"{i}.5,{['Bär', 'Öl'][i % 2]},{'xz'[i % 2]}\n" for i in range(12))
    data = read(text, split={"kind": "file", "path": str(second)}).dataset
    assert data.facts.num_official_test == 2
    assert data.inputs[-2:].tolist() == [[1.5, 1, 0], [2.5, 0, 1]] and data.targets[-2:].tolist() == [0, 1]


@pytest.mark.parametrize(
    "text",
    [
        ",a,y\n" + "".join(f"{i},{i % 5}.5,{'xz'[i % 2]}\n" for i in range(12)),  # as pandas writes them
        '"a" "y"\n' + "".join(f'"r{i}" {i % 5}.5 "{"xz"[i % 2]}"\n' for i in range(12)),  # as R does
    ],
)
def test_names_of_rows_are_left_out_and_said(text: str, read: Any) -> None:
    table = read(text)
    assert table.dataset.feature_names == ("a",)
    assert "table: the first column has no name and only names the rows: left out" in list(
        table.understanding.sentences()
    )


def test_a_column_without_a_name_that_may_say_more_is_refused(read: Any) -> None:
    text = ",a,y\n" + "".join(f"{i % 4},{i % 5}.5,{'xz'[i % 2]}\n" for i in range(12))
    with pytest.raises(
        DataError, match=r"t\.csv:1:column 1: the first column has no name; name all columns with names: \[row, a, y\]"
    ):
        read(text)
    assert read(text, names=["row", "a", "y"]).dataset.feature_names == ("row", "a")


@pytest.mark.parametrize("largest", ["1e300", "-1.7e308", "1e307"])
def test_very_large_numbers_are_read_or_refused_without_a_warning(largest: str, read: Any) -> None:
    text = "a,b,y\n" + "".join(f"{largest if i == 3 else i / 4},{i % 5},{'xz'[i % 2]}\n" for i in range(12))
    try:
        assert read(text).dataset.inputs[3, 0] == float(largest)
    except DataError as error:
        assert "t.csv:5:a: " in str(error) and "too large for a mean" in str(error)


@pytest.mark.parametrize(
    ("wild", "said"),
    [
        ({7: 310.0}, "`a` is 310 in line 9, and 20 to 61 elsewhere"),
        ({7: -250.0}, "`a` is -250 in line 9, and 20 to 61 elsewhere"),
        ({7: 310.0, 40: 310.0}, "`a` is 310 in line 9 and 1 more, and 20 to 61 elsewhere"),
        ({7: 120.0}, ""),
    ],
)
def test_a_number_far_from_all_others_is_said_with_its_line(wild: dict[int, float], said: str, read: Any) -> None:
    numbers = {i: 20.0 + i * 29 % 42 for i in range(60)} | wild
    table = read("a,y\n" + "".join(f"{value:g},{'xz'[i % 2]}\n" for i, value in numbers.items()))
    assert [warning[: len(said)] for warning in table.understanding.warnings] == ([said] if said else [])


@pytest.mark.parametrize("rows", [60, 1000])
@pytest.mark.parametrize("skew", ["normal", "exponential", "incomes", "losses", "counts", "mostly zero"])
def test_a_long_tail_is_no_number_far_from_all_others(skew: str, rows: int) -> None:
    rng = np.random.default_rng(21)
    columns = {
        "normal": rng.normal(size=(300, rows)),
        "exponential": rng.exponential(size=(300, rows)),
        "incomes": rng.lognormal(10.0, 1.0, (300, rows)),
        "losses": -rng.lognormal(10.0, 1.0, (300, rows)),
        "counts": rng.negative_binomial(0.5, 0.05, (300, rows)).astype(float),
        "mostly zero": rng.lognormal(0.0, 1.0, (300, rows)) * (rng.random((300, rows)) < 0.1),
    }[skew]
    alarms = sum(
        is_wild(max(signed), signed[signed < max(signed)])
        for column in columns
        for signed in (column, -column)
        if np.sum(signed < max(signed)) > 1
    )
    assert alarms <= 3  # 1 %
