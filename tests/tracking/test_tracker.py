"""Following many jobs by the looks that are handed in."""

from __future__ import annotations

import gc
import logging
from datetime import UTC, datetime, timedelta, timezone
from enum import StrEnum
from typing import Any

import pytest

from jobstates import (
    ContradictedByService,
    DataflowJob,
    DataflowJobMachine,
    Lifecycle,
    Observation,
    Policy,
    Record,
    Tracker,
    UnknownEvent,
    UnknownJob,
    UnknownPlatform,
    VertexJob,
    VertexJobMachine,
    VertexPipelineMachine,
    follow,
)

ID = "2026-01-01_00_00_00-4711"
CUSTOM = "projects/p/locations/us-central1/customJobs/4711"
PIPELINE = "projects/p/locations/us-central1/pipelineJobs/4711"
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def tracker(*platforms: Any, **options: Any) -> Tracker:
    """A tracker that knows no time."""
    return Tracker(*platforms, clock=None, **options)


# Which platform a job belongs to


@pytest.mark.parametrize(
    ("job", "platform", "kind"),
    [
        (ID, "dataflow", "jobs"),
        (f"projects/p/locations/us-central1/jobs/{ID}", "dataflow", "jobs"),
        (CUSTOM, "vertex", "customJobs"),
        ("customJobs/4711", "vertex", "customJobs"),
        (PIPELINE, "vertex-pipeline", "pipelineJobs"),
        (DataflowJob(name="nightly"), "dataflow", "jobs"),
        (VertexJob(name="4711", kind="tuningJobs"), "vertex", "tuningJobs"),
    ],
)
def test_a_name_or_a_model_tells_the_platform_and_the_kind(job: Any, platform: str, kind: str) -> None:
    """Among all platforms that are installed."""
    tracking = tracker()
    tracking.observe(job, "RUNNING")
    record = tracking.record(job)
    assert record is not None
    assert (record.job.platform, record.job.kind) == (platform, kind)


@pytest.mark.parametrize("platform", ["vertex", VertexJobMachine, VertexJobMachine.lifecycle])
def test_with_one_platform_a_job_may_have_any_name(platform: Any) -> None:
    """The platform is named, or given as a machine class or as its table."""
    tracking = tracker(platform)
    assert [event.platform for event in tracking.observe("nightly", "QUEUED").events] == ["vertex"]


@pytest.mark.parametrize("use", [lambda t, job: t.observe(job, "RUNNING"), lambda t, job: t.intend(job, "cancel")])
def test_a_name_that_tells_no_platform_is_a_mistake_that_says_what_to_do(use: Any) -> None:
    """Where several platforms are tracked."""
    tracking = tracker("vertex", "dataflow")
    with pytest.raises(UnknownJob) as caught:
        use(tracking, "nightly")
    assert str(caught.value) == (
        "'nightly' is no job of a platform that is tracked, as far as can be told (vertex, dataflow): "
        'give the whole resource name or id, a job model, or track its platform only: Tracker("dataflow")'
    )
    assert len(tracking) == 0


def test_a_job_of_a_platform_that_is_not_tracked_is_a_mistake() -> None:
    """Its model tells."""
    with pytest.raises(UnknownJob, match=r"'4711' is no job of a platform that is tracked, as far as can be told \(dataflow\)"):
        tracker("dataflow").observe(VertexJob(name="4711"), "RUNNING")


@pytest.mark.parametrize("job", ["", None, 4711, DataflowJob()])
def test_a_job_without_a_name_is_a_mistake(job: Any) -> None:
    """There is nothing to keep its record under."""
    tracking = tracker("dataflow")
    for use in (lambda: tracking.observe(job, "RUNNING"), lambda: tracking.state(job), lambda: tracking.intend(job, "cancel")):
        with pytest.raises(UnknownJob, match="a job is named by its resource name or id"):
            use()
    assert job not in tracking


def test_a_platform_that_is_not_installed_is_a_mistake() -> None:
    """It is told when the tracker is made."""
    with pytest.raises(UnknownPlatform, match="Did you mean 'vertex'"):
        Tracker("vertx")


def test_platforms_do_not_mix_up_each_others_states() -> None:
    """The same number and the same name mean different states."""
    tracking = tracker()
    for job in (ID, CUSTOM, PIPELINE):
        tracking.observe(job, 2)
    assert [(state.value if (state := tracking.state(job)) else None) for job in tracking] == [
        "JOB_STATE_RUNNING",
        "JOB_STATE_PENDING",
        "PIPELINE_STATE_PENDING",
    ]


# What is kept


def test_a_job_that_was_never_seen_has_no_state_and_no_record() -> None:
    """And is not among the jobs."""
    tracking = tracker("dataflow")
    assert (tracking.state(ID), tracking.record(ID), ID in tracking, len(tracking), list(tracking)) == (None, None, False, 0, [])


def test_a_job_that_was_seen_has_a_state_and_a_record() -> None:
    """With all that is believed about it, and its name."""
    tracking = tracker("dataflow")
    tracking.observe(ID, "Running", "2026-01-01T12:00:00Z", seen=NOON, type="streaming")
    assert tracking.record(ID) == Record(
        ID, DataflowJob(name=ID, type="streaming"), DataflowJobMachine.lifecycle.state("RUNNING"), NOON, NOON, 2
    )
    assert (str(tracking.state(ID)), DataflowJob(name=ID) in tracking, len(tracking), list(tracking)) == (
        "RUNNING",
        True,
        1,
        [ID],
    )


def test_a_record_that_was_handed_out_is_nobodys_but_the_callers() -> None:
    """Changing its job changes no other."""
    tracking = tracker("vertex")
    for job in ("customJobs/1", "customJobs/2"):
        tracking.observe(job, "RUNNING")
    first = tracking.record("customJobs/1")
    assert first is not None
    first.job.kind = "tuningJobs"
    records = [tracking.record(job) for job in tracking]
    assert [record.job.kind for record in records if record] == ["customJobs", "customJobs"]


def test_a_forgotten_job_is_new_when_it_is_seen_again() -> None:
    """Forgetting one that is not there does no harm."""
    tracking = tracker("dataflow")
    tracking.observe(ID, "RUNNING")
    tracking.forget(ID)
    tracking.forget(ID)
    assert ID not in tracking
    assert [event.seq for event in tracking.observe(ID, "PENDING").events] == [1]


def test_jobs_may_come_and_go_while_somebody_goes_through_them() -> None:
    """Who iterates sees those that there were."""
    tracking = tracker("dataflow")
    for number in range(3):
        tracking.observe(f"{ID}{number}", "RUNNING")
    for job in tracking:
        tracking.forget(job)
    assert len(tracking) == 0


@pytest.mark.parametrize("name", ["\ud800", "x" * 5000, "nightly\x1b[2J"])
def test_a_strange_name_is_one_job_all_the_same(name: str) -> None:
    """It is kept bounded and printable, and found again."""
    tracking = tracker("dataflow")
    assert len(tracking.observe(name, "RUNNING").events) == 2
    assert tracking.observe(name, "RUNNING").events == ()
    (event,) = tracking.observe(name, "DONE").events
    assert (len(tracking), name in tracking, event.seq) == (1, True, 3)
    assert event.model_validate_json(event.model_dump_json()) == event


def test_a_name_of_a_kind_of_its_own_is_its_text() -> None:
    """Such as a member of an enum of texts."""

    class Jobs(StrEnum):
        NIGHTLY = "2026-01-01_00_00_00-1"

    tracking = tracker("dataflow")
    tracking.observe(Jobs.NIGHTLY, "RUNNING")
    assert (list(tracking), str(tracking.state("2026-01-01_00_00_00-1"))) == (["2026-01-01_00_00_00-1"], "RUNNING")


# Facts and times


def test_what_a_model_knows_is_learnt_with_each_look() -> None:
    """What the look itself tells wins; what the model does not know is not forgotten."""
    tracking = tracker("dataflow")
    tracking.observe(ID, "RUNNING", type="streaming", flexrs=False)
    tracking.observe(DataflowJob(name=ID, type="batch", pausable=True), "RUNNING", pausable=False)
    record = tracking.record(ID)
    assert record is not None
    assert record.job == DataflowJob(name=ID, type="batch", flexrs=False, pausable=False)


def test_a_model_without_a_kind_leaves_the_kind_that_is_known() -> None:
    """Not to know is no fact."""
    tracking = tracker("vertex")
    tracking.observe("4711", "RUNNING", kind="customJobs")
    tracking.observe(VertexJob(name="4711"), "RUNNING")
    record = tracking.record("4711")
    assert record is not None
    assert record.job.kind == "customJobs"


def test_the_clock_tells_when_a_look_was_made() -> None:
    """Where the look does not say so itself, also when it shows nothing new."""
    ticks = iter([NOON, NOON + timedelta(minutes=1)])
    tracking = Tracker("dataflow", clock=lambda: next(ticks))
    (event,) = tracking.observe(ID, "PENDING").events
    tracking.observe(ID, "JOB_STATE_PENDING")
    record = tracking.record(ID)
    assert record is not None
    assert (event.seen, event.clock, record.seen) == (NOON, "observer", NOON + timedelta(minutes=1))
    tracking.observe(ID, "JOB_STATE_PENDING", seen=NOON + timedelta(hours=1))
    assert next(ticks, None) is None


def test_by_default_the_clock_is_this_machines() -> None:
    """In UTC."""
    before = datetime.now(UTC)
    (event,) = Tracker("dataflow").observe(ID, "PENDING").events
    assert event.seen is not None
    assert before <= event.seen <= datetime.now(UTC)


def test_without_a_clock_an_unchanged_look_changes_nothing() -> None:
    """Not even the record."""
    tracking = tracker("dataflow")
    tracking.observe(ID, "RUNNING")
    before = tracking._records[ID]  # no copy of it
    assert tracking.observe(ID, "JOB_STATE_RUNNING") == ((), ())
    assert tracking._records[ID] is before


@pytest.mark.parametrize("seen", ["2026-01-01T12:00:00+00:00", 1767268800, NOON.astimezone(timezone(timedelta(hours=-8)))])
def test_the_time_of_a_look_may_be_spelled_in_other_ways(seen: Any) -> None:
    """It is read, also when the look shows nothing new."""
    tracking = tracker("dataflow")
    tracking.observe(ID, "RUNNING")
    tracking.observe(ID, "RUNNING", seen=seen)
    record = tracking.record(ID)
    assert record is not None
    assert record.seen == NOON


@pytest.mark.parametrize("seen", ["yesterday", datetime.min.replace(tzinfo=timezone(timedelta(hours=14)))])
def test_a_time_that_cannot_be_read_is_a_finding_even_if_nothing_else_is_new(seen: Any) -> None:
    """It is not kept."""
    tracking = tracker("dataflow")
    tracking.observe(ID, "RUNNING")
    assert [finding.kind.value for finding in tracking.observe(ID, "RUNNING", seen=seen).findings] == ["fact"]


# Intents, policies, findings


@pytest.mark.parametrize(("request_", "verdict"), [("drain", "good"), ("cancel", "mixed"), (None, "mixed")])
def test_an_end_is_judged_by_what_was_intended(request_: str | None, verdict: str) -> None:
    """A drain that was asked for is good."""
    tracking = tracker("dataflow")
    tracking.observe(ID, "RUNNING")
    if request_:
        tracking.intend(ID, request_, by="me", at=NOON)
    (*_, last) = tracking.observe(ID, "DRAINED").events
    assert (last.verdict, last.intent.by if last.intent else None) == (verdict, "me" if request_ else None)


def test_an_intent_may_come_before_the_first_look() -> None:
    """The job is tracked from then on, and not yet seen."""
    tracking = tracker("dataflow")
    tracking.intend(DataflowJob(name=ID, type="streaming"), "drain")
    record = tracking.record(ID)
    assert record is not None
    assert (str(record.state), record.job.model_dump(include={"type", "intent"})["type"]) == ("UNKNOWN", "streaming")
    assert tracking.observe(ID, "DRAINED").events[-1].verdict == "good"


def test_an_intent_decides_between_two_arrows() -> None:
    """A job that is seen CANCELLED was timed out or cancelled: by whom it was asked tells."""
    tracking = tracker("vertex")
    for job in ("customJobs/1", "customJobs/2"):
        tracking.observe(job, "RUNNING")
    tracking.intend("customJobs/1", "cancel")
    ends = [tracking.observe(job, "CANCELLED").events[0] for job in tracking]
    assert [(end.event, end.actor.value, end.verdict) for end in ends] == [
        ("cancel", "user", "good"),
        ("time_out", "service", "bad"),
    ]


def test_an_intent_that_there_is_not_is_a_mistake() -> None:
    """Nothing is tracked because of it."""
    tracking = tracker("dataflow")
    with pytest.raises(UnknownEvent, match="Did you mean 'drain'"):
        tracking.intend(ID, "drian")
    assert ID not in tracking


@pytest.mark.parametrize(("policy", "state"), [("adopt", "DRAINED"), (Policy.IGNORE, "RUNNING")])
def test_a_contradiction_is_followed_by_the_policy(policy: Any, state: str) -> None:
    """And reported either way."""
    tracking = tracker("dataflow", policy=policy)
    tracking.observe(ID, "RUNNING", type="batch")
    followed = tracking.observe(ID, "DRAINED")
    assert (str(tracking.state(ID)), [finding.kind.value for finding in followed.findings]) == (state, ["guard"])


def test_a_contradiction_is_raised_if_the_policy_says_so() -> None:
    """What was believed stays, nobody is told, and the tracker goes on."""
    tracking, told = tracker("dataflow", policy=Policy.RAISE), list[Any]()
    tracking.observe(ID, "RUNNING", type="batch")
    tracking.subscribe(told.append, findings=True)
    with pytest.raises(ContradictedByService):
        tracking.observe(ID, "DRAINED")
    assert (str(tracking.state(ID)), told) == ("RUNNING", [])
    assert [event.event for event in tracking.observe(ID, "DONE").events] == ["finish"]


def test_a_policy_that_there_is_not_is_a_mistake() -> None:
    """It is told when the tracker is made."""
    with pytest.raises(ValueError, match="'shrug' is not a valid Policy"):
        tracker("dataflow", policy="shrug")


def test_a_finding_is_logged_as_loudly_as_it_matters(caplog: pytest.LogCaptureFixture) -> None:
    """An unknown state is worth a warning; a stale look is everyday."""
    caplog.set_level(logging.DEBUG, "jobstates")
    tracking = tracker("dataflow")
    tracking.observe(ID, "DONE")
    tracking.observe(ID, "HIBERNATING")
    tracking.observe(ID, "RUNNING")
    assert [(record.levelname, record.getMessage().partition(":")[0]) for record in caplog.records] == [
        ("WARNING", ID),
        ("DEBUG", ID),
    ]


def test_what_a_log_handler_does_with_the_tracker_is_allowed() -> None:
    """It runs when the record has been changed, under no lock of another thread's."""
    tracking = tracker("dataflow")

    class Asking(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            tracking.observe("2026-01-01_00_00_00-2", "RUNNING", error=record.getMessage())

    handler = Asking()
    logging.getLogger("jobstates").addHandler(handler)
    tracking.observe(ID, "HIBERNATING")
    logging.getLogger("jobstates").removeHandler(handler)
    assert "2026-01-01_00_00_00-2" in tracking


def test_the_tracker_may_be_used_while_garbage_is_collected() -> None:
    """By a finalizer, in the middle of a look."""
    tracking = tracker("dataflow")

    class Caught(str):
        """A text that is looked at while the record's lock is held."""

        __slots__ = ()

        def __str__(self) -> str:
            gc.collect()
            tracking.forget("2026-01-01_00_00_00-2")
            return "JOB_STATE_HIBERNATING"

    assert [finding.target for finding in tracking.observe(ID, Caught("?")).findings] == ["JOB_STATE_HIBERNATING"]


def test_a_tracker_says_the_same_as_the_function_it_stands_on() -> None:
    """Look for look."""
    lifecycle, tracking, record = Lifecycle.of(VertexPipelineMachine), tracker(VertexPipelineMachine), None
    for state in ("QUEUED", "RUNNING", "RUNNING", "CANCELLED", "RUNNING", "HIBERNATING"):
        step = follow(lifecycle, lifecycle.job_type(name=PIPELINE), record, Observation(state))
        record = step.record
        assert tracking.observe(PIPELINE, state) == (step.events, step.findings)


def test_a_clock_in_epoch_seconds_is_read_as_moments() -> None:
    """What looks in between left behind bounds the step that follows."""
    ticks = iter([1_767_225_600.0, 1_767_225_660.0, 1_767_225_720.0])
    tracking = Tracker("dataflow", clock=lambda: next(ticks))
    tracking.observe(ID, "JOB_STATE_PENDING")
    tracking.observe(ID, "JOB_STATE_PENDING")
    record = tracking.record(ID)
    assert record is not None
    assert record.seen == datetime(2026, 1, 1, 0, 1, tzinfo=UTC)
    (event,) = tracking.observe(ID, "JOB_STATE_RUNNING").events
    assert (event.after, event.at) == (datetime(2026, 1, 1, 0, 1, tzinfo=UTC), datetime(2026, 1, 1, 0, 2, tzinfo=UTC))


@pytest.mark.parametrize("seen", [float("nan"), float("inf"), -1e30, 1e30])
def test_a_time_that_is_no_moment_is_a_finding(seen: float) -> None:
    """Whether or not the look says something new."""
    tracking = Tracker("dataflow", clock=None)
    kinds = [tracking.observe(ID, "PENDING", seen=seen).findings[0].kind for _ in range(2)]
    assert kinds == ["fact", "fact"]
