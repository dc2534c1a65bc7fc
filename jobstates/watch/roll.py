"""The jobs that are watched: their records, who looks at them, and for which of them there is no hope."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from jobstates.errors import UnknownPlatform
from jobstates.spec.event import JobEvent
from jobstates.spec.follow import advance
from jobstates.spec.record import Record
from jobstates.tracking.store import Change, MemoryStore, Snapshot
from jobstates.watch.chains import Chains, orphaned
from jobstates.watch.cursor import WatchedJob
from jobstates.watch.past import Past, carried_out
from jobstates.watch.patrol import Patrol, Report
from jobstates.watch.quota import Metered
from jobstates.watch.ref import lifecycle_of
from jobstates.watch.sources import source_of
from jobstates.watch.sweep import ref_of
from jobstates.watch.written import lacks_reason, with_reason

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

    from anyio.abc import TaskGroup

    from jobstates.delivery import Message
    from jobstates.spec.job import Intent
    from jobstates.spec.observation import Observation
    from jobstates.watch.cursor import Kept
    from jobstates.watch.patrol import Manner
    from jobstates.watch.quota import Quotas
    from jobstates.watch.ref import JobRef, Scope
    from jobstates.watch.source import Source
    from jobstates.watch.waiting import Ending

Tell: TypeAlias = "Callable[[Sequence[Message], Collection[str]], None]"


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
        self.reasons: dict[str, str] = {}
        """Why jobs failed, as far as their services told: what a wait that begins later is told."""
        self._manner, self._quotas, self._tell = manner, quotas, tell
        self._given = tuple(sources)
        self._sources: dict[str, Source] = {}
        self._patrols: dict[Scope, Patrol] = {}
        self.past = Past(self._chain, self._is_done, self._drop)
        self._tasks: TaskGroup | None = None

    def start(self, tasks: TaskGroup) -> None:
        """Look at the jobs from now on."""
        self._tasks = tasks
        for patrol in self._patrols.values():
            tasks.start_soon(patrol.run)

    def add(self, job: JobRef, record: Record | None = None, *, anew: bool = False) -> None:
        """Watch a job, from what is believed about it. One that is watched already is looked at when it is due, as ever.

        One that was given up is looked at again; with ``anew`` it is given as long to appear as it was at first.
        """
        known = self.record(job)
        patrol = self._patrol(job.scope)
        if known is None:
            record = record or unseen(job)
            self.store.apply(job.scope, Snapshot({}), [Change(record)])
        record = known or record
        if record is not None and (record.state.live or record.state.unspecified or orphaned(record)):
            if patrol.fate(job.name) is not None:
                patrol.hope(job.name, anew=anew)
            elif known is None or orphaned(record):
                patrol.look([job.name], new=known is None)
        elif (last := self.last(job)) != job:
            self.add(last, anew=anew)

    def resume(self, job: WatchedJob, record: Record) -> None:
        """Watch a job from where another process was; those that replaced it are resumed before."""
        if job.origin is not None:
            self.chains.link(job.origin, record.name)
        self.add(job.ref, record)
        self._patrols[job.ref.scope].resume(record, job.kept)
        if record.state.terminal or self.fate(job.ref) is not None:
            self.past.add([job.ref])
        if job.error:
            self.reasons[record.name] = job.error

    def followed(self) -> Iterator[WatchedJob]:
        """Each job, for another process to go on from."""
        for scope, record in self.records():
            kept: Kept = {**self._patrols[scope].kept(record.name), "error": self.reasons.get(record.name)}
            yield WatchedJob.of(scope, record, self.chains.origin(record.name), **kept)

    def fate(self, job: JobRef) -> tuple[Ending, str] | None:
        """As what a job is given up, and why; None while there is hope for it."""
        return self._patrols[job.scope].fate(job.name) if job.scope in self._patrols else None

    def called(self, job: JobRef) -> Iterator[JobRef]:
        """The jobs that are watched and meant by a name: a project has an id and a number, and either may be used."""
        for scope in self._patrols:
            if scope == job.scope or scope.may_be(job.scope):
                one = job._replace(scope=scope)
                if self.record(one) is not None:
                    yield one

    def last(self, job: JobRef) -> JobRef:
        """The last job known of those that replaced one another, which stands for them; the job itself if nothing replaced it."""
        return ref_of(job.scope, self.chains.latest(job.name))

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

    def take_in(self, job: JobRef, look: Observation) -> None:
        """Follow a job that is watched by what an event told of it.

        No event tells why a job failed, so the service is asked first what it wrote. The event is believed as it is: a look at
        the job that fails, or lags behind, delays nothing.
        """
        record = self.record(job)
        if self._tasks is not None and record is not None and not record.state.terminal and lacks_reason(job.scope, look):
            self._tasks.start_soon(self._learn_why, job, look)
        else:
            self.learn(job, look)

    async def _learn_why(self, job: JobRef, look: Observation) -> None:
        self.learn(job, await with_reason(self.source(job.scope), job, look))

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
        if self.record(job) is not None:
            self._drop(job)
            self._tell((), {job.name})

    def _drop(self, job: JobRef) -> None:
        if record := self.record(job):
            self._patrols[job.scope].forget(record)
            self.store.forget(job.scope, [job.name])
        self.reasons.pop(job.name, None)
        self.past.forget(job)
        chain = self.chains.whole(job.name)
        if not self.store.find(job.scope, chain).records:
            if len(chain) > 1:  # nobody will know afterwards as what their subscribers know them
                self.store.hold([self.chains.dressed(one) for one in self.store.pending() if one.job in chain])
            self.chains.forget(chain)

    def _chain(self, job: JobRef) -> list[JobRef]:
        return [ref_of(job.scope, name) for name in self.chains.whole(job.name)]

    def _is_done(self, job: JobRef) -> bool:
        record = self.record(job)
        if record is None or self.fate(job) is not None:
            return True
        return record.state.terminal and not self.awaits_successor(job, record)

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
        self._tasks = None
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
        for event in (one for one in report.messages if isinstance(one, JobEvent)):
            if event.terminal and event.error:
                self.reasons[event.job] = event.error
            else:
                self.reasons.pop(event.job, None)
            record = self.record(ref := ref_of(scope, event.job))
            if record is not None and carried_out(lifecycle_of(scope), record.job.intent, event):
                self.intend(ref, None)
        for record in report.changed.values():
            if successor := self.chains.follow(scope, record):
                self.add(successor)
        done = (name for name, record in report.changed.items() if record.state.terminal)
        self.past.add(ref_of(scope, name) for name in (*report.hopeless, *done))
        touched = {*report.changed, *report.hopeless, *(message.job for message in report.messages)}
        self._tell(report.messages, touched)


def unseen(job: JobRef) -> Record:
    """What is believed about a job that nobody has seen yet."""
    lifecycle = lifecycle_of(job.scope)
    return Record.unseen(lifecycle, lifecycle.job_type(name=job.name, kind=job.scope.kind))
