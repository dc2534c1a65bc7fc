"""How a lifecycle says no: which guard, what is allowed instead, and which sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jobstates.errors import NotAllowed
from jobstates.spec.arrow import Actor

if TYPE_CHECKING:
    from jobstates.spec.arrow import Arrow
    from jobstates.spec.job import Job
    from jobstates.spec.lifecycle import Lifecycle
    from jobstates.spec.state import JobState


def refusal(lifecycle: Lifecycle, job: Job, state: JobState, event: str) -> NotAllowed:
    """Why an event cannot be asked of a job in a state: an error to raise, or a value to hand out."""
    message, parts = refused(lifecycle, job, state, event, asked=True)
    return NotAllowed(message, **parts)


def refused(lifecycle: Lifecycle, job: Job, state: JobState, event: str, *, asked: bool = False) -> tuple[str, dict[str, Any]]:
    """The sentence and the parts of a refusal. ``asked``: somebody asks for it, instead of telling that it happened."""
    arrows = [arrow for arrow in lifecycle.allowed(state) if arrow.event == event]
    arrow = min(arrows, key=lambda arrow: arrow.forbidden_by(job) is not None, default=None)
    guard = arrow.forbidden_by(job) if arrow else None
    citation = arrow.citation if arrow else state.citation
    open_now = lifecycle.allowed(state, job)
    message = f"{event} is not allowed in {state.name}: {_why(arrow, guard, asked=asked)}. {_instead(open_now)} {citation}"
    allowed = tuple(dict.fromkeys(arrow.event for arrow in open_now))
    return message, {"event_name": event, "state": state, "guard": guard, "allowed": allowed, "citation": citation}


def _why(arrow: Arrow | None, guard: str | None, *, asked: bool) -> str:
    if arrow is None:
        return "the lifecycle has no such arrow"
    if guard is None and asked:
        return "it is nothing that can be asked of such a job"
    if guard is None:
        return "the machine's own condition refused it"
    return f"it needs {guard}, which does not hold for this job"


def _instead(arrows: tuple[Arrow, ...]) -> str:
    """What can be asked for, and what the service may do."""
    if not arrows:
        return "Nothing can follow: the state is final."
    asked = dict.fromkeys(arrow.event for arrow in arrows if arrow.actor is Actor.USER)
    happens = dict.fromkeys(arrow.event for arrow in arrows if arrow.actor is Actor.SERVICE)
    parts = [f"you can ask for {', '.join(asked)}"] if asked else []
    parts += [f"the service may {', '.join(happens)}"] if happens else []
    sentence = "; ".join(parts)
    return f"{sentence[0].upper()}{sentence[1:]}."
