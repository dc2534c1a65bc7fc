"""``states``, ``allowed``, ``explain``: what the lifecycle says, with its reasons."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text

from jobstates.cli.asking import FactOption, JsonOption, KindOption, Platform, TypeOption, job_of, lifecycle_of, state_of
from jobstates.cli.layout import GAP, Row, flow, paragraph, table, words
from jobstates.cli.showing import ends, output, put_json, sentences, shown
from jobstates.spec.arrow import Actor, Arrow
from jobstates.spec.citation import Basis

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rich.console import Console

    from jobstates.spec.citation import Citation
    from jobstates.spec.job import Job
    from jobstates.spec.lifecycle import Lifecycle, Route
    from jobstates.spec.state import JobState

ASKED = "you ask"
LEGEND = ("*  somebody asks for it; all else the service does", "■  final, and what it came to")
GUARDED = "[guard]  only if this holds of the job, as far as is known"
MEANINGS = {
    Basis.DOCUMENTED: "a sentence of Google's says so",
    Basis.OBSERVED: "published logs show it",
    Basis.IMPLIED: "it follows from such sentences",
    Basis.ASSUMED: "neither says so: what polling may see",
}
"""What the words for the grounds of an arrow mean."""
BASES = {Basis.DOCUMENTED: "", Basis.OBSERVED: "cyan", Basis.IMPLIED: "dim", Basis.ASSUMED: "dim italic"}


def _state_argument(metavar: str) -> Any:  # noqa: ANN401  # typer's own
    return typer.Argument(help="A state, as name or number: RUNNING, JOB_STATE_RUNNING, 3.", metavar=metavar)


State = Annotated[str, _state_argument("STATE")]
Source = Annotated[str, _state_argument("SOURCE")]
Target = Annotated[str, _state_argument("TARGET")]


def states(
    platform: Platform,
    kind: KindOption = "",
    type_: TypeOption = "",
    *,
    fact: FactOption = [],  # noqa: B006  # typer reads the default, nobody changes it
    json: JsonOption = False,
) -> None:
    """List the states of a platform, and what may follow each.

    With --kind, --type or --fact: only what such a job can show.
    """
    lifecycle = lifecycle_of(platform)
    job = job_of(lifecycle, kind, type_, fact)
    listed = [state for state in lifecycle.states if state.unspecified or state in lifecycle.reachable(job)]
    if json:
        for state in listed:
            put_json(_state(lifecycle, state, job))
        return
    console = output()
    console.print(Text(f"{lifecycle.title} lifecycle", "italic"))
    head = Row((Text("  "), Text("State", "bold"), Text("Phase", "bold")), (Text("Next", "bold"),))
    for line in table([head, *(_state_row(lifecycle, state, job) for state in listed)], console.width):
        console.print(line)
    console.print()
    console.print(flow([Text(sign, "dim") for sign in LEGEND], console.width, gap=3))


def allowed(  # noqa: PLR0913  # a command's options are its parameters
    platform: Platform,
    state: State,
    kind: KindOption = "",
    type_: TypeOption = "",
    *,
    fact: FactOption = [],  # noqa: B006
    json: JsonOption = False,
) -> None:
    """Show what may happen next to a job in a state, by whom, and on what grounds."""
    lifecycle = lifecycle_of(platform)
    job, begin = job_of(lifecycle, kind, type_, fact), state_of(lifecycle, state)
    arrows = lifecycle.allowed(begin, job)
    if json:
        for arrow in arrows:
            put_json(_arrow(arrow))
        return
    console = output()
    if not arrows:
        console.print("Nothing: the state is final." if begin.terminal else "Nothing, for such a job.")
    for arrow, line in zip(arrows, table([arrow_row(arrow) for arrow in arrows], console.width), strict=True):
        console.print(line)
        if arrow.request:
            console.print(paragraph(Text(f"{arrow.request}", "dim"), console.width, len(ASKED) + GAP))
    _explain_words(console, arrows)


def _explain_words(console: Console, arrows: Sequence[Arrow]) -> None:
    """What the words above mean, as far as they occur."""
    bases = {arrow.basis for arrow in arrows}
    signs = [f"{basis}  {meaning}" for basis, meaning in MEANINGS.items() if basis in bases]
    signs += ["contested  another sentence speaks against it"] * any(arrow.contested for arrow in arrows)
    signs += [GUARDED] * any(arrow.guard for arrow in arrows)
    if signs:
        console.print()
    for sign in signs:
        console.print(Text(sign, "dim"))


def explain(  # noqa: PLR0913
    platform: Platform,
    source: Source,
    target: Target,
    kind: KindOption = "",
    type_: TypeOption = "",
    *,
    fact: FactOption = [],  # noqa: B006
    json: JsonOption = False,
) -> None:
    """Explain how a job gets from one state to another, sentence by sentence.

    Shows the arrows that lead there at once, or else the likeliest way, or why there is none. Exit code 1 when there is none.
    """
    lifecycle = lifecycle_of(platform)
    job = job_of(lifecycle, kind, type_, fact)
    begin, end = state_of(lifecycle, source), state_of(lifecycle, target)
    direct = tuple(arrow for arrow in lifecycle.between(begin, end) if arrow.forbidden_by(job) is None)
    routes = lifecycle.routes(begin, end, job) if not direct else ()
    possible = bool(direct or routes)
    if json:
        answer = {"possible": possible, "direct": [_arrow(one) for one in direct]}
        answer["routes"] = [[_arrow(one) for one in route] for route in routes]
        answer["why_not"] = None if possible else _why_not(lifecycle, begin, end, job)[0]
        put_json(answer)
    else:
        console = output()
        _tell(console, direct)
        _guide(console, begin, end, routes)
        if not possible:
            _refuse(console, *_why_not(lifecycle, begin, end, job))
    if not possible:
        raise typer.Exit(1)


def _tell(console: Console, arrows: Iterable[Arrow]) -> None:
    """Each arrow with its sentences, a blank line between two."""
    for place, arrow in enumerate(arrows):
        console.print("\n" * (place > 0), end="")
        console.print(flow(_description(arrow), console.width, indent=4))
        for sentence in sentences(arrow.citation, console.width):
            console.print(sentence)


def _guide(console: Console, begin: JobState, end: JobState, routes: tuple[Route, ...]) -> None:
    if not routes:
        return
    if not routes[0]:
        console.print(Text.assemble("The job is ", shown(begin), " already."))
        return
    console.print(Text.assemble("Nothing leads from ", shown(begin), " to ", shown(end), " at once. The likeliest way:\n"))
    _tell(console, routes[0])
    for place, other in enumerate(routes[1:]):
        way = " → ".join([begin.name, *(arrow.target.name for arrow in other)])
        console.print(Text("\n" * (place == 0) + f"As short and as well founded: {way}", "dim"))


def _description(arrow: Arrow) -> list[Text]:
    who = "you" if arrow.actor is Actor.USER else "the service"
    way = Text.assemble(shown(arrow.source), " → ", shown(arrow.target), " ")
    told = Text.assemble((arrow.event, "bold"), f", by {who}")
    if arrow.request:
        told.append(f" through {arrow.request}")
    if arrow.guard:
        told.append(f", only if {arrow.guard}")
    told.append(": ").append(_basis(arrow), BASES[arrow.basis])
    return [way, *words(told)]


def _refuse(console: Console, reason: str, citation: Citation | None) -> None:
    console.print(flow(words(Text.assemble(("No", "bold red"), f": {reason}")), console.width, indent=4))
    for sentence in sentences(citation, console.width) if citation else ():
        console.print(sentence)


def _why_not(lifecycle: Lifecycle, begin: JobState, end: JobState, job: Job | None) -> tuple[str, Citation | None]:
    nearest = lifecycle.nearest(begin, end, job)
    if nearest is None:
        if begin.terminal:
            return f"{begin.name} is final, nothing follows it.", begin.citation
        return f"no way leads from {begin.name} to {end.name}.", None
    arrow, guard = next((arrow, guard) for arrow in nearest if (guard := arrow.forbidden_by(job)))
    reason = f"{arrow.source.name} → {arrow.target.name} ({arrow.event}) needs {guard}, which does not hold for such a job."
    return reason, arrow.citation


def _basis(arrow: Arrow) -> str:
    return f"{arrow.basis}, contested" if arrow.contested else str(arrow.basis)


def _state_row(lifecycle: Lifecycle, state: JobState, job: Job | None) -> Row:
    following = [ends(state)] if state.terminal else next_steps(lifecycle.allowed(state, job))
    return Row((Text(str(state.number).rjust(2), "dim"), shown(state), Text(state.phase, "dim")), tuple(following))


def next_steps(arrows: tuple[Arrow, ...]) -> list[Text]:
    """Events and where they lead, one piece an event."""
    targets: dict[tuple[str, Actor], list[JobState]] = {}
    for arrow in arrows:
        leads = targets.setdefault((arrow.event, arrow.actor), [])
        leads += [arrow.target] if arrow.target not in leads else []
    pieces = []
    for (event, actor), states_ in targets.items():
        piece = _verb(event, actor).append(" → ", "dim")
        pieces.append(piece.append_text(Text("/", "dim").join(shown(state) for state in states_)))
    for piece in pieces[:-1]:
        piece.append(",")
    return pieces


def _verb(event: str, actor: Actor) -> Text:
    """An event; what somebody asks for is bold, and starred for where there is no bold."""
    return Text(f"{event}*", "bold") if actor is Actor.USER else Text(event)


def arrow_row(arrow: Arrow, *, guarded: bool = True) -> Row:
    """Who does it, the event, if wanted its guard, where it leads, and on what grounds."""
    asked = arrow.actor is Actor.USER
    guard = f" [{arrow.guard}]" if arrow.guard and guarded else ""
    cells = (
        Text(ASKED, "bold") if asked else Text("service", "dim"),
        Text.assemble((arrow.event, "bold" if asked else ""), (guard, "dim")),
        Text.assemble(("→ ", "dim"), shown(arrow.target)),
    )
    return Row(cells, tuple(words(Text(_basis(arrow), BASES[arrow.basis]))))


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
        return {
            "text": sentence.text,
            "source": source.title,
            "url": source.url,
            "version": source.version,
            "read": f"{source.read}",
        }

    return {
        "sentences": [said(sentence) for sentence in citation.sentences],
        "against": [said(sentence) for sentence in citation.against],
        "note": citation.note,
    }
