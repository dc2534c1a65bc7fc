"""One kind of Vertex AI job, as Google's client has it: everything follows from the kind's name and the messages' descriptors.

Vertex AI tells the time of a state for the end alone. A ``start_time`` is when a job *first* ran, an ``update_time`` is when
anything changed: they are no state's time.
"""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from functools import cache, cached_property
from importlib import import_module
from typing import TYPE_CHECKING, Any, cast

from jobstates.platforms.vertex import VertexJobMachine
from jobstates.platforms.vertex_pipeline import VertexPipelineMachine
from jobstates.spec.observation import Observation
from jobstates.watch.google.fields import moment, reason
from jobstates.watch.source import About, CallFailed, Trouble

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from jobstates.spec.job import Kind
    from jobstates.spec.lifecycle import Lifecycle
    from jobstates.watch.ref import Scope

LIFECYCLES = {machine.lifecycle.platform: machine.lifecycle for machine in (VertexJobMachine, VertexPipelineMachine)}
CLIENTS = (
    ("aiplatform_v1", "JobServiceAsyncClient"),
    ("aiplatform_v1", "PipelineServiceAsyncClient"),
    ("aiplatform_v1", "GenAiTuningServiceAsyncClient"),
    ("aiplatform_v1", "NotebookServiceAsyncClient"),
    ("aiplatform_v1beta1", "ModelMonitoringServiceAsyncClient"),
)
"""A kind is served by the first of these that gets it. The last takes as long to import as the others together."""
UNFILTERED = frozenset({"tuningJobs", "notebookExecutionJobs", "modelMonitoringJobs"})
"""The kinds whose lists are not documented to be filtered by state."""
PROGRESS = frozenset({"batchPredictionJobs"})
"""The kinds whose resource tells how far a job is: its ``completion_stats``."""
STATES = ("state", "job_state")
ERRORS = ("error", "status", "job_execution_detail.error")
"""Where a kind says why it went wrong."""
TITLES = ("display_name", "tuned_model_display_name")
"""Where a kind says what people call a job."""
CREATED = "create_time"
HUMP = re.compile(r"(?<=.)([A-Z])")


@dataclass(frozen=True)
class VertexKind:
    """One kind."""

    lifecycle: Lifecycle
    kind: Kind
    client: Any
    """The class of the async client that serves it."""
    message: Any
    """The descriptor of the job."""
    listing: Any
    """The descriptor of the request for a list."""

    @cached_property
    def state(self) -> str:
        """The field that tells the state."""
        return next(name for name in STATES if name in self.message.fields_by_name)

    @cached_property
    def error(self) -> str:
        """The path to the ``google.rpc.Status``."""
        return next(path for path in ERRORS if path.partition(".")[0] in self.message.fields_by_name)

    @cached_property
    def over(self) -> frozenset[int]:
        """The numbers of the states in which a job of the kind is over."""
        return frozenset(state.number for state in self.kind.states if state.terminal)

    def method(self, call: str) -> str:
        """The client's method for a call such as ``Cancel<Kind>``."""
        return snake(call.replace("<Kind>", self.kind.resource))

    def request(self, parent: str, *, live: bool, about: bool = False) -> Mapping[str, Any]:
        """What to ask for a list, besides how many."""
        told: dict[str, Any] = {"parent": parent}
        if live and self.kind.name not in UNFILTERED:
            ends = sorted((state for state in self.kind.states if state.terminal), key=lambda state: state.number)
            told["filter"] = " AND ".join(f'{self.state}!="{state.value}"' for state in ends)
        if "read_mask" in self.listing.fields_by_name:
            wanted = ("name", self.state, "end_time", self.error, *((*TITLES, CREATED) if about else ()))
            told["read_mask"] = {"paths": [path for path in wanted if path.partition(".")[0] in self.message.fields_by_name]}
        return told

    def jobs(self, page: Any, *, live: bool) -> Sequence[Any]:  # noqa: ANN401  # plain protobuf
        """The jobs on a page, without those that are over where the service could not leave them out."""
        field = next(field.name for field in page.DESCRIPTOR.fields if field.is_repeated and field.message_type is not None)
        if live and self.kind.name in UNFILTERED:
            state, over = self.state, self.over
            return [job for job in getattr(page, field) if getattr(job, state) not in over]
        return cast("Sequence[Any]", getattr(page, field))

    def observed(self, job: Any) -> Observation:  # noqa: ANN401
        """What a job shows."""
        number = getattr(job, self.state)
        state = self.lifecycle.coerce(number)
        status = job
        for name in self.error.split("."):
            status = getattr(status, name)
        return Observation(
            state=number or None,
            at=moment(job, "end_time") if state is not None and state.terminal else None,
            error=reason(status),
            facts={"kind": self.kind.name},
        )

    def about(self, job: Any) -> About:  # noqa: ANN401
        """What people know a job by."""
        titles = (getattr(job, name) for name in TITLES if name in self.message.fields_by_name)
        return About(next(titles, ""), moment(job, CREATED))


async def vertex_kind(scope: Scope) -> VertexKind:
    """The kind that a scope is of.

    Raises:
        CallFailed: when there is no such kind.
    """
    found = _kinds().get((scope.platform, scope.kind))
    if found is None:
        known = ", ".join(kind for _, kind in _kinds())
        raise CallFailed(Trouble.REFUSED, f"Vertex AI has no {scope.platform} jobs under {scope.kind!r}; it has {known}")
    if found not in _DESCRIBED:
        _DESCRIBED[found] = await asyncio.to_thread(_described, *found)  # it may have a client to import
    return _DESCRIBED[found]


_DESCRIBED: dict[tuple[Lifecycle, Kind], VertexKind] = {}


@cache
def _kinds() -> Mapping[tuple[str, str], tuple[Lifecycle, Kind]]:
    return {
        (platform, kind.name): (lifecycle, kind)
        for platform, lifecycle in LIFECYCLES.items()
        for kind in lifecycle.job_type.kinds
    }


def _described(lifecycle: Lifecycle, kind: Kind) -> VertexKind:
    get = f"get_{snake(kind.resource)}"
    found = ((module, getattr(module, client)) for module, client in ((_google(name), client) for name, client in CLIENTS))
    module, client = next((module, client) for module, client in found if hasattr(client, get))
    job, listing = (getattr(module, name).pb().DESCRIPTOR for name in (kind.resource, f"List{kind.resource}sRequest"))
    return VertexKind(lifecycle, kind, client, job, listing)


def _google(package: str) -> Any:  # noqa: ANN401  # a module
    return import_module(f"google.cloud.{package}")


def snake(name: str) -> str:
    """``CustomJob`` as the clients' methods spell it."""
    return HUMP.sub(r"_\1", name).lower()
