"""Fixtures that make and train results."""

import itertools
from collections.abc import Callable

import pytest

import mlpexp.execution.driver as driver
from making.trained_results import lazy_disk, make, trained


@pytest.fixture
def every_step(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """An update after each step, and a checkpoint after so many: the clock ticks once per step."""

    def arrange(steps: int) -> None:
        monkeypatch.setattr(driver, "monotonic", itertools.count().__next__)
        monkeypatch.setattr(driver, "CHECKPOINT_SECONDS", steps - 0.5)
        monkeypatch.setattr(driver, "TICK_SECONDS", 0)

    return arrange
