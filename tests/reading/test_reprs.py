"""google-genai objects on one line."""

from __future__ import annotations

from jobstates.reading import Sighting
from tests.reading.support import BATCH, CUSTOM, found_in, states_in, utc

RUNNING = "<JobState.JOB_STATE_RUNNING: 'JOB_STATE_RUNNING'>"


def test_a_printed_batch_job_tells_its_name_and_state() -> None:
    text = f"name='{BATCH}' display_name='x' … state={RUNNING} error=None create_time=datetime.datetime(2026, 3, 4, 1, 2)"
    assert found_in(text) == [Sighting("vertex", BATCH, "JOB_STATE_RUNNING", 1, kind="batches")]


def test_the_end_of_a_finished_one_is_the_states_time() -> None:
    text = (
        f"BatchJob(create_time=datetime.datetime(2026, 3, 4, 13, 0, tzinfo=TzInfo(UTC)), "
        f"end_time=datetime.datetime(2026, 3, 4, 14, 0, 1, 5, tzinfo=TzInfo(UTC)), "
        f"error=JobError(code=9, message='too many (queued) jobs'), name='{BATCH}', "
        f"state=<JobState.JOB_STATE_FAILED: 'JOB_STATE_FAILED'>)"
    )
    facts = {"error": "too many (queued) jobs"}
    at = utc(2026, 3, 4, 14, 0, 1, 5)
    assert found_in(text) == [Sighting("vertex", BATCH, "JOB_STATE_FAILED", 1, kind="batches", at=at, facts=facts)]


def test_a_list_on_one_line_is_several_jobs_in_either_order_of_fields() -> None:
    text = f"[BatchJob(name='{BATCH}', state={RUNNING}), TuningJob(state={RUNNING}, name='{CUSTOM}'), BatchJob(name='files/x')]"
    assert states_in(text) == [(BATCH, "JOB_STATE_RUNNING"), (CUSTOM, "JOB_STATE_RUNNING")]


def test_names_inside_other_fields_are_not_the_jobs() -> None:
    text = f"BatchJob(name='{BATCH}', state={RUNNING}, dest=BatchJobDestination(file_name='batches/aaaabbbbcccc'))"
    assert states_in(text) == [(BATCH, "JOB_STATE_RUNNING")]


def test_an_enum_without_a_job_says_nothing() -> None:
    assert found_in(f"state={RUNNING} and name='files/x'") == []
