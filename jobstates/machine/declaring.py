"""How a platform's class states an arrow, and how the table is read off the class.

The class is the single source of truth, in python-statemachine's own idiom; ``arrow`` adds to each transition who may cause it
and who says so. Reading is strict: what cannot work is refused when the class is made, with the class and the part named.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from statemachine.event import Event
from statemachine.transition import Transition
from statemachine.transition_list import TransitionList

from jobstates.errors import DeclarationError
from jobstates.spec.arrow import Actor, Arrow, Request
from jobstates.spec.lifecycle import Lifecycle
from jobstates.spec.state import JobState

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from statemachine.callbacks import CallbackSpec

    from jobstates.spec.citation import Citation

SERVICE = Actor.SERVICE

_SET_LATER = frozenset({"model", "state_field", "history_values", "initial_state", "final_states", "lifecycle", "adopt"})
"""Names that the machine needs and the class does not show: set on a platform's class or on each machine, or the name of a change
that no arrow explains."""


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
    return transitions


def refuse_taken_names(name: str, bases: tuple[type, ...], attrs: Mapping[str, Any]) -> None:
    """Refuse events whose name the machine itself needs, which python-statemachine would replace in silence.

    Raises:
        DeclarationError: naming the class and the event.
    """
    for key, value in attrs.items():
        if not isinstance(value, Event | Transition | TransitionList):
            continue
        if key in _SET_LATER or any(hasattr(base, key) for base in bases):
            raise DeclarationError(f"{name}: no event can be called {key!r}: the machine has an attribute of that name")
        if not key.islower():
            raise DeclarationError(f"{name}: the event {key!r} should be a verb in lower case, such as 'cancel'")


def read_lifecycle(machine: Any) -> Lifecycle:  # noqa: ANN401  # a machine class, made by the metaclass that calls this
    """Read the table off a machine's class, arrows in order of declaration.

    Raises:
        DeclarationError: when a state is not the platform's own, an arrow lacks its claim or its event, or a guard is no property
            of the job model.
    """
    job_type = machine.job_type
    if job_type is None:
        raise DeclarationError(f"{machine.__name__}: job_type is missing: name the job model that the guards are read from")
    order = {event: place for place, event in enumerate(_events(machine))}
    return Lifecycle(
        platform=job_type.platform,
        states=tuple(_states(machine)),
        arrows=tuple(sorted(_arrows(machine), key=lambda arrow: order[arrow.event])),
        job_type=job_type,
        title=machine.title or machine.__name__,
        vendor_enums=tuple(machine.vendor_enums),
        spine=_listed(machine, "spine"),
        drawn=_listed(machine, "drawn"),
    )


def declared_ways(machine: Any) -> dict[tuple[str, str, str], Transition]:  # noqa: ANN401
    """The transition of each source, event and target; one of them where several differ in their guards alone."""
    return {(way.source.value, str(event), way.target.value): way for way in _declared(machine) for event in way.events}


def _events(machine: Any) -> dict[str, None]:  # noqa: ANN401
    """In order of declaration; what is inherited comes in the order it has there, which python-statemachine does not keep."""
    inherited = machine.lifecycle.events if hasattr(machine, "lifecycle") else ()
    return dict.fromkeys([*inherited, *map(str, machine._events)])  # noqa: SLF001  # the only list in order


def _listed(machine: Any, attribute: str) -> tuple[str, ...]:  # noqa: ANN401
    """The names that a class lists for its pictures."""
    listed = tuple(getattr(machine, attribute).split())
    known = {state.value.name for state in machine.states} | set(_events(machine))
    if unknown := [name for name in listed if name not in known]:
        raise DeclarationError(f"{machine.__name__}: {attribute} names {', '.join(unknown)}, no state or event of its own")
    return listed


def _declared(machine: Any) -> Iterator[Any]:  # noqa: ANN401
    return (way for state in machine.states for way in state.transitions)


def _states(machine: Any) -> Iterator[JobState]:  # noqa: ANN401
    for state in machine.states:
        meant = state.value
        if not isinstance(meant, JobState):
            raise DeclarationError(f"{machine.__name__}: {state.id} is no JobState: declare the states with States.from_enum")
        if (state.initial, state.final) != (meant.unspecified, meant.terminal):
            raise DeclarationError(
                f"{machine.__name__}: {meant.name} is {meant.phase}, and the machine says otherwise: "
                "the unspecified state is its initial one, and the terminal states are its final ones"
            )
        yield meant


def _arrows(machine: Any) -> Iterator[Arrow]:  # noqa: ANN401
    for way in _declared(machine):
        claim = vars(way).get("claim")
        if claim is None:
            raise DeclarationError(f"{machine.__name__}: {_named(way)} says neither who causes it nor who says so: use arrow()")
        if way.is_eventless:
            raise DeclarationError(f"{machine.__name__}: {_named(way)} has no event: assign it to the name of one")
        guards = tuple(_guard(machine, spec) for spec in way.cond)
        for event in way.events:
            yield Arrow(way.source.value, str(event), way.target.value, claim.citation, claim.request, guards)


def _named(way: Any) -> str:  # noqa: ANN401
    return " ".join((*way.events, "from", way.source.id, "to", way.target.id))


def _guard(machine: Any, spec: CallbackSpec) -> str:  # noqa: ANN401
    name = spec.func
    if not (isinstance(name, str) and isinstance(getattr(machine.job_type, name, None), property)):
        raise DeclarationError(
            f"{machine.__name__}: the guard {name!r} is no property of {machine.job_type.__name__}; "
            "guards are property names of the job model, so that machine and table read the same fact"
        )
    return name if spec.expected_value else f"not {name}"
