"""``states``, ``allowed``, ``explain``: what the lifecycle says, with its reasons."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from jobstates.cli.asking import FactOption, JsonOption, KindOption, Platform, TypeOption, job_of, lifecycle_of
from jobstates.cli.showing import as_json, output, sentences, shown
from jobstates.spec.arrow import Actor, Arrow
from jobstates.spec.citation import Basis

if TYPE_CHECKING:
    from rich.console import Console

    from jobstates.spec.citation import Citation
    from jobstates.spec.job import Job
    from jobstates.spec.lifecycle import Lifecycle, Route
    from jobstates.spec.state import JobState

NO_BREAK = "\u00a0"
BASES = {Basis.DOCUMENTED: "", Basis.OBSERVED: "cyan", Basis.IMPLIED: "dim", Basis.ASSUMED: "dim italic"}
State = Annotated[str, typer.Argument(help="A state, as name or number: RUNNING, JOB_STATE_RUNNING, 3.")]


def states(
    platform: Platform, kind: KindOption = "", type_: TypeOption = "", fact: FactOption = [], json: JsonOption = False  # noqa: B006, FBT002
) -> None:
    """List the states of a platform, and what may follow each.

    With --kind, --type or --fact: only what such a job can show.
    """
    lifecycle = lifecycle_of(platform)
    job = job_of(lifecycle, kind, type_, fact)
    listed = [state for state in lifecycle.states if state.unspecified or state in lifecycle.reachable(job)]
    console = output()
    if json:
        for state in listed:
            console.print(as_json(_state(lifecycle, state, job)), soft_wrap=True)
        return
    table = Table(title=f"{lifecycle.title} lifecycle", title_justify="left", box=None, pad_edge=False, header_style="bold")
    for column in ("", "State", "Phase", "Next"):
        table.add_column(column, justify="right" if not column else "left", no_wrap=column in ("State", "Phase"))
    for state in listed:
        following = _following(lifecycle.allowed(state, job)) if not state.terminal else Text("")
        table.add_row(Text(str(state.number), "dim"), shown(state), _phase(state), following)
    console.print(table)
    console.print(Text("\nbold: somebody asks for it; plain: the service does it", "dim"))


def allowed(
    platform: Platform,
    state: State,
    kind: KindOption = "",
    type_: TypeOption = "",
    fact: FactOption = [],  # noqa: B006  # typer reads the default, nobody changes it
    *,
    json: JsonOption = False,
) -> None:
    """Show what may happen next to a job in a state, by whom, and on what grounds."""
    lifecycle = lifecycle_of(platform)
    job = job_of(lifecycle, kind, type_, fact)
    arrows = lifecycle.allowed(lifecycle.state(state), job)
    console = output()
    if json:
        for arrow in arrows:
            console.print(as_json(_arrow(arrow)), soft_wrap=True)
        return
    if not arrows:
        final = lifecycle.state(state).terminal
        console.print("Nothing: the state is final." if final else "Nothing, for such a job.")
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("Who", "Event", "To", "Only if", "Basis", "How to ask"):
        table.add_column(column)
    for arrow in arrows:
        table.add_row(*_row(arrow))
    console.print(table)


def explain(
    platform: Platform,
    source: State,
    target: State,
    kind: KindOption = "",
    type_: TypeOption = "",
    fact: FactOption = [],  # noqa: B006
    *,
    json: JsonOption = False,
) -> None:
    """Explain how a job gets from one state to another, sentence by sentence.

    Shows the arrows that lead there at once, or else the likeliest way, or why there is none. Exit code 1 when there is none.
    """
    lifecycle = lifecycle_of(platform)
    job = job_of(lifecycle, kind, type_, fact)
    begin, end = lifecycle.state(source), lifecycle.state(target)
    direct = tuple(arrow for arrow in lifecycle.between(begin, end) if arrow.forbidden_by(job) is None)
    routes = lifecycle.routes(begin, end, job) if not direct else ()
    possible = bool(direct or routes)
    if json:
        answer = {"possible": possible, "direct": [_arrow(one) for one in direct]}
        answer["routes"] = [[_arrow(one) for one in route] for route in routes]
        answer["why_not"] = None if possible else _why_not(lifecycle, begin, end, job)[0]
        output().print(as_json(answer), soft_wrap=True)
    else:
        _tell(output(), begin, end, direct, routes)
        if not possible:
            _refuse(output(), lifecycle, begin, end, job)
    if not possible:
        raise typer.Exit(1)


def _tell(console: Console, begin: JobState, end: JobState, direct: tuple[Arrow, ...], routes: tuple[Route, ...]) -> None:
    for arrow in direct:
        _describe(console, arrow)
    if not routes:
        return
    if not routes[0]:
        console.print(Text.assemble("The job is ", shown(begin), " already."))
        return
    console.print(Text.assemble("No arrow leads from ", shown(begin), " to ", shown(end), " at once. The likeliest way:\n"))
    for arrow in routes[0]:
        _describe(console, arrow)
    for other in routes[1:]:
        way = " → ".join([begin.name, *(arrow.target.name for arrow in other)])
        console.print(Text(f"As short and as well founded: {way}", "dim"))


def _describe(console: Console, arrow: Arrow) -> None:
    who = "you ask" if arrow.actor is Actor.USER else "the service"
    head = Text.assemble(shown(arrow.source), " → ", shown(arrow.target), "  ", (arrow.event, "bold"), f", by {who}")
    if arrow.request:
        head.append(f" through {arrow.request}")
    if arrow.guard:
        head.append(f", only if {arrow.guard}")
    head.append(f": {_basis(arrow)}", BASES[arrow.basis])
    console.print(head)
    console.print(sentences(arrow.citation))


def _refuse(console: Console, lifecycle: Lifecycle, begin: JobState, end: JobState, job: Job | None) -> None:
    reason, citation = _why_not(lifecycle, begin, end, job)
    console.print(Text.assemble(("No", "bold red"), f": {reason}"))
    if citation:
        console.print(sentences(citation))


def _why_not(lifecycle: Lifecycle, begin: JobState, end: JobState, job: Job | None) -> tuple[str, Citation | None]:
    nearest = lifecycle.nearest(begin, end, job)
    if nearest is None:
        final = begin.terminal
        return f"{begin.name} is final, nothing follows it." if final else f"no way leads from {begin.name} to {end.name}.", None
    arrow, guard = next((arrow, guard) for arrow in nearest if (guard := arrow.forbidden_by(job)))
    reason = f"{arrow.source.name} → {arrow.target.name} ({arrow.event}) needs {guard}, which does not hold for such a job."
    return reason, arrow.citation


def _basis(arrow: Arrow) -> str:
    return f"{arrow.basis}, contested" if arrow.contested else str(arrow.basis)


def _following(arrows: tuple[Arrow, ...]) -> Text:
    """Events and where they lead, kept together when lines are wrapped."""
    targets: dict[tuple[str, Actor], list[JobState]] = {}
    for arrow in arrows:
        leads = targets.setdefault((arrow.event, arrow.actor), [])
        leads += [arrow.target] if arrow.target not in leads else []
    text = Text()
    for place, ((event, actor), states_) in enumerate(targets.items()):
        text.append(", " if place else "").append(event, "bold" if actor is Actor.USER else "")
        for nth, state in enumerate(states_):
            text.append(f"{NO_BREAK}{'/' if nth else '→'}{NO_BREAK}", "dim").append_text(shown(state))
    return text


def _phase(state: JobState) -> Text:
    return Text(f"{state.phase}, {state.outcome}" if state.outcome else str(state.phase), "dim")


def _row(arrow: Arrow) -> tuple[Text, ...]:
    asked = arrow.actor is Actor.USER
    return (
        Text("you ask" if asked else "service", "bold" if asked else "dim"),
        Text(arrow.event, "bold" if asked else ""),
        shown(arrow.target),
        Text(arrow.guard or "", "dim"),
        Text(_basis(arrow), BASES[arrow.basis]),
        Text(str(arrow.request or ""), "dim"),
    )


def _state(lifecycle: Lifecycle, state: JobState, job: Job | None) -> dict[str, Any]:
    predicates = ("terminal", "live", "resumable", "accepts_input", "name_taken")
    return {
        "state": state.value,
        "number": state.number,
        "phase": state.phase,
        "outcome": state.outcome,
        **{name: getattr(state, name) for name in predicates},
        "citation": _citation(state.citation),
        "next": [_arrow(arrow) for arrow in lifecycle.allowed(state, job)],
    }


def _arrow(arrow: Arrow) -> dict[str, Any]:
    return {
        "source": arrow.source.value,
        "event": arrow.event,
        "target": arrow.target.value,
        "actor": arrow.actor,
        "request": str(arrow.request) if arrow.request else None,
        "guard": arrow.guard,
        "basis": arrow.basis,
        "contested": arrow.contested,
        "citation": _citation(arrow.citation),
    }


def _citation(citation: Citation) -> dict[str, Any]:
    def said(sentence: Any) -> dict[str, str]:  # noqa: ANN401
        source = sentence.source
        return {"text": sentence.text, "source": source.title, "url": source.url, "version": source.version, "read": f"{source.read}"}

    return {
        "sentences": [said(sentence) for sentence in citation.sentences],
        "against": [said(sentence) for sentence in citation.against],
        "note": citation.note,
    }
