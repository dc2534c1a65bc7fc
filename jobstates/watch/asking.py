"""Asking for things: the guard first, then the call, then a result that says what came of it. Safe to repeat.

A request whose answer got lost may have been granted, and one that is refused may have come too late: both are settled by looking
at the job, never by reading an error's text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import anyio

from jobstates.errors import NotAllowed
from jobstates.spec.arrow import Arrow
from jobstates.spec.job import Intent
from jobstates.spec.refusing import refusal
from jobstates.watch.ref import lifecycle_of
from jobstates.watch.source import CallFailed
from jobstates.watch.written import look_at

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jobstates.spec.job import Job
    from jobstates.spec.lifecycle import Lifecycle
    from jobstates.spec.record import Record
    from jobstates.spec.state import JobState
    from jobstates.watch.patrol import Manner
    from jobstates.watch.ref import JobRef
    from jobstates.watch.roll import Roll
    from jobstates.watch.waiting import Waited

TRIES = 4
"""How often a request is made, or a job is looked at, whose calls fail in a way that passes."""


class Accepted(NamedTuple):
    """The service took the request."""

    job: str
    request: str
    """The event asked for, such as ``drain``."""
    waited: Waited | None = None
    """What the job came to, where it was waited for."""


class AlreadyTerminal(NamedTuple):
    """The job is over: there was nothing left to ask for, or the request came too late."""

    job: str
    request: str
    state: JobState
    waited: Waited | None = None


class AlreadyRequested(NamedTuple):
    """The same was asked for before, and is under way."""

    job: str
    request: str
    state: JobState
    waited: Waited | None = None


class Lost(NamedTuple):
    """Nobody knows what came of the request: neither the call nor a look at the job succeeded, or the service refused it."""

    job: str
    request: str
    error: str


Answer: TypeAlias = Accepted | AlreadyTerminal | AlreadyRequested | NotAllowed | Lost
"""What came of a request. ``NotAllowed`` is the error of that name, as a value: no request was made. It carries the citation."""


def considered(lifecycle: Lifecycle, name: str, job: Job, state: JobState, request: str) -> Arrow | Answer:
    """The arrow that a request would take; or what there is to say without making it.

    Raises:
        UnknownEvent: when the lifecycle has no such event.
    """
    lifecycle.event(request)
    if state.terminal:
        return AlreadyTerminal(name, request, state)
    arrow = _way(lifecycle, job, state, request)
    if job.can_ask(request) and _under_way(lifecycle, job, state, request):
        return AlreadyRequested(name, request, state)
    if arrow is None or not job.can_ask(request):
        return refusal(lifecycle, job, state, request)
    return arrow


def settled(lifecycle: Lifecycle, name: str, job: Job, state: JobState, request: str) -> Answer | None:
    """What a look says of a request whose call failed; None when it says nothing. What we asked ourselves counts for nothing."""
    if state.terminal:
        return AlreadyTerminal(name, request, state)
    if _under_way(lifecycle, job.model_copy(update={"intent": None}), state, request):
        return AlreadyRequested(name, request, state)
    return None


def _way(lifecycle: Lifecycle, job: Job, state: JobState, request: str) -> Arrow | None:
    """The arrow that a request would take. Of a job that showed no state, or a strange one, it is not known to forbid any."""
    ways = (arrow for arrow in lifecycle.arrows if arrow.event == request and arrow.request and not arrow.forbidden_by(job))
    return next((arrow for arrow in ways if state.unspecified or arrow.source is state), None)


def _under_way(lifecycle: Lifecycle, job: Job, state: JobState, request: str) -> bool:
    """Whether a job is where the request leads, on its way there, or known to have been asked."""
    arrows = [arrow for arrow in lifecycle.arrows if arrow.event == request and arrow.request]
    if any(arrow.target is state for arrow in arrows):
        return True
    return any(job.has_asked(arrow) for arrow in arrows if arrow.source is state)


class Asker:
    """Asks for things.

    Args:
        roll: the jobs that are watched.
        manner: how to watch: the pace of repetitions, and the clock.
    """

    def __init__(self, roll: Roll, manner: Manner) -> None:
        self._roll, self._manner = roll, manner

    async def ask(
        self, job: JobRef, request: str, *, by: str | None = None, changes: Mapping[str, Any] | None = None, again: bool = False
    ) -> Answer:
        """Ask for something, and tell what came of it.

        Args:
            job: a job that is watched.
            request: the event asked for, such as ``drain``.
            by: who asks.
            changes: what to set, for requests that set something.
            again: ask even if the same was asked before.

        Raises:
            UnknownEvent: when the lifecycle has no such event.
        """
        lifecycle = lifecycle_of(job.scope)
        lifecycle.event(request)
        try:
            record = await self._known(job)
        except CallFailed as failure:
            return Lost(job.name, request, str(failure))
        now = self._manner.clock()
        known = record.job.at_time(now)
        arrow = considered(
            lifecycle, job.name, known.model_copy(update={"intent": None}) if again else known, record.state, request
        )
        if not isinstance(arrow, Arrow):
            return arrow
        intent = Intent(request=request, by=by, at=now)
        self._roll.intend(job, intent)
        answer, vain = await self._made(job, arrow, changes)
        latest = self._roll.record(job)
        if vain and latest is not None and latest.job.intent == intent:  # and nobody has asked for anything since
            self._roll.intend(job, record.job.intent)
        self._roll.soon(job)
        return answer

    async def _known(self, job: JobRef) -> Record:
        """What is believed about a job, after a look if it was never seen."""
        record = self._roll.record(job)
        return record if record is not None and not record.state.unspecified else await self._seen(job)

    async def _seen(self, job: JobRef) -> Record:
        """What a look shows, after as many as it takes."""
        for failures in range(1, TRIES + 1):
            try:
                return await self._look(job)
            except CallFailed as failure:
                if failures == TRIES or not failure.trouble.passes:
                    raise
                await self._pause(failures, failure)
        raise AssertionError

    async def _look(self, job: JobRef) -> Record:
        return self._roll.learn(job, await look_at(self._roll.source(job.scope), job))

    async def _made(self, job: JobRef, arrow: Arrow, changes: Mapping[str, Any] | None) -> tuple[Answer, bool]:
        """What came of a request, and whether it is known not to have been granted.

        It is made again only after a look that shows no trace of it.
        """
        for failures in range(1, TRIES + 1):
            try:
                await self._roll.source(job.scope).ask(job, arrow, changes=changes)
            except CallFailed as failure:
                reason = failure
            else:
                return Accepted(job.name, arrow.event), False
            try:
                record = await self._seen(job)
            except CallFailed:
                return Lost(job.name, arrow.event, str(reason)), not reason.trouble.passes
            found = settled(lifecycle_of(job.scope), job.name, record.job, record.state, arrow.event)
            if found is not None:
                return found, False
            if not reason.trouble.passes:
                break
            if failures < TRIES:
                await self._pause(failures, reason)
        return Lost(job.name, arrow.event, str(reason)), True

    async def _pause(self, failures: int, failure: CallFailed) -> None:
        await anyio.sleep(max(self._manner.pace.retry(failures), failure.retry_after or 0.0))
