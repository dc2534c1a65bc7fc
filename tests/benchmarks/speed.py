"""What one look costs, beside one event of other state machine libraries."""

from __future__ import annotations

from time import process_time
from timeit import Timer
from typing import TYPE_CHECKING, Any, Protocol

from automat import TypeMachineBuilder
from transitions import Machine

from jobstates import DataflowJobMachine, Tracker

if TYPE_CHECKING:
    from collections.abc import Callable

JOB = "2026-01-01_00_00_00-4711"
ROUNDS = 9


def best(
    ours: Callable[[], Any], theirs: Callable[[], Any], number: int, timer: Callable[[], float] = process_time
) -> tuple[float, float]:
    """The best time of one call of each in microseconds; they take turns, so that both meet the same noise."""
    first, second = Timer(ours, timer=timer), Timer(theirs, timer=timer)
    pairs = [(first.timeit(number), second.timeit(number)) for _ in range(ROUNDS)]
    return min(one for one, _ in pairs) / number * 1e6, min(other for _, other in pairs) / number * 1e6


class Door(Protocol):
    """What Automat calls the inputs."""

    def open(self) -> None:
        """Open."""

    def close(self) -> None:
        """Close."""


def automat_machine() -> Callable[[], Door]:
    """A two-state Automat machine; each call makes an instance."""
    builder = TypeMachineBuilder(Door, object)
    shut, ajar = builder.state("shut"), builder.state("ajar")
    shut.upon(Door.open).to(ajar).returns(None)
    ajar.upon(Door.close).to(shut).returns(None)
    machine = builder.build()
    return lambda: machine(object())


def automat_event() -> Callable[[], None]:
    """Two Automat events, there and back."""
    door = automat_machine()()

    def both() -> None:
        door.open()
        door.close()

    return both


class Gate:
    """The model of a ``transitions`` machine: one guard, one callback."""

    def permitted(self) -> bool:
        """Say yes."""
        return True

    def passed(self) -> None:
        """Hear of it."""


def transitions_event() -> Callable[[], None]:
    """Two ``transitions`` events with a guard and a callback, there and back."""
    gate: Any = Gate()
    arrows = [
        {"trigger": "open", "source": "shut", "dest": "ajar", "conditions": "permitted", "after": "passed"},
        {"trigger": "close", "source": "ajar", "dest": "shut", "conditions": "permitted", "after": "passed"},
    ]
    Machine(gate, states=["shut", "ajar"], initial="shut", transitions=arrows, auto_transitions=False)

    def both() -> None:
        gate.open()
        gate.close()

    return both


def _unchanged(tracker: Tracker) -> tuple[float, float]:
    tracker.observe(JOB, "JOB_STATE_RUNNING")

    def twice() -> None:
        tracker.observe(JOB, "JOB_STATE_RUNNING")
        tracker.observe(JOB, "JOB_STATE_RUNNING")

    ours, theirs = best(twice, automat_event(), 20_000)
    return ours / 2, theirs / 2


def unchanged() -> tuple[float, float]:
    """A look that changes nothing, in microseconds."""
    return _unchanged(Tracker("dataflow", clock=None))


def unchanged_with_clock() -> tuple[float, float]:
    """The same where the tracker reads the time of each look."""
    return _unchanged(Tracker("dataflow"))


def changed() -> tuple[float, float]:
    """A look that changes the state, makes its event and calls one subscriber, in microseconds."""
    tracker = Tracker("dataflow", clock=None)
    tracker.observe(JOB, "JOB_STATE_RUNNING")
    heard = [0]

    def hear(event: object) -> None:
        heard[0] += event is not None

    tracker.subscribe(hear)

    def both() -> None:
        tracker.observe(JOB, "JOB_STATE_PAUSING")
        tracker.observe(JOB, "JOB_STATE_RUNNING")

    ours, theirs = best(both, transitions_event(), 4_000)
    if not heard[0]:
        raise AssertionError("the subscriber was never called")
    return ours / 2, theirs / 2


def machine() -> tuple[float, float]:
    """A look at a machine, beside the events it fires when they are fired by hand, in microseconds."""
    watched, driven = DataflowJobMachine(JOB), DataflowJobMachine(JOB)
    watched.observe("JOB_STATE_RUNNING")
    driven.observe("JOB_STATE_RUNNING")

    def look() -> None:
        watched.observe("JOB_STATE_PAUSING")
        watched.observe("JOB_STATE_RUNNING")

    def fire() -> None:
        driven.send("auto_pause")
        driven.send("abort_pause")

    ours, theirs = best(look, fire, 400)
    return ours / 2, theirs / 2
