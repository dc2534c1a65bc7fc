"""A diagram made by hand, and diagrams and histories of which every text is hostile."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from hypothesis import strategies as st

from jobstates import Lifecycle, Tracker, VertexJobMachine
from jobstates.render.diagram import Diagram, Line, Mark, Pill, Quote, StateBox
from jobstates.render.history import History
from jobstates.spec.arrow import Actor
from jobstates.spec.citation import Basis
from jobstates.spec.state import Outcome, Phase

if TYPE_CHECKING:
    from collections.abc import Sequence

VERTEX = Lifecycle.of(VertexJobMachine)

EVIL = {
    "script": "</script><script>alert(1)</script>",
    "image": "<img src=x onerror=alert(1)>",
    "quotes": "\"'`“",
    "new lines": "one\ntwo\r\nthree\u2028four",
    "entities": "&amp;&#60;b&#62;&lt;#quot;#35;",
    "link": "javascript:alert(1)",
    "markdown link": "[click](javascript:alert(1))",
    "automatic link": "<javascript:alert(1)>",
    "table": "| a | b |\n|---|---|",
    "pipe after a backslash": "\\| x \\\\| y",
    "comment": "--> <!-- ]]> %% ;",
    "escapes of Graphviz": "\\N\\G\\L\\l\\T",
    "record": "{a|b}<x>",
    "mermaid": '"]:::x; click a call f() end subgraph',
    "emphasis": "*a* _b_ __c__ ~~d~~ # e",
    "control": "\x00\x07\x1b[2J\x9b31m\x7f",
    "right to left": "\u202eDENIAF\u202c\u2066x",
    "wide": "状態🚀é",
    "template": "{{platform}} ${x} {0}",
    "ten thousand": "x" * 10_000,
    "ten thousand marks": "<" * 10_000,
    "nothing": "",
    "blank": " \t ",
}
"""Texts that try to be more than text."""
LINKS = (
    "javascript:alert(1)",
    " javascript:alert(1)",
    "JAVASCRIPT:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    'https://example.com/"onclick="alert(1)',
    "https://example.com/a)b](c) d|e<f>&lt;g\n\\",
    "//example.com",
    "",
)
WEB = tuple(link for link in LINKS if link.startswith("https:"))


def texts() -> st.SearchStrategy[str]:
    """Evil texts, and any others that a model takes."""
    return st.sampled_from(sorted(EVIL.values())) | st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


def quotes() -> st.SearchStrategy[tuple[Quote, ...]]:
    links = st.sampled_from(WEB)
    one = st.builds(Quote, text=texts(), source=texts(), url=links, version=texts(), read=texts(), translated=st.booleans())
    return st.lists(one, max_size=1).map(tuple)


@st.composite
def diagrams(draw: st.DrawFn) -> Diagram:
    """Two states and an arrow of which every text may be evil."""
    names = draw(st.lists(texts(), min_size=2, max_size=2, unique=True))
    phases = [(Phase.ACTIVE, None), (Phase.TERMINAL, draw(st.sampled_from(Outcome)))]
    lines = st.lists(texts(), max_size=2).map(tuple)
    marks = st.sampled_from(Mark)
    states = [
        StateBox(
            id=f"state-{place}",
            name=name,
            wire=draw(texts()),
            number=draw(st.none() | st.integers(-5, 5)),
            phase=phase,
            outcome=outcome,
            quotes=draw(quotes()),
            against=draw(quotes()),
            note=draw(texts()),
            href=draw(st.sampled_from((*WEB, ""))),
            lines=draw(lines),
            mark=draw(marks),
        )
        for place, (name, (phase, outcome)) in enumerate(zip(names, phases, strict=True))
    ]
    event = draw(texts())
    shared = {
        "event": event,
        "actor": draw(st.sampled_from(Actor)),
        "guard": draw(st.none() | texts()),
        "basis": draw(st.none() | st.sampled_from(Basis)),
        "count": draw(st.integers(1, 10**6)),
        "mark": draw(marks),
        "target": states[1].id,
    }
    pill = Pill(id="event-1", lines=draw(lines), **shared)
    line = Line(
        id="arrow-1",
        source=states[0].id,
        pill=pill.id,
        request=draw(st.none() | texts()),
        contested=draw(st.booleans()),
        quotes=draw(quotes()),
        against=draw(quotes()),
        note=draw(texts()),
        href=draw(st.sampled_from((*WEB, ""))),
        **shared,
    )
    title, subtitle, platform = draw(texts()), draw(texts()), draw(texts())
    return Diagram(
        platform=platform,
        title=title,
        subtitle=subtitle,
        initial=states[0].id,
        states=tuple(states),
        pills=(pill,),
        lines=(line,),
    )


def history(job: str, *states: str, error: str | None = None) -> History:
    """What a Vertex job went through, a minute in each state."""
    tracker = Tracker(VERTEX, clock=None)
    times: Sequence[datetime] = [datetime(2026, 3, 4, 5, minute, tzinfo=UTC) for minute in range(len(states))]
    steps = [tracker.observe(job, state, at, error=error) for state, at in zip(states, times, strict=True)]
    return History(job=job, events=tuple(event for step in steps for event in step.events), until=times[-1])
