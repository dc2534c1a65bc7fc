"""Following real jobs: one patrol for each scope, one stream of messages for all.

The watcher asks nothing of a job on its own, but for what ``on_exit`` says.
"""

from __future__ import annotations

import logging
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Self, Unpack

import anyio

from jobstates.delivery import Overflow
from jobstates.errors import JobStatesError, UnknownEvent
from jobstates.platforms import platforms
from jobstates.spec.job import Intent
from jobstates.spec.lifecycle import Lifecycle
from jobstates.watch.asker import Asker
from jobstates.watch.commanding import Commander
from jobstates.watch.cursor import Cursor
from jobstates.watch.naming import job_ref
from jobstates.watch.outbox import Outbox
from jobstates.watch.overdue import Budgets
from jobstates.watch.pace import Pace
from jobstates.watch.patrol import Manner
from jobstates.watch.push.reading import pushed
from jobstates.watch.quota import SHARED, Quotas
from jobstates.watch.ref import lifecycle_of
from jobstates.watch.reporting import report
from jobstates.watch.roll import Roll, unseen
from jobstates.watch.sighting import Patience
from jobstates.watch.sweep import now
from jobstates.watch.waiters import Waiters
from jobstates.watch.waiting import TERMINAL, Ending, Goal, Waited, Waiter

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path
    from types import TracebackType

    from jobstates.delivery import Callback, EventStream, Filters, Message, OnError, Subscription
    from jobstates.spec.record import Record
    from jobstates.watch.commanding import JobLike
    from jobstates.watch.ref import JobRef
    from jobstates.watch.source import Source
    from jobstates.watch.waiting import Judge

log = logging.getLogger("jobstates")
ABANDON = "abandon"
KEEP = 50_000
"""How much of the past is kept. So many messages find room in the buffer of a stream that comes late."""
EXIT_PATIENCE = 30.0
"""Seconds that leaving a watcher takes at most, where something is to be asked of its jobs."""


class Watcher(Commander):
    """Follows real jobs, and asks things of them.

    Args:
        sources: the services to look at; Google's, with their default credentials, where none is given for a platform.
        pace: how often to look.
        patience: how long to bear with a job that cannot be looked at.
        budgets: how long jobs may stay in a state or a phase, in seconds, before they are found overdue; off when left out.
        quotas: how many calls a minute may be made; those of this process, which all its watchers share, when left out.
        resume: where another watcher was: a ``Cursor``, its JSON, or the path of a file that holds it.
        notes: whether to ask, of each job that changed, how far it is and what its service wrote about it: a call more each time.
        on_exit: what to ask, on leaving, of the jobs that are not over: ``abandon`` (nothing), ``cancel`` or ``drain``.
        on_error: called with the error, the message and the subscription when a subscriber raises.
        keep: how much of the past is kept: so many jobs that are over or were given up, and as many messages while nobody
            subscribes, or that streams left unread. What is dropped is as if it had been forgotten.
        clock: tells the time of looks and deadlines, in UTC; the clock on the wall when left out.

    Raises:
        InputError: when ``resume`` is no cursor.
        UnknownState: when a budget is for a state that no lifecycle has.
        UnknownEvent: when ``on_exit`` is no event that can be asked for.
        ValueError: when a budget is no number of seconds, or the clock's time has no zone.
    """

    def __init__(  # noqa: PLR0913  # each has a default
        self,
        *sources: Source,
        pace: Pace | None = None,
        patience: Patience | None = None,
        budgets: Mapping[str, float] | None = None,
        quotas: Quotas = SHARED,
        resume: Cursor | str | bytes | Path | None = None,
        notes: bool = False,
        on_exit: str = ABANDON,
        on_error: OnError | None = None,
        keep: int = KEEP,
        clock: Callable[[], datetime] | None = None,
    ) -> None:
        lifecycles = [Lifecycle.of(machine) for machine in platforms().values()]
        requests = sorted({kind for one in lifecycles for each in one.job_type.kinds for kind in each.requests})
        if on_exit not in (ABANDON, *requests):
            raise UnknownEvent(on_exit, [ABANDON, *requests])
        if clock is not None and clock().tzinfo is None:
            raise ValueError("the clock tells a time without a zone: give one that tells it in UTC")
        self._on_exit = on_exit
        self._manner = Manner(pace or Pace(), patience or Patience(), Budgets(budgets or {}, lifecycles), notes, clock or now)
        self._roll = Roll(self._manner, quotas, sources, self._tell)
        self._outbox = Outbox(self._roll.store, lifecycles, keep, self._roll.chains.dressed, on_error)
        self._asker = Asker(self._roll, self._manner)
        self._waiters = Waiters(self._standing, self._manner.clock)
        self._cursor = None if resume is None else Cursor.read(resume)
        self._open, self._keep = False, keep

    async def __aenter__(self) -> Self:
        """Begin to watch."""
        for job in () if self._cursor is None else self._cursor.jobs:
            self._roll.source(job.ref.scope)  # what is missing is missed before anything has begun
        self._tasks = anyio.create_task_group()
        await self._tasks.__aenter__()
        self._open = True
        self._roll.start(self._tasks)
        self._tasks.start_soon(self._waiters.tick)
        if self._cursor is not None:
            self._restore(self._cursor)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool | None:
        """Ask of the jobs what is to be asked on leaving, and watch no more."""
        try:
            if self._on_exit != ABANDON:
                with anyio.move_on_after(EXIT_PATIENCE, shield=True):
                    await self._ask_all(self._on_exit)
        except Exception:
            log.exception("leaving the watcher: %s could not be asked of every job", self._on_exit)
        self._tasks.cancel_scope.cancel()
        # An error of the block's own is raised as it is, and not as one of a group.
        own = isinstance(error, Exception)
        try:
            return await self._tasks.__aexit__(*((None, None, None) if own else (kind, error, trace))) and not own
        finally:
            self._open = False
            self._outbox.close()
            self._waiters.wake_all()
            with anyio.CancelScope(shield=True):
                await self._roll.aclose()

    def add(
        self,
        job: JobLike,
        *,
        project: str | None = None,
        location: str | None = None,
        kind: str | None = None,
    ) -> JobRef:
        """Watch a job from now on. One that is watched already stays so; one that was given up is looked for as if it were new.

        Args:
            job: a resource name, a console or API address, a client's object, a job model, or an id with the others given.
            project: the project, where the job does not tell it.
            location: the region, where the job does not tell it.
            kind: the collection, such as ``customJobs``, where the job does not tell it.

        Raises:
            UnknownJob: when that does not tell one job; nothing has been asked of any service then.
            MissingExtra: when the client of the job's service is not installed.
            RuntimeError: outside of ``async with``.
        """
        return self._watch(job_ref(job, project=project, location=location, kind=kind), anew=True)

    def forget(self, job: JobLike) -> None:
        """Watch a job no more. Harmless for one that is not watched.

        Raises:
            UnknownJob: when that does not tell one job.
        """
        self._roll.forget(job_ref(job))

    def record(self, job: JobLike) -> Record | None:
        """What is believed about a job, and when it was last looked at; None for one that is not watched.

        Raises:
            UnknownJob: when that does not tell one job.
        """
        return self._roll.last_seen(job_ref(job))

    def intend(self, job: JobLike, request: str, *, by: str | None = None) -> None:
        """Remember what somebody asked of a job elsewhere, so that its end is judged rightly.

        Args:
            job: whatever ``add`` takes; one that was replaced stands for the last that is known to have replaced it.
            request: the event asked for, such as ``drain``; ``replace`` of a job that is being updated.
            by: who asked, in your words.

        Raises:
            UnknownJob: when that does not tell one job.
            UnknownEvent: when the job's lifecycle has no such event.
        """
        ref = self._roll.last(self.add(job))
        intent = Intent(request=lifecycle_of(ref.scope).event(request), by=by, at=self._manner.clock())
        self._roll.intend(ref, intent)

    def subscribe(self, callback: Callback | None = None, **filters: Unpack[Filters]) -> Subscription:
        """Call a function, or await a coroutine function, for every message that is wanted; see ``Tracker.subscribe``."""
        return self._outbox.subscribe(callback, **filters)

    def events(
        self, *, buffer: int = 65_536, overflow: Overflow | str = Overflow.RAISE, **filters: Unpack[Filters]
    ) -> EventStream[Any]:
        """Messages as an asynchronous iterator, beginning with those that nobody has had; see ``Tracker.events``."""
        return self._outbox.stream(buffer, Overflow(overflow), **filters)

    async def settled(self) -> None:
        """Wait until the coroutine callbacks have done all they were given so far."""
        await self._outbox.settled()

    async def wait(
        self,
        job: JobLike,
        *,
        timeout: float | timedelta | None = None,  # noqa: ASYNC109  # a result, not an error
        until: str = TERMINAL,
        judge: Judge | None = None,
    ) -> Waited:
        """Wait until a job is somewhere, or over, or nothing more can be learnt, and no longer than so many seconds.

        A job that is replaced by another is waited for in that one.

        Args:
            job: whatever ``add`` takes.
            timeout: seconds; for ever when left out.
            until: ``terminal``, ``started``, or the name of a state.
            judge: how the end is judged, where not as this package does: verdicts by outcome, or a function.

        Raises:
            UnknownJob: when that does not tell one job.
            UnknownState: when the job's lifecycle has no such state.
        """
        ref = self._watch(job_ref(job))
        waiter = Waiter(ref, Goal(until, lifecycle_of(ref.scope)), judge, self._after(timeout))
        waited = await self._waiters.wait(ref.name, waiter)
        return waited or waiter.ended(Ending.DEADLINE, self._last(ref))

    def _watch(self, ref: JobRef, *, anew: bool = False) -> JobRef:
        """Watch a job. One that was given up is looked at once more; with ``anew`` as if it were new."""
        if not self._open:
            raise RuntimeError("a watcher watches within `async with Watcher(...) as watcher:`")
        self._roll.add(ref, anew=anew)
        return ref

    def _after(self, timeout: float | timedelta | None) -> datetime | None:
        """When so many seconds have passed; None for never, and for later than any time that can be told."""
        try:
            length = timeout if timeout is None or isinstance(timeout, timedelta) else timedelta(seconds=timeout)
            return None if length is None else self._manner.clock() + length
        except OverflowError:
            return None

    async def wait_all(self, jobs: Iterable[JobLike], **how: Any) -> list[Waited]:  # noqa: ANN401
        """Wait for each of several jobs; what each came to, in their order. See ``wait``."""
        refs = [self._watch(job_ref(job)) for job in jobs]
        found: dict[JobRef, Waited] = {}

        async def one(ref: JobRef) -> None:
            found[ref] = await self.wait(ref, **how)

        with _single():
            async with anyio.create_task_group() as waiting:
                for ref in set(refs):
                    waiting.start_soon(one, ref)
        return [found[ref] for ref in refs]

    async def wait_any(self, jobs: Iterable[JobLike], **how: Any) -> Waited:  # noqa: ANN401
        """Wait for whichever of several jobs ends its wait first. See ``wait``.

        Raises:
            ValueError: when there are none.
        """
        refs = {self._watch(job_ref(job)) for job in jobs}
        found: list[Waited] = []
        with _single():
            async with anyio.create_task_group() as waiting:

                async def one(ref: JobRef) -> None:
                    found.append(await self.wait(ref, **how))
                    waiting.cancel_scope.cancel()

                for ref in refs:
                    waiting.start_soon(one, ref)
        if not found:
            raise ValueError("there is no job to wait for")
        return found[0]

    def ingest(self, event: object) -> int:
        """Take in an event that a service sent by itself, such as Eventarc's of a Dataflow job. Safe to repeat, in any order.

        Args:
            event: a CloudEvent: an object of the CloudEvents SDK, or the mapping of its JSON format.

        Returns:
            How many jobs that are watched it tells of. Others, and events of other types, are passed over.

        Raises:
            InputError: when it is no event, or its data cannot be read.
        """
        looks = [(ref, look) for named, look in pushed(event) for ref in self._roll.called(named)]
        for ref, look in looks:
            self._roll.take_in(ref, look)
        return len(looks)

    def snapshot(self) -> Cursor:
        """Where the watcher is: what another process needs to go on from here.

        Take it after you have handled what you were given last: that counts as delivered. What a coroutine callback was given and
        has not done yet does not, and comes again: wait for ``settled`` first where it should not.
        """
        return Cursor(jobs=list(self._roll.followed()), pending=list(self._roll.store.pending()))

    def _restore(self, cursor: Cursor) -> None:
        known = [(job, job.record()) for job in cursor.jobs]
        # The last of a chain is that which no other replaced.
        for job, record in sorted(known, key=lambda one: one[1].job.successor is None):
            self._roll.resume(job, record)
        self._roll.store.hold(cursor.pending)
        self._outbox.tell(cursor.pending)  # to those who subscribed before the block began

    def _tell(self, messages: Sequence[Message], jobs: Collection[str]) -> None:
        report(messages)
        for message in messages:
            for name in self._roll.chains.line(message.job):
                self._waiters.hear(name, message)
        self._waiters.wake({name for job in jobs for name in self._roll.chains.line(job)})
        self._outbox.tell(messages)
        self._roll.past.trim(self._keep, self._waiters.awaited)

    def _standing(self, waiter: Waiter) -> Waited | None:
        record, last = self._last(waiter.job), self._roll.last(waiter.job)
        if not (self._open and self._roll.record(waiter.job) and self._roll.record(last)):
            return waiter.ended(Ending.SIGHT_LOST, record, "nobody watches the job any more")
        return waiter.standing(
            record,
            self._roll.fate(last),
            replaced=self._roll.awaits_successor(waiter.job, record),
            reason=self._roll.reasons.get(record.name),
        )

    def _last(self, ref: JobRef) -> Record:
        """What is believed about the last job of a chain."""
        last = self._roll.last(ref)
        return self._roll.record(last) or unseen(last)  # which may have been forgotten meanwhile

    async def _ask_all(self, request: str) -> None:
        async def one(name: str) -> None:
            try:
                came_to: object = await self.ask(name, request, by="on_exit")
            except JobStatesError as error:  # its platform has no such request
                came_to = error
            log.info("leaving the watcher: %s is asked of %s: %s", request, name, came_to)

        async with anyio.create_task_group() as asking:
            for _, record in list(self._roll.records()):
                if not record.state.terminal:
                    asking.start_soon(one, record.name)


@contextmanager
def _single() -> Iterator[None]:
    """Raise the first error of several tasks as it is: they do the same, and fail alike."""
    try:
        yield
    except ExceptionGroup as group:
        first: BaseException = group
        while isinstance(first, BaseExceptionGroup):
            first = first.exceptions[0]
        raise first from None
