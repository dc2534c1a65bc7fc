"""``replay``: recorded job histories, followed through the lifecycles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from jobstates.cli.asking import JsonOption, lifecycle_of
from jobstates.cli.following import KNOWN, follow_file, no_jobs
from jobstates.cli.lives import Lives
from jobstates.cli.showing import complain, output, put_json
from jobstates.cli.timeline import show
from jobstates.reading import FORMATS
from jobstates.spec.event import FindingKind

if TYPE_CHECKING:
    from rich.console import Console

AUTO = "auto"
AGAINST_THE_LIFECYCLE = {FindingKind.ILLEGAL, FindingKind.GUARD}

Files = Annotated[list[str], typer.Argument(help="Files to read; - is standard input.", metavar="FILE")]
PlatformOption = Annotated[str, typer.Option("--platform", help="The platform of jobs whose names do not tell.", metavar="NAME")]
FormatOption = Annotated[str, typer.Option("--format", help=f"Read only this format: {', '.join(FORMATS)}.", metavar="NAME")]
StrictOption = Annotated[bool, typer.Option("--strict", help="Exit with 1 when anything contradicts a lifecycle.")]


def replay(
    files: Files,
    platform: PlatformOption = AUTO,
    format_: FormatOption = AUTO,
    *,
    strict: StrictOption = False,
    json: JsonOption = False,
) -> None:
    """Follow recorded job histories: logs, exports, API answers, in any mixture.

    Prints each job's life: the time spent in each state, steps that nobody saw, what contradicts the lifecycle, the outcome.
    Exit code 2 when something could not be read, the rest being read all the same, or when there is no job in it.
    """
    if platform != AUTO:
        lifecycle_of(platform)
    lives = Lives()
    readable = [follow_file(name, lives, platform=_chosen(platform), format_=_chosen(format_)) for name in files]
    console = output()
    for life in lives:
        if json:
            put_json(life.replayed().model_dump(mode="json"))
        else:
            show(console, life, lifecycle_of(life.platform))
    if lives and not json:
        _sum_up(console, lives)
    if not lives and all(readable):
        complain(no_jobs(files), *KNOWN[1:])
    if not lives or not all(readable):
        raise typer.Exit(2)
    if strict and any(finding.kind in AGAINST_THE_LIFECYCLE for life in lives for finding in life.findings):
        raise typer.Exit(1)


def _chosen(option: str) -> str | None:
    return None if option == AUTO else option


def _sum_up(console: Console, lives: Lives) -> None:
    findings = sum(len(life.findings) for life in lives)
    console.print(f"{len(lives)} job{'s' * (len(lives) != 1)}, {findings} finding{'s' * (findings != 1)}", style="dim")
