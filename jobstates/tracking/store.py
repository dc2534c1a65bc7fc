"""Where records are kept between two looks, and messages until they are delivered.

Looking takes time, and meanwhile somebody else may have looked: a snapshot is taken first, and what came of the looks is kept
only for jobs that still are as the snapshot shows them. So a step that is done twice at once is done once, and a process that
froze between looking and writing cannot undo what happened since.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from jobstates.tracking.sharing import Shared

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Mapping, Sequence

    from jobstates.delivery import Message
    from jobstates.spec.record import Record


class Snapshot(NamedTuple):
    """What is believed about the jobs of a scope, and what the store needs to tell whether that changed since."""

    records: Mapping[str, Record]
    versions: Any = None
    """The store's own."""


class Change(NamedTuple):
    """What is to be believed about one job, and what is to be told of it."""

    record: Record
    messages: tuple[Message, ...] = ()


class Store(Protocol):
    """Keeps records by scope and name, and messages until they are acknowledged. Safe to use from several threads."""

    def snapshot(self, scope: Hashable) -> Snapshot:
        """The records of a scope's jobs that are not over, as they are now."""
        ...

    def count(self, scope: Hashable) -> int:
        """How many of a scope's jobs are not over."""
        ...

    def find(self, scope: Hashable, names: Iterable[str] | None = None) -> Snapshot:
        """The records of certain jobs, or of all, over or not, as they are now."""
        ...

    def apply(self, scope: Hashable, before: Snapshot, changes: Iterable[Change]) -> Sequence[Message]:
        """Keep, in one transaction, the changes of those jobs that are as they were in a snapshot, and what to tell of them.

        Returns:
            The messages of the changes that were kept.
        """
        ...

    def forget(self, scope: Hashable, names: Iterable[str]) -> None:
        """Drop the records of jobs. What is still to be told of them stays."""
        ...

    def hold(self, messages: Iterable[Message]) -> None:
        """Keep messages that no change brought, until they are acknowledged."""
        ...

    def pending(self, limit: int | None = None) -> Sequence[Message]:
        """The oldest messages that nobody acknowledged, each job's in order."""
        ...

    def ack(self, ids: Iterable[str]) -> None:
        """Forget messages: they have been delivered. Harmless for those that are not there."""
        ...

    def trim(self, keep: int) -> int:
        """Forget all but so many of the messages that nobody acknowledged, the oldest first; how many were forgotten."""
        ...


class MemoryStore:
    """A store for the length of a process. A record's own identity is its version."""

    def __init__(self) -> None:
        self._live: defaultdict[Hashable, dict[str, Record]] = defaultdict(dict)
        self._over: defaultdict[Hashable, dict[str, Record]] = defaultdict(dict)
        self._outbox: dict[str, Message] = {}
        self._shared = Shared()
        self._lock = threading.Lock()

    def snapshot(self, scope: Hashable) -> Snapshot:
        """The records of a scope's jobs that are not over, as they are now."""
        with self._lock:
            return Snapshot(self._live[scope].copy())

    def count(self, scope: Hashable) -> int:
        """How many of a scope's jobs are not over."""
        with self._lock:
            return len(self._live[scope])

    def find(self, scope: Hashable, names: Iterable[str] | None = None) -> Snapshot:
        """The records of certain jobs, or of all, over or not, as they are now."""
        with self._lock:
            if names is None:
                return Snapshot({**self._live[scope], **self._over[scope]})
            found = {name: self._find(scope, name) for name in names}
        return Snapshot({name: record for name, record in found.items() if record})

    def apply(self, scope: Hashable, before: Snapshot, changes: Iterable[Change]) -> Sequence[Message]:
        """Keep the changes of those jobs that are as they were in a snapshot."""
        kept: list[Message] = []
        with self._lock:
            for record, messages in changes:
                if self._find(scope, record.name) is before.records.get(record.name):
                    self._keep(scope, record)
                    kept += messages
            self._outbox.update((message.id, message) for message in kept)
        return kept

    def hold(self, messages: Iterable[Message]) -> None:
        """Keep messages that no change brought, until they are acknowledged."""
        with self._lock:
            self._outbox.update((message.id, message) for message in messages)

    def forget(self, scope: Hashable, names: Iterable[str]) -> None:
        """Drop the records of jobs. What is still to be told of them stays."""
        with self._lock:
            for name in names:
                self._live[scope].pop(name, None)
                self._over[scope].pop(name, None)

    def pending(self, limit: int | None = None) -> Sequence[Message]:
        """The oldest messages that nobody acknowledged, each job's in order."""
        with self._lock:
            return tuple(self._outbox.values())[:limit]

    def ack(self, ids: Iterable[str]) -> None:
        """Forget messages: they have been delivered."""
        with self._lock:
            for one in ids:
                self._outbox.pop(one, None)

    def trim(self, keep: int) -> int:
        """Forget all but so many of the messages that nobody acknowledged, the oldest first."""
        with self._lock:
            oldest = list(islice(self._outbox, max(len(self._outbox) - keep, 0)))
            for one in oldest:
                del self._outbox[one]
        return len(oldest)

    def _find(self, scope: Hashable, name: str) -> Record | None:
        return self._live[scope].get(name) or self._over[scope].get(name)

    def _keep(self, scope: Hashable, record: Record) -> None:
        record = record._replace(job=self._shared.of(record.job))
        here, there = (self._over, self._live) if record.state.terminal else (self._live, self._over)
        there[scope].pop(record.name, None)
        here[scope][record.name] = record
