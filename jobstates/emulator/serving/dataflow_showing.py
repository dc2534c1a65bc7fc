"""What the Dataflow service says of a job, as the comments of the resource's fields say it.

Google's ``JobView``: a summary has "Project ID, Job ID, job name, job type, job status, start/end time, and Cloud SDK version
details"; lists are summaries always.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from google.protobuf.json_format import ParseDict

from jobstates.emulator.serving.dataflow_jobs import current, ident, job_name, names, predecessor, successor
from jobstates.platforms.dataflow import DataflowJobState
from jobstates.spec.state import Outcome, Phase

if TYPE_CHECKING:
    from google.protobuf.message import Message

    from jobstates.emulator.living.world import LiveJob
    from jobstates.emulator.serving.faults import Lens
    from jobstates.emulator.serving.shared import Shared
    from jobstates.spec.state import JobState

TYPES = {"batch": 1, "streaming": 2}
"""The numbers of ``JobType``."""
SUMMARY = 1
"""The number of ``JOB_VIEW_SUMMARY``."""


class DataflowShowing:
    """Shows Dataflow jobs."""

    def __init__(self, shared: Shared) -> None:
        self._world = shared.world
        self._pool = shared.schema.pool
        self._numbers = {state.value: state.number for state in DataflowJobState}
        self.message = shared.schema.message("google.dataflow.v1beta3.Job")

    def show(self, job: LiveJob, lens: Lens, view: int = 0) -> Message:
        """A job as a call sees it."""
        shown: Message = self.message()
        self.fill(shown, job, lens, view)
        return shown

    def created(self, job: LiveJob, lens: Lens, view: int = 0) -> Message:
        """A job as the call sees it that creates it: published responses have no state, and the beginning of time as its time."""
        shown: Any = self.show(job, lens, view)
        shown.ClearField("current_state")
        shown.current_state_time.Clear()
        shown.current_state_time.SetInParent()
        return shown  # type: ignore[no-any-return]  # made by a descriptor pool

    def fill(self, shown: Any, job: LiveJob, lens: Lens, view: int) -> None:  # noqa: ANN401  # made by a descriptor pool
        """Fill a message with a job as a call sees it."""
        called = names(job) if lens.faults else ()
        now = max(lens.at(called), job.created) if lens.faults else lens.now
        kept = current(job, now)
        shown.CopyFrom(kept.summary if view == SUMMARY else kept.job)
        facts = job.origin.facts
        shown.id, shown.name = ident(job), job_name(job)
        _, shown.project_id, _, shown.location = job.origin.scope.split("/")
        shown.type = TYPES.get(facts.type or "", 0)  # type: ignore[attr-defined]  # the facts are a DataflowJob
        shown.pausable = facts.pausable is True  # type: ignore[attr-defined]
        state = job.step(now).state
        shown.current_state = lens.state(state.number, called) if lens.faults else state.number
        self._asked(shown, job, now)
        self._others(shown, job, state)
        for _, past in job.past(now):
            if past.stay is not None and past.stay.fields:
                ParseDict(dict(past.stay.fields), shown, descriptor_pool=self._pool)

    def _asked(self, shown: Any, job: LiveJob, now: float) -> None:  # noqa: ANN401
        """The times, and what was asked for last."""
        _set(shown.current_state_time, job.since(now))
        _set(shown.create_time, job.created)
        if (started := started_at(job, now)) is not None:
            _set(shown.start_time, started)
        if job.asked and (asked := [one.request.requested_state for one in job.asked if one.at <= now]):
            shown.requested_state = self._numbers[asked[-1]]

    def _others(self, shown: Any, job: LiveJob, state: JobState) -> None:  # noqa: ANN401
        """Which job it replaces; and which replaces it, once that is so."""
        if (older := predecessor(job)) is not None and (replaced := self._world.find(older)):
            shown.replace_job_id = ident(replaced)
        newer = successor(job) if state.outcome is Outcome.REPLACED else None
        if newer is not None and (replacing := self._world.find(newer)):
            shown.replaced_by_job_id = ident(replacing)


def started_at(job: LiveJob, now: float) -> float | None:
    """When a job was started.

    Of a FlexRS job that is when it leaves the queue, so "start_time is unset before start"; "For other jobs, start_time always
    equals to create_time" (the comment of the field).
    """
    if not job.origin.facts.flexrs:  # type: ignore[attr-defined]  # the facts are a DataflowJob
        return job.created
    past = job.past(now)
    return next((at for at, step in past if step.state is DataflowJobState.PENDING or step.state.phase is Phase.ACTIVE), None)


def _set(timestamp: Any, seconds: float) -> None:  # noqa: ANN401
    micros = round(seconds * 1_000_000)
    timestamp.seconds, timestamp.nanos = micros // 1_000_000, micros % 1_000_000 * 1000
