"""Looking at the jobs of every kind: what a list shows, what a single look shows, and that both say the same."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NoReturn

import pytest
from google.cloud import aiplatform_v1, aiplatform_v1beta1

from jobstates.spec.observation import Observation
from jobstates.watch.google.dataflow import Dataflow
from jobstates.watch.google.vertex import Vertex
from jobstates.watch.google.vertex_kind import UNFILTERED
from tests.watch.google.support import (
    BOTH,
    CASES,
    CUSTOM,
    DATAFLOW,
    EVERY_KIND,
    EVERY_VERTEX_KIND,
    LOCATION,
    VERTEX,
    Case,
    listed,
    names,
    pages,
)

if TYPE_CHECKING:
    from jobstates.emulator import Emulator
    from jobstates.watch.source import Source
    from tests.watch.google.support import Sources

BEGUN = datetime(2026, 1, 1, tzinfo=UTC)
"""When the emulator's clock begins."""
STOPPED = "JOB_STATE_STOPPED"


def test_both_are_sources() -> None:
    """mypy says whether they are; here, which platforms they look at, and how often they may."""
    both: tuple[Source, ...] = (Vertex(channel=_nowhere), Dataflow(channel=_nowhere))
    told = {platform: source.quotas[platform] for source in both for platform in source.platforms}
    assert told == {"vertex": 600, "vertex-pipeline": 600, "dataflow": 15_000}
    assert {source.page_size for source in both} == {1000}


def _nowhere(host: str) -> NoReturn:
    pytest.fail(f"a channel to {host} was made before it was needed")


def in_every_state(emulator: Emulator, case: Case) -> dict[str, str]:
    """A job in each state that the kind can show, by its name."""
    return {case.ref(case.create(emulator, state.value)).name: state.value for state in case.states()}


@EVERY_KIND
async def test_a_list_shows_what_single_looks_show(emulator: Emulator, sources: Sources, case: Case) -> None:
    in_every_state(emulator, case)
    source = sources.of(case)
    found = await listed(source, case, live=False)
    assert found == {case.ref(job).name: await source.get(case.ref(job)) for job in emulator.jobs}


@EVERY_KIND
async def test_each_state_is_the_one_that_the_lifecycle_knows(emulator: Emulator, sources: Sources, case: Case) -> None:
    there = in_every_state(emulator, case)
    (page,) = await pages(sources.of(case), case, live=False)
    coerced = [case.lifecycle.state(state).value for state in page.states]
    assert there.items() <= dict(zip(page.names, coerced, strict=True)).items(), "an updated job has a successor, too"


@EVERY_KIND
async def test_a_live_list_leaves_out_what_is_over(emulator: Emulator, sources: Sources, case: Case) -> None:
    """Google calls a STOPPED Dataflow job terminated, so it may be left out, too."""
    there = in_every_state(emulator, case)
    stopped = {name for name, state in there.items() if state == STOPPED}
    found = await listed(sources.of(case), case)
    assert found.keys() == names(emulator, case, ended=False) - stopped
    assert len(found) > 1


@EVERY_KIND
async def test_a_list_comes_in_pages_each_asked_for_when_it_is_wanted(emulator: Emulator, sources: Sources, case: Case) -> None:
    case.create(emulator, "RUNNING", count=5)
    emulator.fault(delay=1e-6, method="List*", count=None)
    found = sources.of(case, page_size=2).list(case.scope)
    for number, size in enumerate((2, 2, 1), start=1):
        page = await anext(found)
        assert (len(page.names), len(page.states)) == (size, size)
        assert [struck for _, struck in emulator.faults] == [number]
    assert await anext(found, None) is None
    assert [struck for _, struck in emulator.faults] == [3]


@EVERY_KIND
async def test_a_scope_without_jobs_is_one_empty_page(sources: Sources, case: Case) -> None:
    (page,) = await pages(sources.of(case), case)
    assert (list(page.names), list(page.states)) == ([], [])


@EVERY_KIND
async def test_a_state_that_nobody_knows_stays_visible(emulator: Emulator, sources: Sources, case: Case) -> None:
    job = case.create(emulator, "RUNNING")
    source = sources.of(case)
    emulator.fault(unknown_state=77, count=None)
    assert (await source.get(case.ref(job))).state == 77
    (page,) = await pages(source, case)
    assert (page.states, page.detail(0).state) == ([77], 77)


@EVERY_KIND
async def test_an_absent_state_is_none(emulator: Emulator, sources: Sources, case: Case) -> None:
    job = case.create(emulator, "RUNNING")
    source = sources.of(case)
    emulator.fault(absent_state=True, count=None)
    kind = {"kind": case.kind.name}
    assert await source.get(case.ref(job)) == Observation(facts=kind)
    assert (await listed(source, case))[case.ref(job).name] == Observation(facts=kind)


ENDS = [(case, state) for case in VERTEX for state in case.states() if state.terminal]


@pytest.mark.parametrize(("case", "end"), ENDS, ids=[f"{case.kind.name}-{end.name}" for case, end in ENDS])
async def test_the_time_of_an_end_is_told_where_the_kind_has_one(
    emulator: Emulator, sources: Sources, case: Case, end: Any
) -> None:
    """Of a live job no time is: it may have run before, been paused, or been changed since."""
    job = case.create(emulator, "RUNNING", end.value)
    source, ref = sources.vertex(), case.ref(job)
    assert (await source.get(ref)).at is None
    emulator.clock.advance(5)
    message = _message(case)
    shown = aiplatform_v1.JobState if case.lifecycle.platform == "vertex" else aiplatform_v1.PipelineState
    documented = "end_time" in message.meta.fields and shown(end.number).name in _comment(message, "end_time")
    assert ((await source.get(ref)).at == datetime(2026, 1, 1, 0, 0, 1, tzinfo=UTC)) is (documented or _any_end(case, end))


def _any_end(case: Case, end: Any) -> bool:
    """The comment on a pipeline job's ``end_time`` names no states."""
    return case.kind.name == "pipelineJobs"


def _message(case: Case) -> Any:
    return getattr(aiplatform_v1, case.kind.resource, None) or getattr(aiplatform_v1beta1, case.kind.resource)


def _comment(message: Any, field: str) -> str:
    _, _, after = message.__doc__.partition(f"{field} (")
    return str(after.partition(" (")[0])


async def test_an_end_that_is_told_of_a_live_job_is_not_the_time_of_its_state(emulator: Emulator, sources: Sources) -> None:
    times = {"endTime": "2025-12-31T00:00:00Z", "startTime": "2025-12-30T00:00:00Z"}
    job = CUSTOM.create(emulator, {"state": "RUNNING", "fields": times})
    assert (await sources.vertex().get(CUSTOM.ref(job))).at is None


async def test_dataflow_tells_the_time_of_every_state(emulator: Emulator, sources: Sources) -> None:
    job = DATAFLOW.create(emulator, "RUNNING", "DONE")
    source, ref = sources.dataflow(), DATAFLOW.ref(job)
    assert (await source.get(ref)).at == BEGUN
    emulator.clock.advance(5)
    assert (await source.get(ref)).at == datetime(2026, 1, 1, 0, 0, 1, tzinfo=UTC)


async def test_the_beginning_of_time_is_no_time(emulator: Emulator, sources: Sources) -> None:
    state = {"state": "RUNNING", "fields": {"currentStateTime": "1970-01-01T00:00:00Z"}}
    job = DATAFLOW.create(emulator, state)
    assert (await sources.dataflow().get(DATAFLOW.ref(job))).at is None


WITH_FAILURE = [case for case in VERTEX if any(state.name == "FAILED" for state in case.states())]


@pytest.mark.parametrize("case", WITH_FAILURE, ids=[case.kind.name for case in WITH_FAILURE])
async def test_a_bad_end_has_its_reason_in_lists_too(emulator: Emulator, sources: Sources, case: Case) -> None:
    job = case.create(emulator, {"state": "FAILED", "error": "worker-3 ran out of memory"})
    source, ref = sources.vertex(), case.ref(job)
    assert (await source.get(ref)).error == "worker-3 ran out of memory"
    assert (await listed(source, case, live=False))[ref.name].error == "worker-3 ran out of memory"


async def test_a_reason_without_words_is_its_code(emulator: Emulator, sources: Sources) -> None:
    job = CUSTOM.create(emulator, {"state": "FAILED", "fields": {"error": {"code": 8}}})
    assert (await sources.vertex().get(CUSTOM.ref(job))).error == "RESOURCE_EXHAUSTED"
    job = CUSTOM.create(emulator, {"state": "FAILED", "fields": {"error": {"code": 99}}})
    assert (await sources.vertex().get(CUSTOM.ref(job))).error == "code 99"


async def test_what_is_said_of_a_good_end_is_no_reason(emulator: Emulator, sources: Sources) -> None:
    case = CASES["notebookExecutionJobs"]
    job = case.create(emulator, {"state": "SUCCEEDED", "fields": {"status": {"message": "All cells ran."}}})
    assert (await sources.vertex().get(case.ref(job))).error is None


async def test_names_stand_under_the_project_that_was_asked_for(emulator: Emulator, sources: Sources) -> None:
    """The service may answer with a project's number where it was asked by its id."""
    told = f"{LOCATION}/customJobs/4711".replace("my-project", "123456789")
    CUSTOM.create(emulator, {"state": "RUNNING", "fields": {"name": told}})
    assert list(await listed(sources.vertex(), CUSTOM)) == [f"{LOCATION}/customJobs/4711"]


@EVERY_VERTEX_KIND
def test_the_filter_is_used_where_it_is_documented(case: Case) -> None:
    request = f"List{case.kind.resource}sRequest"
    listing = getattr(aiplatform_v1, request, None) or getattr(aiplatform_v1beta1, request)
    assert ("``state``" in listing.__doc__) is (case.kind.name not in UNFILTERED)


@pytest.mark.parametrize(
    ("facts", "told"),
    [
        ({}, {}),
        ({"type": "batch"}, {"type": 1}),
        ({"type": "streaming"}, {"type": 2}),
        ({"pausable": True}, {"pausable": True}),
        ({"pausable": False}, {}),
    ],
)
async def test_a_summary_tells_facts_and_claims_no_others(
    emulator: Emulator, sources: Sources, facts: dict[str, Any], told: dict[str, Any]
) -> None:
    job = DATAFLOW.create(emulator, "RUNNING", facts=facts)
    look = await sources.dataflow().get(DATAFLOW.ref(job))
    assert look.facts == {"kind": "jobs", **told}
    known, unusable = DATAFLOW.lifecycle.job_type().learn(look.facts)
    assert (unusable, known.known()) == ({}, {"kind": "jobs"} | ({**facts} if told else {}))


async def test_a_job_that_was_updated_names_its_successor(emulator: Emulator, sources: Sources) -> None:
    DATAFLOW.create(emulator, "RUNNING", "UPDATED", facts={"type": "streaming"})
    emulator.clock.advance(2)
    older, newer = emulator.jobs
    look = await sources.dataflow().get(DATAFLOW.ref(older))
    assert look.facts["replaced_by"] == newer.name.rpartition("/")[2]
    assert "replaced_by" not in (await sources.dataflow().get(DATAFLOW.ref(newer))).facts


@BOTH
async def test_there_is_one_connection_to_a_service_in_a_place(emulator: Emulator, sources: Sources, case: Case) -> None:
    source = sources.of(case)
    for _ in range(2):
        await listed(source, case)
    assert len(sources.hosts) == 1


async def test_each_place_has_a_host_of_its_own(emulator: Emulator, sources: Sources) -> None:
    source = sources.vertex()
    for place in ("us-central1", "europe-west4", "global"):
        scope = CUSTOM.scope._replace(parent=f"projects/p/locations/{place}")
        assert [page.names async for page in source.list(scope)] == [[]]
    await listed(source, CASES["nasJobs"])
    await listed(source, CASES["pipelineJobs"])
    host = "aiplatform.googleapis.com"
    assert sources.hosts == [f"us-central1-{host}", f"europe-west4-{host}", host, f"us-central1-{host}"]


@BOTH
async def test_a_source_that_was_closed_connects_again(emulator: Emulator, sources: Sources, case: Case) -> None:
    source = sources.of(case)
    await listed(source, case)
    await source.aclose()
    await source.aclose()
    await listed(source, case)
    assert len(sources.hosts) == 2
