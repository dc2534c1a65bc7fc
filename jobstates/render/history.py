"""What a job went through, as far as a picture tells it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from jobstates.spec.event import stay

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime, timedelta

    from jobstates.spec.event import JobEvent


@dataclass(frozen=True, slots=True)
class History:
    """One job's events, in order."""

    job: str
    """The job's resource name or id."""
    events: tuple[JobEvent, ...]
    until: datetime | None = None
    """The last moment at which the job was seen: by the clock of whoever looked where the last event tells when it was seen, by
    the event's own otherwise."""

    def stays(self) -> Iterator[tuple[JobEvent, timedelta | None]]:
        """Each event, and how long the job stayed where it led; None where that is not known."""
        following = (*self.events[1:], None)
        return ((event, stay(event, after, self.until)) for event, after in zip(self.events, following, strict=False))
