"""A lifecycle as a diagram: plain frozen data, in the order in which it is drawn.

An event is no label on an edge but a small node of its own, a pill: labels never collide, and one pill gathers every source from
which the same event leads to the same state. Each source keeps its own line to the pill, so nothing is lost.

Every format is written from this data alone. It names no colour and no shape.
"""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from jobstates.spec.arrow import Actor
from jobstates.spec.citation import Basis
from jobstates.spec.state import Outcome, Phase


class Mark(StrEnum):
    """What an overlay says of a state, a pill or a line."""

    PLAIN = "plain"
    """Nothing."""
    NOW = "now"
    """The job is here."""
    TAKEN = "taken"
    """The job came by."""
    FADED = "faded"
    """The job did not come by."""
    NEVER = "never"
    """None of the jobs came by."""
    ODD = "odd"
    """It was seen, and the lifecycle has no such arrow."""
    HEAT_1 = "heat1"
    """Rare."""
    HEAT_2 = "heat2"
    HEAT_3 = "heat3"
    HEAT_4 = "heat4"
    HEAT_5 = "heat5"
    """Frequent."""


class _Plain(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True, defer_build=True)


class Quote(_Plain):
    """One sentence, and where it stands."""

    text: str
    source: str
    """The document's title."""
    url: str
    """Where to read it: http or https, or empty."""
    version: str = ""
    read: str = ""
    """The day it was read."""
    translated: bool = False


class Part(_Plain):
    """What all parts of a diagram have."""

    id: str
    """Unique in the diagram, and the same in every diagram of its platform; also the id of the element in SVG."""
    mark: Mark = Mark.PLAIN
    count: int | None = None
    """How often jobs came by; None where no overlay counts."""


class StateBox(Part):
    """A state. Its id is such as ``state-RUNNING``."""

    name: str
    wire: str
    number: int | None = None
    """The number on the wire; None for a state that the lifecycle does not have."""
    phase: Phase
    outcome: Outcome | None = None
    quotes: tuple[Quote, ...] = ()
    against: tuple[Quote, ...] = ()
    """Sentences that contradict the others."""
    note: str = ""
    href: str = ""
    """Where its link leads; empty for none."""
    lines: tuple[str, ...] = ()
    """What an overlay writes into it, such as how long the job stayed."""


class Pill(Part):
    """An event that leads to a state. Its id is such as ``event-cancel-CANCELLED``."""

    event: str
    target: str
    """The id of the state it leads to."""
    actor: Actor
    guard: str | None = None
    basis: Basis | None = None
    """The strongest basis among its lines; None for what the lifecycle does not have."""
    lines: tuple[str, ...] = ()
    """What an overlay writes into it, such as when it happened."""
    back: bool = False
    """Whether it leads against the order of the states."""


class Line(Part):
    """One arrow of the lifecycle: the line from a state to a pill. Its id is such as ``arrow-RUNNING-cancel-CANCELLING``."""

    source: str
    """The id of the state it leaves."""
    pill: str
    """The id of the pill it leads to."""
    target: str
    """The id of the state that the pill leads to."""
    event: str
    actor: Actor
    request: str | None = None
    """The API call by which it is asked for."""
    guard: str | None = None
    basis: Basis | None = None
    contested: bool = False
    quotes: tuple[Quote, ...] = ()
    against: tuple[Quote, ...] = ()
    note: str = ""
    href: str = ""


class FrameLine(Part):
    """One line from a frame, for one from each state inside it. Its id is such as ``frame-event-cancel-CANCELLING``."""

    pill: str
    """The id of the pill it leads to."""
    lines: tuple[str, ...]
    """The ids of the lines it stands for."""
    basis: Basis
    """The weakest basis among them."""
    contested: bool = False
    exception: str | None = None
    """The id of the one state inside that it does not stand for."""


class Frame(_Plain):
    """A box around states that the same events leave, where that saves many lines."""

    states: tuple[str, ...]
    """The ids of the states inside."""
    pills: tuple[str, ...]
    """The ids of the pills between them."""
    lines: tuple[FrameLine, ...]


class Diagram(_Plain):
    """Everything there is to draw, in order."""

    platform: str
    title: str
    subtitle: str = ""
    """What is drawn, where it is not all: a kind, a type, a job, what the numbers count."""
    initial: str
    """The id of the state in which every job begins."""
    spine: tuple[str, ...] = ()
    """The ids of states and pills of the straight way through."""
    states: tuple[StateBox, ...]
    pills: tuple[Pill, ...]
    lines: tuple[Line, ...]
    frame: Frame | None = None
    legend: tuple[str, ...] = ()
    """What a legend has to explain beside phases, actors and bases: ``heat``, ``never``, ``odd``."""
