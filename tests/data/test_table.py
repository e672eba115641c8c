"""The user's CSV file: what is read from a good one."""

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from making.effort import calls_of
from mlpexp.config.datasets import Csv
from mlpexp.data.catalogue import facts_of, load
from mlpexp.data.dataset import Dataset
from mlpexp.data.tables import table_file
from mlpexp.data.tables.header import Asked


def read(folder: Path, text: str, **options: Any) -> Dataset:
    path = folder / "flowers.csv"
    path.write_bytes(text.encode())
    return load(Csv.model_validate({"name": "csv", "path": str(path), "target": "y", **options}))


def test_numbers_and_labels(tmp_path: Path) -> None:
    data = read(tmp_path, "a,b,y\n1,-2.5,red\n3e-1, .5 ,blue\n+4,7.,red\n0,0,blue\n")
    assert data.inputs.tolist() == [[1, -2.5], [0.3, 0.5], [4, 7], [0, 0]]
    assert data.inputs.dtype == np.float64 and data.targets.dtype == np.int64
    assert data.targets.tolist() == [1, 0, 1, 0] and data.class_names == ("blue", "red")
    assert data.name == "flowers" and data.feature_names == ("a", "b") and data.target_name == "y"
    assert data.facts.task == "classification" and data.facts.num_outputs == 2 and data.facts.input_shape == (2,)


def test_integer_labels_are_sorted_by_value_and_one_is_one_however_written(tmp_path: Path) -> None:
    data = read(
        tmp_path, "a,y\n" + "".join(f"{i},{y}\n" for i, y in enumerate(["10", "9", "1.0", "1", "9", "10", "-2", "-2"]))
    )
    assert data.class_names == ("-2", "1", "9", "10")
    assert data.targets.tolist() == [3, 2, 1, 1, 2, 3, 0, 0]


@pytest.mark.parametrize(
    ("values", "task"),
    [
        ([0, 1], "classification"),
        (range(20), "classification"),
        (range(21), "regression"),
        ([0.5, 1], "regression"),
        (["1.0", "2.0"], "classification"),
    ],
)
def test_task_follows_from_the_target(tmp_path: Path, values: Any, task: str) -> None:
    data = read(tmp_path, "a,y\n" + "".join(f"{i},{value}\n" for i, value in enumerate([*values, *values])))
    assert data.facts.task == task


def test_task_can_be_chosen(tmp_path: Path) -> None:
    text = "a,y\n1,0\n2,1\n3,0\n4,1\n"
    regression = read(tmp_path, text, task="regression")
    assert regression.targets.tolist() == [[0], [1], [0], [1]] and regression.targets.dtype == np.float64
    assert regression.facts.num_outputs == 1 and regression.class_names == ()
    text = "a,y\n1,0.5\n2,1.5\n3,0.5\n4,1.5\n"
    assert read(tmp_path, text, task="classification").class_names == ("0.5", "1.5")


def test_categories_become_one_column_for_each_level(tmp_path: Path) -> None:
    data = read(tmp_path, "size,colour,y\n1,red,0.5\n2,blue,1.5\n3,red,2.5\n4,green,3.5\n")
    assert data.feature_names == ("size", "colour=blue", "colour=green", "colour=red")
    assert data.inputs.tolist() == [[1, 0, 0, 1], [2, 1, 0, 0], [3, 0, 0, 1], [4, 0, 1, 0]]


def test_numbers_can_be_declared_categories_and_sort_by_value(tmp_path: Path) -> None:
    data = read(tmp_path, "zone,y\n10,0.5\n9,1.5\n10,2.5\n9,3.5\n", categorical=["zone"])
    assert data.feature_names == ("zone=9", "zone=10")
    assert data.inputs.tolist() == [[0, 1], [1, 0], [0, 1], [1, 0]]


def test_chosen_features_in_the_order_chosen_and_nothing_else_is_looked_at(tmp_path: Path) -> None:
    data = read(tmp_path, "id,a,b,y\nx,1,2,0.5\ny,3,4,\nz,5,6,2.5\n,7,8,3.5\n", features=["b", "a"], missing="drop")
    assert data.feature_names == ("b", "a") and data.inputs.tolist() == [[2, 1], [6, 5], [8, 7]]


def test_rows_with_missing_values_can_be_dropped(tmp_path: Path) -> None:
    rows = ["1,2,0.5", "NA,2,1.5", "3,,2.5", "4,5,nan", "6,7,4.5"]
    data = read(tmp_path, "a,b,y\n" + "\n".join(rows), missing="drop")
    assert data.inputs.tolist() == [[1, 2], [6, 7]] and data.targets.tolist() == [[0.5], [4.5]]
    assert data.facts.num_samples == 2


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_line_endings_quotes_blank_lines_and_byte_order_mark(tmp_path: Path, ending: str) -> None:
    lines = [
        '\ufeff"a, in cm",b,y',
        "",
        '1, "2",u',
        '"3",4,"two',
        'lines ""here"""',
        "5,6,u",
        '7,8,"two',
        'lines ""here"""',
        "",
    ]
    data = read(tmp_path, ending.join(lines), features=["a, in cm", "b"])
    assert data.inputs.tolist() == [[1, 2], [3, 4], [5, 6], [7, 8]]
    assert data.class_names == (f'two{ending}lines "here"', "u")


@pytest.mark.parametrize("delimiter", [";", "\t", "|", " "])
def test_other_delimiters(tmp_path: Path, delimiter: str) -> None:
    text = "a,b,y\n1,2,0.5\n3,4,1.5\n".replace(",", delimiter)
    assert read(tmp_path, text, delimiter=delimiter).inputs.tolist() == [[1, 2], [3, 4]]


def test_a_file_is_read_once_until_it_changes(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("a,y\n1,0.5\n2,1.5\n")
    config = Csv(name="csv", path=str(path), target="y")

    def look() -> None:
        assert facts_of(config).num_samples == len(load(config).inputs)
        load(config).inputs[:] = 99.0  # what a caller does to its arrays must not reach the next one
        assert load(config).inputs[0, 0] in (1, 7)

    assert calls_of(table_file.read_file, look) == 1
    path.write_text("a,y\n1,0.5\n2,1.5\n3,2.5\n")
    assert calls_of(table_file.read_file, look) == 1 and len(load(config).inputs) == 3
    path.write_text("a,y\n7,0.5\n2,1.5\n3,2.5\n")  # the same size; only the time tells
    os.utime(path, ns=(0, 12_345))
    assert calls_of(table_file.read_file, look) == 1 and load(config).inputs[0, 0] == 7


def test_iris_written_and_read_is_iris(tmp_path: Path) -> None:
    from mlpexp.config.datasets import Iris

    iris = load(Iris(name="iris"))
    rows = [
        f"{','.join(map(repr, map(float, x)))},{iris.class_names[k]}"
        for x, k in zip(iris.inputs, iris.targets, strict=True)
    ]
    data = read(tmp_path, "a,b,c,d,y\n" + "\n".join(rows))
    assert np.array_equal(data.inputs, iris.inputs) and np.array_equal(data.targets, iris.targets)
    assert data.class_names == iris.class_names


def test_a_large_file_is_announced_and_its_progress_told(tmp_path: Path) -> None:
    path, told = tmp_path / "large.csv", list[str]()
    path.write_text("a,b,y\n" + "1.5,2,3\n" * 2_700_000)
    file = table_file.read_file(path, table_file.Reading(Asked()), told.append)
    assert file.num_rows == 2_700_000
    assert told == [f"reading {path} (22 MB)", *(f"{share} % has been read" for share in (25, 50, 75))]
