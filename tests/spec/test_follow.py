"""Following a job, law by law: what the lifecycle explains."""

from __future__ import annotations

from typing import Any

import pytest

from jobstates import (
    Actor,
    Basis,
    Clock,
    DataflowJob,
    DataflowJobState,
    FindingKind,
    Intent,
    Observation,
    Outcome,
    Verdict,
    VertexJob,
    VertexJobState,
    follow,
)
from tests.spec.support import BATCH, CUSTOM, DATAFLOW, STREAMING, VERTEX, believed, look_at, steps, told
from tests.strategies import EPOCH, minute

D, V = DataflowJobState, VertexJobState


class TestTheSameStateAgain:
    """Law 1: nothing but a later last look."""

    def test_changes_only_when_the_job_was_last_seen(self) -> None:
        record = believed(DATAFLOW, BATCH, D.RUNNING, at=minute(1), seen=minute(2))
        step = look_at(DATAFLOW, record, Observation("RUNNING", seen=minute(3)))
        assert step == (record._replace(seen=minute(3)), (), ())

    def test_without_any_time_changes_nothing_at_all(self) -> None:
        record = believed(DATAFLOW, BATCH, D.RUNNING)
        assert look_at(DATAFLOW, record, Observation("RUNNING")).record is record

    def test_takes_over_a_later_time_of_the_service(self) -> None:
        record = believed(DATAFLOW, BATCH, D.RUNNING, at=minute(1), seen=minute(2))
        step = look_at(DATAFLOW, record, Observation("RUNNING", minute(5)))
        assert step == (record._replace(at=minute(5)), (), ())

    def test_keeps_its_time_against_an_earlier_one(self) -> None:
        record = believed(DATAFLOW, BATCH, D.RUNNING, at=minute(5))
        step = look_at(DATAFLOW, record, Observation("RUNNING", minute(1), minute(6)))
        assert step == (record._replace(seen=minute(6)), (), ())


class TestNoState:
    """Law 2: zero, absent, or a client's silent zero carry no information."""

    @pytest.mark.parametrize("nothing", [None, 0, "0", "", "JOB_STATE_UNKNOWN", D.UNKNOWN])
    def test_leaves_what_is_believed_alone(self, nothing: object) -> None:
        record = believed(DATAFLOW, BATCH, D.RUNNING, at=minute(1))
        step = look_at(DATAFLOW, record, Observation(nothing, minute(5), minute(6)))
        assert step == (record._replace(seen=minute(6)), (), ())

    def test_sets_no_time_that_would_make_the_first_real_look_stale(self) -> None:
        created = look_at(DATAFLOW, believed(DATAFLOW, BATCH), Observation("JOB_STATE_UNKNOWN", minute(9)))
        assert created.record.at is None
        assert steps(look_at(DATAFLOW, created.record, Observation("PENDING", minute(1)))) == [("submit", "UNKNOWN", "PENDING")]

    def test_still_teaches_the_facts_that_come_with_it(self) -> None:
        step = look_at(DATAFLOW, believed(DATAFLOW, DataflowJob(name="job")), Observation(None, facts={"type": "batch"}))
        assert step.record.job.known() == {"kind": "jobs", "type": "batch"}


class TestAnUnknownValue:
    """Law 3: kept raw, reported once, never terminal, never an exception."""

    def test_is_reported_and_kept_as_it_was_spelled(self) -> None:
        record = believed(DATAFLOW, BATCH, D.RUNNING, at=minute(1), seq=3)
        step = look_at(DATAFLOW, record, Observation("JOB_STATE_HIBERNATING", minute(5), minute(6)))
        assert step.record == record._replace(odd="JOB_STATE_HIBERNATING", seen=minute(6))
        assert step.events == ()
        assert [told(finding) for finding in step.findings] == [
            {
                "id": "job#3?unknown=JOB_STATE_HIBERNATING",
                "seq": 3,
                "platform": "dataflow",
                "job": "job",
                "job_kind": "jobs",
                "at": minute(5),
                "clock": Clock.SERVICE,
                "seen": minute(6),
                "kind": FindingKind.UNKNOWN,
                "reason": "the service shows 'JOB_STATE_HIBERNATING', which the dataflow lifecycle does not know; "
                "the job is still taken to be RUNNING.",
                "source": "JOB_STATE_RUNNING",
                "target": "JOB_STATE_HIBERNATING",
            }
        ]

    def test_is_reported_once_however_often_it_is_seen(self) -> None:
        once = look_at(DATAFLOW, believed(DATAFLOW, BATCH, D.RUNNING), Observation(42))
        assert look_at(DATAFLOW, once.record, Observation(42, seen=minute(1))) == (once.record._replace(seen=minute(1)), (), ())

    def test_is_reported_again_after_another_one(self) -> None:
        record = believed(DATAFLOW, BATCH, D.RUNNING)
        targets = []
        for raw in (42, 42, 43, 42):
            step = look_at(DATAFLOW, record, Observation(raw))
            record = step.record
            targets += [finding.target for finding in step.findings]
        assert targets == ["42", "43", "42"]

    def test_lets_a_later_known_state_continue_from_the_last_known_one(self) -> None:
        odd = look_at(DATAFLOW, believed(DATAFLOW, BATCH, D.RUNNING), Observation("HIBERNATING")).record
        assert steps(look_at(DATAFLOW, odd, Observation("DONE"))) == [("finish", "RUNNING", "DONE")]


class TestAnArrow:
    """Law 4: one arrow whose guard holds is one event."""

    def test_is_told_with_all_that_is_known_of_it(self) -> None:
        record = believed(DATAFLOW, BATCH, D.RUNNING, at=minute(1), seen=minute(2), seq=2)
        step = look_at(DATAFLOW, record, Observation("JOB_STATE_FAILED", minute(5), minute(6), "out of memory"))
        assert step.record == record._replace(state=D.FAILED, at=minute(5), seen=minute(6), seq=3)
        assert [told(event) for event in step.events] == [
            {
                "id": "job#3",
                "seq": 3,
                "platform": "dataflow",
                "job": "job",
                "job_kind": "jobs",
                "at": minute(5),
                "clock": Clock.SERVICE,
                "seen": minute(6),
                "event": "fail",
                "source": "JOB_STATE_RUNNING",
                "target": "JOB_STATE_FAILED",
                "actor": Actor.SERVICE,
                "basis": Basis.DOCUMENTED,
                "after": minute(1),
                "before": minute(5),
                "terminal": True,
                "outcome": Outcome.FAILED,
                "verdict": Verdict.BAD,
                "error": "out of memory",
            }
        ]

    def test_seen_by_our_clock_only_is_bounded_by_our_clock_only(self) -> None:
        record = believed(DATAFLOW, BATCH, D.PENDING, at=minute(1), seen=minute(20))
        (event,) = look_at(DATAFLOW, record, Observation("RUNNING", seen=minute(25))).events
        times = (event.clock, event.after, event.at, event.before, event.seen)
        assert times == (Clock.OBSERVER, minute(20), minute(25), minute(25), minute(25))

    def test_seen_at_no_time_has_none(self) -> None:
        (event,) = look_at(DATAFLOW, believed(DATAFLOW, BATCH, D.PENDING, at=minute(1)), Observation("RUNNING")).events
        assert (event.clock, event.after, event.at, event.before, event.seen) == (None, None, None, None, None)

    def test_that_a_sentence_forbids_is_told_as_contested(self) -> None:
        (event,) = look_at(DATAFLOW, believed(DATAFLOW, BATCH, D.PENDING), Observation("FAILED")).events
        assert (event.event, event.basis, event.contested) == ("fail", Basis.DOCUMENTED, True)

    @pytest.mark.parametrize(
        ("known", "event", "actor"),
        [
            ({}, "finish", Actor.SERVICE),
            ({"requested_state": "JOB_STATE_DONE"}, "mark_done", Actor.USER),
            ({"intent": Intent(request="mark_done", by="me")}, "mark_done", Actor.USER),
            ({"intent": Intent(request="drain")}, "finish", Actor.SERVICE),
        ],
    )
    def test_among_several_is_the_one_asked_for_or_else_the_services(
        self, known: dict[str, Any], event: str, actor: Actor
    ) -> None:
        job = DataflowJob(name="job", **known)
        (told_of,) = look_at(DATAFLOW, believed(DATAFLOW, job, D.RUNNING), Observation("DONE")).events
        assert (told_of.event, told_of.actor) == (event, actor)

    def test_among_several_that_nobody_is_known_to_have_asked_for_is_the_first_declared(self) -> None:
        job = DataflowJob(name="job", pause_on_failure=False)
        step = look_at(DATAFLOW, believed(DATAFLOW, job, D.RUNNING), Observation("PAUSING"))
        assert steps(step) == [("pause", "RUNNING", "PAUSING")]
        first = look_at(VERTEX, believed(VERTEX, VertexJob(name="batchPredictionJobs/1"), V.RUNNING), Observation("CANCELLED"))
        assert steps(first) == [("cancel", "RUNNING", "CANCELLED")]

    def test_that_somebody_asked_for_is_chosen_by_the_look_that_says_so(self) -> None:
        forced = Observation("CANCELLED", facts={"intent": {"request": "force_cancel", "by": "ops", "at": EPOCH}})
        (event,) = look_at(DATAFLOW, believed(DATAFLOW, BATCH, D.CANCELLING), forced).events
        assert (event.event, event.intent) == ("force_cancel", Intent(request="force_cancel", by="ops", at=EPOCH))
        assert (event.outcome, event.verdict) == (Outcome.CANCELLED, Verdict.GOOD)


class TestARoute:
    """Law 5: no arrow, but a way: the shortest, then the best founded, then the first declared."""

    def test_is_filled_in_within_the_bounds_of_the_services_clock(self) -> None:
        record = believed(DATAFLOW, STREAMING, D.PENDING, at=minute(1), seen=minute(50), seq=1)
        step = look_at(DATAFLOW, record, Observation("DRAINED", minute(9), minute(60), "late data dropped"))
        assert steps(step) == [
            ("start", "PENDING", "RUNNING"),
            ("drain", "RUNNING", "DRAINING"),
            ("confirm_drain", "DRAINING", "DRAINED"),
        ]
        assert [(event.id, event.after, event.at, event.before, event.clock) for event in step.events] == [
            ("job#2", minute(1), None, minute(9), Clock.SERVICE),
            ("job#3", minute(1), None, minute(9), Clock.SERVICE),
            ("job#4", minute(1), minute(9), minute(9), Clock.SERVICE),
        ]
        assert [(event.inferred, event.terminal, event.error) for event in step.events] == [
            (True, False, None),
            (True, False, None),
            (True, True, "late data dropped"),
        ]
        assert step.record == record._replace(state=D.DRAINED, at=minute(9), seen=minute(60), seq=4)

    def test_is_bounded_by_our_clock_where_the_service_tells_no_time(self) -> None:
        record = believed(DATAFLOW, BATCH, D.PENDING, at=minute(90), seen=minute(2))
        step = look_at(DATAFLOW, record, Observation("DONE", seen=minute(4)))
        assert [(event.clock, event.after, event.at, event.before) for event in step.events] == [
            (Clock.OBSERVER, minute(2), None, minute(4)),
            (Clock.OBSERVER, minute(2), minute(4), minute(4)),
        ]

    def test_from_a_job_nobody_has_seen_has_no_earlier_bound(self) -> None:
        step = follow(DATAFLOW, BATCH, None, Observation("RUNNING", minute(9)))
        assert steps(step) == [("submit", "UNKNOWN", "PENDING"), ("start", "PENDING", "RUNNING")]
        assert [(event.after, event.before) for event in step.events] == [(None, minute(9))] * 2

    def test_that_is_not_the_only_one_says_so_and_lists_the_others(self) -> None:
        step = look_at(DATAFLOW, believed(DATAFLOW, STREAMING, D.PAUSED), Observation("FAILED"))
        assert steps(step) == [("cancel", "PAUSED", "CANCELLING"), ("fail", "CANCELLING", "FAILED")]
        other = ("JOB_STATE_RUNNING", "JOB_STATE_FAILED")
        assert [(event.ambiguous, event.alternatives) for event in step.events] == [(True, (other,))] * 2

    def test_to_success_passes_no_cancellation_that_nobody_asked_for(self) -> None:
        step = follow(VERTEX, CUSTOM, None, Observation("SUCCEEDED"))
        assert steps(step) == [
            ("submit", "UNSPECIFIED", "QUEUED"),
            ("start", "QUEUED", "RUNNING"),
            ("succeed", "RUNNING", "SUCCEEDED"),
        ]
        assert [(event.ambiguous, event.alternatives) for event in step.events] == [(False, ())] * 3

    def test_through_parallel_arrows_takes_what_was_asked_for(self) -> None:
        job = DataflowJob(name="job", intent=Intent(request="pause"))
        step = look_at(DATAFLOW, believed(DATAFLOW, job, D.RUNNING), Observation("PAUSED"))
        assert steps(step) == [("pause", "RUNNING", "PAUSING"), ("confirm_pause", "PAUSING", "PAUSED")]
        unasked = look_at(DATAFLOW, believed(DATAFLOW, DataflowJob(name="job"), D.RUNNING), Observation("PAUSED"))
        assert steps(unasked) == [("auto_pause", "RUNNING", "PAUSING"), ("confirm_pause", "PAUSING", "PAUSED")]
