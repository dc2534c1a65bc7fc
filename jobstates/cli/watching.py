"""``watch`` and ``wait``: real jobs, followed to where they are waited for."""

from __future__ import annotations

from typing import Annotated

import typer

from jobstates.cli.naming import (
    SOONEST,
    EveryOption,
    KindOption,
    LinesOption,
    Named,
    Names,
    ProjectOption,
    RegionOption,
    TimeoutOption,
    UntilOption,
    Waiting,
)
from jobstates.cli.starting import loading

SomeNames = Annotated[
    list[str],
    typer.Argument(
        help="Jobs: resource names, addresses in Google's console, or ids with --project, --region and --kind.",
        metavar="NAME",
        show_default=False,
    ),
]
EventsOption = Annotated[
    str, typer.Option("--events-to", help="A file that every message is added to, as a line of JSON.", metavar="FILE")
]
CursorOption = Annotated[
    str, typer.Option("--cursor", help="A file to go on from, if it is there, and to keep the place in.", metavar="FILE")
]
AnyOption = Annotated[bool, typer.Option("--any", help="Wait for whichever job gets there first.")]
UNTIL = "terminal"


def watch(  # noqa: PLR0913  # a command's options are its parameters
    names: SomeNames = [],  # noqa: B006  # typer reads the default, nobody changes it
    project: ProjectOption = "",
    region: RegionOption = "",
    kind: KindOption = "",
    *,
    until: UntilOption = UNTIL,
    timeout: TimeoutOption = None,
    every: EveryOption = SOONEST,
    events_to: EventsOption = "",
    cursor: CursorOption = "",
    json: LinesOption = False,
) -> None:
    """Watch jobs: a live rail for each in a terminal, elsewhere a line for each change.

    Exit code 0 when all ended well, 1 when one did not or is gone, 2 when a service never knew one, 3 when time was up before, or
    one cannot be looked at. Stopping to watch asks nothing of the jobs.
    """
    with loading():
        from jobstates.cli.live import watch as live  # noqa: PLC0415  # loaded by those who use it

    named, waiting = Named(names, project, region, kind), Waiting(until, timeout, every)
    raise typer.Exit(live.watch(named, waiting, json=json, events_to=events_to, cursor=cursor))


def wait(  # noqa: PLR0913
    names: Names,
    project: ProjectOption = "",
    region: RegionOption = "",
    kind: KindOption = "",
    *,
    some: AnyOption = False,
    until: UntilOption = UNTIL,
    timeout: TimeoutOption = None,
    every: EveryOption = SOONEST,
    json: LinesOption = False,
) -> None:
    """Wait for jobs and say how each ended.

    The exit codes are those of watch.
    """
    with loading():
        from jobstates.cli.live import watch as live  # noqa: PLC0415

    raise typer.Exit(live.wait(Named(names, project, region, kind), Waiting(until, timeout, every), some=some, json=json))
