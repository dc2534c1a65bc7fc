"""One idempotent step of watching: look at jobs of one scope, follow what was seen, keep what came of it.

The snapshot is taken before the looks, and only jobs that are still as it shows them are changed: the step may be made twice at
once, or break off anywhere, and is simply made again.
"""

from __future__ import annotations

from contextlib import aclosing, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

import anyio

from jobstates.spec.event import JobEvent
from jobstates.spec.follow import advance
from jobstates.spec.state import Phase
from jobstates.tracking.store import Change
from jobstates.watch.ref import JobRef, lifecycle_of
from jobstates.watch.source import CallFailed, Trouble
from jobstates.watch.verified import UNSURE, Listing, Verified
from jobstates.watch.written import lacks_reason, look_at, notes

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Collection, Iterable, MutableSequence, Sequence

    from jobstates.delivery import Message
    from jobstates.spec.lifecycle import Lifecycle
    from jobstates.spec.observation import Observation
    from jobstates.spec.record import Record
    from jobstates.spec.state import JobState
    from jobstates.tracking.store import Snapshot, Store
    from jobstates.watch.ref import Scope
    from jobstates.watch.source import Page, Source

FEW = 10
"""For how many single looks a page of a list is worth reading."""
TOGETHER = 8
"""How many jobs are looked at singly at the same time."""
PHASES = tuple(Phase)
"""In the order in which a job passes them."""


class Plan(NamedTuple):
    """What to look at in one sweep, and how."""

    listed: bool = True
    """List the scope, and look singly at those jobs that the list does not show; otherwise look at each singly."""
    names: Collection[str] | None = None
    """At these alone; None for all that are not over."""
    skip: Collection[str] = ()
    """Look singly at none of these, whatever the list shows."""
    since: datetime | None = None
    """When the scope's jobs were last seen, all of them."""
    notes: bool = False
    """Ask what the service wrote about each job that changed."""
    verified: Verified | None = None
    """What the list showed the last time."""
    pauses: Sequence[float] = ()
    """How long to wait, in seconds, before each further try of a page after the first; no further try by default."""


@dataclass(slots=True)
class Swept:
    """What came of a sweep."""

    messages: Sequence[Message] = ()
    """What happened."""
    pages: int = 0
    """How many pages the list had."""
    unlisted: int = 0
    """How many jobs it did not show that are not over, so that each took a look of its own."""
    failed: dict[str, CallFailed] = field(default_factory=dict)
    """The jobs that were looked for in vain, and why."""
    refused: frozenset[str] = frozenset()
    """The jobs that somebody else changed meanwhile: nothing was kept of what was seen of them here."""
    broke_off: CallFailed | None = None
    """Why the list could not be read to its end."""
    changed: dict[str, Record] = field(default_factory=dict)
    """What is believed now about the jobs that were looked at closely: not those that a list showed as they were."""

    @property
    def astray(self) -> bool:
        """Whether a list broke off as its way on was refused, or is gone: that does not mean that nothing can be listed."""
        lost = (Trouble.REFUSED, Trouble.MISSING)
        return self.pages > 0 and self.broke_off is not None and self.broke_off.trouble in lost


def now() -> datetime:
    """The time by the clock on the wall."""
    return datetime.now(UTC)


async def sweep(
    source: Source, store: Store, scope: Scope, plan: Plan | None = None, *, clock: Callable[[], datetime] = now
) -> Swept:
    """Look at the jobs of a scope that a store knows and that are not over, and keep what is seen.

    Args:
        source: the service.
        store: where the records are.
        scope: whose jobs.
        plan: what to look at, and how; a list of the scope when left out.
        clock: tells when a look was made.

    Returns:
        What happened, and which jobs could not be looked at. A call that fails never raises.
    """
    plan = plan or Plan()
    before = store.snapshot(scope) if plan.names is None else store.find(scope, plan.names)
    sweeping = _Sweeping(source, scope, before, plan, clock)
    await (sweeping.list() if plan.listed else sweeping.get(before.records.keys() - set(plan.skip)))
    if plan.notes:
        await sweeping.annotate()
    swept = sweeping.swept
    swept.messages = store.apply(scope, before, sweeping.changes)
    kept = store.find(scope, swept.changed).records
    swept.refused = frozenset(name for name, record in kept.items() if not _same(record, swept.changed[name]))
    swept.changed = {name: record for name, record in swept.changed.items() if name in kept.keys() - swept.refused}
    return swept


def _same(one: Record, other: Record) -> bool:
    """Whether two records believe the same of where a job is."""
    return (one.state, one.at, one.seen, one.seq) == (other.state, other.at, other.seen, other.seq)


class Ways(NamedTuple):
    """How many steps lie between the states of a job and of a look; None where there is no way."""

    back: int | None
    there: int | None
    on: int | None


class _Sweeping:
    """A sweep under way."""

    def __init__(self, source: Source, scope: Scope, before: Snapshot, plan: Plan, clock: Callable[[], datetime]) -> None:
        self._source, self._scope, self._plan, self._clock = source, scope, plan, clock
        self._records = before.records
        self._lifecycle = lifecycle_of(scope)
        self._states = known_states(self._lifecycle)
        self._together = anyio.CapacityLimiter(TOGETHER)
        self._doubted: set[str] = set()
        self._known_ways: dict[tuple[object, ...], Ways] = {}
        self._verified = plan.verified or Verified()
        self.swept = Swept()
        self.changes: list[Change] = []

    async def list(self) -> None:
        """List the scope, and look at what it does not show, or shows in doubt; at nothing, where the list breaks off."""
        listing = Listing(self._verified)
        try:
            async with aclosing(self._pages()) as pages:
                async for page in pages:
                    self.swept.pages += 1
                    self._compare(page, listing)
        except CallFailed as failure:
            self.swept.broke_off = failure
            told = CallFailed(Trouble.PASSING, str(failure), retry_after=failure.retry_after) if self.swept.astray else failure
            self.swept.failed = dict.fromkeys(listing.unshown(self._records), told)
        else:
            unshown = listing.unshown(self._records)
            listing.end(whole=not unshown)
            left = (unshown | self._doubted) - set(self._plan.skip)
            await self._find_among_all(left)
            await self.get(left)

    async def _pages(self, *, live: bool = True) -> AsyncGenerator[Page]:
        """The pages of a list. One whose call fails in a way that passes is tried again, if the source can go on from there."""
        page: Page | None = None
        pauses = iter(self._plan.pauses)
        while True:
            try:
                async with aclosing(self._source.list(self._scope, live=live, after=page and page.after)) as pages:
                    async for page in pages:
                        pauses = iter(self._plan.pauses)
                        yield page
                    return
            except CallFailed as failure:
                if page is None or page.after is None or not failure.trouble.passes:
                    raise
                pause = next((pause for pause in pauses if pause >= (failure.retry_after or 0.0)), None)
                if pause is None:
                    raise
            await anyio.sleep(pause)

    async def _find_among_all(self, left: set[str]) -> None:
        """Look for jobs that are over in a list of all, where that is likely to take fewer calls than looking at each.

        Those that it does not show as over are left, and those of which it does not tell why they failed.
        """
        pages = len(left) // FEW
        if not pages:
            return
        with suppress(CallFailed):  # then they are looked at one by one
            async with aclosing(self._pages(live=False)) as listed:
                async for page in listed:
                    for index, name in ((index, name) for index, name in enumerate(page.names) if name in left):
                        look = page.detail(index)
                        if self._is_told(look):
                            left.discard(name)
                            self._follow(self._records[name], look)
                    pages -= 1
                    if not (pages and left):
                        break

    def _is_told(self, look: Observation) -> bool:
        """Whether a look shows an end, and why it failed if it did."""
        state = self._lifecycle.coerce(look.state)
        return state is not None and state.terminal and not lacks_reason(self._scope, look)

    def _compare(self, page: Page, listing: Listing) -> None:
        """Follow the jobs that a page shows otherwise than they are known. Most pages show what they showed the last time."""
        names, states = list(page.names), list(page.states)
        if not listing.repeats(names, states):
            known = list(map(self._records.get, names))
            self._follow_all(page, known, states)
            # The records' own names, so that none is kept twice.
            names = [name if record is None else record.name for name, record in zip(names, known, strict=True)]
            listing.compared(names, states)

    def _follow_all(self, page: Page, known: Sequence[Record | None], states: MutableSequence[Any]) -> None:
        """Follow the jobs of a page that are known, and shown otherwise; of these the states become unsure."""
        looks = list(map(self._states.get, states))
        if [record is not None and record.state for record in known] == looks:
            return
        for index, (record, state) in enumerate(zip(known, looks, strict=True)):
            if record is not None and state is not record.state:
                states[index] = UNSURE
                look = page.detail(index)
                if self._may_be_past(record, state) or lacks_reason(self._scope, look):
                    self._doubted.add(record.name)
                else:
                    self._follow(record, look)

    def _may_be_past(self, record: Record, state: JobState | None) -> bool:
        """Whether what a list shows may be where a job was before: lists lag, and few services tell the time of a state.

        A step on is believed, unless the job has come far enough to have been there; a step back is not.
        """
        if state is None or state.unspecified:
            return False
        back, there, on = self._ways(record, state)
        if back is None:
            return on is None
        return PHASES.index(state.phase) < PHASES.index(record.state.phase) or (there or 0) + back <= record.seq

    def _ways(self, record: Record, state: JobState) -> Ways:
        """How far it is from a state to what is believed, to the state at all, and from what is believed to it.

        Jobs of which the same is known share one model, so the same few questions come up for thousands of them.
        """
        key = (record.state, state, id(record.job))
        if key not in self._known_ways:
            pairs = ((state, record.state), (self._lifecycle.initial, state), (record.state, state))
            routes = (self._lifecycle.route(*pair, record.job) for pair in pairs)
            self._known_ways[key] = Ways(*(None if route is None else len(route) for route in routes))
        return self._known_ways[key]

    async def get(self, names: Iterable[str]) -> None:
        """Look at jobs one by one, a few at a time."""
        async with anyio.create_task_group() as looks:
            for name in names:
                looks.start_soon(self._get, name)

    async def _get(self, name: str) -> None:
        async with self._together:
            try:
                look = await look_at(self._source, ref_of(self._scope, name))
            except CallFailed as failure:
                self.swept.failed[name] = failure
            else:
                self._follow(self._records[name], look)
                live = self.swept.changed[name].state.live
                self.swept.unlisted += self._plan.listed and live and name not in self._doubted

    async def annotate(self) -> None:
        """Add to the last event of each job that changed what was written about the job on its way there."""
        for number, (record, messages) in enumerate(self.changes):
            last = max((index for index, one in enumerate(messages) if isinstance(one, JobEvent)), default=None)
            if last is not None:
                found = await notes(self._source, ref_of(self._scope, record.name), self._records[record.name], record)
                told = messages[last].model_copy(update={"notes": found})
                self.changes[number] = Change(record, (*messages[:last], told, *messages[last + 1 :]))

    def _follow(self, record: Record, look: Observation) -> None:
        """Follow a job that is known to have been seen as it was until the last sweep."""
        if record.seen is not None and self._plan.since is not None and record.seen < self._plan.since:
            record = record.again(None, self._plan.since)
        news = {fact: value for fact, value in look.facts.items() if getattr(record.job, fact, None) != value}
        after, events, findings = advance(self._lifecycle, record, look._replace(seen=self._clock(), facts=news))
        if record.name not in self.swept.changed:  # a job that moves between two pages may be shown on both
            self.changes.append(Change(after, (*events, *findings)))
            self.swept.changed[record.name] = after
            if after.state.live and events:
                self._verified.forget(record.name)


def known_states(lifecycle: Lifecycle) -> dict[object, JobState]:
    """The states of a lifecycle by everything that a source may spell them as."""
    return {state.number: state for state in lifecycle.states} | {state.value: state for state in lifecycle.states}


def ref_of(scope: Scope, name: str) -> JobRef:
    """The job of a scope that has this name."""
    return JobRef(scope, name.rpartition("/")[2])
