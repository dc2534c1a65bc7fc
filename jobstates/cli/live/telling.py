"""What is said of jobs line by line: what happened, and what a wait came to; and the exit codes that follow from it.

That a job cannot be looked at says nothing about it: no line and no exit code takes it for an end.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.text import Text

from jobstates.cli.asking import lifecycle_of
from jobstates.cli.showing import VERDICTS, ends, shown
from jobstates.cli.timeline import noted, station, way
from jobstates.spec.event import Finding, JobEvent
from jobstates.spec.wording import duration, safe
from jobstates.watch.waiting import Ending

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime, timedelta

    from jobstates.delivery import Message
    from jobstates.spec.event import Sight
    from jobstates.watch.ref import JobRef
    from jobstates.watch.waiting import Waited

GOOD, BAD, UNUSABLE, OPEN = 0, 1, 2, 3
"""Exit codes: every job ended well; one did not; the service never knew one; one has not ended, or cannot be looked at."""
CODES = {
    Ending.REACHED: BAD,
    Ending.OVER: BAD,
    Ending.GONE: BAD,
    Ending.NEVER_SEEN: UNUSABLE,
    Ending.DEADLINE: OPEN,
    Ending.SIGHT_LOST: OPEN,
}
"""The exit codes of waits that did not end as was hoped."""
WORDS = {
    Ending.OVER: "over without having been seen there",
    Ending.DEADLINE: "time is up",
    Ending.SIGHT_LOST: "it cannot be looked at",
    Ending.GONE: "gone: the service no longer knows it",
    Ending.NEVER_SEEN: "never seen: the service knows no such job",
}


def code_of(results: Iterable[Waited]) -> int:
    """The exit code for what waits came to: a bad end before an unknown job, and that before an open end."""
    return min((CODES[one.ending] for one in results if not one.ok), default=GOOD)


def row_of(waited: Waited) -> dict[str, Any]:
    """What a wait came to as one line of JSON."""
    return {"type": "waited", "ok": waited.ok, **waited.model_dump(mode="json")}


def told_of(waited: Waited, platform: str) -> list[Text]:
    """What a wait came to, in pieces: the state, the end and how it is judged, why."""
    state = lifecycle_of(platform).coerce(waited.state)
    pieces = [] if state is None or state.unspecified else [station(state, seen=True, last=True)]
    if state is not None and state.terminal and waited.verdict is not None:
        pieces += [Text(ends(state).plain[2:], VERDICTS[waited.verdict]), Text(f"({waited.verdict})", VERDICTS[waited.verdict])]
    if waited.ending is not Ending.REACHED:
        pieces.append(Text(WORDS[waited.ending], "yellow" if CODES[waited.ending] == OPEN else "red"))
    if waited.last != waited.job:
        pieces.append(Text(f"as {safe(waited.last.rpartition('/')[2])}", "dim"))
    if waited.error:
        pieces.append(Text(safe(waited.error), "dim"))
    return pieces


def ending(ref: JobRef, waited: Waited) -> Text:
    """What a wait came to, as one line."""
    return Text("  ").join([Text(safe(ref.name)), *told_of(waited, ref.platform)])


def spent(event: JobEvent, following: JobEvent | None, now: datetime | None = None) -> timedelta | None:
    """How long a job was where an event led it: until the next event, or until now. Times of two clocks are never compared."""
    if following is not None and following.clock == event.clock and event.at and following.at:
        length = following.at - event.at
    else:
        until = now if following is None else following.seen
        if event.seen is None or until is None:
            return None
        length = until - event.seen
    return length if length.total_seconds() > 0 else None


def line_of(message: Message, before: JobEvent | None, *, last: bool = True) -> Text:
    """A message as one line.

    Args:
        message: what happened.
        before: the event before it of the same job.
        last: whether nothing that is known happened to the job since.
    """
    moment = message.seen or message.at
    head = Text.assemble((f"{moment:%Y-%m-%dT%H:%M:%SZ}" if moment else " " * 20, "dim"), f"  {safe(message.job)}  ")
    if isinstance(message, JobEvent):
        return head.append_text(_step(message, before, last=last))
    return head.append_text(noted(message) if isinstance(message, Finding) else sight(message))


def _step(event: JobEvent, before: JobEvent | None, *, last: bool) -> Text:
    lifecycle = lifecycle_of(event.platform)
    source, target = lifecycle.state(event.source), lifecycle.state(event.target)
    step = Text()
    if not source.unspecified:
        length = spent(before, event) if before else None
        step.append_text(shown(source)).append(f" {duration(length)}" if length else "", "dim")
        step.append(" ").append_text(way(event))
    step.append_text(station(target, seen=last or not event.inferred, last=last))
    if event.outcome and event.verdict:
        step.append(f"  {event.verdict}", VERDICTS[event.verdict])
    return step.append(f"  {safe(event.error)}" if event.error else "", "dim")


def sight(message: Sight) -> Text:
    """That a job cannot be looked at, since when and why; or that it can be again."""
    if message.event == "sight_regained":
        return Text.assemble(("? ", "green"), ("sight regained", "green"), (_lasted(message), "dim"))
    return Text.assemble(("? sight lost", "yellow"), f" since {message.since:%H:%M:%SZ}: ", safe(message.reason))


def _lasted(message: Sight) -> str:
    return f" after {duration(message.at - message.since)}" if message.at else ""
