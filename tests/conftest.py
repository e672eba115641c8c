"""Set-up for all tests."""

import os
import sys

import pytest
from hypothesis import HealthCheck, settings

from making.chromium import browser
from making.marks import wants_card

# A busy machine is not a failure.
settings.register_profile("no clock", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("no clock")


def pytest_configure(config: pytest.Config) -> None:
    """A card is hidden from all tests but those that are asked for by ``-m cuda``: the others say what a CPU does."""
    if not wants_card(config.getoption("markexpr", "")):
        os.environ["CUDA_VISIBLE_DEVICES"] = ""


def pytest_collection_finish() -> None:
    """One thread: what is promised bit for bit is promised for it, and the tests share the cores already."""
    if "torch" in sys.modules:
        sys.modules["torch"].set_num_threads(1)
