"""What a job went through, as far as a picture tells it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from jobstates.spec.event import JobEvent


@dataclass(frozen=True, slots=True)
class History:
    """One job's events, in order."""

    job: str
    """The job's resource name or id."""
    events: tuple[JobEvent, ...]
    until: datetime | None = None
    """The last moment at which the job was seen, by the same clock as the events."""
