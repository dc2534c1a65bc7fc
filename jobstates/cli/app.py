"""The commands, and what becomes of an error: one clear line, never a traceback."""

from __future__ import annotations

import logging
import os
import sys
from typing import Annotated

import typer

import jobstates
from jobstates.cli import demonstrating, drifting, explaining, replaying, schemas
from jobstates.cli.showing import complain
from jobstates.errors import JobStatesError

app = typer.Typer(
    name="jobstates",
    help="The lifecycles of Vertex AI and Dataflow jobs: what may follow what, who may cause it, and who says so.",
    epilog="Exit codes: 0 yes or done, 1 no, 2 the input cannot be used.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

app.command("states")(explaining.states)
app.command("allowed")(explaining.allowed)
app.command("explain")(explaining.explain)
app.command("replay")(replaying.replay)
app.command("drift")(drifting.drift)
app.command("schema")(schemas.schema)
app.command("demo")(demonstrating.demo)


def _version(wanted: bool) -> None:  # noqa: FBT001  # typer's callback
    if wanted:
        typer.echo(f"jobstates {jobstates.__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")] = False,  # noqa: ARG001, FBT002
) -> None:
    """Take the options that stand before a command."""
    # Findings are part of what the commands print; as log lines they would be said twice.
    logging.getLogger("jobstates").setLevel(logging.ERROR)


def main() -> None:
    """Run the command line."""
    try:
        app()
    except JobStatesError as error:
        complain(str(error), *getattr(error, "__notes__", ()))
        sys.exit(2)
    except BrokenPipeError:
        # Whoever read our output has stopped, as `head` does. Nothing is wrong, and nothing more can be written.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
