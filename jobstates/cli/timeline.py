"""A job's life as a rail: state, how long, event, next state."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from jobstates.cli.layout import flow, words
from jobstates.cli.showing import VERDICTS, colour
from jobstates.spec.event import FindingKind, stay
from jobstates.spec.wording import duration, safe

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console

    from jobstates.cli.lives import Life
    from jobstates.spec.event import Finding, JobEvent
    from jobstates.spec.lifecycle import Lifecycle
    from jobstates.spec.state import JobState

LOUD = {FindingKind.ILLEGAL: "bold red", FindingKind.GUARD: "red", FindingKind.UNKNOWN: "yellow", FindingKind.FACT: "yellow"}


def show(console: Console, life: Life, lifecycle: Lifecycle) -> None:
    """Print one life: a headline, the rail, the findings."""
    width = console.width
    console.print(flow(_headline(life), width, indent=2, gap=2))
    if life.events:
        console.print(Text("  ").append_text(flow(_rail(life, lifecycle), width, at=2, indent=2)))
    for finding in life.findings:
        console.print(Text("  ").append_text(flow(words(noted(finding)), width, at=2, indent=4)))
    console.print()


def _headline(life: Life) -> Iterator[Text]:
    yield Text(safe(life.job), "bold")
    yield Text.assemble(life.platform, (f" {safe(life.kind)}" if life.kind else "", "dim"))
    yield Text(f"{life.looks} look{'s' * (life.looks != 1)}", "dim")
    end = life.events[-1] if life.events else None
    if end and end.outcome and end.verdict:
        yield Text(end.outcome.replace("_", " "), VERDICTS[end.verdict])


def _rail(life: Life, lifecycle: Lifecycle) -> Iterator[Text]:
    """Stations, each with the event that led there. What nobody saw is dotted; the station the job is at now is marked."""
    for place, event in enumerate(life.events):
        following = life.events[place + 1] if place + 1 < len(life.events) else None
        piece = Text() if lifecycle.state(event.source).unspecified else way(event)
        state = lifecycle.state(event.target)
        piece.append_text(station(state, seen=not passed_unseen(event, following), last=following is None))
        if length := stay(event, following, life.last):
            piece.append(f" {duration(length)}", "dim")
        yield piece


def way(event: JobEvent) -> Text:
    """The event on its arrow."""
    begin, end = ("┄┄ ", " ┄▸ ") if event.inferred else ("── ", " ─▸ ")
    return Text.assemble((begin, "dim"), (verb(event), "dim italic" if event.inferred else ""), (end, "dim"))


def station(state: JobState, *, seen: bool, last: bool) -> Text:
    """A state: seen or filled in, final, or where the job is now."""
    mark = "■" if state.terminal else "▶" if last else "●" if seen else "○"
    emphasis = "dim " if not seen else "reverse " if mark == "▶" else ""
    return Text(f"{mark} {state.name}", emphasis + colour(state))


def verb(event: JobEvent) -> str:
    """The event, with marks for what is to be doubted: ``?`` for an ambiguous way, ``!`` for a contested or missing arrow."""
    return event.event + "?" * event.ambiguous + "!" * (event.contested or event.basis is None)


def passed_unseen(event: JobEvent, following: JobEvent | None) -> bool:
    """Whether the state an event leads to was itself filled in."""
    return event.inferred and following is not None and following.inferred and event.seen == following.seen


def noted(finding: Finding) -> Text:
    """A finding as running text."""
    style = LOUD.get(finding.kind, "dim")
    return Text.assemble(("! ", style), (f"{finding.kind}: ", style), (safe(finding.reason), "dim" if style == "dim" else ""))
