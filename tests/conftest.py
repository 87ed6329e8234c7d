"""What all tests share."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

# Machines are shared and noisy: how long an example takes is for benchmarks, not for tests.
settings.register_profile("heatline", deadline=None, suppress_health_check=[HealthCheck.too_slow])
# `make fuzz`: many more examples, round after round.
settings.register_profile("fuzz", settings.get_profile("heatline"), max_examples=2000, stateful_step_count=60)
settings.load_profile("fuzz" if os.environ.get("HEATLINE_FUZZ") else "heatline")
