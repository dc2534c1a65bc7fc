"""The emulator as its users hold it."""

from __future__ import annotations

import socket
import threading
from unittest import TestCase

import pytest
from pydantic import ValidationError

from jobstates import VertexJob
from jobstates.emulator import Emulator, JobScript, Scenario
from jobstates.emulator import scenario as scenarios
from jobstates.errors import InputError
from jobstates.spec.job import Kind


class Installed(VertexJob):
    """The jobs of another platform."""


def scenario(**told: object) -> Scenario:
    return Scenario.model_validate(told)


def states(emulator: Emulator) -> list[str]:
    return [job.state.removeprefix("JOB_STATE_") for job in emulator.jobs]


def test_the_jobs_of_a_scenario_are_there_from_the_start() -> None:
    told = scenario(
        clock="manual", jobs=[{"kind": "customJobs", "life": "failed"}, {"kind": "jobs", "facts": {"type": "streaming"}}]
    )
    emulator = Emulator(told)
    assert states(emulator) == ["QUEUED", "PENDING"]
    emulator.clock.advance(2)
    assert states(emulator) == ["FAILED", "RUNNING"]


def test_jobs_may_be_created_later_and_one_after_the_other() -> None:
    emulator = Emulator(scenario(clock="manual", jobs=[{"kind": "nasJobs", "count": 3, "after": "10s", "every": "1s"}]))
    seen = []
    for seconds in (0, 10, 1, 1, 1):
        emulator.clock.advance(seconds)
        seen.append(len(emulator.jobs))
    assert seen == [0, 1, 2, 3, 3]


def test_a_rule_may_name_a_life_of_the_scenario() -> None:
    told = scenario(
        clock="manual",
        named={"slow": [{"QUEUED": "1h"}, "RUNNING", "SUCCEEDED"]},
        lives=[{"life": "slow", "kind": "customJobs"}],
        jobs=[{"kind": "customJobs"}, {"kind": "nasJobs", "life": "slow"}, {"kind": "nasJobs"}],
    )
    emulator = Emulator(told)
    emulator.clock.advance(60)
    assert states(emulator) == ["QUEUED", "QUEUED", "SUCCEEDED"]
    emulator.life("slow", kind="nasJobs")
    emulator.create(JobScript(kind="nasJobs"))
    emulator.clock.advance(60)
    assert states(emulator)[-1] == "QUEUED"


def test_the_pace_is_how_long_a_state_lasts() -> None:
    emulator = Emulator(scenario(clock="manual", pace="1h", jobs=[{"kind": "customJobs"}]))
    emulator.clock.advance(3599)
    assert states(emulator) == ["QUEUED"]


def test_a_job_of_a_scenario_that_cannot_be_is_refused() -> None:
    with pytest.raises(ValidationError, match=r"jobs.0\n.*cannot end drained"):
        scenario(jobs=[{"kind": "customJobs", "life": "drained"}])


def test_a_rule_that_no_job_can_follow_is_refused() -> None:
    emulator = Emulator()
    with pytest.raises(ValidationError, match="cannot end drained"):
        emulator.life("drained", platform="vertex")
    with pytest.raises(ValidationError, match="it is meant for no kind of job; there are jobs, customJobs"):
        emulator.life("failed", kind="customJob")


def test_jobs_of_a_kind_that_no_service_here_has_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A platform that somebody installed has kinds of its own."""
    crons = Kind("cronJobs", "CronJob", "cronJobs/{job}", VertexJob.kinds[0].states)
    monkeypatch.setattr(scenarios, "kinds", lambda: [Installed(kind="cronJobs")])
    monkeypatch.setattr(Installed, "kinds", (crons,))
    with pytest.raises(ValidationError, match="kind: no cronJobs are emulated"):
        scenario(jobs=[{"kind": "cronJobs"}])


def test_several_jobs_cannot_have_one_id() -> None:
    with pytest.raises(ValidationError, match="cannot have one id"):
        scenario(jobs=[{"kind": "customJobs", "id": "4711", "count": 2}])


def test_a_reset_that_is_refused_changes_nothing() -> None:
    emulator = Emulator(scenario(clock="manual", jobs=[{"kind": "customJobs"}]))
    with pytest.raises(InputError, match=r"jobs\[1\]: name: 'Not A Name' does not match"):
        emulator.reset(scenario(jobs=[{"kind": "nasJobs"}, {"kind": "jobs", "name": "Not A Name"}]))
    assert states(emulator) == ["QUEUED"]


def test_a_clock_that_is_told_goes_before_the_scenario_s() -> None:
    assert Emulator(scenario(clock="60x"), clock="manual").clock.settings.scale == 0


def test_a_reset_to_a_scenario_that_tells_no_clock_keeps_the_clock() -> None:
    emulator = Emulator(clock="step 1s")
    emulator.reset(scenario(pace=5))
    assert (emulator.clock.settings.step, emulator.scenario.pace) == (1, 5)
    emulator.reset(scenario(clock="manual"))
    assert emulator.clock.settings.step == 0


def test_looks_at_the_jobs_and_the_coverage_are_right_while_others_reset_it() -> None:
    emulator = Emulator(scenario(clock="manual", jobs=[{"kind": "customJobs", "count": 3}]))
    resets = [threading.Thread(target=emulator.reset) for _ in range(20)]
    for thread in resets:
        thread.start()
    seen = []
    while any(thread.is_alive() for thread in resets):
        assert len(emulator.jobs) == 3
        seen.append(emulator.coverage()["vertex"].jobs)
    assert seen == sorted(seen)
    assert emulator.coverage()["vertex"].jobs == 3 * (len(resets) + 1)


def test_a_script_s_moment_without_a_zone_is_in_utc() -> None:
    emulator = Emulator(scenario(clock="manual", jobs=[{"kind": "customJobs", "at": "2026-01-01T00:00:00", "life": ["QUEUED"]}]))
    assert emulator.jobs[0].created == emulator.clock.moment()


def test_it_leaves_no_thread_and_no_file_behind() -> None:
    before = set(threading.enumerate())
    with Emulator() as emulator:
        files = [emulator.ca, emulator.credentials]
        assert all(file.exists() for file in files)
        assert files[1].stat().st_mode & 0o077 == 0
    assert not any(file.parent.exists() for file in files)
    assert set(threading.enumerate()) == before


def test_an_address_that_is_taken_is_one_clear_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(InputError, match=f"127.0.0.1:{port} cannot be listened on: Address already in use"):
            Emulator(port=port).start()


def test_the_environment_leads_clients_through_the_proxy_to_nobody_else() -> None:
    with Emulator() as emulator:
        told = emulator.environment("my-project")
        assert told["https_proxy"] == told["HTTPS_PROXY"] == emulator.url
        assert told["no_proxy"] == ""
        assert told["GRPC_DEFAULT_SSL_ROOTS_FILE_PATH"] == str(emulator.ca)
        assert told["GOOGLE_CLOUD_PROJECT"] == "my-project"


class TestInUnittest(TestCase):
    """It is a context manager like any other."""

    def setUp(self) -> None:
        self.emulator = self.enterContext(Emulator(clock="manual"))

    def test_one_test_has_its_own(self) -> None:
        self.emulator.create(JobScript(kind="customJobs"))
        self.assertEqual(states(self.emulator), ["QUEUED"])  # noqa: PT009  # it is a unittest

    def test_the_next_has_another(self) -> None:
        self.assertEqual(states(self.emulator), [])  # noqa: PT009
