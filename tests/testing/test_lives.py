"""Every simple life of a kind of job, as tests use them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from jobstates.emulator.living.planning import kinds, planner_of
from jobstates.errors import InputError, UnknownPlatform
from jobstates.testing import lives

CUSTOM = lives("vertex", kind="customJobs")


def test_there_is_one_for_every_simple_walk_of_the_lifecycle() -> None:
    for job in kinds():
        walks = [*planner_of(job).lifecycle.walks(job)]
        known = {name: value for name, value in job.known().items() if value is not None}
        plans = [planner_of(job).plan(job, life) for life in lives(job.platform, **known)]
        assert [tuple(step.arrow for step in plan.steps) for plan in plans] == walks


def test_each_has_a_name_of_its_own() -> None:
    for job in kinds():
        known = {name: value for name, value in job.known().items() if value is not None}
        names = [str(life) for life in lives(job.platform, **known)]
        assert len(set(names)) == len(names)


def test_the_shortest_come_first() -> None:
    assert str(CUSTOM[0]) == "QUEUED-FAILED"
    lengths = [len(life.states or ()) for life in CUSTOM]
    assert lengths == sorted(lengths)


def test_an_event_is_named_where_only_it_tells_two_lives_apart() -> None:
    assert {"QUEUED-RUNNING-cancel:CANCELLED", "QUEUED-RUNNING-time_out:CANCELLED"} <= {str(life) for life in CUSTOM}


@pytest.mark.parametrize("life", CUSTOM[:2])
def test_pytest_names_its_parameters_by_them(life: object, request: pytest.FixtureRequest) -> None:
    assert request.node.name.endswith(f"[{life}]")


@settings(max_examples=20)
@given(life=CUSTOM.strategy())
def test_they_are_a_hypothesis_strategy(life: object) -> None:
    assert life in CUSTOM


def test_a_state_that_a_request_ends_may_last_until_it_is_asked() -> None:
    (drained,) = [
        life for life in lives("dataflow", asked=True, type="streaming") if str(life) == "PENDING-RUNNING-DRAINING-DRAINED"
    ]
    assert [stay.lasts for stay in drained.states or ()] == [None, "asked", None, None]


def test_facts_that_are_none_are_refused() -> None:
    with pytest.raises(InputError, match="type: it is no fact about a vertex job"):
        lives("vertex", type="streaming")
    with pytest.raises(UnknownPlatform):
        lives("airflow")
