"""From a life to a plan: which arrows of the lifecycle a job takes, and when.

The lifecycle is asked for everything: what leads where, what is open to this job, what was asked for by a request. Where a
script does not say, a job does what is best for its kind in the fewest steps.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from math import inf
from typing import TYPE_CHECKING

from jobstates.emulator.living.plan import Plan, Step
from jobstates.errors import InputError
from jobstates.platforms import platforms
from jobstates.spec.job import Intent
from jobstates.spec.state import Outcome, Phase
from jobstates.spec.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from jobstates.emulator.living.life import Life, Stay
    from jobstates.spec.arrow import Arrow
    from jobstates.spec.job import Job
    from jobstates.spec.lifecycle import Lifecycle, Route
    from jobstates.spec.state import JobState

FAREST = 30
"""Steps of a drawn walk, before it goes straight to an end."""


class IllegalLife(InputError):
    """A life that the lifecycle does not allow a job."""


@dataclass(frozen=True)
class Planner:
    """Plans the lives of one platform's jobs."""

    lifecycle: Lifecycle
    pace: float = 1.0
    """Seconds that a state lasts unless a life says otherwise."""

    def plan(self, job: Job, life: Life, seed: int = 0) -> Plan:
        """What a life comes to for a job.

        Args:
            job: what is known of it.
            life: its life.
            seed: added to the seed of a drawn walk, so that many jobs of one script differ.

        Raises:
            IllegalLife: when the life is none for such a job.
            UnknownState: when it names a state that the lifecycle has not.
            UnknownEvent: when it names an event that the lifecycle has not.
        """
        for event in life.answers:
            self.lifecycle.event(event)
        if life.states is not None:
            return Plan.of(self._scripted(job, life, life.states, self.lifecycle.initial))
        if life.walk is not None:
            return Plan.of(self._drawn(job, life, random.Random(f"{life.walk}+{seed}")))  # noqa: S311  # no secret
        route = self._good(job, self.lifecycle.initial) if life.outcome is None else self._ending(job, life.outcome)
        return Plan.of(self._timed(route, self._pace(life)))

    def asked(self, job: Job, life: Life, plan: Plan, after: float, arrows: Sequence[Arrow]) -> Plan:
        """The plan of a job of which something was asked: what it was until now, and what becomes of the request.

        Args:
            job: what is known of it.
            life: its life, which may answer the request in its own way.
            plan: its plan until now.
            after: how many seconds after its creation it was asked.
            arrows: what the request can lead to from the state it is in, the likeliest first.

        Raises:
            IllegalLife: when the life's answer is none for such a job.
        """
        past, interrupted = plan.cut(after)
        waiting = plan.rest if plan.until(after) == inf else ()
        for arrow in arrows:
            if waiting and waiting[0].state is arrow.target:
                return Plan.of((_by(waiting[0], arrow, arrows), *waiting[1:]), past, after)
        if (answer := life.answers.get(arrows[0].event)) is None:
            steps = self._timed((arrows[0], *self._onward(job, arrows[0])), self._pace(life))
        elif answer:
            steps = self._scripted(job, life, answer, arrows[0].source)
        else:
            return plan
        return Plan.of(_joined(steps, interrupted), past, after)

    def home(self, job: Job) -> JobState | None:
        """The state in which a job of this kind does its work."""
        return next((arrow.target for arrow in self._best(job) if arrow.target.phase is Phase.ACTIVE), None)

    def _pace(self, life: Life) -> float:
        return self.pace if life.pace is None else life.pace

    def _best(self, job: Job) -> Route:
        """The shortest way to success; for a kind that never succeeds, to where it works."""
        begin, states = self.lifecycle.initial, self.lifecycle.states
        return self._nearest(begin, (state for state in states if state.outcome is Outcome.SUCCEEDED), job) or self._nearest(
            begin, (state for state in states if state.phase is Phase.ACTIVE), job
        )

    def _nearest(self, start: JobState, goals: Iterable[JobState], job: Job) -> Route:
        routes = (self.lifecycle.route(start, goal, job) for goal in goals)
        return min((route for route in routes if route), key=len, default=())

    def _good(self, job: Job, start: JobState) -> Route:
        """The best that can become of a job from here, by itself."""
        home = self.home(job)
        succeeded = () if job.endless else (state for state in self.lifecycle.states if state.outcome is Outcome.SUCCEEDED)
        return self._nearest(start, succeeded, job) or self._nearest(start, [home] if home else [], job)

    def _ending(self, job: Job, outcome: Outcome) -> Route:
        """The shortest life that runs, if it can, and ends in an outcome."""
        ends = [state for state in self.lifecycle.states if state.outcome is outcome]
        working: list[Arrow] = []
        for arrow in self._best(job):
            working.append(arrow)
            rest = self._nearest(arrow.target, ends, job) if arrow.target.phase is Phase.ACTIVE else ()
            if rest and all(one.target.phase is not Phase.WAITING for one in rest):
                return (*working, *rest)
        if route := self._nearest(self.lifecycle.initial, ends, job):
            return route
        raise IllegalLife(f"{_described(job)} cannot end {outcome}: {_outcomes(self.lifecycle, job)}")

    def _onward(self, job: Job, asked: Arrow) -> Route:
        """What a request leads to after its first step, when nothing gets in its way."""
        state = asked.target
        if state.terminal or state.resumable or (state.phase is Phase.WAITING and asked.source.phase is Phase.ACTIVE):
            return ()
        if state.phase is Phase.STOPPING:
            intent = Intent(request=asked.event)
            ends = (end for end in self.lifecycle.states if end.outcome and _asked_for(end.outcome, intent))
            return self._nearest(state, ends, job)
        if state.phase is Phase.PAUSED:
            return self._nearest(state, (one for one in self.lifecycle.states if one.resumable), job)
        return self._good(job, state)

    def _timed(self, route: Route, pace: float) -> tuple[Step, ...]:
        lasting = [pace] * (len(route) - 1) + [inf]
        return tuple(Step(arrow.target, arrow, lasts) for arrow, lasts in zip(route, lasting, strict=True))

    def _scripted(self, job: Job, life: Life, stays: Sequence[Stay], state: JobState) -> tuple[Step, ...]:
        steps: list[Step] = []
        asked = False
        for place, stay in enumerate(stays):
            following = self.lifecycle.state(stay.state)
            arrow = self._arrow(job, stay, state, following, asked=asked)
            if arrow is None and not life.unchecked:
                raise IllegalLife(f"states[{place}]: {self._why_not(job, stay, state, following)}")
            asked = stay.lasts == "asked"
            last = place == len(stays) - 1
            lasts = inf if last or stay.lasts == "asked" else self._pace(life) if stay.lasts is None else stay.lasts
            steps.append(Step(following, arrow, lasts, stay))
            state = following
        return tuple(steps)

    def _arrow(self, job: Job, stay: Stay, source: JobState, target: JobState, *, asked: bool) -> Arrow | None:
        """The arrow that a script means: the one it names, the request it waits for, else the likeliest."""
        if stay.by is not None:
            self.lifecycle.event(stay.by)
        if stay.by is None and not asked:
            return self.lifecycle.straight(source, target, job)
        for arrow in self.lifecycle.between(source, target):
            if arrow.forbidden_by(job) is None and stay.by in (None, arrow.event) and (arrow.request or not asked):
                return arrow
        return None

    def _why_not(self, job: Job, stay: Stay, source: JobState, target: JobState) -> str:
        step = f"{target.name} cannot follow {source.name}" + (f" by {stay.by}" if stay.by else "")
        can = ", ".join(dict.fromkeys(f"{one.target.name} ({one.event})" for one in self.lifecycle.allowed(source, job)))
        closed = [arrow for arrow in self.lifecycle.between(source, target) if stay.by in (None, arrow.event)]
        because = f": the guard {closed[0].forbidden_by(job) or 'of a request'} forbids it" if closed else ""
        return f"{step} for {_described(job)}{because}. What can: {can or 'nothing'}"

    def _drawn(self, job: Job, life: Life, dice: random.Random) -> tuple[Step, ...]:
        route = tuple(self._wandering(job, dice))
        timed = [dice.uniform(0.1, 2.0) * self._pace(life) for _ in route[:-1]]
        return tuple(Step(arrow.target, arrow, lasts) for arrow, lasts in zip(route, (*timed, inf), strict=True))

    def _wandering(self, job: Job, dice: random.Random) -> Iterator[Arrow]:
        state = self.lifecycle.initial
        for _ in range(FAREST):
            ways = self.lifecycle.allowed(state, job)
            if not ways:
                return
            yield (arrow := dice.choice(ways))
            state = arrow.target
        yield from self._nearest(state, (end for end in self.lifecycle.states if end.terminal), job)


def kinds() -> Iterator[Job]:
    """Every kind of job of every platform, and of every type where a platform tells types apart."""
    for machine in platforms().values():
        job_type = machine.lifecycle.job_type
        choices = job_type.choices()
        for kind in choices["kind"]:
            yield job_type(kind=kind)
            yield from (job_type.model_validate({"kind": kind, "type": one}) for one in choices.get("type", ()))


def planner_of(job: Job) -> Planner:
    """Who plans the lives of such jobs."""
    return Planner(platforms()[job.platform].lifecycle)


def _by(step: Step, arrow: Arrow, arrows: Sequence[Arrow]) -> Step:
    """A step that is taken because it was asked for: by the arrow that the script means, if the request can mean it."""
    return step if step.arrow in arrows else replace(step, arrow=arrow)


def _joined(steps: tuple[Step, ...], interrupted: tuple[Step, ...]) -> tuple[Step, ...]:
    """The steps of a request, and behind them what it interrupted, if it comes back to that."""
    last = steps[-1]
    if last.state.terminal:
        return steps
    if last.state is interrupted[0].state:
        return (*steps[:-1], replace(interrupted[0], arrow=last.arrow), *interrupted[1:])
    return (*steps, *interrupted)


def _asked_for(outcome: Outcome, intent: Intent) -> bool:
    """Whether an outcome is good only because it was asked for."""
    return Verdict.of(outcome) is not Verdict.GOOD and Verdict.of(outcome, intent) is Verdict.GOOD


def _described(job: Job) -> str:
    facts = " ".join(f"{name}={value}" for name, value in sorted(job.known().items()) if value is not None)
    return f"a {job.platform} job ({facts})" if facts else f"a {job.platform} job"


def _outcomes(lifecycle: Lifecycle, job: Job) -> str:
    found = sorted({state.outcome.value for state in lifecycle.reachable(job) if state.outcome})
    return f"it can end {', '.join(found)}" if found else "it does not end by itself"
