"""Set-up for all tests."""

import sys

from hypothesis import HealthCheck, settings

# A busy machine is not a failure.
settings.register_profile("no clock", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("no clock")


def pytest_collection_finish() -> None:
    """One thread: what is promised bit for bit is promised for it, and the tests share the cores already."""
    if "torch" in sys.modules:
        sys.modules["torch"].set_num_threads(1)
