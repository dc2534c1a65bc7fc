"""What came of a request, and what there is to say of one before it is made. Pure: nobody is asked for anything here."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from jobstates.errors import NotAllowed
from jobstates.spec.refusing import refusal

if TYPE_CHECKING:
    from jobstates.spec.arrow import Arrow
    from jobstates.spec.job import Job
    from jobstates.spec.lifecycle import Lifecycle
    from jobstates.spec.state import JobState
    from jobstates.watch.waiting import Waited


class Accepted(NamedTuple):
    """The service took the request."""

    job: str
    """The job that was asked: the last of those that replaced one another."""
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
    """Nobody knows what came of the request: neither the call nor a look at the job succeeded, or the service refused it.

    Or there is nobody to ask: the job was replaced, and it is not known by which.
    """

    job: str
    request: str
    error: str
    asked: bool = True
    """Whether a request was made at all: none was where the job could not be looked at before."""


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
        refused = refusal(lifecycle, job, state, request)
        refused.job = name
        return refused
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


def may_change(found: Arrow | Answer, lifecycle: Lifecycle, job: Job, request: str) -> bool:
    """Whether a job that is found to be elsewhere could be asked. No look changes a job's kind, nor its type."""
    if not isinstance(found, NotAllowed | AlreadyRequested) or not job.can_ask(request):
        return False
    return any(arrow.event == request and arrow.request and not arrow.forbidden_by(job) for arrow in lifecycle.arrows)
