"""A job's life as a rail: state, how long, event, next state."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.containers import Lines
from rich.text import Text

from jobstates.cli.showing import VERDICTS, colour, duration, safe
from jobstates.spec.event import FindingKind

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from rich.console import Console

    from jobstates.cli.lives import Life
    from jobstates.spec.event import Finding, JobEvent
    from jobstates.spec.lifecycle import Lifecycle
    from jobstates.spec.state import JobState

LOUD = {FindingKind.ILLEGAL: "bold red", FindingKind.GUARD: "red", FindingKind.UNKNOWN: "yellow", FindingKind.FACT: "yellow"}


def show(console: Console, life: Life, lifecycle: Lifecycle) -> None:
    """Print one life: a headline, the rail, the findings."""
    console.print(_headline(life))
    if life.events:
        console.print(_indented(_rail(life, lifecycle), console))
    for finding in life.findings:
        console.print(_indented(_finding(finding), console))
    console.print()


def _indented(text: Text, console: Console) -> Lines:
    """Text wrapped to the terminal, every line of it indented."""
    return Lines(Text("  ").append_text(line) for line in text.wrap(console, console.width - 2))


def _headline(life: Life) -> Text:
    head = Text.assemble((safe(life.job), "bold"), f"  {life.platform}", style="")
    if life.kind:
        head.append(f" {safe(life.kind)}", "dim")
    head.append(f"  {life.looks} look{'s' * (life.looks != 1)}", "dim")
    end = life.events[-1] if life.events else None
    if end and end.outcome and end.verdict:
        head.append("  ").append(end.outcome.value.replace("_", " "), VERDICTS[end.verdict])
    return head


def _rail(life: Life, lifecycle: Lifecycle) -> Text:
    """Stations and the events between them. What nobody saw is dotted; the station the job is at now is marked."""
    rail = Text()
    for place, event in enumerate(life.events):
        following = life.events[place + 1] if place + 1 < len(life.events) else None
        if place or event.event != "submit":
            rail.append("┄┄ " if event.inferred else "── ", "dim")
            rail.append(_verb(event), "dim italic" if event.inferred else "")
            rail.append(" ┄▸ " if event.inferred else " ─▸ ", "dim")
        state = lifecycle.state(event.target)
        rail.append_text(_station(state, seen=not _passed_unseen(event, following), last=following is None))
        if stay := _stay(event, following.at if following else life.last):
            rail.append(f" {duration(stay)}", "dim")
        rail.append(" " * (following is not None))
    return rail


def _station(state: JobState, *, seen: bool, last: bool) -> Text:
    mark = "■" if state.terminal else "▶" if last else "●" if seen else "○"
    style = colour(state) if seen else f"dim {colour(state)}"
    return Text.assemble((f"{mark} ", style), (state.name, style))


def _verb(event: JobEvent) -> str:
    """The event, with marks for what is to be doubted: ``?`` for an ambiguous way, ``!`` for a contested or missing arrow."""
    return event.event + "?" * event.ambiguous + "!" * (event.contested or event.basis is None)


def _passed_unseen(event: JobEvent, following: JobEvent | None) -> bool:
    """Whether the state an event leads to was itself filled in."""
    return event.inferred and following is not None and following.inferred and event.seen == following.seen


def _stay(event: JobEvent, until: datetime | None) -> timedelta | None:
    """How long the job was in a state, where both ends are known and their clocks can be compared."""
    if event.at is None or until is None or event.terminal or (event.at.tzinfo is None) != (until.tzinfo is None):
        return None
    stay = until - event.at
    return stay if stay.total_seconds() > 0 else None


def _finding(finding: Finding) -> Text:
    style = LOUD.get(finding.kind, "dim")
    return Text.assemble(("! ", style), (f"{finding.kind}: ", style), (safe(finding.reason), "dim" if style == "dim" else ""))
