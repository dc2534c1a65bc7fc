"""The frozen table of one platform: its states, its arrows, and what follows from them alone.

Everything here is a pure function of the table: shortest routes, legal walks, what is allowed now. Nothing knows a clock, a
network or the engine that the table was read from.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from functools import cached_property
from heapq import heappop, heappush
from itertools import count
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, Self, TypeAlias

from jobstates.errors import UnknownEvent, UnknownState
from jobstates.spec.naming import Names

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jobstates.spec.arrow import Actor, Arrow
    from jobstates.spec.job import Job
    from jobstates.spec.state import JobState

Route: TypeAlias = "tuple[Arrow, ...]"


class HasLifecycle(Protocol):
    """Anything that carries a lifecycle: a machine, or a machine's class."""

    lifecycle: ClassVar[Lifecycle]


@dataclass(frozen=True)
class Lifecycle:
    """One platform's lifecycle as a table.

    >>> from jobstates import DataflowJobMachine, Lifecycle
    >>> lifecycle = Lifecycle.of(DataflowJobMachine)
    >>> [arrow.event for arrow in lifecycle.route("PENDING", "DONE")]
    ['start', 'finish']
    """

    platform: str
    states: tuple[JobState, ...]
    arrows: tuple[Arrow, ...]
    job_type: type[Job]
    title: str = field(default="", compare=False)
    vendor_enums: tuple[str, ...] = field(default=(), compare=False)
    """Dotted paths of the same enum in the vendor's client libraries."""
    spine: tuple[str, ...] = field(default=(), compare=False)
    """Names of states: the straight way through, for pictures. Empty for the shortest way to success."""
    drawn: tuple[str, ...] = field(default=(), compare=False)
    """Names of states and events in the order that draws best. What is left out follows in order of phase or declaration."""

    @classmethod
    def of(cls, machine: HasLifecycle | type[HasLifecycle] | Self) -> Lifecycle:
        """The lifecycle of a machine or of its class."""
        return machine if isinstance(machine, cls) else machine.lifecycle  # type: ignore[union-attr]  # Self narrows only here

    def __hash__(self) -> int:
        return self._hash

    @cached_property
    def _hash(self) -> int:
        return hash((self.platform, self.states, self.arrows))

    @cached_property
    def _names(self) -> Names:
        return Names(self.states)

    @cached_property
    def _between(self) -> dict[tuple[JobState, JobState], tuple[Arrow, ...]]:
        pairs: dict[tuple[JobState, JobState], tuple[Arrow, ...]] = {}
        for arrow in self.arrows:
            pairs[arrow.source, arrow.target] = (*pairs.get((arrow.source, arrow.target), ()), arrow)
        return pairs

    @cached_property
    def _leaving(self) -> dict[JobState, tuple[Arrow, ...]]:
        return {state: tuple(arrow for arrow in self.arrows if arrow.source is state) for state in self.states}

    @cached_property
    def _neighbours(self) -> dict[JobState, tuple[JobState, ...]]:
        return {state: tuple(dict.fromkeys(arrow.target for arrow in self._leaving[state])) for state in self.states}

    @cached_property
    def wire(self) -> dict[str, JobState]:
        """The states by their names on the wire."""
        return {state.value: state for state in self.states}

    @cached_property
    def initial(self) -> JobState:
        """The pseudo-state of a job that nobody has seen yet."""
        return next(state for state in self.states if state.unspecified)

    @cached_property
    def events(self) -> tuple[str, ...]:
        """Every event, in order of declaration."""
        return tuple(dict.fromkeys(arrow.event for arrow in self.arrows))

    def coerce(self, raw: Any) -> JobState | None:  # noqa: ANN401  # whatever a client hands out
        """The state that a raw value means, or None when the lifecycle does not know it.

        Accepts a number, a name with or without the wire prefix or the enum's name before it, in any case, and the members of
        the vendor's enums; a name wins over a number. Never raises.
        """
        return self._names.find(raw)

    def state(self, raw: Any) -> JobState:  # noqa: ANN401
        """The state that a raw value means.

        Raises:
            UnknownState: when the lifecycle has no such state.
        """
        if (found := self.coerce(raw)) is None:
            raise UnknownState(raw, [state.name for state in self.states])
        return found

    def event(self, name: str) -> str:
        """The event of that name.

        Raises:
            UnknownEvent: when the lifecycle has no such event.
        """
        if name not in self.events:
            raise UnknownEvent(name, self.events)
        return name

    def between(self, source: JobState, target: JobState) -> tuple[Arrow, ...]:
        """The arrows that lead straight from one state to another, whatever their guards."""
        return self._between.get((source, target), ())

    def straight(self, source: JobState, target: JobState, job: Job | None = None) -> Arrow | None:
        """The likeliest arrow that leads a job straight from one state to another; None when none is open to it.

        What was asked for; else what the service does by itself; else the first declared.
        """
        ways = [arrow for arrow in self.between(source, target) if arrow.forbidden_by(job) is None]
        for arrow in ways:
            if arrow.request is not None and job is not None and job.has_asked(arrow):
                return arrow
        for arrow in ways:
            if arrow.request is None:
                return arrow
        return ways[0] if ways else None

    def allowed(self, state: Any, job: Job | None = None, actor: Actor | None = None) -> tuple[Arrow, ...]:  # noqa: ANN401
        """What may happen next to a job in a state; with ``actor``, only what that actor may cause.

        Raises:
            UnknownState: when the lifecycle has no such state.
        """
        return tuple(
            arrow
            for arrow in self._leaving[self.state(state)]
            if actor in (None, arrow.actor) and arrow.forbidden_by(job) is None
        )

    def route(self, source: Any, target: Any, job: Job | None = None) -> Route | None:  # noqa: ANN401
        """The likeliest way from one state to another: the first of ``routes``.

        An empty route leads from a state to itself; None means that there is no way at all.

        Raises:
            UnknownState: when the lifecycle has no such state.
        """
        return next(iter(self.routes(source, target, job)), None)

    def routes(self, source: Any, target: Any, job: Job | None = None) -> tuple[Route, ...]:  # noqa: ANN401
        """The likeliest ways from one state to another, in order of declaration.

        The shortest; of these the ones with the fewest requests that nobody is known to have made, because a job that is seen to
        have succeeded was hardly cancelled on the way; of these the best founded. Two ways differ when they pass through
        different states: of parallel arrows between the same two states the likeliest stands for them.

        Raises:
            UnknownState: when the lifecycle has no such state.
        """
        paths = self._shortest(self.state(source), self.state(target), job)
        ranks = [(_unasked(path, job), _weakness(path)) for path in paths]
        return tuple(path for path, rank in zip(paths, ranks, strict=True) if rank == min(ranks))

    def nearest(self, source: Any, target: Any, job: Job | None) -> Route | None:  # noqa: ANN401
        """The way that is closed to a job by the fewest guards, then the shortest; None when there is no way for any job.

        Raises:
            UnknownState: when the lifecycle has no such state.
        """
        begin, end = self.state(source), self.state(target)
        turn = count()
        waiting: list[tuple[int, int, int, JobState, Route]] = [(0, 0, next(turn), begin, ())]
        settled: set[JobState] = set()
        while waiting:
            closed, length, _, state, path = heappop(waiting)
            if state is end:
                return path
            if state in settled:
                continue
            settled.add(state)
            for arrow in self._leaving[state]:
                shut = closed + (arrow.forbidden_by(job) is not None)
                heappush(waiting, (shut, length + 1, next(turn), arrow.target, (*path, arrow)))
        return None

    def _shortest(self, source: JobState, target: JobState, job: Job | None) -> list[Route]:
        reached: dict[JobState, list[Route]] = {source: [()]}
        nearer: set[JobState] = set()
        while reached and target not in reached:
            nearer |= reached.keys()
            reached = self._one_further(reached, nearer, job)
        return reached.get(target, [])

    def _one_further(
        self, reached: dict[JobState, list[Route]], nearer: set[JobState], job: Job | None
    ) -> dict[JobState, list[Route]]:
        """Every shortest path that is one arrow longer."""
        further: dict[JobState, list[Route]] = {}
        for state, paths in reached.items():
            for following in self._neighbours[state]:
                if following not in nearer and (arrow := self.straight(state, following, job)):
                    further.setdefault(following, []).extend((*path, arrow) for path in paths)
        return further

    def walks(
        self,
        job: Job | None = None,
        *,
        start: Any = None,  # noqa: ANN401
        visits: int = 1,
        complete: bool = True,
    ) -> Iterator[Route]:
        """Every legal walk of a job, shortest first.

        Args:
            job: the job whose guards count; None for a job of which nothing is known.
            start: where to begin; the not-yet-seen state when None.
            visits: how often a walk may enter the same state.
            complete: only walks that end in a terminal state; otherwise every beginning of one, too.

        Raises:
            UnknownState: when the lifecycle has no such state.
        """
        begin = self.initial if start is None else self.state(start)
        waiting: deque[Route] = deque([()])
        while waiting:
            walk = waiting.popleft()
            end = walk[-1].target if walk else begin
            if walk and (end.terminal or not complete):
                yield walk
            seen = [begin, *(arrow.target for arrow in walk)]
            waiting.extend((*walk, arrow) for arrow in self.allowed(end, job) if seen.count(arrow.target) < visits)

    def reachable(self, job: Job | None = None) -> frozenset[JobState]:
        """The states that a job can show at all."""
        found = {self.initial}
        waiting = [self.initial]
        while waiting:
            fresh = {arrow.target for arrow in self.allowed(waiting.pop(), job)} - found
            found |= fresh
            waiting.extend(fresh)
        return frozenset(found - {self.initial})


def _unasked(route: Route, job: Job | None) -> int:
    """How many of a route's requests nobody is known to have made."""
    return sum(arrow.request is not None and (job is None or not job.has_asked(arrow)) for arrow in route)


def _weakness(route: Route) -> tuple[int, ...]:
    """How badly founded a route is, its weakest arrow first."""
    return tuple(sorted((arrow.basis.weakness for arrow in route), reverse=True))
