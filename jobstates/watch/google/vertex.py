"""Vertex AI as a source: its job, pipeline, tuning, notebook and model monitoring services.

A page costs two passes over plain protobuf and nothing else per job. States are numbers, as they came: the platform knows which
ones it knows.
"""

from __future__ import annotations

from contextlib import aclosing
from typing import TYPE_CHECKING, Any

from jobstates.errors import MissingExtra
from jobstates.watch.source import CallFailed, Message, Page, Trouble

try:
    import google.cloud.aiplatform_v1  # noqa: F401  # whoever imports this wants the client, and is told now if it is not there

    from jobstates.watch.google.calling import GoogleSource, Service, following
    from jobstates.watch.google.vertex_kind import LIFECYCLES, PROGRESS, snake, vertex_kind
except ImportError as error:
    raise MissingExtra("vertex", "google-cloud-aiplatform") from error

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Collection, Mapping, Sequence
    from datetime import datetime

    from jobstates.spec.arrow import Arrow
    from jobstates.spec.observation import Observation
    from jobstates.watch.google.vertex_kind import VertexKind
    from jobstates.watch.ref import JobRef, Scope

HOST = "aiplatform.googleapis.com"
QUOTA = 600
"""Google's "Resource management (CRUD) requests", per minute, "for a given project and supported region"."""


class Vertex(GoogleSource):
    """Vertex AI jobs and pipelines."""

    platforms: Collection[str] = tuple(LIFECYCLES)
    quotas: Mapping[str, int] = dict.fromkeys(LIFECYCLES, QUOTA)

    async def get(self, job: JobRef) -> Observation:
        """Look at one job."""
        kind = await vertex_kind(job.scope)
        return kind.observed(await self._get(job, kind))

    async def _get(self, job: JobRef, kind: VertexKind) -> Any:  # noqa: ANN401  # plain protobuf
        return await self._calling.get(_service(job.scope, kind), kind.method("Get<Kind>"), {"name": job.name})

    async def list(self, scope: Scope, *, live: bool = True, after: Sequence[str] | None = None) -> AsyncGenerator[Page, None]:
        """Look at the jobs of a scope. Where the service cannot leave out those that are over, they are left out here."""
        kind = await vertex_kind(scope)
        request = {**kind.request(scope.parent, live=live, about=self._about), "page_size": self.page_size}
        named = after or ()
        async with aclosing(self._calling.pages(_service(scope, kind), kind.method("List<Kind>s"), request, named)) as pages:
            async for page in pages:
                named = following(page, named)
                yield _page(scope, kind, kind.jobs(page, live=live), named)

    async def ask(self, job: JobRef, arrow: Arrow, *, changes: Mapping[str, Any] | None = None) -> None:
        """Make the request of an arrow.

        Args:
            job: which job.
            arrow: what is asked for.
            changes: of an update, the fields of the resource to overwrite, and with what; nothing else takes any.
        """
        kind = await vertex_kind(job.scope)
        if arrow.request is None or arrow.event not in kind.kind.requests:
            raise CallFailed(Trouble.REFUSED, f"{kind.kind.resource}: there is no request for {arrow.event!r}")
        method = kind.method(arrow.request.call)
        request: dict[str, Any] = {"name": job.name, **(changes or {})}
        if method.startswith("update_"):
            request = {snake(kind.kind.resource): request, "update_mask": {"paths": [*(changes or ())]}}
        await self._calling.call(_service(job.scope, kind), method, request)

    def messages(
        self,
        job: JobRef,
        *,
        after: datetime | None = None,  # noqa: ARG002  # the port's
    ) -> AsyncGenerator[Sequence[Message], None] | None:
        """How far a job is, where its resource tells. What Vertex AI writes about a job goes to Cloud Logging."""
        return self._progress(job) if job.scope.kind in PROGRESS else None

    async def _progress(self, job: JobRef) -> AsyncGenerator[Sequence[Message], None]:
        found = await self._get(job, await vertex_kind(job.scope))
        counts = ((field.name.removesuffix("_count"), number) for field, number in found.completion_stats.ListFields())
        text = ", ".join(f"{number} {name}" for name, number in counts if number >= 0)
        yield (Message(None, "progress", text),) if text else ()


def _service(scope: Scope, kind: VertexKind) -> Service:
    return Service(kind.client, HOST if scope.location == "global" else f"{scope.location}-{HOST}")


def _page(scope: Scope, kind: VertexKind, jobs: Sequence[Any], named: Sequence[str]) -> Page:
    names: list[str] = []
    states: list[int] = []
    name, show, state = names.append, states.append, kind.state
    # Once, and none is kept: a thousand wrapped jobs would have the garbage collector look through everything.
    if state == "state":  # nearly always, and read faster where it is spelled out
        for job in jobs:
            name(job.name)
            show(job.state)
    else:
        for job in jobs:
            name(job.name)
            show(getattr(job, state))
    names = _respelled(names, scope.project)
    shown = Page(names, states, lambda index: kind.observed(jobs[index]), named or None, last=not named)
    return shown._replace(about=lambda index: kind.about(jobs[index]))


def _respelled(names: list[str], project: str) -> list[str]:
    """Names under the project as it was asked for: the service may answer with its number where it was asked by its id."""
    answered, asked = "/".join(names[0].split("/", 2)[:2]) if names else "", f"projects/{project}"
    return names if answered == asked or not names else [asked + name[len(answered) :] for name in names]
