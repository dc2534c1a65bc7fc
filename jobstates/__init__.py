"""The lifecycles of cloud jobs, stated once, with the sentence behind every arrow.

Every public name is here, and is loaded when it is first used: importing the package costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jobstates.delivery import EventStream, Overflow, Subscription
    from jobstates.errors import (
        ContradictedByService,
        DeclarationError,
        DrawingFailed,
        InputError,
        JobStatesError,
        MissingExtra,
        NotAllowed,
        StreamOverflow,
        UnknownEvent,
        UnknownFormat,
        UnknownJob,
        UnknownPlatform,
        UnknownState,
    )
    from jobstates.machine import EventNotAllowed, Followed, JobMachine
    from jobstates.platforms.dataflow import DataflowJob, DataflowJobMachine, DataflowJobState
    from jobstates.platforms.vertex import VertexJob, VertexJobMachine, VertexJobState
    from jobstates.platforms.vertex_pipeline import VertexPipeline, VertexPipelineMachine, VertexPipelineState
    from jobstates.spec.arrow import Actor, Arrow, Request
    from jobstates.spec.citation import Basis, Citation, Sentence, Source
    from jobstates.spec.event import Clock, Finding, FindingKind, JobEvent, Sight
    from jobstates.spec.follow import Policy, Step, follow
    from jobstates.spec.job import Intent, Job, Kind
    from jobstates.spec.lifecycle import Lifecycle
    from jobstates.spec.observation import Observation
    from jobstates.spec.record import Record
    from jobstates.spec.state import JobState, Outcome, Phase
    from jobstates.spec.verdict import Verdict
    from jobstates.tracking import Tracker
    from jobstates.watch.asking import Accepted, AlreadyRequested, AlreadyTerminal, Lost
    from jobstates.watch.blocking import ask, wait, wait_all, wait_any
    from jobstates.watch.cursor import Cursor
    from jobstates.watch.naming import job_ref
    from jobstates.watch.pace import Pace
    from jobstates.watch.quota import Quotas
    from jobstates.watch.ref import JobRef
    from jobstates.watch.sighting import Patience
    from jobstates.watch.waiting import Ending, Waited
    from jobstates.watch.watcher import Watcher

__version__ = "0.1.0"

_HOMES = {
    "jobstates.delivery": "EventStream Overflow Subscription",
    "jobstates.errors": "ContradictedByService DeclarationError DrawingFailed InputError JobStatesError MissingExtra NotAllowed "
    "StreamOverflow UnknownEvent UnknownFormat UnknownJob UnknownPlatform UnknownState",
    "jobstates.machine": "EventNotAllowed Followed JobMachine",
    "jobstates.platforms.dataflow": "DataflowJob DataflowJobMachine DataflowJobState",
    "jobstates.platforms.vertex": "VertexJob VertexJobMachine VertexJobState",
    "jobstates.platforms.vertex_pipeline": "VertexPipeline VertexPipelineMachine VertexPipelineState",
    "jobstates.spec.arrow": "Actor Arrow Request",
    "jobstates.spec.citation": "Basis Citation Sentence Source",
    "jobstates.spec.event": "Clock Finding FindingKind JobEvent Sight",
    "jobstates.spec.follow": "Policy Step follow",
    "jobstates.spec.job": "Intent Job Kind",
    "jobstates.spec.lifecycle": "Lifecycle",
    "jobstates.spec.observation": "Observation",
    "jobstates.spec.record": "Record",
    "jobstates.spec.state": "JobState Outcome Phase",
    "jobstates.spec.verdict": "Verdict",
    "jobstates.tracking": "Tracker",
    "jobstates.watch.asking": "Accepted AlreadyRequested AlreadyTerminal Lost",
    "jobstates.watch.blocking": "ask wait wait_all wait_any",
    "jobstates.watch.cursor": "Cursor",
    "jobstates.watch.naming": "job_ref",
    "jobstates.watch.pace": "Pace",
    "jobstates.watch.quota": "Quotas",
    "jobstates.watch.ref": "JobRef",
    "jobstates.watch.sighting": "Patience",
    "jobstates.watch.waiting": "Ending Waited",
    "jobstates.watch.watcher": "Watcher",
}
_HOME = {name: home for home, names in _HOMES.items() for name in names.split()}

__all__ = [
    "Accepted",
    "Actor",
    "AlreadyRequested",
    "AlreadyTerminal",
    "Arrow",
    "Basis",
    "Citation",
    "Clock",
    "ContradictedByService",
    "Cursor",
    "DataflowJob",
    "DataflowJobMachine",
    "DataflowJobState",
    "DeclarationError",
    "DrawingFailed",
    "Ending",
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
    "JobRef",
    "JobState",
    "JobStatesError",
    "Kind",
    "Lifecycle",
    "Lost",
    "MissingExtra",
    "NotAllowed",
    "Observation",
    "Outcome",
    "Overflow",
    "Pace",
    "Patience",
    "Phase",
    "Policy",
    "Quotas",
    "Record",
    "Request",
    "Sentence",
    "Sight",
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
    "Waited",
    "Watcher",
    "ask",
    "follow",
    "job_ref",
    "wait",
    "wait_all",
    "wait_any",
]


if not TYPE_CHECKING:  # a type checker that saw this would take every misspelled name for a good one

    def __getattr__(name: str) -> object:
        """Load a public name from the room it lives in."""
        if name not in _HOME:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = globals()[name] = getattr(import_module(_HOME[name]), name)
        return value


def __dir__() -> list[str]:
    """The public names, loaded or not."""
    return sorted({*globals(), *__all__})
