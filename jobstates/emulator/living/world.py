"""All the jobs there are. Nothing is kept of a job that its script does not tell: a hundred thousand of one script are one entry.

Jobs are numbered in the order of their creation, and the number is all that is needed to find one. Whoever changes something
holds ``lock``; ``version`` tells readers that something has.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from math import inf
from threading import RLock
from typing import TYPE_CHECKING, Any, NamedTuple, overload

from jobstates.emulator.living.plan import SLACK

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from jobstates.emulator.living.clock import Clock
    from jobstates.emulator.living.life import Life
    from jobstates.emulator.living.plan import Plan, Step
    from jobstates.emulator.living.planning import Planner
    from jobstates.spec.arrow import Arrow, Request
    from jobstates.spec.job import Job


@dataclass(frozen=True, slots=True)
class Origin:
    """What jobs that were created together have in common."""

    planner: Planner
    facts: Job
    life: Life
    scope: str
    """Under what the job's name stands, such as ``projects/p/locations/us-central1``."""
    kind: str
    """The resource collection, such as ``customJobs``."""
    resource: Any = None
    """What the client sent, as the service keeps it."""
    ident: str = ""
    """The id that the client chose, where it can."""


class Asked(NamedTuple):
    """One request that was made of a job."""

    at: float
    request: Request
    event: str


@dataclass(slots=True)
class LiveJob:
    """One job: where it comes from, when it began, and its plan."""

    number: int
    origin: Origin
    created: float
    """Seconds since the epoch."""
    plan: Plan
    deleted: float = inf
    asked: tuple[Asked, ...] = ()
    changed: dict[str, tuple[float, Any]] = field(default_factory=dict)
    """What the service has set on it since, and when."""

    def exists(self, now: float) -> bool:
        """Whether there is such a job at a time."""
        return self.plan.index(now - self.created) >= 0 and now + SLACK < self.deleted

    def step(self, now: float) -> Step:
        """What it does at a time; its first step before it was created."""
        return self.plan.steps[max(self.plan.index(now - self.created), 0)]

    def since(self, now: float) -> float:
        """Since when it is in its state."""
        return self.created + self.plan.begins[max(self.plan.index(now - self.created), 0)]

    def until(self, now: float) -> float:
        """When what there is to see of it changes next by itself."""
        return self.created + self.plan.until(now - self.created)

    def past(self, now: float) -> Iterator[tuple[float, Step]]:
        """What it has been through until a time, and when."""
        for begins, step in zip(self.plan.begins, self.plan.steps, strict=True):
            if begins > now - self.created + SLACK:
                return
            yield self.created + begins, step


@dataclass(frozen=True, slots=True)
class Batch:
    """Jobs that one script created."""

    origin: Origin
    first: int
    count: int
    created: float
    every: float
    """Seconds from one job to the next."""
    plan: Plan | None
    """The plan that all of them have; None when each draws its own."""

    def job(self, number: int) -> LiveJob:
        """One of them, as its script tells it."""
        place = number - self.first
        plan = self.plan or self.origin.planner.plan(self.origin.facts, self.origin.life, place)
        return LiveJob(number, self.origin, self.created + place * self.every, plan)


class Jobs(Sequence[LiveJob]):
    """Jobs by rising number, each made when it is asked for."""

    def __init__(self, touched: Mapping[int, LiveJob], batches: Sequence[Batch]) -> None:
        self._touched = touched
        self._batches = batches
        self._ends = list(accumulate(batch.count for batch in batches))

    @property
    def batches(self) -> Sequence[Batch]:
        """The batches they were created in."""
        return self._batches

    @property
    def touched(self) -> Mapping[int, LiveJob]:
        """By number: the jobs, not only these, that are no longer as their script tells them."""
        return self._touched

    def __len__(self) -> int:
        return self._ends[-1] if self._ends else 0

    @overload
    def __getitem__(self, place: int) -> LiveJob: ...

    @overload
    def __getitem__(self, place: slice) -> list[LiveJob]: ...

    def __getitem__(self, place: int | slice) -> LiveJob | list[LiveJob]:
        if isinstance(place, slice):
            return [self[one] for one in range(*place.indices(len(self)))]
        which = bisect_right(self._ends, place)
        batch = self._batches[which]
        number = batch.first + batch.count - (self._ends[which] - place)
        return self._touched.get(number) or batch.job(number)

    def __iter__(self) -> Iterator[LiveJob]:
        for batch in self._batches:
            for number in range(batch.first, batch.first + batch.count):
                yield self._touched.get(number) or batch.job(number)


class World:
    """The jobs of all services, and the clock they live by."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.lock = RLock()
        self.version = 0
        self.batches: list[Batch] = []
        self._firsts: list[int] = []
        self._touched: dict[int, LiveJob] = {}

    def add(self, origin: Origin, *, count: int = 1, created: float | None = None, every: float = 0.0) -> Batch:
        """Create jobs: by default one, now.

        Raises:
            IllegalLife: when their life is none for such a job.
        """
        plan = origin.planner.plan(origin.facts, origin.life)
        with self.lock:
            first = self.batches[-1].first + self.batches[-1].count if self.batches else 0
            begun = self.clock.now() if created is None else created
            batch = Batch(origin, first, count, begun, every, None if origin.life.walk is not None and count > 1 else plan)
            self.batches.append(batch)
            self._firsts.append(first)
            self.version += 1
        return batch

    def find(self, number: int) -> LiveJob | None:
        """The job of a number, whether it exists yet or no longer; None when there never was one."""
        if number in self._touched:
            return self._touched[number]
        place = bisect_right(self._firsts, number) - 1
        if place < 0 or number >= self.batches[place].first + self.batches[place].count:
            return None
        return self.batches[place].job(number)

    def jobs(self, where: Callable[[Origin], bool] | None = None) -> Jobs:
        """All jobs, or those of some origins, in the order of their creation."""
        return Jobs(self._touched, [batch for batch in self.batches if where is None or where(batch.origin)])

    def ask(self, job: LiveJob, arrows: Sequence[Arrow], now: float) -> None:
        """Ask something of a job.

        Args:
            job: the job.
            arrows: what the request can lead to from the state the job is in, the likeliest first; all of one event.
            now: when it is asked.

        Raises:
            IllegalLife: when the life answers in a way that the lifecycle does not allow.
        """
        request = arrows[0].request
        origin = job.origin
        with self.lock:
            job.plan = origin.planner.asked(origin.facts, origin.life, job.plan, now - job.created, arrows)
            if request is not None:
                job.asked = (*job.asked, Asked(now, request, arrows[0].event))
            self.touch(job)

    def touch(self, job: LiveJob) -> None:
        """Keep what was changed of a job."""
        with self.lock:
            self._touched[job.number] = job
            self.version += 1

    def delete(self, job: LiveJob, now: float) -> None:
        """Let a job be no more."""
        job.deleted = now
        self.touch(job)

    def taken(self) -> tuple[Counter[tuple[str, Arrow]], Counter[str]]:
        """How often jobs took each arrow until now, by platform, and how many jobs there were of each."""
        now = self.clock.now()
        counted: Counter[tuple[str, Arrow]] = Counter()
        jobs: Counter[str] = Counter()
        for job in self.jobs():
            if job.created <= now and job.created < job.deleted:
                platform = job.origin.planner.lifecycle.platform
                jobs[platform] += 1
                counted.update((platform, step.arrow) for at, step in job.past(now) if step.arrow and at < job.deleted)
        return counted, jobs
