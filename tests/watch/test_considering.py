"""Whether a request is made at all: for every kind, every state and every event, and beside what the table says."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from jobstates.errors import NotAllowed, UnknownEvent
from jobstates.spec.arrow import Arrow
from jobstates.spec.job import Intent
from jobstates.watch.asking import AlreadyRequested, AlreadyTerminal, considered, settled
from tests.watch.records import believed
from tests.watch.support import KINDS, LIFECYCLES

if TYPE_CHECKING:
    from jobstates.spec.job import Job
    from jobstates.spec.lifecycle import Lifecycle
    from jobstates.spec.record import Record
    from jobstates.spec.state import JobState

FACTS: list[dict[str, Any]] = [{}, {"type": "batch"}, {"type": "streaming"}, {"type": "batch", "pausable": False}]
CASES = [
    pytest.param(kind, facts, id="-".join(map(str, (kind, *facts.values()))))
    for kind in KINDS
    for facts in (FACTS if kind == "jobs" else FACTS[:1])
]


def answer(record: Record, request: str) -> Any:
    return considered(LIFECYCLES[record.job.platform], record.name, record.job, record.state, request)


def open_arrows(lifecycle: Lifecycle, job: Job, state: JobState, request: str) -> list[Arrow]:
    """The request's arrows out of a state that no guard closes, read off the table."""
    return [
        arrow
        for arrow in lifecycle.arrows
        if (arrow.source, arrow.event) == (state, request) and arrow.request and arrow.forbidden_by(job) is None
    ]


@pytest.mark.parametrize(("kind", "facts"), CASES)
def test_what_the_table_allows_is_asked_and_nothing_else(kind: str, facts: dict[str, Any]) -> None:
    lifecycle, traits = KINDS[kind]
    for state in (state for state in lifecycle.states if not state.unspecified):
        for request in lifecycle.events:
            record = believed(state.name, kind, **facts)
            found = answer(record, request)
            leads_here = any((arrow.event, arrow.target) == (request, state) and arrow.request for arrow in lifecycle.arrows)
            if state.terminal:
                assert found == AlreadyTerminal(record.name, request, state)
            elif request not in traits.requests:
                check_refusal(found, state, request)
                assert found.job == record.name
            elif leads_here:
                assert found == AlreadyRequested(record.name, request, state)
            elif arrows := open_arrows(lifecycle, record.job, state, request):
                assert found in arrows
            else:
                check_refusal(found, state, request)


def check_refusal(found: Any, state: JobState, request: str) -> None:
    """It says what was asked, where, why not, and what is allowed instead."""
    assert isinstance(found, NotAllowed)
    assert (found.event_name, found.state) == (request, state)
    assert f"{request} is not allowed in {state.name}" in str(found)
    assert found.citation is not None
    assert str(found.citation) in str(found)
    assert request not in found.allowed or found.guard is None


@pytest.mark.parametrize(("kind", "facts"), CASES)
def test_of_a_job_whose_state_nobody_knows_anything_can_be_asked_that_its_kind_allows(kind: str, facts: dict[str, Any]) -> None:
    """A job may show no state right after its creation, or one that is newer than this package."""
    lifecycle, traits = KINDS[kind]
    for request in lifecycle.events:
        record = believed(None, kind, **facts)
        ways = [arrow for arrow in lifecycle.arrows if arrow.event == request and arrow.request]
        can = request in traits.requests and any(arrow.forbidden_by(record.job) is None for arrow in ways)
        found = answer(record, request)
        assert isinstance(found, Arrow if can else NotAllowed), (request, found)


@pytest.mark.parametrize(("kind", "facts"), CASES)
def test_what_was_asked_here_before_is_not_asked_again(kind: str, facts: dict[str, Any]) -> None:
    lifecycle, traits = KINDS[kind]
    for state in (state for state in lifecycle.states if state.live):
        for request in sorted(traits.requests):
            record = believed(state.name, kind, **facts, intent=Intent(request=request))
            if open_arrows(lifecycle, record.job, state, request):
                assert answer(record, request) == AlreadyRequested(record.name, request, state)


@pytest.mark.parametrize(("state", "request_", "asked"), [("RUNNING", "cancel", "CANCELLED"), ("RUNNING", "drain", "DRAINED")])
def test_what_the_service_says_was_asked_of_it_is_not_asked_again(state: str, request_: str, asked: str) -> None:
    record = believed(state, "jobs", type="streaming", requested_state=f"JOB_STATE_{asked}")
    assert answer(record, request_) == AlreadyRequested(record.name, request_, record.state)


def test_a_cancel_is_forced_only_half_an_hour_after_it_was_asked_for() -> None:
    record = believed("CANCELLING", "jobs")
    for age, allowed in ((29, False), (30, True), (None, True)):
        job = record.job.model_copy(update={"cancel_age": None if age is None else timedelta(minutes=age)})
        assert isinstance(answer(record._replace(job=job), "force_cancel"), Arrow if allowed else NotAllowed)


@pytest.mark.parametrize("kind", KINDS)
def test_an_event_that_there_is_not_is_refused(kind: str) -> None:
    with pytest.raises(UnknownEvent, match="evaporate"):
        answer(believed("RUNNING", kind), "evaporate")


@pytest.mark.parametrize("kind", KINDS)
def test_a_look_settles_a_request_that_failed_where_it_shows_what_became_of_it(kind: str) -> None:
    """What we asked ourselves proves nothing: it is what failed."""
    lifecycle, traits = KINDS[kind]
    for state in lifecycle.states:
        for request in sorted(traits.requests):
            record = believed(None if state.unspecified else state.name, kind, intent=Intent(request=request))
            found = settled(lifecycle, record.name, record.job, state, request)
            leads_here = any((arrow.event, arrow.target) == (request, state) for arrow in lifecycle.arrows if arrow.request)
            if state.terminal:
                assert found == AlreadyTerminal(record.name, request, state)
            elif leads_here and any(arrow.source is not state for arrow in lifecycle.arrows if arrow.event == request):
                assert found == AlreadyRequested(record.name, request, state)
            else:
                assert found is None
