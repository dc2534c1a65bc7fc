"""Recorded lives: sightings from files, followed by the lifecycles, gathered by job."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel, ConfigDict

from jobstates.errors import UnknownPlatform
from jobstates.reading import Unreadable
from jobstates.spec.event import Finding, JobEvent
from jobstates.tracking import Tracker

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from jobstates.reading import Sighting
    from jobstates.spec.state import JobState


M = TypeVar("M", JobEvent, Finding)


class ReplayedJob(BaseModel):
    """One recorded life, followed: a line of ``jobstates replay --json``."""

    model_config = ConfigDict(use_attribute_docstrings=True, defer_build=True)

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
    state: JobState | None = None
    looks: int = 0
    told: dict[str, Any] = field(default_factory=dict)
    """The facts that came with the last sighting."""
    last: datetime | None = None
    """The last moment at which the job was seen: by the file's clock where the last event tells when it was seen by it, by the
    service's otherwise."""
    events: list[JobEvent] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    @property
    def kind(self) -> str | None:
        """The resource collection, where known."""
        messages = (*self.events[-1:], *self.findings[-1:])
        return messages[0].job_kind if messages else None

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
            events=self._renamed(self.events),
            findings=self._renamed(self.findings),
        )

    def _renamed(self, messages: list[M]) -> list[M]:
        """The messages under the fullest name of the job."""
        if self.job == self.key:
            return messages
        return [one.model_copy(update={"job": self.job, "id": self.job + one.id.removeprefix(self.key)}) for one in messages]


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

    def see(self, sighting: Sighting) -> Life | Unreadable:
        """Follow a job by one sighting; a job of a platform that is not installed cannot be followed."""
        try:
            tracker = self._tracker(sighting.platform)
        except UnknownPlatform as unknown:
            return Unreadable(sighting.line, str(unknown))
        life = self._life(sighting)
        facts = dict(sighting.facts)
        error = facts.pop("error", None)
        if sighting.kind:
            facts["kind"] = sighting.kind
        if facts == life.told:
            facts = {}
        else:
            life.told = facts
        followed = tracker.observe(life.key, sighting.state, sighting.at, seen=sighting.seen, error=error, **facts)
        life.events += followed.events
        life.findings += followed.findings
        if sighting.until and not followed.findings:
            tracker.observe(life.key, sighting.state, seen=sighting.until)
        life.looks += sighting.repeat
        life.state = tracker.state(life.key)
        by_service = bool(life.events) and life.events[-1].seen is None
        life.last = (sighting.at if by_service else sighting.until or sighting.seen) or life.last
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
