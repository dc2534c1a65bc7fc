"""The frame: where the same events leave several states, one line from a box around them says so.

A frame pays when it saves six lines or more; with fewer it only adds a box. It stands around the live states of the straight
way: those are the ones that most events leave.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobstates.render.diagram import Frame, FrameLine
from jobstates.spec.state import Phase

if TYPE_CHECKING:
    from jobstates.render.diagram import Diagram, Line, Pill

PAYS = 6
"""Lines that a frame has to save."""
INSIDE = {Phase.WAITING, Phase.ACTIVE}
FEWEST = 3
"""States that are worth a frame."""


def framed(diagram: Diagram) -> Diagram:
    """The diagram with a frame, where one pays; else as it is."""
    states = tuple(box.id for box in diagram.states if box.phase in INSIDE and box.id in diagram.spine)
    if len(states) < FEWEST:
        return diagram
    lines = tuple(found for pill in diagram.pills if (found := _gathered(diagram, pill, states)))
    saved = sum(len(line.lines) - 1 for line in lines)
    if saved < PAYS:
        return diagram
    frame = Frame(states=states, pills=tuple(pill.id for pill in diagram.pills if _within(diagram, pill, states)), lines=lines)
    return diagram.model_copy(update={"frame": frame})


def _gathered(diagram: Diagram, pill: Pill, states: tuple[str, ...]) -> FrameLine | None:
    """The line that stands for those from all the states inside to a pill outside, or from all but one."""
    lines = [line for line in diagram.lines if line.pill == pill.id and line.source in states]
    left_out = set(states) - {line.source for line in lines}
    if pill.target in states or len(left_out) > 1 or len(lines) <= 1 or not _alike(lines):
        return None
    return FrameLine(
        id=f"frame-{pill.id}",
        pill=pill.id,
        lines=tuple(line.id for line in lines),
        basis=max((line.basis for line in lines if line.basis), key=lambda basis: basis.weakness),
        contested=any(line.contested for line in lines),
        exception=next(iter(left_out), None),
    )


def _alike(lines: list[Line]) -> bool:
    """Whether each state inside leads to the pill under the same guards; else one line would claim too much."""
    guards: dict[str, set[str | None]] = {}
    for line in lines:
        guards.setdefault(line.source, set()).add(line.guard)
    return len({frozenset(each) for each in guards.values()}) == 1


def _within(diagram: Diagram, pill: Pill, states: tuple[str, ...]) -> bool:
    """Whether an event leads from states inside to a state inside."""
    return pill.target in states and all(line.source in states for line in diagram.lines if line.pill == pill.id)
