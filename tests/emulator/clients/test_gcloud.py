"""gcloud, unmodified, against the emulator. Where there is no gcloud these tests are skipped and say so.

It takes its endpoints from the environment, and keeps nothing outside a folder of the test. A call takes it more than a second,
so that one test looks at several things.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from jobstates.emulator import Emulator, JobScript, Life
from jobstates.platforms.dataflow import DataflowJobState

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Done = subprocess.CompletedProcess[str]
    Gcloud = Callable[..., Done]

PROGRAM = shutil.which("gcloud")
REGION = "--region=us-central1"
NAMELESS = {"RESOURCE_CLEANING_UP", "PAUSING", "PAUSED", "UNKNOWN"}
"""The states that gcloud 528 has no name for."""
pytestmark = pytest.mark.skipif(PROGRAM is None, reason="gcloud is not installed")


def settings(folder: Path) -> dict[str, str]:
    """The environment without anybody's gcloud settings, but for the Python it runs in."""
    theirs = {name: value for name, value in os.environ.items() if not name.startswith("CLOUDSDK_") or "PYTHON" in name}
    return theirs | {
        "CLOUDSDK_CONFIG": str(folder),
        "CLOUDSDK_CORE_PROJECT": "my-project",
        "CLOUDSDK_CORE_DISABLE_PROMPTS": "true",
        "CLOUDSDK_CORE_DISABLE_USAGE_REPORTING": "true",
        "CLOUDSDK_COMPONENT_MANAGER_DISABLE_UPDATE_CHECK": "true",
    }


def called(environment: dict[str, str], *arguments: str) -> Done:
    return subprocess.run(  # noqa: PLW1510  # the tests look at the exit code
        [str(PROGRAM), *arguments], env=environment, capture_output=True, text=True, stdin=subprocess.DEVNULL
    )


@pytest.fixture
def gcloud(emulator: Emulator, tmp_path: Path) -> Gcloud:
    """It, led to the emulator by its own settings."""
    services = dict.fromkeys(("DATAFLOW", "AIPLATFORM"), f"{emulator.url}/")
    endpoints = {f"CLOUDSDK_API_ENDPOINT_OVERRIDES_{name}": url for name, url in services.items()}
    environment = settings(tmp_path) | endpoints | {"CLOUDSDK_AUTH_DISABLE_CREDENTIALS": "true"}
    return lambda *arguments: called(environment, *arguments)


def asked(done: Done) -> Any:
    """What it says in JSON."""
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def flow(emulator: Emulator, name: str, *states: Any, **facts: Any) -> str:
    """A Dataflow job that is there; its id."""
    life = {"states": list(states), "unchecked": True} if states else None
    script = {"kind": "jobs", "name": name, "project": "my-project", "life": life, "facts": facts}
    emulator.create(JobScript.model_validate(script))
    return emulator.jobs[-1].name.rpartition("/")[2]


def states(emulator: Emulator) -> dict[str, str]:
    return {job.display_name: job.state for job in emulator.jobs}


def test_its_list_has_a_name_for_most_states(emulator: Emulator, gcloud: Gcloud) -> None:
    names = [state.value.removeprefix("JOB_STATE_") for state in DataflowJobState]
    for name in names:
        flow(emulator, name.lower().replace("_", "-"), name)
    shown = {row["name"]: row["state"] for row in asked(gcloud("dataflow", "jobs", "list", REGION, "--format=json"))}
    assert shown == {name.lower().replace("_", "-"): "Unknown" if name in NAMELESS else name.capitalize() for name in names}


def test_its_list_of_all_regions_can_be_narrowed_to_jobs_that_run(emulator: Emulator, gcloud: Gcloud) -> None:
    flow(emulator, "runs", "RUNNING")
    flow(emulator, "ran", "DONE")
    emulator.create(
        JobScript.model_validate({"kind": "jobs", "name": "far", "project": "my-project", "location": "europe-west1"})
    )
    (row, other) = asked(gcloud("dataflow", "jobs", "list", "--status=active", "--format=json"))
    assert {row["name"], other["name"]} == {"runs", "far"}
    assert {row["location"], other["location"]} == {"us-central1", "europe-west1"}


def test_it_launches_a_flex_template_and_describes_the_job(emulator: Emulator, gcloud: Gcloud) -> None:
    emulator.life(["QUEUED", "PENDING", "RUNNING"])
    template = "--template-file-gcs-location=gs://bucket/template.json"
    flex = asked(gcloud("dataflow", "flex-template", "run", "flex", template, REGION, "--format=json"))["job"]
    described = asked(gcloud("dataflow", "jobs", "describe", flex["id"], REGION, "--format=json"))
    assert (described["name"], described["currentState"]) == ("flex", "JOB_STATE_QUEUED")


def test_it_drains(emulator: Emulator, gcloud: Gcloud) -> None:
    ident = flow(emulator, "drained", type="streaming")
    emulator.clock.advance(5)
    done = gcloud("dataflow", "jobs", "drain", ident, REGION)
    assert (done.returncode, done.stderr) == (0, f"Started draining job [{ident}]\n")
    assert states(emulator) == {"drained": "JOB_STATE_DRAINING"}


def test_it_cancels_and_a_cancel_that_fails_is_a_success_to_it(emulator: Emulator, gcloud: Gcloud) -> None:
    runs, over = flow(emulator, "runs", type="streaming"), flow(emulator, "over", "DONE")
    emulator.clock.advance(5)
    done = gcloud("dataflow", "jobs", "cancel", runs, over, REGION)
    said = done.stderr.splitlines()
    assert (done.returncode, said[0]) == (0, f"Cancelled job [{runs}]")
    assert said[1].startswith(f"Failed to cancel job [{over}]: job {over} is in state JOB_STATE_DONE")
    assert states(emulator) == {"runs": "JOB_STATE_CANCELLING", "over": "JOB_STATE_DONE"}


def test_it_cancels_by_force_what_was_cancelled_in_vain(emulator: Emulator, gcloud: Gcloud) -> None:
    emulator.life(Life.model_validate({"answers": {"cancel": [{"CANCELLING": "2h"}, "CANCELLED"]}}))
    ident = flow(emulator, "stuck", type="streaming")
    for wait in (5, 31 * 60):
        emulator.clock.advance(wait)
        done = gcloud("dataflow", "jobs", "cancel", ident, *(["--force"] if wait > 5 else []), REGION)
        assert (done.returncode, done.stderr.splitlines()[-1]) == (0, f"Cancelled job [{ident}]")
    assert states(emulator) == {"stuck": "JOB_STATE_CANCELLED"}


def test_a_job_that_is_not_there_is_an_error(gcloud: Gcloud) -> None:
    done = gcloud("dataflow", "jobs", "describe", "none", REGION)
    assert done.returncode == 1
    assert "NOT_FOUND" in done.stderr


def test_it_creates_lists_and_cancels_custom_jobs(emulator: Emulator, gcloud: Gcloud) -> None:
    emulator.life(["QUEUED", "PENDING", "RUNNING"])
    pool = "--worker-pool-spec=machine-type=n1-standard-4,replica-count=1,container-image-uri=registry.example/train:1"
    created = asked(gcloud("ai", "custom-jobs", "create", "--display-name=train", pool, REGION, "--format=json"))
    emulator.clock.advance(5)
    (listed,) = asked(gcloud("ai", "custom-jobs", "list", "--filter=state:JOB_STATE_RUNNING", REGION, "--format=json"))
    assert listed["name"] == created["name"]
    assert gcloud("ai", "custom-jobs", "cancel", created["name"]).returncode == 0
    assert states(emulator) == {"train": "JOB_STATE_CANCELLING"}


def test_behind_the_proxy_it_needs_no_endpoint(emulator: Emulator, tmp_path: Path) -> None:
    environment = settings(tmp_path) | emulator.environment()
    done = called(environment, "dataflow", "jobs", "run", "etl", "--gcs-location=gs://bucket/template", REGION)
    assert done.returncode == 0, done.stderr
    assert states(emulator) == {"etl": "JOB_STATE_PENDING"}
