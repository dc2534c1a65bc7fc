"""A tracker, which keeps no machine for a job, says what the job's machine says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobstates import ContradictedByService, Policy, Tracker
from tests.strategies import Watched, attacked, walks, watched

if TYPE_CHECKING:
    from jobstates import Observation
    from tests.strategies import Walked

POLICIES = st.sampled_from(Policy)
NAMED = {"self", "job", "state", "at", "seen", "error"}


def told(follower: Any, look: Observation, *job: Any) -> Any:
    """What comes of a look: events and findings, or what was raised under the policy that raises."""
    facts = look.facts if type(look.facts) is dict else {}
    named = {fact: value for fact, value in facts.items() if isinstance(fact, str) and fact not in NAMED}
    try:
        return follower.observe(*job, look.state, look.at, seen=look.seen, error=look.error, **named)
    except ContradictedByService as error:
        return error.finding


def check(seen: Watched, policy: Policy) -> None:
    """Show both the same looks: the job as a model first, by its name afterwards."""
    machine = seen.machine(seen.job.model_copy(), policy=policy)
    tracker = Tracker(seen.machine, policy=policy, clock=None)
    delivered: list[list[Any]] = [[], []]
    machine.subscribe(delivered[0].append, findings=True)
    tracker.subscribe(delivered[1].append, findings=True)
    believed = seen.lifecycle.initial
    for nth, look in enumerate(seen.looks):
        followed = told(tracker, look, seen.job if nth == 0 or not len(tracker) else seen.job.name)
        assert followed == told(machine, look)
        believed = tracker.state(seen.job) or believed
        assert believed is machine.state
    assert delivered[0] == delivered[1]


@given(watched(), POLICIES)
def test_it_says_the_same_of_any_looks(seen: Watched, policy: Policy) -> None:
    """Legal or not, of every platform, kind and type."""
    check(seen, policy)


@given(attacked(), POLICIES)
def test_it_says_the_same_of_hostile_looks_and_raises_nothing(seen: Watched, policy: Policy) -> None:
    """Whatever the looks are made of; but under the policy that raises."""
    check(seen, policy)


@given(walks(), st.booleans())
def test_it_says_the_same_of_every_legal_walk(walked: Walked, doubled: bool) -> None:  # noqa: FBT001  # Hypothesis hands it in
    """And of one whose looks are all made twice."""
    looks = [look for look in walked.looks for _ in range(1 + doubled)]
    check(Watched(walked.machine, walked.job, looks), Policy.RAISE)


@pytest.mark.slow
@settings(max_examples=10_000)
@given(watched() | attacked(), POLICIES)
def test_it_says_the_same_ten_thousand_times(seen: Watched, policy: Policy) -> None:
    """The long run."""
    check(seen, policy)
