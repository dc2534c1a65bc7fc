"""Launching Dataflow jobs from templates. Nobody reads a template here, so what it would tell follows from what is sent along.

Of what type a templated job is, and whether it can be paused, only its template knows: it is streaming where the launch says
something that is for streaming jobs alone, or where the life that is meant for the job is, and batch otherwise; it can be paused
where that life pauses.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jobstates.emulator.codes import Code
from jobstates.emulator.serving.dataflow_creating import Wanted, facts_of
from jobstates.emulator.serving.dataflow_jobs import under
from jobstates.emulator.serving.service import Refused

if TYPE_CHECKING:
    from google.protobuf.message import Message

    from jobstates.emulator.living.world import LiveJob
    from jobstates.emulator.serving.dataflow_creating import Creating
    from jobstates.emulator.serving.dataflow_jobs import Catalogue
    from jobstates.emulator.serving.dataflow_showing import DataflowShowing
    from jobstates.emulator.serving.faults import Lens
    from jobstates.emulator.serving.shared import Shared

PACKAGE = "google.dataflow.v1beta3"
STREAMING = 2
"""The number of ``JOB_TYPE_STREAMING``."""
LEGACY, FLEX = 1, 2
"""The numbers of ``GetTemplateResponse.TemplateType``."""


class Templates:
    """Serves the two template services."""

    def __init__(self, shared: Shared, catalogue: Catalogue, creating: Creating, showing: DataflowShowing) -> None:
        self._schema = shared.schema
        self._catalogue = catalogue
        self._creating = creating
        self._showing = showing

    def create(self, request: Any, lens: Lens) -> Message:  # noqa: ANN401  # made by a descriptor pool
        """Create a job from a classic template."""
        _path("gcs_path", request.gcs_path)
        return self._launched(self._wanted(request, request, lens), lens)

    def launch(self, request: Any, lens: Lens) -> Message:  # noqa: ANN401
        """Launch a classic template."""
        _path("gcs_path", request.gcs_path or request.dynamic_template.gcs_path)
        return self._answer("LaunchTemplateResponse", request, request.launch_parameters, lens)

    def launch_flex(self, request: Any, lens: Lens) -> Message:  # noqa: ANN401
        """Launch a Flex Template."""
        parameters = request.launch_parameter
        if not parameters.HasField("container_spec"):
            _path("launch_parameter.container_spec_gcs_path", parameters.container_spec_gcs_path)
        return self._answer("LaunchFlexTemplateResponse", request, parameters, lens)

    def get(self, request: Any, lens: Lens) -> Message:  # noqa: ANN401, ARG002
        """What can be told of a template without reading it: its name, and its kind by how Google's tools name the file."""
        path = _path("gcs_path", request.gcs_path)
        response: Any = self._schema.message(f"{PACKAGE}.GetTemplateResponse")()
        response.status.SetInParent()
        response.metadata.name = path.rpartition("/")[2].removesuffix(".json")
        response.template_type = FLEX if path.endswith(".json") else LEGACY
        return response  # type: ignore[no-any-return]  # made by a descriptor pool

    def _answer(self, response: str, request: Any, parameters: Any, lens: Lens) -> Message:  # noqa: ANN401
        wanted = self._wanted(request, parameters, lens)
        answer: Any = self._schema.message(f"{PACKAGE}.{response}")()
        if not request.validate_only:
            answer.job.CopyFrom(self._launched(wanted, lens))
        return answer  # type: ignore[no-any-return]

    def _launched(self, wanted: Wanted, lens: Lens) -> Message:
        job, fresh = self._creating.create(wanted, lens.now)
        return self._showing.created(job, lens) if fresh else self._showing.show(job, lens)

    def _wanted(self, request: Any, parameters: Any, lens: Lens) -> Wanted:  # noqa: ANN401
        if not parameters.job_name:
            raise Refused(Code.INVALID_ARGUMENT, "job_name: the launch names no job")
        scope = under(request.project_id, request.location)
        replaces = self._replaced(scope, parameters, lens.now)
        job = self._described(parameters)
        flex = "container_spec" in parameters.DESCRIPTOR.fields_by_name
        return Wanted(scope, job, facts_of(job, flex_template=flex), replaces, templated=True)

    def _replaced(self, scope: str, parameters: Any, now: float) -> LiveJob | None:  # noqa: ANN401
        """The running job that a launch is to replace, by its name."""
        if not getattr(parameters, "update", False):
            return None
        if (job := self._catalogue.active(scope, parameters.job_name, now)) is None:
            raise Refused(Code.NOT_FOUND, f"update: there is no active job {parameters.job_name!r} in {scope}")
        return job

    def _described(self, parameters: Any) -> Any:  # noqa: ANN401
        """The job that a launch describes."""
        job: Any = self._schema.message(f"{PACKAGE}.Job")(name=parameters.job_name)
        sent, environment = parameters.environment, job.environment
        job.labels.update(sent.additional_user_labels)
        job.transform_name_mapping.update(
            getattr(parameters, "transform_name_mappings", getattr(parameters, "transform_name_mapping", {}))
        )
        environment.experiments.extend(sent.additional_experiments)
        environment.service_account_email = sent.service_account_email
        environment.temp_storage_prefix = sent.temp_location
        environment.worker_region, environment.worker_zone = sent.worker_region, sent.worker_zone
        environment.flex_resource_scheduling_goal = getattr(sent, "flexrs_goal", 0)
        environment.streaming_mode = sent.streaming_mode
        if getattr(parameters, "update", False) or sent.enable_streaming_engine or sent.streaming_mode:
            job.type = STREAMING
        if not environment.ByteSize():
            job.ClearField("environment")
        return job


def _path(field: str, path: str) -> str:
    if not path.startswith("gs://"):
        raise Refused(Code.INVALID_ARGUMENT, f"{field}: {path!r} is no Cloud Storage path; one begins with gs://")
    return path
