"""Both sources, connected to an emulator without encryption, and jobs of every kind for them to look at."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

import grpc
import pytest

from jobstates.emulator import JobScript
from jobstates.platforms import platforms
from jobstates.watch.google.dataflow import Dataflow
from jobstates.watch.google.vertex import Vertex
from jobstates.watch.ref import JobRef, Scope

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from contextlib import AsyncExitStack

    from jobstates.emulator import EmulatedJob, Emulator
    from jobstates.spec.job import Kind
    from jobstates.spec.lifecycle import Lifecycle
    from jobstates.spec.observation import Observation
    from jobstates.spec.state import JobState
    from jobstates.watch.source import Page

PROJECT = "my-project"
LOCATION = f"projects/{PROJECT}/locations/us-central1"
PARENTS = {"modelMonitoringJobs": f"{LOCATION}/modelMonitors/1"}
ALONE = (("grpc.use_local_subchannel_pool", 1),)
"""A channel's option: no connection is shared with another channel, which may have seen it being cut."""
AGES = 3600.0
"""A delay, in seconds, that no test outlives."""


class Case(NamedTuple):
    """One kind of one platform."""

    lifecycle: Lifecycle
    kind: Kind

    @property
    def scope(self) -> Scope:
        return Scope(self.lifecycle.platform, PARENTS.get(self.kind.name, LOCATION), self.kind.name)

    def states(self) -> list[JobState]:
        return [state for state in self.lifecycle.states if state in self.kind.states]

    def create(self, emulator: Emulator, *states: Any, **script: Any) -> EmulatedJob:
        """A job that stands in the last of the states, whatever the lifecycle says; it moves no clock."""
        life = {"states": [{"state": state} if isinstance(state, str) else state for state in states], "unchecked": True}
        before = len(emulator.jobs)
        emulator.create(JobScript.model_validate({"kind": self.kind.name, "project": PROJECT, "life": life, **script}))
        return emulator.jobs[before]

    def ref(self, job: EmulatedJob) -> JobRef:
        return JobRef(self.scope, job.name.rpartition("/")[2])


CASES = {
    kind.name: Case(machine.lifecycle, kind)
    for machine in platforms().values()
    for kind in machine.lifecycle.job_type.kinds
    if machine.lifecycle.platform in ("vertex", "vertex-pipeline", "dataflow")
}
DATAFLOW = CASES["jobs"]
CUSTOM = CASES["customJobs"]
VERTEX = [case for case in CASES.values() if case is not DATAFLOW]
EVERY_KIND = pytest.mark.parametrize("case", CASES.values(), ids=CASES)
EVERY_VERTEX_KIND = pytest.mark.parametrize("case", VERTEX, ids=[case.kind.name for case in VERTEX])
BOTH = pytest.mark.parametrize("case", [CUSTOM, DATAFLOW], ids=["vertex", "dataflow"])


class Sources:
    """Makes sources that are closed when the test is over."""

    def __init__(self, emulator: Emulator, stack: AsyncExitStack) -> None:
        self._emulator = emulator
        self._stack = stack
        self.hosts: list[str] = []
        """The hosts that channels were made to."""

    def of(self, case: Case, **settings: Any) -> Vertex | Dataflow:
        source = (Dataflow if case is DATAFLOW else Vertex)(channel=self.channel, **settings)
        self._stack.push_async_callback(source.aclose)
        return source

    def vertex(self, **settings: Any) -> Vertex:
        source = self.of(CUSTOM, **settings)
        assert isinstance(source, Vertex)
        return source

    def dataflow(self, **settings: Any) -> Dataflow:
        source = self.of(DATAFLOW, **settings)
        assert isinstance(source, Dataflow)
        return source

    def channel(self, host: str) -> grpc.aio.Channel:
        self.hosts.append(host)
        return grpc.aio.insecure_channel(self._emulator.endpoint, ALONE)


async def pages(source: Vertex | Dataflow, case: Case, **how: Any) -> list[Page]:
    return [page async for page in source.list(case.scope, **how)]


async def listed(source: Vertex | Dataflow, case: Case, **how: Any) -> dict[str, Observation]:
    """The jobs of all pages by name, each in every detail."""
    found = await pages(source, case, **how)
    return {name: page.detail(index) for page in found for index, name in enumerate(page.names)}


def names(emulator: Emulator, case: Case, *, ended: bool) -> set[str]:
    """The jobs that there are by the names they are followed under, those that are over or those that are not."""
    return {case.ref(job).name for job in emulator.jobs if job.ended is ended}


@asynccontextmanager
async def answering(body: bytes) -> AsyncIterator[str]:
    """A server on loopback that answers every call with these bytes; its address."""

    class Handler(grpc.GenericRpcHandler):
        def service(self, details: grpc.HandlerCallDetails) -> Any:
            return grpc.unary_unary_rpc_method_handler(_answer)

    async def _answer(request: bytes, context: Any) -> bytes:
        return body

    server = grpc.aio.server()
    server.add_generic_rpc_handlers((Handler(),))
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    try:
        yield f"127.0.0.1:{port}"
    finally:
        await server.stop(None)
