"""Which calls a fault strikes, and what becomes of their answers, beside what clients see of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from jobstates.emulator.codes import Code
from jobstates.emulator.scenario import Scenario
from jobstates.emulator.services import Services
from jobstates.emulator.serving.faults import Fault, Faults
from jobstates.emulator.wire import schema

if TYPE_CHECKING:
    from jobstates.emulator.calls import Reply

GET, LIST = "JobService/GetCustomJob", "JobService/ListCustomJobs"
JOBS = "/google.cloud.aiplatform.v1.JobService"
NAME = "projects/project/locations/us-central1/customJobs/1"


def faults(*told: dict[str, object]) -> Faults:
    return Faults(Fault.model_validate(one) for one in told)


def struck(waiting: Faults, method: str = GET) -> list[str]:
    """What strikes the next call, by its message."""
    return [fault.message for fault in waiting.strike(method, lambda: (), lists="List" in method)]


@pytest.fixture
def services() -> Services:
    return Services(schema(), Scenario.model_validate({"clock": "manual", "jobs": [{"kind": "customJobs", "id": "1"}]}))


def called(services: Services, method: str, name: str = NAME) -> Reply:
    path = f"{JOBS}/{method}"
    return services.answer(path, schema().methods[path].request(name=name).SerializeToString())


def test_faults_that_would_lose_the_same_answer_strike_one_call_after_the_other() -> None:
    waiting = faults({"status": "UNAVAILABLE", "message": "first"}, {"reset": True, "message": "second"})
    assert [struck(waiting) for _ in range(3)] == [["first"], ["second"], []]


def test_a_call_that_another_fault_loses_is_one_of_those_to_let_pass() -> None:
    waiting = faults({"status": "UNAVAILABLE", "message": "first"}, {"status": "ABORTED", "after": 1, "message": "second"})
    assert [struck(waiting) for _ in range(3)] == [["first"], ["second"], []]


def test_a_fault_that_leaves_the_answer_strikes_together_with_one_that_loses_it() -> None:
    waiting = faults({"delay": 1, "count": None, "message": "slow"}, {"status": "ABORTED", "message": "lost"})
    assert [struck(waiting) for _ in range(2)] == [["slow", "lost"], ["slow"]]


def test_a_wrong_page_waits_for_a_call_that_has_pages() -> None:
    waiting = faults({"page": "cut", "message": "cut"})
    assert [struck(waiting), struck(waiting, LIST), struck(waiting, LIST)] == [[], ["cut"], []]


def test_a_refusal_of_the_service_comes_as_late_as_its_answer_would(services: Services) -> None:
    services.faults.add(Fault(delay=3))
    reply = called(services, "GetCustomJob", NAME.replace("/1", "/2"))
    assert reply.status
    assert (reply.status.code, reply.delay) == (Code.NOT_FOUND, 3)


def test_a_refusal_of_the_service_is_lost_as_its_answer_would_be(services: Services) -> None:
    services.clock.advance(60)
    services.faults.add(Fault(reset=True, done=True))
    reply = called(services, "CancelCustomJob")
    assert (reply.status, reply.reset) == (None, True)


def test_a_request_is_carried_out_whose_answer_alone_is_lost(services: Services) -> None:
    for done, state in ((False, "QUEUED"), (True, "CANCELLING")):
        services.faults.add(Fault(status=Code.UNAVAILABLE, done=done))
        reply = called(services, "CancelCustomJob")
        assert reply.status
        assert reply.status.code == Code.UNAVAILABLE
        (job,) = services.world.jobs()
        assert job.step(services.clock.now()).state.name == state
