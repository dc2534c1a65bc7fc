"""Refusals: which exception each transport's client makes of a status, and what it can read in it.

A REST client knows nothing but the HTTP status, so several statuses arrive as one exception there: nobody can tell a wrong
argument from a wrong moment by the class alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from google.api_core import exceptions as errors
from google.auth.exceptions import InvalidOperation
from google.rpc.error_details_pb2 import ErrorInfo, QuotaFailure, RetryInfo

from tests.emulator.clients.support import GRPC, GRPC_AIO, LOCATION, REST, REST_AIO, TLS, TLS_AIO, TRANSPORTS, Jobs, settled

if TYPE_CHECKING:
    from jobstates.emulator import Emulator

OVER_GRPC, OVER_REST = (GRPC, GRPC_AIO, TLS, TLS_AIO), (REST, REST_AIO)
CLASSES = {
    "CANCELLED": (errors.Cancelled, errors.Cancelled),
    "UNKNOWN": (errors.Unknown, errors.InternalServerError),
    "INVALID_ARGUMENT": (errors.InvalidArgument, errors.BadRequest),
    "DEADLINE_EXCEEDED": (errors.DeadlineExceeded, errors.GatewayTimeout),
    "NOT_FOUND": (errors.NotFound, errors.NotFound),
    "ALREADY_EXISTS": (errors.AlreadyExists, errors.Conflict),
    "PERMISSION_DENIED": (errors.PermissionDenied, errors.Forbidden),
    "RESOURCE_EXHAUSTED": (errors.ResourceExhausted, errors.TooManyRequests),
    "FAILED_PRECONDITION": (errors.FailedPrecondition, errors.BadRequest),
    "ABORTED": (errors.Aborted, errors.Conflict),
    "OUT_OF_RANGE": (errors.OutOfRange, errors.BadRequest),
    "UNIMPLEMENTED": (errors.MethodNotImplemented, errors.MethodNotImplemented),
    "INTERNAL": (errors.InternalServerError, errors.InternalServerError),
    "UNAVAILABLE": (errors.ServiceUnavailable, errors.ServiceUnavailable),
    "DATA_LOSS": (errors.DataLoss, errors.InternalServerError),
    "UNAUTHENTICATED": (errors.Unauthenticated, errors.Unauthorized),
}
"""By status: the exception over gRPC, and over REST."""
HIDDEN = {
    REST: {"UNAUTHENTICATED"},
    REST_AIO: {"UNKNOWN", "DEADLINE_EXCEEDED", "RESOURCE_EXHAUSTED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS"},
}
"""The statuses that a transport deals with itself before anybody sees them: one refreshes its credentials, one tries again."""


async def refusal(answer: Any) -> Any:
    """The exception that a call ends in."""
    try:
        await settled(answer())
    except errors.GoogleAPICallError as error:
        return error
    raise AssertionError("it was not refused")


@pytest.mark.parametrize(
    ("transport", "status"),
    [(one, status) for one in (GRPC, GRPC_AIO, REST, REST_AIO) for status in CLASSES if status not in HIDDEN.get(one, ())],
)
async def test_every_status_is_an_exception_of_its_own_class(emulator: Emulator, transport: str, status: str) -> None:
    emulator.fault(status, message="because")
    async with Jobs.over(emulator, transport) as jobs:
        error = await refusal(lambda: jobs.get(f"{LOCATION}/customJobs/1"))
        assert type(error) is CLASSES[status][transport in OVER_REST]
        assert "because" in error.message


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_a_job_that_is_not_there_is_not_found(emulator: Emulator, transport: str) -> None:
    async with Jobs.over(emulator, transport) as jobs:
        for verb in ("get", "cancel", "delete"):
            error = await refusal(lambda verb=verb: jobs.call(verb, name=f"{LOCATION}/customJobs/1000000000000000000"))
            assert type(error) is errors.NotFound


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_an_id_that_is_taken_already_exists(emulator: Emulator, transport: str) -> None:
    async with Jobs.over(emulator, transport, "pipelineJobs") as jobs:
        created = await settled(jobs.create(ident="nightly-1"))
        assert created.name == f"{LOCATION}/pipelineJobs/nightly-1"
        error = await refusal(lambda: jobs.create(ident="nightly-1"))
        assert type(error) is CLASSES["ALREADY_EXISTS"][transport in OVER_REST]


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_an_id_that_cannot_be_is_an_invalid_argument(emulator: Emulator, transport: str) -> None:
    """Of a pipeline's id "valid characters are `/[a-z][0-9]-/`.", and it "should be less than 128 characters"."""
    async with Jobs.over(emulator, transport, "pipelineJobs") as jobs:
        for ident in ("Nightly", "a/b", "x" * 128):
            error = await refusal(lambda ident=ident: jobs.create(ident=ident))
            assert type(error) is CLASSES["INVALID_ARGUMENT"][transport in OVER_REST]
        assert emulator.jobs == []


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_a_job_that_has_ended_cannot_be_cancelled(emulator: Emulator, transport: str) -> None:
    async with Jobs.over(emulator, transport) as jobs:
        created = await settled(jobs.create())
        emulator.clock.advance(60)
        error = await refusal(lambda: jobs.cancel(created.name))
        assert type(error) is CLASSES["FAILED_PRECONDITION"][transport in OVER_REST]
        assert "JOB_STATE_SUCCEEDED" in error.message


@pytest.mark.parametrize("kind", ["customJobs", "batchPredictionJobs"])
async def test_a_job_that_runs_cannot_be_deleted(emulator: Emulator, kind: str) -> None:
    """Documented of one kind: "Can only be called on jobs that already finished."."""
    async with Jobs.over(emulator, GRPC, kind) as jobs:
        created = jobs.create()
        with pytest.raises(errors.FailedPrecondition):
            jobs.delete(created.name)
        assert jobs.get(created.name) == created


async def test_a_job_that_is_being_cancelled_may_be_cancelled_again(emulator: Emulator) -> None:
    async with Jobs.over(emulator, GRPC) as jobs:
        created = jobs.create()
        jobs.cancel(created.name)
        jobs.cancel(created.name)
        assert jobs.get(created.name).state.name == "JOB_STATE_CANCELLING"


@pytest.mark.parametrize("transport", OVER_GRPC)
async def test_over_grpc_the_details_of_an_exhausted_quota_are_messages(emulator: Emulator, transport: str) -> None:
    emulator.fault(quota="CustomJobs per minute", retry_after=7)
    async with Jobs.over(emulator, transport) as jobs:
        error = await refusal(lambda: jobs.create())  # noqa: PLW0108  # it is called later
        assert type(error) is errors.ResourceExhausted
        info, failure, retry = error.details
        assert (type(info), type(failure), type(retry)) == (ErrorInfo, QuotaFailure, RetryInfo)
        assert (error.reason, error.domain) == (info.reason, info.domain) == ("RATE_LIMIT_EXCEEDED", "googleapis.com")
        assert error.metadata == {"quota_metric": "CustomJobs per minute"}
        assert retry.retry_delay.seconds == 7


async def test_over_rest_they_are_dictionaries(emulator: Emulator) -> None:
    emulator.fault(quota="CustomJobs per minute", retry_after=7)
    async with Jobs.over(emulator, REST) as jobs:
        error = await refusal(lambda: jobs.create())  # noqa: PLW0108
        assert type(error) is errors.TooManyRequests
        info, failure, retry = error.details
        assert (error.reason, error.domain) == (info["reason"], info["domain"]) == ("RATE_LIMIT_EXCEEDED", "googleapis.com")
        assert failure["violations"] == [{"subject": "project", "description": "CustomJobs per minute"}]
        assert (retry["@type"], retry["retryDelay"]) == ("type.googleapis.com/google.rpc.RetryInfo", "7s")


async def test_a_rest_client_whose_credentials_are_refused_asks_for_others_first(emulator: Emulator) -> None:
    emulator.fault("UNAUTHENTICATED")
    async with Jobs.over(emulator, REST) as jobs:
        with pytest.raises(InvalidOperation, match="Anonymous credentials cannot be refreshed"):
            jobs.list()


async def test_a_parent_that_is_none_is_an_invalid_argument(emulator: Emulator) -> None:
    async with Jobs.over(emulator, GRPC) as jobs:
        for call in ("list_custom_jobs", "create_custom_job"):
            sent = {"custom_job": jobs.message()} if call == "create_custom_job" else {}
            with pytest.raises(errors.InvalidArgument, match="parent"):
                getattr(jobs.client, call)(parent="my-project", **sent)


async def test_a_rest_client_finds_no_address_for_such_a_parent(emulator: Emulator) -> None:
    async with Jobs.over(emulator, REST) as jobs:
        with pytest.raises(ValueError, match="Invalid request"):
            jobs.client.list_custom_jobs(parent="my-project")


async def test_a_request_without_a_job_creates_none(emulator: Emulator) -> None:
    async with Jobs.over(emulator, GRPC) as jobs:
        with pytest.raises(errors.InvalidArgument, match="custom_job"):
            jobs.client.create_custom_job(parent=LOCATION)
        assert emulator.jobs == []


async def test_a_method_that_is_not_emulated_says_so(emulator: Emulator) -> None:
    async with Jobs.over(emulator, GRPC) as jobs:
        with pytest.raises(errors.MethodNotImplemented, match="is not emulated"):
            jobs.client.list_nas_trial_details(parent=f"{LOCATION}/nasJobs/1")
