"""``emulate``: the emulator as a process of its own, and commands that are run against it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path
from queue import Empty, SimpleQueue
from time import perf_counter
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from jobstates.cli.commands import Command, Subgroup
from jobstates.cli.layout import flow
from jobstates.cli.showing import complaints, output, put_json, shown
from jobstates.cli.starting import loading
from jobstates.errors import InputError
from jobstates.platforms import platforms
from jobstates.spec.wording import safe

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.console import Console

    from jobstates.emulator import EmulatedJob, Emulator, Scenario

app = typer.Typer(cls=Subgroup, add_completion=False, pretty_exceptions_enable=False)

EVERY = 0.25
"""Seconds between two looks of the live table at the jobs."""
IDLE = 9
"""How many times longer it rests than it looks: a hundred thousand jobs take a while to be looked at."""
NOT_FOUND, NOT_EXECUTABLE, BY_SIGNAL = 127, 126, 128
"""What a shell says of a command that is not there, or cannot be run, and what it adds to the signal that ended one."""
ENDING = tuple(signal.Signals[name] for name in ("SIGINT", "SIGTERM", "SIGHUP") if name in signal.Signals.__members__)
"""The signals that ask a process to end, as far as the system has them."""

ScenarioOption = Annotated[
    Path | None,
    typer.Option("--scenario", help="A YAML or JSON file: clock, jobs, lives, faults.", metavar="FILE", show_default=False),
]
ClockOption = Annotated[
    str,
    typer.Option("--clock", help="real, 60x, manual (moved by the control API), step 1s (moved by every read).", metavar="CLOCK"),
]
HostOption = Annotated[
    str,
    typer.Option("--host", help="The address to listen on; any but loopback gives the control API a token.", metavar="ADDRESS"),
]
PortOption = Annotated[
    int, typer.Option("--port", help="The port to listen on; 0 for any that is free.", metavar="PORT", min=0, max=65535)
]
LineOption = Annotated[bool, typer.Option("--json", help="Print one line of JSON once it is ready, and nothing else.")]


@app.callback(invoke_without_command=True)
def emulate(  # noqa: PLR0913, PLR0917  # one parameter an option
    ctx: typer.Context,
    scenario: ScenarioOption = None,
    clock: ClockOption = "",
    host: HostOption = "127.0.0.1",
    port: PortOption = 0,
    json: LineOption = False,  # noqa: FBT002
) -> None:
    """Emulate the Vertex AI and Dataflow job services on this machine, until Ctrl-C.

    Google's clients reach it by its endpoint, or unchanged through the environment that `jobstates emulate exec` sets.
    """
    if ctx.invoked_subcommand:
        return
    stop = _Stop()
    with _emulator(scenario, clock, host=host, port=port) as emulator:
        if json:
            paths = {"ca": str(emulator.ca), "credentials": str(emulator.credentials)}
            put_json({"endpoint": emulator.endpoint, **paths, "control": emulator.control_url})
            sys.stdout.flush()
        else:
            _say_where(emulator)
        if json or not output().is_terminal:
            while not stop.wait(EVERY):
                pass
        else:
            _show_until(stop, emulator)


@app.command("exec", cls=Command, context_settings={"ignore_unknown_options": True})
def execute(
    ctx: typer.Context,
    command: Annotated[list[str], typer.Argument(help="The command and its arguments, behind --.", metavar="-- CMD...")],
) -> None:
    """Run a command with the environment that leads Google's clients to an emulator of its own.

    The exit code is the command's. Options such as --scenario stand before exec.
    """
    told = ctx.parent.params if ctx.parent else {}
    if told["json"]:
        raise InputError("--json: exec prints nothing of its own; its command finds the emulator in its environment")
    given, running = dict(os.environ), _passed_on_signals()
    with _emulator(told["scenario"], told["clock"], host=told["host"], port=told["port"]) as emulator:
        variables = {**given, **emulator.environment(), "JOBSTATES_CONTROL": emulator.control_url}
        raise typer.Exit(_run(command, variables, running))


def _emulator(scenario: Path | None, clock: str, *, host: str, port: int) -> Emulator:
    os.environ.setdefault("GRPC_VERBOSITY", "NONE")  # or gRPC itself writes about every client that speaks it badly
    with loading():
        from jobstates.emulator import Emulator, Scenario  # noqa: PLC0415  # the door of an extra
        from jobstates.emulator.loading import load  # noqa: PLC0415

    told: Scenario | None = None
    if scenario is not None:
        try:
            told = load(Scenario, scenario.read_bytes(), str(scenario))
        except OSError as error:
            raise InputError(f"{scenario}: {error.strerror}") from None
    try:
        return Emulator(told, clock=clock or None, host=host, port=port)
    except InputError as error:
        raise InputError(f"{scenario}: {error}") from None
    except ValueError as error:
        raise InputError(f"--clock: {clock!r} is no clock: write real, 60x, manual, or step 1s") from error


def _run(command: list[str], variables: dict[str, str], running: list[subprocess.Popen[bytes]]) -> int:
    """Run a command to its end; its exit code, in a shell's words where it has none of its own."""
    try:
        running.append(child := subprocess.Popen(command, env=variables))  # noqa: S603  # running the caller's command is what this is for
    except FileNotFoundError:
        complaints().print(Text(f"jobstates: {safe(command[0])}: no such command", "bold red"))
        return NOT_FOUND
    except OSError as error:
        complaints().print(Text(f"jobstates: {safe(command[0])}: {error.strerror}", "bold red"))
        return NOT_EXECUTABLE
    while (code := _ended(child)) is None:
        pass  # what came in meanwhile has been passed on
    return code if code >= 0 else BY_SIGNAL - code


def _ended(child: subprocess.Popen[bytes]) -> int | None:
    """Its exit code, if it ends soon. Python would not notice a signal that comes just before a wait without end."""
    try:
        return child.wait(EVERY)
    except subprocess.TimeoutExpired:
        return None


def _passed_on_signals() -> list[subprocess.Popen[bytes]]:
    """Where to put a command once it runs, so that the signals that we get are its own; before that they end us."""
    running: list[subprocess.Popen[bytes]] = []

    def pass_on(number: int, _: object) -> None:
        if not running:
            raise SystemExit(BY_SIGNAL + number)
        if number != signal.SIGINT or not _in_foreground():
            running[0].send_signal(number)

    for number in ENDING:
        signal.signal(number, pass_on)
    return running


def _in_foreground() -> bool:
    """Whether we are what the terminal runs: its Ctrl-C then reaches the command without us."""
    try:
        with Path("/dev/tty").open("rb") as terminal:
            return os.tcgetpgrp(terminal.fileno()) == os.getpgrp()
    except OSError:
        return False


class _Stop:
    """Tells when a signal asks us to end. A queue, because an event may not be set by a handler that interrupts its own wait."""

    def __init__(self) -> None:
        self._asked: SimpleQueue[int] = SimpleQueue()
        for number in ENDING:
            signal.signal(number, lambda number, _: self._asked.put(number))

    def wait(self, seconds: float) -> bool:
        """Whether one came, now or within so many seconds."""
        try:
            self._asked.get(timeout=seconds)
        except Empty:
            return False
        return True


def _say_where(emulator: Emulator) -> None:
    console = output()
    for name, value in (
        ("endpoint", emulator.endpoint),
        ("control", emulator.control_url),
        ("ca", emulator.ca),
        ("credentials", emulator.credentials),
    ):
        console.print(Text.assemble((f"{name:<12}", "dim"), str(value)))
    console.print(Text("ready: Ctrl-C ends it", "bold green"))


def _show_until(stop: _Stop, emulator: Emulator) -> None:
    """A live table of the jobs, where somebody looks on."""
    console = output()
    with Live(console=console, auto_refresh=False) as live:
        wait = EVERY
        while not stop.wait(wait):
            begun = perf_counter()
            live.update(_board(emulator, console), refresh=True)
            wait = max(EVERY, IDLE * (perf_counter() - begun))


def _board(emulator: Emulator, console: Console) -> Group:
    """The time, how many jobs are in each state, and those that changed last."""
    jobs = emulator.jobs
    summary = _summary(emulator, jobs, console.width)
    return Group(Text(), summary, _table(jobs, console.height - 10 - summary.plain.count("\n")))


def _table(jobs: Iterable[EmulatedJob], rows: int) -> Table:
    table = Table(box=None, pad_edge=False)
    for column in ("kind", "job", "id", "state", "since"):
        table.add_column(column, header_style="dim", no_wrap=True)
    for job in sorted(jobs, key=lambda one: one.since, reverse=True)[: max(rows, 1)]:
        state = platforms()[job.platform].lifecycle.state(job.state)
        last = Text(safe(job.name.rpartition("/")[2]), "dim")
        table.add_row(Text(job.kind, "dim"), safe(job.display_name), last, shown(state), f"{job.since:%H:%M:%S}")
    return table


def _summary(emulator: Emulator, jobs: Iterable[EmulatedJob], width: int) -> Text:
    counted = Counter(job.state.rpartition("STATE_")[2] for job in jobs)
    told = ", ".join(f"{count:,} {state}" for state, count in counted.most_common()) or "no jobs yet"
    moment = f"{emulator.clock.moment():%H:%M:%S}  "
    pieces = [Text(piece) for piece in told.replace(", ", ",\0").split("\0")]
    return Text(moment).append_text(flow(pieces, width, at=len(moment), indent=len(moment)))
