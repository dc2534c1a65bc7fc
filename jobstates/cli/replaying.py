"""``replay``: recorded job histories, followed through the lifecycles."""

from __future__ import annotations

import io
import sys
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from jobstates.cli.asking import JsonOption, lifecycle_of
from jobstates.cli.lives import Lives
from jobstates.cli.showing import as_json, complain, complaints, output, safe
from jobstates.cli.timeline import show
from jobstates.cli.vocabulary import Installed
from jobstates.reading import FORMATS, Sighting, Unreadable, read
from jobstates.spec.event import FindingKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console

LONG = 4_000_000
"""Bytes from which on a progress bar is worth its line."""
AGAINST_THE_LIFECYCLE = {FindingKind.ILLEGAL, FindingKind.GUARD}

Files = Annotated[list[str], typer.Argument(help="Files to read; - is standard input.", metavar="FILE...")]
PlatformOption = Annotated[str, typer.Option("--platform", help="The platform of jobs whose names do not tell.", metavar="NAME")]
FormatOption = Annotated[
    str, typer.Option("--format", help=f"Read only this format: {', '.join(FORMATS)}.", metavar="NAME")
]
StrictOption = Annotated[bool, typer.Option("--strict", help="Exit with 1 when anything contradicts a lifecycle.")]


def replay(
    files: Files, platform: PlatformOption = "auto", format_: FormatOption = "auto", *, strict: StrictOption = False, json: JsonOption = False
) -> None:
    """Follow recorded job histories: logs, exports, API answers, in any mixture.

    Prints each job's life with the time spent in each state, the steps that nobody saw, what contradicts the lifecycle, and the outcome.
    Exit code 2 when something could not be read; the rest is read all the same.
    """
    if platform != "auto":
        lifecycle_of(platform)
    lives = Lives()
    readable = [_read(name, lives, platform, format_) for name in files]
    console = output()
    for life in lives:
        if json:
            console.print(as_json(life.replayed().model_dump(mode="json")), soft_wrap=True)
        else:
            show(console, life, lifecycle_of(life.platform))
    if not lives:
        complain("no jobs found; the formats that can be read:", *(f"  {name}: {what}" for name, what in FORMATS.items()))
    elif not json:
        _sum_up(console, lives)
    if not all(readable):
        raise typer.Exit(2)
    if strict and any(finding.kind in AGAINST_THE_LIFECYCLE for life in lives for finding in life.findings):
        raise typer.Exit(1)


def _read(name: str, lives: Lives, platform: str, format_: str) -> bool:
    """Read one file into the lives; whether all of it could be read."""
    good = True
    try:
        with _opened(name) as lines:
            found = read(
                lines,
                vocabulary=Installed(),
                platform=None if platform == "auto" else platform,
                format=None if format_ == "auto" else format_,
            )
            for one in found:
                if isinstance(one, Sighting):
                    lives.see(one)
                else:
                    complain_of(name, one)
                    good = False
    except OSError as error:
        complain(f"{name}: {error.strerror or error}")
        return False
    return good


def complain_of(name: str, place: Unreadable) -> None:
    """Say which line of a file could not be read, and why."""
    complain(f"{'standard input' if name == '-' else name}, line {place.line}: {place.reason}")


@contextmanager
def _opened(name: str) -> Iterator[io.TextIOWrapper]:
    """A file as text, whatever its bytes; with a progress bar when it is long and somebody is watching."""
    with ExitStack() as stack:
        raw = sys.stdin.buffer if name == "-" else stack.enter_context(Path(name).open("rb"))
        size = 0 if name == "-" else Path(name).stat().st_size
        console = complaints()
        if size > LONG and console.is_terminal:
            columns = TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn()
            progress = stack.enter_context(Progress(*columns, console=console, transient=True))
            raw = progress.wrap_file(raw, total=size, description=safe(Path(name).name))
        yield io.TextIOWrapper(raw, encoding="utf-8-sig", errors="replace")  # type: ignore[type-var]  # rich says BinaryIO


def _sum_up(console: Console, lives: Lives) -> None:
    findings = sum(len(life.findings) for life in lives)
    console.print(f"{len(lives)} job{'s' * (len(lives) != 1)}, {findings} finding{'s' * (findings != 1)}", style="dim")
