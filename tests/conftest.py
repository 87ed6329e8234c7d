"""What all tests share."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

# Machines are shared and noisy: how long an example takes is for benchmarks, not for tests.
settings.register_profile("heatline", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("heatline")
