"""The Vertex SDK: the job on one line, its state on the next."""

from __future__ import annotations

import json

import pytest

from jobstates.reading import Sighting
from tests.reading.support import CUSTOM, CUSTOM2, FLOW, PIPELINE, TRAINING, found_in, local, only, states_in, utc

HEADER = f"CustomJob {CUSTOM} current state:"


@pytest.mark.parametrize(
    ("line", "state"),
    [
        ("JobState.JOB_STATE_RUNNING", "JOB_STATE_RUNNING"),
        ("JOB_STATE_RUNNING", "JOB_STATE_RUNNING"),
        ("3", 3),
        ("  10  ", 10),
        ("JobState.JOB_STATE_RUNNING⠋ Waiting for the job", "JOB_STATE_RUNNING"),
        ("⠹ Waiting...JobState.JOB_STATE_RUNNING", "JOB_STATE_RUNNING"),
        ("JobState.JOB_STATE_RUNNINGWaiting for the job", "JOB_STATE_RUNNING"),
        ("JobState.JOB_STATE_RUNNINGwaiting for the job", "JOB_STATE_RUNNING"),
        ("INFO:google.cloud.aiplatform.jobs:JobState.JOB_STATE_RUNNING", "JOB_STATE_RUNNING"),
        ("2026-03-04 14:15:36,789 INFO 3", 3),
        ("JobState.JOB_STATE_HIBERNATING", "JOB_STATE_HIBERNATING"),
    ],
)
def test_the_state_stands_on_the_next_line_in_any_dress(line: str, state: str | int) -> None:
    sighting = only(found_in(f"{HEADER}\n{line}"))
    assert (sighting.job, sighting.state, sighting.line) == (CUSTOM, state, 2)


def test_every_poll_is_a_sighting_on_its_own_line() -> None:
    text = f"""\
        View Training:
        https://console.cloud.google.com/ai/platform/locations/us-central1/training/1357913579135791357?project=my-project
        CustomTrainingJob {TRAINING} current state:
        PipelineState.PIPELINE_STATE_PENDING
        CustomTrainingJob {TRAINING} current state:
        PipelineState.PIPELINE_STATE_RUNNING
        View backing custom job:
        https://console.cloud.google.com/ai/platform/locations/us-central1/training/246824682468246824?project=my-project
        CustomTrainingJob {TRAINING} current state:
        PipelineState.PIPELINE_STATE_RUNNING
        CustomTrainingJob run completed. Resource name: {TRAINING}
        Model available at projects/my-project/locations/us-central1/models/5555555555555555555
    """
    kind = "trainingPipelines"
    assert found_in(text) == [
        Sighting("vertex-pipeline", TRAINING, "PIPELINE_STATE_PENDING", 4, kind=kind),
        Sighting("vertex-pipeline", TRAINING, "PIPELINE_STATE_RUNNING", 6, kind=kind),
        Sighting("vertex-pipeline", TRAINING, "PIPELINE_STATE_RUNNING", 10, kind=kind),
    ]


def test_cloud_build_puts_its_step_before_both_lines() -> None:
    text = f"""\
        Step #5: Step #4: PipelineJob {PIPELINE} current state:
        Step #5: Step #4: PipelineState.PIPELINE_STATE_RUNNING
        Step #5: Step #4: PipelineJob {PIPELINE} current state:
        Step #5: Step #4: 4
    """
    assert states_in(text) == [(PIPELINE, "PIPELINE_STATE_RUNNING"), (PIPELINE, 4)]


def test_numbers_of_a_pipeline_are_the_pipelines() -> None:
    assert only(found_in(f"PipelineJob {PIPELINE} current state:\n3")).platform == "vertex-pipeline"


def test_a_notebook_indents_both_lines() -> None:
    assert states_in(f"    x\n     {HEADER}\n     JobState.JOB_STATE_PENDING\n") == [(CUSTOM, "JOB_STATE_PENDING")]


def test_the_clock_may_stand_on_either_line() -> None:
    first = only(found_in(f"2026-03-04 14:15:36 INFO {HEADER}\nJobState.JOB_STATE_PENDING"))
    second = only(found_in(f"{HEADER}\n[2026-03-04 14:15:37] JobState.JOB_STATE_PENDING"))
    assert (first.seen, second.seen) == (local(2026, 3, 4, 14, 15, 36), local(2026, 3, 4, 14, 15, 37))


def test_a_structured_log_keeps_both_lines_in_one_message() -> None:
    text = json.dumps(
        {"severity": "INFO", "timestamp": "2026-03-04T14:15:36Z", "message": f"{HEADER}\nJobState.JOB_STATE_RUNNING"}
    )
    seen = utc(2026, 3, 4, 14, 15, 36)
    assert found_in(text) == [Sighting("vertex", CUSTOM, "JOB_STATE_RUNNING", 1, kind="customJobs", seen=seen)]


def test_other_threads_may_write_between_the_two() -> None:
    text = f"""\
        {HEADER}
        INFO:root:step 12 of 100
        Job {FLOW} is in state JOB_STATE_PENDING

        JobState.JOB_STATE_RUNNING
    """
    assert states_in(text) == [(FLOW, "JOB_STATE_PENDING"), (CUSTOM, "JOB_STATE_RUNNING")]


def test_a_number_further_down_is_somebody_elses() -> None:
    assert found_in(f"{HEADER}\nepoch\n3") == []


def test_a_header_waits_only_so_long() -> None:
    noise = "noise\n" * 20
    assert found_in(f"{HEADER}\n{noise}JobState.JOB_STATE_RUNNING") == []


def test_the_newest_header_wins() -> None:
    assert states_in(f"{HEADER}\nCustomJob {CUSTOM2} current state:\nJobState.JOB_STATE_RUNNING") == [
        (CUSTOM2, "JOB_STATE_RUNNING")
    ]


def test_a_log_that_ends_after_a_header_says_nothing() -> None:
    assert found_in(HEADER) == []


def test_elided_names_are_kept_as_they_are() -> None:
    text = "CustomContainerTrainingJob projects/... (elided) current state:\nPipelineState.PIPELINE_STATE_RUNNING"
    assert found_in(text) == [Sighting("vertex-pipeline", "projects/... (elided)", "PIPELINE_STATE_RUNNING", 2)]
