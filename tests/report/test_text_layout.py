"""Tables in lines of any width: what must stay whole is whole, and nothing gets lost."""

import re
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from mlpexp.report.tables.text_layout import Layout, laid_out, wrapped
from mlpexp.report.tables.text_table import TextTable

NAME = "learning_rate=0.001,batch_size=16,activation=leaky_relu,hidden_sizes=9"
ROWS = [
    ["a", "0.9533", "0.9303 .. 0.9764", "the reference", "212472918.33"],
    [NAME, "9.99999856e15", "0.9303 .. 0.9764", "no difference larger than 0.010 (0.9 .. 1.1) can be seen", ""],
]
COLUMNS = ["arm", "test accuracy", "95 % interval", "verdict", "us/step"]


def table(**changes: object) -> TextTable:
    fields = {
        "numeric": frozenset(("test accuracy", "us/step")),
        "title": "three words here",
        "prose": frozenset(["verdict"]),
    }
    return TextTable(COLUMNS, ROWS, **{**fields, "droppable": ("us/step", "95 % interval"), **changes})


def texts(layout: Layout) -> list[str]:
    return [line.text for line in layout.lines]


def test_in_a_pipe_every_row_is_one_line_with_every_cell() -> None:
    lines = texts(laid_out(table()))
    assert len(lines) == 5
    for row, line in zip(ROWS, lines[3:], strict=True):
        assert all(cell in line for cell in row)


@pytest.mark.parametrize(
    ("width", "hidden"),
    [(200, ()), (146, ()), (145, ["us/step"]), (131, ["us/step"]), (130, ["us/step", "95 % interval"])],
)
def test_columns_go_in_their_order_and_no_earlier_than_they_must(width: int, hidden: Sequence[str]) -> None:
    layout = laid_out(table(), width)
    assert set(layout.hidden) == set(hidden)
    assert (layout.note() == "") == (not hidden)
    assert all(column in layout.note() for column in hidden)


def test_a_name_that_leaves_no_room_stands_above_its_row() -> None:
    lines = texts(laid_out(table(), 80))
    at = lines.index(f"  {NAME}")
    assert lines[at + 1].startswith(" " * 6)
    assert "9.99999856e15" in lines[at + 1]


def test_where_not_even_two_columns_fit_each_cell_has_its_line() -> None:
    lines = texts(laid_out(table(droppable=()), 40))
    assert f"  {NAME}" in lines
    assert "      test accuracy   9.99999856e15" in lines


def test_headings_that_are_names_stay_whole() -> None:
    names = ["factor", "one name of words", "another name of words"]
    layout = laid_out(TextTable(names, [["learning rate", "1", "2"]], named_columns=True), 40)
    for name in names[1:]:
        assert any(name in line for line in texts(layout))


words = st.text(st.sampled_from("abc_0.漢"), min_size=1, max_size=12)
sentences = st.lists(words.filter(lambda word: word != ".."), max_size=8).map(" ".join)


@given(st.integers(1, 90), sentences)
def test_a_text_breaks_between_words_only(width: int, text: str) -> None:
    lines = wrapped(text, width)
    assert " ".join(lines).split() == text.split()
    assert all(cell_len(line) <= width or " " not in line for line in lines)


@given(st.data(), st.integers(30, 130))
def test_no_line_is_too_wide_and_no_cell_is_lost_or_broken(data: st.DataObject, width: int) -> None:
    count = data.draw(st.integers(1, 6))
    columns = [f"heading {i}" for i in range(count)]
    prose = frozenset(columns[i] for i in range(1, count) if data.draw(st.booleans()))
    cell = {column: sentences if column in prose else words for column in columns}
    rows = [[data.draw(cell[column]) for column in columns] for _ in range(data.draw(st.integers(1, 4)))]
    droppable = data.draw(st.permutations(columns[1:]))[: data.draw(st.integers(0, count))]
    numeric = frozenset(column for column in columns[1:] if data.draw(st.booleans()))
    layout = laid_out(TextTable(columns, rows, numeric, prose=prose, droppable=droppable), width)
    assert all(cell_len(line) <= width for line in texts(layout)), texts(layout)
    assert set(layout.hidden) <= set(droppable)
    shown = [word for line in texts(layout) for word in line.split()]
    for row in rows:
        for column, text in zip(columns, row, strict=True):
            assert column in layout.hidden or all(word in shown for word in text.split())


def test_a_name_is_no_command_to_the_terminal() -> None:
    lines = texts(laid_out(TextTable(["name"], [["a\x1b[31m\nb"]]), 80))
    assert not re.search(r"[\x00-\x1f]", "".join(lines))
