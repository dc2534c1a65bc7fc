"""Jobs that replaced one another: one chain, whatever its length, and in whichever order its links are learnt."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobstates.spec.event import JobEvent
from jobstates.watch.chains import Chains
from tests.watch.records import believed, ref
from tests.watch.support import by_lot, scope

if TYPE_CHECKING:
    from jobstates.spec.record import Record

JOBS = scope("jobs")


def replaced(number: int, by: int | None) -> Record:
    """A job that was replaced by another."""
    return believed("UPDATED", "jobs", number=number, replaced_by=None if by is None else ref("jobs", by).id)


def name(number: int) -> str:
    return ref("jobs", number).name


@given(st.integers(1, 30), st.integers())
def test_a_chain_has_one_origin_and_one_last_job_in_whichever_order_it_is_learnt(length: int, seed: int) -> None:
    chains, links = Chains(), list(range(length))
    by_lot(seed).shuffle(links)
    for number in links:
        followed = chains.follow(JOBS, replaced(number, number + 1))
        assert followed == ref("jobs", number + 1)
    assert {chains.latest(name(number)) for number in range(length + 1)} == {name(length)}
    assert chains.origin(name(0)) is None
    assert {chains.origin(name(number)) for number in range(1, length + 1)} == {name(0)}


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=30))
def test_whatever_is_said_no_chain_leads_in_a_circle(links: list[tuple[int, int]]) -> None:
    chains = Chains()
    for number, by in links:
        chains.follow(JOBS, replaced(number, by))
    for number in range(6):
        last = chains.latest(name(number))
        assert chains.latest(last) == last
        origin = chains.origin(name(number)) or name(number)
        assert chains.origin(origin) is None


@pytest.mark.parametrize("length", [1, 2, 5])
def test_a_circle_is_refused_and_logged(length: int, caplog: pytest.LogCaptureFixture) -> None:
    chains = Chains()
    for number in range(length - 1):
        chains.follow(JOBS, replaced(number, number + 1))
    with caplog.at_level(logging.WARNING, "jobstates"):
        assert chains.follow(JOBS, replaced(length - 1, 0)) is None
    assert "which has its place before it" in caplog.text
    assert chains.latest(name(0)) == name(length - 1)


def test_what_was_followed_once_is_not_followed_again() -> None:
    chains = Chains()
    assert chains.follow(JOBS, replaced(1, 2)) is not None
    assert chains.follow(JOBS, replaced(1, 2)) is None
    assert chains.follow(JOBS, replaced(1, 3)) is None
    assert chains.latest(name(1)) == name(2)


@pytest.mark.parametrize("record", [replaced(1, None), believed("RUNNING", "jobs"), believed("DRAINED", "jobs", replaced_by="")])
def test_a_job_that_was_not_replaced_or_nobody_says_by_which_has_no_successor(record: Record) -> None:
    assert Chains().follow(JOBS, record) is None


def test_a_message_about_a_later_job_names_the_first_one() -> None:
    chains = Chains()
    chains.follow(JOBS, replaced(1, 2))
    chains.follow(JOBS, replaced(2, 3))
    told = [chains.dressed(JobEvent.model_construct(job=name(number), origin=None)) for number in (1, 2, 3, 4)]
    assert [message.origin for message in told] == [None, name(1), name(1), None]
    assert [message.job for message in told] == [name(number) for number in (1, 2, 3, 4)]
