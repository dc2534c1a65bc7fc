"""The facts of a Dataflow job, as Google's clients spell them, and what they say was asked."""

from __future__ import annotations

import pytest
from google.cloud.dataflow_v1beta3.types import JobState, JobType
from pydantic import ValidationError

from jobstates import Arrow, DataflowJob, DataflowJobMachine, DataflowJobState, Intent, Tracker

LIFECYCLE = DataflowJobMachine.lifecycle


def arrows(source: str, target: str) -> list[Arrow]:
    """The arrows between two states."""
    return list(LIFECYCLE.between(LIFECYCLE.state(source), LIFECYCLE.state(target)))


@pytest.mark.parametrize(
    ("spelled", "meant"),
    [
        ("batch", "batch"),
        ("Streaming", "streaming"),
        ("JOB_TYPE_STREAMING", "streaming"),
        (JobType.JOB_TYPE_BATCH, "batch"),
        (2, "streaming"),
        ("1", "batch"),
        (0, None),
        ("JOB_TYPE_UNKNOWN", None),
        ("Unknown", None),
        (None, None),
    ],
)
def test_a_type_is_understood_however_it_is_spelled(spelled: object, meant: str | None) -> None:
    """By Google's enum, its name, its number, and the words of gcloud; an unspecified one is no fact."""
    assert DataflowJob.model_validate({"type": spelled}).type == meant


def test_a_type_that_there_is_not_is_refused() -> None:
    """A caller's mistake; in a look it becomes a finding."""
    with pytest.raises(ValidationError, match="Input should be 'batch' or 'streaming'"):
        DataflowJob.model_validate({"type": "eternal"})


@pytest.mark.parametrize("spelled", ["JOB_STATE_CANCELLED", "Cancelled", 5, JobState.JOB_STATE_CANCELLED])
def test_a_requested_state_is_understood_however_it_is_spelled(spelled: object) -> None:
    """Like any state."""
    assert DataflowJob.model_validate({"requested_state": spelled}).requested_state == "JOB_STATE_CANCELLED"


def test_a_requested_state_that_there_is_not_is_refused() -> None:
    """It would decide nothing."""
    with pytest.raises(ValidationError, match="requested_state"):
        DataflowJob.model_validate({"requested_state": "JOB_STATE_HIBERNATING"})


def test_nothing_is_known_to_be_asked_of_a_job_of_which_nothing_is_told() -> None:
    """Not even what carries no requested state."""
    assert [arrow for arrow in LIFECYCLE.arrows if DataflowJob().has_asked(arrow)] == []


def test_a_requested_state_tells_which_request_was_made() -> None:
    """The arrows that are asked for by it; a forced cancel needs its label, which no look tells."""
    job = DataflowJob.model_validate({"requested_state": "JOB_STATE_CANCELLED"})
    assert {arrow.event for arrow in LIFECYCLE.arrows if job.has_asked(arrow)} == {"cancel"}


def test_an_intent_tells_which_request_was_made_here() -> None:
    """It is the only way to know of a forced cancel."""
    job = DataflowJob(intent=Intent(request="force_cancel"))
    assert [arrow.event for arrow in arrows("CANCELLING", "CANCELLED") if job.has_asked(arrow)] == ["force_cancel"]


def test_pausing_and_paused_are_contested_by_the_older_source() -> None:
    """The client library calls them not implemented yet; the REST reference describes them."""
    states = [LIFECYCLE.state("PAUSING"), LIFECYCLE.state("PAUSED")]
    assert [[sentence.text for sentence in state.citation.against] for state in states] == [
        ["`JOB_STATE_PAUSING` is not implemented yet."],
        ["`JOB_STATE_PAUSED` is not implemented yet."],
    ]


@pytest.mark.parametrize(
    ("requested", "end", "verdict"),
    [
        ("JOB_STATE_CANCELLED", "JOB_STATE_CANCELLED", "good"),
        ("JOB_STATE_DRAINED", "JOB_STATE_DRAINED", "good"),
        ("JOB_STATE_DRAINING", "JOB_STATE_DRAINED", "good"),
        ("JOB_STATE_DRAINED", "JOB_STATE_CANCELLED", "bad"),
        (None, "JOB_STATE_CANCELLED", "bad"),
        (None, "JOB_STATE_DRAINED", "mixed"),
    ],
)
def test_an_end_is_judged_by_the_request_that_a_look_told_of(requested: str | None, end: str, verdict: str) -> None:
    """Somebody asked, if not here."""
    job = DataflowJob.model_validate({"name": "2026-01-01_00_00_00-1", "requested_state": requested})
    assert Tracker("dataflow").observe(job, end).events[-1].verdict == verdict


def test_what_was_asked_here_comes_before_a_request_that_a_look_told_of() -> None:
    """The asker here knows better than an older answer."""
    asked = Intent(request="drain", by="the release script")
    assert DataflowJob(intent=asked, requested_state=DataflowJobState.CANCELLED).asked == asked
