"""What it means that a job cannot be looked at: nothing about the job.

A failure that passes is tried again for as long as anybody watches, and told once it has lasted. One that does not pass is told
at once, even if sight was lost before, and not tried again until somebody wants it. A job that the service does not know is given
a while, because a list or a region may lag: after that it is gone, if it was seen before, or was never there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from jobstates.spec.event import Clock, Finding, FindingKind, Sight
from jobstates.watch.source import Trouble
from jobstates.watch.waiting import Ending

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


class Trial(BaseModel):
    """A job that cannot be looked at."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    since: AwareDatetime
    """When it was last looked at before, or first tried; by our clock."""
    begun: AwareDatetime
    """When a look failed first."""
    failures: int = Field(default=0, ge=0)
    """How many looks failed since."""
    missing: AwareDatetime | None = None
    """Since when the service says that there is no such job."""
    gone: str | None = None
    """Why it is believed that there is none, as subscribers were told."""
    lost: str | None = None
    """Why it cannot be looked at, as subscribers were told."""
    final: bool = False
    """Whether they were told a reason that does not pass."""
    fate: tuple[Ending, str] | None = None
    """As what it is given up, and why; None while it is looked at."""


class Sightings:
    """The jobs that cannot be looked at now."""

    def __init__(self, patience: Patience) -> None:
        self._patience = patience
        self._trials: dict[str, Trial] = {}
        self._told: dict[str, int] = {}
        """How often subscribers were told that a job cannot be looked at. Counted, as a time would be another one if the same
        is found again by a process that takes over."""

    def failed(self, record: Record, failure: CallFailed, now: datetime) -> Missed:
        """A look at a job failed."""
        trial = self._trials.get(record.name) or Trial(since=record.seen or now, begun=now)
        trial = trial.model_copy(update={"failures": trial.failures + 1, "fate": None})
        trial, message = (self._unknown if failure.trouble is Trouble.MISSING else self._blinded)(trial, record, failure, now)
        self._trials[record.name] = trial
        return Missed(() if message is None else (message,), trial.failures, hopeless=trial.fate is not None)

    def _unknown(self, trial: Trial, record: Record, _: CallFailed, now: datetime) -> tuple[Trial, Message | None]:
        """The service says that there is no such job."""
        trial = trial.model_copy(update={"missing": trial.missing or now})
        patience = self._patience.unseen if record.state.unspecified else self._patience.missing
        if _lasted(trial.missing or now, now) < patience:
            return trial, None
        told = None if trial.gone else _missing(record, now, self._count(record.name))
        reason = told.reason if told else trial.gone
        ending = Ending.NEVER_SEEN if record.state.unspecified else Ending.GONE
        return trial.model_copy(update={"gone": reason, "fate": (ending, reason)}), told

    def _blinded(self, trial: Trial, record: Record, failure: CallFailed, now: datetime) -> tuple[Trial, Message | None]:
        """Nobody knows what the service would say. That it is no use to ask again is told even if sight was lost before."""
        final = not failure.trouble.passes
        fate = (Ending.SIGHT_LOST, str(failure)) if final else None
        if not (final and not trial.final) and (trial.lost or _lasted(trial.begun, now) < self._patience.blind):
            return trial.model_copy(update={"fate": fate}), None
        lost = trial.model_copy(update={"lost": str(failure), "final": final, "fate": fate})
        return lost, _sight("sight_lost", record, lost, self._count(record.name), now)

    def seen(self, record: Record, now: datetime) -> tuple[Message, ...]:
        """A job was looked at."""
        trial = self._trials.pop(record.name, None)
        if trial is None or trial.lost is None:
            return ()
        return (_sight("sight_regained", record, trial, self._told.get(record.name, 0), now),)

    def fate(self, name: str) -> tuple[Ending, str] | None:
        """As what a job is given up, and why; None while there is hope for it."""
        return self._trials[name].fate if name in self._trials else None

    def hope(self, name: str, *, anew: bool) -> None:
        """Somebody wants to know of a job that was given up. ``anew``: and thinks that it may be there by now."""
        if name in self._trials:
            self._trials[name] = self._trials[name].model_copy(
                update={"fate": None, "missing": None, "gone": None} if anew else {"fate": None}
            )

    def kept(self, name: str) -> tuple[Trial | None, int]:
        """What another process has to know of a job: its trial, and how often anything was told of it here."""
        return self._trials.get(name), self._told.get(name, 0)

    def resume(self, name: str, trial: Trial | None, told: int) -> None:
        """Go on from what another process knew of a job."""
        if trial is not None:
            self._trials[name] = trial
        if told:
            self._told[name] = told

    @property
    def blind(self) -> frozenset[str]:
        """The jobs whose last look failed."""
        return frozenset(self._trials)

    def settle(self, name: str) -> None:
        """Nobody has to look at a job any more."""
        self._trials.pop(name, None)

    def forget(self, name: str) -> None:
        """Nobody watches a job any more."""
        self.settle(name)
        self._told.pop(name, None)

    def _count(self, name: str) -> int:
        self._told[name] = self._told.get(name, 0) + 1
        return self._told[name]


def _lasted(since: datetime, now: datetime) -> float:
    return (now - since).total_seconds()


def _sight(event: str, record: Record, trial: Trial, number: int, now: datetime) -> Sight:
    return Sight(
        # Sight may be lost twice since the same look: a list that shows a job as it was is not noted in its record.
        id=f"{record.name}#{record.seq}?{event}={number}",
        **_about(record, now),
        event=event,  # type: ignore[arg-type]  # one of the two
        since=trial.since,
        reason=trial.lost or "",
    )


def _missing(record: Record, now: datetime, number: int) -> Finding:
    kind = FindingKind.NEVER_SEEN if record.state.unspecified else FindingKind.GONE
    place = record.name.rpartition("/")[0]
    if kind is FindingKind.GONE:
        reason = f"the service knows no such job any more; it was last seen {record.state.name}, at {record.seen}."
    else:
        reason = f"the service knows no such job in {place}, and never showed it: is the location right?"
    found = finding(kind, record, reason, now)
    return found.model_copy(update={"id": f"{found.id}={number}"})  # the job may be added again, and again not be there


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
