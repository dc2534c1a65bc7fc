"""What a wait came to, as a value. A wait ends by its deadline, whatever the service says and whether or not it can be asked."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

import anyio
from pydantic import BaseModel, ConfigDict

from jobstates.errors import UnknownState
from jobstates.spec.event import JobEvent
from jobstates.spec.state import Outcome, Phase
from jobstates.spec.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from jobstates.delivery import Message
    from jobstates.spec.job import Intent
    from jobstates.spec.lifecycle import Lifecycle
    from jobstates.spec.record import Record
    from jobstates.spec.state import JobState
    from jobstates.watch.ref import JobRef

Judge: TypeAlias = "Mapping[str, str] | Callable[[Outcome, Intent | None], Verdict | str]"
"""How outcomes are judged, where not as this package does: a verdict for some of the outcomes, or a function."""
TERMINAL, STARTED = "terminal", "started"


class Ending(StrEnum):
    """Why a wait ended."""

    REACHED = "reached"
    """The job is where it was waited for."""
    OVER = "over"
    """The job is over without having been seen where it was waited for."""
    DEADLINE = "deadline"
    """Time is up."""
    SIGHT_LOST = "sight_lost"
    """The job cannot be looked at, and trying again is no use: we may not."""
    GONE = "gone"
    """The service no longer knows the job."""
    NEVER_SEEN = "never_seen"
    """The service knows no such job."""


class Waited(BaseModel):
    """What is known of a job when a wait for it ends."""

    model_config = ConfigDict(frozen=True)

    job: str
    """The job that was waited for."""
    last: str
    """The last of the jobs that replaced it one after the other; the job itself if none did."""
    ending: Ending
    state: str | None = None
    """The last state seen, by its wire name; None when the job was never seen."""
    outcome: Outcome | None = None
    """What the run came to, if it is over."""
    verdict: Verdict | None = None
    """The outcome judged against what was asked, if it is over."""
    error: str | None = None
    """The reason the service gave with a bad end; or why the job cannot be looked at."""

    @property
    def ok(self) -> bool:
        """Whether the wait ended as was hoped: the job got where it was waited for, and is not over with a bad verdict."""
        return self.ending is Ending.REACHED and self.verdict is not Verdict.BAD


class Goal:
    """What is waited for.

    Args:
        until: ``terminal``, ``started`` (past all waiting), or the name of a state.
        lifecycle: of the job.

    Raises:
        UnknownState: when the lifecycle has no such state.
    """

    def __init__(self, until: str, lifecycle: Lifecycle) -> None:
        if until not in (TERMINAL, STARTED) and lifecycle.coerce(until) is None:
            raise UnknownState(until, [TERMINAL, STARTED, *(state.name for state in lifecycle.states)])
        self._until, self._lifecycle = until, lifecycle
        self._state = None if until in (TERMINAL, STARTED) else lifecycle.coerce(until)

    def passed(self, state: str) -> bool:
        """Whether a job that came past a state was there. An end is no such place: another job may go on from it."""
        return self._until != TERMINAL and self.reached(self._lifecycle.state(state))

    def reached(self, state: JobState) -> bool:
        """Whether a job in a state is there."""
        if self._state is not None:
            return state is self._state
        if self._until == STARTED:
            return state.phase not in (Phase.UNSPECIFIED, Phase.WAITING)
        return state.terminal


def judged(record: Record, judge: Judge | None) -> Verdict | None:
    """The verdict on a job's end; None while it has none.

    Raises:
        ValueError: when the judge's verdict is none.
    """
    outcome, intent = record.state.outcome, record.job.asked
    if outcome is None:
        return None
    own = Verdict.of(outcome, intent)
    if judge is None:
        return own
    return Verdict(judge(outcome, intent) if callable(judge) else judge.get(outcome.value, own))


class Waiter:
    """Somebody who waits for a job, and for those that replace it.

    Args:
        job: whom for.
        goal: what for.
        judge: how its end is judged.
        deadline: when time is up, by the clock on the wall; never when left out.
    """

    def __init__(self, job: JobRef, goal: Goal, judge: Judge | None = None, deadline: datetime | None = None) -> None:
        self.job, self._goal, self._judge, self.deadline = job, goal, judge, deadline
        self._passed = False
        self.woken = anyio.Event()

    def hear(self, message: Message) -> None:
        """Note where the job came past: between two looks at the records it may have gone on."""
        if isinstance(message, JobEvent):
            self._passed = self._passed or self._goal.passed(message.target)

    def standing(
        self, record: Record, fate: tuple[Ending, str] | None, *, replaced: bool, reason: str | None = None
    ) -> Waited | None:
        """What the wait came to; None while it goes on.

        Args:
            record: what is believed about the job.
            fate: why it is no use to look at it, if it is not.
            replaced: whether another job is about to be followed instead.
            reason: why it ended as it did, if it did and the service told.
        """
        if record.state.terminal and replaced:
            return None
        if self._passed or self._goal.reached(record.state):
            return self.ended(Ending.REACHED, record, reason)
        if record.state.terminal:
            return self.ended(Ending.OVER, record, reason)
        return self.ended(fate[0], record, error=fate[1]) if fate else None

    def ended(self, ending: Ending, record: Record, error: str | None = None) -> Waited:
        """What is known of the job now that the wait is over."""
        return Waited(
            job=self.job.name,
            last=record.name,
            ending=ending,
            state=None if record.state.unspecified else record.state.value,
            outcome=record.state.outcome,
            verdict=judged(record, self._judge),
            error=error,
        )
