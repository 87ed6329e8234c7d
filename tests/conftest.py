"""What all tests share."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# Machines are shared and noisy: how long an example takes is for benchmarks, not for tests.
settings.register_profile("heatline", deadline=None, suppress_health_check=[HealthCheck.too_slow])
# `make fuzz`: many more examples, round after round.
settings.register_profile("fuzz", settings.get_profile("heatline"), max_examples=2000, stateful_step_count=60)
settings.load_profile("fuzz" if os.environ.get("HEATLINE_FUZZ") else "heatline")

EXAMPLES = Path(__file__).parents[1] / "examples"


@pytest.fixture(scope="module", autouse=True)
def modules_of_their_own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What a file of tests has imported from a workspace is gone after it: the next one has a `models`, too."""
    yield
    workspaces = (tmp_path_factory.getbasetemp(), EXAMPLES)
    for name, module in list(sys.modules.items()):
        file = getattr(module, "__dict__", {}).get("__file__")
        if isinstance(file, str) and any(folder in Path(file).parents for folder in workspaces):
            del sys.modules[name]
