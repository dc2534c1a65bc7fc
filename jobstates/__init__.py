"""The lifecycles of cloud jobs, stated once, with the sentence behind every arrow."""

from jobstates.delivery import EventStream, Overflow, Subscription
from jobstates.errors import (
    ContradictedByService,
    DeclarationError,
    InputError,
    JobStatesError,
    NotAllowed,
    StreamOverflow,
    UnknownEvent,
    UnknownFormat,
    UnknownJob,
    UnknownPlatform,
    UnknownState,
)
from jobstates.machine import EventNotAllowed, Followed, JobMachine
from jobstates.platforms import platforms
from jobstates.platforms.dataflow import DataflowJob, DataflowJobMachine, DataflowJobState
from jobstates.platforms.vertex import VertexJob, VertexJobMachine, VertexJobState
from jobstates.platforms.vertex_pipeline import VertexPipeline, VertexPipelineMachine, VertexPipelineState
from jobstates.spec.arrow import Actor, Arrow, Request
from jobstates.spec.citation import Basis, Citation, Sentence, Source
from jobstates.spec.event import Clock, Finding, FindingKind, JobEvent
from jobstates.spec.follow import Policy, Step, follow
from jobstates.spec.job import Intent, Job, Kind
from jobstates.spec.lifecycle import Lifecycle
from jobstates.spec.observation import Observation
from jobstates.spec.record import Record
from jobstates.spec.state import JobState, Outcome, Phase
from jobstates.spec.verdict import Verdict
from jobstates.tracking import Tracker

__version__ = "0.1.0"

__all__ = [
    "Actor",
    "Arrow",
    "Basis",
    "Citation",
    "Clock",
    "ContradictedByService",
    "DataflowJob",
    "DataflowJobMachine",
    "DataflowJobState",
    "DeclarationError",
    "EventNotAllowed",
    "EventStream",
    "Finding",
    "FindingKind",
    "Followed",
    "InputError",
    "Intent",
    "Job",
    "JobEvent",
    "JobMachine",
    "JobState",
    "JobStatesError",
    "Kind",
    "Lifecycle",
    "NotAllowed",
    "Observation",
    "Outcome",
    "Overflow",
    "Phase",
    "Policy",
    "Record",
    "Request",
    "Sentence",
    "Source",
    "Step",
    "StreamOverflow",
    "Subscription",
    "Tracker",
    "UnknownEvent",
    "UnknownFormat",
    "UnknownJob",
    "UnknownPlatform",
    "UnknownState",
    "Verdict",
    "VertexJob",
    "VertexJobMachine",
    "VertexJobState",
    "VertexPipeline",
    "VertexPipelineMachine",
    "VertexPipelineState",
    "follow",
    "platforms",
]
