"""Wide tables in parts of their columns: nothing lost, nothing twice, every part within the line."""

from hypothesis import given
from hypothesis import strategies as st

from mlpexp.report.tables.text_table import TextTable
from mlpexp.report.tables.wide_tables import cell_lengths, parts_of

WIDEST, BETWEEN, MOST = 30, 2, 70


@given(st.lists(st.integers(1, 45), min_size=1, max_size=20))
def test_every_column_stands_in_one_part_beside_the_first(lengths: list[int]) -> None:
    columns = [f"c{place}" for place in range(len(lengths))]
    table = TextTable(columns, [["x" * length for length in lengths], ["y"] * len(lengths)])
    parts = parts_of(table, WIDEST, BETWEEN, MOST)
    assert [column for part in parts for column in part.columns[1:]] == columns[1:]
    for part in parts:
        assert part.columns[0] == "c0"
        assert [row[0] for row in part.rows] == [row[0] for row in table.rows]
        letters = sum(min(length, WIDEST) + BETWEEN for length in cell_lengths(part))
        assert letters <= MOST or len(part.columns) <= 2


def test_a_table_that_fits_is_whole() -> None:
    table = TextTable(["a", "b"], [["1", "2"]])
    assert parts_of(table, WIDEST, BETWEEN, MOST) == [table]
