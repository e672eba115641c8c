"""How a table that has been read is written: what another one is read by, without the first."""

from collections.abc import Mapping, Sequence

import numpy as np

from mlpexp.config.column_forms import CategoryColumn, ColumnForm, DateColumn, NumberColumn, TableForm
from mlpexp.config.datasets import Csv
from mlpexp.data.tables.dates import forms_of_days
from mlpexp.data.tables.inputs import LEARNED, Inputs, Rows, markers_of, rule_of
from mlpexp.data.tables.kinds import Judged
from mlpexp.data.tables.targets import Targets


def table_form(
    config: Csv, rows: Rows, columns: Mapping[str, Judged], pieces: Mapping[str, Inputs], targets: Targets
) -> TableForm:
    """How a table is written.

    Args:
        config: What is said of it.
        rows: Those that are used.
        columns: What its columns are.
        pieces: What they become.
        targets: What is predicted.
    """
    target = columns[config.target.column]
    return TableForm(
        columns=tuple(_column(config, rows, columns[name], piece) for name, piece in pieces.items()),
        target=(
            CategoryColumn(name=target.name, levels=targets.class_names)
            if targets.class_names
            else _number(target, targets.values)
        ),
        names=tuple(rows.file.columns),
        renamed=bool(config.names),
        header=config.header,
        delimiter=config.delimiter,
        encoding=config.encoding,
        missing_values=markers_of(config),
    )


def _column(config: Csv, rows: Rows, column: Judged, piece: Inputs) -> ColumnForm:
    rule = rule_of(config, column.name)
    fills = LEARNED if column.kind != "category" else ("most_frequent",)
    form: ColumnForm
    if column.kind == "number":
        form = _number(column, rows.of(column.numbers))
    elif column.kind == "category":
        form = CategoryColumn(name=column.name, levels=rows.levels(column)[0], level_of_missing=piece.level_of_missing)
    else:
        names = [name for name in piece.names if name != f"{column.name} is missing" or not piece.has_indicator]
        parts = [name.removeprefix(f"{column.name}.") for name in names if config.dates[column.name] == "parts"]
        of_days = [values for values in piece.values[: len(parts) or 1] if isinstance(values, np.ndarray)]
        form = DateColumn(
            name=column.name, parts=tuple(parts), written=_telling(rows, column),
            lowest=tuple(float(np.nanmin(values)) for values in of_days),
            highest=tuple(float(np.nanmax(values)) for values in of_days),
        )  # fmt: skip
    known = {"fill": rule if rule in fills else None, "has_indicator": piece.has_indicator}
    return form.model_copy(update=known)


def _number(column: Judged, values: np.ndarray) -> NumberColumn:
    form, present = column.form, values[np.isfinite(values)]
    lowest, highest = (present.min(), present.max()) if len(present) else (0.0, 0.0)  # refused when it is split
    return NumberColumn(
        name=column.name, decimal=form.decimal, thousands=form.thousands, before=form.before, after=form.after,
        around=form.around, lowest=float(lowest), highest=float(highest),
    )  # fmt: skip


def _telling(rows: Rows, column: Judged) -> tuple[str, ...]:
    """Few dates of a column that can be read in one way alone, as all of them together can."""
    cells, missing = rows.cells(column)
    present = np.flatnonzero(np.bincount(cells.codes[~missing], minlength=len(cells.levels)))
    return _narrowed([cells.levels[place] for place in present.tolist()])


def _narrowed(texts: Sequence[str]) -> tuple[str, ...]:
    """The first of some cells, and those behind it that leave fewer forms of a day.

    01.01.2020 can be read in one way alone, but leaves open whether the day or the month comes first.
    """
    told = list(texts[:1])
    ways = forms_of_days(told)
    for text in texts[1:]:
        if len(ways) == 1:
            break
        left = forms_of_days([text], ways)
        if len(left) < len(ways):
            told.append(text)
            ways = left
    return tuple(told)
