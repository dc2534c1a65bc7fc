"""The emulator's clock: it runs, runs faster, stands still, or is moved by reads."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from threading import Thread

import pytest
from pydantic import ValidationError

from jobstates.emulator.living.clock import STANDING, Clock, ClockSettings


def clock(words: object) -> Clock:
    return Clock(ClockSettings.model_validate(words))


def test_a_clock_that_stands_still_begins_at_the_same_moment_on_every_day() -> None:
    assert clock("manual").moment() == STANDING


def test_a_clock_that_stands_still_is_moved_by_hand() -> None:
    standing = clock("manual")
    standing.advance(90)
    standing.advance(0.5)
    assert standing.moment() - STANDING == timedelta(seconds=90.5)


def test_a_read_moves_a_clock_that_is_stepped_by_reads_behind_itself() -> None:
    stepped = clock("step 2s")
    assert [stepped.read() - STANDING.timestamp() for _ in range(3)] == [0, 2, 4]


def test_looking_at_a_clock_that_is_stepped_by_reads_does_not_move_it() -> None:
    stepped = clock("step 2s")
    assert stepped.now() == stepped.now() == STANDING.timestamp()


def test_reads_from_many_threads_move_it_once_each() -> None:
    stepped = clock("step 1s")
    threads = [Thread(target=lambda: [stepped.read() for _ in range(200)]) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert stepped.now() - STANDING.timestamp() == 1600


def test_ten_times_a_tenth_of_a_second_is_a_second() -> None:
    standing = clock("step 100ms")
    for _ in range(10):
        standing.read()
    assert standing.moment() - STANDING == timedelta(seconds=1)


def test_a_running_clock_begins_now_and_goes_on() -> None:
    before = datetime.now(UTC)
    running = clock("real")
    assert before <= running.moment() <= datetime.now(UTC)
    assert running.now() <= running.now()


def test_a_running_clock_can_be_moved_on_too() -> None:
    running = clock("real")
    running.advance(3600)
    assert running.moment() - datetime.now(UTC) > timedelta(minutes=59)


def test_a_scaled_clock_keeps_its_start() -> None:
    start = datetime(2030, 5, 1, tzinfo=UTC)
    assert timedelta(0) <= clock({"start": start, "scale": 60}).moment() - start < timedelta(hours=1)


@pytest.mark.parametrize("start", [datetime(2030, 5, 1), datetime(2030, 5, 1, 2, tzinfo=timezone(timedelta(hours=2)))])  # noqa: DTZ001  # what a scenario may hold
def test_a_start_without_a_zone_is_in_utc(start: datetime) -> None:
    assert clock({"start": start, "scale": 0}).moment() == datetime(2030, 5, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "words", ["", "fast", "x60", "-1x", "60 x", "step", "step -1s", "step x", {"scale": -1}, {"scale": float("nan")}, 7]
)
def test_words_that_tell_no_clock_are_refused(words: object) -> None:
    with pytest.raises(ValidationError):
        clock(words)


@pytest.mark.parametrize("words", ["manual", "9" * 300 + "x", {"start": datetime(9999, 12, 31, tzinfo=UTC)}])
def test_every_clock_stops_at_the_last_moment_that_can_be_told(words: object) -> None:
    running = clock(words)
    for _ in range(81):
        running.advance(100 * 365.25 * 86_400)
    assert running.moment() == datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)


def test_a_start_that_is_no_moment_in_utc_is_refused() -> None:
    with pytest.raises(ValidationError, match="expected a moment of the years 1 to 9999 in UTC"):
        clock({"start": "0001-01-01T00:00:00+01:00"})


@pytest.mark.parametrize("seconds", [-1, float("nan"), float("inf")])
def test_a_clock_is_never_turned_back(seconds: float) -> None:
    with pytest.raises(ValueError, match="only goes on"):
        clock("manual").advance(seconds)
