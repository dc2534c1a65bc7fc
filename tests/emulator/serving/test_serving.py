"""From a call to its answer: what is asked again and again is worked out once, and is never out of date."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from jobstates.emulator.codes import Code
from jobstates.emulator.living.choosing import LifeRule
from jobstates.emulator.scenario import JobScript, Scenario
from jobstates.emulator.services import Services
from jobstates.emulator.serving.faults import Fault
from jobstates.emulator.wire import schema

if TYPE_CHECKING:
    from jobstates.emulator.calls import Reply

PARENT = "projects/project/locations/us-central1"
JOBS = "google.cloud.aiplatform.v1.JobService"
RUNNING = 3


@pytest.fixture
def services() -> Services:
    return Services(schema(), Scenario.model_validate({"clock": "manual", "jobs": [{"kind": "customJobs", "id": "1"}]}))


def called(services: Services, method_name: str, /, **request: object) -> tuple[Reply, Any]:
    """One call: its reply, and the response in it."""
    method = schema().methods[f"/{JOBS}/{method_name}"]
    reply = services.answer(method.path, method.request(**request).SerializeToString())
    return reply, method.response.FromString(reply.body)


def got(services: Services) -> Any:
    return called(services, "GetCustomJob", name=f"{PARENT}/customJobs/1")[1]


def listed(services: Services) -> list[str]:
    return [job.display_name for job in called(services, "ListCustomJobs", parent=PARENT)[1].custom_jobs]


def test_the_same_question_gets_the_same_bytes_while_nothing_changes(services: Services) -> None:
    first = called(services, "GetCustomJob", name=f"{PARENT}/customJobs/1")[0].body
    assert called(services, "GetCustomJob", name=f"{PARENT}/customJobs/1")[0].body is first
    services.clock.advance(0.5)
    assert called(services, "GetCustomJob", name=f"{PARENT}/customJobs/1")[0].body is first


def test_a_job_that_moves_on_by_itself_is_shown_as_it_is(services: Services) -> None:
    assert got(services).state != RUNNING
    services.clock.advance(1)
    assert got(services).state == RUNNING


def test_a_job_of_which_something_was_asked_is_shown_as_it_is(services: Services) -> None:
    before = got(services).state
    called(services, "CancelCustomJob", name=f"{PARENT}/customJobs/1")
    assert got(services).state != before


def test_a_deleted_job_is_no_longer_shown(services: Services) -> None:
    services.clock.advance(5)
    got(services)
    called(services, "DeleteCustomJob", name=f"{PARENT}/customJobs/1")
    reply, _ = called(services, "GetCustomJob", name=f"{PARENT}/customJobs/1")
    assert reply.status
    assert reply.status.code == Code.NOT_FOUND


def test_a_list_shows_jobs_that_were_created_or_begin_to_be_there(services: Services) -> None:
    services.create(JobScript(kind="customJobs", name="later", after=0.25))
    assert listed(services) == [""]
    services.clock.advance(0.25)
    assert listed(services) == ["later", ""]
    services.create(JobScript(kind="customJobs", name="new"))
    assert listed(services) == ["new", "later", ""]


def test_a_fault_strikes_a_question_that_was_asked_before(services: Services) -> None:
    got(services)
    services.faults.add(Fault(status=Code.UNAVAILABLE))
    reply, _ = called(services, "GetCustomJob", name=f"{PARENT}/customJobs/1")
    assert reply.status
    assert reply.status.code == Code.UNAVAILABLE
    assert got(services).name


def test_a_wrong_look_is_not_remembered(services: Services) -> None:
    services.faults.add(Fault(unknown_state=77))
    assert got(services).state == 77
    assert got(services).state != 77


def test_every_read_moves_a_clock_that_is_stepped_by_reads() -> None:
    told = {"clock": "step 300ms", "jobs": [{"kind": "customJobs", "id": "1"}]}
    services = Services(schema(), Scenario.model_validate(told))
    states = [got(services).state for _ in range(9)]
    assert states == [1, 1, 1, 1, 3, 3, 3, 4, 4]


def test_a_request_that_cannot_be_read_is_refused(services: Services) -> None:
    reply = services.answer(f"/{JOBS}/GetCustomJob", b"\xff\xff")
    assert reply.status
    assert reply.status.code == Code.INVALID_ARGUMENT


def test_a_method_that_is_not_emulated_is_refused_by_name(services: Services) -> None:
    for path in (f"/{JOBS}/GetNasTrialDetail", "/none"):
        reply = services.answer(path, b"")
        assert reply.status
        assert (reply.status.code, reply.status.message) == (Code.UNIMPLEMENTED, f"{path} is not emulated")


def test_a_life_that_the_new_job_cannot_live_is_said_to_the_client(services: Services) -> None:
    services.lives.add(LifeRule.model_validate({"life": "drained"}))
    resource = schema().message("google.cloud.aiplatform.v1.CustomJob")(display_name="x")
    reply, _ = called(services, "CreateCustomJob", parent=PARENT, custom_job=resource)
    assert reply.status
    assert reply.status.code == Code.FAILED_PRECONDITION
    assert "cannot end drained" in reply.status.message


def test_a_fault_of_the_emulator_is_a_status_too(services: Services, caplog: pytest.LogCaptureFixture) -> None:
    services.world.find = None  # type: ignore[assignment, method-assign]  # broken on purpose
    reply, _ = called(services, "GetCustomJob", name=f"{PARENT}/customJobs/1")
    assert reply.status
    assert reply.status.code == Code.INTERNAL
    assert "the emulator failed: TypeError" in reply.status.message
    assert "answering" in caplog.text
