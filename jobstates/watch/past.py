"""What is past: the jobs that are over or were given up, of which so many are kept, and requests that were carried out."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from jobstates.spec.event import JobEvent
    from jobstates.spec.job import Intent
    from jobstates.spec.lifecycle import Lifecycle
    from jobstates.watch.ref import JobRef


class Past:
    """The jobs that are over or were given up, the first of them first.

    Args:
        chain: tells which jobs replaced one another, of which one is given.
        is_done: whether a job is over or was given up, for good.
        drop: forgets a job.
    """

    def __init__(
        self, chain: Callable[[JobRef], Sequence[JobRef]], is_done: Callable[[JobRef], bool], drop: Callable[[JobRef], None]
    ) -> None:
        self._chain, self._is_done, self._drop = chain, is_done, drop
        self._jobs: dict[JobRef, None] = {}

    def add(self, jobs: Iterable[JobRef]) -> None:
        """Jobs are over, or were given up."""
        self._jobs.update(dict.fromkeys(jobs))

    def forget(self, job: JobRef) -> None:
        """Nobody watches a job any more."""
        self._jobs.pop(job, None)

    def trim(self, keep: int, wanted: Callable[[str], bool]) -> None:
        """Drop the first jobs, all but so many.

        Jobs that replaced one another are dropped together, and none that is wanted.
        """
        for job in list(islice(self._jobs, max(len(self._jobs) - keep, 0))):
            chain = self._chain(job)
            if any(wanted(one.name) or not self._is_done(one) for one in chain):
                self._jobs[job] = self._jobs.pop(job, None)  # its turn comes again
            else:
                for one in chain:
                    self._drop(one)


def carried_out(lifecycle: Lifecycle, intent: Intent | None, event: JobEvent) -> bool:
    """Whether a job goes on from where a request led it: so it may be asked for again, as if it never had been."""
    if intent is None or event.terminal:
        return False
    return any(
        (arrow.event, arrow.target.value) == (intent.request, event.source) and arrow.request for arrow in lifecycle.arrows
    )
