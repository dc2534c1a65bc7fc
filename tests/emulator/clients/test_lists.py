"""Lists: pages, filters, orders and masks, as the clients' pagers and requests have them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from google.api_core.exceptions import BadRequest, InvalidArgument
from google.protobuf import json_format

from jobstates.emulator import JobScript
from tests.emulator.clients.support import GRPC, KINDS, LOCATION, REST, SERVED, TRANSPORTS, Jobs, listed, pages, state_of

if TYPE_CHECKING:
    from jobstates.emulator import Emulator

PIPELINES = "pipelineJobs"
MASKLESS = {"notebookExecutionJobs", "tuningJobs"}
"""The kinds whose list requests have no mask."""


def populate(emulator: Emulator, kind: str = "customJobs", **script: object) -> None:
    told = {"kind": kind, "name": "my-job", "project": "my-project", **script}
    emulator.create(JobScript.model_validate(told))


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_a_pager_goes_through_all_pages(emulator: Emulator, transport: str) -> None:
    populate(emulator, count=25)
    async with Jobs.over(emulator, transport) as jobs:
        found = await listed(jobs.list(page_size=10))
        assert len({job.name for job in found}) == 25
        assert [len(page.custom_jobs) for page in await pages(jobs.list(page_size=10))] == [10, 10, 5]


async def test_a_page_holds_a_hundred_jobs_unless_asked_and_a_thousand_at_most(emulator: Emulator) -> None:
    populate(emulator, count=1500)
    async with Jobs.over(emulator, GRPC) as jobs:
        assert [len(page.custom_jobs) for page in await pages(jobs.list(page_size=5000))] == [1000, 500]
        assert len((await pages(jobs.list()))[0].custom_jobs) == 100


async def test_jobs_that_come_and_go_between_two_pages_neither_repeat_nor_hide_others(emulator: Emulator) -> None:
    populate(emulator, count=20, life="succeeded")
    async with Jobs.over(emulator, GRPC) as jobs:
        emulator.clock.advance(10)
        pager = jobs.list(page_size=10).pages
        first = [job.name for job in next(pager).custom_jobs]
        jobs.delete(first[-1]).result()
        jobs.create("newcomer")
        second = [job.name for job in next(pager).custom_jobs]
        assert len(set(first) | set(second)) == 20
        assert not set(first) & set(second)


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_a_filter_is_followed_page_by_page(emulator: Emulator, transport: str) -> None:
    for name in ("etl-daily", "train"):
        populate(emulator, name=name, count=6, life="succeeded", resource={"labels": {"team": name[:3]}})
    populate(emulator, name="etl-hourly", count=6, life=["QUEUED"])
    emulator.clock.advance(60)
    async with Jobs.over(emulator, transport) as jobs:
        done = await listed(jobs.list(filter='state="JOB_STATE_SUCCEEDED" AND display_name:"etl-*"', page_size=4))
        assert [job.display_name for job in done] == ["etl-daily"] * 6
        assert len(await listed(jobs.list(filter="NOT labels.team=etl AND labels.team:*", page_size=4))) == 6
        assert len(await listed(jobs.list(filter='create_time>"2026-01-01T00:00:00Z"'))) == 0


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "notebookExecutionJobs"])
async def test_every_kind_can_be_listed_by_state(emulator: Emulator, kind: str) -> None:
    """But one: ``ListNotebookExecutionJobs`` documents its three fields, and the state is none of them."""
    prefix = KINDS[kind][0].initial.value.removesuffix("UNSPECIFIED")
    async with Jobs.over(emulator, GRPC, kind, "v1beta1") as jobs:
        jobs.create("first")
        emulator.clock.advance(1)
        jobs.create("second")
        (found,) = jobs.list(filter=f'state="{prefix}RUNNING"')
        assert state_of(found).name == f"{prefix}RUNNING"
        assert len(list(jobs.list(filter=f'state!="{prefix}RUNNING"'))) == 1


async def test_notebook_executions_can_be_listed_by_name_in_either_spelling(emulator: Emulator) -> None:
    """The comment of their ``filter``: "For field names both snake_case and camelCase are supported."."""
    async with Jobs.over(emulator, GRPC, "notebookExecutionJobs") as jobs:
        for ident in ("first", "second"):
            jobs.create(f"the-{ident}", ident=ident).result()
        for text in ('displayName="the-first"', 'display_name="the-first"', 'notebookExecutionJob="first"'):
            assert [job.name.rpartition("/")[2] for job in jobs.list(filter=text)] == ["first"]


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_pipelines_come_in_the_order_asked_for(emulator: Emulator, transport: str) -> None:
    """The comment of ``ListPipelineJobsRequest.order_by`` gives the first of these as its example."""
    for name, lasts in (("slow", 9), ("quick", 1), ("middling", 5)):
        populate(emulator, PIPELINES, id=name, life=[{"QUEUED": lasts}, "RUNNING", "SUCCEEDED"])
    emulator.clock.advance(60)
    async with Jobs.over(emulator, transport, PIPELINES) as jobs:

        async def order(text: str) -> list[str]:
            return [job.name.rpartition("/")[2] for job in await listed(jobs.list(order_by=text, page_size=2))]

        assert await order("create_time desc, end_time") == ["quick", "middling", "slow"]
        assert await order("end_time desc") == ["slow", "middling", "quick"]
        assert await order("") == ["middling", "quick", "slow"]


async def test_pipelines_can_be_listed_by_what_their_filter_documents(emulator: Emulator) -> None:
    spec = {"pipelineInfo": {"name": "etl"}}
    populate(
        emulator, PIPELINES, id="a", resource={"pipelineSpec": spec, "templateMetadata": {"version": "v7"}}, life="succeeded"
    )
    emulator.clock.advance(60)
    populate(emulator, PIPELINES, id="b", name="other", resource={"pipelineSpec": {}})
    async with Jobs.over(emulator, GRPC, PIPELINES) as jobs:
        for text in (
            'pipeline_name="etl"',
            'pipeline_job_user_id="a"',
            'template_metadata.version:"v*"',
            'end_time<"2026-01-01T00:00:30Z"',
            'NOT display_name="other"',
        ):
            assert [job.name for job in jobs.list(filter=text)] == [f"{LOCATION}/pipelineJobs/a"], text


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_a_mask_leaves_only_the_fields_it_names(emulator: Emulator, transport: str) -> None:
    populate(emulator, resource={"labels": {"team": "etl"}})
    async with Jobs.over(emulator, transport) as jobs:
        (job,) = await listed(jobs.list(read_mask={"paths": ["name", "state"]}))
        assert (job.state.name, job.display_name, dict(job.labels), job.create_time) == ("JOB_STATE_QUEUED", "", {}, None)
        assert job.name.startswith(f"{LOCATION}/customJobs/")


@pytest.mark.parametrize(("kind", "version"), [one for one in SERVED if one[0] not in MASKLESS])
async def test_every_kind_heeds_a_mask(emulator: Emulator, kind: str, version: str) -> None:
    async with Jobs.over(emulator, GRPC, kind, version) as jobs:
        jobs.create()
        (job,) = jobs.list(read_mask={"paths": ["name"]})
        assert [field.name for field, _ in type(job).pb(job).ListFields()] == ["name"]


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_a_mask_may_lead_into_a_pipeline_s_own_specification(emulator: Emulator, transport: str) -> None:
    """As the mask of the SDK's short view does: which is in snake case, though the keys of the specification are not."""
    spec = {"pipelineInfo": {"name": "etl", "owner": "me"}, "root": {"dag": {}}}
    populate(emulator, PIPELINES, resource={"pipelineSpec": spec})
    async with Jobs.over(emulator, transport, PIPELINES) as jobs:
        for path, left in (
            ("pipeline_spec.pipeline_info", {"pipelineInfo": {"name": "etl", "owner": "me"}}),
            ("pipeline_spec.pipeline_info.name", {"pipelineInfo": {"name": "etl"}}),
            ("pipeline_spec", spec),
            ("pipeline_spec.nothing", {}),
        ):
            (job,) = await listed(jobs.list(read_mask={"paths": ["name", path]}))
            kept = json_format.MessageToDict(type(job).pb(job).pipeline_spec)
            assert (bool(job.name), job.display_name, kept) == (True, "", left)


@pytest.mark.parametrize(("transport", "refused"), [(GRPC, InvalidArgument), (REST, BadRequest)])
@pytest.mark.parametrize(
    ("request_", "complaint"),
    [
        ({"filter": 'stat="JOB_STATE_RUNNING"'}, "did you mean state"),
        ({"filter": 'state="RUNNING"'}, "JOB_STATE_RUNNING"),
        ({"filter": "state="}, "expected a value"),
        ({"read_mask": {"paths": ["colour"]}}, "colour"),
        ({"page_token": "forged"}, "page_token"),
        ({"page_size": -1}, "page_size"),
    ],
)
async def test_what_cannot_be_listed_is_an_invalid_argument(
    emulator: Emulator, transport: str, refused: type[Exception], request_: dict[str, object], complaint: str
) -> None:
    async with Jobs.over(emulator, transport) as jobs:
        with pytest.raises(refused, match=complaint):
            jobs.list(**request_)


async def test_all_monitors_can_be_listed_at_once(emulator: Emulator) -> None:
    """Callers may read across multiple Monitors "by using '-' (the hyphen or dash character) as a wildcard"."""
    async with Jobs.over(emulator, GRPC, "modelMonitoringJobs", "v1beta1") as jobs:
        for monitor in ("7", "8"):
            parent = f"{LOCATION}/modelMonitors/{monitor}"
            jobs.client.create_model_monitoring_job(parent=parent, model_monitoring_job=jobs.message())
        found = jobs.client.list_model_monitoring_jobs(parent=f"{LOCATION}/modelMonitors/-")
        assert sorted(job.name.split("/")[5] for job in found) == ["7", "8"]
        assert len(list(jobs.client.list_model_monitoring_jobs(parent=f"{LOCATION}/modelMonitors/7"))) == 1
