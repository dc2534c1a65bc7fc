"""What a job is called, and what proves its platform."""

from __future__ import annotations

import pytest

from jobstates.reading import Sighting
from jobstates.reading.names import JobName
from jobstates.reading.page import Page, Recent
from tests.reading.support import CUSTOM, CUSTOM_ID, FLOW, PIPELINE, TRAINING, Words, found_in, only, states_in


def test_a_bare_id_is_the_job_whose_full_name_ends_in_it_from_then_on() -> None:
    text = f"""\
        job {CUSTOM_ID} state=JOB_STATE_QUEUED
        customJobs/{CUSTOM_ID} state=JOB_STATE_PENDING
        job {CUSTOM_ID} state=JOB_STATE_PENDING
        submitted {CUSTOM}
        job {CUSTOM_ID} state=JOB_STATE_RUNNING
        customJobs/{CUSTOM_ID} state=JOB_STATE_SUCCEEDED
    """
    short = f"customJobs/{CUSTOM_ID}"
    assert [(one.job, one.kind) for one in found_in(text) if isinstance(one, Sighting)] == [
        (CUSTOM_ID, None),
        (short, "customJobs"),
        (short, "customJobs"),
        (CUSTOM, "customJobs"),
        (CUSTOM, "customJobs"),
    ]


def test_two_full_names_that_end_alike_are_two_jobs() -> None:
    other = PIPELINE.replace("my-project", "your-project")
    text = (
        f"{PIPELINE} state=PIPELINE_STATE_RUNNING\n{other} state=PIPELINE_STATE_RUNNING\n{PIPELINE} state=PIPELINE_STATE_FAILED\n"
    )
    assert [job for job, _ in states_in(text)] == [PIPELINE, other, PIPELINE]


@pytest.mark.parametrize("name", [FLOW, f"projects/p/locations/us-central1/jobs/{FLOW}", f"jobs/{FLOW}"])
def test_a_dataflow_job_is_its_id_however_it_is_written(name: str) -> None:
    assert only(found_in(f"Job {name} is in state JOB_STATE_DONE")) == Sighting(
        "dataflow", FLOW, "JOB_STATE_DONE", 1, kind="jobs"
    )


@pytest.mark.parametrize(
    ("name", "state", "platform", "kind"),
    [
        (CUSTOM, "JOB_STATE_RUNNING", "vertex", "customJobs"),
        ("customJobs/123", "JOB_STATE_RUNNING", "vertex", "customJobs"),
        ("projects/p/locations/l/fooJobs/a-1", "JOB_STATE_RUNNING", "vertex", "fooJobs"),
        ("projects/p/locations/l/modelMonitors/m-1/modelMonitoringJobs/7", "JOB_STATE_PENDING", "vertex", "modelMonitoringJobs"),
        ("projects/example.com:old/locations/l/customJobs/7", "JOB_STATE_PENDING", "vertex", "customJobs"),
        (PIPELINE, "PIPELINE_STATE_RUNNING", "vertex-pipeline", "pipelineJobs"),
        (TRAINING, "PIPELINE_STATE_RUNNING", "vertex-pipeline", "trainingPipelines"),
        ("batches/abcd1234efgh", "JOB_STATE_RUNNING", "vertex", "batches"),
        (FLOW, "JOB_STATE_RUNNING", "dataflow", "jobs"),
        (CUSTOM_ID, "JOB_STATE_RUNNING", "vertex", None),
        (CUSTOM_ID, "PIPELINE_STATE_RUNNING", "vertex-pipeline", None),
    ],
)
def test_the_name_and_the_state_prove_the_platform_and_the_name_the_kind(
    name: str, state: str, platform: str, kind: str | None
) -> None:
    assert found_in(f"job {name} state={state}") == [Sighting(platform, name, state, 1, kind=kind)]


def test_proof_beats_the_callers_word_and_the_callers_word_beats_the_default() -> None:
    text = f"job {CUSTOM_ID} state=JOB_STATE_RUNNING\njob {CUSTOM} state=JOB_STATE_RUNNING\n"
    platforms = [one.platform for one in found_in(text, platform="dataflow") if isinstance(one, Sighting)]
    assert platforms == ["dataflow", "vertex"]


def test_only_so_many_jobs_are_remembered() -> None:
    kept: Recent[int] = Recent(2)
    for number, key in enumerate("abc"):
        kept.put(key, number)
        assert kept.get(key) == number
    assert [kept.get(key) for key in "abc"] == [None, 1, 2]
    kept.get("b")
    kept.put("d", 3)
    assert [kept.get(key) for key in "bcd"] == [1, None, 3]


def test_what_was_named_last_is_what_follows_is_about() -> None:
    page = Page(Words())
    page.sight(JobName(CUSTOM, "customJobs", "vertex"), "JOB_STATE_RUNNING", 1)
    assert page.subject == JobName(CUSTOM, "customJobs", "vertex")
    assert len(page.take()) == 1
    assert page.take() == []
