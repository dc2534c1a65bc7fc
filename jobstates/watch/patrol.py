"""Looking at one scope for as long as it has a job that is not over: when, how, and what a look means for the next.

All state here can be lost: a patrol that begins anew finds the same records in the store and looks again.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from math import inf
from typing import TYPE_CHECKING

import anyio
from anyio import current_time

from jobstates.spec.event import JobEvent
from jobstates.tracking.store import Change
from jobstates.watch.chains import orphaned
from jobstates.watch.overdue import Budgets, Stays
from jobstates.watch.pace import Pace
from jobstates.watch.schedule import Schedule
from jobstates.watch.sighting import Patience, Sightings
from jobstates.watch.sweep import now, sweep
from jobstates.watch.verified import Verified

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence
    from datetime import datetime
    from random import Random

    from jobstates.delivery import Message
    from jobstates.spec.record import Record
    from jobstates.tracking.store import Store
    from jobstates.watch.cursor import Kept
    from jobstates.watch.ref import Scope
    from jobstates.watch.source import Source
    from jobstates.watch.sweep import Plan, Swept
    from jobstates.watch.waiting import Ending

log = logging.getLogger("jobstates")
SUCCESSOR = 5
"""How many more looks a job gets that was replaced, until one tells by which."""
ASTRAY = 3
"""How often in a row a list may fail, and be refused its way on then, until the jobs are looked at singly."""
LONGEST_SLEEP = 1.0
"""Seconds, so that a machine that was asleep notices that it is late."""


@dataclass
class Manner:
    """How to watch."""

    pace: Pace = field(default_factory=Pace)
    patience: Patience = field(default_factory=Patience)
    budgets: Budgets = field(default_factory=lambda: Budgets({}, ()))
    notes: bool = False
    clock: Callable[[], datetime] = now
    random: Random | None = None


class Patrol:
    """The looks at one scope.

    Args:
        scope: whose jobs.
        source: the service.
        store: where the records are.
        manner: how to watch.
        tell: called with what happened, and with the jobs that were looked at closely.
    """

    def __init__(self, scope: Scope, source: Source, store: Store, manner: Manner, tell: Callable[[Report], None]) -> None:
        self.scope, self._source, self._store, self._manner, self._tell = scope, source, store, manner, tell
        self._schedule = Schedule(manner.pace, source.page_size, manner.random)
        self._sightings = Sightings(manner.patience)
        self._stays = Stays(manner.budgets)
        self._list_failures = 0
        self._orphans: dict[str, int] = {}
        self._complete: datetime | None = None
        self._verified = Verified()
        self._noted: set[str] = set()
        self._woken = anyio.Event()

    def look(self, names: Collection[str], *, new: int = 0, within: float = 0.0) -> None:
        """Look at jobs as soon as can be, or within so many seconds; ``new``: how many of them nobody looked at yet."""
        if new:
            self._verified = Verified()  # another one, as a sweep may be under way that knows nothing of them
        self._schedule.stir(names, current_time(), soon=within)
        for record in self._store.find(self.scope, names).records.values():
            if record.state.terminal:
                self._orphans[record.name] = 1
                self._schedule.part(record.name, current_time(), soon=within)
            elif new:
                self._stays.moved(record, self._manner.clock())
        self._woken.set()

    def took_note(self, record: Record) -> None:
        """A job's state was learnt without a look."""
        self._noted.add(record.name)
        self._note([record], current_time(), self._manner.clock())
        self._woken.set()

    def forget(self, record: Record) -> None:
        """Watch a job no more."""
        self._settle(record.name)
        self._sightings.forget(record.name)

    def fate(self, name: str) -> tuple[Ending, str] | None:
        """As what a job is given up, and why; None while there is hope for it."""
        return self._sightings.fate(name)

    def hope(self, name: str, *, anew: bool) -> None:
        """Look at a job again that was given up. ``anew``: it may have come to be meanwhile."""
        self._sightings.hope(name, anew=anew)
        self.look([name])

    def kept(self, name: str) -> Kept:
        """What another process has to know of a job beside its record."""
        trial, told = self._sightings.kept(name)
        return {"stay": self._stays.kept(name), "trial": trial, "told": told}

    def resume(self, record: Record, kept: Kept) -> None:
        """Go on from what another process knew of a job that was just added."""
        trial, stay = kept.get("trial"), kept.get("stay")
        self._sightings.resume(record.name, trial, kept.get("told", 0))
        if stay is not None:
            self._stays.resume(record, stay)
        if trial is not None and trial.fate is not None:
            self._schedule.block(record.name)

    async def run(self) -> None:
        """Look for ever."""
        while True:
            await self._until_due()
            plan = self._schedule.plan(current_time(), self._store.count(self.scope))
            if plan is not None:
                await self._sweep(plan)

    async def _sweep(self, plan: Plan) -> None:
        begun = self._manner.clock()
        known = plan._replace(since=self._complete, verified=self._verified, notes=self._manner.notes)
        known = known._replace(pauses=self._schedule.pauses())
        try:
            swept = await sweep(self._source, self._store, self.scope, known, clock=self._manner.clock)
        except Exception:  # an answer that nobody thought of costs a look, and not the watcher of all
            log.exception("looking at %s went wrong", self.scope)
            self._list_failures += 1
            self._schedule.retry(None, current_time(), failures=self._list_failures)
            return
        for name in (*self._noted, *swept.refused):  # what was compared meanwhile was compared with less than is known
            self._verified.forget(name)
        self._noted.clear()
        self._tell(self._report(plan, swept, begun))
        self._schedule.stir(swept.refused - self._orphans.keys(), current_time(), soon=0.0)

    async def _until_due(self) -> None:
        while (wait := self._schedule.next - current_time()) > 0:
            with anyio.move_on_after(min(wait, LONGEST_SLEEP) if wait < inf else None):
                await self._woken.wait()
            self._woken = anyio.Event() if self._woken.is_set() else self._woken

    def _report(self, plan: Plan, swept: Swept, begun: datetime) -> Report:
        """Take note of what a sweep came to."""
        now, at = current_time(), self._manner.clock()
        self._schedule.looked(plan, now, calls=swept.pages + swept.unlisted)
        if plan.listed and not swept.broke_off:
            self._schedule.listable()
        report = Report([], dict(swept.changed))
        self._seen(plan, swept, report, at)
        report.messages += swept.messages
        self._note(swept.changed.values(), now, at, moved={one.job for one in swept.messages if isinstance(one, JobEvent)})
        self._failed(swept, report, at)
        if plan.names is None and not swept.failed:
            self._complete, self._list_failures = begun, 0
        report.messages += self._kept(self._stays.overdue(at))
        return report

    def _note(self, records: Collection[Record], now: float, at: datetime, moved: Collection[str] | None = None) -> None:
        for record in records:
            if moved is None or record.name in moved:
                self._schedule.stir([record.name], now)
                self._stays.moved(record, at)
            if record.state.terminal:
                looks = self._orphans[record.name] = self._orphans.get(record.name, 0) + 1
                if self.awaits_successor(record):
                    self._schedule.part(record.name, now, looks=looks)
                else:
                    self._settle(record.name)
            else:
                self._orphans.pop(record.name, None)

    def awaits_successor(self, record: Record) -> bool:
        """Whether a job was replaced, and one more look may tell by which."""
        return orphaned(record) and 0 < self._orphans.get(record.name, 0) <= SUCCESSOR

    def _settle(self, name: str) -> None:
        self._schedule.settle([name])
        self._sightings.settle(name)
        self._stays.forget(name)
        self._orphans.pop(name, None)

    def _seen(self, plan: Plan, swept: Swept, report: Report, at: datetime) -> None:
        """Tell of the jobs that can be looked at again: their scope may be listed again, too."""
        looked_at = self._sightings.blind - swept.failed.keys() - set(plan.skip)
        if plan.names is None:
            looked_at -= self._orphans.keys()
        else:
            looked_at &= set(plan.names)
        for record in self._store.find(self.scope, looked_at).records.values():
            if told := self._sightings.seen(record, at):
                report.messages += self._kept(told, record)
                self._schedule.listable()

    def _failed(self, swept: Swept, report: Report, at: datetime) -> None:
        """Take note of the looks that failed, each job's or the list's."""
        hopeless = swept.broke_off and not swept.broke_off.trouble.passes
        if hopeless and not (swept.astray and self._list_failures < ASTRAY - 1):
            log.warning("%s cannot be listed now, so its jobs are looked at one by one: %s", self.scope, swept.broke_off)
            self._schedule.refused(current_time())
            self._schedule.retry(None, current_time(), failures=1)
            return
        records = self._store.find(self.scope, swept.failed).records  # without those that were forgotten meanwhile
        for name, failure in ((name, failure) for name, failure in swept.failed.items() if name in records):
            log.debug("%s could not be looked at: %s", name, failure)
            if records[name].state.terminal and not failure.trouble.passes:
                self._settle(name)  # by which job it was replaced, nobody will tell
                report.changed[name] = records[name]
                continue
            missed = self._sightings.failed(self.as_last_seen(records[name]), failure, at)
            report.messages += self._kept(missed.messages, records[name])
            if missed.hopeless:
                self._schedule.block(name)
                report.hopeless.add(name)
            elif not swept.broke_off:
                self._schedule.retry(name, current_time(), failures=missed.failures, after=failure.retry_after)
        if swept.broke_off and not report.hopeless >= swept.failed.keys():
            self._list_failures += 1
            self._schedule.retry(None, current_time(), failures=self._list_failures, after=swept.broke_off.retry_after)

    def as_last_seen(self, record: Record) -> Record:
        """A record with the time of the last look at the job; its own is of the last one that showed something new."""
        unseen = record.name in self._schedule.blocked or record.name in self._sightings.blind
        if record.seen is None or self._complete is None or record.seen > self._complete or record.state.terminal or unseen:
            return record
        return record.again(None, self._complete)

    def _kept(self, messages: Sequence[Message], record: Record | None = None) -> Sequence[Message]:
        """Keep messages that no look showed, until they are delivered."""
        if not messages:
            return ()
        found = self._store.find(self.scope, [one.job for one in messages])
        return self._store.apply(self.scope, found, [Change(record or found.records[one.job], (one,)) for one in messages])


@dataclass(slots=True)
class Report:
    """What a sweep came to."""

    messages: list[Message]
    changed: dict[str, Record]
    """What is believed about the jobs that were looked at closely."""
    hopeless: set[str] = field(default_factory=set)
    """The jobs that it is no use to look at any more."""
