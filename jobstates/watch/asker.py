"""Asking for things: the guard first, then the call, then a result that says what came of it. Safe to repeat.

A request whose answer got lost may have been granted, and one that is refused may have come too late: both are settled by looking
at the job, never by reading an error's text. Nor is anything refused from an old belief that a look could change. Of jobs that
replaced one another the last is asked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import anyio

from jobstates.spec.arrow import Arrow
from jobstates.spec.job import Intent
from jobstates.spec.state import Outcome
from jobstates.watch.asking import Accepted, Lost, considered, may_change, settled
from jobstates.watch.ref import lifecycle_of
from jobstates.watch.source import CallFailed
from jobstates.watch.written import look_at

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jobstates.spec.job import Job
    from jobstates.spec.record import Record
    from jobstates.watch.asking import Answer
    from jobstates.watch.patrol import Manner
    from jobstates.watch.ref import JobRef
    from jobstates.watch.roll import Roll

TRIES = 4
"""How often a request is made, or a job is looked at, whose calls fail in a way that passes."""
ORPHANED = "it was replaced, and nobody tells which job goes on"


class Asked(NamedTuple):
    """What is asked of a job."""

    request: str
    """The event asked for, such as ``drain``."""
    by: str | None = None
    """Who asks."""
    changes: Mapping[str, Any] | None = None
    """What to set, for requests that set something."""
    again: bool = False
    """Ask even if the same was asked before."""


class Asker:
    """Asks for things.

    Args:
        roll: the jobs that are watched.
        manner: how to watch: the pace of repetitions, and the clock.
    """

    def __init__(self, roll: Roll, manner: Manner) -> None:
        self._roll, self._manner = roll, manner
        self._doubted: dict[str, Intent] = {}
        """What was asked, by job, and may have been granted or not. It is judged by, and may be asked for again."""

    async def ask(self, job: JobRef, asked: Asked) -> Answer:
        """Ask for something, and tell what came of it.

        Args:
            job: a job that is watched. One that was replaced stands for the last that is known to have replaced it.
            asked: what.

        Raises:
            UnknownEvent: when the lifecycle has no such event.
        """
        lifecycle_of(job.scope).event(asked.request)
        while True:
            last = self._roll.last(job)
            try:
                answer = await self._ask(last, asked)
            except CallFailed as failure:
                return Lost(last.name, asked.request, str(failure), asked=last.name in self._doubted)
            if answer is not None:
                return answer
            if self._roll.last(job) == last:
                return Lost(last.name, asked.request, ORPHANED, asked=last.name in self._doubted)

    async def _ask(self, job: JobRef, asked: Asked) -> Answer | None:
        """What came of a request; None where the job was replaced."""
        record, found = await self._considered(job, asked)
        if record.state.outcome is Outcome.REPLACED:
            return None
        if not isinstance(found, Arrow):
            return found
        intent = Intent(request=asked.request, by=asked.by, at=self._manner.clock())
        self._roll.intend(job, intent)
        answer, granted = await self._made(job, found, asked.changes)
        if granted is None:
            self._doubted[job.name] = intent
        latest = self._roll.record(job)
        if granted is False and latest is not None and latest.job.intent == intent:  # and nobody has asked for anything since
            self._roll.intend(job, record.job.intent)
        self._roll.soon(job)
        return answer

    async def _considered(self, job: JobRef, asked: Asked) -> tuple[Record, Arrow | Answer]:
        """What is believed about a job, and what follows for a request; after a look, if it could change that."""
        lifecycle = lifecycle_of(job.scope)
        record = self._roll.record(job)
        if record is not None and not record.state.unspecified and record.state.outcome is not Outcome.REPLACED:
            known = self._known(record, asked)
            found = considered(lifecycle, job.name, known, record.state, asked.request)
            if not may_change(found, lifecycle, known, asked.request):
                return record, found
        record = await self._seen(job)
        return record, considered(lifecycle, job.name, self._known(record, asked), record.state, asked.request)

    def _known(self, record: Record, asked: Asked) -> Job:
        """What is known about a job now, as far as it matters for a request."""
        intent = record.job.intent
        again = asked.again or (intent is not None and intent == self._doubted.get(record.name))
        known = record.job.at_time(self._manner.clock())
        return known.model_copy(update={"intent": None}) if again else known

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

    async def _made(self, job: JobRef, arrow: Arrow, changes: Mapping[str, Any] | None) -> tuple[Answer | None, bool | None]:
        """What came of a request, None where the job was replaced; and whether it was granted, None where nobody knows.

        It is made again only after a look that shows no trace of it. A trace of one whose answer got lost may yet come.
        """
        granted: bool | None = False
        for failures in range(1, TRIES + 1):
            try:
                await self._roll.source(job.scope).ask(job, arrow, changes=changes)
            except CallFailed as failure:
                reason = failure
            else:
                return Accepted(job.name, arrow.event), True
            granted = None if reason.trouble.passes else granted
            try:
                record = await self._seen(job)
            except CallFailed:
                break
            if record.state.outcome is Outcome.REPLACED:
                return None, granted
            found = settled(lifecycle_of(job.scope), job.name, record.job, record.state, arrow.event)
            if found is not None:
                return found, True
            if not reason.trouble.passes:
                break
            if failures < TRIES:
                await self._pause(failures, reason)
        return Lost(job.name, arrow.event, str(reason)), granted

    async def _pause(self, failures: int, failure: CallFailed) -> None:
        await anyio.sleep(max(self._manner.pace.retry(failures), failure.retry_after or 0.0))
