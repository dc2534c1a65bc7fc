"""Jobs that have been where they are for longer than they were given: told of once in each state."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from jobstates.errors import UnknownState
from jobstates.spec.event import FindingKind
from jobstates.spec.state import Phase
from jobstates.watch.overdue import Budgets, Stay, Stays
from tests.strategies import EPOCH
from tests.watch.records import believed
from tests.watch.support import LIFECYCLES

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

ALL = LIFECYCLES.values()


def second(number: float) -> datetime:
    return EPOCH + timedelta(seconds=number)


def budgets(**seconds: float) -> Budgets:
    return Budgets(seconds, ALL)


@pytest.mark.parametrize("phase", [phase for phase in Phase if phase not in (Phase.TERMINAL, Phase.UNSPECIFIED)])
def test_a_phase_gives_its_budget_to_each_of_its_states_on_every_platform(phase: Phase) -> None:
    given = budgets(**{phase.value: 10})
    for lifecycle in ALL:
        for state in lifecycle.states:
            assert given.of(state) == (10 if state.phase is phase else None)


def test_a_state_of_its_own_goes_before_its_phase() -> None:
    given = budgets(waiting=10, QUEUED=5)
    for lifecycle in ALL:
        for state in lifecycle.states:
            if state.phase is Phase.WAITING:
                assert given.of(state) == (5 if state.name == "QUEUED" else 10)


@pytest.mark.parametrize("name", ["JOB_STATE_QUEUED", "queued", "Queued"])
def test_a_state_may_be_named_as_the_wire_and_people_do(name: str) -> None:
    assert budgets(**{name: 5}).of(LIFECYCLES["vertex"].state("QUEUED")) == 5


@pytest.mark.parametrize(
    ("seconds", "error", "wrong"),
    [
        ({"HIBERNATING": 5}, UnknownState, "HIBERNATING"),
        ({"waiting": 0}, ValueError, "waiting is a positive number of seconds, not 0"),
        ({"waiting": float("nan")}, ValueError, "not nan"),
    ],
)
def test_a_budget_that_could_never_count_is_refused(seconds: Mapping[str, float], error: type[Exception], wrong: str) -> None:
    with pytest.raises(error, match=wrong):
        Budgets(seconds, ALL)


def test_a_job_is_told_of_once_in_each_state() -> None:
    stays = Stays(budgets(QUEUED=10, RUNNING=20))
    stays.moved(believed("QUEUED", seq=1), second(0))
    assert stays.overdue(second(10)) == []
    (told,) = stays.overdue(second(11))
    assert (told.kind, told.seq, told.target, told.adopted) == (FindingKind.OVERDUE, 1, "JOB_STATE_QUEUED", False)
    assert "has been QUEUED for 11 s" in told.reason
    assert stays.overdue(second(99)) == []
    stays.moved(believed("RUNNING", seq=2), second(100))
    (next_told,) = stays.overdue(second(121))
    assert next_told.id != told.id


def test_a_job_that_moved_on_in_time_is_not_told_of() -> None:
    stays = Stays(budgets(QUEUED=10))
    stays.moved(believed("QUEUED"), second(0))
    stays.moved(believed("RUNNING"), second(9))
    assert stays.overdue(second(999)) == []


def test_a_job_that_nobody_watches_any_more_is_not_told_of() -> None:
    stays = Stays(budgets(QUEUED=10))
    stays.moved(believed("QUEUED"), second(0))
    stays.forget(believed().name)
    assert stays.overdue(second(999)) == []


def resumed(stays: Stays, **seconds: float) -> Stays:
    """As another process goes on, with these budgets."""
    again, kept = Stays(budgets(**seconds)), stays.kept(believed().name)
    if kept is not None:
        again.resume(believed("QUEUED", seq=1), Stay.model_validate_json(kept.model_dump_json()))
    return again


def test_another_process_counts_on_from_when_the_job_was_first_seen_there() -> None:
    stays = Stays(budgets(QUEUED=10))
    stays.moved(believed("QUEUED", seq=1), second(0))
    (told,) = stays.overdue(second(11))
    before = Stays(budgets(QUEUED=10))
    before.moved(believed("QUEUED", seq=1), second(0))
    assert resumed(before, QUEUED=10).overdue(second(11)) == [told]


def test_another_process_tells_nothing_again_and_tells_of_the_next_state() -> None:
    stays = Stays(budgets(QUEUED=10))
    stays.moved(believed("QUEUED", seq=1), second(0))
    stays.overdue(second(11))
    again = resumed(resumed(stays, QUEUED=5), QUEUED=5, RUNNING=5)
    assert again.overdue(second(99)) == []
    again.moved(believed("RUNNING", seq=2), second(100))
    assert [one.seq for one in again.overdue(second(106))] == [2]


def test_a_job_that_may_stay_where_it_is_needs_nothing_kept() -> None:
    stays = Stays(budgets(QUEUED=10))
    stays.moved(believed("RUNNING"), second(0))
    assert stays.kept(believed().name) is None
