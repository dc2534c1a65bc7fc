"""How a machine says no: which guard, what is allowed instead, and which sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from statemachine.exceptions import TransitionNotAllowed

from jobstates.errors import NotAllowed
from jobstates.spec.refusing import refused

if TYPE_CHECKING:
    from jobstates.machine.job_machine import JobMachine


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
    message, parts = refused(machine.lifecycle, machine.job, machine.state, str(error.event or ""))
    return EventNotAllowed(message, error, **parts)
