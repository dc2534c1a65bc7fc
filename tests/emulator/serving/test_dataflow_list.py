"""The lists of Dataflow jobs: which jobs, in which order, on which pages."""

from __future__ import annotations

from typing import Any

import pytest

from jobstates.emulator.codes import Code
from tests.emulator.serving.dataflow_support import (
    ACTIVE,
    ALL,
    BATCH,
    HERE,
    SUMMARY,
    TERMINATED,
    UNKNOWN,
    Refusal,
    Service,
    state_name,
)


@pytest.fixture
def service() -> Service:
    return Service()


def some(service: Service) -> None:
    """Five jobs, one every ten seconds: ``b`` and ``d`` end first and last of three that end, ``a`` in between."""
    lasting = {"a": 60, "b": 20, "d": 60}
    for name in "abcde":
        service.life([{"PENDING": 1}, {"RUNNING": lasting.get(name, 10_000)}, "DONE"], job=name)
        service.create(name, type_=BATCH)
        service.clock.advance(10)
    service.clock.advance(100)


def test_unfiltered_lists_have_the_newest_first(service: Service) -> None:
    """ "This returns all jobs ordered on descending `JobUuid`."."""
    some(service)
    jobs = service.listed(filter=UNKNOWN)
    assert [job.name for job in jobs] == list("edcba")
    assert [job.id for job in jobs] == sorted((job.id for job in jobs), reverse=True)
    assert service.listed(filter=77) == jobs


def test_lists_of_all_jobs_have_those_that_run_before_those_that_ended(service: Service) -> None:
    """ "then returns all terminated jobs ordered on the termination timestamp"."""
    some(service)
    assert service.listed_names(filter=ALL) == list("ec") + list("dab")


def test_lists_of_terminated_and_of_active_jobs_share_all_jobs(service: Service) -> None:
    some(service)
    assert service.listed_names(filter=TERMINATED) == list("dab")
    assert service.listed_names(filter=ACTIVE) == list("ec")


def test_a_stopped_job_counts_as_terminated_in_lists(service: Service) -> None:
    """ "Example terminated states: `JOB_STATE_STOPPED`, `JOB_STATE_UPDATED`, `JOB_STATE_DRAINED`, etc."."""
    service.script(name="stopped", life={"states": ["STOPPED"]})
    assert service.listed_names(filter=TERMINATED) == ["stopped"]
    assert service.listed_names(filter=ACTIVE) == []
    assert not service.call("CheckActiveJobs").active_jobs_exist


def test_lists_are_of_one_location_and_one_project(service: Service) -> None:
    service.create("etl")
    service.create("etl", location="europe-west1")
    service.create("etl", project_id="other")
    assert [job.location for job in service.listed()] == ["us-central1"]
    assert [job.location for job in service.listed(location="europe-west1")] == ["europe-west1"]
    assert [job.project_id for job in service.listed(project_id="other")] == ["other"]


def test_the_aggregated_list_is_of_all_locations_and_ignores_names(service: Service) -> None:
    """ "This method doesn't support filtering the list of jobs by name."."""
    for place in ("us-central1", "europe-west1"):
        service.create("etl", location=place)
    service.create("etl", project_id="other")
    assert {job.location for job in service.listed("AggregatedListJobs", name="none")} == {"us-central1", "europe-west1"}


def test_a_list_can_be_of_one_name(service: Service) -> None:
    service.create("etl", type_=BATCH)
    service.clock.advance(10)
    service.create("etl")
    service.create("etl-2")
    assert [state_name(job) for job in service.listed(name="etl")] == ["PENDING", "DONE"]
    assert service.listed_names(name="etl", filter=TERMINATED) == ["etl"]
    assert service.listed(name="none") == []


def test_active_jobs_are_found_wherever_they_are(service: Service) -> None:
    service.create("etl", type_=BATCH, location="europe-west1")
    assert service.call("CheckActiveJobs").active_jobs_exist
    service.clock.advance(10)
    assert not service.call("CheckActiveJobs").active_jobs_exist
    assert not service.call("CheckActiveJobs", project_id="other").active_jobs_exist


@pytest.mark.parametrize("how", [UNKNOWN, ALL, TERMINATED, ACTIVE])
@pytest.mark.parametrize("size", [1, 7, 1000])
def test_pages_hold_every_job_once_and_in_order(service: Service, how: int, size: int) -> None:
    service.script(name="etl", count=200, every=1, life=[{"PENDING": 1}, {"RUNNING": 100}, "DONE"])
    service.script(after=50.5, name="other", count=20, every=3)
    service.clock.advance(200)
    whole = service.call("ListJobs", filter=how)
    assert whole.next_page_token == ""
    assert service.listed(filter=how, page_size=size) == list(whole.jobs)


def test_a_list_is_the_same_whether_its_jobs_are_looked_at_together_or_one_by_one(service: Service) -> None:
    """A fault that concerns another job makes the list look at each alone."""
    service.script(name="etl", count=100, every=0.1, life=[{"PENDING": 3}, {"RUNNING": 10}, "DONE"])
    service.script(name="drawn", count=20, every=0.7, life={"walk": 3})
    for _ in range(15):
        service.clock.advance(1.7)
        for job in service.listed()[:2]:
            if state_name(job) == "RUNNING":
                service.ask(job.id, "CANCELLED")
        for how in (UNKNOWN, ALL, TERMINATED, ACTIVE):
            together = service.listed(filter=how)
            service.fault(method="ListJobs", stale=1, job="none-of-these")
            assert service.listed(filter=how) == together


def test_a_page_token_survives_jobs_that_come_and_go(service: Service) -> None:
    service.script(name="etl", count=30, every=1, life=[{"PENDING": 1}, {"RUNNING": 1000}, "DONE"])
    service.clock.advance(100)
    first = service.call("ListJobs", page_size=10)
    service.create("new")
    service.ask(first.jobs[3].id, "DONE")
    rest = service.listed(page_token=first.next_page_token)
    assert [job.name for job in [*first.jobs, *rest]] == [f"etl-{place}" for place in reversed(range(30))]


@pytest.mark.parametrize("told", [{"page_token": "x"}, {"page_size": -1}, {"project_id": ""}])
def test_a_list_that_cannot_be_understood_is_refused(service: Service, told: dict[str, Any]) -> None:
    with pytest.raises(Refusal) as refused:
        service.call("ListJobs", **told)
    assert refused.value.code is Code.INVALID_ARGUMENT


def test_a_page_token_is_for_its_own_list(service: Service) -> None:
    some(service)
    token = service.call("ListJobs", page_size=1).next_page_token
    for told in ({"filter": ALL}, {"name": "a"}, {"location": "europe-west1"}):
        with pytest.raises(Refusal):
            service.call("ListJobs", page_token=token, **told)


def test_a_page_has_a_thousand_jobs_at_most(service: Service) -> None:
    service.script(name="etl", count=1001)
    assert [len(service.call("ListJobs", page_size=size).jobs) for size in (0, 10, 5000)] == [1000, 10, 1000]


def test_a_list_follows_its_jobs_at_once(service: Service) -> None:
    """What was worked out for a list is forgotten when a job changes, is changed, comes, or is asked for something."""
    job = service.create("etl", type_=BATCH)
    seen = [state_name(service.listed()[0])]
    for _ in range(2):
        service.clock.advance(0.5)
        assert state_name(service.listed()[0]) == seen[-1]
        service.clock.advance(0.5)
        seen.append(state_name(service.listed()[0]))
    assert seen == ["PENDING", "RUNNING", "DONE"]
    properties = {"user_display_properties": {"archived": "true"}}
    mask = {"paths": ["job_metadata.user_display_properties"]}
    service.call("UpdateJob", job_id=job, job={"job_metadata": properties}, update_mask=mask)
    assert service.listed() == [service.get(job, view=SUMMARY)]
    service.script(after=10, name="later")
    assert service.listed_names() == ["etl"]
    service.clock.advance(10)
    assert service.listed_names() == ["later", "etl"]
    service.ask(service.listed()[0].id, "CANCELLED")
    assert state_name(service.listed()[0]) == "CANCELLING"


def test_a_list_that_nothing_changed_is_answered_from_what_is_known(service: Service) -> None:
    service.script(name="etl", count=10, life=["PENDING"])
    service.call("ListJobs")
    service.world.jobs = None  # type: ignore[method-assign, assignment]  # a second look at the jobs would fail
    assert len(service.call("ListJobs").jobs) == 10


# Faults.


def test_a_list_can_lag_behind(service: Service) -> None:
    job = service.create("etl", type_=BATCH)
    service.clock.advance(2)
    service.fault(method="ListJobs", stale=1)
    assert (state_name(service.listed()[0]), service.state(job)) == ("RUNNING", "DONE")
    assert state_name(service.listed()[0]) == "DONE"


def test_a_lagging_list_does_not_know_a_new_job_yet(service: Service) -> None:
    service.create("old")
    service.clock.advance(10)
    new = service.create("new")
    service.fault(method="ListJobs", stale=1, job="new")
    assert service.listed_names() == ["old"]
    service.fault(method="GetJob", stale=1)
    with pytest.raises(Refusal) as refused:
        service.get(new)
    assert refused.value.code is Code.NOT_FOUND


@pytest.mark.parametrize("aim", ["etl-1", "*/jobs/*", "etl-*"])
def test_a_state_can_be_absent_or_unknown(service: Service, aim: str) -> None:
    service.script(name="etl", count=2, life=["PENDING"])
    service.fault(job=aim, absent_state=True, method="ListJobs")
    assert service.listed(name="etl-1")[0].current_state == 0
    service.fault(job=aim, unknown_state=77, method="GetJob")
    assert service.get(service.listed(name="etl-1")[0].id).current_state == 77
    service.fault(job=aim, unknown_state="JOB_STATE_HIBERNATING", method="ListJobs")
    _, reply = service.reply("ListJobs", HERE)
    assert list(reply.enum_names.values()) == ["JOB_STATE_HIBERNATING"]


def test_a_fault_of_one_job_of_a_list_leaves_the_others(service: Service) -> None:
    service.script(name="etl", count=3, life=["PENDING"])
    service.fault(job="etl-1", unknown_state=77)
    assert [job.current_state for job in service.listed()] == [9, 77, 9]


def test_a_page_can_be_repeated_cut_or_come_empty(service: Service) -> None:
    service.script(name="etl", count=10, life=["PENDING"])
    service.fault(method="ListJobs", page="repeat", after=1)
    names = service.listed_names(page_size=5)
    assert names == [f"etl-{place}" for place in (9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 4, 3, 2, 1, 0)]
    service.fault(method="ListJobs", page="cut")
    assert len(service.listed(page_size=6)) == 3
    service.fault(method="ListJobs", page="empty")
    assert service.call("ListJobs").jobs == []
    service.fault(method="ListJobs", page="empty")
    assert len(service.listed()) == 10


def test_a_refused_list_says_what_the_fault_says(service: Service) -> None:
    service.fault(method="JobsV1Beta3/ListJobs", status="UNAVAILABLE")
    with pytest.raises(Refusal) as refused:
        service.listed()
    assert refused.value.code is Code.UNAVAILABLE
    assert service.listed() == []
