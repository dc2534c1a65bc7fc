"""Jobs that have been in a state for longer than they were given. They are told of once, and nothing is done about them.

Time is counted from when a job was first seen in the state, by our clock: the service's is never compared with it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import AwareDatetime, BaseModel, ConfigDict

from jobstates.errors import UnknownState
from jobstates.spec.event import FindingKind
from jobstates.spec.state import Phase
from jobstates.watch.sighting import finding

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from jobstates.spec.event import Finding
    from jobstates.spec.lifecycle import Lifecycle
    from jobstates.spec.record import Record
    from jobstates.spec.state import JobState


class Budgets:
    """How long jobs may stay where they are.

    Args:
        seconds: how long, by the name of a state (``QUEUED``, ``DRAINING``) or of a phase (``waiting``, ``stopping``); a state's
            own budget counts before its phase's.
        lifecycles: those whose states may be named.

    Raises:
        UnknownState: when no lifecycle has a state, and no phase is, of that name.
        ValueError: when a budget is not a positive number of seconds.
    """

    def __init__(self, seconds: Mapping[str, float], lifecycles: Iterable[Lifecycle]) -> None:
        lifecycles = tuple(lifecycles)
        phases = {phase.value for phase in Phase}
        for name, length in seconds.items():
            if name not in phases and not any(lifecycle.coerce(name) for lifecycle in lifecycles):
                raise UnknownState(name, [*phases, *(state.name for lifecycle in lifecycles for state in lifecycle.states)])
            if not length > 0:
                raise ValueError(f"the budget of {name} is a positive number of seconds, not {length!r}")
        self._seconds: dict[JobState, float] = {}
        for lifecycle in lifecycles:
            own = {lifecycle.coerce(name): length for name, length in seconds.items() if name not in phases}
            told = {state: own.get(state, seconds.get(state.phase.value)) for state in lifecycle.states if state.live}
            self._seconds.update((state, length) for state, length in told.items() if length is not None)

    def of(self, state: JobState) -> float | None:
        """How long a job may stay in a state, in seconds; None for as long as it takes."""
        return self._seconds.get(state)


class Stay(BaseModel):
    """A job that has a budget where it is."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    since: AwareDatetime
    """When it was first seen there, by our clock."""
    overdue: bool = False
    """Whether subscribers were told that it is overdue there."""


class Stays:
    """Since when jobs have been where they are: those that have a budget there."""

    def __init__(self, budgets: Budgets) -> None:
        self._budgets = budgets
        self._entered: dict[str, tuple[Record, datetime]] = {}
        self._told: dict[str, datetime] = {}
        """The jobs that were found overdue where they are, and since when they are there."""

    def moved(self, record: Record, now: datetime) -> None:
        """A job is in another state than before."""
        self._told.pop(record.name, None)
        if self._budgets.of(record.state) is None:
            self._entered.pop(record.name, None)
        else:
            self._entered[record.name] = record, now

    def overdue(self, now: datetime) -> list[Finding]:
        """The jobs that were not told of yet. Each is told of once in each state."""
        found = [
            finding(FindingKind.OVERDUE, record, _reason(record, since, now), now)
            for record, since in self._entered.values()
            if (now - since).total_seconds() > (self._budgets.of(record.state) or 0.0)
        ]
        for one in found:
            self._told[one.job] = self._entered.pop(one.job)[1]
        return found

    def kept(self, name: str) -> Stay | None:
        """What another process has to know of a job: since when it has been where it is; None where it may stay."""
        since = self._entered[name][1] if name in self._entered else self._told.get(name)
        return None if since is None else Stay(since=since, overdue=name in self._told)

    def resume(self, record: Record, stay: Stay) -> None:
        """Go on from what another process knew of a job."""
        self.moved(record, stay.since)
        if stay.overdue:
            self._entered.pop(record.name, None)
            self._told[record.name] = stay.since

    def forget(self, name: str) -> None:
        """Nobody looks at a job any more."""
        self._entered.pop(name, None)
        self._told.pop(name, None)


def _reason(record: Record, since: datetime, now: datetime) -> str:
    return f"the job has been {record.state.name} for {(now - since).total_seconds():.0f} s, longer than it was given."
