"""What remembering a job costs."""

from __future__ import annotations

import tracemalloc
from typing import TYPE_CHECKING

from jobstates import Tracker
from tests.benchmarks.speed import automat_machine

if TYPE_CHECKING:
    from collections.abc import Callable

JOBS = 20_000


def _name(number: int) -> str:
    return f"projects/some-project/locations/us-central1/customJobs/{number:019d}"


def _bytes(fill: Callable[[], object]) -> float:
    tracemalloc.start()
    kept = fill()
    used, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    del kept
    return used / JOBS


def _tracked() -> Tracker:
    tracker = Tracker("vertex")
    for number in range(JOBS):
        tracker.observe(_name(number), "JOB_STATE_RUNNING")
    return tracker


def _automat() -> dict[str, object]:
    make = automat_machine()
    return {_name(number): make() for number in range(JOBS)}


def tracked() -> tuple[float, float]:
    """Bytes for each job in a tracker, and for each Automat instance in a dict, keys included."""
    _tracked()
    return _bytes(_tracked), _bytes(_automat)
