"""What jobs did, written over a diagram: where one is, the path it took, how often many took each arrow.

An overlay takes a diagram and gives another. It hides nothing: what a job did that the lifecycle does not have is drawn, too, as
a pill of its own that says so.
"""

from __future__ import annotations

from collections import Counter
from datetime import UTC
from math import log1p
from typing import TYPE_CHECKING, TypeVar

from jobstates.render.arranging import state_id
from jobstates.render.diagram import Line, Mark, Pill, StateBox
from jobstates.render.palette import HEAT
from jobstates.spec.state import Phase
from jobstates.spec.wording import duration, safe

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime
    from typing import Any

    from jobstates.render.diagram import Diagram
    from jobstates.render.history import History
    from jobstates.spec.citation import Basis
    from jobstates.spec.event import JobEvent
    from jobstates.spec.state import JobState

    Changes = Mapping[str, Mapping[str, Any]]
    Way = tuple[str, str, str, Basis | None]

Part = TypeVar("Part", StateBox, Pill, Line)
LISTED = 4
"""So many passages are listed one by one; of more, the first and the last."""
UNTIMED = "time unknown"
INFERRED = "between looks"
NO_ARROW = "The lifecycle has no such arrow."
NOT_HERE = "The lifecycle has this arrow, but not for the jobs drawn here."


def with_current(diagram: Diagram, state: JobState) -> Diagram:
    """The diagram with the state that a job is in now."""
    return diagram.model_copy(update={"states": _changed(diagram.states, {state_id(state): {"mark": Mark.NOW}})})


def with_path(diagram: Diagram, history: History) -> Diagram:
    """The diagram with the path that a job took: when it took each arrow, how long it stayed, and where it is."""
    whole, ways = _with_missing(diagram, history.events)
    taken = [ways[_way(event)] for event in history.events]
    lines = {line.id: {"mark": Mark.FADED} for line in whole.lines} | {line.id: {"mark": _passed(line)} for line in taken}
    return whole.model_copy(
        update={
            "subtitle": safe(history.job),
            "states": _changed(whole.states, _stations(whole, history)),
            "pills": _changed(whole.pills, _passages(whole, history, taken)),
            "lines": _changed(whole.lines, lines),
            "frame": None,
        }
    )


def _stations(whole: Diagram, history: History) -> Changes:
    """The states that the job came by, how long it stayed, and where it is."""
    visited = _visited(whole, history.events)
    stations: dict[str, dict[str, Any]] = {box.id: {"mark": Mark.FADED} for box in whole.states}
    stations |= {box: {"mark": Mark.TAKEN} for box in visited}
    for box, stays in _stays(whole, history).items():
        stations[box] |= {"lines": (_listed(stays, " + "),)}
    if visited:
        stations[visited[-1]]["mark"] = Mark.NOW
    return stations


def _passages(whole: Diagram, history: History, taken: Sequence[Line]) -> Changes:
    """The events that the job went through, numbered, with their times."""
    passages: dict[str, list[str]] = {}
    for place, (line, event) in enumerate(zip(taken, history.events, strict=True), 1):
        passages.setdefault(line.pill, []).append(f"{place} · {_moment(event)}")
    return {
        pill.id: {"mark": _passed(pill), "lines": tuple(_few(passages[pill.id]))} if pill.id in passages else {"mark": Mark.FADED}
        for pill in whole.pills
    }


def with_heat(diagram: Diagram, events: Iterable[JobEvent]) -> Diagram:
    """The diagram with how often the jobs took each arrow; what none of them took is faded."""
    return _counted(diagram, tuple(events), Mark.FADED)


def with_coverage(diagram: Diagram, events: Iterable[JobEvent]) -> Diagram:
    """The diagram with the arrows that none of the jobs took standing out."""
    return _counted(diagram, tuple(events), Mark.NEVER)


def counts(diagram: Diagram, events: Iterable[JobEvent]) -> dict[str, int]:
    """How often each line was taken, by its id; steps that the lifecycle does not have are left out."""
    ways = _lines(diagram)
    return dict(Counter(ways[way].id for event in events if (way := _way(event)) in ways))


def with_counts(diagram: Diagram, counts: Mapping[str, int], jobs: int) -> Diagram:
    """The diagram with the arrows that were never taken standing out, from counts by line id; ``jobs`` is how many took them."""
    return _marked(diagram, counts, jobs, Mark.NEVER)


def _counted(diagram: Diagram, events: Sequence[JobEvent], untaken: Mark) -> Diagram:
    whole, ways = _with_missing(diagram, events)
    taken = Counter(ways[_way(event)].id for event in events)
    return _marked(whole, taken, len({event.job for event in events}), untaken)


def _marked(whole: Diagram, counts: Mapping[str, int], jobs: int, untaken: Mark) -> Diagram:
    taken = Counter(counts)
    reached: Counter[str] = Counter()
    for line in whole.lines:
        reached[line.pill] += taken[line.id]
    most = max(reached.values(), default=0)

    def change(part: Pill | Line, number: int) -> dict[str, Any]:
        mark = _passed(part, _heat(number, most)) if number else untaken
        return {"count": number, "mark": mark}

    return whole.model_copy(
        update={
            "subtitle": ", ".join(filter(None, (whole.subtitle, f"{jobs:,} job{'s' * (jobs != 1)}"))),
            "pills": _changed(whole.pills, {pill.id: change(pill, reached[pill.id]) for pill in whole.pills}),
            "lines": _changed(whole.lines, {line.id: change(line, taken[line.id]) for line in whole.lines}),
            "frame": None,
            "legend": (*whole.legend, "heat", *(("never",) if untaken is Mark.NEVER else ())),
        }
    )


def _heat(number: int, most: int) -> Mark:
    """How hot, on a scale that grows tenfold rather than by ones: few arrows are taken a thousand times, many a few times."""
    return HEAT[min(int(log1p(number) / log1p(most) * len(HEAT)), len(HEAT) - 1)]


def _passed(part: Pill | Line, mark: Mark = Mark.TAKEN) -> Mark:
    return Mark.ODD if part.basis is None else mark


def _way(event: JobEvent) -> Way:
    """What tells an event's arrow from all others, but for those that differ in a guard alone."""
    return event.source, event.event, event.target, event.basis


def _lines(diagram: Diagram) -> dict[Way, Line]:
    """The lines by what events tell of them; of two that differ in a guard alone, the first."""
    wires = {box.id: box.wire for box in diagram.states}
    return {(wires[line.source], line.event, wires[line.target], line.basis): line for line in reversed(diagram.lines)}


def _with_missing(diagram: Diagram, events: Iterable[JobEvent]) -> tuple[Diagram, dict[Way, Line]]:
    """The diagram with a pill for every step that it does not have, and a box for every state; and the lines by their ways."""
    known = _lines(diagram)
    missing = {_way(event): event for event in events if _way(event) not in known}
    if not missing:
        return diagram, known
    boxes = {box.wire: box for box in diagram.states}
    for wire in dict.fromkeys(wire for event in missing.values() for wire in (event.source, event.target)):
        if wire not in boxes:
            boxes[wire] = StateBox(id=f"state-seen-{len(boxes)}", name=wire, wire=wire, phase=Phase.UNSPECIFIED)
    pills = [_odd_pill(f"event-seen-{place}", event, boxes) for place, event in enumerate(missing.values(), 1)]
    lines = {way: _odd_line(event, boxes, pill) for (way, event), pill in zip(missing.items(), pills, strict=True)}
    changes = {
        "states": tuple(boxes.values()),
        "pills": (*diagram.pills, *pills),
        "lines": (*diagram.lines, *lines.values()),
        "legend": (*diagram.legend, "odd"),
    }
    return diagram.model_copy(update=changes), known | lines


def _odd_pill(name: str, event: JobEvent, boxes: Mapping[str, StateBox]) -> Pill:
    order = [*boxes]
    return Pill(
        id=name,
        event=event.event,
        target=boxes[event.target].id,
        actor=event.actor,
        back=order.index(event.target) < order.index(event.source),
    )


def _odd_line(event: JobEvent, boxes: Mapping[str, StateBox], pill: Pill) -> Line:
    return Line(
        id=pill.id.replace("event", "arrow"),
        source=boxes[event.source].id,
        pill=pill.id,
        target=pill.target,
        event=event.event,
        actor=event.actor,
        note=NO_ARROW if event.basis is None else NOT_HERE,
    )


def _visited(diagram: Diagram, events: Sequence[JobEvent]) -> list[str]:
    boxes = {box.wire: box.id for box in diagram.states}
    return [boxes[wire] for event in events for wire in (event.source, event.target)]


def _stays(diagram: Diagram, history: History) -> dict[str, list[str]]:
    """How long the job stayed in each state, once for every time it came there."""
    boxes = {box.wire: box.id for box in diagram.states}
    stays: dict[str, list[str]] = {}
    for event, length in history.stays():
        if length:
            stays.setdefault(boxes[event.target], []).append(duration(length))
    return stays


def _moment(event: JobEvent) -> str:
    """When it happened: the time where one is known, or that nobody saw it."""
    if event.at is not None:
        return _shown(event.at)
    return INFERRED if event.inferred else UNTIMED


def _shown(at: datetime) -> str:
    """A time of day, in UTC where the clock tells."""
    return (at.astimezone(UTC) if at.tzinfo else at).strftime("%H:%M:%S")


def _few(passages: Sequence[str]) -> list[str]:
    if len(passages) <= LISTED:
        return [*passages]
    return [*passages[: LISTED - 2], f"… {len(passages) - LISTED + 1} more", passages[-1]]


def _listed(parts: Sequence[str], between: str) -> str:
    return between.join(parts) if len(parts) < LISTED else between.join((*parts[:2], f"{len(parts) - 2} more"))


def _changed(parts: tuple[Part, ...], changes: Changes) -> tuple[Part, ...]:
    return tuple(part.model_copy(update=dict(changes[part.id])) if part.id in changes else part for part in parts)
