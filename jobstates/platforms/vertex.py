"""Vertex AI ``JobState``: what may follow what, who may cause it, and who says so.

One enum serves nine kinds of resource, and no sentence says which kind shows which state. The kinds below gather what is said in
their field comments and in the requests that exist for them; the guards read the kind, and an unknown kind permits. Google lists
no terminal states either: the five here are the union of what the ``end_time`` and ``state`` comments name. PAUSED is none of
them ("can be resumed").
"""

from __future__ import annotations

import re
from datetime import date
from typing import ClassVar

from pydantic import Field
from statemachine.states import States

from jobstates.machine import SERVICE, JobMachine, arrow
from jobstates.spec.arrow import Request
from jobstates.spec.citation import Source, assumed, seen
from jobstates.spec.job import Job, Kind
from jobstates.spec.state import JobState, Outcome, Phase, Wire

READ = date(2026, 11, 22)
CLIENT = "google-cloud-aiplatform 2.7.0"
RPC = "https://cloud.google.com/vertex-ai/docs/reference/rpc/google.cloud.aiplatform.v1"
TYPES = "google.cloud.aiplatform_v1.types"
BETA_TYPES = "google.cloud.aiplatform_v1beta1.types"
SERVICES = "google.cloud.aiplatform_v1.services"

JOB_STATE = Source("JobState", f"{RPC}#jobstate", READ, CLIENT, f"{TYPES}.JobState")
MONITORING = Source(
    "ModelDeploymentMonitoringJob", f"{RPC}#modeldeploymentmonitoringjob", READ, CLIENT, f"{TYPES}.ModelDeploymentMonitoringJob"
)
MODEL_MONITORING = Source(
    "ModelMonitoringJob (v1beta1)", f"{RPC}beta1#modelmonitoringjob", READ, CLIENT, f"{BETA_TYPES}.ModelMonitoringJob"
)
CUSTOM = Source("CustomJob", f"{RPC}#customjob", READ, CLIENT, f"{TYPES}.CustomJob")
SCHEDULING = Source("Scheduling", f"{RPC}#scheduling", READ, CLIENT, f"{TYPES}.Scheduling")
TUNING = Source("TuningJob", f"{RPC}#tuningjob", READ, CLIENT, f"{TYPES}.TuningJob")
HYPERPARAMETER = Source(
    "HyperparameterTuningJob", f"{RPC}#hyperparametertuningjob", READ, CLIENT, f"{TYPES}.HyperparameterTuningJob"
)
JOB_SERVICE = f"{SERVICES}.job_service.JobServiceClient"
CANCEL = Source("CancelCustomJob", f"{RPC}#jobservice", READ, CLIENT, f"{JOB_SERVICE}.cancel_custom_job")
PAUSE = Source(
    "PauseModelDeploymentMonitoringJob", f"{RPC}#jobservice", READ, CLIENT, f"{JOB_SERVICE}.pause_model_deployment_monitoring_job"
)
RESUME = Source(
    "ResumeModelDeploymentMonitoringJob",
    f"{RPC}#jobservice",
    READ,
    CLIENT,
    f"{JOB_SERVICE}.resume_model_deployment_monitoring_job",
)
TRAINING = Source("Custom training", "https://docs.cloud.google.com/vertex-ai/docs/training/understanding-training-service", READ)
GEMINI_BATCH = Source("Gemini API: Batch mode", "https://ai.google.dev/gemini-api/docs/batch-mode", READ)

ASK_CANCEL = Request("Cancel<Kind>")
ASK_PAUSE = Request("PauseModelDeploymentMonitoringJob")
ASK_RESUME = Request("ResumeModelDeploymentMonitoringJob")
ASK_RESUME_ANY = Request("Resume<Kind>")
ASK_UPDATE = Request("UpdateModelDeploymentMonitoringJob")
ASK_CREATE = Request("Create<Kind>")

CANCELLING_ENDS = (
    "From this state the job may only go to either `JOB_STATE_SUCCEEDED`, `JOB_STATE_FAILED` or `JOB_STATE_CANCELLED`."
)
FINISHED = (
    "Once the job is finished, the state will be one of "
    "'JOB_STATE_FAILED', 'JOB_STATE_SUCCEEDED', 'JOB_STATE_PARTIALLY_SUCCEEDED'."
)
EXPIRED_END = (
    "Time when the TuningJob entered any of the following JobStates: "
    "`JOB_STATE_SUCCEEDED`, `JOB_STATE_FAILED`, `JOB_STATE_CANCELLED`, `JOB_STATE_EXPIRED`."
)
JUST_CREATED = "The job has been just created or resumed and processing has not yet begun."
HOURS_48 = "The job has expired because it was running or pending for more than 48 hours."
CANCEL_ASKED = CANCEL.implies("Starts asynchronous cancellation on the CustomJob.").also(
    JOB_STATE.quote("The job is being cancelled.")
)
WAITED_TOO_LONG = assumed("no source says which state follows when it runs out").also(
    SCHEDULING.quote("This is the maximum duration that a job will wait for the requested resources to be provisioned")
)


def _wire(number: int, name: str, phase: Phase, quote: str, outcome: Outcome | None = None) -> Wire:
    return Wire(f"JOB_STATE_{name}", number, phase, JOB_STATE.says(quote), outcome)


class VertexJobState(JobState):
    """The twelve values of ``google.cloud.aiplatform.v1.JobState``; v1beta1 has the same names and numbers."""

    UNSPECIFIED = _wire(0, "UNSPECIFIED", Phase.UNSPECIFIED, "The job state is unspecified.")
    QUEUED = _wire(1, "QUEUED", Phase.WAITING, JUST_CREATED)
    PENDING = _wire(2, "PENDING", Phase.WAITING, "The service is preparing to run the job.")
    RUNNING = _wire(3, "RUNNING", Phase.ACTIVE, "The job is in progress.")
    SUCCEEDED = _wire(4, "SUCCEEDED", Phase.TERMINAL, "The job completed successfully.", Outcome.SUCCEEDED)
    FAILED = _wire(5, "FAILED", Phase.TERMINAL, "The job failed.", Outcome.FAILED)
    CANCELLING = _wire(6, "CANCELLING", Phase.STOPPING, "The job is being cancelled.")
    CANCELLED = _wire(7, "CANCELLED", Phase.TERMINAL, "The job has been cancelled.", Outcome.CANCELLED)
    PAUSED = _wire(8, "PAUSED", Phase.PAUSED, "The job has been stopped, and can be resumed.")
    EXPIRED = _wire(9, "EXPIRED", Phase.TERMINAL, "The job has expired.", Outcome.EXPIRED)
    UPDATING = _wire(10, "UPDATING", Phase.ACTIVE, "The job is being updated.")
    PARTIALLY_SUCCEEDED = _wire(
        11,
        "PARTIALLY_SUCCEEDED",
        Phase.TERMINAL,
        "The job is partially succeeded, some results may be missing due to errors.",
        Outcome.PARTIALLY_SUCCEEDED,
    )


V = VertexJobState
ENDED = frozenset({V.SUCCEEDED, V.FAILED, V.PARTIALLY_SUCCEEDED})
ORDINARY = ENDED | {V.QUEUED, V.PENDING, V.RUNNING}
CANCELLING = frozenset({V.CANCELLING, V.CANCELLED})
MONITORED = frozenset({V.PENDING, V.RUNNING, V.PAUSED, V.UPDATING, V.FAILED})
LOCATION = "projects/{project}/locations/{location}"


def _kind(resource: str, states: frozenset[VertexJobState], *requests: str, parent: str = LOCATION) -> Kind:
    """A kind by Google's naming: CustomJob is found under ``customJobs/{custom_job}``."""
    collection = f"{resource[0].lower()}{resource[1:]}s"
    variable = re.sub(r"(?<=.)([A-Z])", r"_\1", resource).lower()
    return Kind(collection, resource, f"{parent}/{collection}/{{{variable}}}", states, frozenset(requests))


class VertexJob(Job):
    """The facts about a Vertex AI job. Its kind decides nearly everything, and its resource name tells the kind.

    >>> VertexJob(name="projects/p/locations/us-central1/customJobs/4711").kind
    'customJobs'
    """

    platform = "vertex"
    state: VertexJobState | None = Field(default=None, exclude=True, repr=False)

    kinds: ClassVar[tuple[Kind, ...]] = (
        _kind("CustomJob", ORDINARY | CANCELLING | {V.EXPIRED}, "cancel"),
        _kind("HyperparameterTuningJob", ORDINARY | CANCELLING | {V.EXPIRED}, "cancel"),
        _kind("BatchPredictionJob", ORDINARY | CANCELLING | {V.EXPIRED}, "cancel"),
        _kind("DataLabelingJob", ORDINARY | CANCELLING, "cancel"),
        _kind("NasJob", ORDINARY | CANCELLING, "cancel"),
        _kind("ModelDeploymentMonitoringJob", MONITORED, "pause", "resume", "update"),
        _kind("TuningJob", ORDINARY | CANCELLING | {V.EXPIRED}, "cancel"),
        _kind("NotebookExecutionJob", ORDINARY),
        _kind("ModelMonitoringJob", ENDED | {V.PENDING, V.RUNNING}, parent=f"{LOCATION}/modelMonitors/{{model_monitor}}"),
    )

    @property
    def starts_queued(self) -> bool:
        """Jobs begin QUEUED, but for the two monitoring kinds."""
        return self.can_show(V.QUEUED)

    @property
    def starts_pending(self) -> bool:
        """The two monitoring kinds begin PENDING."""
        return self.traits is None or not self.can_show(V.QUEUED)

    @property
    def has_cancel(self) -> bool:
        """A Cancel request exists for this kind."""
        return self.can_ask("cancel")

    @property
    def has_pause(self) -> bool:
        """Pause and Resume requests exist for this kind."""
        return self.can_ask("pause")

    @property
    def has_update(self) -> bool:
        """An Update request exists for this kind."""
        return self.can_ask("update")

    @property
    def resumes_into_queue(self) -> bool:
        """A kind that can be resumed and is not the one whose comment says that it goes back to RUNNING. None is known."""
        return self.traits is None

    @property
    def can_succeed(self) -> bool:
        """The kind comes to an end by itself, and its documents do not list its ends."""
        return self.can_show(V.SUCCEEDED) and self.leaves_its_ends_open

    @property
    def leaves_its_ends_open(self) -> bool:
        """The documents of the kind do not list the states it can finish in: true for all but one."""
        return not self._is("modelMonitoringJobs")

    @property
    def lists_its_ends(self) -> bool:
        """The one kind whose documents list the states it can finish in."""
        return self.traits is None or self._is("modelMonitoringJobs")

    @property
    def can_expire(self) -> bool:
        """TuningJob, whose ``end_time`` names EXPIRED, and the batches that Gemini runs."""
        return self.traits is None or self._is("tuningJobs", "batchPredictionJobs")

    @property
    def can_wait_too_long(self) -> bool:
        """The kinds whose jobs, or whose trials, have a ``Scheduling.max_wait_duration``."""
        return self.traits is None or self._is("customJobs", "hyperparameterTuningJobs")

    @property
    def has_timeout(self) -> bool:
        """The kind with a ``Scheduling.timeout`` of its own."""
        return self.traits is None or self._is("customJobs")

    @property
    def has_restarts(self) -> bool:
        """The kind with a ``Scheduling.restart_job_on_worker_restart`` of its own."""
        return self.has_timeout

    @property
    def may_requeue(self) -> bool:
        """The kind that was seen to go back from PENDING to QUEUED."""
        return self.traits is None or self._is("batchPredictionJobs")

    def _is(self, *kinds: str) -> bool:
        return self.kind in kinds


class VertexJobMachine(JobMachine):
    """Vertex AI ``JobState``. No sentence lists the ways of a whole lifecycle; most arrows are pieced together from several."""

    job_type = VertexJob
    title = "Vertex AI job"
    spine = "UNSPECIFIED QUEUED PENDING RUNNING SUCCEEDED"
    drawn = (
        "UNSPECIFIED QUEUED CANCELLED UPDATING EXPIRED PENDING PARTIALLY_SUCCEEDED PAUSED CANCELLING RUNNING FAILED SUCCEEDED "
        "cancel time_out start finish_update provision requeue confirm_cancel submit succeed retry fail succeed_partially "
        "update expire resume pause"
    )
    vendor_enums = (f"{TYPES}.JobState", f"{BETA_TYPES}.JobState")

    s = States.from_enum(V, initial=V.UNSPECIFIED, final=[state for state in V if state.terminal])

    # fmt: off
    submit = (
        arrow(s.UNSPECIFIED.to(s.QUEUED, cond="starts_queued"), ASK_CREATE, JOB_STATE.implies(JUST_CREATED))
        | arrow(s.UNSPECIFIED.to(s.PENDING, cond="starts_pending"), ASK_CREATE,
                MONITORING.says("When the job is still creating, the state will be 'PENDING'."))
    )
    provision = arrow(s.QUEUED.to(s.PENDING), SERVICE, JOB_STATE.implies("The service is preparing to run the job."))
    requeue = arrow(s.PENDING.to(s.QUEUED, cond="may_requeue"), SERVICE,
                    seen("a batch prediction job whose create response said PENDING and whose first look said QUEUED"))
    start = (
        arrow(s.PENDING.to(s.RUNNING), SERVICE,
              TRAINING.says("When all the workers are available, Vertex AI sets the job state to JOB_STATE_RUNNING.")
              .also(MONITORING.quote("Once the job is successfully created, the state will be 'RUNNING'.")))
        | arrow(s.QUEUED.to(s.RUNNING), SERVICE,
                assumed("PENDING may be too short to be seen: 7968236220478128128, a custom job polled every 31 s, showed none"))
    )

    succeed = (
        arrow(s.RUNNING.to(s.SUCCEEDED, cond="can_succeed"), SERVICE, JOB_STATE.implies("The job completed successfully."))
        | arrow(s.RUNNING.to(s.SUCCEEDED, cond="lists_its_ends"), SERVICE, MODEL_MONITORING.says(FINISHED))
        | arrow(s.CANCELLING.to(s.SUCCEEDED), SERVICE,
                JOB_STATE.says(CANCELLING_ENDS).also(CANCEL.quote("whether the job completed despite cancellation")))
    )
    succeed_partially = (
        arrow(s.RUNNING.to(s.PARTIALLY_SUCCEEDED, cond="can_succeed"), SERVICE,
              assumed("the v1 enum has the value and no v1 resource documents it"))
        | arrow(s.RUNNING.to(s.PARTIALLY_SUCCEEDED, cond="lists_its_ends"), SERVICE, MODEL_MONITORING.says(FINISHED))
    )
    fail = (
        arrow(s.RUNNING.to(s.FAILED, cond="leaves_its_ends_open"), SERVICE, JOB_STATE.implies("The job failed.").also(
            HYPERPARAMETER.quote("The number of failed Trials that need to be seen before failing the HyperparameterTuningJob.")))
        | arrow(s.RUNNING.to(s.FAILED, cond="lists_its_ends"), SERVICE, MODEL_MONITORING.says(FINISHED))
        | arrow(s.PENDING.to(s.FAILED), SERVICE,
                seen("custom jobs: 625654500257955840, whose image has a bad entrypoint, and 4083748372115095552 on 2026-07-25"))
        | arrow(s.QUEUED.to(s.FAILED), SERVICE, seen("a batch prediction job with a bad output bucket"))
        | arrow(s.CANCELLING.to(s.FAILED), SERVICE, JOB_STATE.says(CANCELLING_ENDS))
    )

    cancel = (
        arrow(s.RUNNING.to(s.CANCELLING, cond="has_cancel"), ASK_CANCEL, CANCEL_ASKED)
        | arrow(s.PENDING.to(s.CANCELLING, cond="has_cancel"), ASK_CANCEL, CANCEL_ASKED)
        | arrow(s.QUEUED.to(s.CANCELLING, cond="has_cancel"), ASK_CANCEL, CANCEL_ASKED)
        | arrow(s.RUNNING.to(s.CANCELLED, cond="has_cancel"), ASK_CANCEL,
                seen("custom jobs whose cancellation was over before the next look, such as 5055979975513997312"))
        | arrow(s.PENDING.to(s.CANCELLED, cond="has_cancel"), ASK_CANCEL,
                seen("two jobs cancelled before they ran, without a look at CANCELLING in between"))
    )
    confirm_cancel = arrow(s.CANCELLING.to(s.CANCELLED), SERVICE,
                           JOB_STATE.says(CANCELLING_ENDS).also(CANCEL.quote("state is set to `CANCELLED`")))
    time_out = arrow(s.RUNNING.to(s.CANCELLED, cond="has_timeout"), SERVICE,
                     seen("8356299649681719296 on 2026-07-26: scheduling.timeout of 1500 s ran out, nobody had asked for it")
                     .also(SCHEDULING.quote("The maximum job running time.")))

    pause = (
        arrow(s.RUNNING.to(s.PAUSED, cond="has_pause"), ASK_PAUSE,
              MONITORING.says("Pause the job, the state will be 'PAUSED'.")
              .also(PAUSE.quote("Will mark ModelDeploymentMonitoringJob.state to 'PAUSED'.")))
        | arrow(s.PENDING.to(s.PAUSED, cond="has_pause"), ASK_PAUSE,
                assumed("the request says what happens if the job is running, as if it could be made when it is not")
                .also(PAUSE.quote("If the job is running, the server makes a best effort to cancel the job.")))
    )
    resume = (
        arrow(s.PAUSED.to(s.RUNNING, cond="has_pause"), ASK_RESUME,
              MONITORING.says("Resume the job, the state will return to 'RUNNING'.")
              .also(RESUME.quote("A deleted ModelDeploymentMonitoringJob can't be resumed."))
              .but(JOB_STATE.quote(JUST_CREATED))
              .noting("the sentence on the one kind that can be resumed is followed; the other speaks of jobs in general"))
        | arrow(s.PAUSED.to(s.QUEUED, cond="resumes_into_queue"), ASK_RESUME_ANY,
                JOB_STATE.implies(JUST_CREATED).also(JOB_STATE.quote("The job has been stopped, and can be resumed.")))
    )

    update = arrow(s.RUNNING.to(s.UPDATING, cond="has_update"), ASK_UPDATE,
                   JOB_STATE.says("Only jobs in the `RUNNING` state can be updated."))
    finish_update = arrow(s.UPDATING.to(s.RUNNING), SERVICE,
                          JOB_STATE.says("After updating, the job goes back to the `RUNNING` state.")
                          .noting("whether the update succeeded is told by its long-running operation, not by the state"))

    expire = (
        arrow(s.RUNNING.to(s.EXPIRED, cond="can_expire"), SERVICE, TUNING.implies(EXPIRED_END).also(GEMINI_BATCH.quote(HOURS_48)))
        | arrow(s.PENDING.to(s.EXPIRED, cond="can_expire"), SERVICE, GEMINI_BATCH.implies(HOURS_48))
        | arrow(s.QUEUED.to(s.EXPIRED, cond="can_expire"), SERVICE, assumed("a job may wait too long before it is prepared, too"))
        | arrow(s.PENDING.to(s.EXPIRED, cond="can_wait_too_long"), SERVICE, WAITED_TOO_LONG)
        | arrow(s.QUEUED.to(s.EXPIRED, cond="can_wait_too_long"), SERVICE, WAITED_TOO_LONG)
    )
    retry = arrow(s.RUNNING.to(s.PENDING, cond="has_restarts"), SERVICE, assumed(
        "no source says which state a restarting job shows, and 18 spot jobs that were watched stayed RUNNING")
        .also(SCHEDULING.quote("Restarts the entire CustomJob if a worker gets restarted."))
        .also(CUSTOM.quote("for the first time entered the `JOB_STATE_RUNNING` state")))
    # fmt: on
