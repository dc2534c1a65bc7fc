"""What a wait comes to, as a value: for every state, every end, and whatever else is known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobstates.errors import UnknownState
from jobstates.spec.event import JobEvent
from jobstates.spec.job import Intent
from jobstates.spec.state import Outcome, Phase
from jobstates.spec.verdict import Verdict
from jobstates.watch.waiting import Ending, Goal, Waiter, judged
from tests.watch.records import believed, ref
from tests.watch.support import KINDS, LIFECYCLES

if TYPE_CHECKING:
    from jobstates.spec.record import Record
    from jobstates.spec.state import JobState

STATES = [
    (kind, state) for kind in ("customJobs", "pipelineJobs", "jobs") for state in KINDS[kind][0].states if not state.unspecified
]
ENDS = [(kind, state) for kind, state in STATES if state.terminal]
STATE = pytest.mark.parametrize(("kind", "state"), STATES, ids=[f"{kind}-{state.name}" for kind, state in STATES])
END = pytest.mark.parametrize(("kind", "state"), ENDS, ids=[f"{kind}-{state.name}" for kind, state in ENDS])


def waiter(kind: str, until: str = "terminal", judge: Any = None) -> Waiter:
    return Waiter(ref(kind), Goal(until, KINDS[kind][0]), judge, None)


def passing(record: Record, state: JobState) -> JobEvent:
    return JobEvent.model_construct(job=record.name, target=state.value)


@STATE
def test_a_wait_for_the_end_goes_on_in_every_state_but_an_end(kind: str, state: JobState) -> None:
    found = waiter(kind).standing(believed(state.name, kind), None, replaced=False)
    assert (found is None) is state.live
    if found is not None:
        assert (found.ending, found.state, found.outcome) == (Ending.REACHED, state.value, state.outcome)
        assert found.ok is (found.verdict is not Verdict.BAD)


@STATE
def test_a_wait_for_the_start_goes_on_while_a_job_waits(kind: str, state: JobState) -> None:
    found = waiter(kind, "started").standing(believed(state.name, kind), None, replaced=False)
    assert (found is None) is (state.phase is Phase.WAITING)


@STATE
def test_a_wait_for_a_state_ends_there_or_when_the_job_is_over_without_having_been_there(kind: str, state: JobState) -> None:
    for goal in KINDS[kind][0].states:
        found = waiter(kind, goal.name).standing(believed(state.name, kind), None, replaced=False)
        if goal is state:
            assert found is not None
            assert found.ending is Ending.REACHED
        elif state.terminal:
            assert found is not None
            assert (found.ending, found.ok) == (Ending.OVER, False)
        else:
            assert found is None


@STATE
def test_a_state_that_was_passed_between_two_looks_was_reached(kind: str, state: JobState) -> None:
    waits, record = waiter(kind, state.name), believed(kind=kind)
    waits.hear(passing(record, state))
    found = waits.standing(record, None, replaced=False)
    assert found is not None
    assert found.ending is Ending.REACHED


def test_an_end_that_was_passed_is_none_where_another_job_goes_on() -> None:
    waits, record = waiter("jobs"), believed("RUNNING", "jobs", number=2)
    waits.hear(passing(record, LIFECYCLES["dataflow"].state("UPDATED")))
    assert waits.standing(record, None, replaced=False) is None


def test_a_job_that_is_about_to_be_followed_by_another_is_waited_for_on() -> None:
    assert waiter("jobs").standing(believed("UPDATED", "jobs"), None, replaced=True) is None


@pytest.mark.parametrize("ending", [Ending.SIGHT_LOST, Ending.GONE, Ending.NEVER_SEEN])
def test_where_there_is_no_hope_a_wait_ends_and_says_why_unless_the_job_is_over(ending: Ending) -> None:
    found = waiter("jobs").standing(believed("RUNNING", "jobs"), (ending, "why"), replaced=False)
    assert found is not None
    assert (found.ending, found.error, found.outcome, found.ok) == (ending, "why", None, False)
    over = waiter("jobs").standing(believed("DONE", "jobs"), (ending, "why"), replaced=False)
    assert over is not None
    assert (over.ending, over.error) == (Ending.REACHED, None)


def test_a_bad_end_has_the_reason_that_was_told_with_it() -> None:
    found = waiter("customJobs").standing(believed("FAILED"), None, replaced=False, reason="out of memory")
    assert found is not None
    assert found.error == "out of memory"


@given(st.text())
def test_a_goal_that_no_job_can_reach_is_refused(until: str) -> None:
    for lifecycle in LIFECYCLES.values():
        if until in ("terminal", "started") or lifecycle.coerce(until):
            Goal(until, lifecycle)
        else:
            with pytest.raises(UnknownState, match="started"):
                Goal(until, lifecycle)


REQUESTS = [None, "cancel", "drain", "force_cancel", "pause"]


@pytest.mark.parametrize("request_", REQUESTS)
@STATE
def test_an_end_is_judged_by_what_was_asked(kind: str, state: JobState, request_: str | None) -> None:
    record = believed(state.name, kind, intent=request_ and Intent(request=request_))
    wished = {Outcome.CANCELLED: ("cancel", "force_cancel"), Outcome.DRAINED: ("drain",)}
    if state.outcome is None:
        assert judged(record, None) is None
    elif request_ in wished.get(state.outcome, ()):
        assert judged(record, None) is Verdict.GOOD
    else:
        assert judged(record, None) is Verdict.of(state.outcome)


@END
def test_it_may_be_judged_otherwise_by_outcome_or_by_a_function(kind: str, state: JobState) -> None:
    record, asked = believed(state.name, kind, intent=Intent(request="cancel")), list[Any]()

    def judge(outcome: Outcome, intent: Intent | None) -> str:
        asked.append((outcome, intent))
        return "good"

    assert judged(record, {str(state.outcome): "mixed"}) is Verdict.MIXED
    assert judged(record, {"another": "mixed"}) is judged(record, None)
    assert judged(record, judge) is Verdict.GOOD
    assert asked == [(state.outcome, record.job.intent)]
    with pytest.raises(ValueError, match="splendid"):
        judged(record, {str(state.outcome): "splendid"})
