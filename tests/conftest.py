"""What every test run has in common."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

settings.register_profile("tests", max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("tests")
