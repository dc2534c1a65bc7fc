"""How a machine says no: which guard, what is allowed instead, and which sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from statemachine.exceptions import TransitionNotAllowed

from jobstates.errors import NotAllowed
from jobstates.spec.arrow import Actor

if TYPE_CHECKING:
    from jobstates.machine.job_machine import JobMachine
    from jobstates.spec.arrow import Arrow


class EventNotAllowed(NotAllowed, TransitionNotAllowed):
    """The lifecycle does not allow this event now; also python-statemachine's own error."""

    def __init__(self, message: str, error: TransitionNotAllowed, /, **parts: Any) -> None:  # noqa: ANN401
        """Keep what python-statemachine's error carries, beside the parts of ours."""
        NotAllowed.__init__(self, message, **parts)
        self.event = error.event
        self.configuration = error.configuration


def explained(machine: JobMachine, error: TransitionNotAllowed) -> TransitionNotAllowed:
    """The error in our words, when it is this machine's and not yet in them: a hook may have asked another machine."""
    mine = getattr(error.event, "_sm", None) is machine and not isinstance(error, EventNotAllowed)
    return _refusal(machine, error) if mine else error


def _refusal(machine: JobMachine, error: TransitionNotAllowed) -> EventNotAllowed:
    event, state = str(error.event or ""), machine.state
    closed = [arrow for arrow in machine.lifecycle.allowed(state) if arrow.event == event]
    arrow = closed[0] if closed else None
    guard = arrow.forbidden_by(machine.job) if arrow else None
    citation = arrow.citation if arrow else state.citation
    open_now = machine.lifecycle.allowed(state, machine.job)
    message = f"{event} is not allowed in {state.name}: {_why(arrow, guard)}. {_instead(open_now)} {citation}"
    allowed = tuple(dict.fromkeys(arrow.event for arrow in open_now))
    return EventNotAllowed(message, error, event_name=event, state=state, guard=guard, allowed=allowed, citation=citation)


def _why(arrow: Arrow | None, guard: str | None) -> str:
    if arrow is None:
        return "the lifecycle has no such arrow"
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
