"""What a reader finds in a file: sightings of jobs, and the places it could not read.

A sighting is what a log says and nothing more: the state as it is spelled there, under the clock it was written by. Whether
the state exists, and what it means, is decided later by the lifecycle.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Sighting:
    """One mention of one job's state in a file."""

    platform: str
    """The platform's name: ``"vertex"``, ``"dataflow"``, ``"vertex-pipeline"``."""
    job: str
    """The job's resource name or id, as the file gives it."""
    state: str | int
    """The state as spelled in the file."""
    line: int
    """Where the state stands, counted from 1."""
    kind: str | None = None
    """The resource collection, such as ``"customJobs"``, where the file tells it."""
    at: datetime | None = None
    """The service's own time for this state (``currentStateTime``, ``endTime`` of a finished job), where the file has it."""
    seen: datetime | None = None
    """When the writer of the file saw it, by the file's own clock; without a zone where the file gives none."""
    facts: Mapping[str, Any] = field(default_factory=dict)
    """What else the file says about the job, in the words of the platform's job model (``type``, ``requested_state``, ...)."""
    repeat: int = 1
    """How many times in a row the file says the same."""
    until: datetime | None = None
    """When the writer saw the last of those repeats, by the same clock as ``seen``."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A place in a file that looks like job data and cannot be read."""

    line: int
    """Where, counted from 1."""
    reason: str
    """What is wrong there, and what was expected."""


Found = Sighting | Unreadable
