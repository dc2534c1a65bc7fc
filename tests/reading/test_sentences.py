"""Beam and Airflow: one sentence a line, behind any head that a logger puts before it."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from jobstates.reading import Sighting
from tests.reading.support import CUSTOM, FLOW, FLOW2, PIPELINE, found_in, local, only, states_in, utc

SENTENCE = f"Job {FLOW} is in state JOB_STATE_RUNNING"


@pytest.mark.parametrize(
    ("head", "seen"),
    [
        ("", None),
        ("INFO:root:", None),
        ("INFO:apache_beam.runners.dataflow.dataflow_runner:", None),
        ("2026-03-04 14:15.36 - ", local(2026, 3, 4, 14, 15, 36)),
        (" 2026-03-04 14:15:36,789 INFO ", local(2026, 3, 4, 14, 15, 36, 789000)),
        ("2026/03/04 14:15:36 ", local(2026, 3, 4, 14, 15, 36)),
        ("[2026-03-04, 14:15:36 UTC] {beam.py:127} INFO - ", utc(2026, 3, 4, 14, 15, 36)),
        ("[2026-03-04T14:15:36.123+0000] {beam.py:127} INFO - INFO:root:", utc(2026, 3, 4, 14, 15, 36, 123000)),
        ("[2026-03-04 14:15:36 CST] ", local(2026, 3, 4, 14, 15, 36)),
        ("2026-03-04T14:15:36.1234567Z [myapp] ", utc(2026, 3, 4, 14, 15, 36, 123456)),
        (
            "2026-03-04T14:15:36+05:30 | INFO | ",
            datetime(2026, 3, 4, 14, 15, 36, tzinfo=timezone(timedelta(hours=5, minutes=30))),
        ),
        ('Step #5 - "train": Step #4: ', None),
        ("\x1b[32mINFO\x1b[0m ", None),
        ("# ", None),
        ("13:45:14 ", None),
        ("2026-13-44 25:61:61 ", None),
    ],
)
def test_beam_prints_an_id_and_a_state_behind_any_head(head: str, seen: datetime | None) -> None:
    assert found_in(head + SENTENCE) == [Sighting("dataflow", FLOW, "JOB_STATE_RUNNING", 1, kind="jobs", seen=seen)]


def test_two_jobs_interleave_and_each_keeps_its_own() -> None:
    text = f"""\
        INFO:root:Created job with id: [{FLOW}]
        INFO:root:Job {FLOW} is in state JOB_STATE_PENDING
        INFO:root:Created job with id: [{FLOW2}]
        INFO:root:Job {FLOW2} is in state JOB_STATE_PENDING
        INFO:root:Job {FLOW} is in state JOB_STATE_DONE
    """
    assert states_in(text) == [(FLOW, "JOB_STATE_PENDING"), (FLOW2, "JOB_STATE_PENDING"), (FLOW, "JOB_STATE_DONE")]


def test_the_services_clock_inside_a_message_is_no_states_time() -> None:
    text = f"""\
        2026-03-04 14:15.42 - 2026-03-04T13:15:40.939Z: JOB_MESSAGE_BASIC: Autoscaling is enabled for job {FLOW}.
        2026-03-04 14:15.42 - {SENTENCE}
    """
    assert only(found_in(text)).seen == local(2026, 3, 4, 14, 15, 42)


def test_the_type_that_beam_prints_at_creation_is_known_from_then_on() -> None:
    text = f"""\
        INFO:root:Create job: <Job
         createTime: '2026-03-04T13:15:40.456875Z'
         currentStateTime: '1970-01-01T00:00:00Z'
         id: '{FLOW}'
         name: 'beamapp-root'
         stageStates: []
         type: TypeValueValuesEnum(JOB_TYPE_BATCH, 1)>
        INFO:root:{SENTENCE}
    """
    assert found_in(text) == [Sighting("dataflow", FLOW, "JOB_STATE_RUNNING", 8, kind="jobs", facts={"type": "batch"})]


def test_a_vertex_job_can_be_in_a_state_too() -> None:
    assert states_in(f'The job "{CUSTOM}" is in state JOB_STATE_SUCCEEDED and cannot be canceled.') == [
        (CUSTOM, "JOB_STATE_SUCCEEDED")
    ]


@pytest.mark.parametrize("name", ["reddit-loader", "/user/job", "42", "it"])
def test_beams_sentence_about_a_job_of_another_name_is_not_ours(name: str) -> None:
    assert found_in(f"Job {name} is in state JOB_STATE_RUNNING") == []


def test_java_finishes_with_a_bare_word() -> None:
    assert states_in(f"INFO: Job {FLOW} finished with status DONE.") == [(FLOW, "DONE")]


@pytest.mark.parametrize(
    "line",
    [
        f"INFO: Job {FLOW} finished with status SPLENDID.",
        f"Job {FLOW} terminated in state RUNNING",
        f"RuntimeError: Job {FLOW} is in state JOB_STATE_FAILED",
        f"airflow.exceptions.AirflowException: Google Cloud Dataflow job {FLOW} is state: JOB_STATE_FAILED",
        f"Job {FLOW} is in state JOB_STATE_",
        f"Job {FLOW} is in state",
        "DataflowRuntimeException: Dataflow pipeline failed. State: FAILED, Error:",
    ],
)
def test_unknown_words_exceptions_and_halves_say_nothing(line: str) -> None:
    assert found_in(line) == []


def test_airflow_prints_names() -> None:
    text = "[2026-03-04T14:15:36.123+0000] {dataflow.py:393} INFO - Google Cloud DataFlow job a-python-1 is state: JOB_STATE_DONE"
    seen = utc(2026, 3, 4, 14, 15, 36, 123000)
    assert found_in(text) == [Sighting("dataflow", "a-python-1", "JOB_STATE_DONE", 1, kind="jobs", seen=seen)]


def test_airflows_structured_log_carries_the_sentence_and_the_clock() -> None:
    text = (
        '{"timestamp":"2026-03-04T14:15:36.876370Z","event":"Google Cloud DataFlow job a-b-c is state: JOB_STATE_DONE",'
        '"dag_id":"d","try_number":1,"filename":"dataflow.py","lineno":488}'
    )
    seen = utc(2026, 3, 4, 14, 15, 36, 876370)
    assert found_in(text) == [Sighting("dataflow", "a-b-c", "JOB_STATE_DONE", 1, kind="jobs", seen=seen)]


def test_an_unknown_state_of_a_properly_named_job_is_kept_as_it_is() -> None:
    text = f"Job {FLOW} is in state JOB_STATE_HIBERNATING\nJob {PIPELINE} is in state PIPELINE_STATE_DREAMING"
    assert states_in(text) == [(FLOW, "JOB_STATE_HIBERNATING"), (PIPELINE, "PIPELINE_STATE_DREAMING")]
