"""The cells of another table: a file is read as the first one was, as far as that gives the columns that are needed."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from mlpexp.config.column_forms import TableForm
from mlpexp.config.words import closest
from mlpexp.data.tables.header import ROW_NAMES, Asked
from mlpexp.data.tables.table_file import Reading, TableFile, table_in
from mlpexp.data.tables.text_file import data_error
from mlpexp.data.tables.understanding import shown
from mlpexp.errors import DataError

BY_NAME = "columns are found by the names in the first line"
IN_ORDER = "columns have no names, and are taken in the order of training"
MOST_MEANT = 4  # columns that may be meant, in a message


def other_file(form: TableForm, path: Path, content: bytes) -> TableFile:
    """The cells of a file.

    Args:
        form: How the first table is written.
        path: For messages.
        content: The bytes of the file.

    Raises:
        DataError: It is no table, or lacks a column.
    """
    usual, *others = _ways(form, content)
    for reading in (*others, usual) if _has_no_names(form) else (usual, *others):
        try:
            file = table_in(path, content, reading)
        except DataError:
            continue
        if not _lacking(form, file):
            what = IN_ORDER if reading.layout.names else BY_NAME
            return replace(file, notes=(*file.notes, *[what] * _has_no_names(form)))
    file = table_in(path, content, usual)
    raise _no_column(form, file, _lacking(form, file))


def _has_no_names(form: TableForm) -> bool:
    """Whether the config names the columns."""
    return form.header is False or form.renamed


def _ways(form: TableForm, content: bytes) -> list[Reading]:
    """How the file may be written: as the first one; without the target; with names in its first line, other marks."""
    asked = Asked(form.delimiter, form.header, fewest=1, row_names=ROW_NAMES in form.names)
    encoding = form.encoding if content.isascii() or not _is_utf8(content) else None
    named = replace(asked, header=True)
    if not _has_no_names(form):
        return [Reading(asked, encoding), Reading(replace(named, delimiter=None))]
    without = tuple(name for name in form.names if name != form.target.name)
    usual, bare = (Reading(replace(asked, names=names), encoding) for names in (form.names, without))
    return [usual, Reading(named, encoding), Reading(replace(named, delimiter=None)), bare]


def _is_utf8(content: bytes) -> bool:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _lacking(form: TableForm, file: TableFile) -> list[str]:
    return [column.name for column in form.columns if column.name not in file.columns]


def _no_column(form: TableForm, file: TableFile, lacking: Sequence[str]) -> DataError:
    needed = [column.name for column in form.columns]
    there = [name for name in file.columns if name != ROW_NAMES]
    others = [name for name in there if name not in needed]
    meant = [f"{near} for {name}" for name in lacking if (near := closest(name, others))]
    hint = f"did you mean {shown(meant, MOST_MEANT)}?" if meant else f"the file has {shown(there)}"
    what = f"there is no column {lacking[0]}" if len(lacking) == 1 else f"there are no columns {shown(lacking)}"
    return data_error(file.path, f"{what}, which the network needs; {hint}", file.header_line)
