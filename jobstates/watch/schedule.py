"""When to look at which jobs of a scope, and how: by one list of them all, or one by one.

A job that changed lately is stirred, and has its own next look until it has been quiet for so long that nothing is gained by it;
the others share one. Whatever is due is looked at in the way that takes fewer calls. Pure in the time that is handed in, in
seconds of any clock.
"""

from __future__ import annotations

from math import ceil, inf
from random import Random
from typing import TYPE_CHECKING, NamedTuple

from jobstates.watch.sweep import Plan

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from jobstates.watch.pace import Pace

MANY = 1000
"""How many jobs have a time of their own. When more are stirred at once, all are looked at as often as those would be."""

TRIES = 4
"""How often a page is tried again: a list of a hundred pages comes to its end nearly always where every fifth call fails."""
DOUBLINGS = 6
"""How often the time is doubled until a list that was refused is tried for again."""


class _Stirred(NamedTuple):
    since: float
    """When the job last changed."""
    due: float


_NEVER = _Stirred(-inf, inf)


class Schedule:
    """The looks at one scope.

    Args:
        pace: how often to look.
        page_size: how many jobs one call of a list shows.
        random: shortens times at random.
    """

    def __init__(self, pace: Pace, page_size: int, random: Random | None = None) -> None:
        self._pace, self._page_size, self._random = pace, page_size, random or Random()  # noqa: S311  # nothing to guess
        self._stirred: dict[str, _Stirred] = {}
        self._since, self._due = -inf, inf
        self._calls = 0
        self._hold = -inf
        self._apart: dict[str, float] = {}
        """The jobs that no list shows, and when each is due."""
        self._refusals, self._listed_from = 0, -inf
        self.blocked: set[str] = set()
        """The jobs that it is no use to ask for."""

    @property
    def next(self) -> float:
        """When the next look is due; never, where no job was ever stirred."""
        alone = min((job.due for job in self._stirred.values()), default=inf)
        return max(self._hold, min(self._due, alone, min(self._apart.values(), default=inf)))

    def plan(self, now: float, jobs: int) -> Plan | None:
        """What to look at now, where so many jobs are not over, without those apart; None when nothing is due."""
        if jobs <= len(self.blocked):
            self._due = inf  # nobody is left to look for
        if now < self._hold:
            return None
        if apart := [name for name, due in self._apart.items() if due <= now]:
            return Plan(listed=False, names=apart)
        everything = now >= self._due
        due = () if everything else [name for name, job in self._stirred.items() if job.due <= now]
        if not everything and not due:
            return None
        singly = jobs - len(self.blocked) if everything else len(due)
        if now >= self._listed_from and max(self._calls, ceil(jobs / self._page_size)) < singly:
            return Plan(skip=frozenset(self.blocked))
        return Plan(listed=False, names=None if everything else due, skip=frozenset(self.blocked))

    def stir(self, names: Collection[str], now: float, *, soon: float | None = None) -> None:
        """Jobs have changed, or something was asked of them: they may change again. ``soon``: look in so many seconds."""
        self.blocked.difference_update(names)
        for name in self._apart.keys() & set(names):
            del self._apart[name]
        due = now + (self._time(self._pace.soonest) if soon is None else soon)
        self._due = min(self._due, now + self._time(self._pace.latest))
        if len(self._stirred) + len(names) > MANY:
            self._since, self._due = now, min(self._due, due)
        else:
            self._stirred.update((name, _Stirred(now, min(due, self._stirred.get(name, _NEVER).due))) for name in names)

    def part(self, name: str, now: float, *, soon: float | None = None, looks: int = 1) -> None:
        """Look at a job that no list shows: in so many seconds, or ever later, the more looks there were."""
        self._stirred.pop(name, None)
        self._apart[name] = now + (self._time(self._pace.retry(looks)) if soon is None else soon)

    def refused(self, now: float) -> None:
        """The scope cannot be listed: look at its jobs singly, and try again ever later."""
        self._listed_from = now + self._pace.latest * 2 ** min(self._refusals, DOUBLINGS)
        self._refusals += 1

    def listable(self) -> None:
        """The scope can be listed, as far as anybody knows."""
        self._refusals, self._listed_from = 0, -inf

    def settle(self, names: Collection[str]) -> None:
        """Jobs that need no look any more."""
        for name in names:
            self._stirred.pop(name, None)
            self._apart.pop(name, None)
        self.blocked.difference_update(names)

    def block(self, name: str) -> None:
        """It is no use to ask for a job, until it is stirred again."""
        self._stirred.pop(name, None)
        self.blocked.add(name)

    def looked(self, plan: Plan, now: float, *, calls: int = 0) -> None:
        """What was planned has been looked at. ``calls``: how many a list took, with those for jobs that no list shows."""
        self._calls = calls or self._calls
        if plan.names is None:
            self._due = now + self._time(self._pace.interval(now - self._since))
        for name in list(self._stirred) if plan.names is None else plan.names:
            if name in self._stirred:
                self._rest(name, now)

    def _rest(self, name: str, now: float) -> None:
        since = self._stirred[name].since
        wait = self._pace.interval(now - since)
        if wait >= self._pace.interval(now - self._since):
            del self._stirred[name]  # the look that all have in common comes as soon
        else:
            self._stirred[name] = _Stirred(since, now + self._time(wait))

    def pauses(self) -> Sequence[float]:
        """How long to wait before each further try of a page, while all other looks wait, too."""
        return [self._time(self._pace.retry(failures)) for failures in range(1, TRIES + 1)]

    def retry(self, name: str | None, now: float, *, failures: int, after: float | None = None) -> None:
        """Look again at a job that could not be looked at so many times, or at all of them (None), when it may be of use."""
        due = now + max(self._time(self._pace.retry(failures)), after or 0.0)
        if after is not None:
            self._hold = max(self._hold, now + after)  # the service spoke of all calls, not of this job
        if name is None:
            self._due = due
            self._stirred = {one: job._replace(due=max(job.due, due)) for one, job in self._stirred.items()}
            self._apart = {one: max(time, due) for one, time in self._apart.items()}
        elif name in self._apart:
            self._apart[name] = due
        else:
            self._stirred[name] = _Stirred(self._stirred[name].since if name in self._stirred else now, due)

    def _time(self, seconds: float) -> float:
        return self._pace.jittered(seconds, self._random)
