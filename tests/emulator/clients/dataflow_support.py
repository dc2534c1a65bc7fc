"""Google's Dataflow clients, unmodified, each over every transport it has; and one way to call them all.

Requests are told in the words of the generated clients and answers in those of JSON, so that one test speaks for all of them:
what one client shows as a message, another as a dictionary, is compared as what was said.
"""

from __future__ import annotations

from contextlib import asynccontextmanager, contextmanager
from functools import cached_property, reduce
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import grpc
import pytest
from google.api_core import exceptions as errors
from google.cloud import dataflow_v1beta3
from google.cloud.dataflow_v1beta3 import JobsV1Beta3Client
from google.protobuf.json_format import MessageToDict
from googleapiclient.discovery import build
from googleapiclient.errors import HttpError

from tests.emulator.clients.support import ALONE, GRPC, GRPC_AIO, REST, TLS, TLS_AIO, anonymous, pages, settled

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Iterator

    from jobstates.emulator import Emulator

DISCOVERY = "discovery"
OVER_GRPC = (GRPC, GRPC_AIO)
TRANSPORTS = (*OVER_GRPC, REST, DISCOVERY)
SECURE = (TLS, TLS_AIO)
"""What says the same as the others once it is connected."""
EVERYWHERE = pytest.mark.parametrize("transport", TRANSPORTS)
PROJECT, LOCATION = "my-project", "us-central1"
HERE = {"project_id": PROJECT, "location": LOCATION}
PLACED = ("projectId", "location", "jobId", "stageId")
"""What stands in the path of an address rather than behind it or in the body."""


class Method(NamedTuple):
    """How one method is called by each client."""

    service: str
    """The module of the generated clients."""
    request: str
    """The class of its requests."""
    address: str
    """Its name in the discovery document."""
    body: str | None = None
    """The field of the request that is sent as the body, ``*`` for all that is not in the path; None when nothing is."""


JOBS, MESSAGES, METRICS, TEMPLATES = "jobs_v1_beta3", "messages_v1_beta3", "metrics_v1_beta3", "templates_service"
METHODS = {
    "create_job": Method(JOBS, "CreateJobRequest", "projects.locations.jobs.create", "job"),
    "get_job": Method(JOBS, "GetJobRequest", "projects.locations.jobs.get"),
    "update_job": Method(JOBS, "UpdateJobRequest", "projects.locations.jobs.update", "job"),
    "snapshot_job": Method(JOBS, "SnapshotJobRequest", "projects.locations.jobs.snapshot", "*"),
    "list_jobs": Method(JOBS, "ListJobsRequest", "projects.locations.jobs.list"),
    "aggregated_list_jobs": Method(JOBS, "ListJobsRequest", "projects.jobs.aggregated"),
    "list_job_messages": Method(MESSAGES, "ListJobMessagesRequest", "projects.locations.jobs.messages.list"),
    "get_job_metrics": Method(METRICS, "GetJobMetricsRequest", "projects.locations.jobs.getMetrics"),
    "get_job_execution_details": Method(METRICS, "GetJobExecutionDetailsRequest", "projects.locations.jobs.getExecutionDetails"),
    "get_stage_execution_details": Method(
        METRICS, "GetStageExecutionDetailsRequest", "projects.locations.jobs.stages.getExecutionDetails"
    ),
    "create_job_from_template": Method(TEMPLATES, "CreateJobFromTemplateRequest", "projects.locations.templates.create", "*"),
    "launch_template": Method(TEMPLATES, "LaunchTemplateRequest", "projects.locations.templates.launch", "launchParameters"),
    "get_template": Method(TEMPLATES, "GetTemplateRequest", "projects.locations.templates.get"),
    "launch_flex_template": Method(
        "flex_templates_service", "LaunchFlexTemplateRequest", "projects.locations.flexTemplates.launch", "*"
    ),
}
Said = dict[str, Any]
"""A message as JSON spells it."""

STATUSES = {
    "INVALID_ARGUMENT": (errors.InvalidArgument, errors.BadRequest, 400),
    "NOT_FOUND": (errors.NotFound, errors.NotFound, 404),
    "ALREADY_EXISTS": (errors.AlreadyExists, errors.Conflict, 409),
    "UNIMPLEMENTED": (errors.MethodNotImplemented, errors.MethodNotImplemented, 501),
    "FAILED_PRECONDITION": (errors.FailedPrecondition, errors.BadRequest, 400),
}
"""What each refusal is over gRPC, over REST, and to the discovery client, which tells but the number."""


class Client(Protocol):
    """A client of the Dataflow services."""

    async def call(self, name: str, /, **request: Any) -> Said:
        """What a method answers."""

    async def pages(self, name: str, /, **request: Any) -> list[Said]:
        """The pages that a list comes in."""

    async def close(self) -> None:
        """Leave no connection behind."""


class Generated:
    """The generated clients, over gRPC or REST."""

    def __init__(self, emulator: Emulator, transport: str) -> None:
        self._emulator = emulator
        self.transport = transport
        self._clients: dict[str, Any] = {}

    @cached_property
    def _connection(self) -> Any:
        """The channel that all of them share."""
        channels: Any = grpc if self.transport in (GRPC, TLS) else grpc.aio
        if self.transport not in SECURE:
            return channels.insecure_channel(self._emulator.endpoint, ALONE)
        port = self._emulator.endpoint.rpartition(":")[2]
        trust = grpc.ssl_channel_credentials(self._emulator.ca.read_bytes())
        return channels.secure_channel(f"localhost:{port}", trust, ALONE)

    def of(self, service: str) -> Any:
        """The client of a service."""
        if service not in self._clients:
            self._clients[service] = self._made(service)
        return self._clients[service]

    def _made(self, service: str) -> Any:
        module = import_module(f"google.cloud.dataflow_v1beta3.services.{service}")
        sync = self.transport in (GRPC, TLS, REST)
        cls = next(vars(module)[name] for name in module.__all__ if name.endswith("AsyncClient") is not sync)
        if self.transport == REST:
            options = {"api_endpoint": self._emulator.url}
            return cls(transport="rest", credentials=anonymous(), client_options=options)
        carrier = cls.get_transport_class("grpc" if sync else "grpc_asyncio")
        return cls(transport=carrier(channel=self._connection))

    async def call(self, name: str, /, **request: Any) -> Said:
        return said(await settled(self._asked(name, request)))

    async def pages(self, name: str, /, **request: Any) -> list[Said]:
        return [said(page) for page in await pages(self._asked(name, request))]

    def _asked(self, name: str, request: dict[str, Any]) -> Any:
        return getattr(self.of(METHODS[name].service), name)(request=request)

    async def close(self) -> None:
        for client in self._clients.values():
            await settled(client.transport.close())


class Discovered:
    """The discovery client."""

    def __init__(self, emulator: Emulator) -> None:
        options = {"api_endpoint": emulator.url}
        self.client = build("dataflow", "v1b3", credentials=anonymous(), client_options=options, static_discovery=True)
        self._resources: dict[str, Any] = {}

    async def call(self, name: str, /, **request: Any) -> Said:
        return self.asked(name, request).execute()  # type: ignore[no-any-return]  # made from a document

    async def pages(self, name: str, /, **request: Any) -> list[Said]:
        asked, found = self.asked(name, request), []
        while asked is not None:
            found.append(asked.execute())
            asked = getattr(self._resource(name), f"{METHODS[name].address.rpartition('.')[2]}_next")(asked, found[-1])
        return found

    def asked(self, name: str, request: dict[str, Any]) -> Any:
        """A request that can be executed."""
        method = METHODS[name]
        told = said(getattr(dataflow_v1beta3, method.request)(request))
        placed = {key: told.pop(key) for key in PLACED if key in told}
        if method.body == "*":
            told = {"body": told}
        elif method.body:
            told["body"] = told.pop(method.body, {})
        return getattr(self._resource(name), method.address.rpartition(".")[2])(**placed, **told)

    def _resource(self, name: str) -> Any:
        """The part of the client that has a method; each is made anew whenever it is named, which takes long."""
        address = METHODS[name].address.rpartition(".")[0]
        if address not in self._resources:
            self._resources[address] = reduce(lambda found, part: getattr(found, part)(), address.split("."), self.client)
        return self._resources[address]

    async def close(self) -> None:
        self.client.close()


def said(message: Any) -> Said:
    """A message of a generated client as JSON spells it."""
    return MessageToDict(type(message).pb(message))


@asynccontextmanager
async def connected(emulator: Emulator, transport: str) -> AsyncIterator[Dataflow]:
    """The Dataflow services over one of the transports."""
    client = Discovered(emulator) if transport == DISCOVERY else Generated(emulator, transport)
    try:
        yield Dataflow(client)
    finally:
        await client.close()


class Dataflow:
    """The Dataflow services: no more than short words for the methods of a client."""

    def __init__(self, client: Client) -> None:
        self.client = client

    async def call(self, name: str, /, **request: Any) -> Said:
        return await self.client.call(name, **{**HERE, **request})

    async def pages(self, name: str = "list_jobs", /, **request: Any) -> list[Said]:
        return await self.client.pages(name, **{**HERE, **request})

    async def create(self, name: str = "my-job", type_: str = "BATCH", *, request: Said | None = None, **job: Any) -> str:
        """Create a job; its id."""
        sent = {"name": name, "type_": f"JOB_TYPE_{type_}", **job}
        return str((await self.call("create_job", job=sent, **(request or {})))["id"])

    async def get(self, job_id: str, view: str = "UNKNOWN") -> Said:
        return await self.call("get_job", job_id=job_id, view=f"JOB_VIEW_{view}")

    async def state(self, job_id: str) -> str:
        return str((await self.get(job_id))["currentState"].removeprefix("JOB_STATE_"))

    async def ask(self, job_id: str, state: str, **job: Any) -> Said:
        """Ask a job for a state by its short name."""
        return await self.call("update_job", job_id=job_id, job={"requested_state": f"JOB_STATE_{state}", **job})

    async def change(self, job_id: str, *paths: str, **job: Any) -> Said:
        """Change what a mask names."""
        return await self.call("update_job", job_id=job_id, job=job, update_mask={"paths": paths})

    async def listed(self, name: str = "list_jobs", /, **request: Any) -> list[Said]:
        """What stands on all pages of a list."""
        of = "jobMessages" if name == "list_job_messages" else "jobs"
        return [one for page in await self.pages(name, **request) for one in page.get(of, ())]

    async def texts(self, job_id: str, **request: Any) -> list[str]:
        """What the messages of a job say."""
        return [one["messageText"] for one in await self.listed("list_job_messages", job_id=job_id, **request)]


async def refusal(answer: Awaitable[Any]) -> Any:
    """The exception that a call ends in."""
    try:
        await answer
    except (errors.GoogleAPICallError, HttpError) as error:
        return error
    raise AssertionError("it was not refused")


async def refused(answer: Awaitable[Any], transport: str, status: str) -> str:
    """What a call is told that is refused with a status, as the transport's client shows it."""
    error = await refusal(answer)
    over_grpc, over_rest, number = STATUSES[status]
    if transport == DISCOVERY:
        assert (type(error), error.status_code) == (HttpError, number)
        return str(error.reason)
    assert type(error) is (over_rest if transport == REST else over_grpc)
    return str(error.message)


class _Noting(grpc.UnaryUnaryClientInterceptor):
    """Notes what a gRPC client sends beside its requests."""

    def __init__(self) -> None:
        self.calls: list[Any] = []

    def intercept_unary_unary(self, continuation: Any, client_call_details: Any, request: Any) -> Any:
        self.calls.append(client_call_details)
        return continuation(client_call_details, request)


@contextmanager
def noted(emulator: Emulator) -> Iterator[tuple[Any, list[Any]]]:
    """The gRPC client of the jobs service, and what it sends beside its requests."""
    noting = _Noting()
    with grpc.insecure_channel(emulator.endpoint, ALONE) as channel:
        carrier = JobsV1Beta3Client.get_transport_class("grpc")(channel=grpc.intercept_channel(channel, noting))
        yield JobsV1Beta3Client(transport=carrier), noting.calls
