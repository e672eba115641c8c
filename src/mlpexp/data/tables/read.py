"""The user's own table as a data set, and what was understood of it."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from mlpexp.config.datasets import Csv
from mlpexp.config.facts import DatasetFacts
from mlpexp.config.words import did_you_mean
from mlpexp.data.dataset import Dataset
from mlpexp.data.tables.doubts import doubts
from mlpexp.data.tables.inputs import Inputs, Rows, inputs_of, rule_of
from mlpexp.data.tables.kinds import Judged, Rules, judged
from mlpexp.data.tables.layout import Asked
from mlpexp.data.tables.table_file import Cells, Reading, TableFile, plain, read_file
from mlpexp.data.tables.targets import Targets, targets_of
from mlpexp.data.tables.understanding import ColumnReport, Understanding, examples_of
from mlpexp.errors import DataError

SAMPLE = 1000  # rows from which examples are taken


@dataclass(frozen=True)
class Table:
    """A table that has been read."""

    dataset: Dataset
    """Its samples."""
    understanding: Understanding
    """What was understood."""


def read_table(config: Csv, tell: Callable[[str], None] = lambda sentence: None) -> Table:
    """Reads a table; once for each change of the file, however often it is asked for.

    Args:
        config: The ``dataset:`` section.
        tell: Is given a sentence about what takes time.

    Raises:
        DataError: One sentence ``path:line:column: what`` about the first problem.
    """
    try:
        state = Path(config.path).expanduser().stat()
        version = (state.st_mtime_ns, state.st_size)
    except (OSError, ValueError, RuntimeError):
        version = (0, 0)  # reading it will say what is wrong
    _tell.append(tell)
    try:
        return _read(config, version)
    finally:
        _tell.pop()
