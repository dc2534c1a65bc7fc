"""The same looks give the same words in every process, whatever order its sets have."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

STORY = """
from jobstates import DataflowJob, DataflowJobMachine, VertexJobMachine
for machine, looks in (
    (DataflowJobMachine(DataflowJob(name="job", type="batch", flexrs=True)), ["PAUSED", "CANCELLED", "DRAINED", "NEW", "DONE"]),
    (VertexJobMachine("projects/p/locations/l/customJobs/1"), ["SUCCEEDED", "PAUSED", "EXPIRED"]),
):
    for minute, look in enumerate(looks):
        followed = machine.observe(look, 60.0 * minute, colour="red", kind=7, pausable="no", intent=3)
        for message in (*followed.events, *followed.findings):
            print(message.model_dump_json())
    print(sorted(map(str, machine.lifecycle.reachable(machine.job))), machine.job)
"""


def words(seed: str) -> str:
    environment = {**os.environ, "PYTHONHASHSEED": seed}
    return subprocess.run([sys.executable, "-c", STORY], env=environment, check=True, capture_output=True, text=True).stdout


@pytest.mark.parametrize("seed", ["1", "4711"])
def test_a_story_is_told_in_the_same_words(seed: str) -> None:
    told = words(seed)
    assert told == words("0")
    assert '"id":"job#1"' in told
