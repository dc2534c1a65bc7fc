"""What a state is: a wire value with a phase and, when it is final, an outcome.

A platform lists its states as an enum of this type. Members are strings equal to the name on the wire, because that name is the
only identity all of a vendor's clients agree on: the same number means different things on different platforms, and one client's
enum does not equal another's.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from jobstates.spec.citation import Citation


class Phase(StrEnum):
    """Where in its life a job is."""

    UNSPECIFIED = "unspecified"
    """Not yet seen."""
    WAITING = "waiting"
    """Accepted, not yet running."""
    ACTIVE = "active"
    """Running, or changing while it runs."""
    PAUSED = "paused"
    """Stopped on the way, and able to go on."""
    STOPPING = "stopping"
    """On its way to an end."""
    TERMINAL = "terminal"
    """Over, for good."""


class Outcome(StrEnum):
    """What a run came to, without judging it."""

    SUCCEEDED = "succeeded"
    PARTIALLY_SUCCEEDED = "partially_succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    DRAINED = "drained"
    REPLACED = "replaced"


@dataclass(frozen=True, slots=True)
class Wire:
    """The declaration of one state.

    ``unset`` predicates follow from the phase; a platform states only where it differs.
    """

    name: str
    number: int
    phase: Phase
    citation: Citation
    outcome: Outcome | None = None
    accepts_input: bool | None = None
    resumable: bool | None = None


class JobState(str, Enum):  # noqa: UP042  # a StrEnum is declared by texts, not by what stands behind them
    """A state of some platform: its value is the name on the wire.

    >>> from jobstates import DataflowJobState
    >>> DataflowJobState.DRAINED == "JOB_STATE_DRAINED", DataflowJobState.DRAINED.outcome
    (True, <Outcome.DRAINED: 'drained'>)
    """

    wire: Wire
    number: int
    """The number on the wire."""
    phase: Phase
    """Where in its life a job in this state is."""
    outcome: Outcome | None
    """What the run came to; None while it is not over."""
    unspecified: bool
    """Whether this is the enum's zero, which says nothing about the job."""
    terminal: bool
    """Whether the job is over and no state can follow."""
    live: bool
    """Whether the job exists and is not over."""

    # Enum hashes the member's short name, while a str has to hash like the texts it equals.
    __hash__ = str.__hash__

    def __new__(cls, wire: Wire) -> Self:
        """Make the member a string equal to its wire name."""
        member = str.__new__(cls, wire.name)
        member._value_ = wire.name
        member.wire = wire
        member.number, member.phase, member.outcome = wire.number, wire.phase, wire.outcome
        # Plain attributes, not properties: every look at every job reads them.
        member.unspecified = wire.phase is Phase.UNSPECIFIED
        member.terminal = wire.phase is Phase.TERMINAL
        member.live = not (member.unspecified or member.terminal)
        return member

    @property
    def citation(self) -> Citation:
        """The vendor's sentence on this state."""
        return self.wire.citation

    @property
    def resumable(self) -> bool:
        """Whether the job has stopped on the way and can be asked to go on."""
        return self.wire.phase is Phase.PAUSED if self.wire.resumable is None else self.wire.resumable

    @property
    def accepts_input(self) -> bool:
        """Whether the job takes in new data: true while it is active, unless it has been told to stop reading."""
        return self.wire.phase is Phase.ACTIVE if self.wire.accepts_input is None else self.wire.accepts_input

    @property
    def name_taken(self) -> bool:
        """Whether a job in this state keeps its name from being used by another, on platforms whose names are unique.

        Dataflow: "Only one active job with a given name can exist"; "active" is not defined there, and we take it to mean every
        state that is not terminal.
        """
        return self.live

    def __str__(self) -> str:
        return self.name

    def __format__(self, spec: str) -> str:
        return format(self.name, spec)

    def __repr__(self) -> str:
        return f"{type(self).__name__}.{self.name}"

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self
