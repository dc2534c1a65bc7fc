"""Airflow's Google provider, unmodified and with its default settings, under ``jobstates emulate exec``. Without a database.

One process does everything, because Airflow takes long to start; every look at a job moves the clock. Some of what it does with a
state is a fault of its own. Those tests say how it behaves today.
"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from tests.heavy.environments import HERE, surroundings

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.heavy

CONNECTION = {"conn_type": "google_cloud_platform", "extra": {"project": "my-project"}}
STREAMING = {"streaming": True}
DRAIN = {"drain_pipeline": True}
DONE = {"expected": ["JOB_STATE_DONE"]}
UNAVAILABLE = {"status": "UNAVAILABLE", "after": 1}
UNKNOWN = {"unknown_state": "JOB_STATE_HIBERNATING", "count": None}
STATELESS = {"absent_state": True}


def rests(state: str) -> dict[str, Any]:
    """The life of a job that is in one state from the start."""
    return {"states": [state], "unchecked": True}


class Task(NamedTuple):
    """Something to do with a job, with which settings; how the job lives; and what goes wrong with looks at it."""

    do: str
    settings: dict[str, Any] = {}  # noqa: RUF012  # nobody writes to it
    life: Any = None
    fault: dict[str, Any] | None = None


ENDS = {"states": ["PENDING", {"RUNNING": "10s"}, "DONE"], "answers": {"cancel": []}}
TASKS = {
    "flex": Task("flex"),
    "flex-streams": Task("flex", STREAMING),
    "flex-fails": Task("flex", life="failed"),
    "flex-unavailable": Task("flex", fault={**UNAVAILABLE, "count": 2}),
    "flex-stateless": Task("flex", fault=STATELESS),
    "classic": Task("classic"),
    "runs": Task("running", life=rests("RUNNING")),
    "ran": Task("running", life=rests("DONE")),
    "wait": Task("wait"),
    "cleans": Task("wait", life=rests("RESOURCE_CLEANING_UP")),
    "pauses": Task("wait", life=rests("PAUSING")),
    "paused": Task("wait", life=rests("PAUSED")),
    "updated": Task("wait", STREAMING, rests("UPDATED")),
    "drained": Task("wait", STREAMING, rests("DRAINED")),
    "cancel": Task("cancel", STREAMING),
    "drain": Task("cancel", {**STREAMING, **DRAIN}),
    "drain-batch": Task("cancel", DRAIN, ["PENDING", "RUNNING"]),
    "cancel-late": Task("cancel", {"cancel_timeout": 3}, ENDS),
    "status": Task("status_trigger", DONE),
    "status-cleans": Task("status_trigger", DONE, ["PENDING", "RUNNING", "RESOURCE_CLEANING_UP", "DONE"]),
    "status-drained": Task("status_trigger", DONE | STREAMING, rests("DRAINED")),
    "status-unavailable": Task("status_trigger", DONE, fault=UNAVAILABLE),
    "template": Task("template_trigger"),
    "template-failed": Task("template_trigger", life="failed"),
    "template-unavailable": Task("template_trigger", fault=UNAVAILABLE),
    "template-stopped": Task("template_trigger", life=["STOPPED", "PENDING", "RUNNING", "DONE"]),
    "template-unknown": Task("template_trigger", fault=UNKNOWN),
    "template-cancelled": Task("template_trigger", life=rests("CANCELLED")),
    "template-drained": Task("template_trigger", STREAMING, rests("DRAINED")),
    "template-updated": Task("template_trigger", STREAMING, rests("UPDATED")),
    "custom": Task("custom"),
    "custom-fails": Task("custom", life=["QUEUED", "RUNNING", {"state": "FAILED", "error": "out of memory"}]),
    "custom-expires": Task("custom", life="expired"),
    "custom-partially": Task("custom", life="partially_succeeded"),
    "custom-cancel": Task("cancel_custom"),
    "custom-unavailable": Task("custom", fault=UNAVAILABLE),
    "trigger": Task("custom_trigger"),
    "trigger-expires": Task("custom_trigger", life="expired"),
    "trigger-unknown": Task("custom_trigger", fault=UNKNOWN),
    "batch": Task("batch_trigger"),
    "batch-paused": Task("batch_trigger", life=rests("PAUSED")),
    "batch-expired": Task("batch_trigger", life=rests("EXPIRED")),
    "batch-partially": Task("batch_trigger", life=rests("PARTIALLY_SUCCEEDED")),
}


def scenario() -> dict[str, Any]:
    """What the emulator is told. Every look is delayed a little: so it is counted."""
    lives = [{"life": task.life, "job": name} for name, task in TASKS.items() if task.life is not None]
    faults = [{**task.fault, "method": "Get*", "job": name} for name, task in TASKS.items() if task.fault is not None]
    counted = [{"delay": 0.001, "method": "Get*", "job": name, "count": None} for name in TASKS]
    return {"clock": "step 1s", "lives": lives, "faults": faults + counted}


@pytest.fixture(scope="module")
def came(airflow: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What came of the tasks."""
    folder = tmp_path_factory.mktemp("airflow")
    told = folder / "scenario.json"
    told.write_text(json.dumps(scenario()), encoding="utf-8")
    tasks = [{"do": task.do, "job": name, "settings": task.settings} for name, task in TASKS.items()]
    emulate = [sys.executable, "-m", "jobstates", "emulate", "--scenario", str(told), "exec", "--"]
    variables = {"AIRFLOW_HOME": str(folder), "AIRFLOW_CONN_GOOGLE_CLOUD_DEFAULT": json.dumps(CONNECTION)}
    done = subprocess.run(  # noqa: PLW1510  # its log is worth more than its exit code
        [*emulate, airflow, HERE / "airflow_client.py", json.dumps(tasks)],
        env=surroundings() | variables,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return dict(zip(TASKS, json.loads(done.stdout.splitlines()[-1]), strict=True))


# Hooks for Dataflow


def test_a_flex_template_is_waited_for_until_it_is_done_or_streams(came: dict[str, Any]) -> None:
    assert (came["flex"], came["flex-streams"]) == ("JOB_STATE_DONE", "JOB_STATE_RUNNING")


def test_a_classic_template_is_waited_for(came: dict[str, Any]) -> None:
    assert (came["classic"], came["wait"]) == ("classic", None)


def test_a_flex_template_that_fails_raises(came: dict[str, Any]) -> None:
    assert came["flex-fails"] == unexpected("flex-fails", "FAILED")


def test_its_hook_survives_a_service_that_is_unavailable(came: dict[str, Any]) -> None:
    assert came["flex-unavailable"] == "JOB_STATE_DONE"


def test_a_job_runs_until_it_is_done(came: dict[str, Any]) -> None:
    assert (came["runs"], came["ran"]) == (True, False)


def test_it_cancels_and_drains_and_waits_for_that(came: dict[str, Any]) -> None:
    assert (came["cancel"], came["drain"]) == ("JOB_STATE_CANCELLED", "JOB_STATE_DRAINED")


def test_a_batch_job_is_cancelled_where_streaming_jobs_are_to_be_drained(came: dict[str, Any]) -> None:
    assert came["drain-batch"] == "JOB_STATE_CANCELLED"


# Triggers for Dataflow


def test_a_status_trigger_fires_when_the_job_is_in_the_state_or_has_ended_in_another(came: dict[str, Any]) -> None:
    assert came["status"].startswith("success: ")
    assert came["status"].endswith("has reached an expected state: JOB_STATE_DONE")
    assert came["status-drained"].endswith("is already in terminal state: JOB_STATE_DRAINED")


def test_a_template_trigger_fires_when_the_job_is_done_or_has_failed(came: dict[str, Any]) -> None:
    assert came["template"] == "success: Job completed"
    assert came["template-failed"].endswith("has failed its execution")


def test_a_template_trigger_survives_a_service_that_is_unavailable(came: dict[str, Any]) -> None:
    assert came["template-unavailable"] == "success: Job completed"


# Hooks and triggers for Vertex AI


def test_a_custom_job_is_waited_for_until_it_has_succeeded(came: dict[str, Any]) -> None:
    assert came["custom"] == "JOB_STATE_SUCCEEDED"
    assert came["trigger"].startswith("success: Custom Job projects/my-project/locations/us-central1/customJobs/")


def test_a_custom_job_that_ends_otherwise_raises(came: dict[str, Any]) -> None:
    assert came["custom-fails"] == "RuntimeError: out of memory"
    assert came["custom-expires"] == "RuntimeError: The CustomJob has expired."
    assert came["custom-cancel"] == "RuntimeError: The CustomJob has been cancelled."
    assert came["trigger-expires"] == "error: The CustomJob has expired."


def test_a_batch_prediction_trigger_fires_when_the_job_has_succeeded(came: dict[str, Any]) -> None:
    assert came["batch"].endswith("completed with status JOB_STATE_SUCCEEDED")


# Its own faults


@pytest.mark.parametrize(("job", "state"), [("cleans", "RESOURCE_CLEANING_UP"), ("pauses", "PAUSING"), ("paused", "PAUSED")])
def test_its_hook_takes_these_states_for_ends(came: dict[str, Any], job: str, state: str) -> None:
    assert came[job] == unexpected(job, state)


def test_its_status_trigger_does_not(came: dict[str, Any]) -> None:
    assert came["status-cleans"].endswith("has reached an expected state: JOB_STATE_DONE")


@pytest.mark.parametrize(("job", "state"), [("updated", "UPDATED"), ("drained", "DRAINED")])
def test_its_hook_raises_for_good_ends_of_streaming_jobs(came: dict[str, Any], job: str, state: str) -> None:
    assert came[job] == unexpected(job, state, expected="RUNNING")


def test_a_look_that_shows_no_state_ends_the_wait(came: dict[str, Any]) -> None:
    assert came["flex-stateless"] == "KeyError: 'currentState'"


def test_a_cancel_of_a_job_that_gets_done_first_ends_only_by_its_timeout(came: dict[str, Any]) -> None:
    assert came["cancel-late"].startswith("AirflowTaskTimeout: Canceling jobs failed due to timeout (3s): ")


@pytest.mark.parametrize(
    "job", ["template-cancelled", "template-drained", "template-updated", "batch-expired", "batch-partially"]
)
def test_these_ends_never_end_the_wait_of_these_triggers(came: dict[str, Any], job: str) -> None:
    assert came[job] is None


def test_a_template_trigger_takes_stopped_for_an_end(came: dict[str, Any]) -> None:
    assert came["template-stopped"].startswith("stopped: ")


def test_a_paused_batch_prediction_job_is_a_success_to_its_trigger(came: dict[str, Any]) -> None:
    assert came["batch-paused"].startswith("success: ")
    assert came["batch-paused"].endswith("completed with status JOB_STATE_PAUSED")


def test_a_service_that_is_unavailable_once_ends_these_waits(came: dict[str, Any]) -> None:
    assert came["status-unavailable"].startswith("error: 503 ")
    assert came["custom-unavailable"].startswith("AirflowException: 503 ")


def test_a_partial_success_raises_without_a_word(came: dict[str, Any]) -> None:
    assert came["custom-partially"] == "RuntimeError: "


def test_a_state_it_does_not_know_ends_the_wait_and_breaks_the_trigger_of_a_custom_job(came: dict[str, Any]) -> None:
    assert came["template-unknown"] == "error: 'int' object has no attribute 'name'"
    assert came["trigger-unknown"] == "AttributeError: 'int' object has no attribute 'name'"


def unexpected(job: str, state: str, expected: str = "DONE") -> str:
    """What the hook says of a state that it takes for a wrong end."""
    said = f"is in an unexpected terminal state: JOB_STATE_{state}, expected terminal state: JOB_STATE_{expected}"
    return f"AirflowException: Google Cloud Dataflow job {job} {said}"
