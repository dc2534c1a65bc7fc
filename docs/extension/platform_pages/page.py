"""One platform's page, section by section."""

from __future__ import annotations

import inspect
from collections import Counter
from html import escape
from typing import TYPE_CHECKING

from jobstates.render.gallery import folder_of
from jobstates.spec.arrow import Actor
from jobstates.spec.citation import Basis
from platform_pages.html import arrow_link, card, chip, colours, link, pill, quotes, raw, scrolling, table
from platform_pages.pictures import downloads, inline, kinds
from platform_pages.places import state_place

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from jobstates.spec.arrow import Arrow
    from jobstates.spec.citation import Source
    from jobstates.spec.lifecycle import Lifecycle
    from jobstates.spec.state import JobState

HOW_TO_READ = (
    "Point at a state, an event or a line, or reach it with the tab key, to read the sentence behind it; select it to jump to "
    "its section. Filled events are requests that you make, outlined ones are what the service does."
)
CONTESTED = (
    "Here one sentence of the documentation grants what another forbids. The arrow is kept, because a job that takes it should "
    "be followed and not reported; it is marked as contested wherever it is told of."
)
SILENT = "Here no sentence and no log supports the arrow. It is kept as a tolerance for what a look may see, and says so."
SEEN = "Here no sentence states the arrow, but published logs show it."


def written(lifecycle: Lifecycle) -> str:
    """The whole page as Markdown."""
    parts = [
        f"# {escape(lifecycle.title)}\n",
        raw(colours() + _counts(lifecycle)),
        *_picture(lifecycle),
        *_asking(lifecycle),
        *_states(lifecycle),
        *_all_arrows(lifecycle),
        *_guards(lifecycle),
        *_doubts(lifecycle),
        *_player(lifecycle),
    ]
    return "\n".join(parts)


def _counts(lifecycle: Lifecycle) -> str:
    """How much there is, on what grounds, and from where."""
    bases = Counter(arrow.basis for arrow in lifecycle.arrows)
    contested = sum(arrow.contested for arrow in lifecycle.arrows)
    figures = [(len(lifecycle.states) - 1, "states"), (len(lifecycle.arrows), "arrows")]
    figures += [(bases[basis], basis.value) for basis in Basis if bases[basis]] + [(contested, "contested")]
    strip = "".join(f"<li><strong>{number}</strong> {words}</li>" for number, words in figures if number)
    sources = "; ".join(f"{link(one.url, one.title)}, read {one.read}" for one in _sources(lifecycle))
    return f'<ul class="js-counts">{strip}</ul><details class="js-sources"><summary>Sources</summary><p>{sources}</p></details>'


def _sources(lifecycle: Lifecycle) -> list[Source]:
    citations = [*(state.citation for state in lifecycle.states), *(arrow.citation for arrow in lifecycle.arrows)]
    return list(dict.fromkeys(one.source for citation in citations for one in (*citation.sentences, *citation.against)))


def _picture(lifecycle: Lifecycle) -> Iterator[str]:
    yield f"{HOW_TO_READ}\n"
    offered = " ".join(f'<a href="{escape(url)}">{escape(words)}</a>' for words, url in downloads(lifecycle))
    picture = scrolling(f"The {lifecycle.title} lifecycle as a diagram", inline(lifecycle))
    caption = f'<figcaption>Download: <span class="js-downloads">{offered}</span></figcaption>'
    yield raw(f'<figure class="js-figure">{picture}{caption}</figure>')
    pictures = [_variant(words, url) for words, url in kinds(lifecycle)]
    if pictures:
        yield "## By kind of job\n"
        yield raw("".join(pictures))


def _variant(words: str, url: str) -> str:
    """What only some jobs can do, to be opened."""
    image = scrolling(words, f'<img src="{escape(url)}" alt="{escape(words)}" loading="lazy">')
    return f'<details class="js-variant"><summary>{escape(words)}</summary>{image}</details>'


def _asking(lifecycle: Lifecycle) -> Iterator[str]:
    """The requests: from which state they lead where, and for which kinds they exist."""
    asked = [arrow for arrow in lifecycle.arrows if arrow.actor is Actor.USER and not arrow.source.unspecified]
    events = list(dict.fromkeys(arrow.event for arrow in asked))
    yield "## What you can ask for\n"
    yield "By state: where each request leads. An empty cell is a request that the lifecycle does not allow there.\n"
    sources = [state for state in lifecycle.states if any(arrow.source is state for arrow in asked)]
    rows = [
        [
            chip(lifecycle, state),
            *(_targets(lifecycle, [one for one in asked if (one.source, one.event) == (state, event)]) for event in events),
        ]
        for state in sources
    ]
    yield raw(table(["State", *map(_code, events)], rows, kind="What you can ask for, by state"))
    if len(lifecycle.job_type.kinds) > 1:
        yield "By kind: which requests exist.\n"
        kinds_ = [
            [_code(kind.name), *("yes" if event in kind.requests else "" for event in events)]
            for kind in lifecycle.job_type.kinds
        ]
        yield raw(table(["Kind", *map(_code, events)], kinds_, kind="What you can ask for, by kind"))


def _targets(lifecycle: Lifecycle, arrows: Iterable[Arrow]) -> str:
    cells = dict.fromkeys(
        chip(lifecycle, arrow.target) + (f" <small>[{escape(arrow.guard)}]</small>" if arrow.guard else "") for arrow in arrows
    )
    return "<br>".join(cells)


def _code(text: str) -> str:
    return f"<code>{escape(text)}</code>"


def _states(lifecycle: Lifecycle) -> Iterator[str]:
    yield "## States\n"
    for state in lifecycle.states:
        yield f"({state_place(lifecycle, state)})=\n\n### {escape(state.name)}\n"
        yield raw("".join(_state(lifecycle, state)))


def _state(lifecycle: Lifecycle, state: JobState) -> Iterator[str]:
    outcome = f" · outcome <strong>{escape(str(state.outcome))}</strong>" if state.outcome else ""
    wire = f"<code>{escape(state.value)}</code> = {state.number}"
    yield f'<p class="js-state">{chip(lifecycle, state)} {state.phase}{outcome} · {wire}</p>'
    yield quotes(state.citation)
    leaving = [arrow for arrow in lifecycle.arrows if arrow.source is state]
    yield "".join(card(lifecycle, arrow) for arrow in leaving) or "<p>Nothing follows it.</p>"
    entering = [arrow_link(lifecycle, arrow) for arrow in lifecycle.arrows if arrow.target is state]
    if entering:
        yield f'<p class="js-entered">Entered by: {" · ".join(entering)}</p>'


def _all_arrows(lifecycle: Lifecycle) -> Iterator[str]:
    yield "## All arrows\n"
    rows = [
        [
            chip(lifecycle, arrow.source),
            pill(arrow),
            chip(lifecycle, arrow.target),
            arrow.basis + (", contested" if arrow.contested else ""),
        ]
        for arrow in lifecycle.arrows
    ]
    yield raw(table(["From", "Event", "To", "Basis"], rows, kind="All arrows"))


def _guards(lifecycle: Lifecycle) -> Iterator[str]:
    guarded: dict[str, list[Arrow]] = {}
    for arrow in lifecycle.arrows:
        for guard in arrow.guards:
            guarded.setdefault(guard, []).append(arrow)
    if not guarded:
        return
    yield "## Guards\n"
    yield "A guard is a fact about the job. What is not known permits; only a known fact forbids.\n"
    rows = [
        [_code(guard), _meaning(lifecycle, guard), "<br>".join(arrow_link(lifecycle, one) for one in arrows)]
        for guard, arrows in guarded.items()
    ]
    yield raw(table(["Guard", "Holds for", "Arrows"], rows, kind="Guards"))


def _meaning(lifecycle: Lifecycle, guard: str) -> str:
    return escape(inspect.getdoc(getattr(lifecycle.job_type, guard.removeprefix("not "))) or "")


def _doubts(lifecycle: Lifecycle) -> Iterator[str]:
    yield "## Where the documentation is silent or contradicts itself\n"
    contested = [arrow for arrow in lifecycle.arrows if arrow.contested]
    groups = [("It contradicts itself", CONTESTED, contested)]
    groups.append(("It is silent", SILENT, [arrow for arrow in lifecycle.arrows if arrow.basis is Basis.ASSUMED]))
    groups.append(("Logs say more", SEEN, [arrow for arrow in lifecycle.arrows if arrow.basis is Basis.OBSERVED]))
    for heading, about, arrows in groups:
        if arrows:
            yield f"### {heading}\n\n{about}\n"
            yield raw(
                "".join(
                    f'<div class="js-doubt"><p>{arrow_link(lifecycle, one)}</p>{quotes(one.citation)}</div>' for one in arrows
                )
            )


def _player(lifecycle: Lifecycle) -> Iterator[str]:
    url = escape(f"../downloads/{folder_of(lifecycle)}/player.html#step=")
    title = escape(f"The {lifecycle.title} lifecycle, step by step")
    yield "## Step through it\n"
    yield "Take one event after the other, or replay published jobs.\n"
    yield raw(
        f'<p><a href="{url}">Open it on a page of its own.</a></p>'
        f'<iframe class="js-player" src="{url}" title="{title}" loading="lazy"></iframe>'
    )
