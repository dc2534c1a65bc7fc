"""The commands, and what becomes of an error: one clear line, never a traceback."""

from __future__ import annotations

import logging
import os
import sys
from io import TextIOWrapper
from typing import TYPE_CHECKING, Annotated

import typer

import jobstates
from jobstates.cli.commands import Group
from jobstates.cli.showing import complain
from jobstates.cli.signs import PLAINLY
from jobstates.errors import JobStatesError

if TYPE_CHECKING:
    from collections.abc import Iterator

INTERRUPTED = 130
"""What a shell says of a command that Ctrl-C ended."""

app = typer.Typer(
    name="jobstates",
    cls=Group,
    help="The lifecycles of Vertex AI and Dataflow jobs: what may follow what, who may cause it, and who says so.",
    epilog="Exit codes: 0 yes or done, 1 no, 2 the input cannot be used, 3 it cannot be told, 130 interrupted.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:  # noqa: FBT001  # typer's callback
    if wanted:
        typer.echo(f"jobstates {jobstates.__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")] = False,  # noqa: ARG001, FBT002  # answered by its callback
) -> None:
    """Take the options that stand before a command."""
    # Findings are part of what the commands print; as log lines they would be said twice.
    logging.getLogger("jobstates").setLevel(logging.ERROR)


def run() -> None:
    """Run the command line."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors=PLAINLY)  # a terminal that cannot show an arrow is no reason to fail
    try:
        app()
    except JobStatesError as error:
        complain(*str(error).split("\n"), *getattr(error, "__notes__", ()))
        sys.exit(2)
    except OSError as error:
        complain(f"the output cannot be written: {error.strerror or error}")
        _write_no_more()
        sys.exit(2)
    except SystemExit as ending:
        # typer and rich turn these two into exits of their own, each version with another code.
        causes = {type(cause) for cause in _causes(ending)}
        if BrokenPipeError in causes:
            _write_no_more()
            sys.exit(0)
        if KeyboardInterrupt in causes:
            sys.exit(INTERRUPTED)
        raise


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """An error and all that it was raised from."""
    while error:
        yield error
        error = error.__context__


def _write_no_more() -> None:
    """Let what is still to be written vanish: whoever read our output has stopped, as `head` does, or the disk is full."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
