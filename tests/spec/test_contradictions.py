"""Following a job where a look contradicts, comes late, or brings more than a state."""

from __future__ import annotations

import logging
from datetime import timedelta

import pytest

from jobstates import (
    Actor,
    Clock,
    ContradictedByService,
    DataflowJob,
    DataflowJobState,
    Finding,
    FindingKind,
    Intent,
    Observation,
    Outcome,
    Policy,
    Record,
    Verdict,
    VertexJobState,
    follow,
)
from tests.spec.support import BATCH, CUSTOM, DATAFLOW, VERTEX, believed, look_at, steps, told
from tests.strategies import EPOCH, minute

D, V = DataflowJobState, VertexJobState


class TestAContradiction:
    """Law 6: no way, or only through a guard that is false."""

    def test_without_any_way_is_adopted_and_reported_with_what_it_goes_against(self) -> None:
        record = believed(DATAFLOW, BATCH, D.RUNNING, at=minute(1), seq=2)
        step = look_at(DATAFLOW, record, Observation("QUEUED", minute(5)))
        assert step.record == record._replace(state=D.QUEUED, at=minute(5), seq=3)
        assert [told(event) for event in step.events] == [
            {
                "id": "job#3",
                "seq": 3,
                "platform": "dataflow",
                "job": "job",
                "job_kind": "jobs",
                "at": minute(5),
                "clock": Clock.SERVICE,
                "event": "adopt",
                "source": "JOB_STATE_RUNNING",
                "target": "JOB_STATE_QUEUED",
                "actor": Actor.SERVICE,
                "after": minute(1),
                "before": minute(5),
            }
        ]
        assert [told(finding) for finding in step.findings] == [
            {
                "id": "job#2?guard=JOB_STATE_QUEUED",
                "seq": 2,
                "platform": "dataflow",
                "job": "job",
                "job_kind": "jobs",
                "at": minute(5),
                "clock": Clock.SERVICE,
                "kind": FindingKind.GUARD,
                "reason": "RUNNING to STOPPED (stop) needs is_switched, which does not hold for this job; "
                "the job is taken to be QUEUED, as the service says.",
                "source": "JOB_STATE_RUNNING",
                "target": "JOB_STATE_QUEUED",
                "adopted": True,
                "citation": str(DATAFLOW.between(D.RUNNING, D.STOPPED)[0].citation),
            }
        ]

    def test_that_no_job_could_show_is_illegal(self) -> None:
        step = look_at(DATAFLOW, believed(DATAFLOW, BATCH, D.CANCELLING), Observation("RUNNING"))
        (finding,) = step.findings
        assert (finding.kind, finding.reason, finding.citation) == (
            FindingKind.ILLEGAL,
            "no way leads from CANCELLING to RUNNING; the job is taken to be RUNNING, as the service says.",
            str(D.CANCELLING.citation),
        )

    def test_that_only_a_guard_forbids_names_the_guard_and_the_sentence(self) -> None:
        step = look_at(DATAFLOW, believed(DATAFLOW, BATCH, D.RUNNING), Observation("DRAINING"))
        (finding,) = step.findings
        assert (finding.kind, finding.reason, finding.citation) == (
            FindingKind.GUARD,
            (
                "RUNNING to DRAINING (drain) needs is_streaming, which does not hold for this job; "
                "the job is taken to be DRAINING, as the service says."
            ),
            str(DATAFLOW.between(D.RUNNING, D.DRAINING)[0].citation),
        )

    def test_under_ignore_is_reported_and_not_believed(self) -> None:
        record = believed(DATAFLOW, BATCH, D.RUNNING, at=minute(1))
        step = look_at(DATAFLOW, record, Observation("DRAINING", minute(5), minute(6)), Policy.IGNORE)
        assert (step.record, step.events) == (record._replace(seen=minute(6)), ())
        (finding,) = step.findings
        assert (finding.adopted, finding.reason.partition("; ")[2]) == (False, "the job is left at RUNNING.")

    def test_under_raise_raises_the_finding(self) -> None:
        with pytest.raises(ContradictedByService, match=r"needs is_streaming, .* left at RUNNING\.$") as caught:
            look_at(DATAFLOW, believed(DATAFLOW, BATCH, D.RUNNING), Observation("DRAINING"), Policy.RAISE)
        assert (caught.value.finding.kind, caught.value.finding.adopted) == (FindingKind.GUARD, False)

    def test_is_judged_by_a_policy_given_by_its_name(self) -> None:
        record = believed(DATAFLOW, BATCH, D.RUNNING)
        step = follow(DATAFLOW, BATCH, record, Observation("DRAINING"), policy="adopt")  # type: ignore[arg-type]  # as a caller without mypy
        assert step.record.state is D.DRAINING
        with pytest.raises(ValueError, match="'believe' is not a valid Policy"):
            follow(DATAFLOW, BATCH, record, Observation("DRAINING"), policy="believe")  # type: ignore[arg-type]  # the same

    def test_that_ends_a_job_is_judged_like_any_end(self) -> None:
        (event,) = look_at(DATAFLOW, believed(DATAFLOW, BATCH, D.CANCELLING), Observation("DONE")).events
        assert (event.event, event.basis, event.terminal, event.outcome, event.verdict) == (
            "adopt",
            None,
            True,
            Outcome.SUCCEEDED,
            Verdict.GOOD,
        )


class TestAStaleLook:
    """Law 7: older than what is believed."""

    def test_by_the_services_clock_changes_nothing_but_when_the_job_was_seen(self) -> None:
        record = believed(DATAFLOW, BATCH, D.RUNNING, at=minute(5), seen=minute(6), seq=2)
        step = look_at(DATAFLOW, record, Observation("PENDING", minute(1), minute(7)))
        assert (step.record, step.events) == (record._replace(seen=minute(7)), ())
        assert [told(finding) for finding in step.findings] == [
            {
                "id": "job#2?stale=JOB_STATE_PENDING",
                "seq": 2,
                "platform": "dataflow",
                "job": "job",
                "job_kind": "jobs",
                "at": minute(1),
                "clock": Clock.SERVICE,
                "seen": minute(7),
                "kind": FindingKind.STALE,
                "reason": "a look that showed PENDING is out of date: its time 2026-01-01T00:01:00+00:00 is not later than "
                "2026-01-01T00:05:00+00:00, the time of RUNNING.",
                "source": "JOB_STATE_RUNNING",
                "target": "JOB_STATE_PENDING",
            }
        ]

    @pytest.mark.parametrize(
        ("at", "now"), [(None, None), (minute(5), None), (None, minute(9)), (minute(5), minute(5)), (minute(5), minute(1))]
    )
    def test_that_shows_life_after_the_end_needs_a_newer_time_to_be_believed(self, at: object, now: object) -> None:
        step = look_at(DATAFLOW, believed(DATAFLOW, BATCH, D.DONE, at=at), Observation("RUNNING", now))
        assert (step.record.state, step.events, [finding.kind for finding in step.findings]) == (D.DONE, (), [FindingKind.STALE])

    def test_is_everyday_while_other_findings_are_worth_a_warning(self) -> None:
        levels = {kind: kind.level for kind in FindingKind}
        assert levels == {kind: logging.DEBUG if kind is FindingKind.STALE else logging.WARNING for kind in FindingKind}

    def test_is_never_found_by_comparing_our_clock_with_the_services(self) -> None:
        record = believed(DATAFLOW, BATCH, D.PENDING, at=minute(60), seen=minute(1))
        assert steps(look_at(DATAFLOW, record, Observation("RUNNING", seen=minute(2)))) == [("start", "PENDING", "RUNNING")]
        record = believed(DATAFLOW, BATCH, D.PENDING, seen=minute(60))
        assert steps(look_at(DATAFLOW, record, Observation("RUNNING", minute(1)))) == [("start", "PENDING", "RUNNING")]


class TestTheEnd:
    """A terminal state is final, unless the service itself contradicts it with a newer time."""

    @pytest.mark.parametrize(("at", "now"), [(None, None), (minute(5), None), (None, minute(9)), (minute(5), minute(5))])
    def test_stays_against_another_end_without_a_newer_time(self, at: object, now: object) -> None:
        record = believed(DATAFLOW, BATCH, D.DONE, at=at)
        step = look_at(DATAFLOW, record, Observation("FAILED", now))
        assert (step.record, step.events) == (record, ())
        (finding,) = step.findings
        assert (finding.kind, finding.reason) == (FindingKind.ILLEGAL, "DONE is final; the job is left at DONE.")

    @pytest.mark.parametrize("raw", ["FAILED", "RUNNING"])
    def test_gives_way_to_a_newer_time(self, raw: str) -> None:
        record = believed(DATAFLOW, BATCH, D.DONE, at=minute(5))
        step = look_at(DATAFLOW, record, Observation(raw, minute(9)))
        assert steps(step) == [("adopt", "DONE", raw)]
        (finding,) = step.findings
        assert finding.reason == f"DONE is final; the job is taken to be {raw}, as the service says."


class TestFacts:
    """What comes with a look is learnt before the look is judged."""

    def test_decide_about_the_very_look_they_came_with(self) -> None:
        record = believed(DATAFLOW, DataflowJob(name="job"), D.RUNNING)
        step = look_at(DATAFLOW, record, Observation("DRAINING", facts={"type": "batch"}))
        assert [finding.kind for finding in step.findings] == [FindingKind.GUARD]
        assert step.record.job == DataflowJob(name="job", type="batch")

    def test_that_cannot_be_used_are_findings_and_the_others_are_learnt(self) -> None:
        facts = {"type": "micro-batch", "flexrs": True, "colour": "red", "name": "other"}
        look = Observation("RUNNING", "yesterday", "today", facts=facts)  # type: ignore[arg-type]  # a careless client
        step = look_at(DATAFLOW, believed(DATAFLOW, DataflowJob(name="job"), D.PENDING), look)
        assert step.record == believed(DATAFLOW, DataflowJob(name="job", flexrs=True), D.RUNNING, seq=1)
        assert [(finding.kind, finding.target, finding.reason) for finding in step.findings] == [
            (FindingKind.FACT, name, f"what the look says of {name!r} could not be used: {why}.")
            for name, why in {
                "at": "Invalid isoformat string: 'yesterday'",
                "colour": "it is no fact about a dataflow job",
                "name": "it is no fact about a dataflow job",
                "seen": "Invalid isoformat string: 'today'",
                "type": "Input should be 'batch' or 'streaming'",
            }.items()
        ]

    def test_that_raise_when_they_are_read_are_findings(self) -> None:
        class Bad:
            def __getattr__(self, name: str) -> object:
                raise KeyError(name)

        step = look_at(
            DATAFLOW, believed(DATAFLOW, DataflowJob(name="job")), Observation(None, facts={"type": Bad(), "flexrs": True})
        )
        assert step.record.job == DataflowJob(name="job", flexrs=True)
        assert [finding.reason for finding in step.findings] == [
            "what the look says of 'type' could not be used: reading it raised KeyError."
        ]

    def test_that_are_no_mapping_are_one_finding(self) -> None:
        step = look_at(DATAFLOW, believed(DATAFLOW, BATCH), Observation(None, facts=[("type", "batch")]))  # type: ignore[arg-type]  # hostile
        assert [finding.reason for finding in step.findings] == [
            "what the look says of 'facts' could not be used: 'list' object has no attribute 'items'."
        ]

    def test_add_up_over_looks(self) -> None:
        record = believed(DATAFLOW, DataflowJob(name="job"))
        for facts in ({"type": "batch"}, {"flexrs": True}, {"type": "streaming"}):
            record = look_at(DATAFLOW, record, Observation(None, facts=facts)).record
        assert record.job == DataflowJob(name="job", type="streaming", flexrs=True)

    def test_of_earlier_looks_survive_a_caller_who_hands_in_the_first_job_again(self) -> None:
        job = DataflowJob(name="job")
        learnt = follow(DATAFLOW, job, None, Observation("RUNNING", facts={"type": "batch", "replaced_by": ""})).record
        step = follow(DATAFLOW, job, learnt, Observation("DRAINING"))
        assert [finding.kind for finding in step.findings] == [FindingKind.GUARD]
        known = DataflowJob(name="job", type="streaming")
        step = follow(DATAFLOW, known, learnt, Observation("DRAINING"))
        assert (step.findings, step.record.job) == ((), DataflowJob(name="job", type="streaming", replaced_by=""))


class TestTimes:
    """The service's time is UTC; ours is what it is."""

    def test_are_told_in_utc_whatever_the_zone_they_came_in(self) -> None:
        look = Observation("PENDING", "2026-01-01T01:00:00+01:00", EPOCH.astimezone(None))
        (event,) = look_at(DATAFLOW, believed(DATAFLOW, BATCH), look).events
        assert event.model_dump_json(include={"at", "before", "seen"}) == (
            '{"at":"2026-01-01T00:00:00Z","seen":"2026-01-01T00:00:00Z","before":"2026-01-01T00:00:00Z"}'
        )

    def test_of_ours_without_a_zone_stay_without(self) -> None:
        local = EPOCH.replace(tzinfo=None)
        (event,) = look_at(DATAFLOW, believed(DATAFLOW, BATCH), Observation("PENDING", seen=local)).events
        assert (event.seen, event.at) == (local, local)


def test_a_job_can_be_followed_from_one_process_to_the_next_by_its_record() -> None:
    record = Record("job", BATCH, D.RUNNING, EPOCH, EPOCH, 7, "HIBERNATING")
    step = follow(DATAFLOW, BATCH, record, Observation("DONE", minute(1)))
    assert [event.id for event in step.events] == ["job#8"]
    assert step.record == Record("job", BATCH, D.DONE, minute(1), EPOCH, 8, "HIBERNATING")


def test_findings_are_numbered_by_the_last_event_before_them() -> None:
    record = believed(VERTEX, CUSTOM, V.RUNNING, seq=4)
    (finding,) = look_at(VERTEX, record, Observation("PAUSED")).findings
    assert (finding.seq, finding.id) == (4, "customJobs/1#4?guard=JOB_STATE_PAUSED")
    assert isinstance(finding, Finding)


def test_a_guard_opens_when_its_fact_changes() -> None:
    young = DataflowJob(name="job", cancel_age=timedelta(minutes=5), intent=Intent(request="force_cancel"))
    record = believed(DATAFLOW, young, D.CANCELLING)
    assert steps(look_at(DATAFLOW, record, Observation("CANCELLED"))) == [("confirm_cancel", "CANCELLING", "CANCELLED")]
    old = Observation("CANCELLED", facts={"cancel_age": timedelta(minutes=30)})
    assert steps(look_at(DATAFLOW, record, old)) == [("force_cancel", "CANCELLING", "CANCELLED")]
