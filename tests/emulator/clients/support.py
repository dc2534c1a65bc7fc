"""Google's Vertex AI clients, unmodified, each over every transport it has; and one way to call them all, sync or not.

A sync client's method hands out its answer, an async one's something to wait for: ``settled`` takes both, so that one test
speaks for both.
"""

from __future__ import annotations

import re
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from inspect import isawaitable
from typing import TYPE_CHECKING, Any

import grpc
import requests
from google.auth.aio.credentials import AnonymousCredentials as AsyncAnonymous
from google.auth.credentials import AnonymousCredentials

from jobstates.platforms import platforms

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from jobstates.emulator import Emulator
    from jobstates.spec.job import Kind
    from jobstates.spec.lifecycle import Lifecycle

BACKSTOP = 60.0
"""Seconds after which what hangs fails."""
LOCATION = "projects/my-project/locations/us-central1"
V1, BETA = VERSIONS = ("v1", "v1beta1")
GRPC, GRPC_AIO, TLS, TLS_AIO, REST, REST_AIO = TRANSPORTS = ("grpc", "grpc-async", "tls", "tls-async", "rest", "rest-async")
SERVICES = {
    "pipelineJobs": "pipeline_service",
    "trainingPipelines": "pipeline_service",
    "tuningJobs": "gen_ai_tuning_service",
    "notebookExecutionJobs": "notebook_service",
    "modelMonitoringJobs": "model_monitoring_service",
}
"""The services of the kinds that are not the job service's."""
ALONE = (("grpc.use_local_subchannel_pool", 1),)
"""A channel's option: no connection is shared with another channel, which may have seen it being cut."""
PARENTS = {"modelMonitoringJobs": f"{LOCATION}/modelMonitors/7"}
LIFECYCLES = {name: platforms()[name].lifecycle for name in ("vertex", "vertex-pipeline")}
KINDS: dict[str, tuple[Lifecycle, Kind]] = {
    kind.name: (lifecycle, kind) for lifecycle in LIFECYCLES.values() for kind in lifecycle.job_type.kinds
}
SERVED = [(kind, version) for kind in KINDS for version in VERSIONS if (kind, version) != ("modelMonitoringJobs", V1)]
"""Every kind in every version that has it."""


def snake(name: str) -> str:
    return re.sub(r"(?<=.)([A-Z])", r"_\1", name).lower()


@cache
def package(version: str) -> Any:
    return import_module(f"google.cloud.aiplatform_{version}")


def anonymous() -> Any:
    """The credentials of nobody."""
    return AnonymousCredentials()  # type: ignore[no-untyped-call]  # that library declares no types


def sync_client(emulator: Emulator, transport: str = GRPC, service: str = "job_service", version: str = V1) -> Any:
    """A sync client over an unencrypted transport."""
    cls = client_class(service, version)
    if transport == REST:
        return cls(transport="rest", credentials=anonymous(), client_options={"api_endpoint": emulator.url})
    return cls(transport=cls.get_transport_class("grpc")(channel=grpc.insecure_channel(emulator.endpoint, ALONE)))


def client_class(service: str, version: str, *, sync: bool = True) -> Any:
    module = import_module(f"google.cloud.aiplatform_{version}.services.{service}")
    return next(vars(module)[name] for name in module.__all__ if name.endswith("AsyncClient") is not sync)


@asynccontextmanager
async def connected(emulator: Emulator, transport: str, service: str = "job_service", version: str = V1) -> AsyncIterator[Any]:
    """A client over one of the transports."""
    client = _client(emulator, transport, service, version)
    try:
        yield client
    finally:
        if transport == REST_AIO:  # it has a session of its own for operations, and no method that closes that
            await client.transport.operations_client.transport._session.close()
        await settled(client.transport.close())


def _client(emulator: Emulator, transport: str, service: str, version: str) -> Any:
    if transport in (GRPC, REST):
        return sync_client(emulator, transport, service, version)
    cls = client_class(service, version, sync=transport == TLS)
    if transport == REST_AIO:
        carrier = cls.get_transport_class("rest_asyncio")
        nobody = AsyncAnonymous()  # type: ignore[no-untyped-call]  # that library declares no types
        return cls(transport=carrier(host=emulator.url, url_scheme="http", credentials=nobody))
    carrier = cls.get_transport_class("grpc" if transport == TLS else "grpc_asyncio")
    return cls(transport=carrier(channel=_channel(emulator, transport)))


def _channel(emulator: Emulator, transport: str) -> Any:
    if transport == GRPC_AIO:
        return grpc.aio.insecure_channel(emulator.endpoint)
    target = f"localhost:{emulator.endpoint.rpartition(':')[2]}"
    trust = grpc.ssl_channel_credentials(emulator.ca.read_bytes())
    return grpc.secure_channel(target, trust) if transport == TLS else grpc.aio.secure_channel(target, trust)


async def settled(answer: Any) -> Any:
    """An answer, waited for where that is needed."""
    return await answer if isawaitable(answer) else answer


async def listed(pager: Any) -> list[Any]:
    """All jobs of all pages."""
    found = await settled(pager)
    return [job async for job in found] if hasattr(found, "__aiter__") else list(found)


async def pages(pager: Any) -> list[Any]:
    """The pages of a list."""
    found = (await settled(pager)).pages
    return [page async for page in found] if hasattr(found, "__aiter__") else list(found)


@dataclass(frozen=True)
class Jobs:
    """The jobs of one kind, as one client deals with them: nothing but names for the client's own methods."""

    client: Any
    kind: str
    version: str = V1

    @property
    def resource(self) -> str:
        return KINDS[self.kind][1].resource

    @property
    def parent(self) -> str:
        return PARENTS.get(self.kind, LOCATION)

    def message(self, name: str = "my-job", **fields: Any) -> Any:
        """A job that can be sent."""
        cls = getattr(package(self.version), self.resource)
        called = next(one for one in ("display_name", "tuned_model_display_name") if one in cls.meta.fields)
        return cls(**{called: name}, **fields)

    def create(self, name: str = "my-job", /, *, ident: Any = "", **fields: Any) -> Any:
        argument = snake(self.resource)
        sent = {"parent": self.parent, argument: self.message(name, **fields)}
        return self.call("create", **sent, **({f"{argument}_id": ident} if ident else {}))

    def get(self, name: str) -> Any:
        return self.call("get", name=name)

    def list(self, **request: Any) -> Any:
        return getattr(self.client, f"list_{snake(self.resource)}s")(request={"parent": self.parent, **request})

    def cancel(self, name: str) -> Any:
        return self.call("cancel", name=name)

    def delete(self, name: str) -> Any:
        return self.call("delete", name=name)

    def call(self, verb: str, **arguments: Any) -> Any:
        return getattr(self.client, f"{verb}_{snake(self.resource)}")(**arguments)

    @classmethod
    @asynccontextmanager
    async def over(cls, emulator: Emulator, transport: str, kind: str = "customJobs", version: str = V1) -> AsyncIterator[Jobs]:
        """The jobs of a kind over one of the transports."""
        async with connected(emulator, transport, SERVICES.get(kind, "job_service"), version) as client:
            yield cls(client, kind, version)


def state_of(job: Any) -> Any:
    """Its state, by whichever of its two names the kind has for it."""
    return job.job_state if hasattr(job, "job_state") else job.state


def by_name(emulator: Emulator, name: str) -> dict[str, Any]:
    """A job as it is told to who asks for no numbers."""
    found: dict[str, Any] = requests.get(f"{emulator.url}/v1/{name}", timeout=BACKSTOP).json()
    return found
