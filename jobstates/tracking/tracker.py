"""Following many jobs by the looks that are handed in.

A look that says nothing new is the common case by far, so it is the short way through ``observe``: one lookup under the lock. All
else goes through ``jobstates.spec.follow``, the same function that moves a machine.
"""

from __future__ import annotations

import logging
import threading
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal, TypeGuard, Unpack, overload

from jobstates.delivery import Hub, Overflow
from jobstates.errors import UnknownJob
from jobstates.machine import Followed
from jobstates.platforms import registry
from jobstates.spec.follow import Policy, advance
from jobstates.spec.job import Intent, Job
from jobstates.spec.lifecycle import Lifecycle
from jobstates.spec.observation import Observation, spelling
from jobstates.spec.record import Record
from jobstates.tracking.sharing import Shared

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from jobstates.delivery import Callback, Conditions, EventStream, Filters, Message, OnError, Subscription
    from jobstates.machine import JobMachine
    from jobstates.spec.event import Finding, JobEvent
    from jobstates.spec.state import JobState

log = logging.getLogger("jobstates")
LONGEST = 2000
"""How much of a job's name is kept, in characters."""
_NOTHING = Followed((), ())


FAR_FUTURE = 2e11
"""Epoch seconds that a datetime can just hold."""
_make = tuple.__new__
"""Makes a named tuple in half the time of its class. Every look passes here."""


class Tracker:
    """Follows many jobs. Safe to use from several threads.

    >>> from jobstates import Tracker
    >>> tracker = Tracker("dataflow")
    >>> _ = tracker.subscribe(lambda event: print(event.event, event.outcome), terminal=True)
    >>> _ = tracker.observe("2026-01-01_00_00_00-4711", "JOB_STATE_RUNNING")
    >>> _ = tracker.observe("2026-01-01_00_00_00-4711", "JOB_STATE_DONE")
    finish succeeded

    Args:
        platforms: the platforms to follow, by name or machine class; all that are installed when none is given. With one
            platform, jobs may have any name; with several, a job's name or its model has to tell its platform.
        policy: what to do when a look contradicts the lifecycle.
        on_error: called with the error, the message and the subscription when a subscriber raises.
        clock: tells when a look was made where the look does not say, in epoch seconds or as a datetime; None to leave that open,
            as when a log is replayed.

    Raises:
        UnknownPlatform: when no such platform is installed.
    """

    def __init__(
        self,
        *platforms: str | type[JobMachine] | Lifecycle,
        policy: Policy = Policy.ADOPT,
        on_error: OnError | None = None,
        clock: Callable[[], float | datetime] | None = time.time,
    ) -> None:
        installed = platforms or tuple(registry().platforms.values())
        self._lifecycles = {lifecycle.platform: lifecycle for lifecycle in map(_lifecycle, installed)}
        self._wire_names: frozenset[str] = frozenset().union(*(lifecycle.wire for lifecycle in self._lifecycles.values()))
        self._policy = Policy(policy)
        self._clock = clock
        self._hub = Hub(on_error)
        self._records: dict[str, Record] = {}
        self._shared = Shared()
        self._straight = self._shared.straight
        self._lock = threading.RLock()  # what a garbage collection runs may use the tracker, whatever we are at

    def observe(
        self,
        job: str | Job,
        state: Any,  # noqa: ANN401  # whatever a client hands out
        at: Any = None,  # noqa: ANN401
        *,
        seen: float | datetime | None = None,
        error: str | None = None,
        **facts: Any,  # noqa: ANN401
    ) -> Followed:
        """Follow one job by one look.

        Args:
            job: its resource name or id, or what is known of it.
            state: the state as the service spelled it.
            at: the service's own time for it, if it gave one.
            seen: when we looked; by default now, by the tracker's clock.
            error: the reason the service gave with a bad end.
            facts: what else was seen, in the words of the job model.

        Returns:
            The events and the findings.

        Raises:
            UnknownJob: when the job is new and its name tells no platform.
            ContradictedByService: under the policy ``raise``.
        """
        if seen is None and (clock := self._clock) is not None:
            seen = clock()
        name = job if type(job) is str else _name(job)
        with self._lock:
            record = self._records.get(name)
            if record is not None and at is None and not facts and name is job and self._again(record, state, seen):
                return _NOTHING
            if type(seen) is float and _is_epoch(seen):  # the type first: a call less for every other look
                seen = datetime.fromtimestamp(seen, UTC)
            followed = self._follow(job, record, _make(Observation, (state, at, seen, error, facts)))
        if followed.findings:
            _report(followed.findings)
        self._hub.deliver()
        return followed

    def _again(self, record: Record, state: Any, seen: Any) -> bool:  # noqa: ANN401
        """Take note of a look that shows what is believed already; False where it has more to say.

        A time in epoch seconds is kept as it is until somebody reads it: most such looks are followed by another.
        """
        name, known, believed, at, _, seq, odd = record
        if type(state) is not str or state != believed:
            if type(state) is str and state in self._wire_names:
                return False
            if self._lifecycles[known.platform].coerce(state) is not believed:
                return False
        if _is_epoch(seen) or (type(seen) is datetime and seen.tzinfo is UTC):
            self._records[name] = _make(Record, (name, known, believed, at, seen, seq, odd))
            return True
        return seen is None

    def _follow(self, job: str | Job, record: Record | None, look: Observation) -> Followed:
        """Follow a look under the lock, and queue what it came to in the order of the changes."""
        record = record or self._record_of(job)
        if record.seen is not None and type(record.seen) is not datetime:
            record = _dated(record)
        if type(job) is not str and isinstance(job, Job):
            look = look._replace(facts=_told(job) | dict(look.facts))
        known = record.job
        after, events, findings = advance(self._lifecycles[known.platform], record, look, self._policy, straight=self._straight)
        if after.job is not known:
            after = after._replace(job=self._shared.of(after.job))
        self._records[after.name] = after
        self._hub.put(events)
        if findings:
            self._hub.put(findings)
        return _make(Followed, (events, findings))

    def _record_of(self, job: str | Job) -> Record:
        """What is believed about a job, or the record of one that was never seen."""
        name = _name(job)
        if name in self._records:
            return self._records[name]
        lifecycle = self._lifecycle_of(job)
        known = self._shared.of(job) if isinstance(job, Job) else self._shared.named(lifecycle.job_type, name)
        return Record(name, known, lifecycle.initial)

    def _lifecycle_of(self, job: str | Job) -> Lifecycle:
        """The platform of a job model, or that a job's name tells, or the only one there is."""
        followed = self._lifecycles.values()
        if isinstance(job, Job):
            fitting = [lifecycle for lifecycle in followed if lifecycle.platform == job.platform]
        else:
            fitting = [lifecycle for lifecycle in followed if len(followed) == 1 or lifecycle.job_type.kind_of(job)]
        if not fitting:
            raise UnknownJob(
                f"{_name(job)!r} is no job of a platform that is tracked, as far as can be told ({', '.join(self._lifecycles)}): "
                'give the whole resource name or id, a job model, or track its platform only: Tracker("dataflow")'
            )
        return fitting[0]

    def intend(self, job: str | Job, request: str, *, by: str | None = None, at: datetime | None = None) -> None:
        """Remember what was asked of a job, so that its end is judged rightly.

        Args:
            job: a job's resource name or id, or what is known of it.
            request: the event asked for, such as ``drain``.
            by: who asked.
            at: when.

        Raises:
            UnknownJob: when the job is new and its name tells no platform.
            UnknownEvent: when the lifecycle has no such event.
        """
        with self._lock:
            record = self._record_of(job)
            self._lifecycles[record.job.platform].event(request)
            known = record.job.model_copy(update={"intent": Intent(request=request, by=by, at=at)})
            self._records[record.name] = record._replace(job=self._shared.of(known))

    def subscribe(self, callback: Callback | None = None, **filters: Unpack[Filters]) -> Subscription:
        """Call a function, or await a coroutine function, for every message that passes all filters.

        Used without a callback it decorates one; the result is also a context manager, and ends with ``cancel()``. A callback
        that raises stops neither the others nor the tracking: it is logged, and handed to ``on_error``. The order of a job's
        messages is kept.

        One thread at a time tells the subscribers: a look made while another thread is at it, or by a callback, returns before
        its own messages are told. A coroutine function runs on the loop it was subscribed in; without one, on the loop in which
        the look is made; without that, to its end before the look returns.

        Args:
            callback: what to call with each ``JobEvent`` (and ``Finding``, if asked for).
            filters: ``platform``, ``job``, ``event``, ``source``, ``target`` and ``outcome`` take a value or a collection of
                values; ``terminal`` and ``inferred`` take a truth value; ``findings`` takes True for findings too, or ``"only"``.

        Raises:
            UnknownPlatform, UnknownState, UnknownEvent: when a filter names what no platform has.
        """
        return self._hub.subscribe(callback, self._lifecycles.values(), **filters)

    @overload
    def events(
        self,
        *,
        findings: Literal[False] = False,
        buffer: int = ...,
        overflow: Overflow | str = ...,
        **conditions: Unpack[Conditions],
    ) -> EventStream[JobEvent]: ...
    @overload
    def events(
        self, *, findings: Literal["only"], buffer: int = ..., overflow: Overflow | str = ..., **conditions: Unpack[Conditions]
    ) -> EventStream[Finding]: ...
    @overload
    def events(
        self, *, findings: bool, buffer: int = ..., overflow: Overflow | str = ..., **conditions: Unpack[Conditions]
    ) -> EventStream[Message]: ...
    def events(
        self,
        *,
        findings: bool | Literal["only"] = False,
        buffer: int = 1024,
        overflow: Overflow | str = Overflow.RAISE,
        **conditions: Unpack[Conditions],
    ) -> EventStream[Any]:
        """Messages as an asynchronous iterator, from now on.

        Args:
            findings: True for findings too, ``"only"`` for nothing else.
            buffer: how many messages may wait to be read.
            overflow: what happens to a message that finds the buffer full: ``raise``, ``drop_oldest`` or ``drop_newest``.
            conditions: the other filters of ``subscribe``.

        Raises:
            ValueError: when the buffer is smaller than 1 or the policy is none of the three.
        """
        return self._hub.stream(self._lifecycles.values(), buffer, Overflow(overflow), findings=findings, **conditions)

    async def settled(self) -> None:
        """Wait until the coroutine callbacks have done all they were given so far."""
        await self._hub.settled()

    def state(self, job: str | Job) -> JobState | None:
        """The state believed in; None for a job that was never seen."""
        record = self._records.get(_name(job))
        return record.state if record else None

    def record(self, job: str | Job) -> Record | None:
        """All that is believed about a job; None for a job that was never seen."""
        record = self._records.get(_name(job))
        return _dated(record)._replace(job=self._shared.as_named(record.job, record.name)) if record else None

    def forget(self, job: str | Job) -> None:
        """Drop a job's record. Harmless when there is none."""
        with self._lock:
            self._records.pop(_name(job), None)

    def __len__(self) -> int:
        """How many jobs there are."""
        return len(self._records)

    def __iter__(self) -> Iterator[str]:
        """The names of the jobs there are now."""
        with self._lock:
            return iter(tuple(self._records))

    def __contains__(self, job: object) -> bool:
        """Whether a job was seen or intended for."""
        name = job.name if isinstance(job, Job) else job
        return isinstance(name, str) and _key(name) in self._records


def _is_epoch(seen: Any) -> TypeGuard[float]:  # noqa: ANN401
    """Whether a time is in epoch seconds, and can be a datetime."""
    return type(seen) is float and 0.0 <= seen < FAR_FUTURE


def _dated(record: Record) -> Record:
    """A record whose time of the last look is a datetime."""
    return record._replace(seen=datetime.fromtimestamp(record.seen, UTC)) if _is_epoch(record.seen) else record


def _name(job: str | Job) -> str:
    """What a job's record is kept under: its name, bounded and printable."""
    name: object = job.name if isinstance(job, Job) else job
    if not (isinstance(name, str) and name):
        raise UnknownJob(f"a job is named by its resource name or id, or by a job model that has one, not by {spelling(job)!r}")
    return _key(name)


def _key(name: str) -> str:
    return spelling(str.__str__(name), LONGEST)


def _told(job: Job) -> dict[str, Any]:
    """The facts that a job model knows."""
    return {fact: value for fact, value in job.known().items() if value is not None}


def _lifecycle(platform: str | type[JobMachine] | Lifecycle) -> Lifecycle:
    return Lifecycle.of(registry().get(platform) if isinstance(platform, str) else platform)


def _report(findings: tuple[Finding, ...]) -> None:
    for finding in findings:
        log.log(finding.kind.level, "%s: %s", finding.job, finding.reason)
