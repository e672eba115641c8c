"""Bad CSV files: each gives one sentence with the place and the remedy."""

from pathlib import Path
from typing import Any

import pytest

from mlpexp.config.datasets import Csv
from mlpexp.data.catalogue import load
from mlpexp.errors import DataError, InputError

NUMBERS = "".join(f"{i},{i}.5\n" for i in range(1, 31))  # 30 good rows of the columns a,y

# name: (content, options, the message after the path)
BAD: dict[str, tuple[str, dict[str, Any], str]] = {
    "empty": ("", {}, ": empty; the first line must hold the column names"),
    "only blank lines": ("\n\n \n", {}, ": empty; the first line must hold the column names"),
    "only a header": ("\na,y\n", {}, ":2: only a header; rows of values must follow"),
    "no known encoding": (
        "a,y\n1,2.5\n3,caf\udc98\udc81x\n",
        {},
        ":3: not UTF-8 text (byte 0x98); no usual encoding fits: set encoding: to the right one",
    ),
    "another encoding than is said": (
        "a,y\n1,2.5\n3,caf\udce9\n",
        {"encoding": "utf-8"},
        ":3: not utf-8 text (byte 0xe9); set encoding: to what it was saved with",
    ),
    "half a letter": ("\udcff\udcfea", {}, ":1: not utf-16 text (byte 0x61); set encoding: to what it was saved with"),
    "too few cells": ("a,b,y\n1,2,3.5\n1,2\n", {}, ":3: 2 cells, but the header has 3 cells"),
    "too few cells far down, where cells are missing": (
        "a,y,b\n" + "".join(f"{i},{i}.5,{'' if i == 3 else i}\n" for i in range(200)) + "1,2\n",
        {"missing": "mean"},
        ":202: 2 cells, but the header has 3 cells",
    ),
    "too few cells far down, where cells are quoted": (
        "a,y,b\n" + "".join(f'{i},{i}.5,"{i if i > 3 else ""}"\n' for i in range(200)) + "1,2\n",
        {"missing": "mean"},
        ":202: 2 cells, but the header has 3 cells",
    ),
    "too many cells": ("a,y\n1,2.5\n\n1,2,3\n", {}, ":4: 3 cells, but the header has 2 cells"),
    "too many cells after a cell of two lines": (
        'a,y\n1,"2\n"\n1,2,3\n',
        {},
        ":4: 3 cells, but the header has 2 cells",
    ),
    "quote not closed": ('a,y\n1,2.5\n2,"3.5\n4,5.5\n', {}, ":3: not a row of cells (a quotation mark is not closed)"),
    "text after a quote": ('a,y\n1,"2"x\n', {}, ":2: not a row of cells (',' expected after '\"')"),
    "other delimiter": (
        "a;y\n1;2\n",
        {"delimiter": ","},
        ":1:a;y: only one column, but a target and a feature are needed; is the delimiter ';'?",
    ),
    "one column": (
        "y\n1\n",
        {},
        ":1:y: only one column, but a target and a feature are needed; what separates columns is set with delimiter:",
    ),
    "column without name": (
        ",a,y\n0,1,2.5\n",
        {},
        ":1:column 1: the first column has no name; name all columns with names: [row, a, y]",
    ),
    "same name twice": ("a,y,a\n1,2,3\n", {}, ":1:a: 2 columns have this name; give each its own, or all with names:"),
    "no header": (
        "5.1,3.5\n4.9,3.0\n",
        {},
        (
            ":1: the first line has numbers in place of names (5.1, 3.5); is there a header? if not, set header: false, and "
            "write them under names:; if these are names, set header: true"
        ),
    ),
    "target misspelt": (
        "a,species\n1,2.5\n",
        {"target": "spceies"},
        ":1:spceies: target: there is no such column; did you mean species?",
    ),
    "feature not there": (
        "a,b,y\n1,2,3.5\n",
        {"features": ["a", "q"]},
        ":1:q: features: there is no such column; choose from a, b, y",
    ),
    "categorical not there": (
        "alpha,y\n1,2.5\n",
        {"categorical": ["alhpa"]},
        ":1:alhpa: categorical: there is no such column; did you mean alpha?",
    ),
    "feature twice": ("a,b,y\n1,2,3.5\n", {"features": ["a", "a"]}, ":1:a: features: listed twice"),
    "target as feature": (
        "a,y\n1,2.5\n",
        {"features": ["a", "y"]},
        ":1:y: features: this is the target; a feature cannot be what is to be predicted",
    ),
    "target as category": (
        "a,y\n1,2.5\n",
        {"categorical": ["y"]},
        ":1:y: categorical: this is the target; a feature cannot be what is to be predicted",
    ),
    "category not a feature": (
        "a,b,y\n1,2,3.5\n",
        {"features": ["a"], "categorical": ["b"]},
        ":1:b: categorical: not among the columns that are used",
    ),
    "missing value": (
        "a,y\n1,2.5\n,3.5\n",
        {},
        (
            ":3:a: missing value; fill it in, drop such a row (1 of 2) with --set dataset.missing=drop, or set what each "
            "column needs, such as --set dataset.missing=median"
        ),
    ),
    "missing level": (
        "a,y\nu,2.5\n,3.5\nu,1.5\n",
        {},
        (
            ":3:a: missing value; fill it in, drop such a row (1 of 3) with --set dataset.missing=drop, or set what each "
            "column needs, such as --set dataset.missing=most_frequent"
        ),
    ),
    "missing value of a column without a rule": (
        "a,b,y\n1,1,2.5\n2,,3.5\n3,4,1.5\n",
        {"missing": {"a": "mean"}},
        (
            ":3:b: missing value; fill it in, drop such a row (1 of 3) with --set dataset.missing=drop, or set what each "
            'column needs, such as --set "dataset.missing={a: mean, b: median}"'
        ),
    ),
    "missing group": (
        "a,g,y\n1,u,2.5\n2,,3.5\n3,v,1.5\n",
        {"missing": "most_frequent", "split": {"kind": "group", "column": "g"}},
        (
            ":3:g: missing value; the column of the split cannot be filled in; fill it in, or drop such a row (1 of 3) with "
            "--set dataset.missing=drop"
        ),
    ),
    "missing target": (
        "a,y\n1,2.5\n2,\n",
        {},
        ":3:y: missing value; fill it in, or drop such a row (1 of 2) with --set dataset.missing=drop",
    ),
    "NaN as text": (
        "a,y\n1,2.5\n2,NaN\n",
        {},
        ":3:y: missing value ('NaN'); fill it in, or drop such a row (1 of 2) with --set dataset.missing=drop",
    ),
    "every row lacks a value": (
        "a,b,y\n1,,2.5\n,2,3.5\n",
        {"missing": "drop"},
        ":1: no row is left, because each lacks a value (1 for 'a', 1 for 'b')",
    ),
    "infinity as text": (
        "a,y\n1,2.5\n-inf,3.5\n",
        {"missing": "drop"},
        ":3:a: '-inf' is not a finite number, or leave it out with exclude: [a]",
    ),
    "number beyond float": ("a,y\n1,2.5\n3,1e999\n", {}, ":3:y: '1e999' is not a finite number"),
    "letter among numbers": (
        f"a,y\n{NUMBERS}l2,7.5\n",
        {},
        (
            ":32:a: 'l2' is not a number, but 30 of the 31 values of the column are; correct it, name it "
            "under missing_values: if it stands for a missing value, or list the column under categorical:"
        ),
    ),
    "letter among numbers after a cell of two lines": (
        f'a,y\n"1\n",7.5\n{NUMBERS}1_000,7.5\n',
        {},
        (
            ":34:a: '1_000' is not a number, but 31 of the 32 values of the column are; correct it, name it "
            "under missing_values: if it stands for a missing value, or list the column under categorical:"
        ),
    ),
    "letter in the target": (
        "a,y\n" + "".join(f"{i},{i}.5\n" for i in range(30)) + "3,x\n",
        {},
        (
            ":32:y: 'x' is not a number, but 30 of the 31 values of the column are; correct it, name it "
            "under missing_values: if it stands for a missing value, or set task: classification"
        ),
    ),
    "words in a column of numbers": (
        "a,b,y\n1,red,1.5\n2,red,2.5\n",
        {"numeric": ["b"]},
        ":2:b: 'red' is not a number",
    ),
    "regression on labels": (
        "a,y\n1,2\n2,red\n",
        {"task": "regression"},
        ":3:y: 'red' is not a number; task: regression needs numbers",
    ),
    "one class": ("a,y\n1,red\n2,red\n", {}, ":1:y: only one class, red; classification needs at least two"),
    "class of one sample": (
        "a,y\n1,red\n2,blue\n3,red\n",
        {},
        (
            ":3:y: class blue has only one sample, and needs at least two; add some, remove it, or set "
            "task: regression if these are quantities"
        ),
    ),
    "ID column": (
        "who,a,y\nann,1,1.5\nbob,2,2.5\ncy,1,3.5\n",
        {},
        (
            ":1:who: not a number, and different in each of the 3 rows, so it names the samples and "
            "predicts nothing; leave it out with exclude: [who]"
        ),
    ),
}


def message(path: Path, options: dict[str, Any]) -> str:
    with pytest.raises(DataError) as caught:
        load(Csv.model_validate({"name": "csv", "path": str(path), "target": "y", **options}))
    return str(caught.value)


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_gives_one_sentence_with_its_place(tmp_path: Path, name: str) -> None:
    content, options, expected = BAD[name]
    path = tmp_path / "t.csv"
    path.write_bytes(content.encode("utf-8", errors="surrogateescape"))
    assert message(path, options) == f"{path}{expected}"


def test_a_file_that_is_not_there_names_a_neighbour(tmp_path: Path) -> None:
    assert message(tmp_path / "iris.csv", {}) == f"{tmp_path / 'iris.csv'}: no such file"
    (tmp_path / "irises.csv").write_text("a,y\n")
    assert message(tmp_path / "iris.csv", {}).endswith("iris.csv: no such file; did you mean irises.csv?")
    assert message(tmp_path / "no" / "such" / "folder.csv", {}).endswith("folder.csv: no such file")


def test_a_folder_is_not_a_file(tmp_path: Path) -> None:
    assert message(tmp_path, {}) == f"{tmp_path}: is a folder, not a file"


def test_an_impossible_path_is_an_error_not_a_traceback(tmp_path: Path) -> None:
    assert "cannot be read" in message(tmp_path / ("x" * 300), {})
    (tmp_path / "loop.csv").symlink_to(tmp_path / "loop.csv")
    assert "loop.csv" in message(tmp_path / "loop.csv", {})


def test_a_quotation_mark_cannot_separate_columns(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("a,y\n1,2.5\n")
    with pytest.raises(InputError, match="cannot separate columns; use"):
        load(Csv(name="csv", path=str(tmp_path / "t.csv"), target="y", delimiter='"'))
