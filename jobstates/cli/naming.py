"""The options by which a command is told about real jobs: which, until when, and how often to look. They load nothing."""

from __future__ import annotations

from typing import Annotated, NamedTuple

import typer

Names = Annotated[
    list[str],
    typer.Argument(
        help="Jobs: resource names, addresses in Google's console, or ids with --project, --region and --kind.",
        metavar="NAME...",
    ),
]
ProjectOption = Annotated[str, typer.Option("--project", help="The project, where a name does not tell it.", metavar="ID")]
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
    typer.Option("--timeout", help="Wait no longer than this many seconds.", metavar="SECONDS", min=0, show_default=False),
]
EveryOption = Annotated[
    float,
    typer.Option("--every", help="Seconds between two looks at a job that is changing; others wait longer.", min=0.01),
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
