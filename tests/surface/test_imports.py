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


def test_an_emulator_at_work_loads_none_of_the_clients_that_it_is_made_for() -> None:
    modules = loaded_by(
        "from jobstates.emulator import Emulator, JobScript\nwith Emulator() as e: e.create(JobScript(kind='nasJobs')); e.jobs"
    )
    assert {"jobstates.emulator.emulator", "grpc", "google.protobuf"} <= set(modules)
    clients = ("google.cloud", "google.api_core", "google.auth", "googleapiclient", "vertexai", "proto", "requests", "httplib2")
    assert [name for name in modules if name.startswith(clients) and not name.startswith("google.protobuf")] == []


MISSING = """
import sys
sys.modules[{module!r}] = None
sys.argv = ["jobstates", "emulate", "--json"]
from jobstates.cli import main
main()
"""


@pytest.mark.parametrize(
    ("module", "package"), [("grpc", "grpcio"), ("google.protobuf", "protobuf"), ("h11", "h11"), ("trustme", "trustme")]
)
def test_without_the_extra_the_emulator_says_how_to_install_it(module: str, package: str) -> None:
    done = subprocess.run([sys.executable, "-c", MISSING.format(module=module)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f'jobstates: the package {package} is not installed: pip install "jobstates[emulator]"\n'


def test_help_needs_no_extra() -> None:
    code = "import sys; sys.modules['grpc'] = None; sys.argv = ['jobstates', '--help']; from jobstates.cli import main; main()"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "emulate" in done.stdout
