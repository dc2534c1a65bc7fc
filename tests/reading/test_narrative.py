"""Work logs: what people write about a job they name."""

from __future__ import annotations

import pytest

from jobstates.reading import Sighting
from tests.reading.support import BATCH, CUSTOM, FLOW, FLOW2, found_in, local, only, states_in

CHAIN = [(FLOW, "QUEUED"), (FLOW, "PENDING"), (FLOW, "RUNNING")]


@pytest.mark.parametrize(
    "line",
    [
        f"job {FLOW} - QUEUED->PENDING->RUNNING (13:52)",
        f"- [PROGRESS] attempt #3: job {FLOW} — graph built, QUEUED→PENDING→RUNNING (13:52). All good.",
        f"* job {FLOW} (e2-standard-4, 1\u20134 workers) QUEUED 13:59 → PENDING 14:01:26 → RUNNING 14:04:18.",
        f"{FLOW}: `QUEUED` => `PENDING` => `RUNNING`",
        f"> {FLOW} **QUEUED** --> **PENDING** --> **RUNNING** in 6.4 min",
    ],
)
def test_a_chain_belongs_to_the_job_named_before_it(line: str) -> None:
    assert states_in(line) == CHAIN


def test_a_chain_may_mix_words_with_and_without_their_prefix() -> None:
    assert states_in(f"- {BATCH} `JOB_STATE_PENDING` → `RUNNING`") == [(BATCH, "JOB_STATE_PENDING"), (BATCH, "RUNNING")]


def test_a_line_that_begins_with_job_goes_on_about_the_last_one() -> None:
    text = f"""\
        - [PROGRESS] launch accepted → job {FLOW} (us-central1).
        - [FAIL] Job: QUEUED (13:44) → FAILED (13:45:14): "Error occurred in the launcher container"
        - [OK] Cloud Build 87d9e24b: QUEUED→SUCCESS in 60 s
        - [OK] Cloud Build 87d9e24c: QUEUED→FAILED in 60 s
    """
    assert states_in(text) == [(FLOW, "QUEUED"), (FLOW, "FAILED")]


def test_two_jobs_on_one_line_keep_their_own_chains() -> None:
    line = f"{FLOW} QUEUED→RUNNING, {FLOW2} PENDING→FAILED"
    assert states_in(line) == [(FLOW, "QUEUED"), (FLOW, "RUNNING"), (FLOW2, "PENDING"), (FLOW2, "FAILED")]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (f"run #8 → job {FLOW} DONE in 6.3 min", (FLOW, "DONE")),
        ("Custom Job 4711471147114711471 -> JOB_STATE_SUCCEEDED", ("4711471147114711471", "JOB_STATE_SUCCEEDED")),
        ("customJobs/4711471147 ended JOB_STATE_FAILED.", ("customJobs/4711471147", "JOB_STATE_FAILED")),
        ("| tuningJobs/123456789012345 | JOB_STATE_RUNNING | x |", ("tuningJobs/123456789012345", "JOB_STATE_RUNNING")),
        (f"The job {FLOW}: state JOB_STATE_PENDING / running", (FLOW, "JOB_STATE_PENDING")),
        (f"`{CUSTOM}` is now `JOB_STATE_HIBERNATING`", (CUSTOM, "JOB_STATE_HIBERNATING")),
    ],
)
def test_a_single_state_stands_beside_its_job(line: str, told: tuple[str, str]) -> None:
    assert states_in(line) == [told]


@pytest.mark.parametrize(
    "line",
    [
        f"job {FLOW} should end JOB_STATE_DONE",
        f"job {FLOW} never reached JOB_STATE_RUNNING",
        f"wait until {FLOW}, if ever, is JOB_STATE_DONE",
        f"job {FLOW} was launched. Jobs that end well end JOB_STATE_DONE",
        f"job {FLOW} QUEUED→SUCCESS",
        f"job {FLOW} launched. Cloud SQL PENDING→RUNNING",
        f"job {FLOW} ran on a machine that was RUNNING",
        f"job {FLOW} printed ERROR and DONEE",
        f"RuntimeError: job {FLOW} ended JOB_STATE_FAILED",
        "Job: QUEUED → FAILED",
        "JOB_STATE_PENDING → JOB_STATE_RUNNING",
        f"see JOB_STATE_RUNNING in {FLOW}",
    ],
)
def test_hopes_other_services_and_states_elsewhere_say_nothing(line: str) -> None:
    assert found_in(line) == []


def test_a_dated_entry_tells_when_it_was_seen_and_a_time_of_day_does_not() -> None:
    assert only(found_in("[2026-03-04 16:22] customJobs/4711471147 (us-central1) JOB_STATE_RUNNING")).seen == local(
        2026, 3, 4, 16, 22
    )
    assert only(found_in(f"16:22 job {FLOW} DONE")).seen is None


def test_a_chain_has_no_one_moment() -> None:
    assert [one.seen for one in found_in(f"2026-03-04 16:22 {FLOW} QUEUED→RUNNING") if isinstance(one, Sighting)] == [None, None]
