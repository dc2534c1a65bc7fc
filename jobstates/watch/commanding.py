"""What can be asked of a job that is watched: one method for each request, and a plan of several."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, TypeAlias, TypedDict, Unpack

from jobstates.watch.asker import Asked
from jobstates.watch.asking import Accepted, AlreadyRequested, AlreadyTerminal
from jobstates.watch.ref import lifecycle_of
from jobstates.watch.waiting import Ending

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jobstates.watch.asker import Asker
    from jobstates.watch.asking import Answer
    from jobstates.watch.ref import JobRef
    from jobstates.watch.waiting import Waited

JobLike: TypeAlias = Any
"""Whatever names a job: see ``job_ref``."""


class How(TypedDict, total=False):
    """How to ask for something: see ``Watcher.ask``."""

    by: str | None
    again: bool
    and_wait: bool
    timeout: float | None


class Commander(ABC):
    """Asks things of jobs."""

    _asker: Asker

    @abstractmethod
    def add(self, job: JobLike) -> JobRef:
        """Watch a job from now on."""

    @abstractmethod
    async def wait(self, job: JobLike, *, timeout: float | None = None) -> Waited:  # noqa: ASYNC109  # a result, not an error
        """Wait until a job is over, and no longer than so many seconds."""

    async def ask(self, job: JobLike, request: str, *, changes: Mapping[str, Any] | None = None, **how: Unpack[How]) -> Answer:
        """Ask something of a job, unless its lifecycle forbids it, and tell what came of it.

        The job is watched from then on, and its end judged by what was asked. Where it was replaced, the job that goes on in its
        place is asked: the answer's ``job`` names it.

        Args:
            job: whatever ``add`` takes.
            request: the event asked for, such as ``drain``.
            changes: what to set, for requests that set something: fields of the job's resource.
            how: ``by``, who asks, in your words; ``again``, to ask even if the same was asked before; ``and_wait``, to wait for
                the job's end when it is under way, and ``timeout``, for how many seconds.

        Raises:
            UnknownJob: when that does not tell one job.
            UnknownEvent: when the job's lifecycle has no such event.
        """
        ref = self.add(job)
        answer = await self._asker.ask(ref, Asked(request, how.get("by"), changes, how.get("again", False)))
        if how.get("and_wait") and isinstance(answer, Accepted | AlreadyRequested | AlreadyTerminal):
            answer = answer._replace(waited=await self.wait(ref, timeout=how.get("timeout")))
        return answer

    async def cancel(self, job: JobLike, **how: Unpack[How]) -> Answer:
        """Ask a job to end. See ``ask``."""
        return await self.ask(job, "cancel", **how)

    async def drain(self, job: JobLike, **how: Unpack[How]) -> Answer:
        """Ask a streaming job to take in nothing more, and to end when it has worked off what it has. See ``ask``."""
        return await self.ask(job, "drain", **how)

    async def force_cancel(self, job: JobLike, **how: Unpack[How]) -> Answer:
        """Ask a job that is stuck in being cancelled to end at once, which may leave its machines running. See ``ask``."""
        return await self.ask(job, "force_cancel", **how)

    async def pause(self, job: JobLike, **how: Unpack[How]) -> Answer:
        """Ask a job to rest. See ``ask``."""
        return await self.ask(job, "pause", **how)

    async def resume(self, job: JobLike, **how: Unpack[How]) -> Answer:
        """Ask a job that rests to go on. See ``ask``."""
        return await self.ask(job, "resume", **how)

    async def update(self, job: JobLike, changes: Mapping[str, Any], **how: Unpack[How]) -> Answer:
        """Ask a job to go on otherwise: with these fields of its resource. See ``ask``."""
        return await self.ask(job, "update", changes=changes, **how)

    async def escalate(self, job: JobLike, *steps: tuple[str, float], by: str | None = None) -> tuple[list[Answer], Waited]:
        """Ask for one thing after the other, each when the one before has not ended the job in so many seconds.

        >>> plan = ("drain", 3600), ("cancel", 1800), ("force_cancel", 600)

        Args:
            job: whatever ``add`` takes.
            steps: what to ask for, and how long to wait for the job's end then, in seconds.
            by: who asks, in your words.

        Returns:
            What came of each request that was made, and of the job.

        Raises:
            UnknownJob, UnknownEvent: as ``ask`` does; before anything is asked.
        """
        ref = self.add(job)
        for request, _ in steps:
            lifecycle_of(ref.scope).event(request)
        answers: list[Answer] = []
        waited = await self.wait(ref, timeout=0)
        for request, seconds in steps:
            if waited.ending is not Ending.DEADLINE:
                break
            answers.append(await self.ask(ref, request, by=by))
            waited = await self.wait(ref, timeout=seconds)
        return answers, waited
