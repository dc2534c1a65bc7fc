"""What Google's clients get wrong today, shown against a service that does what is documented.

These tests pin the behaviour of the installed versions. One that fails after an upgrade is good news: the fault is mended, and
the documentation that lists it has to lose a line.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from google.api_core import exceptions as errors
from google.cloud.aiplatform import jobs as sdk_jobs
from google.longrunning import operations_pb2
from google.protobuf import json_format

from jobstates.emulator import Life
from tests.emulator.clients import sdk as kit
from tests.emulator.clients.support import GRPC, GRPC_AIO, REST, REST_AIO, V1, Jobs, by_name, package, settled

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from jobstates.emulator import Emulator

POLLS = 25
"""Looks after which a wait is taken for one that never ends. Every look moves the clock on by a second."""
ENDLESS = [
    pytest.param(["QUEUED", "PENDING", "EXPIRED"], id="EXPIRED"),
    pytest.param(["QUEUED", "RUNNING", "PARTIALLY_SUCCEEDED"], id="PARTIALLY_SUCCEEDED"),
]


def asked_in_vain(emulator: Emulator, wait: Callable[[], object]) -> None:
    """Wait for a job that has ended, until a look at it is refused: which is the only thing that ends the wait."""
    emulator.fault("NOT_FOUND", method="Get*", after=POLLS)
    with pytest.raises(errors.NotFound):
        wait()
    (job,) = emulator.jobs
    assert job.ended
    assert (emulator.clock.moment() - job.since).total_seconds() > POLLS - 5


@pytest.mark.parametrize("life", ENDLESS)
@pytest.mark.usefixtures("sdk")
def test_run_never_returns_from_an_end_that_is_missing_in_its_list_of_ends(running: Emulator, life: list[str]) -> None:
    """``CustomJob.run`` polls for ever when a job is EXPIRED or PARTIALLY_SUCCEEDED: its list of ends has neither."""
    running.life(life)
    asked_in_vain(running, kit.custom_job().run)


@pytest.mark.usefixtures("sdk")
def test_nor_does_the_wait_for_other_kinds(running: Emulator) -> None:
    """``HyperparameterTuningJob.run`` shares the loop, and the fault."""
    running.life(["QUEUED", "PENDING", "EXPIRED"])
    asked_in_vain(running, kit.tuning().run)


@pytest.mark.usefixtures("sdk")
def test_nor_the_wait_for_batch_predictions(running: Emulator) -> None:
    """``BatchPredictionJob.wait_for_completion`` shares it, too, though the documents of its kind do speak of expiry."""
    running.life(["QUEUED", "RUNNING", "EXPIRED"])
    job = kit.batch_prediction()
    asked_in_vain(running, job.wait_for_completion)


@pytest.mark.usefixtures("sdk")
def test_a_paused_job_counts_as_completed(running: Emulator) -> None:
    """``CustomJob.run`` returns without an error when a job is PAUSED, which "can be resumed" and is no end."""
    paused = {"states": ["QUEUED", "RUNNING", "PAUSED"], "unchecked": True}  # no custom job pauses in the lifecycle
    running.life(Life.model_validate(paused))
    job = kit.custom_job()
    job.run()
    assert job.state.name == "JOB_STATE_PAUSED"


@pytest.mark.usefixtures("sdk")
def test_a_paused_pipeline_counts_as_completed(running: Emulator, tmp_path: Path) -> None:
    """``PipelineJob.run`` returns without an error when a pipeline is PAUSED, and it goes on afterwards."""
    running.life(["PENDING", "RUNNING", {"PAUSED": 60}, "RUNNING", "SUCCEEDED"])
    job = kit.pipeline(tmp_path)
    job.run()
    assert job.state.name == "PIPELINE_STATE_PAUSED"
    running.clock.advance(120)
    assert job.state.name == "PIPELINE_STATE_SUCCEEDED"


@pytest.mark.usefixtures("sdk")
def test_a_cancelled_pipeline_counts_as_completed(running: Emulator, tmp_path: Path) -> None:
    """``PipelineJob.wait`` ends without an error when a pipeline was cancelled, where ``CustomJob`` raises RuntimeError."""
    job = kit.pipeline(tmp_path)
    job.submit()
    job.cancel()
    job.wait()
    assert job.state.name == "PIPELINE_STATE_CANCELLED"


@pytest.mark.filterwarnings("ignore:Unrecognized JobState enum value:UserWarning")
@pytest.mark.usefixtures("sdk")
def test_an_unknown_state_kills_the_wait(running: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    """``CustomJob.run`` dies with AttributeError when it logs a state that it does not know, though the job goes on."""
    monkeypatch.setattr(sdk_jobs, "_LOG_WAIT_TIME", 0)  # it logs every five seconds; here at every look
    running.fault(unknown_state=77, method="GetCustomJob", count=None)
    with pytest.raises(AttributeError, match="'int' object has no attribute 'name'"):
        kit.custom_job().run()
    assert [job.ended for job in running.jobs] == [False]


@pytest.mark.parametrize("status", ["UNAVAILABLE", "RESOURCE_EXHAUSTED", "INTERNAL"])
@pytest.mark.usefixtures("sdk")
def test_a_creation_is_not_tried_again(running: Emulator, status: str) -> None:
    """``CustomJob.run`` raises at the first UNAVAILABLE when it creates, and tries again when it looks."""
    running.fault(status, method="CreateCustomJob")
    with pytest.raises((errors.ServerError, errors.TooManyRequests)):
        kit.custom_job().run()
    assert running.jobs == []
    running.fault(status, method="GetCustomJob")
    job = kit.custom_job()
    job.run()
    assert job.state.name == "JOB_STATE_SUCCEEDED"


@pytest.mark.parametrize("status", ["DEADLINE_EXCEEDED", "ABORTED", "NOT_FOUND", "CANCELLED"])
@pytest.mark.usefixtures("sdk")
def test_some_errors_of_one_look_end_the_wait(running: Emulator, status: str) -> None:
    """``CustomJob.run`` ends in the error of a single look when that is a late or an aborted one, and the job lives on."""
    running.life(["QUEUED", "RUNNING"])
    running.fault(status, method="GetCustomJob", after=1)
    with pytest.raises(errors.GoogleAPICallError):
        kit.custom_job().run()
    assert [job.ended for job in running.jobs] == [False]


@pytest.mark.parametrize("lost", [{"reset": True}, {"status": "UNAVAILABLE"}])
@pytest.mark.parametrize("transport", [GRPC, REST])
async def test_a_creation_whose_answer_is_lost_makes_a_second_job_when_it_is_tried_again(
    emulator: Emulator, transport: str, lost: dict[str, Any]
) -> None:
    """``create_custom_job`` has no id that the client could choose, so that a retry cannot be told from a second request."""
    emulator.fault(method="CreateCustomJob", done=True, **lost)
    async with Jobs.over(emulator, transport) as jobs:
        with pytest.raises((errors.ServiceUnavailable, OSError)):
            jobs.create("nightly")
    async with Jobs.over(emulator, transport) as jobs:
        jobs.create("nightly")
    assert [job.display_name for job in emulator.jobs] == ["nightly", "nightly"]


async def test_one_transport_tries_a_creation_again_by_itself(emulator: Emulator) -> None:
    """The async REST transport repeats a POST that was answered 503, unasked and unsaid: one call, two jobs."""
    emulator.fault("UNAVAILABLE", method="CreateCustomJob", done=True)
    async with Jobs.over(emulator, REST_AIO) as jobs:
        await jobs.create("nightly")
    assert [job.display_name for job in emulator.jobs] == ["nightly", "nightly"]


async def test_that_transport_cannot_be_closed_whole(emulator: Emulator) -> None:
    """The async REST transport opens a second session for operations, whose ``close`` is not implemented."""
    async with Jobs.over(emulator, REST_AIO) as jobs:
        with pytest.raises(NotImplementedError):
            await jobs.client.transport.operations_client.transport.close()


@pytest.mark.parametrize("transport", [GRPC, GRPC_AIO])
async def test_the_wait_for_an_operation_hands_out_bytes(emulator: Emulator, transport: str) -> None:
    """``wait_operation`` over gRPC returns the serialized operation, where its annotation and REST have the message."""
    async with Jobs.over(emulator, transport) as jobs:
        created = await settled(jobs.create())
        emulator.clock.advance(60)
        name = (await settled(jobs.delete(created.name))).operation.name
        raw = await settled(jobs.client.wait_operation(operations_pb2.WaitOperationRequest(name=name)))
        assert type(raw) is bytes
        assert operations_pb2.Operation.FromString(raw).done


async def test_who_parses_names_makes_a_known_state_of_an_unknown_one(emulator: Emulator) -> None:
    """protobuf's JSON parser reads a name that it does not know as 0 when unknown fields are ignored: UNSPECIFIED."""
    async with Jobs.over(emulator, REST) as jobs:
        name = jobs.create().name
    emulator.fault(unknown_state="JOB_STATE_DREAMING")
    told = by_name(emulator, name)
    assert told["state"] == "JOB_STATE_DREAMING"
    assert json_format.ParseDict(told, package(V1).CustomJob.pb()(), ignore_unknown_fields=True).state == 0
