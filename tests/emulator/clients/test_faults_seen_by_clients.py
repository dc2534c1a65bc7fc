"""Every effect that a fault can have, as a client over gRPC and one over REST sees it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import requests
from google.api_core import exceptions as errors
from google.api_core.retry import Retry, if_exception_type

from jobstates.emulator import JobScript
from tests.emulator.clients.support import GRPC, REST, Jobs, sync_client

if TYPE_CHECKING:
    from jobstates.emulator import Emulator

BOTH = pytest.mark.parametrize("transport", [GRPC, REST])
CUT = (errors.ServiceUnavailable, requests.ConnectionError)
"""What a cut connection is over gRPC and over REST, where nobody turns it into an error of the API."""
AGES = 3600.0
"""A delay, in seconds, that no test outlives."""


def custom_jobs(emulator: Emulator, transport: str) -> Jobs:
    return Jobs(sync_client(emulator, transport), "customJobs")


def survivors(jobs: Jobs, calls: int) -> list[int]:
    """Which of so many calls went well, counted from 0."""
    return [place for place in range(calls) if _goes_well(jobs)]


def _goes_well(jobs: Jobs) -> bool:
    try:
        jobs.list()
    except errors.ServiceUnavailable:
        return False
    return True


@BOTH
def test_a_fault_strikes_once_unless_told(emulator: Emulator, transport: str) -> None:
    emulator.fault("UNAVAILABLE")
    assert survivors(custom_jobs(emulator, transport), 3) == [1, 2]


@BOTH
def test_it_strikes_as_often_as_told_after_as_many_as_told(emulator: Emulator, transport: str) -> None:
    emulator.fault("UNAVAILABLE", count=2, after=1)
    assert survivors(custom_jobs(emulator, transport), 5) == [0, 3, 4]


@BOTH
def test_it_strikes_by_chance_and_the_same_dice_fall_the_same(emulator: Emulator, transport: str) -> None:
    jobs = custom_jobs(emulator, transport)
    runs = []
    for _ in range(2):
        emulator.reset()
        emulator.fault("UNAVAILABLE", chance=0.5, seed=7, count=None)
        runs.append(survivors(jobs, 20))
    assert runs[0] == runs[1]
    assert 0 < len(runs[0]) < 20


@BOTH
def test_it_strikes_only_the_methods_and_jobs_it_is_meant_for(emulator: Emulator, transport: str) -> None:
    jobs = custom_jobs(emulator, transport)
    names = {name: jobs.create(name).name for name in ("etl-daily", "train")}
    emulator.fault("UNAVAILABLE", method="Get*", job="etl-*", count=None)
    jobs.list()
    jobs.get(names["train"])
    jobs.cancel(names["etl-daily"])
    with pytest.raises(errors.ServiceUnavailable):
        jobs.get(names["etl-daily"])


@BOTH
def test_it_can_be_aimed_at_a_job_that_is_about_to_be_created(emulator: Emulator, transport: str) -> None:
    jobs = custom_jobs(emulator, transport)
    emulator.fault("RESOURCE_EXHAUSTED", method="Create*", job="etl-*")
    jobs.create("train")
    with pytest.raises((errors.ResourceExhausted, errors.TooManyRequests)):
        jobs.create("etl-daily")
    assert [job.display_name for job in emulator.jobs] == ["train"]


@BOTH
def test_a_status_carries_its_message_and_when_to_try_again(emulator: Emulator, transport: str) -> None:
    emulator.fault("UNAVAILABLE", message="back soon", retry_after=30)
    with pytest.raises(errors.ServiceUnavailable, match="back soon") as refused:
        custom_jobs(emulator, transport).list()
    assert len(refused.value.details) == 1


@BOTH
def test_a_client_that_retries_gets_through(emulator: Emulator, transport: str) -> None:
    emulator.fault("UNAVAILABLE", count=3)
    patient = Retry(predicate=if_exception_type(errors.ServiceUnavailable), initial=0.001, maximum=0.001, timeout=30)
    assert list(sync_client(emulator, transport).list_custom_jobs(parent="projects/p/locations/l", retry=patient)) == []
    assert [struck for _, struck in emulator.faults] == [3]


def test_a_late_answer_runs_into_the_deadline_of_a_grpc_client(emulator: Emulator) -> None:
    emulator.fault(delay=AGES)
    with pytest.raises(errors.DeadlineExceeded):
        sync_client(emulator).list_custom_jobs(parent="projects/p/locations/l", timeout=0.2)


def test_over_rest_it_is_the_http_library_s_own_error(emulator: Emulator) -> None:
    emulator.fault(delay=AGES)
    with pytest.raises(requests.Timeout):
        sync_client(emulator, REST).list_custom_jobs(parent="projects/p/locations/l", timeout=0.2)


@BOTH
def test_an_answer_that_is_a_little_late_is_an_answer(emulator: Emulator, transport: str) -> None:
    emulator.fault(delay=0.02)
    assert custom_jobs(emulator, transport).create().state.name == "JOB_STATE_QUEUED"


@BOTH
def test_a_cut_connection_does_nothing(emulator: Emulator, transport: str) -> None:
    jobs = custom_jobs(emulator, transport)
    emulator.fault(reset=True)
    with pytest.raises(CUT):
        jobs.create()
    assert emulator.jobs == []
    assert custom_jobs(emulator, transport).create().name


@BOTH
@pytest.mark.parametrize("how", [{"reset": True}, {"status": "UNAVAILABLE"}, {"status": "DEADLINE_EXCEEDED"}])
def test_an_answer_can_be_lost_though_the_request_was_carried_out(
    emulator: Emulator, transport: str, how: dict[str, Any]
) -> None:
    emulator.fault(done=True, **how)
    with pytest.raises((*CUT, errors.DeadlineExceeded, errors.GatewayTimeout)):
        custom_jobs(emulator, transport).create("twin")
    (made,) = emulator.jobs
    assert (made.display_name, made.state) == ("twin", "JOB_STATE_QUEUED")
    emulator.fault(done=True, **how)
    with pytest.raises((*CUT, errors.DeadlineExceeded, errors.GatewayTimeout)):
        custom_jobs(emulator, transport).cancel(made.name)
    assert [job.state for job in emulator.jobs] == ["JOB_STATE_CANCELLING"]


@BOTH
def test_a_stale_look_shows_what_was(emulator: Emulator, transport: str) -> None:
    jobs = custom_jobs(emulator, transport)
    created = jobs.create()
    emulator.clock.advance(10)
    emulator.fault(stale=9.5, method="Get*")
    old, new = jobs.get(created.name), jobs.get(created.name)
    assert (old.state.name, new.state.name) == ("JOB_STATE_QUEUED", "JOB_STATE_SUCCEEDED")
    assert (old.start_time, old.end_time) == (None, None)
    assert old.update_time < new.update_time


@BOTH
def test_a_job_is_not_found_by_a_look_that_is_older_than_it(emulator: Emulator, transport: str) -> None:
    jobs = custom_jobs(emulator, transport)
    created = jobs.create()
    emulator.fault(stale=5, method="Get*")
    with pytest.raises(errors.NotFound):
        jobs.get(created.name)
    assert jobs.get(created.name) == created


@BOTH
def test_a_list_may_lag_behind(emulator: Emulator, transport: str) -> None:
    jobs = custom_jobs(emulator, transport)
    first = jobs.create("first")
    emulator.clock.advance(10)
    second = jobs.create("second")
    emulator.fault(stale=9.5, method="List*", count=None)
    (listed,) = jobs.list()
    assert (listed.display_name, listed.state.name) == ("first", "JOB_STATE_QUEUED")
    assert jobs.get(first.name).state.name == "JOB_STATE_SUCCEEDED"
    assert jobs.get(second.name) == second
    assert [job.display_name for job in jobs.list(filter='state="JOB_STATE_QUEUED"')] == ["first"]


@BOTH
def test_a_page_may_come_twice(emulator: Emulator, transport: str) -> None:
    pages = _pages(emulator, transport, "repeat")
    assert [len(page) for page in pages] == [4, 4, 4, 2]
    assert pages[0] == pages[1]


@BOTH
def test_a_page_may_be_cut_and_all_that_follows_be_lost(emulator: Emulator, transport: str) -> None:
    assert [len(page) for page in _pages(emulator, transport, "cut")] == [2]


@BOTH
def test_an_empty_page_is_not_the_last_one(emulator: Emulator, transport: str) -> None:
    assert [len(page) for page in _pages(emulator, transport, "empty")] == [0, 4, 4, 2]


def _pages(emulator: Emulator, transport: str, how: str) -> list[list[str]]:
    """The pages of ten jobs, four on a page, as a client's pager has them when the first goes wrong."""
    emulator.create(JobScript(kind="customJobs", project="my-project", count=10))
    emulator.fault(page=how)
    return [[job.name for job in page.custom_jobs] for page in custom_jobs(emulator, transport).list(page_size=4).pages]
