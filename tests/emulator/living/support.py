"""Plans told as texts, so that a test reads like a life."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING, Any

from jobstates import DataflowJob, Job, VertexJob
from jobstates.emulator.living.life import Life
from jobstates.emulator.living.planning import planner_of
from jobstates.platforms import platforms

if TYPE_CHECKING:
    from jobstates.emulator.living.plan import Plan, Step
    from jobstates.spec.arrow import Arrow

CUSTOM = VertexJob(kind="customJobs")
MONITORING = VertexJob(kind="modelDeploymentMonitoringJobs")
TUNING = VertexJob(kind="tuningJobs")
BATCH = DataflowJob(type="batch")
STREAMING = DataflowJob(type="streaming")


def planned(job: Job, life: object = None, seed: int = 0) -> Plan:
    return planner_of(job).plan(job, Life.model_validate({} if life is None else life), seed)


def told(plan: Plan) -> str:
    """``0 QUEUED, 1 RUNNING, 2 SUCCEEDED``: when each state begins."""
    return ", ".join(f"{begins:g} {step.state.name}" for begins, step in zip(plan.begins, plan.steps, strict=True))


def rest(plan: Plan) -> str:
    """``RUNNING 3, DONE``: what waits to be asked for."""
    return ", ".join(_waiting(step) for step in plan.rest)


def _waiting(step: Step) -> str:
    return step.state.name if step.lasts == inf else f"{step.state.name} {step.lasts:g}"


def ways(job: Job, plan: Plan, after: float, event: str) -> list[Arrow]:
    """What an event can lead to from the state a plan is in."""
    lifecycle = platforms()[job.platform].lifecycle
    state = plan.steps[plan.index(after)].state
    return [arrow for arrow in lifecycle.allowed(state, job) if arrow.event == event]


def asked(job: Job, plan: Plan, event: str, after: float, life: Any = None) -> Plan:
    """The plan after a request."""
    given = Life.model_validate({} if life is None else life)
    return planner_of(job).asked(job, given, plan, after, ways(job, plan, after, event))
