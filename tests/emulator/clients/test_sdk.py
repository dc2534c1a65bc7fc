"""The high-level SDK: over REST in this process, over gRPC and TLS and through the proxy in processes of their own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import pytest

from jobstates.emulator import Emulator, Scenario
from tests.emulator.clients import sdk as kit
from tests.emulator.clients.support import BACKSTOP, LOCATION

if TYPE_CHECKING:
    from collections.abc import Mapping

STORY = (sys.executable, str(Path(__file__).parent / "story.py"))
SCENARIO = {"clock": "10000x", "lives": [{"life": ["QUEUED", "RUNNING"], "job": "second"}]}
"""A state is over before anybody looks again, but for that of the job that is to be cancelled."""
LISTED = ["JOB_STATE_CANCELLED", "JOB_STATE_SUCCEEDED"]


@pytest.mark.usefixtures("sdk")
def test_a_custom_job_runs(running: Emulator) -> None:
    job = kit.custom_job("hello")
    job.run()
    assert (job.state.name, job.display_name) == ("JOB_STATE_SUCCEEDED", "hello")
    assert [one.name for one in running.jobs] == [job.resource_name]


@pytest.mark.usefixtures("sdk")
def test_a_custom_job_that_fails_is_an_error_that_says_why(running: Emulator) -> None:
    running.life(["QUEUED", "RUNNING", {"state": "FAILED", "error": "disk full"}])
    with pytest.raises(RuntimeError, match="disk full"):
        kit.custom_job().run()


@pytest.mark.usefixtures("sdk")
def test_a_custom_job_is_submitted_and_cancelled(running: Emulator) -> None:
    job = kit.custom_job()
    job.submit()
    job.cancel()
    assert job.state.name == "JOB_STATE_CANCELLING"
    with pytest.raises(RuntimeError, match="code: 1"):
        job.wait_for_completion()
    assert job.state.name == "JOB_STATE_CANCELLED"


@pytest.mark.usefixtures("sdk")
def test_a_hyperparameter_tuning_job_runs() -> None:
    job = kit.tuning()
    job.run()
    assert (job.state.name, job.trials) == ("JOB_STATE_SUCCEEDED", [])


@pytest.mark.usefixtures("sdk")
def test_a_batch_prediction_job_runs() -> None:
    job = kit.batch_prediction()
    job.wait_for_completion()
    assert job.state.name == "JOB_STATE_SUCCEEDED"


@pytest.mark.usefixtures("sdk")
def test_a_pipeline_is_submitted_waited_for_and_deleted(running: Emulator, tmp_path: Path) -> None:
    job = kit.pipeline(tmp_path, job_id="nightly-1")
    job.submit()
    job.wait()
    assert (job.state.name, job.resource_name) == ("PIPELINE_STATE_SUCCEEDED", f"{LOCATION}/pipelineJobs/nightly-1")
    job.delete()
    assert running.jobs == []


@pytest.mark.usefixtures("sdk")
def test_a_pipeline_that_fails_is_an_error(running: Emulator, tmp_path: Path) -> None:
    running.life("failed")
    with pytest.raises(RuntimeError, match="The emulated job failed"):
        kit.pipeline(tmp_path).run()


def test_a_training_pipeline_runs(sdk: Any) -> None:
    job = sdk.CustomContainerTrainingJob(display_name="my-training", container_uri="gcr.io/my/image")
    assert job.run(replica_count=1) is None
    assert job.state.name == "PIPELINE_STATE_SUCCEEDED"


def test_jobs_are_listed_found_and_deleted(sdk: Any, running: Emulator) -> None:
    first, second = (kit.custom_job(name) for name in ("first", "second"))
    first.run()
    second.submit()
    (done,) = sdk.CustomJob.list(filter='state="JOB_STATE_SUCCEEDED"')
    assert done.resource_name == first.resource_name
    assert [job.display_name for job in sdk.CustomJob.list(order_by="create_time desc")] == ["second", "first"]
    sdk.CustomJob.get(first.resource_name).delete()
    assert [job.display_name for job in running.jobs] == ["second"]


@pytest.mark.filterwarnings("ignore:The 'warn' method is deprecated:DeprecationWarning")  # the SDK's own way to log
def test_the_short_view_of_pipelines_is_listed(sdk: Any, tmp_path: Path) -> None:
    kit.pipeline(tmp_path).submit()
    (found,) = sdk.PipelineJob.list(enable_simple_view=True)
    assert (found.display_name, found.state.name) == ("my-pipeline", "PIPELINE_STATE_RUNNING")


def said(*command: str, environment: Mapping[str, str] = MappingProxyType({})) -> Any:
    """What the story says, told by a process of its own; the SDK logs on standard output before it."""
    ended = subprocess.run(
        command, env={**os.environ, **environment}, capture_output=True, text=True, timeout=BACKSTOP, check=False
    )
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout.splitlines()[-1])


def test_over_grpc_and_tls_it_has_to_trust_the_certificate() -> None:
    """gRPC reads whom to trust once a process, so that a process of its own is told by its environment."""
    with Emulator(Scenario.model_validate(SCENARIO)) as emulator:
        trust = {"GRPC_DEFAULT_SSL_ROOTS_FILE_PATH": str(emulator.ca)}
        found = said(*STORY, f"localhost:{emulator.endpoint.rpartition(':')[2]}", environment=trust)
        assert (found["first"], found["listed"]) == ("JOB_STATE_SUCCEEDED", LISTED)
        assert "code: 1" in found["second"]
        assert [job.kind for job in emulator.jobs] == ["customJobs"] * 2


def test_through_the_environment_alone_it_is_told_nothing() -> None:
    """Default endpoint, transport and credentials; Cloud Storage, which the SDK asks for the pipeline's bucket, has none."""
    with Emulator(Scenario.model_validate(SCENARIO)) as emulator:
        found = said(*STORY, environment=emulator.environment("my-project"))
        assert (found["first"], found["listed"], found["pipeline"]) == ("JOB_STATE_SUCCEEDED", LISTED, "PIPELINE_STATE_SUCCEEDED")
        assert [job.kind for job in emulator.jobs] == ["customJobs", "customJobs", "pipelineJobs"]


def test_so_it_is_when_the_command_runs_it(tmp_path: Path) -> None:
    file = tmp_path / "scenario.json"
    file.write_text(json.dumps(SCENARIO), encoding="utf-8")
    found = said(sys.executable, "-m", "jobstates", "emulate", "--scenario", str(file), "exec", "--", *STORY)
    assert (found["first"], found["listed"], found["pipeline"]) == ("JOB_STATE_SUCCEEDED", LISTED, "PIPELINE_STATE_SUCCEEDED")
