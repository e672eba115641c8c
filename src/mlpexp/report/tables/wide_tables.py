"""Parts of the columns of tables that are too wide for paper."""

from collections.abc import Sequence

from mlpexp.report.tables.text_table import TextTable


def parts_of(table: TextTable, widest: int, between: int, most: int) -> list[TextTable]:
    """The table, or parts of its columns of about the same width, each with the first one, which names the rows.

    Args:
        table: Whole.
        widest: Letters that a column takes at most; lines of more are broken.
        between: Letters that would fit between two columns.
        most: Letters of a line.
    """
    lengths = [min(length, widest) + between for length in cell_lengths(table)]
    fewest = len(_filled(lengths, most))
    if fewest == 1 or len(set(table.columns)) < len(table.columns):
        return [table]
    parts = next(parts for letters in range(most + 1) if len(parts := _filled(lengths, letters)) <= fewest)
    every = set(range(1, len(lengths)))
    return [table.without([table.columns[place] for place in every.difference(part)]) for part in parts]


def cell_lengths(table: TextTable) -> list[int]:
    """Letters of the longest cell of each column."""
    return [max(map(len, cells)) for cells in zip(*[table.columns, *table.rows], strict=True)]


def _filled(lengths: Sequence[int], most: int) -> list[list[int]]:
    """The places of columns, but for the first, in lines of so many letters."""
    parts: list[list[int]] = [[]]
    for place, length in enumerate(lengths[1:], 1):
        if parts[-1] and lengths[0] + sum(lengths[other] for other in parts[-1]) + length > most:
            parts.append([])
        parts[-1].append(place)
    return parts
