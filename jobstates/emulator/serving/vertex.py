"""The Vertex AI job services: every kind of job of the lifecycles, in every version of the API that has it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobstates.emulator.serving.vertex_kind import VertexKind
from jobstates.platforms import platforms

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from jobstates.emulator.living.life import Life
    from jobstates.emulator.living.world import LiveJob
    from jobstates.emulator.scenario import JobScript
    from jobstates.emulator.serving.service import Serve
    from jobstates.emulator.serving.shared import Shared
    from jobstates.spec.job import Kind
    from jobstates.spec.lifecycle import Lifecycle


class VertexKinds:
    """One kind of job in all versions of the API that have it: an ``Owner`` of its jobs."""

    def __init__(self, shared: Shared, lifecycle: Lifecycle, kind: Kind) -> None:
        self.name = kind.name
        self._services: dict[str, VertexKind] = {}
        for method in shared.schema.methods.values():
            if method.name == f"Get{kind.resource}" and method.service.startswith("google.cloud.aiplatform."):
                self._services[method.service] = VertexKind(shared, lifecycle, kind, method.response)

    def __bool__(self) -> bool:
        return bool(self._services)

    def methods(self) -> Iterator[tuple[str, Serve]]:
        """The methods that are about this kind, by path."""
        for service, kind in self._services.items():
            yield from kind.methods(service)

    def populate(self, script: JobScript, life: Life | None, created: float) -> None:
        """Create the jobs of a script; without a life, the rules choose.

        Raises:
            InputError: when there cannot be such jobs.
        """
        next(iter(self._services.values())).populate(script, life, created)

    def names(self, job: LiveJob) -> Sequence[str]:
        """The resource name of a job, its id, and its display name."""
        return next(iter(self._services.values())).showing.names(job)


def vertex_kinds(shared: Shared) -> dict[str, VertexKinds]:
    """All kinds of jobs that Vertex AI has methods for, by the names of their collections."""
    lifecycles = [machine.lifecycle for machine in platforms().values()]
    found = (VertexKinds(shared, lifecycle, kind) for lifecycle in lifecycles for kind in lifecycle.job_type.kinds)
    return {kinds.name: kinds for kinds in found if kinds}
