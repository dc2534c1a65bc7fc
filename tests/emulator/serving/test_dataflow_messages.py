"""What is told of a Dataflow job beside the job."""

from __future__ import annotations

from typing import Any

import pytest

from jobstates.emulator.codes import Code
from tests.emulator.serving.dataflow_support import BATCH, Refusal, Service, seconds, texts

BEGIN = 1767225600.0
DEBUG, DETAILED, WARNING, ERROR, BASIC = 1, 2, 3, 4, 5


@pytest.fixture
def service() -> Service:
    return Service()


def messages(service: Service, job: str, **request: Any) -> list[Any]:
    return list(service.call("messages/ListJobMessages", job_id=job, **request).job_messages)


def at(moment: float) -> dict[str, int]:
    return {"seconds": int(BEGIN + moment)}


def test_every_state_is_told_once_it_is_there(service: Service) -> None:
    job = service.create(type_=BATCH)
    told = [len(messages(service, job))]
    for _ in range(3):
        service.clock.advance(1)
        told.append(len(messages(service, job)))
    assert told == [1, 2, 3, 3]
    said = messages(service, job)
    assert texts(said) == [f"The job is in state JOB_STATE_{state}." for state in ("PENDING", "RUNNING", "DONE")]
    assert [seconds(one.time, BEGIN) for one in said] == [0, 1, 2]
    assert {one.message_importance for one in said} == {BASIC}
    assert len({one.id for one in said}) == 3


def test_a_failure_is_told_with_its_reason(service: Service) -> None:
    service.life([{"PENDING": 1}, "FAILED"], job="plain")
    service.life([{"PENDING": 1}, {"state": "FAILED", "error": "no workers left"}], job="told")
    jobs = [service.create(name, type_=BATCH) for name in ("plain", "told")]
    service.clock.advance(1)
    errors = [messages(service, job, minimum_importance=ERROR) for job in jobs]
    assert [texts(said) for said in errors] == [["The emulated job failed."], ["no workers left"]]


def test_trouble_on_the_way_is_a_warning(service: Service) -> None:
    service.life([{"PENDING": 1}, {"state": "RUNNING", "error": "a worker was lost"}, "DONE"])
    job = service.create(type_=BATCH)
    service.clock.advance(1)
    (said,) = messages(service, job, minimum_importance=WARNING)
    assert (said.message_text, said.message_importance) == ("a worker was lost", WARNING)


def test_a_request_is_told_in_detail_before_what_it_leads_to(service: Service) -> None:
    job = service.create()
    service.clock.advance(1)
    service.ask(job, "DRAINED")
    said = messages(service, job)
    assert [one.message_importance for one in said] == [BASIC, BASIC, DETAILED, BASIC]
    assert texts(said)[2:] == [
        "The job was asked to drain: UpdateJob(requested_state=JOB_STATE_DRAINED).",
        "The job is in state JOB_STATE_DRAINING.",
    ]


@pytest.mark.parametrize(("least", "told"), [(0, 6), (DEBUG, 6), (DETAILED, 6), (BASIC, 5), (WARNING, 1), (ERROR, 1), (99, 6)])
def test_messages_are_chosen_by_importance_which_is_not_the_order_of_its_numbers(service: Service, least: int, told: int) -> None:
    service.life({"states": [{"PENDING": 1}, "RUNNING"], "answers": {"drain": ["DRAINING", "FAILED"]}})
    job = service.create()
    service.clock.advance(1)
    service.ask(job, "DRAINED")
    service.clock.advance(1)
    assert len(messages(service, job, minimum_importance=least)) == told


@pytest.mark.parametrize(
    ("told", "states"),
    [
        ({"start_time": at(1)}, ["RUNNING", "DONE"]),
        ({"end_time": at(2)}, ["PENDING", "RUNNING"]),
        ({"start_time": at(1), "end_time": at(2)}, ["RUNNING"]),
        ({"start_time": at(3)}, []),
    ],
)
def test_messages_are_chosen_from_a_beginning_until_before_an_end(
    service: Service, told: dict[str, Any], states: list[str]
) -> None:
    """ "timestamps >= start_time" and "timestamps < end_time"."""
    job = service.create(type_=BATCH)
    service.clock.advance(10)
    assert texts(messages(service, job, **told)) == [f"The job is in state JOB_STATE_{state}." for state in states]


def test_messages_come_in_pages_the_oldest_first(service: Service) -> None:
    job = service.create(type_=BATCH)
    service.clock.advance(10)
    pages: list[list[str]] = []
    token = ""
    while token or not pages:
        page = service.call("messages/ListJobMessages", job_id=job, page_size=1, page_token=token)
        pages.append(texts(page.job_messages))
        token = page.next_page_token
    assert [text for page in pages for text in page] == texts(messages(service, job))
    assert [len(page) for page in pages] == [1, 1, 1]


@pytest.mark.parametrize("told", [{"page_token": "x"}, {"page_size": -1}])
def test_a_request_for_messages_that_cannot_be_understood_is_refused(service: Service, told: dict[str, Any]) -> None:
    with pytest.raises(Refusal) as refused:
        messages(service, service.create(), **told)
    assert refused.value.code is Code.INVALID_ARGUMENT


def test_messages_can_lag_behind(service: Service) -> None:
    job = service.create()
    service.clock.advance(1)
    service.fault(method="ListJobMessages", stale=1)
    assert len(messages(service, job)) == 1
    assert len(messages(service, job)) == 2


def test_metrics_are_well_formed_and_as_of_now(service: Service) -> None:
    job = service.create()
    service.clock.advance(5)
    metrics = service.call("metrics/GetJobMetrics", job_id=job)
    assert (seconds(metrics.metric_time, BEGIN), list(metrics.metrics)) == (5, [])


def test_a_job_has_no_stages(service: Service) -> None:
    job = service.create()
    assert list(service.call("metrics/GetJobExecutionDetails", job_id=job).stages) == []
    with pytest.raises(Refusal, match="no stage 'F1'") as refused:
        service.call("metrics/GetStageExecutionDetails", job_id=job, stage_id="F1")
    assert refused.value.code is Code.NOT_FOUND


def test_snapshots_are_not_emulated(service: Service) -> None:
    with pytest.raises(Refusal) as refused:
        service.call("SnapshotJob", job_id=service.create())
    assert refused.value.code is Code.UNIMPLEMENTED
