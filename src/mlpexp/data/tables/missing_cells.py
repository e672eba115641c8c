"""Which rows of a table are used where cells are missing; a rule that cannot be kept is refused, with one that can."""

from collections.abc import Mapping

import numpy as np

from mlpexp.asking import setting
from mlpexp.config.datasets import Csv, MissingRule
from mlpexp.config.dump import in_a_line
from mlpexp.config.splits import BY_COLUMN
from mlpexp.data.tables.inputs import OF_NUMBERS, Rows, rule_of
from mlpexp.data.tables.kinds import Judged
from mlpexp.data.tables.table_file import TableFile
from mlpexp.data.tables.text_file import data_error
from mlpexp.data.tables.totals import refuse_word
from mlpexp.data.tables.understanding import shown
from mlpexp.errors import DataError


def rows_used(config: Csv, file: TableFile, columns: Mapping[str, Judged]) -> tuple[Rows, tuple[tuple[str, int], ...]]:
    """The rows that are used, and the columns whose missing cells cost rows.

    Args:
        config: With the rules.
        file: The table.
        columns: Those that are used.

    Raises:
        DataError: The rule of a column refuses its missing cells, or cannot fill them in; or no row is left.
    """
    empty = next(
        (name for name, column in columns.items() if column.missing.all() and name != config.target.column), None
    )
    if empty is not None:
        raise file.error(f"no row has a value; leave the column out with exclude: [{empty}]", empty)
    lacking = {name: column for name, column in columns.items() if column.missing.any()}
    refused = [name for name, column in lacking.items() if _refusal(config, column) is not None]
    if refused:
        raise _refused(config, file, lacking, refused)
    dropped = [name for name in lacking if rule_of(config, name) == "drop"]
    if not dropped:
        return Rows(file, np.arange(file.num_rows)), ()
    keep = np.flatnonzero(~_lack_some({name: lacking[name] for name in dropped}))
    lost = sorted(((name, int(columns[name].missing.sum())) for name in dropped), key=lambda pair: -pair[1])
    if not len(keep):
        costs = ", ".join(f"{number} for {name!r}" for name, number in lost[:3])
        raise data_error(file.path, f"no row is left, because each lacks a value ({costs})", file.header_line)
    return Rows(file, keep), tuple(lost)


def _refusal(config: Csv, column: Judged) -> str | None:
    """Why the rule of a column is none for its missing cells, empty: it has none; None: it is one."""
    rule, is_category = rule_of(config, column.name), column.kind == "category"
    if rule == "error":
        return ""
    if rule != "drop" and (what := _never_filled(config, column.name)):
        return f"{what} cannot be filled in"
    if is_category and rule in OF_NUMBERS:
        return f"the rule {rule} is for numbers, and this is a category"
    if not is_category and rule == "category":
        return f"the rule category is for categories, and this is a {column.kind}"
    return None


def _never_filled(config: Csv, name: str) -> str:
    """What a column is whose missing cells nothing can stand for; empty: it is not of that kind."""
    if name == config.target.column:
        return "a target"
    by_column = isinstance(config.split, BY_COLUMN) and name == config.split.column
    return "the column of the split" if by_column else ""


def _refused(config: Csv, file: TableFile, lacking: Mapping[str, Judged], refused: list[str]) -> DataError:
    """At the first missing cell whose rule is none: all columns that lack some, and a rule for all of them."""
    order = list(file.columns)
    first = min(refused, key=lambda name: (int(np.argmax(lacking[name].missing)), order.index(name)))
    row, why = int(np.argmax(lacking[first].missing)), _refusal(config, lacking[first])
    if not why and lacking[first].missing[file.num_first - 1]:  # a row of totals lacks what cannot be summed
        refuse_word(file, 0, file.num_first)
    written = file.cell(row, first)
    said = [f"missing value ({written!r})" if written else "missing value", *([why] if why else [])]
    if len(lacking) > 1:
        counts = [f"`{name}` ({column.missing.sum():,})" for name, column in lacking.items()]
        said.append(f"cells are missing in {shown(counts)}")
    return file.error("; ".join([*said, _remedy(config, lacking)]), first, row)


def _remedy(config: Csv, lacking: Mapping[str, Judged]) -> str:
    """What can be done about all missing cells at once, by settings that work."""
    rules = {name: _fitting(config, column) for name, column in lacking.items()}
    cells = sum(int(column.missing.sum()) for column in lacking.values())
    lost, total = int(_lack_some(lacking).sum()), len(next(iter(lacking.values())).missing)
    ways = ["fill it in" if cells == 1 else "fill them in"]
    if lost < total:
        rows = "such a row" if lost == 1 else "such rows"
        ways.append(f"drop {rows} ({lost:,} of {total:,}) with {setting('dataset.missing', 'drop')}")
    if set(rules.values()) != {"drop"}:
        named = {} if isinstance(config.missing, str) else config.missing
        same = len(set(rules.values())) == 1 and not named
        value = next(iter(rules.values())) if same else in_a_line({**named, **rules})
        ways.append(f"set what each column needs, such as {setting('dataset.missing', value)}")
    return f"{', '.join(ways[:-1])}, or {ways[-1]}" if len(ways) > 1 else ways[0]


def _fitting(config: Csv, column: Judged) -> MissingRule:
    """The rule of a column if it is one for its missing cells, else the usual one."""
    if _refusal(config, column) is None:
        return rule_of(config, column.name)
    if _never_filled(config, column.name):
        return "drop"
    return "most_frequent" if column.kind == "category" else "median"


def _lack_some(columns: Mapping[str, Judged]) -> np.ndarray:
    """``(N,)`` bool: which rows lack a value in some of the columns."""
    lacks: np.ndarray = np.any([column.missing for column in columns.values()], axis=0)
    return lacks
