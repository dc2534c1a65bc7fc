"""What is asked of many jobs at once: all of it or nothing.

"The Operation is atomic. If it fails, none of the PipelineJobs are deleted." (``BatchDeletePipelineJobs``) "If the operation
failed, none of the pipeline jobs are cancelled." (``BatchCancelPipelineJobs``)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobstates.emulator.codes import Code
from jobstates.emulator.serving.faults import Lens
from jobstates.emulator.serving.service import Refused, Serve
from jobstates.emulator.serving.showing import full_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from jobstates.emulator.calls import Message
    from jobstates.emulator.living.world import LiveJob
    from jobstates.emulator.serving.vertex_kind import VertexKind

MOST = 32
"""Jobs in a batch: "A maximum of 32 PipelineJobs" can be cancelled or deleted."""


class Batches:
    """The methods that are about many jobs of one kind."""

    def __init__(self, kind: VertexKind) -> None:
        self._kind = kind

    def methods(self) -> Iterator[tuple[str, Serve]]:
        """The methods, by name."""
        resource = self._kind.kind.resource
        yield f"BatchDelete{resource}s", Serve(self._delete)
        yield f"BatchCancel{resource}s", Serve(self._cancel)

    def _delete(self, request: Message, lens: Lens) -> Message:
        jobs = self._jobs(request, lens.now)
        for job in jobs:
            self._kind.may_delete(job, lens.now)
        shown = [self._kind.showing.show(job, lens) for job in jobs]
        for job in jobs:
            self._kind.shared.world.delete(job, lens.now)
        return self._kind.operation("Delete", request.parent, lens.now, lambda _: self._answer("Delete", shown))

    def _cancel(self, request: Message, lens: Lens) -> Message:
        jobs = self._jobs(request, lens.now)
        live = [job for job in jobs if job.step(lens.now).state.live]  # "skip the jobs that are already terminated"
        for job, ways in [(job, self._kind.ways(job, "cancel", lens.now)) for job in live]:
            self._kind.take(job, ways, lens.now)
        ended = max((job.created + job.plan.begins[-1] for job in live), default=lens.now)

        def cancelled(now: float) -> Message:
            return self._answer("Cancel", [self._kind.showing.show(job, Lens(now)) for job in live])

        verb = f"BatchCancel{self._kind.kind.resource}s"
        return self._kind.operation(verb, request.parent, max(ended, lens.now), cancelled)

    def _jobs(self, request: Message, now: float) -> list[LiveJob]:
        parent = self._kind.naming.parent(request.parent)
        if len(request.names) > MOST:
            raise Refused(Code.INVALID_ARGUMENT, f"names: {len(request.names)} are more than {MOST}")
        jobs = [self._kind.naming.found(name, now) for name in dict.fromkeys(request.names)]
        for job in jobs:
            if job.origin.scope != parent:
                raise Refused(Code.INVALID_ARGUMENT, f"names: {full_name(job)} is not under {parent}")
        return jobs

    def _answer(self, verb: str, shown: Sequence[Message]) -> Message:
        response = self._kind.message(f"Batch{verb}{self._kind.kind.resource}sResponse")()
        (listing,) = (one for one in response.DESCRIPTOR.fields if one.is_repeated)
        getattr(response, listing.name).extend(shown)
        return response
