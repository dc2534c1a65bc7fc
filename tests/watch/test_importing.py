"""What watching loads: none of Google's packages until a job of theirs is watched; and what is said where one is missing."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.surface.test_imports import loaded_by
from tests.watch.records import ref

CLIENTS = ("google", "grpc", "proto", "rich", "typer")
USES = {
    "the room": "import jobstates.watch",
    "a watcher": "import jobstates.watch.watcher",
    "the names of the package": "from jobstates import *",
    "a watcher at work": (
        "import asyncio\n"
        "from jobstates.watch.watcher import Watcher\n"
        "async def main():\n"
        "    async with Watcher() as watcher: watcher.snapshot()\n"
        "asyncio.run(main())"
    ),
}


@pytest.mark.parametrize("code", USES.values(), ids=USES)
def test_none_of_googles_packages_is_loaded(code: str) -> None:
    modules = loaded_by(code)
    assert "jobstates" in modules
    assert [name for name in modules if name.partition(".")[0] in CLIENTS] == []


WATCHING = """
import asyncio, sys
sys.modules[{module!r}] = None
from jobstates.errors import MissingExtra
from jobstates.watch.watcher import Watcher
async def main():
    async with Watcher() as watcher:
        try:
            watcher.add({name!r})
        except MissingExtra as missing:
            print(missing)
asyncio.run(main())
"""


@pytest.mark.parametrize(
    ("kind", "module", "extra", "package"),
    [
        ("customJobs", "google.cloud.aiplatform_v1", "vertex", "google-cloud-aiplatform"),
        ("pipelineJobs", "google.cloud.aiplatform_v1", "vertex", "google-cloud-aiplatform"),
        ("jobs", "google.cloud.dataflow_v1beta3", "dataflow", "google-cloud-dataflow-client"),
    ],
)
def test_a_missing_client_is_one_line_with_the_command_that_installs_it(kind: str, module: str, extra: str, package: str) -> None:
    code = WATCHING.format(module=module, name=ref(kind).name)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == f'the package {package} is not installed: pip install "jobstates[{extra}]"\n'
