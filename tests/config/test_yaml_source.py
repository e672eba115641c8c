"""The traps of YAML, closed: what a scalar means, what is refused, and where each value stands."""

import os
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlpexp.config.yaml_source import (
    MAX_BYTES,
    MAX_DEPTH,
    MAX_VALUES,
    Source,
    apply_override,
    dotted,
    override_in,
    read_yaml,
    scalar,
)
from mlpexp.errors import ConfigError, InputError, Place


def read(folder: Path, content: str | bytes) -> Source:
    path = folder / "c.yaml"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_yaml(path)


def message(folder: Path, content: str | bytes) -> str:
    with pytest.raises(InputError) as caught:
        read(folder, content)
    return str(caught.value).replace(f"{folder}/", "")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1e-3", 0.001), ("1E5", 1e5), ("1.", 1.0), (".5", 0.5), ("-.5e+1", -5.0), ("+3", 3), ("-0", 0), ("0e1", 0.0),
        ("true", True), ("False", False), ("null", None), ("~", None), ("", None), (".inf", float("inf")),
        ("-.inf", float("-inf")),
    ],
)  # fmt: skip
def test_numbers_booleans_and_null(text: str, value: object) -> None:
    assert scalar(text) == value
    assert type(scalar(text)) is type(value)


@pytest.mark.parametrize(
    "word",
    [
        "on", "off", "yes", "no", "y", "n", "On", "OFF", "tRUE", "010", "007.5", "-08", "0x10", "0o17", "0b1", "1_000",
        "12:30:00", "1:30", "2026-01-01", "1e", "e5", ".", "-", "+", "1.2.3", "inf", "nan", "NaN", "1 000", "١٢", "=", "<<",
        "None",
    ],
)  # fmt: skip
def test_everything_else_is_a_word(word: str) -> None:
    assert scalar(word) == word


def test_a_number_of_very_many_digits_is_a_word_and_no_error() -> None:
    assert scalar("9" * 5000) == "9" * 5000


def test_a_quoted_scalar_is_a_word(tmp_path: Path) -> None:
    assert read(tmp_path, "a: '1'\nb: \"true\"\nc: |\n  2\nd: ''\n").data == {
        "a": "1",
        "b": "true",
        "c": "2\n",
        "d": "",
    }


def test_keys_are_words_as_written(tmp_path: Path) -> None:
    assert list(read(tmp_path, "on: 1\n1: 2\n1e3: 3\nnull: 4\n").data) == ["on", "1", "1e3", "null"]


def test_places_of_keys_and_values(tmp_path: Path) -> None:
    source = read(tmp_path, "a:\n  b: [1, {c: 2}]\n")
    name = str(tmp_path / "c.yaml")
    assert source.place(("a", "b", 1, "c")) == Place(name, 2, 14)
    assert source.place(("a", "b", 1, "c"), of_key=True) == Place(name, 2, 11)
    assert source.place(("a", "b", 1, "absent", "deeper")) == Place(name, 2, 10)
    assert str(source.place(("absent",))) == f"{name}:1:1"
    assert dotted(("a", "b", 1, "c")) == "a.b[1].c"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("a: 1\nb: 2\na: 3\n", "c.yaml:3:1: a: duplicate key (first in line 1)"),
        ("a: {b: 1,\n  b: 2}\n", "c.yaml:2:3: a.b: duplicate key (first in line 1)"),
        ("a: [{b: 1, b: 2}]\n", "c.yaml:1:12: a[0].b: duplicate key (first in line 1)"),
        ("a: !!python/object/apply:os.system [ls]\n", "c.yaml:1:4: a: the tag !!python/object/apply:os.system is not allowed"),
        ("a: !!python/name:os.system x\n", "c.yaml:1:4: a: the tag !!python/name:os.system is not allowed"),
        ("a: !env HOME\n", "c.yaml:1:4: a: the tag !env is not allowed"),
        ("a: !x {b: 1}\n", "c.yaml:1:4: a: the tag !x is not allowed"),
        ("a: !!int 3\nb: !!str 3\n", "c.yaml:1:4: a: the tag !!int is not allowed\nc.yaml:2:4: b: the tag !!str is not allowed"),  # noqa: E501
        ("!x a: 3\n", "c.yaml:1:1: a key must be a word"),
        ("!!omap\n- a: 3\n", "c.yaml:1:1: the tag !!omap is not allowed"),
        ("", "c.yaml:1:1: a config is a mapping such as `dataset: iris`, but this is empty"),
        ("---\n...\n", "c.yaml:1:1: a config is a mapping such as `dataset: iris`, but this is empty"),
        ("- a\n", "c.yaml:1:1: a config is a mapping such as `dataset: iris`, but this is a list"),
        ("word\n", "c.yaml:1:1: a config is a mapping such as `dataset: iris`, but this is a single value"),
        (b"a: 1\nbc: x\xff\n", "c.yaml:2:6: not UTF-8 text"),
        ("a: 1\n".encode("utf-16"), "c.yaml:1:1: not UTF-8 text"),
        ('a: 1\nb: "\\UFFFFFFFF"\n', "c.yaml:2:7: not valid YAML: an escape names no character"),
        ('a: 1\nb: "\\ud800"\n', "c.yaml:2:4: not valid YAML: an escape names no character"),
        ("a: 1\nb: x\0y\n", "c.yaml:2:5: not valid YAML: U+0000 is a character that no text has; remove it"),
        ("\x07", "c.yaml:1:1: not valid YAML: U+0007 is a character that no text has; remove it"),
        ("a: [&x 1, &x 2]\n", "c.yaml:1:11: not valid YAML: the name after this `&` is there twice; the first is in line 1"),
        ("a: 1\n---\nb: 2\n", "c.yaml:2:1: not valid YAML: a second document begins here; a config is one, so remove the `---`"),  # noqa: E501
        ("a: *x\n", "c.yaml:1:4: not valid YAML: the name after this `*` is nowhere after an `&` before it; a word with * needs quotation marks"),  # noqa: E501
        ("a: &a [*a]\n", "c.yaml:1:4: more than 20,000 values or 40 levels"),
    ],
)  # fmt: skip
def test_refused(content: str | bytes, expected: str, tmp_path: Path) -> None:
    assert message(tmp_path, content) == expected


def test_a_byte_order_mark_is_no_part_of_the_first_key(tmp_path: Path) -> None:
    source = read(tmp_path, b"\xef\xbb\xbfa: 1\n")
    assert source.data == {"a": 1}
    assert str(source.place(("a",))).endswith(":1:4")


def test_an_alias_bomb_is_refused_before_it_is_unfolded(tmp_path: Path) -> None:
    """Its 10^12 values would fit into no memory."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 12)]
    assert "more than 20,000 values or 40 levels" in message(tmp_path, "\n".join(lines))


def test_an_alias_is_a_copy(tmp_path: Path) -> None:
    data = read(tmp_path, "a: &a {b: 1}\nc: *a\n").data
    assert data == {"a": {"b": 1}, "c": {"b": 1}}
    assert data["a"] is not data["c"]


def test_depth_is_limited(tmp_path: Path) -> None:
    assert read(tmp_path, "a: " + "[" * (MAX_DEPTH - 1) + "1" + "]" * (MAX_DEPTH - 1)).data
    for levels in (MAX_DEPTH, 200, 30_000):
        text = message(tmp_path, "a: " + "[" * levels + "1" + "]" * levels)
        assert text == f"c.yaml:1:{4 + MAX_DEPTH}: more than 20,000 values or 40 levels"


@pytest.mark.parametrize(
    ("content", "place"),
    [
        ("[" * 200_000, "1:42"), ("- " * 200_000, "1:83"), ("? " * 200_000, "1:83"), ("{a: " * 200_000, "1:162"),
        ("a: [" + "1," * MAX_VALUES, "1:40001"), ("- 1\n" * (MAX_VALUES + 1), "20000:3"),
        ("\n".join(f"k{i}: 1" for i in range(MAX_VALUES + 1)), "20000:9"),
    ],
)  # fmt: skip
def test_nothing_is_read_behind_the_last_value_that_is_allowed(content: str, place: str, tmp_path: Path) -> None:
    """Behind it stands what is no YAML, which would be said."""
    assert message(tmp_path, f"{content}\n%@`") == f"c.yaml:{place}: more than 20,000 values or 40 levels"


def test_the_largest_config_is_read(tmp_path: Path) -> None:
    assert len(read(tmp_path, "\n".join(f"k{i}: 1" for i in range(MAX_VALUES - 1))).data) == MAX_VALUES - 1
    assert len(read(tmp_path, f"a: [{'1,' * (MAX_VALUES - 2)}]").data["a"]) == MAX_VALUES - 2


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="a system without pipes in folders")
def test_what_is_no_file_is_not_opened(tmp_path: Path) -> None:
    """Opening a pipe into which nobody writes would take for ever."""
    os.mkfifo(tmp_path / "c.yaml")
    with pytest.raises(InputError, match=r"c.yaml: is a pipe, .*; save it as a file first"):
        read_yaml(tmp_path / "c.yaml")
    with pytest.raises(InputError, match="is a device or a socket, not a file"):
        read_yaml(Path(os.devnull))
    with pytest.raises(InputError, match="is a folder, not a file"):
        read_yaml(tmp_path)


def test_size_is_limited(tmp_path: Path) -> None:
    comment = "#" * (MAX_BYTES - 6)
    assert read(tmp_path, f"a: 1\n{comment}\n").data == {"a": 1}
    assert message(tmp_path, f"a: 1\n#{comment}\n") == "c.yaml: too large; a config has at most 1,000,000 bytes"


@settings(deadline=None, max_examples=200)
@given(
    st.text(alphabet=st.sampled_from("ab1:-[]{}&*!|>\"'\\#%@, \n\tUx0.~?<="), max_size=40)
    | st.text(max_size=30)
    | st.binary(max_size=30)
)
def test_any_file_gives_data_or_a_message(tmp_path_factory: pytest.TempPathFactory, content: str | bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "any.yaml"
    path.write_bytes(content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content)
    try:
        assert isinstance(read_yaml(path).data, dict)
    except InputError as error:
        assert all(re.match(rf"{re.escape(str(path))}:\d+:\d+: ", line) for line in str(error).split("\n"))


START = {"a": {"b": [1, {"c": 2}]}, "d": 3}


@pytest.mark.parametrize(
    ("text", "data"),
    [
        ("d=4", {**START, "d": 4}),
        ("d=1e-3", {**START, "d": 0.001}),
        ("d=off", {**START, "d": "off"}),
        ("d=", {**START, "d": None}),
        ("d=x=y", {**START, "d": "x=y"}),
        (" d = [1, 2]", {**START, "d": [1, 2]}),
        ("d={e: {f: 1}}", {**START, "d": {"e": {"f": 1}}}),
        ("new.deep.key=1", {**START, "new": {"deep": {"key": 1}}}),
        ("a.b.0=9", {"a": {"b": [9, {"c": 2}]}, "d": 3}),
        ("a.b.1.c=9", {"a": {"b": [1, {"c": 9}]}, "d": 3}),
        ("a.b=[]", {"a": {"b": []}, "d": 3}),
    ],
)
def test_an_override_sets_one_value(text: str, data: object, tmp_path: Path) -> None:
    source = read(tmp_path, "a:\n  b: [1, {c: 2}]\nd: 3\n")
    apply_override(source, override_in(text, f"--set {text}"))
    assert source.data == data
    key = text.split("=", maxsplit=1)[0].strip()
    path = tuple(int(part) if part.isdigit() else part for part in key.split("."))
    assert str(source.place(path)) == str(source.place(path, of_key=True)) == f"--set {text}"


def test_an_override_replaces_the_places_below_it(tmp_path: Path) -> None:
    source = read(tmp_path, "a:\n  b: [1, {c: 2}]\nd: 3\n")
    apply_override(source, override_in("a={b: 1}", "--a"))
    assert {str(source.place(p)) for p in [("a",), ("a", "b"), ("a", "b", 1, "c")]} == {"--a"}
    assert source.place(("d",)).line == 3


def test_a_part_that_an_override_makes_has_the_override_as_its_place(tmp_path: Path) -> None:
    source = read(tmp_path, "d: 3\n")
    apply_override(source, override_in("new.key=1", "--new"))
    assert str(source.place(("new",))) == "--new"


@pytest.mark.parametrize("text", ["d.x=1", "a.b.2=1", "a.b.x=1", "a.b.-1=1", "a.b.0.x=1", "a.b.5.c=1"])
def test_an_override_below_nothing(text: str, tmp_path: Path) -> None:
    source = read(tmp_path, "a:\n  b: [1, {c: 2}]\nd: 3\n")
    with pytest.raises(ConfigError, match=r"^--set .*: there is nothing below this key$"):
        apply_override(source, override_in(text, f"--set {text}"))
