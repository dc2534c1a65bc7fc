"""What is believed about one job: small, immutable, and enough to go on from."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Self

if TYPE_CHECKING:
    from datetime import datetime

    from jobstates.spec.job import Job
    from jobstates.spec.lifecycle import Lifecycle
    from jobstates.spec.observation import Observation
    from jobstates.spec.state import JobState


_make = tuple.__new__


class Record(NamedTuple):
    """What is believed about one job."""

    name: str
    """The job's resource name or id."""
    job: Job
    """What is known about it. Jobs of which the same is known may share one object, which then has no name of its own."""
    state: JobState
    """The state believed in."""
    at: datetime | None = None
    """The service's time for that state, as far as known."""
    seen: datetime | None = None
    """When the job was last seen, by our clock."""
    seq: int = 0
    """How many events it has had."""
    odd: str | None = None
    """The last state that the lifecycle did not know."""

    @classmethod
    def unseen(cls, lifecycle: Lifecycle, job: Job) -> Self:
        """The record of a job that nobody has seen yet."""
        return cls(job.name, job, lifecycle.initial)

    def again(self, at: datetime | None, seen: datetime | None) -> Self:
        """The same belief, seen once more."""
        if at is None or (self.at is not None and at <= self.at):
            return self if seen is None else self._replace(seen=seen)
        return self._replace(at=at, seen=seen or self.seen)

    def moved(self, state: JobState, look: Observation, steps: int) -> Record:
        """The belief after so many steps to another state."""
        name, job, _, at, seen, seq, odd = self
        _, newly_at, newly_seen, _, _ = look
        return _make(Record, (name, job, state, newly_at or at, newly_seen or seen, seq + steps, odd))
