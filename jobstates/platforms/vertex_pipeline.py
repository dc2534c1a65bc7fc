"""Vertex AI ``PipelineState``: pipeline jobs and training pipelines.

The same numbers as ``JobState`` up to PAUSED, under other names, and without the later values. PAUSED "can be resumed", but no
request pauses or resumes either kind, so nothing leads into it or out of it but our tolerance.
"""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from pydantic import Field
from statemachine.states import States

from jobstates.machine import SERVICE, JobMachine, arrow
from jobstates.spec.arrow import Request
from jobstates.spec.citation import Source, assumed
from jobstates.spec.job import Job, Kind
from jobstates.spec.state import JobState, Outcome, Phase, Wire

READ = date(2026, 11, 22)
CLIENT = "google-cloud-aiplatform 2.7.0"
RPC = "https://cloud.google.com/vertex-ai/docs/reference/rpc/google.cloud.aiplatform.v1"
TYPES = "google.cloud.aiplatform_v1.types"
BETA_TYPES = "google.cloud.aiplatform_v1beta1.types"
PIPELINE_SERVICE = "google.cloud.aiplatform_v1.services.pipeline_service.PipelineServiceClient"

PIPELINE_STATE = Source("PipelineState", f"{RPC}#pipelinestate", READ, CLIENT, f"{TYPES}.PipelineState")
CREATE = Source("CreateTrainingPipeline", f"{RPC}#pipelineservice", READ, CLIENT, f"{PIPELINE_SERVICE}.create_training_pipeline")
CANCEL = Source("CancelPipelineJob", f"{RPC}#pipelineservice", READ, CLIENT, f"{PIPELINE_SERVICE}.cancel_pipeline_job")

ASK_CREATE, ASK_CANCEL = Request("Create<Kind>"), Request("Cancel<Kind>")

CREATED = "The pipeline has been created or resumed, and processing has not yet begun."
CANCELLING_ENDS = (
    "From this state, the pipeline may only go to either "
    "PIPELINE_STATE_SUCCEEDED, PIPELINE_STATE_FAILED or PIPELINE_STATE_CANCELLED."
)
CANCEL_ASKED = CANCEL.implies("Starts asynchronous cancellation on the PipelineJob.")
UNPREPARED = assumed("a pipeline that cannot be prepared has to end somewhere")
NO_REQUEST = "the state's sentence says that it can be resumed, and no request pauses or resumes a pipeline"


def _wire(number: int, name: str, phase: Phase, quote: str, outcome: Outcome | None = None) -> Wire:
    return Wire(f"PIPELINE_STATE_{name}", number, phase, PIPELINE_STATE.says(quote), outcome)


class VertexPipelineState(JobState):
    """The nine values of ``google.cloud.aiplatform.v1.PipelineState``; v1beta1 has the same names and numbers."""

    UNSPECIFIED = _wire(0, "UNSPECIFIED", Phase.UNSPECIFIED, "The pipeline state is unspecified.")
    QUEUED = _wire(1, "QUEUED", Phase.WAITING, CREATED)
    PENDING = _wire(2, "PENDING", Phase.WAITING, "The service is preparing to run the pipeline.")
    RUNNING = _wire(3, "RUNNING", Phase.ACTIVE, "The pipeline is in progress.")
    SUCCEEDED = _wire(4, "SUCCEEDED", Phase.TERMINAL, "The pipeline completed successfully.", Outcome.SUCCEEDED)
    FAILED = _wire(5, "FAILED", Phase.TERMINAL, "The pipeline failed.", Outcome.FAILED)
    CANCELLING = _wire(6, "CANCELLING", Phase.STOPPING, "The pipeline is being cancelled.")
    CANCELLED = _wire(7, "CANCELLED", Phase.TERMINAL, "The pipeline has been cancelled.", Outcome.CANCELLED)
    PAUSED = _wire(8, "PAUSED", Phase.PAUSED, "The pipeline has been stopped, and can be resumed.")


P = VertexPipelineState
STATES = frozenset(P) - {P.UNSPECIFIED}
LOCATION = "projects/{project}/locations/{location}"


class VertexPipeline(Job):
    """The facts about a pipeline job or a training pipeline."""

    platform = "vertex-pipeline"
    kinds: ClassVar[tuple[Kind, ...]] = (
        Kind("pipelineJobs", "PipelineJob", f"{LOCATION}/pipelineJobs/{{pipeline_job}}", STATES, frozenset({"cancel"})),
        Kind(
            "trainingPipelines",
            "TrainingPipeline",
            f"{LOCATION}/trainingPipelines/{{training_pipeline}}",
            STATES,
            frozenset({"cancel"}),
        ),
    )
    state: VertexPipelineState | None = Field(default=None, exclude=True, repr=False)


class VertexPipelineMachine(JobMachine):
    """Vertex AI ``PipelineState``."""

    job_type = VertexPipeline
    title = "Vertex AI pipeline"
    drawn = (
        "UNSPECIFIED RUNNING QUEUED PENDING SUCCEEDED FAILED CANCELLING CANCELLED PAUSED submit provision confirm_cancel "
        "succeed fail start suspend cancel take_up"
    )
    vendor_enums = (f"{TYPES}.PipelineState", f"{BETA_TYPES}.PipelineState")

    s = States.from_enum(P, initial=P.UNSPECIFIED, final=[state for state in P if state.terminal])

    # fmt: off
    submit = (
        arrow(s.UNSPECIFIED.to(s.QUEUED), ASK_CREATE, PIPELINE_STATE.implies(CREATED))
        | arrow(s.UNSPECIFIED.to(s.PENDING), ASK_CREATE,
                CREATE.implies("A created TrainingPipeline right away will be attempted to be run."))
    )
    provision = arrow(s.QUEUED.to(s.PENDING), SERVICE, PIPELINE_STATE.implies("The service is preparing to run the pipeline."))
    start = (
        arrow(s.PENDING.to(s.RUNNING), SERVICE,
              PIPELINE_STATE.implies("The pipeline is in progress.").noting("published logs show it, too"))
        | arrow(s.QUEUED.to(s.RUNNING), SERVICE, assumed("PENDING may be too short to be seen"))
    )

    succeed = (
        arrow(s.RUNNING.to(s.SUCCEEDED), SERVICE, PIPELINE_STATE.implies("The pipeline completed successfully."))
        | arrow(s.CANCELLING.to(s.SUCCEEDED), SERVICE, PIPELINE_STATE.says(CANCELLING_ENDS))
    )
    fail = (
        arrow(s.RUNNING.to(s.FAILED), SERVICE, PIPELINE_STATE.implies("The pipeline failed."))
        | arrow(s.PENDING.to(s.FAILED), SERVICE, UNPREPARED)
        | arrow(s.QUEUED.to(s.FAILED), SERVICE, UNPREPARED)
        | arrow(s.CANCELLING.to(s.FAILED), SERVICE, PIPELINE_STATE.says(CANCELLING_ENDS))
    )

    cancel = (
        arrow(s.RUNNING.to(s.CANCELLING), ASK_CANCEL, CANCEL_ASKED)
        | arrow(s.PENDING.to(s.CANCELLING), ASK_CANCEL, CANCEL_ASKED)
        | arrow(s.QUEUED.to(s.CANCELLING), ASK_CANCEL, CANCEL_ASKED)
    )
    confirm_cancel = arrow(s.CANCELLING.to(s.CANCELLED), SERVICE,
                           PIPELINE_STATE.says(CANCELLING_ENDS).also(CANCEL.quote("state is set to `CANCELLED`")))

    suspend = arrow(s.RUNNING.to(s.PAUSED), SERVICE, assumed(NO_REQUEST))
    take_up = (
        arrow(s.PAUSED.to(s.QUEUED), SERVICE, PIPELINE_STATE.implies(CREATED).noting(NO_REQUEST))
        | arrow(s.PAUSED.to(s.RUNNING), SERVICE, assumed(NO_REQUEST))
    )
    # fmt: on
