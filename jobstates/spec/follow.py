"""Following a job: what was believed, plus one look, gives what is believed now and what happened on the way.

Pure and total. Time is handed in, no input raises (but for a caller who asked for that with the policy ``raise``), and the same
looks give the same events with the same ids in every process. The laws:

* a look that says nothing new changes nothing but when the job was last seen;
* dropping looks from a legal walk never yields a finding, only inferred steps;
* duplicating looks, or reordering looks that carry service times, ends in the same belief;
* a terminal state is final, unless the service itself contradicts it with a newer time.
"""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from jobstates.errors import ContradictedByService
from jobstates.spec import telling
from jobstates.spec.observation import Observation, as_time, spelling
from jobstates.spec.record import Record

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import tzinfo

    from jobstates.spec.event import Finding, JobEvent
    from jobstates.spec.job import Job
    from jobstates.spec.lifecycle import Lifecycle
    from jobstates.spec.state import JobState
    from jobstates.spec.telling import Mould


Straight: TypeAlias = "Callable[[Lifecycle, Job, JobState, JobState], Mould | None]"
"""Answers what ``find_straight`` answers."""


class Policy(StrEnum):
    """What to do when the service contradicts the lifecycle."""

    ADOPT = "adopt"
    """Believe the service, and report a finding."""
    IGNORE = "ignore"
    """Keep what was believed, and report a finding."""
    RAISE = "raise"
    """Keep what was believed, and raise ``ContradictedByService``."""


class Step(NamedTuple):
    """What one look did."""

    record: Record
    """What is believed now."""
    events: tuple[JobEvent, ...] = ()
    """What happened, in order."""
    findings: tuple[Finding, ...] = ()
    """What the lifecycle cannot explain."""


def follow(
    lifecycle: Lifecycle, job: Job, record: Record | None, observation: Observation, *, policy: Policy = Policy.ADOPT
) -> Step:
    """Follow one job by one look.

    Args:
        lifecycle: the platform's table.
        job: what is known about the job. Facts that earlier looks told, and it does not know, stay known.
        record: what was believed before; None for a job nobody has seen yet.
        observation: the look.
        policy: what to do when the look contradicts the lifecycle.

    Raises:
        ContradictedByService: under the policy ``raise``, when no arrow that is open to this job explains the look.
    """
    before = Record.unseen(lifecycle, job) if record is None else record
    if job is not before.job:
        before = before._replace(job=before.job.learn(job.known())[0])
    return advance(lifecycle, before, observation, Policy(policy))


def advance(
    lifecycle: Lifecycle,
    record: Record,
    look: Observation,
    policy: Policy = Policy.ADOPT,
    *,
    straight: Straight | None = None,
) -> Step:
    """Follow the job of a record by one look; the facts the look brings are learnt first.

    ``straight`` stands in for the function of that name where a caller remembers what it has answered.
    """
    findings: tuple[Finding, ...] = ()
    raw, at, seen, _, facts = look
    if type(facts) is not dict or facts or at is not None or not (seen is None or _is_plain(seen)):
        record, look, findings = _take_in(record, look)
        at, seen = look.at, look.seen
    state = lifecycle.wire.get(raw) if type(raw) is str else None  # what most clients hand out, and all logs
    state = state or lifecycle.coerce(raw)
    if state is None:
        record, unknown = _unknown(record, look)
        return Step(record, (), findings + unknown)
    if state is record.state or state.unspecified:
        return Step(record.again(None if state.unspecified else at, seen), (), findings)
    if (at is not None or record.state.terminal) and _is_stale(record, state, at):
        return Step(record.again(None, seen), (), (*findings, telling.stale(record, state, look)))
    form = (straight or find_straight)(lifecycle, record.job, record.state, state)
    if form is not None:
        # The one step that is made often enough for a named tuple's own constructor to count.
        return tuple.__new__(Step, (record.moved(state, look, 1), (telling.cast(form, record, look),), findings))
    step = _move(lifecycle, record, look, state, policy)
    return step if not findings else step._replace(findings=findings + step.findings)


def find_straight(lifecycle: Lifecycle, job: Job, source: JobState, target: JobState) -> Mould | None:
    """The event of the arrow that leads straight from one state to another for such a job; None when none does."""
    arrow = lifecycle.straight(source, target, job)
    return None if arrow is None else telling.mould(job, arrow)


def _take_in(record: Record, look: Observation) -> tuple[Record, Observation, tuple[Finding, ...]]:
    """Learn the facts of a look and read its times; what cannot be used becomes a finding."""
    bad: dict[str, str] = {}
    at = _time("at", look.at, bad, UTC)
    seen = _time("seen", look.seen, bad, None)
    try:
        if look.facts:
            job, refused = record.job.learn(look.facts)
            record, bad = record._replace(job=job), bad | refused
    except Exception as error:  # noqa: BLE001  # a foreign mapping may do anything
        bad["facts"] = spelling(error)
    if at is not look.at or seen is not look.seen:
        look = look._replace(at=at, seen=seen)
    return record, look, tuple(telling.bad_fact(record, look, name, why) for name, why in sorted(bad.items())) if bad else ()


def _is_plain(moment: object) -> bool:
    """Whether a moment needs no reading: the common case by far."""
    return moment is None or (type(moment) is datetime and moment.tzinfo is UTC)


def _time(name: str, value: object, bad: dict[str, str], zone: tzinfo | None) -> datetime | None:
    if _is_plain(value):
        return value  # type: ignore[return-value]  # mypy does not see through the question
    try:
        return as_time(value, zone=zone)
    except Exception as error:  # noqa: BLE001  # a foreign object may do anything
        bad[name] = spelling(error)
        return None


def _unknown(record: Record, look: Observation) -> tuple[Record, tuple[Finding, ...]]:
    """A look without a state says nothing; one with a state that nobody knows is reported once."""
    raw = "" if look.state is None else spelling(look.state)
    known = record.again(None, look.seen)
    if not raw or raw == record.odd:
        return known, ()
    return known._replace(odd=raw), (telling.unknown(record, raw, look),)


def _is_stale(record: Record, state: JobState, at: datetime | None) -> bool:
    if at is not None and record.at is not None:
        return at < record.at or (at == record.at and record.state.terminal and state.live)
    return record.state.terminal and state.live


def _move(lifecycle: Lifecycle, record: Record, look: Observation, state: JobState, policy: Policy) -> Step:
    routes = lifecycle.routes(record.state, state, record.job)
    if routes:
        route, *others = routes
        return Step(record.moved(state, look, len(route)), telling.inferred(record, route, others, look))
    return _contradicted(lifecycle, record, look, state, policy)


def _contradicted(lifecycle: Lifecycle, record: Record, look: Observation, state: JobState, policy: Policy) -> Step:
    """No arrow explains the look: believe the service or not, as the policy says, and report it.

    A terminal state that is contradicted without a newer time stays: we cannot tell which of the two came last.
    """
    newer = look.at is not None and record.at is not None and look.at > record.at
    adopt = policy is Policy.ADOPT and (newer or not record.state.terminal)
    finding = telling.contradiction(lifecycle, record, state, look, adopted=adopt)
    if policy is Policy.RAISE:
        raise ContradictedByService(finding)
    if not adopt:
        return Step(record.again(None, look.seen), (), (finding,))
    return Step(record.moved(state, look, 1), (telling.adopted(record, state, look),), (finding,))
