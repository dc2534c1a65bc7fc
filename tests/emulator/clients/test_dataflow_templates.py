"""Dataflow jobs launched from templates, classic and flex, over every transport."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from jobstates.emulator import Scenario
from tests.emulator.clients.dataflow_support import EVERYWHERE, Dataflow, Said, connected, refused

if TYPE_CHECKING:
    from jobstates.emulator import Emulator

CLASSIC, FLEX = "gs://templates/wordcount", "gs://templates/wordcount.json"
WAYS = pytest.mark.parametrize("flex", [False, True], ids=["classic", "flex"])


async def launch(dataflow: Dataflow, name: str = "my-job", *, flex: bool, validate_only: bool = False, **told: Any) -> Said:
    """The job that a launch answers with."""
    parameters = {"job_name": name, "parameters": {"input": "gs://in"}, **told}
    if flex:
        parameters["container_spec_gcs_path"] = FLEX
        answer = await dataflow.call("launch_flex_template", launch_parameter=parameters, validate_only=validate_only)
    else:
        sent = {"gcs_path": CLASSIC, "launch_parameters": parameters, "validate_only": validate_only}
        answer = await dataflow.call("launch_template", **sent)
    found: Said = answer.get("job", {})
    return found


@EVERYWHERE
@WAYS
async def test_a_launch_answers_with_a_job_that_runs(emulator: Emulator, transport: str, *, flex: bool) -> None:
    async with connected(emulator, transport) as dataflow:
        job = await launch(dataflow, flex=flex, environment={"additional_user_labels": {"team": "etl"}})
        assert (job["name"], "currentState" in job, job["currentStateTime"]) == ("my-job", False, "1970-01-01T00:00:00Z")
        emulator.clock.advance(1)
        seen = await dataflow.get(job["id"])
        assert (seen["currentState"], seen["type"], seen["labels"]) == ("JOB_STATE_RUNNING", "JOB_TYPE_BATCH", {"team": "etl"})


@EVERYWHERE
async def test_a_flex_template_s_launcher_may_fail_before_the_job_begins(emulator: Emulator, transport: str) -> None:
    """Published logs show such launches go from QUEUED to FAILED."""
    async with connected(emulator, transport) as dataflow:
        emulator.life([{"QUEUED": 75}, {"state": "FAILED", "error": "the launcher's container failed"}])
        job = await launch(dataflow, flex=True)
        assert await dataflow.state(job["id"]) == "QUEUED"
        emulator.clock.advance(75)
        assert await dataflow.state(job["id"]) == "FAILED"
        assert "the launcher's container failed" in await dataflow.texts(job["id"])


@EVERYWHERE
@WAYS
@pytest.mark.parametrize(
    ("environment", "life", "type_"),
    [
        ({}, ["PENDING", "RUNNING", "DRAINING", "DRAINED"], "STREAMING"),
        ({"enable_streaming_engine": True}, "succeeded", "STREAMING"),
        ({}, "succeeded", "BATCH"),
    ],
)
async def test_its_type_is_what_the_launch_or_its_life_says(  # noqa: PLR0913  # one thing each
    emulator: Emulator, transport: str, environment: dict[str, Any], life: Any, type_: str, *, flex: bool
) -> None:
    async with connected(emulator, transport) as dataflow:
        emulator.life(life)
        job = await launch(dataflow, flex=flex, environment=environment)
        assert (await dataflow.get(job["id"]))["type"] == f"JOB_TYPE_{type_}"


@EVERYWHERE
@WAYS
async def test_a_life_for_batch_jobs_is_for_launched_ones_too(emulator: Emulator, transport: str, *, flex: bool) -> None:
    async with connected(emulator, transport) as dataflow:
        emulator.life("failed", type="batch")
        batch = await launch(dataflow, "batch", flex=flex)
        streaming = await launch(dataflow, "streaming", flex=flex, environment={"enable_streaming_engine": True})
        emulator.clock.advance(10)
        assert [await dataflow.state(job["id"]) for job in (batch, streaming)] == ["FAILED", "RUNNING"]


@EVERYWHERE
@WAYS
async def test_a_life_that_pauses_makes_a_job_pausable(emulator: Emulator, transport: str, *, flex: bool) -> None:
    """As its type, so only the template knows whether it asks for that."""
    async with connected(emulator, transport) as dataflow:
        emulator.life(["PENDING", {"RUNNING": "asked"}, "PAUSING", {"PAUSED": "asked"}, "RUNNING", "DONE"])
        job = (await launch(dataflow, flex=flex))["id"]
        emulator.clock.advance(1)
        assert (await dataflow.ask(job, "PAUSING"))["pausable"] is True
        emulator.clock.advance(1)
        assert await dataflow.state(job) == "PAUSED"


@EVERYWHERE
@WAYS
async def test_a_launch_can_replace_the_running_job_of_its_name(emulator: Emulator, transport: str, *, flex: bool) -> None:
    async with connected(emulator, transport) as dataflow:
        old = (await launch(dataflow, flex=flex, environment={"enable_streaming_engine": True}))["id"]
        emulator.clock.advance(1)
        new = (await launch(dataflow, flex=flex, update=True))["id"]
        emulator.clock.advance(1)
        assert (await dataflow.get(old))["replacedByJobId"] == new
        assert (await dataflow.get(new))["replaceJobId"] == old


@EVERYWHERE
@WAYS
async def test_a_launch_that_is_only_checked_creates_nothing(emulator: Emulator, transport: str, *, flex: bool) -> None:
    async with connected(emulator, transport) as dataflow:
        assert await launch(dataflow, flex=flex, validate_only=True) == {}
        assert emulator.jobs == []


@EVERYWHERE
@WAYS
async def test_a_launch_under_the_name_of_an_active_job_is_refused_or_not(
    emulator: Emulator, transport: str, *, flex: bool
) -> None:
    async with connected(emulator, transport) as dataflow:
        first = (await launch(dataflow, flex=flex))["id"]
        assert first in await refused(launch(dataflow, flex=flex), transport, "ALREADY_EXISTS")
        emulator.reset(Scenario.model_validate({"clock": "manual", "undocumented": {"same_name": "return"}}))
        assert (await launch(dataflow, flex=flex))["id"] == (await launch(dataflow, flex=flex))["id"]


@EVERYWHERE
@WAYS
async def test_a_launch_that_cannot_be_is_refused(emulator: Emulator, transport: str, *, flex: bool) -> None:
    async with connected(emulator, transport) as dataflow:
        assert "job_name" in await refused(launch(dataflow, "", flex=flex), transport, "INVALID_ARGUMENT")
        assert "update" in await refused(launch(dataflow, "new", flex=flex, update=True), transport, "NOT_FOUND")
        no_path = dataflow.call("launch_template", gcs_path="/tmp/x", launch_parameters={"job_name": "etl"})  # noqa: S108
        assert "gcs_path" in await refused(no_path, transport, "INVALID_ARGUMENT")
        no_spec = dataflow.call("launch_flex_template", launch_parameter={"job_name": "etl"})
        assert "container_spec_gcs_path" in await refused(no_spec, transport, "INVALID_ARGUMENT")


@EVERYWHERE
async def test_a_job_can_be_created_from_a_classic_template(emulator: Emulator, transport: str) -> None:
    async with connected(emulator, transport) as dataflow:
        told = {"job_name": "etl", "gcs_path": CLASSIC, "environment": {"temp_location": "gs://tmp"}}
        job = await dataflow.call("create_job_from_template", **told)
        assert (await dataflow.get(job["id"]))["environment"] == {"tempStoragePrefix": "gs://tmp"}


@EVERYWHERE
async def test_a_template_is_known_by_its_name(emulator: Emulator, transport: str) -> None:
    async with connected(emulator, transport) as dataflow:
        for path, kind in ((CLASSIC, "LEGACY"), (FLEX, "FLEX")):
            found = await dataflow.call("get_template", gcs_path=path)
            assert found == {"status": {}, "metadata": {"name": "wordcount"}, "templateType": kind}
