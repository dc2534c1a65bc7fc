"""Apache Beam's DataflowRunner, unmodified, against the emulator: what its wait comes to for every way a job can live.

It gives up only after a minute, and looks every few seconds: all jobs are submitted by one process and waited for at once.
Some of what it does with a state is a fault of its own. Those tests say how it behaves today.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any, NamedTuple, Self

import grpc
import pytest
from google.cloud.dataflow_v1beta3 import Job, JobState, JobsV1Beta3Client, UpdateJobRequest

from jobstates.emulator import Emulator, Scenario
from jobstates.emulator.living.choosing import LifeRule
from tests.heavy.environments import HERE, surroundings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.heavy

STREAMING = ("--streaming",)
UPDATE = ("--streaming", "--update")
RESTING = {"stops": "STOPPED", "drains": "DRAINING", "cancels": "CANCELLING", "cleans": "RESOURCE_CLEANING_UP"}
"""Jobs that stay for long in a state that is no end."""
LONG = ["PENDING", {"RUNNING": "9s"}, "DONE"]
"""A life that it looks at twice."""
TROUBLE = {"state": "FAILED", "error": "a worker ran out of memory"}
GAVE_UP = "AssertionError: Job did not reach to a terminal state after waiting indefinitely."


class Told(NamedTuple):
    """A job: how it is submitted, what then, how it lives, and what goes wrong with calls about it."""

    options: tuple[str, ...] = ()
    then: str = "wait"
    life: Any = None
    fault: dict[str, Any] | None = None


class Came(NamedTuple):
    """What came of the jobs."""

    to: dict[str, list[str]]
    """What the client said of each, by name in the order they were submitted."""
    states: dict[str, list[str]]
    """How they stand."""
    log: str
    """What the client logged."""
    struck: dict[str, int]
    """How often the faults of a job struck."""


JOBS = {
    "ends": Told(then="measure"),
    "fails": Told(life=["PENDING", {"RUNNING": "2s"}, TROUBLE]),
    "fails-silently": Told(
        life=["PENDING", {"RUNNING": "2s"}, "FAILED"], fault={"page": "cut", "method": "ListJobMessages", "count": None}
    ),
    "cancelled": Told(STREAMING, "cancel"),
    "drained": Told(STREAMING),
    "updated": Told(STREAMING),
    "queues": Told(("--flexrs_goal=COST_OPTIMIZED",), life=["QUEUED", "PENDING", "RUNNING", "DONE"]),
    "queued": Told(("--flexrs_goal=COST_OPTIMIZED",), "look", [{"QUEUED": "asked"}]),
    "unavailable": Told(life=LONG, fault={"status": "UNAVAILABLE", "method": "GetJob", "count": 2, "after": 1}),
    "hidden": Told(life=LONG, fault={"status": "NOT_FOUND", "method": "GetJob", "after": 1}),
    "cut-off": Told(life=LONG, fault={"reset": True, "method": "GetJob", "after": 1}),
    "answer-lost": Told(fault={"status": "UNAVAILABLE", "done": True, "method": "CreateJob"}),
    "without-a-state": Told(fault={"absent_state": True, "method": "GetJob", "count": None}),
    "unknown": Told(fault={"unknown_state": "JOB_STATE_HIBERNATING", "method": "GetJob", "count": None}),
    **{name: Told(life={"states": ["PENDING", {state: "1h"}], "unchecked": True}) for name, state in RESTING.items()},
}
AGAIN = {"updated": Told(UPDATE, "look"), "queued": Told(then="look")}
"""Names that are used once more."""


class Beam:
    """A process that submits jobs to an emulator."""

    def __init__(self, python: Path, emulator: Emulator, folder: Path, jobs: list[tuple[str, Told]]) -> None:
        told = [{"name": name, "options": one.options, "then": one.then} for name, one in jobs]
        port = emulator.endpoint.rpartition(":")[2]
        self.process = subprocess.Popen(
            [python, HERE / "beam_client.py", port, folder, json.dumps(told)],
            env=surroundings() | emulator.environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.process.kill()
        self.process.communicate()

    def until(self, condition: Any) -> None:
        """Wait for something to be so, as long as the process runs."""
        while not condition():
            assert self.process.poll() is None, self.process.communicate()[1]
            time.sleep(0.05)

    def said(self) -> tuple[list[str], str]:
        """What it said at its end, and what it logged."""
        out, log = self.process.communicate()
        assert self.process.returncode == 0, log
        said: list[str] = json.loads(out)
        return said, log


@pytest.fixture(scope="module")
def came(beam: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Came]:
    jobs = [*JOBS.items(), *AGAIN.items()]
    with Emulator(Scenario()) as emulator:
        for name, told in JOBS.items():
            if told.life is not None:
                emulator.add_life(LifeRule.model_validate({"life": told.life, "job": name}))
            if told.fault is not None:
                emulator.fault(job=name, **told.fault)
        with Beam(beam, emulator, tmp_path_factory.mktemp("staging"), jobs) as client:
            client.until(lambda: states(emulator).get("drained") == ["JOB_STATE_RUNNING"])
            drain(emulator, "drained")
            said, log = client.said()
        struck = {fault.job: count for fault, count in emulator.faults}
        yield Came(by_name(zip([name for name, _ in jobs], said, strict=True)), states(emulator), log, struck)


def drain(emulator: Emulator, name: str) -> None:
    """Drain a job by Google's client: another one than Beam, over another transport."""
    ident = next(job.name.rpartition("/")[2] for job in emulator.jobs if job.display_name == name)
    with grpc.insecure_channel(emulator.endpoint) as channel:
        client = JobsV1Beta3Client(transport=JobsV1Beta3Client.get_transport_class("grpc")(channel=channel))
        client.update_job(
            UpdateJobRequest(
                project_id="my-project",
                location="us-central1",
                job_id=ident,
                job=Job(requested_state=JobState.JOB_STATE_DRAINED),
            )
        )


def states(emulator: Emulator) -> dict[str, list[str]]:
    return by_name((job.display_name, job.state) for job in emulator.jobs)


def by_name(pairs: Any) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return found


# Ends


def test_a_job_that_is_done_ends_the_wait_and_has_metrics(came: Came) -> None:
    (said,) = came.to["ends"]
    assert said == 'DONE {"counters": [], "distributions": [], "gauges": [], "string_sets": []}'


def test_a_job_that_fails_raises_with_its_error_message(came: Came) -> None:
    expected = "DataflowRuntimeException: Dataflow pipeline failed. State: FAILED, Error:\na worker ran out of memory"
    assert came.to["fails"] == [expected]


@pytest.mark.parametrize("name", ["cancelled", "drained", "updated"])
def test_every_other_end_raises_as_well(came: Came, name: str) -> None:
    expected = f"DataflowRuntimeException: Dataflow pipeline failed. State: {name.upper()}, Error:\nNone"
    assert came.to[name][0] == expected
    assert came.states[name][0] == f"JOB_STATE_{name.upper()}"


def test_an_update_replaces_the_running_job(came: Came) -> None:
    assert came.to["updated"][1] in {"PENDING", "RUNNING"}
    assert came.states["updated"] == ["JOB_STATE_UPDATED", "JOB_STATE_RUNNING"]


def test_a_job_that_waits_in_the_queue_ends_the_wait_when_it_is_done(came: Came) -> None:
    assert came.to["queues"] == ["DONE"]


def test_a_pipeline_that_knows_nothing_of_the_emulator_runs_under_exec(beam: Path) -> None:
    command = [sys.executable, "-m", "jobstates", "emulate", "exec", "--", str(beam), str(HERE / "beam_stock_client.py")]
    done = subprocess.run(command, env=surroundings(), capture_output=True, text=True)  # noqa: PLW1510  # its log says more
    assert (done.returncode, done.stdout) == (0, "DONE"), done.stderr


# Trouble on the way


@pytest.mark.parametrize("name", ["unavailable", "hidden", "cut-off"])
def test_calls_that_go_wrong_in_the_middle_of_the_wait_are_survived(came: Came, name: str) -> None:
    assert came.to[name] == ["DONE"]
    assert came.struck[name] == JOBS[name].fault.get("count", 1)  # type: ignore[union-attr]  # these have one


def test_a_job_whose_creation_was_answered_too_late_is_created_once(came: Came) -> None:
    assert came.struck["answer-lost"] == 1
    assert (came.to["answer-lost"], came.states["answer-lost"]) == (["DONE"], ["JOB_STATE_DONE"])


def test_a_name_that_is_taken_is_its_own_error(came: Came) -> None:
    assert came.to["queued"][1].startswith("DataflowJobAlreadyExistsError: There is already active job named ")


def test_a_name_that_is_taken_is_a_conflict_where_the_service_refuses(beam: Path, tmp_path: Path) -> None:
    told = Told(STREAMING, "look")
    with (
        Emulator(Scenario.model_validate({"undocumented": {"same_name": "refuse"}})) as emulator,
        Beam(beam, emulator, tmp_path, [("taken", told), ("taken", told)]) as client,
    ):
        (_, second), _ = client.said()
        assert second.startswith("Conflict: 409 ")
        assert len(emulator.jobs) == 1


# Its own faults


@pytest.mark.parametrize("name", [*RESTING, "without-a-state"])
def test_it_gives_up_after_fifty_looks_at_a_state_that_is_no_end(came: Came, name: str) -> None:
    assert came.to[name][0].startswith(GAVE_UP)


def test_a_failure_without_a_message_is_told_only_after_fifty_looks(came: Came) -> None:
    assert came.to["fails-silently"] == ["DataflowRuntimeException: Dataflow pipeline failed. State: FAILED, Error:\nNone"]
    assert came.struck["fails-silently"] >= 50


def test_a_state_it_does_not_know_ends_its_looking_and_then_the_wait(came: Came) -> None:
    assert came.to["unknown"][0].startswith(GAVE_UP)
    assert "AttributeError: 'int' object has no attribute 'name'" in came.log


def test_a_queued_job_is_in_a_state_it_does_not_recognise(came: Came) -> None:
    assert came.to["queued"][0] == "UNRECOGNIZED"


def test_an_update_of_a_job_that_does_not_run_asks_for_ever(beam: Path, tmp_path: Path) -> None:
    with Emulator() as emulator:
        emulator.fault(delay=0.02, method="ListJobs", count=None)
        with Beam(beam, emulator, tmp_path, [("none", Told(UPDATE))]) as client:
            client.until(lambda: [struck for _, struck in emulator.faults] >= [100])
        assert emulator.jobs == []
