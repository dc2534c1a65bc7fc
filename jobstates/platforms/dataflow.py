"""Dataflow ``JobState``: what may follow what, who may cause it, and who says so.

Google's sentences on this enum were written over ten years and forbid one another in places. We read them so: a state's own list
of ways out ("may only transition to ...") is more specific than a general sentence about the target ("may only be set ..."), and
a newer source wins over an older one. An arrow that one sentence grants and another forbids stays in the table, contested, with
both.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self

from pydantic import Field, field_validator
from statemachine.states import States

from jobstates.machine import SERVICE, JobMachine, arrow
from jobstates.spec.arrow import Request
from jobstates.spec.citation import Source, assumed, seen
from jobstates.spec.job import Intent, Job, Kind
from jobstates.spec.state import JobState, Outcome, Phase, Wire

if TYPE_CHECKING:
    from datetime import datetime

    from jobstates.spec.arrow import Arrow

READ = date(2026, 11, 22)
CLIENT = "google-cloud-dataflow-client 0.14.1"
TYPES = "google.cloud.dataflow_v1beta3.types"
RPC = "https://cloud.google.com/dataflow/docs/reference/rpc/google.dataflow.v1beta3"
GUIDES = "https://docs.cloud.google.com/dataflow/docs/guides"

JOB_STATE = Source("JobState", f"{RPC}#jobstate", READ, CLIENT, f"{TYPES}.JobState")
JOB = Source("Job", f"{RPC}#job", READ, CLIENT, f"{TYPES}.Job")
REST = Source(
    "JobState (REST)",
    "https://cloud.google.com/dataflow/docs/reference/rest/v1b3/projects.jobs#jobstate",
    READ,
    "revision 20261018",
)
STOP_GUIDE = Source("Stop a running pipeline", f"{GUIDES}/stopping-a-pipeline", READ, "last updated 2026-04-10")
PAUSE_GUIDE = Source("Pause a job", f"{GUIDES}/pause-job", READ, translated=True)
FLEXRS = Source("FlexRS", "https://cloud.google.com/dataflow/docs/guides/flexrs", READ, translated=True)
GCLOUD_PAUSE = Source(
    "gcloud dataflow jobs pause", "https://docs.cloud.google.com/sdk/gcloud/reference/dataflow/jobs/pause", READ, "SDK 578.0.0"
)


def _update(state: str, *labels: tuple[str, str]) -> Request:
    return Request("UpdateJob", f"JOB_STATE_{state}", labels)


ASK_CREATE = Request("CreateJob")
ASK_START, ASK_STOP, ASK_DONE = _update("RUNNING"), _update("STOPPED"), _update("DONE")
ASK_CANCEL, ASK_DRAIN, ASK_PAUSE, ASK_RESUME = _update("CANCELLED"), _update("DRAINED"), _update("PAUSING"), _update("RUNNING")
ASK_FORCE = _update("CANCELLED", ("force_cancel_job", "true"))

ONLY_FROM_RUNNING = "This state may only be set by the Cloud Dataflow service, and only as a transition from `JOB_STATE_RUNNING`."
FROM_RUNNING = JOB_STATE.quote(ONLY_FROM_RUNNING)
QUEUED_ENDS = "Jobs that are queued may only transition to `JOB_STATE_PENDING` or `JOB_STATE_CANCELLED`."
PENDING_ENDS = "Jobs that are pending may only transition to `JOB_STATE_RUNNING`, or `JOB_STATE_FAILED`."
CANCELLING_ENDS = "Jobs that are cancelling may only transition to `JOB_STATE_CANCELLED` or `JOB_STATE_FAILED`."
DRAINING_ENDS = "Jobs that are draining may only transition to `JOB_STATE_DRAINED`, `JOB_STATE_CANCELLED`, or `JOB_STATE_FAILED`."
ONLY_BY_UPDATE = JOB_STATE.quote("This state may only be set via a Cloud Dataflow `UpdateJob` call")
OLDER = "the other sentence is older than the states it leaves out; what is said of this one is followed"
UNLESS_TERMINAL = "only if the job has not yet reached another terminal state"
SWITCH = "to switch between the states `JOB_STATE_STOPPED` and `JOB_STATE_RUNNING`"
DONE_BY_UPDATE = "It may also be set via a Cloud Dataflow `UpdateJob` call, if the job has not yet reached a terminal state."
DRAIN_BY_UPDATE = (
    "This state may be set via a Cloud Dataflow `UpdateJob` call, but only as a transition from `JOB_STATE_RUNNING`."
)
CREATED = "Jobs are created in the `JOB_STATE_STOPPED` state unless otherwise specified."
STARTED = "The timestamp when the job was started (transitioned to JOB_STATE_PENDING)."
ENQUEUED = "the Dataflow service places the job into a queue"
FROM_RUNNING_TO_CANCELLED = "to change a job's state from `JOB_STATE_RUNNING` to `JOB_STATE_CANCELLED`"
CANCELLING_ON_REQUEST = "can transition to `JOB_STATE_CANCELLING` if cancellation is requested"
PAUSE_FAILS = "can transition back to `JOB_STATE_RUNNING` if the pause fails to complete."
CANCELLED_WHILE_PENDING = (
    assumed("the target's own sentence allows it from every state that is not terminal")
    .also(JOB_STATE.quote(UNLESS_TERMINAL))
    .but(JOB_STATE.quote(PENDING_ENDS))
)
CLEANED_UP = "the batch job's associated resources are currently being cleaned up after a successful run"
FORCE_AFTER = timedelta(minutes=30)
JOB_ID = re.compile(r"\d{4}-\d\d-\d\d_\d\d_\d\d_\d\d-\d+")


def _wire(number: int, name: str, phase: Phase, quote: str, outcome: Outcome | None = None, **predicates: bool) -> Wire:
    return Wire(f"JOB_STATE_{name}", number, phase, JOB_STATE.says(quote), outcome, **predicates)


class DataflowJobState(JobState):
    """The fifteen values of ``google.dataflow.v1beta3.JobState``.

    PAUSING and PAUSED came in March 2026. The client library still says of them that they are not implemented; the REST reference
    and gcloud describe them as working, and are newer.
    """

    UNKNOWN = _wire(0, "UNKNOWN", Phase.UNSPECIFIED, "The job's run state isn't specified.")
    STOPPED = _wire(1, "STOPPED", Phase.WAITING, "indicates that the job has not yet started to run.")
    RUNNING = _wire(2, "RUNNING", Phase.ACTIVE, "indicates that the job is currently running.")
    DONE = _wire(3, "DONE", Phase.TERMINAL, "indicates that the job has successfully completed.", Outcome.SUCCEEDED)
    FAILED = _wire(4, "FAILED", Phase.TERMINAL, "indicates that the job has failed.", Outcome.FAILED)
    CANCELLED = _wire(5, "CANCELLED", Phase.TERMINAL, "indicates that the job has been explicitly cancelled.", Outcome.CANCELLED)
    UPDATED = _wire(6, "UPDATED", Phase.TERMINAL, "indicates that the job was successfully updated", Outcome.REPLACED)
    DRAINING = _wire(
        7, "DRAINING", Phase.STOPPING, "A draining job has stopped pulling from its input sources", accepts_input=False
    )
    DRAINED = _wire(8, "DRAINED", Phase.TERMINAL, "indicates that the job has been drained.", Outcome.DRAINED)
    PENDING = _wire(9, "PENDING", Phase.WAITING, "indicates that the job has been created but is not yet running.")
    CANCELLING = _wire(10, "CANCELLING", Phase.STOPPING, "has been explicitly cancelled and is in the process of stopping.")
    QUEUED = _wire(11, "QUEUED", Phase.WAITING, "has been created but is being delayed until launch.")
    RESOURCE_CLEANING_UP = _wire(12, "RESOURCE_CLEANING_UP", Phase.ACTIVE, CLEANED_UP, accepts_input=False)
    PAUSING = Wire(
        "JOB_STATE_PAUSING",
        13,
        Phase.PAUSED,
        REST.says("indicates that the job is in the process of pausing.").but(
            JOB_STATE.quote("`JOB_STATE_PAUSING` is not implemented yet.")
        ),
        resumable=False,
    )
    PAUSED = Wire(
        "JOB_STATE_PAUSED",
        14,
        Phase.PAUSED,
        REST.says("indicates that the job is not currently processing.").but(
            JOB_STATE.quote("`JOB_STATE_PAUSED` is not implemented yet.")
        ),
    )


D = DataflowJobState


REQUESTS = {D.CANCELLED: "cancel", D.DRAINED: "drain", D.DRAINING: "drain"}
"""What asking for a state means, where the end is judged by it. Beam asks for DRAINING, the others for DRAINED."""


class DataflowJob(Job):
    """The facts about a Dataflow job.

    >>> DataflowJob(name="2026-01-01_00_00_00-123", type="streaming").is_streaming
    True
    """

    platform = "dataflow"
    kinds: ClassVar[tuple[Kind, ...]] = (
        Kind(
            "jobs",
            "Job",
            "projects/{project_id}/locations/{location}/jobs/{job_id}",
            frozenset(D) - {D.UNKNOWN},
            frozenset({"cancel", "drain", "force_cancel", "mark_done", "pause", "resume", "start", "stop"}),
        ),
    )

    kind: str | None = "jobs"
    state: DataflowJobState | None = Field(default=None, exclude=True, repr=False)
    type: Literal["batch", "streaming"] | None = None
    """``batch`` or ``streaming``; Google's ``JOB_TYPE_STREAMING`` is understood, too."""
    flexrs: bool | None = None
    """Whether flexible resource scheduling queues the job."""
    flex_template: bool | None = None
    """Whether a Flex Template launches the job."""
    pausable: bool | None = None
    """Google's ``Job.pausable``: whether the job can be paused."""
    pause_on_failure: bool | None = None
    """Whether the job was run with the service option ``pause_on_failure``."""
    cleans_up: bool | None = None
    """Whether the project has opted in to the state RESOURCE_CLEANING_UP."""
    replaced_by: str | None = None
    """Google's ``replaced_by_job_id``. An empty text says that no other job replaces this one."""
    requested_state: DataflowJobState | None = None
    """Google's ``requested_state``: the last UpdateJob request, where a look tells it."""
    switched: bool = False
    """Whether this job is started and stopped by UpdateJob requests. No client in use does that, so it is off unless said."""
    cancel_age: timedelta | None = None
    """How long ago a regular cancel was asked for."""

    @classmethod
    def kind_of(cls, name: str) -> str | None:
        """A job's id alone is enough, too: nothing else looks like it."""
        return "jobs" if JOB_ID.fullmatch(name) else super().kind_of(name)

    @field_validator("type", mode="before")
    @classmethod
    def _spelled(cls, value: Any) -> Any:  # noqa: ANN401
        """Understand Google's names and numbers for the type; 0 means that it is not known."""
        name = str(getattr(value, "name", value)).upper().removeprefix("JOB_TYPE_")
        return {"BATCH": "batch", "STREAMING": "streaming", "1": "batch", "2": "streaming"}.get(
            name, None if name in ("0", "UNKNOWN", "NONE") else value
        )

    @field_validator("requested_state", mode="before")
    @classmethod
    def _coerced(cls, value: Any) -> Any:  # noqa: ANN401
        return DataflowJobMachine.lifecycle.coerce(value) or value

    @property
    def asked(self) -> Intent | None:
        """What was asked here; else by the UpdateJob request that a look told of."""
        if self.intent is None and self.requested_state in REQUESTS:
            return Intent(request=REQUESTS[self.requested_state])
        return self.intent

    def has_asked(self, arrow: Arrow) -> bool:
        """Whether somebody is known to have asked for an arrow: here, or by a request that a look told of."""
        request = arrow.request
        if request is not None and not request.labels and request.requested_state == self.requested_state:
            return True
        return super().has_asked(arrow)

    @property
    def endless(self) -> bool:
        """Google's JobType: "A continuously streaming job with no end"."""
        return self.type == "streaming"

    def at_time(self, now: datetime) -> Self:
        """The same job, knowing how long ago a cancel was asked for here."""
        if self.intent is None or self.intent.request != "cancel" or self.intent.at is None:
            return self
        return self.model_copy(update={"cancel_age": now - self.intent.at})

    @property
    def successor(self) -> str | None:
        """Google's ``replaced_by_job_id``."""
        return self.replaced_by or None

    @property
    def is_streaming(self) -> bool:
        """Not known to be batch."""
        return self.type != "batch"

    @property
    def is_batch(self) -> bool:
        """Not known to be streaming."""
        return self.type != "streaming"

    @property
    def starts_at_once(self) -> bool:
        """Not known to wait for flexible resource scheduling."""
        return self.flexrs is not True

    @property
    def can_queue(self) -> bool:
        """Not known to be launched at once: FlexRS, which is for batch jobs, or a Flex Template."""
        return (self.is_batch and self.flexrs is not False) or self.flex_template is not False

    @property
    def is_flexrs(self) -> bool:
        """Not known to be scheduled at once."""
        return self.is_batch and self.flexrs is not False

    @property
    def is_pausable(self) -> bool:
        """A batch job, as far as known, that the service does not call unpausable."""
        return self.is_batch and self.pausable is not False

    @property
    def pauses_on_failure(self) -> bool:
        """Not known to run without the service option."""
        return self.is_pausable and self.pause_on_failure is not False

    @property
    def has_successor(self) -> bool:
        """A streaming job, as far as known, that is not known to have no successor."""
        return self.is_streaming and self.replaced_by != ""

    @property
    def has_cleanup(self) -> bool:
        """A batch job, as far as known, of a project that is not known to have stayed out."""
        return self.is_batch and self.cleans_up is not False

    @property
    def is_switched(self) -> bool:
        """Somebody starts and stops this job by request; off unless it is known."""
        return self.switched or self.requested_state is D.STOPPED

    @property
    def cancel_is_old_enough(self) -> bool:
        """A regular cancel is not known to be younger than 30 minutes."""
        return self.cancel_age is None or self.cancel_age >= FORCE_AFTER


class DataflowJobMachine(JobMachine):
    """Dataflow ``JobState``. Cancel and drain ask for the state they end in; pause asks for the one on the way."""

    job_type = DataflowJob
    title = "Dataflow job"
    spine = "UNKNOWN QUEUED PENDING RUNNING DONE"
    drawn = (
        "UNKNOWN QUEUED PENDING RUNNING RESOURCE_CLEANING_UP STOPPED DONE PAUSING UPDATED DRAINING PAUSED CANCELLED DRAINED "
        "FAILED CANCELLING clean_up submit abort_pause stop confirm_pause confirm_drain pause confirm_cancel fail enqueue "
        "cancel resume replace start force_cancel finish auto_pause drain launch mark_done"
    )
    vendor_enums = (f"{TYPES}.JobState",)

    s = States.from_enum(D, initial=D.UNKNOWN, final=[state for state in D if state.terminal])

    # fmt: off
    submit = (
        arrow(s.UNKNOWN.to(s.PENDING, cond="starts_at_once"), ASK_CREATE,
              JOB.implies("For other jobs, start_time always equals to create_time").also(JOB.quote(STARTED)))
        | arrow(s.UNKNOWN.to(s.QUEUED, cond="can_queue"), ASK_CREATE,
                JOB_STATE.implies("has been created but is being delayed until launch.").also(FLEXRS.quote(ENQUEUED)))
        | arrow(s.UNKNOWN.to(s.STOPPED), ASK_CREATE, JOB.says(CREATED))
    )
    enqueue = arrow(s.STOPPED.to(s.QUEUED, cond="is_flexrs"), SERVICE, assumed("a FlexRS job has to reach the queue somehow"))
    launch = (
        arrow(s.QUEUED.to(s.PENDING), SERVICE, JOB_STATE.says(QUEUED_ENDS))
        | arrow(s.STOPPED.to(s.PENDING), SERVICE, JOB.implies(CREATED).also(JOB.quote(STARTED)))
    )
    start = (
        arrow(s.PENDING.to(s.RUNNING), SERVICE, JOB_STATE.says(PENDING_ENDS))
        | arrow(s.STOPPED.to(s.RUNNING, cond="is_switched"), ASK_START, JOB.says(SWITCH))
    )
    stop = arrow(s.RUNNING.to(s.STOPPED, cond="is_switched"), ASK_STOP,
                 JOB.says(SWITCH).but(JOB_STATE.quote("indicates that the job has not yet started to run."))
                 .noting("no guide mentions it: kept for jobs that are known to be switched by request"))

    finish = (
        arrow(s.RUNNING.to(s.DONE), SERVICE,
              JOB_STATE.says("This state may be set by the Cloud Dataflow service, as a transition from `JOB_STATE_RUNNING`."))
        | arrow(s.RESOURCE_CLEANING_UP.to(s.DONE, cond="is_batch"), SERVICE, JOB_STATE.implies(CLEANED_UP))
        | arrow(s.PAUSING.to(s.DONE), SERVICE, PAUSE_GUIDE.implies(
            "If you manually pause a job that is about to finish, the job may finish instead of pausing."))
    )
    mark_done = (
        arrow(s.RUNNING.to(s.DONE), ASK_DONE, JOB_STATE.says(DONE_BY_UPDATE))
        | arrow(s.STOPPED.to(s.DONE, cond="is_switched"), ASK_DONE, JOB_STATE.implies(DONE_BY_UPDATE))
    )
    clean_up = arrow(s.RUNNING.to(s.RESOURCE_CLEANING_UP, cond="has_cleanup"), SERVICE, JOB_STATE.implies(CLEANED_UP))

    fail = (
        arrow(s.RUNNING.to(s.FAILED), SERVICE, JOB_STATE.says(ONLY_FROM_RUNNING))
        | arrow(s.PENDING.to(s.FAILED), SERVICE, JOB_STATE.says(PENDING_ENDS).but(FROM_RUNNING).noting(OLDER))
        | arrow(s.DRAINING.to(s.FAILED), SERVICE, JOB_STATE.says(DRAINING_ENDS).but(FROM_RUNNING).noting(OLDER))
        | arrow(s.CANCELLING.to(s.FAILED), SERVICE, JOB_STATE.says(CANCELLING_ENDS).but(FROM_RUNNING).noting(OLDER))
        | arrow(s.PAUSING.to(s.FAILED, cond="pauses_on_failure"), SERVICE,
                PAUSE_GUIDE.says("if it was paused because of an error it goes to the failed state")
                .but(FROM_RUNNING).but(REST.quote(PAUSE_FAILS))
                .noting("the guide is the newer text, and speaks of automatic pauses alone"))
        | arrow(s.QUEUED.to(s.FAILED), SERVICE,
                seen("2026-09-01_06_43_37-5369134304052716273: a Flex Template whose launcher failed, 75 s after its launch")
                .but(JOB_STATE.quote(QUEUED_ENDS)).but(FROM_RUNNING))
        | arrow(s.STOPPED.to(s.FAILED, cond="is_flexrs"), SERVICE,
                assumed("FlexRS validates a job before it is queued, and no sentence says in which state")
                .also(FLEXRS.quote("the Dataflow service marks the job as failed and reports the error")).but(FROM_RUNNING))
    )

    cancel = (
        arrow(s.RUNNING.to(s.CANCELLING), ASK_CANCEL,
              JOB_STATE.implies("has been explicitly cancelled and is in the process of stopping."))
        | arrow(s.RUNNING.to(s.CANCELLED), ASK_CANCEL, JOB.says(FROM_RUNNING_TO_CANCELLED))
        | arrow(s.QUEUED.to(s.CANCELLED), ASK_CANCEL, JOB_STATE.says(QUEUED_ENDS))
        | arrow(s.DRAINING.to(s.CANCELLED), ASK_CANCEL,
                JOB_STATE.says(DRAINING_ENDS).also(STOP_GUIDE.quote("You can cancel a job that is currently draining.")))
        | arrow(s.DRAINING.to(s.CANCELLING), ASK_CANCEL,
                assumed("a draining job has workers to stop, too").but(JOB_STATE.quote(DRAINING_ENDS)))
        | arrow(s.PAUSING.to(s.CANCELLING), ASK_CANCEL, REST.says(CANCELLING_ON_REQUEST))
        | arrow(s.PAUSED.to(s.CANCELLING), ASK_CANCEL, REST.says(CANCELLING_ON_REQUEST))
        | arrow(s.STOPPED.to(s.CANCELLED), ASK_CANCEL, JOB_STATE.implies(UNLESS_TERMINAL))
        | arrow(s.PENDING.to(s.CANCELLING), ASK_CANCEL, CANCELLED_WHILE_PENDING)
        | arrow(s.PENDING.to(s.CANCELLED), ASK_CANCEL, CANCELLED_WHILE_PENDING)
    )
    confirm_cancel = arrow(s.CANCELLING.to(s.CANCELLED), SERVICE, JOB_STATE.says(CANCELLING_ENDS).but(ONLY_BY_UPDATE)
                           .noting("read as: the request comes first, and the service takes the last step"))
    force_cancel = arrow(s.CANCELLING.to(s.CANCELLED, cond="cancel_is_old_enough"), ASK_FORCE,
                         STOP_GUIDE.says("Regular cancel must be attempted at least 30 minutes before force canceling."))

    drain = arrow(s.RUNNING.to(s.DRAINING, cond="is_streaming"), ASK_DRAIN,
                  JOB_STATE.says(DRAIN_BY_UPDATE).also(STOP_GUIDE.quote("Draining a job is not supported for batch pipelines.")))
    confirm_drain = arrow(s.DRAINING.to(s.DRAINED), SERVICE, JOB_STATE.says(
        "may only be set by the Cloud Dataflow service, and only as a transition from `JOB_STATE_DRAINING`."))

    replace = (
        arrow(s.RUNNING.to(s.UPDATED, cond="has_successor"), SERVICE, JOB_STATE.says(ONLY_FROM_RUNNING)
              .also(JOB.quote("If another job is an update of this job (and thus, this job is in `JOB_STATE_UPDATED`)")))
        | arrow(s.DRAINING.to(s.UPDATED, cond="has_successor"), SERVICE,
                STOP_GUIDE.implies("You can update a pipeline that is being drained.")
                .but(JOB_STATE.quote(DRAINING_ENDS)).but(FROM_RUNNING)
                .noting("the guide is the newer text; in which state it leaves the old job, it does not say"))
    )

    pause = arrow(s.RUNNING.to(s.PAUSING, cond="is_pausable"), ASK_PAUSE,
                  GCLOUD_PAUSE.says("if eligible, the job will enter the `JOB_STATE_PAUSING` state")
                  .also(JOB.quote("Output only. Indicates whether the job can be paused.")))
    auto_pause = arrow(s.RUNNING.to(s.PAUSING, cond="pauses_on_failure"), SERVICE,
                       PAUSE_GUIDE.says("your job pauses automatically after a work item fails 4 times"))
    confirm_pause = arrow(s.PAUSING.to(s.PAUSED), SERVICE, REST.says(
        "will stop processing, archive in-flight Shuffle data, and transition to `JOB_STATE_PAUSED`."))
    abort_pause = arrow(s.PAUSING.to(s.RUNNING), SERVICE, REST.says(PAUSE_FAILS))
    resume = arrow(s.PAUSED.to(s.RUNNING), ASK_RESUME, REST.says(
        "can transition back to `JOB_STATE_RUNNING` to continue processing where they left off"))
    # fmt: on
