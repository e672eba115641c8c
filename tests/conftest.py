"""Set-up for all tests."""

from hypothesis import HealthCheck, settings

# A busy machine is not a failure.
settings.register_profile("no clock", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("no clock")
