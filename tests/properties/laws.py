"""The laws of following, each as one function of one drawn input: a short run and a long run call the same ones."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobstates import (
    ContradictedByService,
    EventNotAllowed,
    Finding,
    FindingKind,
    Followed,
    JobEvent,
    Observation,
    Policy,
    Record,
    follow,
)
from tests.strategies import MACHINES, Walked, Watched, attacked, jobs, walks, watched

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from jobstates import Job, JobMachine, JobState, Lifecycle


class Law(NamedTuple):
    """A function that raises where the law is broken, and what it is given."""

    holds: Callable[[Any], None]
    given: st.SearchStrategy[Any]

    def check(self, examples: int) -> None:
        settings(max_examples=examples)(given(self.given)(self.holds))()


LAWS: dict[str, Law] = {}


def law(strategy: st.SearchStrategy[Any]) -> Callable[[Callable[[Any], None]], Callable[[Any], None]]:
    """Enter a function among the laws, under its name."""

    def enter(holds: Callable[[Any], None]) -> Callable[[Any], None]:
        LAWS[holds.__name__.replace("_", " ")] = Law(holds, strategy)
        return holds

    return enter


def followed(
    lifecycle: Lifecycle, job: Job, looks: Sequence[Observation], policy: Policy = Policy.ADOPT
) -> tuple[Record, list[JobEvent], list[Finding]]:
    """All that following a job by looks comes to."""
    record = Record.unseen(lifecycle, job)
    events: list[JobEvent] = []
    findings: list[Finding] = []
    for look in looks:
        step = follow(lifecycle, record.job, record, look, policy=policy)
        record = step.record
        events += step.events
        findings += step.findings
    return record, events, findings


def is_an_open_arrow(lifecycle: Lifecycle, event: JobEvent, job: Job) -> bool:
    """Whether some arrow that is open to the job is what an event claims to be."""
    between = lifecycle.between(lifecycle.state(event.source), lifecycle.state(event.target))
    claimed = (event.event, event.actor, event.basis, event.contested)
    return claimed in {(one.event, one.actor, one.basis, one.contested) for one in between if one.forbidden_by(job) is None}


def assert_connected(lifecycle: Lifecycle, events: Sequence[JobEvent], end: JobState) -> None:
    """Each event begins where the one before ended, numbered without a gap."""
    passed = [lifecycle.initial.value, *(event.target for event in events)]
    assert [event.source for event in events] == passed[:-1]
    assert passed[-1] == end.value
    assert [event.seq for event in events] == list(range(1, len(events) + 1))


@st.composite
def thinned(draw: st.DrawFn) -> tuple[Walked, list[Observation], bool]:
    walked = draw(walks())
    kept = draw(st.lists(st.booleans(), min_size=len(walked.walk), max_size=len(walked.walk)).filter(any))
    looks = [look for look, keep in zip(walked.looks, kept, strict=True) if keep]
    timed = draw(st.booleans())
    return walked, looks if timed else [Observation(look.state) for look in looks], timed


@law(thinned())
def dropping_looks_yields_inferred_steps_and_no_finding(drawn: tuple[Walked, list[Observation], bool]) -> None:
    walked, looks, _ = drawn
    record, events, findings = followed(walked.lifecycle, walked.job, looks)
    assert findings == []
    assert_connected(walked.lifecycle, events, walked.lifecycle.state(looks[-1].state))
    assert all(is_an_open_arrow(walked.lifecycle, event, walked.job) for event in events)
    reached = iter(event.target for event in events)
    seen = [
        look.state for look, before in zip(looks, [None, *looks], strict=False) if before is None or look.state != before.state
    ]
    assert all(state in reached for state in seen)
    assert record.state.value == looks[-1].state


@law(thinned())
def what_was_not_seen_lies_between_the_looks(drawn: tuple[Walked, list[Observation], bool]) -> None:
    walked, looks, timed = drawn
    record = Record.unseen(walked.lifecycle, walked.job)
    for look in looks:
        step = follow(walked.lifecycle, record.job, record, look)
        assert all(event.inferred is (len(step.events) > 1) for event in step.events)
        assert [(event.after, event.before) for event in step.events] == [(record.at, look.at)] * len(step.events)
        assert [event.at for event in step.events] == [None] * (len(step.events) - 1) + [look.at] * bool(step.events)
        assert {event.clock for event in step.events} <= ({"service"} if timed else {None})
        record = step.record


@st.composite
def shuffled(draw: st.DrawFn) -> tuple[Walked, list[Observation]]:
    walked = draw(walks())
    again = draw(st.lists(st.sampled_from(walked.looks), max_size=4))
    return walked, draw(st.permutations([*walked.looks, *again]))


@law(shuffled())
def repeating_and_reordering_timed_looks_ends_in_the_same_belief(drawn: tuple[Walked, list[Observation]]) -> None:
    walked, looks = drawn
    inorder, _, _ = followed(walked.lifecycle, walked.job, walked.looks)
    anyhow, events, findings = followed(walked.lifecycle, walked.job, looks)
    assert (anyhow.state, anyhow.at) == (inorder.state, inorder.at)
    assert {finding.kind for finding in findings} <= {FindingKind.STALE}
    assert_connected(walked.lifecycle, events, anyhow.state)


@st.composite
def finished(draw: st.DrawFn) -> tuple[Watched, Record]:
    seen = draw(watched())
    end = draw(st.sampled_from([state for state in seen.lifecycle.states if state.terminal]))
    return seen, Record("job-1", seen.job, end, at=draw(st.sampled_from([None, seen.looks[0].at])), seq=7)


@law(finished())
def a_terminal_state_is_final_without_a_newer_time(drawn: tuple[Watched, Record]) -> None:
    seen, record = drawn
    for look in seen.looks:
        old = look._replace(at=None if record.at is None or look.at is None else min(look.at, record.at))
        step = follow(seen.lifecycle, record.job, record, old)
        assert (step.events, step.record.state, step.record.seq) == ((), record.state, 7)
        record = step.record


@law(watched())
def every_chain_of_events_is_connected(seen: Watched) -> None:
    record, events, _ = followed(seen.lifecycle, seen.job, seen.looks)
    assert_connected(seen.lifecycle, events, record.state)
    assert all(before.seq < after.seq for before, after in pairwise(events))


@law(watched())
def two_runs_tell_the_same_in_the_same_words(seen: Watched) -> None:
    first, second = (followed(seen.lifecycle, seen.job, seen.looks) for _ in range(2))
    assert first == second
    ids = [event.id for event in first[1]]
    assert ids == [f"{seen.job.name}#{nth}" for nth in range(1, len(ids) + 1)]


@law(watched())
def messages_survive_their_json(seen: Watched) -> None:
    _, events, findings = followed(seen.lifecycle, seen.job, seen.looks)
    for event in events:
        assert JobEvent.model_validate_json(event.model_dump_json()) == event == JobEvent.model_validate(event.model_dump())
        assert list(event.model_dump()) == list(JobEvent.model_fields)
    for finding in findings:
        assert Finding.model_validate_json(finding.model_dump_json()) == finding


@law(watched())
def a_disbelieving_follower_tells_legal_steps_only(seen: Watched) -> None:
    record = Record.unseen(seen.lifecycle, seen.job)
    for look in seen.looks:
        step = follow(seen.lifecycle, record.job, record, look, policy=Policy.IGNORE)
        assert all(is_an_open_arrow(seen.lifecycle, event, step.record.job) for event in step.events)
        assert not any(finding.adopted for finding in step.findings)
        record = step.record


@law(watched())
def a_machine_tells_what_the_pure_function_tells(seen: Watched) -> None:
    machine = seen.machine(seen.job.model_copy())
    heard: list[JobEvent | Finding] = []
    machine.subscribe(heard.append, findings=True)
    record = Record.unseen(seen.lifecycle, seen.job)
    told: list[JobEvent | Finding] = []
    for look in seen.looks:
        step = follow(seen.lifecycle, record.job, record, look)
        record = step.record
        told += [*step.events, *step.findings]
        assert machine.observe(look.state, look.at, seen=look.seen, error=look.error, **look.facts) == Followed(
            step.events, step.findings
        )
        assert (machine.state, machine.job.known()) == (record.state, record.job.known())
    assert heard == told
    assert machine.is_terminated is record.state.terminal


class Asked(NamedTuple):
    """An event that somebody fires at a job in a state."""

    machine: type[JobMachine]
    job: Job
    state: JobState
    event: str


@st.composite
def asked(draw: st.DrawFn) -> Asked:
    machine = draw(st.sampled_from(MACHINES))
    lifecycle = machine.lifecycle
    state = draw(st.sampled_from(lifecycle.states))
    leaving = [arrow.event for arrow in lifecycle.allowed(state)]
    event = draw(st.sampled_from([*leaving, *leaving, *lifecycle.events]))
    return Asked(machine, draw(jobs(lifecycle.job_type)), state, event)


@law(asked())
def an_event_is_allowed_just_where_the_table_says_so(drawn: Asked) -> None:
    drawn.job.state = drawn.state
    machine = drawn.machine(drawn.job)
    open_now = drawn.machine.lifecycle.allowed(drawn.state, drawn.job)
    assert {str(event) for event in machine.enabled_events()} == {arrow.event for arrow in open_now}
    leading = [arrow.target for arrow in open_now if arrow.event == drawn.event]
    if leading:
        machine.send(drawn.event)
        assert machine.state is leading[0]
        return
    with pytest.raises(EventNotAllowed) as caught:
        machine.send(drawn.event)
    assert (caught.value.event_name, caught.value.state, machine.state) == (drawn.event, drawn.state, drawn.state)
    assert caught.value.allowed == tuple(dict.fromkeys(arrow.event for arrow in open_now))


@law(attacked())
def no_look_whatsoever_raises(seen: Watched) -> None:
    record, events, findings = followed(seen.lifecycle, seen.job, seen.looks)
    assert_connected(seen.lifecycle, events, record.state)
    assert all(message.model_dump_json() for message in [*events, *findings])
    followed(seen.lifecycle, seen.job, seen.looks, Policy.IGNORE)


@law(attacked())
def no_look_whatsoever_makes_a_machine_raise(seen: Watched) -> None:
    machine = seen.machine(seen.job)
    for look in seen.looks:
        named = type(look.facts) is dict and all(isinstance(name, str) for name in look.facts)
        taken = {"self", "state", "at", "seen", "error"}
        facts = {name: value for name, value in look.facts.items() if name not in taken} if named else {}
        machine.observe(look.state, look.at, seen=look.seen, error=look.error, **facts)
    assert machine.state in machine.lifecycle.states


@law(attacked())
def a_strict_follower_raises_nothing_but_the_contradiction(seen: Watched) -> None:
    record = Record.unseen(seen.lifecycle, seen.job)
    raised: list[Finding] = []
    for look in seen.looks:
        try:
            record = follow(seen.lifecycle, record.job, record, look, policy=Policy.RAISE).record
        except ContradictedByService as error:
            raised.append(error.finding)
    assert {(finding.kind, finding.adopted) for finding in raised} <= {(FindingKind.ILLEGAL, False), (FindingKind.GUARD, False)}
