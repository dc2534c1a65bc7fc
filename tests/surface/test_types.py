"""Types as a user of the installed package sees them."""

from __future__ import annotations

import runpy
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest

USAGE = Path(__file__).with_name("usage.py")
MISUSE = """\
from jobstates import DataflowJob, Lifecycle, Tracker, Trakcer, VertexJobMachine

Tracker(policy="ignored")
Tracker().observe()
DataflowJob(type="sideways")
VertexJobMachine().observe("RUNNING").event
Lifecycle.of(VertexJobMachine).route("QUEUED").events
"""


def check(path: Path, cwd: Path) -> tuple[list[int], str]:
    """The lines that mypy finds wrong in a file, far from this project and its settings."""
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--config-file=", "--cache-dir", str(cwd / "cache"), str(path)],
        capture_output=True,
        text=True,
        check=False,
        cwd=cwd,
    )
    wrong = [int(line.split(":")[1]) for line in done.stdout.splitlines() if ": error: " in line]
    return wrong, done.stdout


def test_the_main_calls_have_the_types_they_should(tmp_path: Path) -> None:
    copy = tmp_path / USAGE.name
    copy.write_text(USAGE.read_text(encoding="utf-8"), encoding="utf-8")
    assert check(copy, tmp_path) == ([], "Success: no issues found in 1 source file\n")

    misuse = tmp_path / "misuse.py"
    misuse.write_text(MISUSE, encoding="utf-8")
    wrong, said = check(misuse, tmp_path)
    assert sorted(set(wrong)) == [1, 3, 4, 5, 6, 7], said


def test_the_main_calls_do_what_they_should(capsys: pytest.CaptureFixture[str]) -> None:
    runpy.run_path(str(USAGE))
    assert capsys.readouterr().out == ""
