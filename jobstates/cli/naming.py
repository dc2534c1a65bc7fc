"""The options by which a command is told about real jobs: which, until when, and how often to look. They load nothing."""

from __future__ import annotations

from typing import Annotated, NamedTuple

import typer

from jobstates.spec.length import seconds

PROJECT = "GOOGLE_CLOUD_PROJECT"
"""The environment variable by which Google's own tools are told the project."""
MOST_OFTEN = 0.01
"""Seconds between two looks: fewer would be a busy loop."""


def _seconds(text: str | float) -> float:
    try:
        return seconds(text)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


def _often(text: str | float) -> float:
    length = _seconds(text)
    if length < MOST_OFTEN:
        raise typer.BadParameter(f"no more often than every {MOST_OFTEN:g} seconds")
    return length


Names = Annotated[
    list[str],
    typer.Argument(
        help="Jobs: resource names, addresses in Google's console, or ids with --project, --region and --kind.",
        metavar="NAME",
    ),
]
ProjectOption = Annotated[
    str,
    typer.Option("--project", help=f"The project, where a name does not tell it; that of {PROJECT} unless said.", metavar="ID"),
]
RegionOption = Annotated[
    str, typer.Option("--region", "--location", help="The region, where a name does not tell it.", metavar="REGION")
]
KindOption = Annotated[
    str, typer.Option("--kind", help="The kind, such as customJobs, where a name does not tell it.", metavar="KIND")
]
UntilOption = Annotated[
    str, typer.Option("--until", help="terminal, started (past all waiting), or the name of a state.", metavar="STATE")
]
TimeoutOption = Annotated[
    float | None,
    typer.Option(
        "--timeout", help="Wait no longer than this: 90, 90s, 5m, 1h 30m.", metavar="LENGTH", parser=_seconds, show_default=False
    ),
]
EveryOption = Annotated[
    float,
    typer.Option(
        "--every",
        help="The time between two looks at a job that is changing: 2, 500ms, 1m; others wait longer.",
        metavar="LENGTH",
        parser=_often,
    ),
]
LinesOption = Annotated[bool, typer.Option("--json", help="Print one line of JSON for each message and result.")]
SOONEST = 2.0
"""Seconds between two looks at a job that is changing."""


class Named(NamedTuple):
    """Which jobs are meant."""

    names: list[str]
    project: str
    region: str
    kind: str


class Waiting(NamedTuple):
    """How long to wait for jobs, and how often to look at them."""

    until: str
    timeout: float | None
    every: float


class Asked(NamedTuple):
    """What is asked of jobs."""

    request: str
    """The event, such as ``drain``."""
    again: bool
    and_wait: bool
    waiting: Waiting


class Listed(NamedTuple):
    """Which jobs are to be listed."""

    project: str
    region: str
    platform: str
    """The only one; any when empty."""
    kind: str
    """The only one; any when empty."""
    states: tuple[str, ...]
    """The only ones; any when there are none."""
    over: bool
    """Also those that are over."""
