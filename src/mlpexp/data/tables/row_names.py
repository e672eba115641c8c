"""A first column without a name, as pandas and R write the names of rows: it is left out if it names them, else refused."""

import numpy as np

from mlpexp.data.tables.doubts import counts_rows
from mlpexp.data.tables.header import ROW_NAMES
from mlpexp.data.tables.table_file import TableFile


def check_row_names(file: TableFile) -> None:
    """Sees that a first column without a name says nothing but which row it is.

    Raises:
        DataError: It may say more.
    """
    column = file.columns.get(ROW_NAMES)
    if column is None:
        return
    is_name = counts_rows(column) if isinstance(column, np.ndarray) else len(column.levels) == file.num_rows
    if not is_name:
        others = [name for name in file.columns if name != ROW_NAMES]
        names = ", ".join(["row", *others[:5], *["..."] * (len(others) > 5)])
        raise file.error(f"the first column has no name; name all columns with names: [{names}]", "column 1")
