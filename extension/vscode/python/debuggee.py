"""Prints, as JSON, the expressions that bring the agent into a program paused by debugpy."""

import dataclasses
import json
import sys
from pathlib import Path

here = Path(__file__).resolve().parent
sys.path[:0] = [str(here), str(here / "vendor")]

from heatline.agent.bundle import debuggee_code  # noqa: E402  (its path is known only now)

json.dump(dataclasses.asdict(debuggee_code()), sys.stdout)
