"""Three ways to run the command: in this process, as a process, in a terminal; and golden files to hold its output against."""

from __future__ import annotations

import contextlib
import fcntl
import io
import json
import logging
import os
import pty
import re
import signal
import struct
import subprocess
import sys
import termios
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from unittest.mock import patch

from jobstates.cli import main

if TYPE_CHECKING:
    from collections.abc import Iterator

GOLDEN = Path(__file__).parent / "golden"
COMMAND = (sys.executable, "-m", "jobstates")
STEERS_RICH = ("COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE", "COLORTERM", "GITHUB_ACTIONS")
SEQUENCE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")

FLOW = "2026-03-04_05_06_07-1234567890123456789"
CUSTOM = "projects/my-project/locations/us-central1/customJobs/4711471147114711471"


class Ended(NamedTuple):
    """How a command ended, and what it said."""

    code: int
    out: str
    err: str

    def rows(self) -> list[dict[str, Any]]:
        """Its output as one JSON object a line."""
        return [json.loads(line) for line in self.out.splitlines()]


def run(*args: str, stdin: bytes = b"", columns: int | None = None) -> Ended:
    """Run the command in this process, in a pipe or, with ``columns``, as in a terminal without colours of that width."""
    given = io.TextIOWrapper(io.BufferedReader(io.BytesIO(stdin)), encoding="utf-8")
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="\n", write_through=True) for _ in range(2))
    code = 0
    with (
        patch.object(sys, "argv", ["jobstates", *args]),
        patch.object(sys, "stdin", given),
        patch.object(sys, "stdout", out),
        patch.object(sys, "stderr", err),
        patch.dict(os.environ, environment(columns), clear=True),
        _same_logging(),
    ):
        try:
            main()
        except SystemExit as ending:
            code = ending.code if isinstance(ending.code, int) else 0
    return Ended(code, *(plain(stream.buffer.getvalue().decode()) for stream in (out, err)))


def command(*args: str, stdin: bytes = b"", **env: str) -> Ended:
    """Run the command as a process with pipes."""
    done = subprocess.run((*COMMAND, *args), input=stdin, capture_output=True, check=False, env=environment() | env)
    return Ended(done.returncode, done.stdout.decode(), done.stderr.decode())


def in_terminal(columns: int, *args: str, **env: str) -> tuple[int, str]:
    """Run the command as a process in a terminal of its own; its exit code and everything the terminal got."""
    with _terminal(columns, *args, **env) as (process, ours):
        shown = b"".join(_pieces(ours))
    return process.returncode, shown.decode().replace("\r\n", "\n")


def interrupted(*args: str, until: str) -> tuple[int, str]:
    """The same, and press Ctrl-C once it has shown something."""
    shown = b""
    with _terminal(80, *args) as (process, ours):
        for piece in _pieces(ours):
            if until.encode() in (shown := shown + piece):
                break
        process.send_signal(signal.SIGINT)
        shown += b"".join(_pieces(ours))
    return process.returncode, shown.decode().replace("\r\n", "\n")


@contextlib.contextmanager
def _terminal(columns: int, *args: str, **env: str) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    ours, its = pty.openpty()
    fcntl.ioctl(its, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    surroundings = environment() | {"TERM": "xterm-256color"} | env
    with subprocess.Popen((*COMMAND, *args), stdin=its, stdout=its, stderr=its, env=surroundings) as process:
        os.close(its)
        yield process, ours
    os.close(ours)


def _pieces(terminal: int) -> Iterator[bytes]:
    """What a terminal shows, until nobody can write to it any more."""
    with contextlib.suppress(OSError):  # how Linux says that the other side is closed
        while piece := os.read(terminal, 65536):
            yield piece


def plain(text: str) -> str:
    """Text without colours and cursor movements."""
    return SEQUENCE.sub("", text)


def environment(columns: int | None = None) -> dict[str, str]:
    """This process's environment without what rich looks at; with ``columns``, with what makes it write as to a terminal."""
    kept = {name: value for name, value in os.environ.items() if name not in STEERS_RICH}
    as_terminal = {"FORCE_COLOR": "1", "NO_COLOR": "1", "COLUMNS": str(columns)}
    return kept | {"PYTHONIOENCODING": "utf-8"} | (as_terminal if columns else {})


@contextlib.contextmanager
def _same_logging() -> Iterator[None]:
    logger = logging.getLogger("jobstates")
    level = logger.level
    try:
        yield
    finally:
        logger.setLevel(level)


def assert_golden(name: str, text: str) -> None:
    """Hold a whole output against the one that was looked at; ``JOBSTATES_GOLDEN=write`` takes the new ones."""
    path = GOLDEN / name
    if os.environ.get("JOBSTATES_GOLDEN") == "write":
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8"), f"{path}: look at the difference; JOBSTATES_GOLDEN=write if it is right"


def history(*states: str, job: str = FLOW, **more: object) -> bytes:
    """One line of the interchange format."""
    platform = "dataflow" if job == FLOW else "vertex"
    observations = [{"state": state} for state in states]
    return json.dumps({"platform": platform, "job": job, "observations": observations} | more).encode() + b"\n"
