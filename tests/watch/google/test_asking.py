"""Asking for things: every request of every lifecycle reaches the service, and the jobs show it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from jobstates.emulator import Scenario
from jobstates.watch.ref import JobRef
from jobstates.watch.source import CallFailed, Trouble
from tests.emulator.clients.support import by_name
from tests.watch.google.support import BOTH, CASES, CUSTOM, DATAFLOW, EVERY_KIND, Case

if TYPE_CHECKING:
    from jobstates.emulator import Emulator
    from jobstates.spec.arrow import Arrow
    from tests.watch.google.support import Sources

ASKED = [(case, arrow) for case in CASES.values() for arrow in case.lifecycle.arrows if arrow.event in case.kind.requests]
SWITCHED = {"switched": True}
"""A job that is started and stopped by request, which none is taken for unless it is said."""
MONITORING = CASES["modelDeploymentMonitoringJobs"]


def named(cases: list[tuple[Case, Arrow]]) -> list[str]:
    return [f"{case.kind.name}-{arrow.source.name}-{arrow.event}-{arrow.target.name}" for case, arrow in cases]


POSSIBLE = [(case, arrow) for case, arrow in ASKED if arrow.request and {arrow.source, arrow.target} <= case.kind.states]


@pytest.mark.parametrize(("case", "arrow"), POSSIBLE, ids=named(POSSIBLE))
async def test_a_request_leads_where_the_lifecycle_says(emulator: Emulator, sources: Sources, case: Case, arrow: Arrow) -> None:
    job = case.create(emulator, arrow.source.value, facts=SWITCHED if case is DATAFLOW else {})
    await sources.of(case).ask(case.ref(job), arrow)
    same = {one.target for one in case.lifecycle.arrows if (one.source, one.request) == (arrow.source, arrow.request)}
    (now,) = emulator.jobs
    assert now.state in {target.value for target in same}


DATAFLOW_ASKED = [(case, arrow) for case, arrow in POSSIBLE if case is DATAFLOW]


@pytest.mark.parametrize(("case", "arrow"), DATAFLOW_ASKED, ids=named(DATAFLOW_ASKED))
async def test_a_look_then_tells_what_was_asked_of_a_dataflow_job(
    emulator: Emulator, sources: Sources, case: Case, arrow: Arrow
) -> None:
    source, ref = sources.dataflow(), case.ref(case.create(emulator, arrow.source.value, facts=SWITCHED))
    await source.ask(ref, arrow)
    known, unusable = case.lifecycle.job_type().learn((await source.get(ref)).facts)
    assert (known.requested_state, unusable) == (arrow.request and arrow.request.requested_state, {})  # type: ignore[attr-defined]


async def test_a_forced_cancel_is_not_a_second_cancel(emulator: Emulator, sources: Sources) -> None:
    job = DATAFLOW.create(emulator, "CANCELLING")
    by_event = {arrow.event: arrow for arrow in DATAFLOW.lifecycle.arrows if arrow.request}
    source, ref = sources.dataflow(), DATAFLOW.ref(job)
    await source.ask(ref, by_event["cancel"])
    assert [job.state for job in emulator.jobs] == ["JOB_STATE_CANCELLING"]
    await source.ask(ref, by_event["force_cancel"])
    assert [job.state for job in emulator.jobs] == ["JOB_STATE_CANCELLED"]


@EVERY_KIND
async def test_what_nobody_can_ask_of_a_kind_makes_no_request(sources: Sources, case: Case) -> None:
    """What the service does by itself, what there is no request for, and what makes a job."""
    source = sources.of(case)
    unasked = [arrow for arrow in case.lifecycle.arrows if arrow.event not in case.kind.requests]
    assert {"submit", "succeed", "finish"} & {arrow.event for arrow in unasked}
    for arrow in unasked:
        with pytest.raises(CallFailed, match=f"{case.kind.resource}: there is no request for {arrow.event!r}") as refused:
            await source.ask(JobRef(case.scope, "4711"), arrow)
        assert refused.value.trouble is Trouble.REFUSED
    assert sources.hosts == []


async def test_an_update_overwrites_what_it_names(emulator: Emulator, sources: Sources) -> None:
    job = MONITORING.create(emulator, "RUNNING", name="before", resource={"labels": {"team": "ads"}})
    (update,) = [arrow for arrow in MONITORING.lifecycle.arrows if arrow.event == "update"]
    await sources.vertex().ask(MONITORING.ref(job), update, changes={"display_name": "after"})
    shown = by_name(emulator, job.name)
    assert (shown["state"], shown["displayName"], shown["labels"]) == ("JOB_STATE_UPDATING", "after", {"team": "ads"})


WRONG = [({"colour": "red"}, "colour"), ({"display_name": 5}, "UpdateModelDeploymentMonitoringJob: TypeError")]


@pytest.mark.parametrize(("changes", "told"), WRONG)
async def test_an_update_of_what_is_not_there_is_refused(
    emulator: Emulator, sources: Sources, changes: dict[str, Any], told: str
) -> None:
    (update,) = [arrow for arrow in MONITORING.lifecycle.arrows if arrow.event == "update"]
    ref = MONITORING.ref(MONITORING.create(emulator, "RUNNING"))
    with pytest.raises(CallFailed, match=told) as refused:
        await sources.vertex().ask(ref, update, changes=changes)
    assert refused.value.trouble is Trouble.REFUSED
    assert [job.state for job in emulator.jobs] == ["JOB_STATE_RUNNING"]


@BOTH
async def test_a_cancel_changes_nothing_else(emulator: Emulator, sources: Sources, case: Case) -> None:
    cancel = next(arrow for arrow in case.lifecycle.arrows if arrow.event == "cancel")
    ref = case.ref(case.create(emulator, "RUNNING"))
    with pytest.raises(CallFailed, match="display_name") as refused:
        await sources.of(case).ask(ref, cancel, changes={"display_name": "after"})
    assert refused.value.trouble is Trouble.REFUSED
    assert [job.state for job in emulator.jobs] == ["JOB_STATE_RUNNING"]


async def test_a_request_that_comes_too_late_is_refused_by_the_service(emulator: Emulator, sources: Sources) -> None:
    emulator.reset(Scenario.model_validate({"clock": "manual", "undocumented": {"ended": "FAILED_PRECONDITION"}}))
    job = CUSTOM.create(emulator, "SUCCEEDED")
    cancel = next(arrow for arrow in CUSTOM.lifecycle.arrows if arrow.event == "cancel")
    with pytest.raises(CallFailed, match=r"CancelCustomJob: FAILED_PRECONDITION: .*SUCCEEDED") as refused:
        await sources.vertex().ask(CUSTOM.ref(job), cancel)
    assert refused.value.trouble is Trouble.REFUSED


async def test_a_platform_has_no_kind_of_another(sources: Sources) -> None:
    strange = CUSTOM.scope._replace(kind="pipelineJobs")
    with pytest.raises(CallFailed, match="no vertex jobs under 'pipelineJobs'; it has customJobs"):
        await anext(sources.vertex().list(strange))
