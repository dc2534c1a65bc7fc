"""How a platform's class states an arrow, and how the table is read off the class.

The class is the single source of truth, in python-statemachine's own idiom; ``arrow`` adds to each transition who may cause it and
who says so. Reading is strict: what cannot work is refused when the class is made, with the class and the part named.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from statemachine.event import Event
from statemachine.transition import Transition
from statemachine.transition_list import TransitionList

from jobstates.errors import DeclarationError
from jobstates.spec.arrow import Actor, Arrow, Request
from jobstates.spec.lifecycle import Lifecycle

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from statemachine.callbacks import CallbackSpec

    from jobstates.spec.citation import Citation

SERVICE = Actor.SERVICE

STEERING = "is_meant"
"""The machine's own condition on every arrow: whether it is the one that a look showed."""


_SET_PER_INSTANCE = frozenset({"model", "state_field", "history_values"})
"""Attributes that python-statemachine sets on each machine, so that the class does not show them."""


class Claim(NamedTuple):
    """What is claimed of a transition."""

    request: Request | None
    citation: Citation


def arrow(transitions: TransitionList, actor: Request | Actor, citation: Citation) -> TransitionList:
    """State who may cause a transition and who says so.

    Args:
        transitions: what ``source.to(target, cond=…)`` returns.
        actor: ``SERVICE``, or the request by which somebody asks for it.
        citation: the reasons.

    Raises:
        DeclarationError: when the actor is USER without the request that a user makes.
    """
    if actor is Actor.USER:
        raise DeclarationError("an arrow that a user causes names the request it is asked for by, such as Request('UpdateJob')")
    claim = Claim(actor if isinstance(actor, Request) else None, citation)
    for transition in transitions:
        vars(transition)["claim"] = claim
        transition.cond.add(STEERING, expected_value=True)
    return transitions


def refuse_taken_names(name: str, bases: tuple[type, ...], attrs: Mapping[str, Any]) -> None:
    """Refuse events whose name the machine itself needs, which python-statemachine would replace in silence.

    Raises:
        DeclarationError: naming the class and the event.
    """
    for key, value in attrs.items():
        if not isinstance(value, Event | Transition | TransitionList):
            continue
        if key in _SET_PER_INSTANCE or any(hasattr(base, key) for base in bases):
            raise DeclarationError(f"{name}: no event can be called {key!r}: the machine has an attribute of that name")
        if not key.islower():
            raise DeclarationError(f"{name}: the event {key!r} should be a verb in lower case, such as 'cancel'")


def read_lifecycle(machine: Any) -> Lifecycle:  # noqa: ANN401  # a machine class, made by the metaclass that calls this
    """Read the table off a machine's class, arrows in order of declaration.

    Raises:
        DeclarationError: when an arrow lacks its claim, or a guard is no property of the job model.
    """
    job_type = machine.job_type
    if job_type is None:
        raise DeclarationError(f"{machine.__name__}: job_type is missing: name the job model that the guards are read from")
    order = {event: place for place, event in enumerate(machine._events)}
    arrows = sorted(_arrows(machine), key=lambda arrow: order[arrow.event])
    return Lifecycle(
        platform=job_type.platform,
        states=tuple(machine.states_map),
        arrows=tuple(arrows),
        job_type=job_type,
        title=machine.title or machine.__name__,
        vendor_enums=tuple(machine.vendor_enums),
    )


def _arrows(machine: Any) -> Iterator[Arrow]:  # noqa: ANN401
    for state in machine.states:
        for transition in state.transitions:
            claim = vars(transition).get("claim")
            if claim is None:
                raise DeclarationError(f"{machine.__name__}: {transition} says neither who may cause it nor who says so: use arrow()")
            guards = tuple(_guard(machine, spec) for spec in transition.cond if spec.func != STEERING)
            for event in transition.events:
                yield Arrow(state.value, str(event), transition.target.value, claim.citation, claim.request, guards)


def _guard(machine: Any, spec: CallbackSpec) -> str:  # noqa: ANN401
    if not isinstance(spec.func, str) or not hasattr(machine.job_type, spec.func):
        raise DeclarationError(
            f"{machine.__name__}: the guard {spec.func!r} is no property of {machine.job_type.__name__}; "
            "guards are property names of the job model, so that machine and table read the same fact"
        )
    return spec.func if spec.expected_value else f"not {spec.func}"
