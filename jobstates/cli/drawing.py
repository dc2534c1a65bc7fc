"""``diagram`` and ``diagrams``: one picture of a lifecycle, or all that there are."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from jobstates.cli.asking import FactOption, KindOption, Platform, TypeOption, job_of, lifecycle_of
from jobstates.cli.remembering import alike, history_of, one_of, read_lives
from jobstates.cli.writing import STDOUT, put_bytes
from jobstates.errors import InputError, UnknownFormat
from jobstates.render import FORMATS, Mode, diagram, export, with_coverage, with_current, with_heat, with_path
from jobstates.render.page import page

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jobstates.cli.lives import Life
    from jobstates.render import Diagram
    from jobstates.spec.job import Job
    from jobstates.spec.lifecycle import Lifecycle

FORMS = (*FORMATS, "html")
PICTURES = ("svg", "png", "pdf")
COLOURED = (*PICTURES, "dot")
BINARY = ("png", "pdf")
SUFFIXES = {f".{form}": form for form in FORMS} | {".gv": "dot", ".mmd": "mermaid", ".markdown": "md", ".htm": "html"}

FormOption = Annotated[
    str, typer.Option("--format", help=f"One of {', '.join(FORMS)}; else as the file's name ends, else svg.", metavar="FORMAT")
]
ModeOption = Annotated[Mode, typer.Option("--mode", help="For light or dark surroundings; auto follows the reader's in SVG.")]
CurrentOption = Annotated[str, typer.Option("--current", help="Show that a job is in this state.", metavar="STATE")]
HistoryOption = Annotated[str, typer.Option("--history", help="Show the path of a job of this file.", metavar="FILE")]
JobOption = Annotated[str, typer.Option("--job", help="Which job of the history; its beginning or end will do.", metavar="NAME")]
HeatOption = Annotated[
    list[str], typer.Option("--heat", help="Show how often the jobs of this file took each arrow. Repeatable.", metavar="FILE")
]
CoverageOption = Annotated[
    list[str], typer.Option("--coverage", help="Show which arrows no job of this file took. Repeatable.", metavar="FILE")
]
EngineOption = Annotated[str, typer.Option("--engine", help="The program that draws, such as dot.", metavar="PROGRAM")]
OutputOption = Annotated[str, typer.Option("--output", "-o", help="Where to write; - is standard output.", metavar="PATH")]


def draw(  # noqa: PLR0913  # a command's options are its parameters
    platform: Platform,
    kind: KindOption = "",
    type_: TypeOption = "",
    *,
    fact: FactOption = [],  # noqa: B006
    current: CurrentOption = "",
    history: HistoryOption = "",
    job: JobOption = "",
    heat: HeatOption = [],  # noqa: B006
    coverage: CoverageOption = [],  # noqa: B006
    form: FormOption = "",
    mode: ModeOption = Mode.AUTO,
    engine: EngineOption = "",
    to: OutputOption = STDOUT,
) -> None:
    """Draw a lifecycle, and over it where a job is, the path it took, or what many jobs did.

    With what is said of a job, only what such a job can do is drawn, and only such jobs are counted.
    Exit code 2 when a part of a file could not be read; the rest is drawn all the same.
    """
    lifecycle = lifecycle_of(platform)
    known = job_of(lifecycle, kind, type_, fact)
    form = _form(form, to)
    overlay = _overlay(current=current, history=history, heat=heat, coverage=coverage)
    _agree(form, overlay, mode=mode, engine=engine, job=job)
    lives, readable = read_lives(lifecycle, [history] if history else heat or coverage)
    if overlay == "history" and (job or form != "html"):
        lives = [one_of(lives, job)]
    if form == "html":
        data = page(lifecycle, [history_of(life) for life in lives], job=known).encode()
    else:
        drawn = _current(lifecycle, known, current) if current else diagram(lifecycle, known)
        drawn = _laid_over(drawn, overlay, lives if overlay == "history" else alike(lives, lifecycle, known))
        data = export(drawn, form, mode=mode, engine=engine or None)
    put_bytes(data, to)
    if not readable:
        raise typer.Exit(2)


def _form(asked: str, to: str) -> str:
    """The format: the one asked for, else the one the file's name ends in, else svg."""
    suffix = Path(to).suffix.lower()
    form = asked or (SUFFIXES.get(suffix, suffix[1:]) if suffix and to != STDOUT else "svg")
    if form not in FORMS:
        raise UnknownFormat(form, FORMS)
    if form in BINARY and to == STDOUT and sys.stdout.isatty():
        raise InputError(f"a {form} is nothing for a terminal: write it to a file with -o, or into a pipe")
    return form


def _overlay(**options: str | list[str]) -> str:
    """Which of the overlays is asked for; empty for none."""
    given = [name for name, value in options.items() if value]
    if len(given) > 1:
        raise InputError(f"one picture shows one thing: choose one of {', '.join(f'--{name}' for name in given)}")
    return "".join(given)


def _agree(form: str, overlay: str, *, mode: Mode, engine: str, job: str) -> None:
    """Refuse what does not go together, rather than to leave out half of it in silence."""
    if job and overlay != "history":
        raise InputError("--job names a job of a history: give its file with --history")
    if form == "html" and overlay not in ("", "history"):
        raise InputError(f"--{overlay} is for pictures and tables; a page replays a --history")
    if mode is not Mode.AUTO and form not in COLOURED:
        raise InputError(f"--mode is for {', '.join(COLOURED)}; {form} has no colours of its own to choose")
    if engine and form not in PICTURES:
        raise InputError(f"--engine is for {', '.join(PICTURES)}; nothing has to draw {form}")


def _current(lifecycle: Lifecycle, known: Job | None, name: str) -> Diagram:
    state, drawn = lifecycle.state(name), diagram(lifecycle, known)
    if state.value not in {box.wire for box in drawn.states}:
        raise InputError(f"--current {name}: such a job is never {state.name}")
    return with_current(drawn, state)


def _laid_over(drawn: Diagram, overlay: str, lives: Sequence[Life]) -> Diagram:
    """The diagram with what the lives tell."""
    if overlay == "history":
        return with_path(drawn, history_of(lives[0]))
    events = [event for life in lives for event in life.replayed().events]
    if overlay == "heat":
        return with_heat(drawn, events)
    return with_coverage(drawn, events) if overlay == "coverage" else drawn
