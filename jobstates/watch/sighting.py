"""What it means that a job cannot be looked at: nothing about the job.

A failure that passes is tried again for as long as anybody watches, and told once it has lasted. One that does not pass is told
at once, and not tried again. A job that the service does not know is given a while, because a list or a region may lag: after
that it is gone, if it was seen before, or was never there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from jobstates.spec.event import Clock, Finding, FindingKind, Sight
from jobstates.watch.source import Trouble

if TYPE_CHECKING:
    from datetime import datetime

    from jobstates.delivery import Message
    from jobstates.spec.record import Record
    from jobstates.watch.source import CallFailed


class Patience(BaseModel):
    """How long to bear with a job that cannot be looked at. All in seconds."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    blind: float = Field(default=60.0, ge=0)
    """How long looks may fail before subscribers are told that sight of the job is lost."""
    unseen: float = Field(default=15.0, ge=0)
    """How long the service may say that there is no such job, of one that it never showed, before it is believed."""
    missing: float = Field(default=60.0, ge=0)
    """The same of a job that was seen before."""


class Missed(NamedTuple):
    """What a look came to that did not succeed."""

    messages: tuple[Message, ...]
    failures: int
    """How many looks failed one after the other, this one counted."""
    hopeless: bool
    """Whether it is no use to look again."""
    gone: Finding | None = None
    """That the service knows no such job, once it is believed; told the first time."""


@dataclass(slots=True)
class _Trial:
    since: datetime
    begun: datetime
    failures: int = 0
    missing: datetime | None = None
    """Since when the service says that there is no such job."""
    lost: Sight | None = None
    gone: Finding | None = None


class Sightings:
    """The jobs that cannot be looked at now."""

    def __init__(self, patience: Patience) -> None:
        self._patience = patience
        self._trials: dict[str, _Trial] = {}

    def failed(self, record: Record, failure: CallFailed, now: datetime) -> Missed:
        """A look at a job failed."""
        trial = self._trials.setdefault(record.name, _Trial(record.seen or now, now))
        trial.failures += 1
        if failure.trouble is Trouble.MISSING:
            trial.missing = trial.missing or now
            patience = self._patience.unseen if record.state.unspecified else self._patience.missing
            if _lasted(trial.missing, now) < patience:
                return Missed((), trial.failures, hopeless=False)
            told, trial.gone = trial.gone, trial.gone or _missing(record, now)
            return Missed(() if told else (trial.gone,), trial.failures, hopeless=True, gone=trial.gone)
        hopeless = not failure.trouble.passes
        if trial.lost is None and (hopeless or _lasted(trial.begun, now) >= self._patience.blind):
            trial.lost = _sight("sight_lost", record, trial, str(failure), now)
            return Missed((trial.lost,), trial.failures, hopeless)
        return Missed((), trial.failures, hopeless)

    def seen(self, record: Record, now: datetime) -> tuple[Message, ...]:
        """A job was looked at."""
        trial = self._trials.pop(record.name, None)
        if trial is None or trial.lost is None:
            return ()
        return (_sight("sight_regained", record, trial, trial.lost.reason, now),)

    @property
    def blind(self) -> frozenset[str]:
        """The jobs whose last look failed."""
        return frozenset(self._trials)

    def forget(self, name: str) -> None:
        """Nobody looks at a job any more."""
        self._trials.pop(name, None)


def _lasted(since: datetime, now: datetime) -> float:
    return (now - since).total_seconds()


def _sight(event: str, record: Record, trial: _Trial, reason: str, now: datetime) -> Sight:
    return Sight(
        # Sight may be lost twice since the same look: a list that shows a job as it was is not noted in its record.
        id=f"{record.name}#{record.seq}?{event}={trial.begun.isoformat()}",
        **_about(record, now),
        event=event,  # type: ignore[arg-type]  # one of the two
        since=trial.since,
        reason=reason,
    )


def _missing(record: Record, now: datetime) -> Finding:
    kind = FindingKind.NEVER_SEEN if record.state.unspecified else FindingKind.GONE
    place = record.name.rpartition("/")[0]
    if kind is FindingKind.GONE:
        reason = f"the service knows no such job any more; it was last seen {record.state.name}, at {record.seen}."
    else:
        reason = f"the service knows no such job in {place}, and never showed it: is the location right?"
    return finding(kind, record, reason, now)


def finding(kind: FindingKind, record: Record, reason: str, now: datetime) -> Finding:
    """A finding that no look showed."""
    return Finding(
        id=f"{record.name}#{record.seq}?{kind.value}",
        **_about(record, now),
        kind=kind,
        source=record.state.value,
        target=record.state.value,
        reason=reason,
    )


def _about(record: Record, now: datetime) -> dict[str, Any]:
    """What every message says of its job that is told by our clock, and not by a look."""
    return {
        "seq": record.seq,
        "platform": record.job.platform,
        "job": record.name,
        "job_kind": record.job.kind,
        "at": now,
        "clock": Clock.OBSERVER,
        "seen": record.seen,
    }
