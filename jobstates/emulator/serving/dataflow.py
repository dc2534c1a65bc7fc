"""The Dataflow services: which method is answered by whom.

What a request leads to, the lifecycle says; what is undocumented, the settings say. Snapshots are not served.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jobstates.emulator.codes import Code
from jobstates.emulator.serving.dataflow_asking import Asking
from jobstates.emulator.serving.dataflow_changing import Change
from jobstates.emulator.serving.dataflow_creating import Creating, Wanted, facts_of
from jobstates.emulator.serving.dataflow_jobs import Catalogue, missing, names, under
from jobstates.emulator.serving.dataflow_list import DataflowLists
from jobstates.emulator.serving.dataflow_messages import PACKAGE, Telling
from jobstates.emulator.serving.dataflow_replacing import Succession
from jobstates.emulator.serving.dataflow_scripting import Scripting
from jobstates.emulator.serving.dataflow_showing import DataflowShowing
from jobstates.emulator.serving.dataflow_templates import Templates
from jobstates.emulator.serving.service import Refused, Serve

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from google.protobuf.message import Message

    from jobstates.emulator.living.life import Life
    from jobstates.emulator.living.world import LiveJob
    from jobstates.emulator.scenario import JobScript
    from jobstates.emulator.serving.faults import Lens
    from jobstates.emulator.serving.shared import Shared


class Dataflow:
    """The Dataflow services, and their jobs."""

    def __init__(self, shared: Shared) -> None:
        self._catalogue = Catalogue(shared)
        self._showing = DataflowShowing(shared)
        succession = Succession(shared, self._catalogue)
        self._creating = Creating(shared, self._catalogue, succession)
        self._scripting = Scripting(shared, self._catalogue, succession)
        self._asking = Asking(shared, succession)
        self._shared = shared
        self._lists = DataflowLists(shared, self._catalogue, self._showing)
        self._telling = Telling(shared, self._catalogue)
        self._templates = Templates(shared, self._catalogue, self._creating, self._showing)

    def methods(self) -> Iterator[tuple[str, Serve]]:
        """The methods it serves, by path."""
        jobs, metrics, templates = "JobsV1Beta3", "MetricsV1Beta3", "TemplatesService"
        served = {
            f"{jobs}/CreateJob": Serve(self._create, lambda request: (request.job.name,)),
            f"{jobs}/GetJob": self._reading(self._get),
            f"{jobs}/UpdateJob": Serve(self._update, self._catalogue.names),
            f"{jobs}/ListJobs": Serve(self._lists.one, reads=True, lists=True),
            f"{jobs}/AggregatedListJobs": Serve(self._lists.all, reads=True, lists=True),
            f"{jobs}/CheckActiveJobs": Serve(self._lists.any_active, reads=True, lists=True),
            "MessagesV1Beta3/ListJobMessages": self._reading(self._telling.messages),
            f"{metrics}/GetJobMetrics": self._reading(self._telling.metrics),
            f"{metrics}/GetJobExecutionDetails": self._reading(self._telling.execution),
            f"{metrics}/GetStageExecutionDetails": self._reading(self._telling.stage),
            f"{templates}/CreateJobFromTemplate": Serve(self._templates.create, lambda request: (request.job_name,)),
            f"{templates}/LaunchTemplate": Serve(self._templates.launch, lambda request: (request.launch_parameters.job_name,)),
            f"{templates}/GetTemplate": Serve(self._templates.get, reads=True),
            "FlexTemplatesService/LaunchFlexTemplate": Serve(
                self._templates.launch_flex, lambda request: (request.launch_parameter.job_name,)
            ),
        }
        for name, serve in served.items():
            yield f"/{PACKAGE}.{name}", serve

    def populate(self, script: JobScript, life: Life | None, created: float) -> None:
        """Create the jobs of a script; without a life, the rules choose.

        Raises:
            InputError: when there cannot be such jobs.
        """
        self._scripting.populate(script, life, created)

    def names(self, job: LiveJob) -> Sequence[str]:
        """The id of a job, its resource name, and its job name."""
        return names(job)

    def _reading(self, run: Callable[[Any, Lens], Message]) -> Serve:
        return Serve(run, self._catalogue.names, reads=True)

    # The methods that are about one job. Requests are made by a descriptor pool, so no type tells their fields.

    def _create(self, request: Any, lens: Lens) -> Message:  # noqa: ANN401
        scope = under(request.project_id, request.location)
        if not request.HasField("job"):
            raise Refused(Code.INVALID_ARGUMENT, "job: the request describes no job")
        replaces = self._creating.replaced(scope, request.job.replace_job_id or request.replace_job_id, lens.now)
        job, fresh = self._creating.create(Wanted(scope, request.job, facts_of(request.job), replaces), lens.now)
        return (self._showing.created if fresh else self._showing.show)(job, lens, request.view)

    def _get(self, request: Any, lens: Lens) -> Message:  # noqa: ANN401
        job = self._catalogue.asked(request)
        if job is None or not job.exists(lens.at(names(job))):
            raise missing(request)
        return self._showing.show(job, lens, request.view)

    def _update(self, request: Any, lens: Lens) -> Message:  # noqa: ANN401
        job = self._catalogue.found(request, lens.now)
        if request.update_mask.paths and request.job.requested_state:
            raise Refused(Code.INVALID_ARGUMENT, "update_mask: the state and other fields cannot be updated in one request")
        if request.update_mask.paths:
            Change(self._shared, job, lens.now).make(request.job, request.update_mask)
        elif request.job.requested_state:
            self._asking.ask(job, request.job, lens.now)
        return self._showing.show(job, lens)
