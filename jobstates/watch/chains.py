"""Jobs that replaced one another. To its subscribers a chain is one job, known by its first."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from jobstates.spec.state import Outcome
from jobstates.watch.ref import JobRef

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from jobstates.spec.record import Record
    from jobstates.watch.ref import Scope

log = logging.getLogger("jobstates")


class Chains:
    """Which job replaced which."""

    def __init__(self) -> None:
        self._before: dict[str, str] = {}
        self._after: dict[str, str] = {}

    def origin(self, name: str) -> str | None:
        """The first job of the chain that a job belongs to as a later one."""
        first = _end(self._before, name)
        return None if first == name else first

    def latest(self, name: str) -> str:
        """The last job known of the chain that a job belongs to; the job itself if nothing replaced it."""
        return _end(self._after, name)

    def line(self, name: str) -> Iterator[str]:
        """A job, and those that it replaced, one after the other."""
        yield name
        while name in self._before:
            name = self._before[name]
            yield name

    def whole(self, name: str) -> list[str]:
        """All jobs of the chain that a job belongs to, the last first."""
        return list(self.line(self.latest(name)))

    def forget(self, names: Collection[str]) -> None:
        """Nobody watches any job of a chain any more."""
        for name in names:
            self._before.pop(name, None)
            self._after.pop(name, None)

    def link(self, name: str, successor: str) -> bool:
        """Let a job be the last of a chain, with those that follow it; not where it has its place in one, or is its first."""
        if successor in self._before or _end(self._before, name) == successor:
            return False
        last = self.latest(name)
        self._before[successor] = last
        self._after[last] = successor
        return True

    def follow(self, scope: Scope, record: Record) -> JobRef | None:
        """The job to follow now that one was replaced; None where none is known, or it would lead in a circle."""
        if record.state.outcome is not Outcome.REPLACED or not record.job.successor or record.name in self._after:
            return None
        successor = JobRef(scope, record.job.successor)
        if self.link(record.name, successor.name):
            return successor
        log.warning("%s is said to be replaced by %s, which has its place before it: it ends here", record.name, successor.id)
        return None

    def dressed(self, message: Any) -> Any:  # noqa: ANN401  # a message, and the same sort again
        """A message as the subscribers of the chain's first job get it."""
        origin = self.origin(message.job)
        return message.model_copy(update={"origin": origin}) if origin else message


def orphaned(record: Record) -> bool:
    """Whether a job was replaced, and nobody has told by which."""
    return record.state.outcome is Outcome.REPLACED and not record.job.successor


def _end(links: dict[str, str], name: str) -> str:
    while name in links:
        name = links[name]
    return name
