"""Fixtures: tables of numbers that are made up, and figures without pictures."""

import pytest
from invented_tables import InventedTables


@pytest.fixture
def tables() -> InventedTables:
    """Of three seeds."""
    return InventedTables()


@pytest.fixture
def unrendered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Figures are made but no pictures: most of the time goes into those."""
    monkeypatch.setattr(
        "mlpexp.report.drawing.save_figures.rendered", lambda drawing, formats: dict.fromkeys(formats, b"")
    )
