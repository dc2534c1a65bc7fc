"""Recorded lives: sightings from files, followed by the lifecycles, gathered by job."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from jobstates.spec.event import Finding, JobEvent
from jobstates.tracking import Tracker

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from jobstates.reading import Sighting
    from jobstates.spec.state import JobState


class ReplayedJob(BaseModel):
    """One recorded life, followed: a line of ``jobstates replay --json``."""

    platform: str
    kind: str | None
    """The resource collection, such as ``customJobs``, where known."""
    job: str
    """The job's resource name or id, as fully as the files give it."""
    state: str
    """The state believed in at the end, by its name on the wire."""
    outcome: str | None
    """What the run came to; null while it is not over."""
    verdict: str | None
    """The outcome judged; recordings rarely tell what was asked."""
    looks: int
    """How often the files show the job's state."""
    events: list[JobEvent]
    findings: list[Finding]


@dataclass
class Life:
    """What one job's sightings came to."""

    platform: str
    key: str
    """The name under which the job is tracked: the first one seen."""
    job: str
    """The fullest name seen."""
    kind: str | None = None
    state: JobState | None = None
    looks: int = 0
    last: datetime | None = None
    """The last moment at which the job was seen, by the file's clock."""
    events: list[JobEvent] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def replayed(self) -> ReplayedJob:
        """The life as one line of output."""
        end = self.events[-1] if self.events else None
        return ReplayedJob(
            platform=self.platform,
            kind=self.kind,
            job=self.job,
            state=self.state.value if self.state else "",
            outcome=end.outcome if end else None,
            verdict=end.verdict if end else None,
            looks=self.looks,
            events=[event.model_copy(update=self._renamed(event)) for event in self.events],
            findings=[finding.model_copy(update=self._renamed(finding)) for finding in self.findings],
        )

    def _renamed(self, message: JobEvent | Finding) -> dict[str, str]:
        """What a message says under the fullest name of the job."""
        return {"job": self.job, "id": self.job + message.id.removeprefix(self.key)}


class Lives:
    """Follows every job of any number of files.

    A file may name a job by its bare id first and in full later; both are one life, under the fuller name.
    """

    def __init__(self) -> None:
        self._trackers: dict[str, Tracker] = {}
        self._lives: dict[tuple[str, str], Life] = {}
        self._by_tail: dict[tuple[str, str], Life] = {}

    def __iter__(self) -> Iterator[Life]:
        return iter(self._lives.values())

    def __len__(self) -> int:
        return len(self._lives)

    def on(self, platform: str, prepare: Callable[[Tracker], Any]) -> None:
        """Prepare a platform's tracker, say by subscribing to it.

        Raises:
            UnknownPlatform: when there is none of that name.
        """
        prepare(self._tracker(platform))

    def see(self, sighting: Sighting) -> Life:
        """Follow a job by one sighting.

        Raises:
            UnknownPlatform: when the sighting names a platform that is not installed.
        """
        tracker = self._tracker(sighting.platform)
        life = self._life(sighting)
        facts = dict(sighting.facts)
        error = facts.pop("error", None)
        if sighting.kind and sighting.kind != life.kind:
            facts["kind"] = sighting.kind
        followed = tracker.observe(life.key, sighting.state, sighting.at, seen=sighting.seen, error=error, **facts)
        life.events += followed.events
        life.findings += followed.findings
        life.looks += sighting.repeat
        record = tracker.record(life.key)
        life.state, life.kind = (record.state, record.job.kind) if record else (None, None)
        life.last = sighting.seen or sighting.at or life.last
        return life

    def _tracker(self, platform: str) -> Tracker:
        if platform not in self._trackers:
            self._trackers[platform] = Tracker(platform, clock=None)
        return self._trackers[platform]

    def _life(self, sighting: Sighting) -> Life:
        name = (sighting.platform, sighting.job)
        tail = (sighting.platform, sighting.job.rpartition("/")[2])
        life = self._lives.get(name) or self._by_tail.get(tail)
        if life is None or not _same(life.job, sighting.job):
            life = self._lives[name] = Life(sighting.platform, sighting.job, sighting.job)
            self._by_tail.setdefault(tail, life)
        if len(sighting.job) > len(life.job):
            life.job = sighting.job
        return life


def _same(one: str, other: str) -> bool:
    """Whether two names mean one job: the same, or a bare id and a resource name that ends in it."""
    short, long = sorted((one, other), key=len)
    return short == long or ("/" not in short and long.endswith(f"/{short}"))
