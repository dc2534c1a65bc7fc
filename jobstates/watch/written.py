"""What a service wrote about a job: why it failed, and notes for its events.

Whoever learns that a job failed asks for the reason before anybody is told, because an event is told once. What cannot be read is
no reason to lose sight of a job: after a second try the event goes without it.
"""

from __future__ import annotations

from contextlib import aclosing
from typing import TYPE_CHECKING

from jobstates.spec.state import Outcome
from jobstates.watch.ref import lifecycle_of
from jobstates.watch.source import CallFailed, Trouble

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from jobstates.spec.observation import Observation
    from jobstates.spec.record import Record
    from jobstates.watch.ref import JobRef, Scope
    from jobstates.watch.source import Message, Source

LONGEST = 4000
"""How much of what was written about a failed job is kept, in characters, of its end."""
LAST = 10
"""How many messages are told of a job, the last ones, where nobody knows since when they would be new."""
TRIES = 2
"""How often messages are asked for. There is no wait between: whoever asks holds up others."""


async def look_at(source: Source, job: JobRef) -> Observation:
    """A look at a job that tells why it failed, if it did and the service tells.

    Raises:
        CallFailed: when the job cannot be looked at.
    """
    return await with_reason(source, job, await source.get(job))


async def with_reason(source: Source, job: JobRef, look: Observation) -> Observation:
    """The same look, with what was written about the job as the reason, where it failed and the look does not tell why."""
    if not lacks_reason(job.scope, look):
        return look
    errors = (one.text for one in await _read(source, job) if one.level == "error")
    return look._replace(error="\n".join(errors)[-LONGEST:] or None)


def lacks_reason(scope: Scope, look: Observation) -> bool:
    """Whether a look shows that a job failed, and not why."""
    state = lifecycle_of(scope).coerce(look.state)
    return state is not None and state.outcome is Outcome.FAILED and look.error is None


async def notes(source: Source, job: JobRef, before: Record, after: Record) -> tuple[str, ...]:
    """What was written about a job on its way from one state to another. Only the service's times are compared, never ours.

    An event has what was written after the state before began and until its own did; the last one what came later, too. So
    nothing is told twice, nor left out, while the service tells the times of states. Where it told none of the state before,
    these are the last few; where it tells none of the new state, all since the state before, which the next event repeats.
    """
    since = before.at
    until = after.at if after.state.live and after.at != since else None
    written = [one for one in await _read(source, job, since) if _between(one.at, since, until)]
    return tuple(f"{one.level}: {one.text}" for one in (written[-LAST:] if since is None else written))


def _between(at: datetime | None, since: datetime | None, until: datetime | None) -> bool:
    """Whether a message belongs to a stay; one without a time is of now."""
    return at is None or ((since is None or at > since) and (until is None or at <= until))


async def _read(source: Source, job: JobRef, after: datetime | None = None) -> Sequence[Message]:
    """What was written about a job since a moment; nothing where that cannot be read."""
    for _ in range(TRIES):
        try:
            if (pages := source.messages(job, after=after)) is None:
                break
            async with aclosing(pages):
                return tuple(dict.fromkeys([one async for page in pages for one in page]))  # a page may come twice
        except CallFailed as failure:
            if failure.trouble is not Trouble.PASSING:
                break
    return ()
