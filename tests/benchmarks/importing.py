"""What importing the package costs."""

from __future__ import annotations

import subprocess
import sys

ROUNDS = 12
STOPWATCH = "import time; begun = time.perf_counter(); import {}; print(time.perf_counter() - begun)"


def _milliseconds(modules: str) -> float:
    done = subprocess.run([sys.executable, "-c", STOPWATCH.format(modules)], capture_output=True, text=True, check=True)
    return float(done.stdout) * 1000


def whole() -> tuple[float, float]:
    """Importing the package, and importing only what it stands on, each in fresh interpreters that take turns."""
    pairs = [(_milliseconds("jobstates"), _milliseconds("statemachine, pydantic")) for _ in range(ROUNDS)]
    return min(ours for ours, _ in pairs), min(theirs for _, theirs in pairs)
