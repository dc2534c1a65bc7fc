"""``demo``: jobs on this machine, launched, watched, asked and drawn."""

from __future__ import annotations

from pathlib import Path
from tempfile import mkdtemp
from typing import Annotated

import typer
from rich.text import Text

from jobstates.cli.extras import need
from jobstates.cli.layout import flow, words
from jobstates.cli.showing import complain, output
from jobstates.cli.starting import loading
from jobstates.cli.writing import make_folder
from jobstates.errors import InputError

READABLE = 96
"""Columns of running text in a file or a pipe."""
SAID = (
    "An emulator of Vertex AI and Dataflow runs on this machine, its clock {speed:g} times as fast as yours. Google's own "
    "clients launch five jobs there: one that trains, one that is drained, one that is updated and followed to the job that "
    "replaces it, one that cannot be looked at for a while, and one that waits too long. This is how they are watched, and "
    "what is called when one ends:"
)
CODE = """\
async with Watcher() as watcher:
    watcher.add(job)

    @watcher.subscribe(terminal=True)
    def ended(event):
        print(event.job, event.outcome, event.verdict)
"""
LEGEND = (
    "── verb ─▸  two looks show this step",
    "┄┄ verb ┄▸  nobody saw it: filled in between two looks",
    "●  seen",
    "○  filled in",
    "■  final",
    "▶  where it is now",
    "→ id  the job that replaced it",
    "?  sight lost, or another way is as likely",
    "!  a sentence of Google's forbids it",
)
ToOption = Annotated[
    Path | None,
    typer.Option("--to", help="The folder for the pictures; a new one when left out.", metavar="DIR", show_default=False),
]
SpeedOption = Annotated[
    float, typer.Option("--speed", help="How many times as fast as yours its clock runs.", metavar="NUMBER", min=1, max=600)
]


def demo(to: ToOption = None, speed: SpeedOption = 60) -> None:
    """Launch five jobs on an emulator, watch them to their ends, and draw what happened; in less than a minute.

    Needs the extras emulator, vertex, dataflow and diagrams.
    """
    need("emulator", "vertex", "dataflow", "diagrams")
    with loading():
        from jobstates.cli.live.demonstration import show  # noqa: PLC0415  # loaded by those who use it

    if to is not None:
        make_folder(to)  # before anything is launched
    console = output()
    width = min(console.width, READABLE)
    try:
        console.print(flow(words(Text(SAID.format(speed=speed), "dim")), width))
        console.print()
        console.print(CODE, style="cyan")
        code = show(console, lambda: to or _new_folder(), speed)
        if code == 0:
            console.print()
            console.print(flow([Text(sign, "dim") for sign in LEGEND], width, gap=4))
    except (BrokenPipeError, SystemExit):  # as rich says that nobody reads what is written
        complain("nobody reads on: the demonstration was stopped, and nothing is drawn")
        raise
    raise typer.Exit(code)


def _new_folder() -> Path:
    try:
        return Path(mkdtemp(prefix="jobstates-demo-"))
    except OSError as error:
        raise InputError(f"no temporary folder can be made: {error.strerror or error}") from error
