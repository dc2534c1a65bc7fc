"""Jobs for the commands to find, the options that make them look often, and processes of them."""

from __future__ import annotations

import contextlib
import subprocess
from typing import IO, TYPE_CHECKING, Any

import requests

from jobstates.emulator import JobScript
from tests.cli.support import COMMAND, environment

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jobstates.emulator import Emulator

PARENT = "projects/my-project/locations/us-central1"
HERE = ("--project", "my-project", "--region", "us-central1")
SOON = ("--every", "0.02")
SETTLED = ("--timeout", "0.4")
"""Long enough for a job that stands still to be seen."""
BACKSTOP = 60
"""Seconds after which what hangs fails."""
FLOW = "2026-03-04_05_06_07-42"


def job(emulator: Emulator, ident: str = "4711", /, *states: Any, kind: str = "customJobs", **script: Any) -> str:
    """Create a job, by default one that lives a short good life, or stands in the last of the states; its name."""
    life = {"life": {"states": list(states), "unchecked": True}} if states else {}
    emulator.create(JobScript.model_validate({"kind": kind, "project": "my-project", "id": ident, **life, **script}))
    return f"{PARENT}/{kind}/{ident}"


def flow(emulator: Emulator, ident: str = FLOW, /, *states: Any, type_: str = "streaming") -> str:
    return job(emulator, ident, *states, kind="jobs", facts={"type": type_})


def launched(emulator: Emulator, sent: dict[str, str]) -> str:
    """Launch a Dataflow job as a client does; its id."""
    answer = requests.post(f"{emulator.url}/v1b3/{PARENT}/jobs", json=sent, timeout=BACKSTOP)
    return str(answer.json()["id"])


class Running:
    """A process of the command."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process

    def line(self) -> str:
        return self._out.readline().rstrip("\n")

    def ended(self) -> tuple[int, str, str]:
        """What it says from now on, and how it ends."""
        out = self._out.read()
        assert self.process.stderr
        return self.process.wait(BACKSTOP), out, self.process.stderr.read()

    @property
    def _out(self) -> IO[str]:
        assert self.process.stdout
        return self.process.stdout


@contextlib.contextmanager
def started(*args: str) -> Iterator[Running]:
    """Run the command as a process of its own group."""
    pipe = subprocess.PIPE
    with subprocess.Popen(
        (*COMMAND, *args), stdout=pipe, stderr=pipe, text=True, env=environment(), start_new_session=True
    ) as process:
        try:
            yield Running(process)
        finally:
            process.kill()
