"""Short words for stories: a job, its looks, and what was told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jobstates import DataflowJob, DataflowJobMachine, Lifecycle, Record, VertexJob, VertexJobMachine, VertexPipelineMachine
from jobstates.spec.follow import Policy, Step, follow

if TYPE_CHECKING:
    from jobstates import Finding, Job, JobEvent, JobState, Observation

DATAFLOW = Lifecycle.of(DataflowJobMachine)
VERTEX = Lifecycle.of(VertexJobMachine)
PIPELINE = Lifecycle.of(VertexPipelineMachine)
BATCH = DataflowJob(name="job", type="batch")
STREAMING = DataflowJob(name="job", type="streaming")
CUSTOM = VertexJob(name="customJobs/1")


def believed(lifecycle: Lifecycle, job: Job, state: JobState | None = None, **known: Any) -> Record:
    """What was believed before the look."""
    return Record.unseen(lifecycle, job)._replace(state=state or lifecycle.initial, **known)


def look_at(lifecycle: Lifecycle, record: Record, look: Observation, policy: Policy = Policy.ADOPT) -> Step:
    return follow(lifecycle, record.job, record, look, policy=policy)


def steps(step: Step) -> list[tuple[str, str, str]]:
    """The way that was taken."""
    return [(event.event, event.source.split("STATE_")[-1], event.target.split("STATE_")[-1]) for event in step.events]


def told(message: JobEvent | Finding) -> dict[str, Any]:
    """All that a message says, without what it leaves at the default."""
    return message.model_dump(exclude_defaults=True)
