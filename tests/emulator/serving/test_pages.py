"""What was worked out is known as long as it is true, and as long as there is room."""

from __future__ import annotations

import pytest

from jobstates.emulator.living.clock import Clock
from jobstates.emulator.living.world import World
from jobstates.emulator.serving.pages import BESIDES, Known, Pages


@pytest.fixture
def world() -> World:
    return World(Clock())


def test_it_is_known_until_its_time(world: World) -> None:
    pages = Pages(world)
    assert pages.get("a", 0) is None
    kept = pages.keep("a", b"body", 10)
    assert kept == Known(b"body", 10)
    assert pages.get("a", 9.9) is kept
    assert pages.get("a", 10) is pages.get("a", 9.9999999) is None
    assert pages.get("b", 0) is None


def test_it_is_forgotten_when_a_job_is_changed(world: World) -> None:
    pages = Pages(world)
    pages.keep("a", b"body", 10)
    world.version += 1
    assert pages.get("a", 0) is None
    pages.keep("a", b"newer", 10)
    assert pages.get("a", 0) == Known(b"newer", 10)


def test_what_was_not_asked_for_longest_makes_room(world: World) -> None:
    pages = Pages(world, most=10 + 2 * BESIDES)
    pages.keep("a", b"1234", 10)
    pages.keep("b", b"1234", 10)
    pages.get("a", 0)
    pages.keep("c", b"1234", 10)
    assert [key for key in "abc" if pages.get(key, 0)] == ["a", "c"]


def test_what_is_kept_again_takes_no_more_room(world: World) -> None:
    pages = Pages(world, most=10 + 2 * BESIDES)
    for _ in range(5):
        pages.keep("a", b"1234", 10)
    pages.keep("b", b"123456", 10)
    assert pages.get("a", 0)


def test_what_is_larger_than_all_the_room_is_not_kept_but_answered(world: World) -> None:
    pages = Pages(world, most=3 + BESIDES)
    assert pages.keep("a", b"1234", 10).body == b"1234"
    assert pages.get("a", 0) is None
