"""The only file that runs a program: Graphviz, in whichever form this machine has it.

``graphviz-pure`` comes first, because it draws the same bytes everywhere; a ``dot`` of the system follows, whose fonts, and so
boxes, differ from one machine to another.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sysconfig
from functools import cache
from pathlib import Path

from jobstates.errors import DrawingFailed

ENVIRONMENT = "JOBSTATES_DOT"
PURE = "graphviz-pure"
SYSTEM = "dot"
PATIENCE = 60
"""Seconds after which a drawing is given up."""
RESOLUTION = "-Gdpi=192"
"""Only for PNG: in SVG it would scale the picture."""


def find_engine(explicit: str | None = None) -> str:
    """The program that draws: the one asked for, else ``JOBSTATES_DOT``, else ``graphviz-pure``, else ``dot``.

    Raises:
        DrawingFailed: when there is none, or not the one asked for.
    """
    if explicit:
        return _asked(explicit, "the engine")
    if named := os.environ.get(ENVIRONMENT):
        return _asked(named, ENVIRONMENT)
    found = _installed()
    if found is None:
        raise DrawingFailed(
            'nothing here can draw a diagram: pip install "jobstates[diagrams]", or install Graphviz, '
            f"or name its program in {ENVIRONMENT}. The formats dot, mermaid, md, json and html need no program."
        )
    return found


def draw(source: str, format: str = "svg", *, engine: str | None = None) -> bytes:  # noqa: A002  # what everybody calls it
    """Draw DOT as ``svg``, ``png`` or ``pdf``.

    Raises:
        DrawingFailed: when no program can, or the program does not know the format or the text.
    """
    program = find_engine(engine)
    command = [program, "-Kdot", f"-T{format}", *([RESOLUTION] if format == "png" else [])]
    try:
        # What it says on stderr are warnings about letters its fonts lack, unless it fails.
        done = subprocess.run(command, input=source.encode(), capture_output=True, check=False, timeout=PATIENCE)  # noqa: S603
    except subprocess.TimeoutExpired:
        raise DrawingFailed(f"{program} did not draw this diagram within {PATIENCE} seconds") from None
    except OSError as error:
        raise DrawingFailed(f"{program} cannot be run: {error.strerror or error}") from error
    if done.returncode or not done.stdout:
        raise DrawingFailed(_why(program, format, done.stderr.decode(errors="replace")))
    return done.stdout


def version(engine: str | None = None) -> str:
    """What the program calls itself, such as ``graphviz-pure version 16.1.0``.

    Raises:
        DrawingFailed: when there is no program.
    """
    program = find_engine(engine)
    return _version(program)


@cache
def _version(program: str) -> str:
    done = subprocess.run([program, "-V"], capture_output=True, check=False, timeout=PATIENCE)  # noqa: S603
    said = (done.stdout + done.stderr).decode(errors="replace").strip().splitlines()
    return said[0] if said else Path(program).name


def _asked(named: str, by: str) -> str:
    found = shutil.which(named)
    if found is None:
        raise DrawingFailed(f"{by} names {named}, and there is no such program")
    return found


def _installed() -> str | None:
    """Beside this Python first: that works in an environment nobody has activated, too."""
    scripts = sysconfig.get_path("scripts")
    return shutil.which(PURE, path=scripts) or shutil.which(PURE) or shutil.which(SYSTEM)


def _why(program: str, format: str, said: str) -> str:  # noqa: A002
    name = Path(program).name
    if "not recognized" in said or "Format" in said:
        return f"{name} cannot draw {format}; name another program, such as Graphviz' own dot, with --engine or {ENVIRONMENT}"
    lines = [line for line in said.splitlines() if "warning" not in line.lower()] or ["it says nothing of it"]
    return f"{name} could not draw the diagram: {' '.join(lines)[:300]}"
