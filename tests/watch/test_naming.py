"""However a job is named, the same job is meant; what does not name one is refused in one sentence, whatever it is."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from google.auth.credentials import AnonymousCredentials
from google.cloud import aiplatform
from google.cloud.aiplatform_v1.types import CustomJob, PipelineJob
from google.cloud.aiplatform_v1beta1.types import ModelMonitoringJob
from google.cloud.dataflow_v1beta3.types import Job
from hypothesis import given
from hypothesis import strategies as st

from jobstates import DataflowJob, VertexJob, VertexPipeline
from jobstates.errors import UnknownJob
from jobstates.platforms.registry import platforms
from jobstates.watch.addresses import _PAGES, LONGEST
from jobstates.watch.naming import job_ref
from jobstates.watch.ref import JobRef, Scope
from tests.strategies import EPOCH, Incomparable, Unprintable, Unreadable

if TYPE_CHECKING:
    from collections.abc import Callable

PARENT = "projects/my-project/locations/us-central1"
CUSTOM = f"{PARENT}/customJobs/4711"
MONITORED = f"{PARENT}/modelMonitors/12/modelMonitoringJobs/34"
ID = "2026-01-01_00_00_00-1234567890"
DATAFLOW = f"{PARENT}/jobs/{ID}"
VERTEX_API = "https://us-central1-aiplatform.googleapis.com"
NOBODY = AnonymousCredentials()  # type: ignore[no-untyped-call]  # the library is typed in parts
CONSOLE = "https://console.cloud.google.com"
KINDS = [(machine.lifecycle.job_type, kind) for machine in platforms().values() for kind in machine.lifecycle.job_type.kinds]


def refused(job: object, **given: Any) -> str:
    with pytest.raises(UnknownJob) as caught:
        job_ref(job, **given)
    assert caught.value.__context__ is None
    said = str(caught.value)
    assert "\n" not in said
    assert len(said) < 1200
    return said


def named(job: object, **given: Any) -> JobRef | str:
    """The job, or the sentence with which it is refused."""
    try:
        return job_ref(job, **given)
    except UnknownJob as error:
        return str(error)


class TestTexts:
    @pytest.mark.parametrize(
        ("text", "name"),
        [
            (CUSTOM, CUSTOM),
            (f"  {CUSTOM}\n", CUSTOM),
            (f"//aiplatform.googleapis.com/{CUSTOM}", CUSTOM),
            (MONITORED, MONITORED),
            (DATAFLOW, DATAFLOW),
            (f"//dataflow.googleapis.com/{DATAFLOW}", DATAFLOW),
            (f"{VERTEX_API}/v1/{CUSTOM}", CUSTOM),
            (f"{VERTEX_API}/v1beta1/{MONITORED}/", MONITORED),
            (f"https://aiplatform.us.rep.googleapis.com/v1/{CUSTOM}?alt=json", CUSTOM),
            (f"https://dataflow.googleapis.com/v1b3/{DATAFLOW}", DATAFLOW),
            (f"https://dataflow.googleapis.com/v1b3/{DATAFLOW.replace('my-project', 'example.com%3Amy-project')}",
             DATAFLOW.replace("my-project", "example.com:my-project")),
            (f"{CONSOLE}/dataflow/jobs/us-central1/{ID}?project=my-project", DATAFLOW),
            (f"{CONSOLE}/dataflow/jobs/us-central1/{ID};step=Read%2FSplit;graphView=0?project=my-project&authuser=1#x", DATAFLOW),
            (f"{CONSOLE}/dataflow/jobsDetail/locations/us-central1/jobs/{ID}?project=my-project", DATAFLOW),
            (f"{CONSOLE}/vertex-ai/locations/us-central1/pipelines/runs/r-1?project=my-project", f"{PARENT}/pipelineJobs/r-1"),
            (f"{CONSOLE}/ai/platform/locations/us-central1/batch-predictions/5?project=my-project",
             f"{PARENT}/batchPredictionJobs/5"),
            (f"{CONSOLE}/vertex-ai/generative/language/locations/us-central1/tuning/tuningJob/6?project=my-project",
             f"{PARENT}/tuningJobs/6"),
        ],
    )  # fmt: skip
    def test_name_the_job_that_they_are_about(self, text: str, name: str) -> None:
        assert job_ref(text).name == name

    @pytest.mark.parametrize(("job_type", "kind"), KINDS, ids=lambda one: getattr(one, "name", ""))
    def test_of_every_kind_that_a_lifecycle_knows_are_read(self, job_type: Any, kind: Any) -> None:
        name = f"{kind.pattern.rpartition('/')[0]}/{ID}".format(
            project="p", project_id="p", location="l", model_monitor="m", **dict.fromkeys(["notebook"], "n")
        )
        ref = job_ref(name)
        assert (ref.name, ref.platform, ref.scope.kind) == (name, job_type.platform, kind.name)

    def test_of_the_training_page_tell_no_kind_and_need_one(self) -> None:
        page = f"{CONSOLE}/agent-platform/locations/us-central1/training/4711/cpu?project=my-project"
        said = refused(page)
        assert "kind=, one of customJobs, hyperparameterTuningJobs, trainingPipelines" in said
        assert job_ref(page, kind="customJobs").name == CUSTOM
        assert job_ref(page, kind="TrainingPipeline") == job_ref(f"{PARENT}/trainingPipelines/4711")
        assert "that page shows no 'pipelineJobs'" in refused(page, kind="pipelineJobs")

    def test_of_the_console_are_read_for_kinds_alone_that_exist(self) -> None:
        assert {kind for kinds in _PAGES.values() for kind in kinds} <= {kind.name for _, kind in KINDS}

    def test_that_leave_something_out_are_completed_by_what_the_caller_says(self) -> None:
        place = {"project": "my-project", "location": "us-central1"}
        assert job_ref("4711", kind="customJobs", **place).name == CUSTOM
        assert job_ref(4711, kind="CustomJob", **place).name == CUSTOM
        assert job_ref("customJobs/4711", **place).name == CUSTOM
        assert job_ref(ID, **place).name == DATAFLOW
        assert job_ref(ID, platform="dataflow", kind="jobs", **place).name == DATAFLOW
        assert job_ref(f"projects/my-project/jobs/{ID}", location="us-central1").name == DATAFLOW
        assert job_ref(f"{CONSOLE}/dataflow/jobs/us-central1/{ID}", project="my-project").name == DATAFLOW
        assert job_ref(CUSTOM, kind="customJobs", platform="vertex", **place).name == CUSTOM

    @pytest.mark.parametrize(
        ("given", "wrong"),
        [
            ({"project": "other"}, "it is of the project 'my-project', and project= says 'other'; give one of the two"),
            ({"location": "us-east1"}, "it is of the location 'us-central1', and location= says 'us-east1'"),
            ({"kind": "nasJobs"}, "it is of the kind 'customJobs', and kind= says 'nasJobs'"),
            ({"platform": "dataflow"}, "there is no kind 'customJobs' (did you mean 'jobs'?); give kind=, one of jobs"),
            ({"platform": "slurm"}, "there is no platform 'slurm'; give one of dataflow, vertex"),
            ({"project": 7}, "project= is no text"),
        ],
    )
    def test_are_not_overruled_by_what_the_caller_says(self, given: dict[str, Any], wrong: str) -> None:
        assert wrong in refused(CUSTOM, **given)


class TestRefusals:
    @pytest.mark.parametrize(
        ("text", "wrong"),
        [
            ("", "it has no job's id"),
            ("wordcount", "'wordcount' is no id of a Dataflow job, and a name is no identity: many jobs may"),
            (f"{PARENT}/jobs/wordcount", "a name is no identity"),
            ("4711", "an id alone does not tell the kind; give kind=, one of jobs, customJobs"),
            (ID, "it tells no project; give project='my-project', for example"),
            (f"projects/p/jobs/{ID}", "it tells no location; give location='us-central1', for example"),
            ("customJobs/4711", "it tells no project"),
            (f"{PARENT}/modelMonitoringJobs/34", "it tells no modelMonitors; give a name such as projects/my-project/locations/"),
            (f"{PARENT}/models/4711", "there is no kind 'models'; give kind=, one of"),
            (PARENT, "there is no kind 'locations'"),
            (f"{PARENT}/customJobs", "its parts are not pairs of a collection and an id"),
            (f"{CUSTOM}/", "its parts are not pairs"),
            (f"projects/a/{CUSTOM}", "its parts are not pairs"),
            (f"{PARENT}/endpoints/1/customJobs/4711", "customJobs are not found in 'endpoints'"),
            ("projects/My_Project/locations/us-central1/customJobs/4711", "'My_Project' is no project; give one such as my"),
            ("projects/-/locations/us-central1/customJobs/4711", "'-' is no project"),
            ("projects/p/locations/-/customJobs/4711", "'-' is no location"),
            ("projects/p/locations/us-central1-a/customJobs/4711", "'us-central1-a' is no location; give one such as the region"),
            (f"{PARENT}/customJobs/47 11", "'47 11' is no id"),
            (f"{PARENT}/customJobs/4711:cancel", "'4711:cancel' is no id"),
            (f"{PARENT}/customJobs/４７", "is no id"),  # noqa: RUF001  # digits of another script
            (f"{VERTEX_API}/v1/{CUSTOM.replace('/customJobs', '%2FcustomJobs')}", "its parts are not pairs"),
            (f"{VERTEX_API}/v1/{PARENT}/customJobs/47%2F11", "'47/11' is no id"),
            (f"{VERTEX_API}/v1/{PARENT}/customJobs/%FF%00", "is no id"),
            (f"http://us-central1-aiplatform.googleapis.com/v1/{CUSTOM}", "it is no address of a Vertex AI or Dataflow job"),
            (f"https://aiplatform.googleapis.com.evil.example/v1/{CUSTOM}", "it is no address"),
            (f"https://storage.googleapis.com/v1/{CUSTOM}", "it is no address"),
            (f"{CONSOLE}/vertex-ai/models?project=p", "that page of the console shows no job"),
            ("https://[::1/", "the address cannot be read"),
            (f"{CUSTOM}{'1' * LONGEST}", f"it is longer than {LONGEST} characters"),
        ],
    )  # fmt: skip
    def test_say_what_is_wrong_and_what_to_give(self, text: str, wrong: str) -> None:
        said = refused(text)
        assert said.startswith(f"{text[:100]!r}"[:100])
        assert wrong in said
        assert "; give " in said

    def test_repeat_what_was_given_on_one_line_and_not_at_length(self) -> None:
        assert refused("a\nb\x00\ud800").startswith(r"'a\nb\x00\\ud800' does not name one job: ")
        assert len(refused("x" * 10_000_000)) < 400
        assert refused("x" * 10_000_000).startswith(f"'{'x' * 120}…' does not")

    @pytest.mark.parametrize(
        "thing",
        [None, True, -1, 4.5, b"bytes", [], {}, (), object, {"name": 4}, {"name": ""}, Scope("vertex", PARENT, "customJobs")],
        ids=repr,
    )
    def test_meet_whatever_has_no_name(self, thing: object) -> None:
        assert " does not name one job: " in refused(thing)

    @pytest.mark.parametrize("hostile", [Unprintable, Unreadable, Incomparable])
    def test_meet_objects_that_raise(self, hostile: Callable[[], object]) -> None:
        assert " does not name one job: " in refused(hostile())
        assert " does not name one job: " in refused({"name": hostile()})
        assert " does not name one job: " in refused(SimpleNamespace(resource_name=hostile(), _job=hostile()))
        assert " does not name one job: " in refused(CUSTOM, project=hostile())

    @given(st.text() | st.from_regex(r"(https://console\.cloud\.google\.com/|//|projects/|dataflow/|locations/|.)+"))
    def test_are_the_worst_that_any_text_comes_to(self, text: str) -> None:
        came_to = named(text, project="p", location="l", kind="customJobs")
        assert came_to.isprintable() if isinstance(came_to, str) else came_to.scope.project == "p"

    @given(st.recursive(st.none() | st.text() | st.integers() | st.binary(), lambda inner: st.dictionaries(
        st.sampled_from(["name", "id", "projectId", "project_id", "location", "resource_name", "_job"]), inner)))  # fmt: skip
    def test_are_the_worst_that_any_document_comes_to(self, document: Any) -> None:
        came_to = named(document)
        assert came_to.isprintable() if isinstance(came_to, str) else job_ref(came_to) == came_to


LABEL = st.from_regex(r"[a-z][a-z0-9-]{0,20}[a-z0-9]", fullmatch=True)
LOCATIONS = st.sampled_from(["us-central1", "europe-west4", "global", "us", "me-central2"])


@st.composite
def refs(draw: st.DrawFn) -> JobRef:
    """Any job of any kind."""
    job_type, kind = draw(st.sampled_from(KINDS))
    project = draw(LABEL | st.integers(1, 10**12).map(str) | LABEL.map("example.com:{}".format))
    inside = f"/modelMonitors/{draw(LABEL)}" if "modelMonitors" in kind.pattern else ""
    dataflow = st.builds("{:%Y-%m-%d_%H_%M_%S}-{}".format, st.datetimes(min_value=EPOCH.replace(tzinfo=None)), st.integers(0))
    ident = draw(dataflow if job_type is DataflowJob else LABEL | st.integers(1, 10**19).map(str))
    return JobRef(Scope(job_type.platform, f"projects/{project}/locations/{draw(LOCATIONS)}{inside}", kind.name), ident)


class TestLaws:
    @given(refs())
    def test_what_a_reference_is_written_as_is_read_as_the_same(self, ref: JobRef) -> None:
        assert job_ref(ref) == job_ref(ref.name) == job_ref(f"//aiplatform.googleapis.com/{ref}") == ref
        assert job_ref({"name": ref.name}) == job_ref(SimpleNamespace(resource_name=ref.name)) == ref
        assert job_ref(ref, project=ref.scope.project, location=ref.scope.location, kind=ref.scope.kind) == ref

    @given(refs(), LABEL)
    def test_no_two_places_are_taken_for_one(self, ref: JobRef, other: str) -> None:
        elsewhere = ref.name.replace(f"/locations/{ref.scope.location}/", f"/locations/{other}9/")
        assert job_ref(elsewhere) != ref


class TestObjects:
    """Of Google's clients, as they are."""

    @pytest.fixture
    def sdk(self) -> Callable[[Any, Any], Any]:
        return lambda noun, resource: noun._construct_sdk_resource_from_gapic(
            resource, project="my-project", location="us-central1", credentials=NOBODY
        )

    def test_of_the_sdk_name_their_jobs_and_so_do_the_pages_that_it_logs(self, sdk: Callable[[Any, Any], Any]) -> None:
        custom = sdk(aiplatform.CustomJob, CustomJob(name=CUSTOM))
        run = sdk(aiplatform.PipelineJob, PipelineJob(name=f"{PARENT}/pipelineJobs/r-1"))
        assert job_ref(custom).name == CUSTOM
        assert job_ref(custom._dashboard_uri(), kind="customJobs").name == CUSTOM
        assert job_ref(run) == job_ref(run._dashboard_uri())

    def test_of_the_sdk_that_were_never_created_name_none(self) -> None:
        job = aiplatform.CustomJob(
            display_name="train", worker_pool_specs=[{}], project="p", location="us-central1",
            credentials=NOBODY, staging_bucket="gs://b",
        )  # fmt: skip
        assert "it has no resource name" in refused(job)

    def test_that_are_messages_name_their_jobs(self) -> None:
        dataflow = Job(id=ID, project_id="my-project", location="us-central1", name="wordcount")
        assert job_ref(dataflow).name == job_ref(Job.pb(dataflow)).name == DATAFLOW
        assert job_ref(CustomJob(name=CUSTOM)).name == job_ref(CustomJob.pb(CustomJob(name=CUSTOM))).name == CUSTOM
        assert job_ref(ModelMonitoringJob(name=MONITORED)).name == MONITORED

    def test_of_dataflow_need_a_location_and_are_not_found_by_name(self) -> None:
        assert "it tells no location" in refused(Job(id=ID, project_id="my-project"))
        assert "a name is no identity" in refused(Job(project_id="my-project", location="us-central1", name="wordcount"))

    def test_that_are_resources_in_json_name_their_jobs(self) -> None:
        resource = {"id": ID, "projectId": "my-project", "name": "wordcount", "location": "us-central1"}
        assert job_ref(resource).name == DATAFLOW
        assert job_ref({"name": CUSTOM, "displayName": "train"}).name == CUSTOM

    def test_that_beam_returns_name_the_jobs_inside(self) -> None:
        """A ``DataflowPipelineResult`` keeps the job's message, whose fields older Beams spell as JSON does; or None."""
        message = Job(id=ID, project_id="my-project", location="us-central1", name="wordcount")
        older = SimpleNamespace(id=ID, projectId="my-project", location="us-central1", name="wordcount")
        assert job_ref(SimpleNamespace(_job=message, job_id=lambda: ID)).name == DATAFLOW
        assert job_ref(SimpleNamespace(_job=older, job_id=lambda: ID)).name == DATAFLOW
        assert "it has no resource name" in refused(SimpleNamespace(_job=None, has_job=False))

    def test_of_this_package_name_their_jobs(self) -> None:
        place = {"project": "my-project", "location": "us-central1"}
        assert job_ref(VertexJob(name=CUSTOM)).name == CUSTOM
        assert job_ref(VertexJob(name="4711", kind="customJobs"), **place).name == CUSTOM
        assert job_ref(DataflowJob(name=ID), **place).name == DATAFLOW
        assert "it is of the platform 'vertex', and platform= says 'dataflow'" in refused(
            VertexJob(name=CUSTOM), platform="dataflow"
        )
        assert "it has no job's id" in refused(VertexPipeline())
