"""A small platform to declare rightly and wrongly."""

from __future__ import annotations

from types import new_class
from typing import Any, cast

from statemachine.states import States

from jobstates import DeclarationError, JobMachine, JobState, Outcome, Phase
from jobstates.machine import SERVICE, arrow
from jobstates.spec.citation import assumed
from jobstates.spec.job import Job
from jobstates.spec.state import Wire

WHY = assumed("a test")


class ToyState(JobState):
    NONE = Wire("NONE", 0, Phase.UNSPECIFIED, WHY)
    OPEN = Wire("OPEN", 1, Phase.ACTIVE, WHY)
    SHUT = Wire("SHUT", 2, Phase.TERMINAL, WHY, Outcome.SUCCEEDED)


class ToyJob(Job):
    platform = "toy"
    locked: bool = False

    @property
    def is_locked(self) -> bool:
        return self.locked

    def can_lock(self) -> bool:
        return True


class ToyMachine(JobMachine):
    job_type = ToyJob
    s = States.from_enum(ToyState, initial=ToyState.NONE, final=[ToyState.SHUT])
    open_up = arrow(s.NONE.to(s.OPEN), SERVICE, WHY)
    shut = arrow(s.OPEN.to(s.SHUT, unless="is_locked"), SERVICE, WHY)


def declare(**attributes: Any) -> type[JobMachine]:
    """A platform's class like the one above, but for what is given. Functions are given the states."""
    states = attributes.pop("states_given", None) or States.from_enum(ToyState, initial=ToyState.NONE, final=[ToyState.SHUT])
    ways = {
        "open_up": lambda s: arrow(s.NONE.to(s.OPEN), SERVICE, WHY),
        "shut": lambda s: arrow(s.OPEN.to(s.SHUT), SERVICE, WHY),
    } | attributes
    body = {name: value(states) if callable(value) and not isinstance(value, type) else value for name, value in ways.items()}
    body |= {"job_type": body.get("job_type", ToyJob), "s": states}
    return cast("type[JobMachine]", new_class("Toy", (JobMachine,), exec_body=lambda namespace: namespace.update(body)))


def refusal_of(**attributes: Any) -> str:
    """Why such a declaration is refused."""
    try:
        declare(**attributes)
    except DeclarationError as error:
        return str(error)
    raise AssertionError("nothing was refused")
