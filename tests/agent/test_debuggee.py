"""The agent inside a program that a real debugpy has paused."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from .dap import debugging
from .programs import TRAINING


def alone(program: Path) -> str:
    """What a program prints when nobody looks."""
    done = subprocess.run(
        [sys.executable, str(program)], capture_output=True, text=True, timeout=60, check=True, cwd=program.parent
    )
    return done.stdout


def test_a_paused_training_step_is_explained_and_goes_on_as_if_nothing_had_happened(tmp_path: Path) -> None:
    program = tmp_path / "training.py"
    program.write_text(TRAINING, encoding="utf-8")
    with debugging(program, "stop: pending") as session:
        session.stopped()
        print('parts', session.bring_agent(), session.slowest)
        session.slowest = 0
        model, images = session.named("models", "self.net"), session.named("samples", "images")
        print(session.result("heatline/models"), session.result("heatline/samples"), session.slowest)
        event = session.job("heatline/explain", {"model": model, "sample": images})
        print(str(event)[:300], session.slowest)
        assert session.finish() == alone(program)
