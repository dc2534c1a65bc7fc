"""The jobs that are watched: their records, who looks at them, and for which of them there is no hope."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from jobstates.errors import UnknownPlatform
from jobstates.platforms import registry
from jobstates.spec.event import Finding, FindingKind
from jobstates.spec.follow import advance
from jobstates.spec.lifecycle import Lifecycle
from jobstates.spec.record import Record
from jobstates.tracking.store import Change, MemoryStore, Snapshot
from jobstates.watch.chains import Chains, orphaned
from jobstates.watch.patrol import Patrol, Report
from jobstates.watch.quota import Metered
from jobstates.watch.sources import source_of
from jobstates.watch.waiting import Ending

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

    from anyio.abc import TaskGroup

    from jobstates.delivery import Message
    from jobstates.spec.job import Intent
    from jobstates.spec.observation import Observation
    from jobstates.watch.patrol import Manner
    from jobstates.watch.quota import Quotas
    from jobstates.watch.ref import JobRef, Scope
    from jobstates.watch.source import Source

Tell: TypeAlias = "Callable[[Sequence[Message], Collection[str]], None]"
FATES = {FindingKind.GONE: Ending.GONE, FindingKind.NEVER_SEEN: Ending.NEVER_SEEN}


class Roll:
    """The jobs that are watched.

    Args:
        manner: how to watch.
        quotas: how many calls may be made.
        sources: the services; Google's where none is given for a platform.
        tell: called with what happened, and with the jobs that anything may have happened to.
    """

    def __init__(
        self,
        manner: Manner,
        quotas: Quotas,
        sources: Iterable[Source],
        tell: Tell,
    ) -> None:
        self.store = MemoryStore()
        self.chains = Chains()
        self.hopeless: dict[str, tuple[Ending, str]] = {}
        """The jobs that it is no use to look at, and why."""
        self._manner, self._quotas, self._tell = manner, quotas, tell
        self._given = tuple(sources)
        self._sources: dict[str, Source] = {}
        self._patrols: dict[Scope, Patrol] = {}
        self._tasks: TaskGroup | None = None

    def start(self, tasks: TaskGroup) -> None:
        """Look at the jobs from now on."""
        self._tasks = tasks
        for patrol in self._patrols.values():
            tasks.start_soon(patrol.run)

    def add(self, job: JobRef, record: Record | None = None) -> None:
        """Watch a job, from what is believed about it. One that is watched already is looked at when it is due, as ever."""
        known = self.record(job)
        patrol = self._patrol(job.scope)
        if known is None:
            record = record or unseen(job)
            self.store.apply(job.scope, Snapshot({}), [Change(record)])
        record = known or record
        if record is not None and (record.state.live or record.state.unspecified or orphaned(record)):
            if known is None or job.name in self.hopeless or orphaned(record):
                self.hopeless.pop(job.name, None)
                patrol.look([job.name], new=known is None)
        elif (last := self.chains.latest(job.name)) != job.name:
            self.add(job._replace(id=last.rpartition("/")[2]))

    def record(self, job: JobRef) -> Record | None:
        """What is believed about a job; None for one that is not watched."""
        return self.store.find(job.scope, [job.name]).records.get(job.name)

    def last_seen(self, job: JobRef) -> Record | None:
        """What is believed about a job, with the time of the last look at it, whether or not that showed anything new."""
        record = self.record(job)
        return record and self._patrols[job.scope].as_last_seen(record)

    def records(self) -> Iterator[tuple[Scope, Record]]:
        """What is believed about each job, over or not."""
        for scope in self._patrols:
            yield from ((scope, record) for record in self.store.find(scope).records.values())

    def learn(self, job: JobRef, look: Observation) -> Record:
        """Follow a job that is watched by a look that somebody else made, or was told."""
        before = self.store.find(job.scope, [job.name])
        record = before.records.get(job.name)
        if record is None:  # it was forgotten meanwhile
            return unseen(job)
        after, events, findings = advance(lifecycle_of(job.scope), record, look._replace(seen=look.seen or self._manner.clock()))
        messages = self.store.apply(job.scope, before, [Change(after, (*events, *findings))])
        if messages and after.state is not record.state:
            self._patrols[job.scope].took_note(after)
        self._follow(job.scope, Report(list(messages), {after.name: after}))
        return after

    def intend(self, job: JobRef, intent: Intent | None) -> None:
        """Remember what was asked of a job, so that its end is judged rightly; None to take it back."""
        before = self.store.find(job.scope, [job.name])
        if record := before.records.get(job.name):  # which may have been forgotten meanwhile
            known = record.job.model_copy(update={"intent": intent})
            self.store.apply(job.scope, before, [Change(record._replace(job=known))])

    def awaits_successor(self, job: JobRef, record: Record) -> bool:
        """Whether a job was replaced, and one more look may tell by which."""
        return self._patrols[job.scope].awaits_successor(record)

    def soon(self, job: JobRef) -> None:
        """Look at a job soon: it may change."""
        self._patrols[job.scope].look([job.name], within=self._manner.pace.soonest)

    def forget(self, job: JobRef) -> None:
        """Watch a job no more."""
        record = self.record(job)
        if record is not None:
            self._patrols[job.scope].forget(record)
            self.store.forget(job.scope, [job.name])
            self.hopeless.pop(job.name, None)
            self._tell((), {job.name})

    def source(self, scope: Scope) -> Source:
        """The service to ask about a scope.

        Raises:
            UnknownPlatform: when there is none for its platform.
            MissingExtra: when its client is not installed.
        """
        if scope.platform not in self._sources:
            found = next((one for one in self._given if scope.platform in one.platforms), None) or source_of(scope.platform)
            if found is None:
                raise UnknownPlatform(scope.platform, [name for one in self._given for name in one.platforms])
            metered = Metered(found, self._quotas)
            self._sources.update(dict.fromkeys(found.platforms, metered))
        return self._sources[scope.platform]

    async def aclose(self) -> None:
        """Let go of every connection."""
        for source in {id(source): source for source in self._sources.values()}.values():
            await source.aclose()

    def _patrol(self, scope: Scope) -> Patrol:
        if scope not in self._patrols:
            patrol = Patrol(scope, self.source(scope), self.store, self._manner, lambda report: self._follow(scope, report))
            self._patrols[scope] = patrol
            if self._tasks is not None:
                self._tasks.start_soon(patrol.run)
        return self._patrols[scope]

    def _follow(self, scope: Scope, report: Report) -> None:
        """Take note of what happened, follow the jobs that replaced others, and pass it on."""
        for name, why in report.hopeless.items():
            self.hopeless[name] = (FATES[why.kind], why.reason) if isinstance(why, Finding) else (Ending.SIGHT_LOST, str(why))
        for record in report.changed.values():
            if successor := self.chains.follow(scope, record):
                self.add(successor)
        touched = {*report.changed, *report.hopeless, *(message.job for message in report.messages)}
        self._tell(report.messages, touched)


def unseen(job: JobRef) -> Record:
    """What is believed about a job that nobody has seen yet."""
    lifecycle = lifecycle_of(job.scope)
    return Record.unseen(lifecycle, lifecycle.job_type(name=job.name, kind=job.scope.kind))


def lifecycle_of(scope: Scope) -> Lifecycle:
    """The lifecycle of a scope's jobs."""
    return Lifecycle.of(registry().get(scope.platform))
