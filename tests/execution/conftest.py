"""Fixtures that make and train results."""

import itertools
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from trained_results import Make, Trained, new

import mlpexp.execution.driver as driver


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """A function that makes the result folder of a config, ready to be trained."""

    def from_text(text: str, runs: str = "runs", **options: object) -> Trained:
        return new(tmp_path, text, runs=runs, **options)

    return from_text


@pytest.fixture
def trained(make: Make) -> Make:
    """A function that trains a config to its end."""
    return lambda text, runs="runs", **options: make(text, runs, **options).finish()


@pytest.fixture
def every_step(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """An update after each step, and a checkpoint after so many: the clock ticks once per step."""

    def arrange(steps: int) -> None:
        monkeypatch.setattr(driver, "monotonic", itertools.count().__next__)
        monkeypatch.setattr(driver, "CHECKPOINT_SECONDS", steps - 0.5)
        monkeypatch.setattr(driver, "TICK_SECONDS", 0)

    return arrange


@pytest.fixture
def lazy_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Spares the disk where what survives a power failure is not the question."""
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)
