"""Which Dataflow job replaces which, and when."""

from __future__ import annotations

from typing import Any

import pytest

from jobstates.emulator.codes import Code
from tests.emulator.serving.dataflow_support import BATCH, Refusal, Service, seconds, state_name

BEGIN = 1767225600.0


@pytest.fixture
def service() -> Service:
    return Service()


def running(service: Service, name: str = "etl") -> str:
    job = service.create(name)
    service.clock.advance(1)
    return job


@pytest.mark.parametrize("where", ["job", "request"])
def test_a_job_that_replaces_another_takes_its_name_and_stops_it_when_both_were_checked(service: Service, where: str) -> None:
    """ "The job named here is stopped, and its intermediate state is transferred to this job."."""
    old = running(service)
    told = {"replace_job_id": old}
    sent: dict[str, Any] = {"job": told} if where == "job" else told
    new = service.create("ignored", **sent)
    assert (service.state(old), service.get(old).replaced_by_job_id) == ("RUNNING", "")
    service.clock.advance(1)
    assert (service.state(old), service.get(old).replaced_by_job_id) == ("UPDATED", new)
    successor = service.get(new)
    assert (successor.name, successor.replace_job_id, state_name(successor)) == ("etl", old, "RUNNING")


def test_a_replaced_job_can_be_followed_through_several_replacements(service: Service) -> None:
    jobs = [running(service)]
    for _ in range(3):
        jobs.append(service.create(job={"replace_job_id": jobs[-1]}))
        service.clock.advance(2)
    followed = [jobs[0]]
    while newer := service.get(followed[-1]).replaced_by_job_id:
        followed.append(newer)
    assert followed == jobs
    assert [service.state(job) for job in jobs] == ["UPDATED", "UPDATED", "UPDATED", "RUNNING"]


def test_a_template_replaces_the_running_job_of_its_name(service: Service) -> None:
    old = running(service)
    launched = service.call("flex/LaunchFlexTemplate", launch_parameter=launch(update=True)).job
    service.clock.advance(1)
    assert service.get(old).replaced_by_job_id == launched.id
    newer = service.call("templates/LaunchTemplate", gcs_path="gs://b/t", launch_parameters={"job_name": "etl", "update": True})
    service.clock.advance(1)
    assert service.get(launched.id).replaced_by_job_id == newer.job.id


def launch(**parameters: Any) -> dict[str, Any]:
    return {"job_name": "etl", "container_spec_gcs_path": "gs://b/t.json"} | parameters


def test_a_template_that_is_to_replace_nothing_is_refused(service: Service) -> None:
    with pytest.raises(Refusal, match="no active job 'etl'") as refused:
        service.call("flex/LaunchFlexTemplate", launch_parameter=launch(update=True))
    assert refused.value.code is Code.NOT_FOUND


@pytest.mark.parametrize(("type_", "wait"), [(BATCH, 1), (2, 0)])
def test_only_a_streaming_job_that_runs_can_be_replaced(service: Service, type_: int, wait: int) -> None:
    old = service.create("etl", type_=type_)
    service.clock.advance(wait)
    with pytest.raises(Refusal, match="cannot be replaced") as refused:
        service.create(job={"replace_job_id": old})
    assert refused.value.code is Code.FAILED_PRECONDITION
    assert len(service.listed()) == 1


def test_a_job_that_has_ended_cannot_be_replaced(service: Service) -> None:
    old = running(service)
    service.ask(old, "DONE")
    with pytest.raises(Refusal, match="JOB_STATE_DONE") as refused:
        service.create(job={"replace_job_id": old})
    assert refused.value.code is Code.FAILED_PRECONDITION


def test_a_job_that_does_not_exist_cannot_be_replaced(service: Service) -> None:
    with pytest.raises(Refusal, match="replace_job_id") as refused:
        service.create(job={"replace_job_id": "2026-01-01_00_00_00-1"})
    assert refused.value.code is Code.NOT_FOUND


def test_a_draining_job_can_be_replaced(service: Service) -> None:
    """ "You can update a pipeline that is being drained."."""
    service.life({"states": [{"PENDING": 1}, "RUNNING"], "answers": {"drain": [{"DRAINING": 60}, "DRAINED"]}}, count=1)
    old = running(service)
    service.ask(old, "DRAINED")
    new = service.create(job={"replace_job_id": old})
    assert service.history(old, 1) == ["DRAINING", "UPDATED"]
    assert service.get(old).replaced_by_job_id == new


def test_a_job_that_would_have_ended_before_the_check_is_over_is_replaced_at_once(service: Service) -> None:
    old = running(service)
    service.ask(old, "DRAINED")
    new = service.create(job={"replace_job_id": old})
    assert (service.state(old), service.get(old).replaced_by_job_id) == ("UPDATED", new)


def test_a_job_that_is_cancelled_while_it_is_checked_is_not_replaced(service: Service) -> None:
    old = running(service)
    new = service.create(job={"replace_job_id": old})
    service.ask(old, "CANCELLED")
    service.clock.advance(5)
    assert (service.state(old), service.get(old).replaced_by_job_id) == ("CANCELLED", "")
    assert service.state(new) == "RUNNING"


def test_a_life_can_fail_the_check(service: Service) -> None:
    """The old job goes on, and the new one fails."""
    service.life({"states": [{"PENDING": 1}, "RUNNING"], "answers": {"replace": []}}, count=1)
    old = running(service)
    service.life("failed")
    new = service.create(job={"replace_job_id": old})
    service.clock.advance(5)
    assert (service.state(old), service.state(new)) == ("RUNNING", "FAILED")


# Without any client's asking.

UPDATED = [{"PENDING": 1}, {"RUNNING": 9}, "UPDATED"]


def test_a_life_that_ends_replaced_gets_a_successor_at_that_moment(service: Service) -> None:
    service.life(UPDATED, count=1)
    old = service.create("etl")
    service.clock.advance(9)
    assert service.listed_names() == ["etl"]
    service.clock.advance(1)
    new = service.get(old).replaced_by_job_id
    successor = service.get(new)
    assert (successor.name, successor.type, successor.replace_job_id) == ("etl", 2, old)
    assert (seconds(successor.create_time, BEGIN), state_name(successor)) == (10, "PENDING")
    assert new.startswith("2026-01-01_00_00_10-")
    service.clock.advance(100)
    assert service.state(new) == "RUNNING"


def test_many_jobs_of_one_script_have_a_successor_each(service: Service) -> None:
    service.script(name="etl", count=1000, every=1, facts={"type": "streaming"}, life=UPDATED)
    assert len(service.world.batches) == 2
    service.clock.advance(2000)
    for job in service.listed(filter=2)[::100]:
        successor = service.get(job.replaced_by_job_id)
        assert (successor.name, successor.replace_job_id) == (job.name, job.id)
        assert successor.create_time == job.current_state_time


def test_a_successor_does_not_come_when_its_job_is_cancelled_first(service: Service) -> None:
    service.script(name="etl", count=3, facts={"type": "streaming"}, life=UPDATED)
    service.clock.advance(5)
    cancelled = service.listed(name="etl-1")[0].id
    service.ask(cancelled, "CANCELLED")
    service.clock.advance(100)
    assert sorted(service.listed_names(filter=3)) == ["etl-0", "etl-2"]
    assert (service.state(cancelled), service.get(cancelled).replaced_by_job_id) == ("CANCELLED", "")


def test_a_successor_comes_when_a_request_leads_there(service: Service) -> None:
    service.life({"states": [{"PENDING": 1}, "RUNNING"], "answers": {"drain": [{"DRAINING": 5}, "UPDATED"]}}, count=1)
    old = running(service)
    service.ask(old, "DRAINED")
    service.clock.advance(5)
    assert service.get(service.get(old).replaced_by_job_id).replace_job_id == old


def test_a_client_that_replaces_a_job_is_before_the_script_that_would(service: Service) -> None:
    service.life(UPDATED, count=1)
    old = running(service)
    new = service.create(job={"replace_job_id": old})
    service.clock.advance(100)
    assert service.get(old).replaced_by_job_id == new
    assert len(service.listed()) == 2


def test_jobs_that_are_drawn_at_random_are_not_replaced(service: Service) -> None:
    """Each would need a successor of its own."""
    service.script(name="etl", count=200, facts={"type": "streaming"}, life={"walk": 7})
    service.clock.advance(1000)
    states = {state_name(job) for job in service.listed()}
    assert "UPDATED" not in states
    assert len(states) > 2
