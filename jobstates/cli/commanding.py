"""``cancel``, ``drain``, ``pause``, ``resume``, ``force-cancel``: things to ask of real jobs."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from jobstates.cli.naming import (
    SOONEST,
    Asked,
    EveryOption,
    KindOption,
    LinesOption,
    Named,
    Names,
    ProjectOption,
    RegionOption,
    TimeoutOption,
    Waiting,
)
from jobstates.cli.showing import complaints
from jobstates.cli.starting import loading
from jobstates.errors import InputError

WaitOption = Annotated[
    bool, typer.Option("--and-wait", help="Then wait until the jobs have ended; the exit codes are those of wait.")
]
AgainOption = Annotated[bool, typer.Option("--again", help="Ask even if the same is known to have been asked before.")]
YesOption = Annotated[bool, typer.Option("--yes", help="Do not ask back.")]
FORCE = "force_cancel"
END = "terminal"
NOT_AT_ALL = Waiting(END, None, SOONEST)


def cancel(  # noqa: PLR0913  # a command's options are its parameters
    names: Names,
    project: ProjectOption = "",
    region: RegionOption = "",
    kind: KindOption = "",
    *,
    and_wait: WaitOption = False,
    timeout: TimeoutOption = None,
    every: EveryOption = SOONEST,
    again: AgainOption = False,
    json: LinesOption = False,
) -> None:
    """Ask jobs to stop at once, and say what came of it.

    Exit code 0 when all were asked, or need not be: over, or asked before. 1 when one may not be asked, or nobody knows what came
    of it.
    """
    waiting = Waiting(END, timeout, every)
    _ask(Named(names, project, region, kind), Asked("cancel", again, and_wait, waiting), json=json)


def drain(  # noqa: PLR0913
    names: Names,
    project: ProjectOption = "",
    region: RegionOption = "",
    kind: KindOption = "",
    *,
    and_wait: WaitOption = False,
    timeout: TimeoutOption = None,
    every: EveryOption = SOONEST,
    again: AgainOption = False,
    json: LinesOption = False,
) -> None:
    """Ask streaming jobs to take in no more and to finish what they have, and say what came of it.

    The exit codes are those of cancel.
    """
    waiting = Waiting(END, timeout, every)
    _ask(Named(names, project, region, kind), Asked("drain", again, and_wait, waiting), json=json)


def pause(  # noqa: PLR0913
    names: Names,
    project: ProjectOption = "",
    region: RegionOption = "",
    kind: KindOption = "",
    *,
    again: AgainOption = False,
    json: LinesOption = False,
) -> None:
    """Ask jobs to pause, and say what came of it.

    The exit codes are those of cancel.
    """
    _ask(Named(names, project, region, kind), Asked("pause", again, False, NOT_AT_ALL), json=json)  # noqa: FBT003


def resume(  # noqa: PLR0913
    names: Names,
    project: ProjectOption = "",
    region: RegionOption = "",
    kind: KindOption = "",
    *,
    again: AgainOption = False,
    json: LinesOption = False,
) -> None:
    """Ask paused jobs to go on, and say what came of it.

    The exit codes are those of cancel.
    """
    _ask(Named(names, project, region, kind), Asked("resume", again, False, NOT_AT_ALL), json=json)  # noqa: FBT003


def force_cancel(  # noqa: PLR0913
    names: Names,
    project: ProjectOption = "",
    region: RegionOption = "",
    kind: KindOption = "",
    *,
    yes: YesOption = False,
    and_wait: WaitOption = False,
    timeout: TimeoutOption = None,
    every: EveryOption = SOONEST,
    again: AgainOption = False,
    json: LinesOption = False,
) -> None:
    """Ask Dataflow jobs that a cancel did not stop to stop at once: their VMs leak, and somebody has to remove them by hand.

    Asks back unless told --yes. The exit codes are those of cancel.
    """
    named = Named(names, project, region, kind)
    if not yes:
        _confirm(named)
    _ask(named, Asked(FORCE, again, and_wait, Waiting(END, timeout, every)), json=json)


def _ask(named: Named, asked: Asked, *, json: bool) -> None:
    with loading():
        from jobstates.cli.live import ask as live  # noqa: PLC0415  # loaded by those who use it

    raise typer.Exit(live.ask(named, asked, json=json))


def _confirm(named: Named) -> None:
    """Ask back on a terminal, and end the command unless the answer is yes.

    Raises:
        InputError: when nobody can be asked.
    """
    with loading():
        from jobstates.cli.live.ask import danger  # noqa: PLC0415

    refs, warnings = danger(named, FORCE)
    console = complaints()
    console.print("A forced cancel leaks the VMs of a job: they have to be removed by hand.", style="bold yellow")
    for line in warnings:
        console.print(line)
    if sys.stdin is None or not sys.stdin.isatty():
        raise InputError("nobody can be asked whether that is meant: say --yes if it is")
    if not typer.confirm(f"Force-cancel {len(refs)} job{'s' * (len(refs) != 1)}?", err=True):
        raise typer.Exit(1)
