"""Which Dataflow job replaces which: because a client asked for it, or because a script's life ends so.

A client that follows a replaced job must find the one that replaces it. So wherever a plan ends in UPDATED there is a successor,
created at that moment; and when a request changes the plan, the successor comes at another time, or not at all.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from jobstates.emulator.living.life import Life
from jobstates.emulator.serving.dataflow_jobs import Resource, ident, job_name, successor
from jobstates.spec.arrow import Actor
from jobstates.spec.state import Outcome

if TYPE_CHECKING:
    from jobstates.emulator.living.plan import Plan
    from jobstates.emulator.living.world import Batch, LiveJob, Origin
    from jobstates.emulator.serving.dataflow_jobs import Catalogue
    from jobstates.emulator.serving.shared import Shared
    from jobstates.spec.arrow import Arrow


class Succession:
    """Creates jobs, and the jobs that replace them."""

    def __init__(self, shared: Shared, catalogue: Catalogue) -> None:
        self._shared = shared
        self._world = shared.world
        self._catalogue = catalogue

    def add(self, origin: Origin, *, created: float, count: int = 1, every: float = 0.0) -> Batch:
        """Create jobs, and those that are to replace them if their life says so.

        Raises:
            IllegalLife: when their life is none for such a job.
        """
        batch = self._world.add(origin, count=count, created=created, every=every)
        self._catalogue.enter(batch)
        if batch.plan and _replaced(batch.plan):
            kept: Resource = origin.resource
            followers = self._followers(origin, kept.name, batch.first)
            kept.replaced_by = self.add(followers, created=created + batch.plan.begins[-1], count=count, every=every).first
        return batch

    def settle(self, job: LiveJob, now: float) -> None:
        """Let the job that is to replace one come when its plan, which was changed, says so."""
        due = job.created + job.plan.begins[-1] if _replaced(job.plan) else None
        there = self._successor(job)
        if there and there.created > now and there.created != due:
            self._withdraw(job, there)
            there = None
        if due is not None and there is None:
            followers = self._followers(job.origin, job_name(job), job.number)
            self.link(job, self.add(followers, created=due).first)

    def ways(self, job: LiveJob, now: float) -> tuple[Arrow, ...]:
        """How the service replaces a job at a time; empty when it cannot."""
        return tuple(
            arrow
            for arrow in job.origin.planner.lifecycle.allowed(job.step(now).state, job.origin.facts, Actor.SERVICE)
            if arrow.target.outcome is Outcome.REPLACED
        )

    def check(self, job: LiveJob, now: float) -> None:
        """Refuse to replace what cannot be replaced.

        Raises:
            Refused: when the job has ended, or the lifecycle does not let it be replaced in its state.
        """
        if not self.ways(job, now):
            state, rules = job.step(now).state, self._shared.undocumented
            code = rules.ended if state.terminal else rules.wrong_state
            self._shared.answer(code, f"job {ident(job)} is in state {state.value}: it cannot be replaced; {_why_not(job)}")

    def leave(self, job: LiveJob, now: float) -> None:
        """Stop a job because another replaces it.

        That is when the check of both is over, which takes as long as a state lasts; at once where the job would end before.
        """
        pace = job.origin.life.pace
        checked = now + (self._shared.pace if pace is None else pace)
        at = checked if self.ways(job, checked) else now
        if (there := self._successor(job)) and there.created > now:
            self._withdraw(job, there)
        if ways := self.ways(job, at):
            self._world.ask(job, ways, at)

    def link(self, job: LiveJob, number: int) -> None:
        """Note which job replaces one."""
        job.changed["replaced_by"] = (job.created, number)
        self._world.touch(job)

    def _successor(self, job: LiveJob) -> LiveJob | None:
        number = successor(job)
        return None if number is None else self._world.find(number)

    def _withdraw(self, job: LiveJob, there: LiveJob) -> None:
        """Let a job never come that was to replace one."""
        self._world.delete(there, there.created)
        job.changed["replaced_by"] = (job.created, None)
        self._world.touch(job)

    def _followers(self, origin: Origin, name: str, first: int) -> Origin:
        """Where jobs come from that replace others: alike, and living the default life."""
        kept: Resource = origin.resource
        return replace(origin, life=Life(), resource=Resource(kept.job, name, replaces=first), ident="")


def _replaced(plan: Plan) -> bool:
    return plan.steps[-1].state.outcome is Outcome.REPLACED


def _why_not(job: LiveJob) -> str:
    facts = job.origin.facts
    arrows = (arrow for arrow in job.origin.planner.lifecycle.arrows if arrow.target.outcome is Outcome.REPLACED)
    closed = next((guard for arrow in arrows if (guard := arrow.forbidden_by(facts))), None)
    return f"the guard {closed} forbids it" if closed else "only a running streaming job can"
