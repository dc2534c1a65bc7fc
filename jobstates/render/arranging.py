"""From a lifecycle to its diagram: which arrows share a pill, and in what order everything is drawn.

Arrows are gathered by event, actor, target and guards. States flow from the first phase to the last, or as the platform says
(``Lifecycle.drawn``); an engine that lays out a graph keeps to the order it is given, and with it the lines that cross.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, TypeVar

from jobstates.render.diagram import Diagram, Line, Pill, Quote, StateBox
from jobstates.render.framing import framed
from jobstates.render.links import may_link
from jobstates.spec.state import Outcome, Phase

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from typing import Any

    from jobstates.spec.arrow import Arrow
    from jobstates.spec.citation import Sentence
    from jobstates.spec.job import Job
    from jobstates.spec.lifecycle import Lifecycle
    from jobstates.spec.state import JobState

    Href = Callable[[JobState | Arrow], str]

K = TypeVar("K")
PHASES = {phase: place for place, phase in enumerate(Phase)}
ODD = re.compile(r"[^A-Za-z0-9_-]")
"""What an id had better not hold: every format has its own idea of it."""


def diagram(lifecycle: Lifecycle, job: Job | None = None, *, href: Href | None = None, frame: bool = True) -> Diagram:
    """The diagram of a lifecycle.

    Args:
        lifecycle: what to draw.
        job: draw only what is open to such a job; None for everything.
        href: where the link of a state or an arrow leads; to the first document it cites when left out.
        frame: draw one line from a frame where many states are left by the same events, and that pays; without it, every arrow
            has its own line.
    """
    shown = {lifecycle.initial} | lifecycle.reachable(job)
    arrows = [arrow for arrow in lifecycle.arrows if arrow.source in shown and arrow.forbidden_by(job) is None]
    states = [state for state in flow(lifecycle) if state in shown]
    link = href or _document
    pills = _pills(lifecycle, arrows)
    places = {pill.id: place for place, pill in enumerate(pills)}
    lines = [_line(lifecycle, arrow, link) for arrow in arrows]
    drawn = Diagram(
        platform=lifecycle.platform,
        title=f"{lifecycle.title} lifecycle",
        subtitle=_told(job),
        initial=state_id(lifecycle.initial),
        spine=_spine(lifecycle, arrows),
        states=tuple(_box(state, link) for state in states),
        pills=tuple(pills),
        lines=tuple(sorted(lines, key=lambda line: places[line.pill])),
    )
    return framed(drawn) if frame else drawn


def state_id(state: JobState) -> str:
    """The id of a state in every diagram."""
    return f"state-{_plain(state.name)}"


@cache
def line_ids(lifecycle: Lifecycle) -> Mapping[Arrow, str]:
    """The id of each arrow in every diagram of its platform."""
    return numbered((arrow, _joined("arrow", arrow.source.name, arrow.event, arrow.target.name)) for arrow in lifecycle.arrows)


@cache
def pill_ids(lifecycle: Lifecycle) -> Mapping[Arrow, str]:
    """The id of the pill that each arrow leads to, in every diagram of its platform."""
    shared = {arrow: _shared(lifecycle, arrow) for arrow in lifecycle.arrows}
    plain_first = sorted(shared.items(), key=lambda item: item[0].guard is not None)
    ids = numbered({key: _joined("event", arrow.event, arrow.target.name) for arrow, key in plain_first}.items())
    return {arrow: ids[key] for arrow, key in shared.items()}


def flow(lifecycle: Lifecycle) -> tuple[JobState, ...]:
    """The states in the order in which a job passes them, as far as there is one."""
    drawn = _places(lifecycle)
    return tuple(sorted(lifecycle.states, key=lambda state: (PHASES[state.phase], drawn.get(state.name, len(drawn)))))


def _places(lifecycle: Lifecycle) -> dict[str, int]:
    return {name: place for place, name in enumerate(lifecycle.drawn)}


def _joined(*names: str) -> str:
    return "-".join(map(_plain, names))


def _plain(name: str) -> str:
    """A name in the alphabet of ids; other letters stand by their numbers."""
    return ODD.sub(lambda odd: f"_{ord(odd[0]):x}_", name)


def _shared(lifecycle: Lifecycle, arrow: Arrow) -> tuple[object, ...]:
    """What arrows that share a pill have in common: with the event and the target, the guards under which it leads there."""
    beside = lifecycle.between(arrow.source, arrow.target)
    guards = tuple(one.guard for one in beside if (one.event, one.actor) == (arrow.event, arrow.actor))
    return arrow.event, arrow.actor, arrow.target, guards


def numbered(named: Iterable[tuple[K, str]], before: str = "-") -> dict[K, str]:
    """Names made unique by a number behind the second and later ones."""
    taken: Counter[str] = Counter()
    unique = {}
    for key, name in named:
        taken[name] += 1
        unique[key] = name if taken[name] == 1 else f"{name}{before}{taken[name]}"
    return unique


def _pills(lifecycle: Lifecycle, arrows: Sequence[Arrow]) -> list[Pill]:
    """One pill for each gathering of arrows, in the order of the platform."""
    places = {state: place for place, state in enumerate(flow(lifecycle))}
    drawn = _places(lifecycle)
    ids = pill_ids(lifecycle)
    gathered: dict[str, list[Arrow]] = {}
    for arrow in arrows:
        gathered.setdefault(ids[arrow], []).append(arrow)
    pills = [_pill(pill, sharing, places) for pill, sharing in gathered.items()]
    return sorted(pills, key=lambda pill: drawn.get(pill.event, len(drawn)))


def _pill(pill: str, sharing: Sequence[Arrow], places: Mapping[JobState, int]) -> Pill:
    first = sharing[0]
    return Pill(
        id=pill,
        event=first.event,
        target=state_id(first.target),
        actor=first.actor,
        guard=" or ".join(dict.fromkeys(arrow.guard for arrow in sharing if arrow.guard)) or None,
        basis=min((arrow.basis for arrow in sharing), key=lambda basis: basis.weakness),
        back=all(places[first.target] < places[arrow.source] for arrow in sharing),
    )


def _box(state: JobState, link: Href) -> StateBox:
    return StateBox(
        id=state_id(state),
        name=state.name,
        wire=state.value,
        number=state.number,
        phase=state.phase,
        outcome=state.outcome,
        quotes=_quotes(state.citation.sentences),
        against=_quotes(state.citation.against),
        note=state.citation.note,
        href=_safe(link(state)),
    )


def _line(lifecycle: Lifecycle, arrow: Arrow, link: Href) -> Line:
    return Line(
        id=line_ids(lifecycle)[arrow],
        source=state_id(arrow.source),
        pill=pill_ids(lifecycle)[arrow],
        target=state_id(arrow.target),
        event=arrow.event,
        actor=arrow.actor,
        request=str(arrow.request) if arrow.request else None,
        guard=arrow.guard,
        basis=arrow.basis,
        contested=arrow.contested,
        quotes=_quotes(arrow.citation.sentences),
        against=_quotes(arrow.citation.against),
        note=arrow.citation.note,
        href=_safe(link(arrow)),
    )


def _quotes(sentences: Iterable[Sentence]) -> tuple[Quote, ...]:
    return tuple(
        Quote(
            text=sentence.text,
            source=sentence.source.title,
            url=_safe(sentence.source.url),
            version=sentence.source.version,
            read=sentence.source.read.isoformat(),
            translated=sentence.source.translated,
        )
        for sentence in sentences
    )


def _document(cited: Any) -> str:  # noqa: ANN401  # a state or an arrow: both carry a citation
    """Where the first sentence stands that speaks of a state or an arrow."""
    citation = cited.citation
    return next((sentence.source.url for sentence in (*citation.sentences, *citation.against)), "")


def _safe(url: str) -> str:
    return url if may_link(url) else ""


def _spine(lifecycle: Lifecycle, arrows: Sequence[Arrow]) -> tuple[str, ...]:
    """The straight way through, pills included; empty where the job drawn cannot take it."""
    ids = pill_ids(lifecycle)
    way = [arrow for pair in pairwise(_straight_way(lifecycle)) for arrow in _first(arrows, pair)]
    return tuple(dict.fromkeys(part for arrow in way for part in (state_id(arrow.source), ids[arrow], state_id(arrow.target))))


def _first(arrows: Sequence[Arrow], pair: tuple[JobState, JobState]) -> list[Arrow]:
    return [arrow for arrow in arrows if (arrow.source, arrow.target) == pair][:1]


def _straight_way(lifecycle: Lifecycle) -> list[JobState]:
    if lifecycle.spine:
        return [lifecycle.state(name) for name in lifecycle.spine]
    good = next((state for state in lifecycle.states if state.outcome is Outcome.SUCCEEDED), None)
    route = lifecycle.nearest(lifecycle.initial, good, None) if good else None
    return [lifecycle.initial, *(arrow.target for arrow in route)] if route else []


def _told(job: Job | None) -> str:
    """What is known of the job that is drawn."""
    if job is None:
        return ""
    facts = {name: value for name, value in job.known().items() if value is not None and name != "intent"}
    return ", ".join(str(value) if isinstance(value, str) else f"{name}={value}" for name, value in sorted(facts.items()))
