"""Requests that change a job, and the operations that some of them begin, over every transport."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from google.api_core import exceptions as errors
from google.longrunning import operations_pb2

from tests.emulator.clients.support import GRPC, LOCATION, SERVED, TRANSPORTS, Jobs, listed, settled

if TYPE_CHECKING:
    from jobstates.emulator import Emulator

MONITORING, PIPELINES = "modelDeploymentMonitoringJobs", "pipelineJobs"
CONFIGS = "model_deployment_monitoring_objective_configs"


async def monitoring(jobs: Jobs, emulator: Emulator) -> str:
    """A monitoring job that runs."""
    created = await settled(jobs.create(log_ttl={"seconds": 60}, labels={"a": "b"}))
    emulator.clock.advance(1)
    return str(created.name)


async def shown(jobs: Jobs, name: str) -> str:
    return str((await settled(jobs.get(name))).state.name.removeprefix("JOB_STATE_"))


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_a_monitoring_job_is_paused_resumed_and_paused_again(emulator: Emulator, transport: str) -> None:
    async with Jobs.over(emulator, transport, MONITORING) as jobs:
        name = await monitoring(jobs, emulator)
        seen = [await shown(jobs, name)]
        for verb in ("pause", "resume", "pause"):
            await settled(jobs.call(verb, name=name))
            seen.append(await shown(jobs, name))
        assert seen == ["RUNNING", "PAUSED", "RUNNING", "PAUSED"]


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_an_update_ends_when_the_job_runs_again(emulator: Emulator, transport: str) -> None:
    async with Jobs.over(emulator, transport, MONITORING) as jobs:
        name = await monitoring(jobs, emulator)
        operation = await update(jobs, name, "display_name", display_name="renamed")
        assert not await settled(operation.done())
        assert await shown(jobs, name) == "UPDATING"
        emulator.clock.advance(1)
        updated = await settled(operation.result())
        assert (updated.display_name, updated.state.name) == ("renamed", "JOB_STATE_RUNNING")
        assert updated == await settled(jobs.get(name))
        assert operation.metadata.generic_metadata.create_time < operation.metadata.generic_metadata.update_time


async def update(jobs: Jobs, name: str, *paths: str, **fields: Any) -> Any:
    sent = jobs.message(**{"name": fields.pop("display_name", ""), **fields})
    sent.name = name
    return await settled(jobs.call("update", model_deployment_monitoring_job=sent, update_mask={"paths": paths}))


@pytest.mark.parametrize(
    ("paths", "changed"),
    [
        (["display_name"], {"display_name": "renamed"}),
        (["labels"], {"labels": {"c": "d"}}),
        (["log_ttl"], {"log_ttl": timedelta()}),
        (["*"], {"display_name": "renamed", "labels": {"c": "d"}, "log_ttl": timedelta()}),
        ([], {"display_name": "renamed", "labels": {"c": "d"}}),
    ],
)
async def test_an_update_overwrites_what_its_mask_names(emulator: Emulator, paths: list[str], changed: dict[str, object]) -> None:
    """Without a mask "only the non-empty fields present in the request will be overwritten", and `*` overrides all."""
    async with Jobs.over(emulator, GRPC, MONITORING) as jobs:
        name = await monitoring(jobs, emulator)
        before = jobs.get(name)
        await update(jobs, name, *paths, display_name="renamed", labels={"c": "d"})
        emulator.clock.advance(1)
        after = jobs.get(name)
        for field in ("display_name", "labels", "log_ttl"):
            assert getattr(after, field) == changed.get(field, getattr(before, field)), field


async def test_an_update_may_overwrite_parts_of_the_configurations(emulator: Emulator) -> None:
    def configs(dataset: str, field: str) -> Any:
        told = {"training_dataset": {"data_format": dataset, "target_field": field}, "explanation_config": {}}
        return [{"deployed_model_id": "1", "objective_config": told}]

    async with Jobs.over(emulator, GRPC, MONITORING) as jobs:
        created = jobs.create(**{CONFIGS: configs("csv", "old")})
        emulator.clock.advance(1)
        sent = jobs.message("ignored", **{CONFIGS: configs("jsonl", "new")})
        sent.name = created.name
        paths = [f"{CONFIGS}.objective_config.training_dataset"]
        jobs.call("update", model_deployment_monitoring_job=sent, update_mask={"paths": paths})
        (config,) = getattr(jobs.get(created.name), CONFIGS)
        assert config.objective_config.training_dataset.data_format == "jsonl"
        assert jobs.get(created.name).display_name == "my-job"


@pytest.mark.parametrize("wrong", ["state", "create_time", "colour", "labels.team"])
async def test_what_is_not_among_the_updatable_fields_cannot_be_updated(emulator: Emulator, wrong: str) -> None:
    async with Jobs.over(emulator, GRPC, MONITORING) as jobs:
        name = await monitoring(jobs, emulator)
        with pytest.raises(errors.InvalidArgument, match="update_mask"):
            await update(jobs, name, wrong)
        assert await shown(jobs, name) == "RUNNING"


async def test_only_a_running_job_can_be_updated(emulator: Emulator) -> None:
    """`JobState`: "Only jobs in the `RUNNING` state can be updated."."""
    async with Jobs.over(emulator, GRPC, MONITORING) as jobs:
        name = jobs.create().name
        with pytest.raises(errors.FailedPrecondition):
            await update(jobs, name, "display_name", display_name="too early")
        emulator.clock.advance(1)
        await update(jobs, name, "display_name", display_name="renamed")
        with pytest.raises(errors.FailedPrecondition):
            await update(jobs, name, "display_name", display_name="again")
        emulator.clock.advance(1)
        jobs.call("pause", name=name)
        with pytest.raises(errors.FailedPrecondition):
            await update(jobs, name, "display_name", display_name="too late")
        assert jobs.get(name).display_name == "renamed"


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_a_deleted_job_is_gone_when_its_operation_is_done(emulator: Emulator, transport: str) -> None:
    async with Jobs.over(emulator, transport) as jobs:
        created = await settled(jobs.create())
        emulator.clock.advance(60)
        operation = await settled(jobs.delete(created.name))
        assert operation.operation.name.startswith(f"{created.name}/operations/")
        await settled(operation.result())
        assert await settled(operation.done())
        with pytest.raises(errors.NotFound):
            await settled(jobs.delete(created.name))


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_operations_can_be_looked_up_by_the_client_s_own_methods(emulator: Emulator, transport: str) -> None:
    async with Jobs.over(emulator, transport) as jobs:
        created = await settled(jobs.create())
        emulator.clock.advance(60)
        name = (await settled(jobs.delete(created.name))).operation.name

        async def ask(method: str, request: Any) -> Any:
            return await settled(getattr(jobs.client, method)(request))

        found = await ask("get_operation", operations_pb2.GetOperationRequest(name=name))
        assert (found.name, found.done) == (name, True)
        listing = await ask("list_operations", operations_pb2.ListOperationsRequest(name=created.name))
        assert [one.name for one in listing.operations] == [name]
        await ask("cancel_operation", operations_pb2.CancelOperationRequest(name=name))
        await ask("delete_operation", operations_pb2.DeleteOperationRequest(name=name))
        with pytest.raises(errors.NotFound):
            await ask("get_operation", operations_pb2.GetOperationRequest(name=name))


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_pipelines_are_cancelled_all_at_once(emulator: Emulator, transport: str) -> None:
    """Those that "are already terminated" are left as they are."""
    async with Jobs.over(emulator, transport, PIPELINES) as jobs:
        done = await settled(jobs.create(ident="done"))
        emulator.clock.advance(60)
        live = [await settled(jobs.create(ident=ident)) for ident in ("a", "b")]
        names = [job.name for job in (done, *live)]
        operation = await settled(jobs.client.batch_cancel_pipeline_jobs(parent=LOCATION, names=names))
        assert not await settled(operation.done())
        emulator.clock.advance(1)
        cancelled = await settled(operation.result())
        assert [job.name for job in cancelled.pipeline_jobs] == names[1:]
        assert {job.state.name for job in cancelled.pipeline_jobs} == {"PIPELINE_STATE_CANCELLED"}
        assert (await settled(jobs.get(done.name))).state.name == "PIPELINE_STATE_SUCCEEDED"


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_pipelines_are_deleted_all_at_once(emulator: Emulator, transport: str) -> None:
    async with Jobs.over(emulator, transport, PIPELINES) as jobs:
        names = [(await settled(jobs.create(ident=ident))).name for ident in ("a", "b", "c")]
        emulator.clock.advance(60)
        operation = await settled(jobs.client.batch_delete_pipeline_jobs(parent=LOCATION, names=names[:2]))
        assert [job.name for job in (await settled(operation.result())).pipeline_jobs] == names[:2]
        assert [job.name for job in await listed(jobs.list())] == names[2:]


async def test_a_batch_fails_as_a_whole(emulator: Emulator) -> None:
    """ "The Operation is atomic. If it fails, none of the PipelineJobs are deleted." """
    async with Jobs.over(emulator, GRPC, PIPELINES) as jobs:
        done = jobs.create(ident="done").name
        emulator.clock.advance(60)
        live = jobs.create(ident="live").name
        missing = f"{LOCATION}/pipelineJobs/missing"
        for names, refused in (([done, missing], errors.NotFound), ([done, live], errors.FailedPrecondition)):
            with pytest.raises(refused):
                jobs.client.batch_delete_pipeline_jobs(parent=LOCATION, names=names)
        for names, wrong in (([live, missing], errors.NotFound), ([live] * 33, errors.InvalidArgument)):
            with pytest.raises(wrong):
                jobs.client.batch_cancel_pipeline_jobs(parent=LOCATION, names=names)
        assert [job.state.name for job in jobs.list()] == ["PIPELINE_STATE_PENDING", "PIPELINE_STATE_SUCCEEDED"]


async def test_a_batch_that_holds_one_pipeline_that_cannot_be_cancelled_cancels_none(emulator: Emulator) -> None:
    """ "If the operation failed, none of the pipeline jobs are cancelled." """
    emulator.life(["QUEUED", "RUNNING", {"state": "PAUSED", "lasts": 1000}, "RUNNING", "SUCCEEDED"], job="sleepy")
    async with Jobs.over(emulator, GRPC, PIPELINES) as jobs:
        sleepy = jobs.create(ident="sleepy").name
        emulator.clock.advance(2)
        live = jobs.create(ident="live").name
        with pytest.raises(errors.FailedPrecondition, match="PIPELINE_STATE_PAUSED"):
            jobs.client.batch_cancel_pipeline_jobs(parent=LOCATION, names=[live, sleepy])
        assert jobs.get(live).state.name == "PIPELINE_STATE_PENDING"


async def test_an_id_can_be_used_again_once_its_job_is_deleted(emulator: Emulator) -> None:
    async with Jobs.over(emulator, GRPC, PIPELINES) as jobs:
        first = jobs.create("first", ident="nightly")
        emulator.clock.advance(60)
        jobs.delete(first.name).result()
        second = jobs.create("second", ident="nightly")
        assert (second.name, jobs.get(first.name).display_name) == (first.name, "second")


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_the_creation_of_a_notebook_execution_is_an_operation(emulator: Emulator, transport: str) -> None:
    async with Jobs.over(emulator, transport, "notebookExecutionJobs") as jobs:
        source = {"content": b"{}"}
        operation = await settled(jobs.create(ident="nightly", direct_notebook_source=source))
        created = await settled(operation.result())
        assert created.name == f"{LOCATION}/notebookExecutionJobs/nightly"
        brief = await settled(jobs.get(created.name))
        full = await settled(jobs.client.get_notebook_execution_job(request={"name": created.name, "view": 2}))
        assert (brief.direct_notebook_source.content, full.direct_notebook_source.content) == (b"", b"{}")


@pytest.mark.parametrize(("kind", "version"), [one for one in SERVED if one[0] in {PIPELINES, "notebookExecutionJobs"}])
async def test_an_id_can_be_chosen_where_the_request_has_a_field_for_it(emulator: Emulator, kind: str, version: str) -> None:
    async with Jobs.over(emulator, GRPC, kind, version) as jobs:
        jobs.create(ident="mine")
        assert [job.name for job in jobs.list()] == [f"{LOCATION}/{kind}/mine"]
