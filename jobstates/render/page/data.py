"""What the interactive page knows, as plain values that JSON can carry.

Nothing is decided in the browser: which arrows are closed to which jobs, which arrow a recorded step took and how long a job
stayed are worked out here, by the lifecycle. Lists are used where names would be keys, because a name may be anything.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from itertools import product
from typing import TYPE_CHECKING, Any, NamedTuple

from jobstates.render.arranging import line_ids, numbered
from jobstates.render.palette import SIGNS, phase_tone
from jobstates.spec.state import Phase
from jobstates.spec.wording import duration, safe

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from jobstates.render.diagram import Diagram, Line, StateBox
    from jobstates.render.history import History
    from jobstates.spec.arrow import Arrow
    from jobstates.spec.event import JobEvent
    from jobstates.spec.job import Job
    from jobstates.spec.lifecycle import Lifecycle
    from jobstates.spec.state import JobState

Values = dict[str, Any]

STATE = {"id", "name", "wire", "number", "phase", "outcome", "quotes", "against", "note"}
ARROW = {"pill", "event", "actor", "request", "guard", "basis", "contested", "quotes", "against", "note"}
TAKEN = {"step", "replay", "at", "theme"}
"""Words of the page's address; a fact of that name could not be told from them."""
MOST = 200
"""So many combinations of facts are worked out at most."""
KEY = 200
"""Characters of a job's name in an address."""
UNSAFE = {ord(letter): f"\\u{ord(letter):04x}" for letter in "<>&"}


class Choice(NamedTuple):
    """A fact about jobs that a reader of the page can choose."""

    name: str
    values: tuple[str, ...]


def as_json(values: Values) -> str:
    """Values as JSON that can stand inside a script element, whatever is in them: only ASCII, and no angle bracket."""
    return json.dumps(values, separators=(",", ":")).translate(UNSAFE)


def told(lifecycle: Lifecycle, drawn: Diagram, histories: Sequence[History], job: Job | None) -> Values:
    """All that the page tells of a lifecycle, as far as it is drawn, and of the recorded histories."""
    arrows = _arrows(lifecycle, drawn)
    framed = {line: frame.id for frame in (drawn.frame.lines if drawn.frame else ()) for line in frame.lines}
    choices = choices_of(lifecycle, job)
    places = {arrow: place for place, arrow in enumerate(arrows)}
    return {
        "platform": drawn.platform,
        "initial": lifecycle.initial.name,
        "states": [_state(box) for box in drawn.states],
        "arrows": [_arrow(arrow, line) | {"line": framed.get(line.id, line.id)} for arrow, line in arrows.items()],
        "facts": [choice._asdict() for choice in choices],
        "variants": [_variant(lifecycle, places, such) for such in _jobs(lifecycle, job, choices)],
        "histories": [
            {"key": key, **_history(lifecycle, history, places)} for key, history in zip(_keys(histories), histories, strict=True)
        ],
    }


def choices_of(lifecycle: Lifecycle, job: Job | None) -> tuple[Choice, ...]:
    """The facts that can be chosen: the kind, and every fact of which the model lists the values, unless the job settles it."""
    known = job.known() if job is not None else {}
    chosen: list[Choice] = []
    combinations = 1
    for name, values in lifecycle.job_type.choices().items():
        combinations *= len(values) + 1
        if len(values) > 1 and known.get(name) is None and name not in TAKEN and combinations <= MOST:
            chosen.append(Choice(name, values))
        else:
            combinations //= len(values) + 1
    return tuple(chosen)


def _jobs(lifecycle: Lifecycle, job: Job | None, choices: Sequence[Choice]) -> Iterator[Job | None]:
    """A job for every combination of choices, the last choice changing first; before each choice's values stands none."""
    for combination in product(*((None, *choice.values) for choice in choices)):
        facts = {choice.name: value for choice, value in zip(choices, combination, strict=True) if value is not None}
        yield (job or lifecycle.job_type()).learn(facts)[0] if facts else job


def _variant(lifecycle: Lifecycle, places: Mapping[Arrow, int], job: Job | None) -> Values:
    """What is closed to a job: arrows by their places, each with the guard that closes it, and states it never shows."""
    guards = ((place, arrow.forbidden_by(job)) for arrow, place in places.items())
    shown = lifecycle.reachable(job)
    return {
        "closed": [[place, guard] for place, guard in guards if guard],
        "unreachable": [state.name for state in lifecycle.states if not (state.unspecified or state in shown)],
    }


def _arrows(lifecycle: Lifecycle, drawn: Diagram) -> dict[Arrow, Line]:
    """The arrows that are drawn, in the order of their declaration."""
    lines = {line.id: line for line in drawn.lines}
    return {arrow: lines[part] for arrow, part in line_ids(lifecycle).items() if part in lines}


def _state(box: StateBox) -> Values:
    return box.model_dump(mode="json", include=STATE) | _look(box.phase, phase_tone(box.phase, box.outcome))


def _look(phase: Phase, tone: str) -> Values:
    return {"tone": tone, "sign": SIGNS.get(tone, ""), "terminal": phase is Phase.TERMINAL}


def _arrow(arrow: Arrow, line: Line) -> Values:
    source, target = arrow.source.name, arrow.target.name
    number = line.id.removeprefix(f"arrow-{source}-{arrow.event}-{target}")
    names = {"key": f"{arrow.event}.{target}{number}", "source": source, "target": target}
    return line.model_dump(mode="json", include=ARROW) | names


def _keys(histories: Sequence[History]) -> list[str]:
    """What each history is called in an address: the job's name, with a number where others are called the same."""
    return [*numbered(((place, safe(history.job)[:KEY]) for place, history in enumerate(histories)), "~").values()]


def _history(lifecycle: Lifecycle, history: History, places: Mapping[Arrow, int]) -> Values:
    steps = [
        _step(lifecycle, event, places) | {"stay": None if length is None else duration(length)}
        for event, length in history.stays()
    ]
    return {"job": safe(history.job), "steps": steps}


def _step(lifecycle: Lifecycle, event: JobEvent, places: Mapping[Arrow, int]) -> Values:
    """One step that a job took, with the arrow it took; none where the lifecycle has none."""
    source, target = lifecycle.wire.get(event.source), lifecycle.wire.get(event.target)
    arrow = _arrow_of(lifecycle, event, source, target)
    return {
        "event": safe(event.event),
        "source": source.name if source else safe(event.source),
        "target": target.name if target else safe(event.target),
        "arrow": places.get(arrow) if arrow else None,
        "contradiction": event.basis is None or arrow is None,
        "inferred": event.inferred,
        "alternatives": [[safe(state) for state in way] for way in event.alternatives],
        "at": _moment(event.at),
        "after": _moment(event.after),
        "before": _moment(event.before),
        "clock": event.clock,
        "error": safe(event.error or ""),
        "verdict": event.verdict,
    }


def _arrow_of(lifecycle: Lifecycle, event: JobEvent, source: JobState | None, target: JobState | None) -> Arrow | None:
    """The arrow that an event tells of; of several that differ in their guards only, one open to jobs of its kind."""
    if source is None or target is None:
        return None
    such = [arrow for arrow in lifecycle.between(source, target) if arrow.event == event.event]
    job = lifecycle.job_type().learn({"kind": event.job_kind})[0] if event.job_kind else None
    fitting = [arrow for arrow in such if arrow.forbidden_by(job) is None and arrow.basis is event.basis]
    return next(iter(fitting or such), None)


def _moment(at: datetime | None) -> str | None:
    """A time in UTC; a time of no known zone as it is, without one."""
    if at is None:
        return None
    if at.tzinfo is None:
        return at.isoformat(timespec="seconds")
    try:
        return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"
    except OverflowError:  # the ends of the calendar have no UTC
        return at.isoformat(timespec="seconds")
