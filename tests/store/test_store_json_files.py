"""JSON that people can read, checked where it is read; a damaged file is one sentence."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from making.store_records import STACK, summary
from mlpexp.errors import RunError
from mlpexp.store.json_files import WIDTH, as_json, read_json, read_record, record_text, write_record
from mlpexp.store.plan_files import StackRecord, StacksRecord
from mlpexp.store.summary import Summary

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(), inner, max_size=5),
    max_leaves=15,
)


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b"\xff\xfe", b'"text"'])
def test_a_damaged_json_file_is_one_sentence(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "summary.json").write_bytes(content)
    with pytest.raises(RunError, match=r"summary\.json: damaged: not (JSON|UTF-8|a JSON object)$"):
        read_json(tmp_path / "summary.json")


def test_a_missing_json_file_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(RunError, match=r"environment\.json: cannot be read"):
        read_json(tmp_path / "environment.json")
    with pytest.raises(RunError, match=r"plan\.json: cannot be read"):
        read_record(tmp_path / "plan.json", StackRecord)


def test_numbers_that_json_has_not_become_null() -> None:
    value = {"a": float("nan"), "b": [float("inf"), 1.5], "c": {"d": (float("-inf"), 2)}, "text": "µ"}
    text = as_json(value)
    assert json.loads(text, parse_constant=pytest.fail) == {
        "a": None,
        "b": [None, 1.5],
        "c": {"d": [None, 2]},
        "text": "µ",
    }
    assert "µ" in text


@settings(max_examples=40)
@given(st.dictionaries(st.text(), VALUES, max_size=3))
def test_what_is_written_is_what_is_read(value: dict[str, object]) -> None:
    assert json.loads(as_json(value)) == value


def test_what_fits_into_a_line_stays_in_it() -> None:
    value = {"short": [1, 2, 3], "long": [f"number {i}" for i in range(40)]}
    lines = as_json(value).splitlines()
    assert '  "short": [1, 2, 3],' in lines
    assert max(map(len, lines)) <= WIDTH
    assert lines.count('    "number 7",') == 1


def test_a_record_is_read_as_it_was_written(tmp_path: Path) -> None:
    record = StacksRecord(stacks=(STACK, STACK))
    write_record(tmp_path / "stacks.json", record)
    assert read_record(tmp_path / "stacks.json", StacksRecord) == record
    assert (tmp_path / "stacks.json").read_text() == record_text(record)


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("seeds", ["0"], "seeds.0: input should be a valid integer"),
        ("seeds", [0.5], "seeds.0: input should be a valid integer"),
        ("num_arms", True, "num_arms: input should be a valid integer"),
        ("name", 3, "name: input should be a valid string"),
        ("status", "done", "status: input should be 'running', "),
        ("format", 3, "format: input should be 1 or 2"),
        ("members", [], "members: extra inputs are not permitted"),
        ("margin", 0.0, "margin: input should be greater than 0"),
        ("margin", float("nan"), "margin: input should be a finite number"),
        ("margin", float("inf"), "margin: input should be a finite number"),
        ("dataset", {"title": "Iris"}, "dataset.task: field required"),
        ("dataset", None, "dataset: input should be an object"),
    ],
)
def test_what_a_summary_cannot_be_is_refused_with_the_key(key: str, value: object, words: str, tmp_path: Path) -> None:
    path = tmp_path / "summary.json"
    path.write_text(json.dumps({**summary().model_dump(mode="json"), key: value}))
    with pytest.raises(RunError) as caught:
        read_record(path, Summary)
    assert str(caught.value).startswith(f"{path}: damaged: {words}")
    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize(
    "key", ["planned_by", "name", "hash", "title", "status", "dataset", "model", "metric", "seeds"]
)
def test_what_a_summary_must_have_is_missed(key: str, tmp_path: Path) -> None:
    content = summary().model_dump(mode="json")
    del content[key]
    (tmp_path / "summary.json").write_text(json.dumps(content))
    with pytest.raises(RunError, match=rf"summary\.json: damaged: {key}: field required"):
        read_record(tmp_path / "summary.json", Summary)


def test_a_file_that_was_cut_anywhere_is_refused(tmp_path: Path) -> None:
    text, path = record_text(summary()), tmp_path / "summary.json"
    for cut in range(len(text) - 2):
        path.write_text(text[:cut])
        with pytest.raises(RunError, match="damaged: not JSON"):
            read_record(path, Summary)
