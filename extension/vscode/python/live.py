"""Prints, as JSON, the code that brings the agent into a program paused by debugpy, and into a kernel."""

import dataclasses
import json
import sys
from pathlib import Path

here = Path(__file__).resolve().parent
sys.path[:0] = [str(here), str(here / "vendor")]

from heatline.agent.bundle import debuggee_code, kernel_code  # noqa: E402  (its path is known only now)

json.dump({"debuggee": dataclasses.asdict(debuggee_code()), "kernel": dataclasses.asdict(kernel_code())}, sys.stdout)
