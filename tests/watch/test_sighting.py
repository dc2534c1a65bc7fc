"""What it means that a job cannot be looked at: told once, at the right time, and never as something about the job."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeAlias

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobstates.spec.event import Finding, FindingKind, Sight
from jobstates.watch.sighting import Patience, Sightings, Trial
from jobstates.watch.source import CallFailed, Trouble
from jobstates.watch.waiting import Ending
from tests.strategies import EPOCH
from tests.watch.records import believed

if TYPE_CHECKING:
    from datetime import datetime

PATIENCE = Patience(blind=60, unseen=30, missing=30)
SEEN = believed("RUNNING", seen=EPOCH)
UNSEEN = believed()
SERIOUS = [trouble for trouble in Trouble if not trouble.passes and trouble is not Trouble.MISSING]


def second(number: float) -> datetime:
    return EPOCH + timedelta(seconds=number)


def failed(trouble: Trouble, reason: str = "why") -> CallFailed:
    return CallFailed(trouble, reason)


def test_a_failure_that_passes_is_told_once_it_has_lasted_and_tried_again_for_ever() -> None:
    sightings = Sightings(PATIENCE)
    tries = [sightings.failed(SEEN, failed(Trouble.PASSING), second(number)) for number in (10, 40, 69, 70, 200, 9000)]
    assert [len(missed.messages) for missed in tries] == [0, 0, 0, 1, 0, 0]
    assert [missed.failures for missed in tries] == [1, 2, 3, 4, 5, 6]
    assert not any(missed.hopeless for missed in tries)


@pytest.mark.parametrize("trouble", SERIOUS)
def test_a_failure_that_does_not_pass_is_told_at_once_and_not_tried_again(trouble: Trouble) -> None:
    missed = Sightings(PATIENCE).failed(SEEN, failed(trouble), second(10))
    assert (len(missed.messages), missed.hopeless) == (1, True)


def test_what_is_told_says_since_when_and_why_and_nothing_about_the_job() -> None:
    sightings = Sightings(PATIENCE)
    (lost,) = sightings.failed(SEEN, failed(Trouble.FORBIDDEN, "GetJob: PERMISSION_DENIED"), second(10)).messages
    (back,) = sightings.seen(SEEN, second(500))
    assert isinstance(lost, Sight)
    assert isinstance(back, Sight)
    assert (lost.event, lost.since, lost.at, lost.reason) == ("sight_lost", EPOCH, second(10), "GetJob: PERMISSION_DENIED")
    assert (back.event, back.since, back.at, back.reason) == ("sight_regained", EPOCH, second(500), "GetJob: PERMISSION_DENIED")
    assert {lost.seq, back.seq} == {SEEN.seq}
    assert lost.id != back.id


def test_sight_of_a_job_that_was_never_seen_is_lost_since_it_was_first_tried() -> None:
    sightings = Sightings(PATIENCE)
    sightings.failed(UNSEEN, failed(Trouble.PASSING), second(10))
    (lost,) = sightings.failed(UNSEEN, failed(Trouble.PASSING), second(100)).messages
    assert isinstance(lost, Sight)
    assert lost.since == second(10)


def test_sight_that_nobody_was_told_is_lost_is_not_regained() -> None:
    sightings = Sightings(PATIENCE)
    sightings.failed(SEEN, failed(Trouble.PASSING), second(10))
    assert sightings.seen(SEEN, second(11)) == ()
    assert sightings.seen(SEEN, second(12)) == ()


def test_sight_that_is_lost_twice_since_the_same_look_is_told_under_two_ids() -> None:
    sightings = Sightings(PATIENCE)
    told: list[Any] = []
    for begin in (10, 20):
        told += sightings.failed(SEEN, failed(Trouble.FORBIDDEN), second(begin)).messages
        told += sightings.seen(SEEN, second(begin + 5))
    assert len({message.id for message in told}) == 4


def test_the_patience_begins_anew_when_a_job_was_seen_in_between() -> None:
    sightings = Sightings(PATIENCE)
    sightings.failed(SEEN, failed(Trouble.PASSING), second(0))
    sightings.seen(SEEN, second(50))
    missed = sightings.failed(SEEN, failed(Trouble.PASSING), second(61))
    assert (missed.messages, missed.failures) == ((), 1)


@pytest.mark.parametrize(("record", "kind"), [(SEEN, FindingKind.GONE), (UNSEEN, FindingKind.NEVER_SEEN)])
def test_a_job_that_the_service_does_not_know_is_given_a_while(record: object, kind: FindingKind) -> None:
    sightings = Sightings(PATIENCE)
    assert isinstance(record, type(SEEN))
    tries = [sightings.failed(record, failed(Trouble.MISSING), second(number)) for number in (0, 29, 30)]
    assert [missed.hopeless for missed in tries] == [False, False, True]
    (finding,) = tries[-1].messages
    assert isinstance(finding, Finding)
    assert finding.kind is kind
    place = record.name.rpartition("/")[0]
    assert (place if kind is FindingKind.NEVER_SEEN else "RUNNING") in finding.reason


def test_the_while_is_counted_from_when_the_service_first_said_so() -> None:
    """Not from when it could not be asked: it may begin to answer with a list that lags."""
    sightings = Sightings(PATIENCE)
    sightings.failed(SEEN, failed(Trouble.PASSING), second(0))
    missed = sightings.failed(SEEN, failed(Trouble.MISSING), second(100))
    assert (missed.messages, missed.hopeless) == ((), False)
    assert sightings.failed(SEEN, failed(Trouble.MISSING), second(130)).hopeless


def test_that_it_is_no_use_to_ask_again_is_told_even_if_sight_was_lost_before_and_once() -> None:
    sightings = Sightings(PATIENCE)
    tries = [
        sightings.failed(SEEN, failed(trouble, trouble.value), second(number))
        for trouble, number in (
            (Trouble.PASSING, 0),
            (Trouble.PASSING, 60),
            (Trouble.FORBIDDEN, 70),
            (Trouble.FORBIDDEN, 80),
            (Trouble.PASSING, 90),
            (Trouble.REFUSED, 99),
        )
    ]
    assert [missed.hopeless for missed in tries] == [False, False, True, True, False, True]
    told = [message for missed in tries for message in missed.messages]
    assert [one.reason for one in told if isinstance(one, Sight)] == ["passing", "forbidden"]
    assert len({one.id for one in told}) == 2
    assert sightings.fate(SEEN.name) == (Ending.SIGHT_LOST, "refused")
    (back,) = sightings.seen(SEEN, second(100))
    assert isinstance(back, Sight)
    assert back.reason == "forbidden"


def test_a_job_that_is_added_again_is_given_a_while_again_and_told_under_an_id_of_its_own() -> None:
    sightings = Sightings(PATIENCE)
    tries = [sightings.failed(SEEN, failed(Trouble.MISSING), second(number)) for number in (0, 30)]
    sightings.hope(SEEN.name, anew=True)
    assert sightings.fate(SEEN.name) is None
    tries += [sightings.failed(SEEN, failed(Trouble.MISSING), second(number)) for number in (40, 69, 70, 99)]
    assert [missed.hopeless for missed in tries] == [False, True, False, False, True, True]
    assert len({message.id for missed in tries for message in missed.messages}) == 2


def test_one_that_is_only_waited_for_again_is_looked_at_once_more_and_not_told_again() -> None:
    sightings = Sightings(PATIENCE)
    for number in (0, 30):
        sightings.failed(SEEN, failed(Trouble.MISSING), second(number))
    given_up = sightings.fate(SEEN.name)
    sightings.hope(SEEN.name, anew=False)
    missed = sightings.failed(SEEN, failed(Trouble.MISSING), second(31))
    assert (missed.messages, missed.hopeless, sightings.fate(SEEN.name)) == ((), True, given_up)


Step: TypeAlias = "tuple[Trouble | None, float, bool]"
STEPS = st.lists(st.tuples(st.sampled_from([None, *Trouble]), st.floats(0, 100), st.booleans()), max_size=30)
"""What each look comes to, how long after the last, and whether somebody else takes over before it."""


def resumed(sightings: Sightings) -> Sightings:
    """As another process goes on."""
    trial, told = sightings.kept(SEEN.name)
    again = Sightings(PATIENCE)
    again.resume(SEEN.name, trial and Trial.model_validate_json(trial.model_dump_json()), told)
    return again


def told_in(steps: list[Step], *, resuming: bool) -> list[Any]:
    sightings, now, told = Sightings(PATIENCE), 0.0, list[Any]()
    for trouble, wait, takes_over in steps:
        now += wait
        sightings = resumed(sightings) if takes_over and resuming else sightings
        if trouble is None:
            told += sightings.seen(SEEN, second(now))
            assert sightings.blind == frozenset()
        else:
            told += sightings.failed(SEEN, failed(trouble), second(now)).messages
            assert sightings.blind == {SEEN.name}
    return told


@given(STEPS)
def test_sight_is_regained_if_and_only_if_it_was_lost_whatever_happens(steps: list[Step]) -> None:
    told = told_in(steps, resuming=False)
    marks = "".join(message.event[6] for message in told if isinstance(message, Sight))
    assert re.fullmatch("(l{1,2}r)*l{0,2}", marks)
    assert len({message.id for message in told}) == len(told)


@given(STEPS)
def test_another_process_that_goes_on_tells_the_same(steps: list[Step]) -> None:
    assert told_in(steps, resuming=True) == told_in(steps, resuming=False)


def test_what_is_found_again_by_a_process_that_knows_of_no_telling_has_the_same_id() -> None:
    """One that was killed after telling, and before it wrote that down."""
    ids = []
    for number in (10, 20):
        sightings = Sightings(PATIENCE)
        ids += [message.id for message in sightings.failed(SEEN, failed(Trouble.FORBIDDEN), second(number)).messages]
    assert len(ids) == 2
    assert len(set(ids)) == 1


def test_a_job_that_nobody_watches_any_more_is_forgotten() -> None:
    sightings = Sightings(PATIENCE)
    sightings.failed(SEEN, failed(Trouble.FORBIDDEN), second(0))
    sightings.forget(SEEN.name)
    sightings.forget(SEEN.name)
    assert sightings.blind == frozenset()
    assert sightings.seen(SEEN, second(1)) == ()
