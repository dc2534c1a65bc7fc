"""``list``: the jobs of a place, sorted, each with its state."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.cli.live.support import FLOW, HERE, PARENT, flow, job
from tests.cli.support import environment, run

if TYPE_CHECKING:
    from pathlib import Path

    from jobstates.emulator import Emulator


MADE = ("2026-01-01", "00:00:00Z")
"""When the emulator's jobs were created."""


@pytest.fixture
def jobs(emulator: Emulator) -> Emulator:
    """Five jobs of three kinds; two are over."""
    job(emulator, "2", "RUNNING", name="named-2")
    job(emulator, "1", "PENDING", name="named-1")
    job(emulator, "3", "FAILED", name="named-3")
    job(emulator, "p", "RUNNING", kind="pipelineJobs", name="named-p")
    flow(emulator, FLOW, "DRAINED")
    return emulator


def ids(*args: str) -> list[str]:
    return [row["job"].rpartition("/")[2] for row in run("list", *HERE, *args, "--json").rows()]


def test_live_jobs_are_listed_by_kind_and_id(jobs: Emulator) -> None:
    ended = run("list", *HERE, columns=80)
    lines = [line.split() for line in ended.out.splitlines()]
    assert (ended.code, ended.err) == (0, "")
    assert lines == [
        ["State", "Kind", "Name", "Job", "Created", "Since"],
        ["PENDING", "customJobs", "named-1", "1", *MADE],
        ["RUNNING", "customJobs", "named-2", "2", *MADE],
        ["RUNNING", "pipelineJobs", "named-p", "p", *MADE],
    ]


def test_a_dataflow_job_has_its_name_too(emulator: Emulator) -> None:
    job(emulator, FLOW, "RUNNING", kind="jobs", name="clicks")
    [row] = run("list", *HERE, "--json").rows()
    assert (row["name"], row["created"]) == ("clicks", "2026-01-01T00:00:00+00:00")


@pytest.mark.parametrize(("args", "found"), [
    (["--live"], ["1", "2", "p"]),
    (["--all"], [FLOW, "1", "2", "3", "p"]),
    (["--platform", "vertex"], ["1", "2"]),
    (["--kind", "pipelineJobs"], ["p"]),
    (["--state", "RUNNING"], ["2", "p"]),
    (["--state", "FAILED"], ["3"]),
    (["--state", "DRAINED", "--state", "PENDING"], [FLOW, "1"]),
    (["--kind", "jobs"], []),
])  # fmt: skip
def test_only_what_is_wanted_is_listed(args: list[str], found: list[str], jobs: Emulator) -> None:
    assert ids(*args) == found


def test_json_tells_each_job_whole(jobs: Emulator) -> None:
    rows = run("list", *HERE, "--state", "FAILED", "--json").rows()
    assert [{**row, "at": bool(row["at"])} for row in rows] == [
        {
            "platform": "vertex",
            "kind": "customJobs",
            "job": f"{PARENT}/customJobs/3",
            "name": "named-3",
            "state": "JOB_STATE_FAILED",
            "known": True,
            "at": True,
            "created": "2026-01-01T00:00:00+00:00",
            "error": rows[0]["error"],
        }
    ]


def test_no_jobs_is_an_answer(emulator: Emulator) -> None:
    ended = run("list", *HERE)
    assert (ended.code, ended.out, ended.err) == (0, "No jobs.\n", "")


def test_a_state_that_nobody_knows_is_shown_as_it_is_spelled(jobs: Emulator) -> None:
    jobs.fault(unknown_state="JOB_STATE_HIBERNATING", method="ListCustomJobs")
    rows = run("list", *HERE, "--kind", "customJobs", "--json").rows()
    assert [(row["state"], row["known"]) for row in rows] == [("99", False), ("99", False)]
    jobs.fault(unknown_state="JOB_STATE_HIBERNATING", method="ListCustomJobs")
    assert "\n99?      customJobs    named-1  1  " in run("list", *HERE).out


def test_what_cannot_be_listed_is_named_and_the_rest_is_listed(jobs: Emulator) -> None:
    jobs.fault("PERMISSION_DENIED", method="ListJobs", count=None)
    ended = run("list", *HERE)
    assert ended.code == 3
    assert ended.err.startswith("jobstates: jobs: ListJobs: PERMISSION_DENIED")
    assert len(ended.err.splitlines()) == 1
    assert "customJobs" in ended.out


def test_without_credentials_the_reason_and_what_to_do_are_said_once_and_nothing_is_said_of_jobs(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("GOOGLE_APPLICATION_CREDENTIALS")
    monkeypatch.setenv("CLOUDSDK_CONFIG", str(tmp_path))
    monkeypatch.setenv("NO_GCE_CHECK", "true")  # nothing but loopback is asked
    ended = run("list", *HERE)
    assert (ended.code, ended.out) == (3, "")
    assert ended.err.startswith("jobstates: 11 kinds cannot be listed (jobs, customJobs, ")
    assert ended.err.count("DefaultCredentialsError") == len(ended.err.splitlines()) == 1
    assert ended.err.endswith("; run `gcloud auth application-default login`\n")


@pytest.mark.parametrize(("args", "said"), [
    (["--project", "p", "--region", "us-central1-a"], "'us-central1-a' is no location"),
    (["--project", "NO", "--region", "us-central1"], "'NO' is no project"),
    ([*HERE, "--kind", "customjobs"], "unknown kind 'customjobs'. Did you mean 'customJobs'? Known: jobs, customJobs"),
    ([*HERE, "--platform", "vertx"], "unknown platform 'vertx'. Did you mean 'vertex'?"),
    ([*HERE, "--state", "RUNING"], "unknown state 'RUNING'. Did you mean 'RUNNING'?"),
])  # fmt: skip
def test_a_mistake_is_one_line(args: list[str], said: str) -> None:
    ended = run("list", *args)
    assert (ended.code, ended.out) == (2, "")
    assert said in ended.err
    assert len(ended.err.splitlines()) == 1


@pytest.mark.parametrize(("args", "code"), [((), 0), (("--platform", "dataflow"), 2)])
def test_a_missing_extra_is_told(args: tuple[str, ...], code: int, emulator: Emulator) -> None:
    program = f"""
import sys
sys.modules["google.cloud.dataflow_v1beta3"] = None
sys.argv = {["jobstates", "list", *HERE, *args]}
from jobstates.cli import main
main()
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, env=environment())
    assert done.returncode == code
    assert done.stderr.endswith('pip install "jobstates[dataflow]"\n')
    assert len(done.stderr.splitlines()) == 1
