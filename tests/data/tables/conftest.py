"""Tables that a test writes and reads."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mlpexp.config.datasets import Csv
from mlpexp.data.tables.read import Table, read_table

Read = Callable[..., Table]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Writes a table and reads it: ``read(text, target="y", encoding="utf-8", name="t.csv", **keys)``."""

    def written(
        text: str | bytes, target: str = "y", encoding: str = "utf-8", name: str = "t.csv", **keys: Any
    ) -> Table:
        path = tmp_path / name
        path.write_bytes(text.encode(encoding) if isinstance(text, str) else text)
        return read_table(Csv.model_validate({"name": "csv", "path": str(path), "target": target, **keys}))

    return written
