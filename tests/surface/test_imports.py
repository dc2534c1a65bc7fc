"""What using the package loads: nothing that a tracker or a machine does not need."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = ("google", "grpc", "graphviz", "rich", "typer", "click", "hypothesis", "pytest", "asyncio.test_utils")
LOADED = """\
import sys
before = set(sys.modules)
{code}
print(*sorted(set(sys.modules) - before))
"""
USES = {
    "the package": "import jobstates",
    "every name": "from jobstates import *",
    "a tracker at work": "from jobstates import Tracker; Tracker().observe('customJobs/1', 'RUNNING')",
    "a machine at work": "from jobstates import DataflowJobMachine; DataflowJobMachine('x').observe('RUNNING')",
    "pictures as text": "from jobstates import DataflowJobMachine; from jobstates.render import diagram, export; "
    "export(diagram(DataflowJobMachine.lifecycle), 'mermaid')",
    "the readers": "from jobstates.reading import read; list(read(['{}']))",
}


def loaded_by(code: str) -> list[str]:
    """The modules that a program loads in a process of its own."""
    done = subprocess.run([sys.executable, "-c", LOADED.format(code=code)], capture_output=True, text=True, check=True)
    return done.stdout.split()


@pytest.mark.parametrize("code", USES.values(), ids=USES)
def test_nothing_heavy_is_loaded(code: str) -> None:
    modules = loaded_by(code)
    assert "jobstates" in modules
    assert [name for name in modules if name.startswith(HEAVY) and name.partition(".")[0] in HEAVY] == []


def test_a_bare_import_loads_nothing_but_itself() -> None:
    assert [name for name in loaded_by("import jobstates") if name.startswith(("jobstates.", "pydantic", "statemachine"))] == []
