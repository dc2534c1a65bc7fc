"""What subscribers get: one change of one job, one thing about it that the lifecycle cannot explain, or that we cannot see it.

All are plain values with stable JSON and an id that is the same in every process that was given the same looks: the job's name
and the number of the message among the job's messages.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from jobstates.spec.arrow import Actor
from jobstates.spec.citation import Basis
from jobstates.spec.job import Intent
from jobstates.spec.state import Outcome
from jobstates.spec.verdict import Verdict


class Clock(StrEnum):
    """Whose clock a time was read from. The two are never compared with each other."""

    SERVICE = "service"
    """The service's own."""
    OBSERVER = "observer"
    """The clock of whoever looked."""


class FindingKind(StrEnum):
    """What sort of thing the lifecycle cannot explain."""

    ILLEGAL = "illegal"
    """No way leads from what was believed to what was seen."""
    GUARD = "guard"
    """A way leads there, but only for jobs of another kind or type."""
    UNKNOWN = "unknown"
    """The state is none the lifecycle knows. The job is still where it was last known to be."""
    STALE = "stale"
    """The look is older than what is believed."""
    FACT = "fact"
    """Something that came with the look could not be used."""
    GONE = "gone"
    """The service no longer knows a job that was seen before, and was not over."""
    NEVER_SEEN = "never_seen"
    """The service knows no such job, and never showed it."""
    OVERDUE = "overdue"
    """The job has been in its phase for longer than it was given."""

    @property
    def level(self) -> int:
        """How loudly to log it: a stale look is everyday, the rest is worth a warning."""
        return logging.DEBUG if self is FindingKind.STALE else logging.WARNING


StateName = Annotated[str, Field(examples=["JOB_STATE_RUNNING"])]


class Message(BaseModel):
    """What every message about a job carries."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    id: str
    """The same in every process that was given the same looks; a receiver's key to ignore repeats."""
    seq: int
    """The number of this message among the job's, from 1."""
    platform: str
    job: str
    """The job's resource name or id."""
    job_kind: str | None = None
    """The resource collection, such as ``customJobs``."""
    at: datetime | None = None
    """When it happened, as far as known, by the clock named in ``clock``. None for an inferred step: see ``after`` and
    ``before``."""
    clock: Clock | None = None
    """Whose clock ``at``, ``after`` and ``before`` are read from."""
    seen: datetime | None = None
    """When we looked, by our clock."""
    origin: str | None = None
    """The first of a chain of jobs that replaced one another, where this one is a later one: what its subscribers know it by."""


class JobEvent(Message):
    """One transition of one job."""

    type: Literal["event"] = "event"
    event: str
    """The verb on the arrow; ``adopt`` for a change that no arrow explains, which comes with a finding."""
    source: StateName
    target: StateName
    actor: Actor
    basis: Basis | None = None
    """Why we believe in the arrow; None for ``adopt``."""
    contested: bool = False
    """Whether a sentence of the vendor forbids the arrow."""
    inferred: bool = False
    """Whether nobody saw this step: it was filled in between two looks."""
    after: datetime | None = None
    """The step happened not before this moment; None when nothing earlier is known."""
    before: datetime | None = None
    """The step happened not after this moment."""
    ambiguous: bool = False
    """Whether other ways between the two looks are as short and as well founded."""
    alternatives: tuple[tuple[StateName, ...], ...] = ()
    """Those other ways, each as the states it passes."""
    terminal: bool = False
    """Whether the job is over with this step."""
    outcome: Outcome | None = None
    """What the run came to, when it is over."""
    verdict: Verdict | None = None
    """The outcome judged against what was asked, when it is over."""
    intent: Intent | None = None
    """What had been asked of the job here."""
    error: str | None = None
    """The reason the service gave, with the step that was seen."""
    successor: str | None = None
    """The job that replaces this one, where a look told."""
    notes: tuple[str, ...] = ()
    """How far the job is, and what the service wrote about it on its way here, where somebody asked for that."""


class Sight(Message):
    """The job could not be looked at for a while, or can be again. It says nothing about the job."""

    type: Literal["sight"] = "sight"
    event: Literal["sight_lost", "sight_regained"]
    since: datetime
    """When the job was last looked at before sight of it was lost, or first tried; by our clock."""
    reason: str
    """Why it cannot be looked at, or could not."""


class Finding(Message):
    """Something observed that the lifecycle cannot explain. A value, never an exception."""

    type: Literal["finding"] = "finding"
    kind: FindingKind
    reason: str
    """What was seen, what the lifecycle says instead, and what was done about it."""
    source: StateName
    """The state believed in before the look."""
    target: str
    """The state seen, as the service spelled it."""
    adopted: bool = False
    """Whether the seen state is believed now."""
    citation: str | None = None
    """The sentence it goes against."""


def stay(event: JobEvent, following: JobEvent | None, last: datetime | None = None) -> timedelta | None:
    """How long a job stayed where an event led it; None where that is not known by one clock.

    The clock is the one that both events were told by; where those are two, it is that of whoever looked.

    Args:
        event: what led the job there.
        following: what led it on; None where nothing did yet.
        last: the last moment at which it was seen there, then: by the clock of whoever looked where the event tells when it was
            seen, by the event's own otherwise.
    """
    if event.at is None or event.terminal:
        return None
    if following is None:
        return _length(event.seen or event.at, last)
    if following.at is None or following.clock is event.clock:
        return _length(event.at, following.at)
    return _length(event.seen, following.seen)


def _length(since: datetime | None, until: datetime | None) -> timedelta | None:
    if since is None or until is None or (since.tzinfo is None) != (until.tzinfo is None) or until <= since:
        return None
    return until - since


_NAMES = set(JobEvent.model_fields)
_set = object.__setattr__
_set_fields, _set_extra, _set_private = (
    vars(BaseModel)[f"__pydantic_{slot}__"].__set__ for slot in ("fields_set", "extra", "private")
)


def make_event(values: dict[str, Any]) -> JobEvent:
    """A job event from values for all its fields, in their order, that are known to be right.

    Every change of every job passes here, and validating what this package has just computed costs more than computing it: the
    model is filled directly, the way ``BaseModel.model_construct`` does, but without looking at each field again.
    """
    event = object.__new__(JobEvent)
    _set(event, "__dict__", values)
    _set_fields(event, _NAMES)
    _set_extra(event, None)
    _set_private(event, None)
    return event
