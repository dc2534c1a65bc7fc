"""What polling scripts print: a state, and the job somewhere above."""

from __future__ import annotations

import pytest

from jobstates.reading import Sighting, Unreadable
from tests.reading.support import BATCH, CUSTOM, CUSTOM2, FLOW, found_in, local, states_in


def test_a_poll_belongs_to_the_job_named_last_above_it() -> None:
    text = f"""\
        [2026-03-04 20:02:48] [*] Submitting Custom Job: run-20260304-200248
        [2026-03-04 20:02:52] [+] submit succeeded: {CUSTOM}
        [2026-03-04 20:02:53]     [Fallback] state=JOB_STATE_QUEUED elapsed=1s
        [2026-03-04 20:03:24]     [Fallback] state=JOB_STATE_FAILED elapsed=32s
        [2026-03-04 20:03:24] RuntimeError: custom job failed with state=JOB_STATE_FAILED resource={CUSTOM}
        [2026-03-04 20:22:51] [+] submit succeeded: {CUSTOM2}
        [2026-03-04 20:22:52]     [Fallback] state=JOB_STATE_QUEUED elapsed=1s
    """
    assert found_in(text) == [
        Sighting("vertex", CUSTOM, "JOB_STATE_QUEUED", 3, kind="customJobs", seen=local(2026, 3, 4, 20, 2, 53)),
        Sighting("vertex", CUSTOM, "JOB_STATE_FAILED", 4, kind="customJobs", seen=local(2026, 3, 4, 20, 3, 24)),
        Sighting("vertex", CUSTOM2, "JOB_STATE_QUEUED", 7, kind="customJobs", seen=local(2026, 3, 4, 20, 22, 52)),
    ]


@pytest.mark.parametrize("naming", ["job: {}", "name: {}", "job_id = {}", "job: {}\ntype: JOB_TYPE_BATCH"])
def test_a_field_that_names_a_job_names_it_for_the_polls_below(naming: str) -> None:
    text = (
        f"submitted {CUSTOM}\n{naming.format(CUSTOM2)}\nstate=JOB_STATE_RUNNING elapsed=63s\nstate=JOB_STATE_FAILED elapsed=90s\n"
    )
    assert states_in(text) == [(CUSTOM2, "JOB_STATE_RUNNING"), (CUSTOM2, "JOB_STATE_FAILED")]


@pytest.mark.parametrize(
    "poll",
    [
        "train_state=JOB_STATE_RUNNING",
        "[2026-03-04 17:13:52 CST] train_state=JOB_STATE_RUNNING",
        "Current state: JobState.JOB_STATE_RUNNING. Waiting 30 seconds...",
        "Job status: JOB_STATE_RUNNING",
        "Current job status is: JOB_STATE_RUNNING",
        'poll {"n": 3} STATE="JOB_STATE_RUNNING"',
        "state=JOB_STATE_RUNNING",
        "job_state = JOB_STATE_RUNNING (12 of 40)",
    ],
)
def test_a_poll_is_a_field_named_state_or_status(poll: str) -> None:
    assert states_in(f"created {BATCH}\n{poll}\nbye\n") == [(BATCH, "JOB_STATE_RUNNING")]


@pytest.mark.parametrize(
    "poll",
    [
        "requested_state=JOB_STATE_CANCELLED",
        "last_state=JOB_STATE_RUNNING",
        "previous_state=JOB_STATE_RUNNING",
        "executionStageState: JOB_STATE_DONE",
        "task_state=JOB_STATE_RUNNING",
        "target_state: JOB_STATE_SUCCEEDED",
        "raise TimeoutError(state=JOB_STATE_RUNNING)",
        "state=JOB_STATE_",
        "state=RUNNING",
        "real estate of JOB_STATE_RUNNING",
    ],
)
def test_a_field_about_something_else_is_no_poll(poll: str) -> None:
    assert found_in(f"created {CUSTOM}\n{poll}\n") == []


def test_a_poll_that_names_its_job_needs_nothing_above() -> None:
    assert states_in(f"created {CUSTOM}\n{FLOW} state=JOB_STATE_DONE\n") == [(FLOW, "JOB_STATE_DONE")]


def test_a_poll_that_names_two_jobs_is_about_the_nearer_one_before_it() -> None:
    assert states_in(f"{CUSTOM} of {CUSTOM2} state=JOB_STATE_RUNNING") == [(CUSTOM2, "JOB_STATE_RUNNING")]
    assert found_in(f"state=JOB_STATE_RUNNING of {CUSTOM} or {CUSTOM2}") == []


def test_a_poll_with_no_job_above_says_nothing() -> None:
    assert found_in("[2026-03-04 20:02:53] state=JOB_STATE_RUNNING elapsed=1s") == []


def test_after_a_line_that_names_two_jobs_nobody_is_polled() -> None:
    assert found_in(f"starting {CUSTOM} and {CUSTOM2}\nstate=JOB_STATE_RUNNING elapsed=1s\n") == []


def test_a_counter_that_falls_means_a_job_that_no_line_names() -> None:
    text = f"""\
        submitted {CUSTOM}
        state=JOB_STATE_RUNNING elapsed=100s
        state=JOB_STATE_FAILED elapsed=160.5s
        state=JOB_STATE_QUEUED elapsed=1s
        state=JOB_STATE_RUNNING elapsed=31s
        submitted {CUSTOM2}
        state=JOB_STATE_QUEUED elapsed=1s
    """
    assert found_in(text) == [
        Sighting("vertex", CUSTOM, "JOB_STATE_RUNNING", 2, kind="customJobs"),
        Sighting("vertex", CUSTOM, "JOB_STATE_FAILED", 3, kind="customJobs"),
        Unreadable(4, "elapsed fell from 160.5 to 1: another job, which no line names"),
        Sighting("vertex", CUSTOM2, "JOB_STATE_QUEUED", 7, kind="customJobs"),
    ]


def test_a_describe_above_names_the_job_too() -> None:
    text = f"""\
        {{
          "name": "{CUSTOM}",
          "state": "JOB_STATE_PENDING"
        }}
        JOB_STATE_PENDING\t2026-03-04T13:00:00Z
        [2026-03-04 17:13:52 CST] train_state=JOB_STATE_RUNNING
    """
    assert [(one.line, one.seen) for one in found_in(text) if isinstance(one, Sighting)] == [
        (3, None),
        (6, local(2026, 3, 4, 17, 13, 52)),
    ]
