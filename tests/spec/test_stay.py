"""How long a job stayed where an event led it: told by one clock, or not at all."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from jobstates.spec.event import stay
from jobstates.tracking import Tracker
from tests.strategies import EPOCH, minute

if TYPE_CHECKING:
    from datetime import datetime

    from jobstates.spec.event import JobEvent

AHEAD = timedelta(days=400)
"""By how much the observer's clock is ahead of the service's: far enough for every mixture to show."""


def followed(*looks: tuple[str, datetime | None, datetime | None]) -> list[JobEvent]:
    """The events of a job whose looks showed these states, with the service's time and ours."""
    tracker = Tracker("dataflow", clock=None)
    return [event for state, at, seen in looks for event in tracker.observe("job", state, at, seen=seen).events]


def ours(minutes: float) -> datetime:
    return minute(minutes) + AHEAD


BOTH = "PENDING", minute(0), ours(1)
TIMES = {
    "the service told both": (BOTH, ("RUNNING", minute(5), ours(9)), 5),
    "the service told the first": (BOTH, ("RUNNING", None, ours(9)), 8),
    "the service told the second": (("PENDING", None, ours(1)), ("RUNNING", minute(5), ours(9)), 8),
    "the service told none": (("PENDING", None, ours(1)), ("RUNNING", None, ours(9)), 8),
    "nobody looked at the first": (("PENDING", minute(0), None), ("RUNNING", None, ours(9)), None),
    "nobody looked at the second": (("PENDING", None, ours(1)), ("RUNNING", minute(5), None), None),
    "nobody told the first": (("PENDING", None, None), ("RUNNING", minute(5), ours(9)), None),
    "nobody told the second": (BOTH, ("RUNNING", None, None), None),
    "a clock went back": (("PENDING", None, ours(9)), ("RUNNING", None, ours(1)), None),
}


@pytest.mark.parametrize(("first", "second", "minutes"), TIMES.values(), ids=TIMES)
def test_until_the_next_event_it_is_told_by_one_clock(first: Any, second: Any, minutes: float | None) -> None:
    event, following = followed(first, second)
    assert stay(event, following) == (None if minutes is None else timedelta(minutes=minutes))


@pytest.mark.parametrize(
    ("look", "last", "minutes"),
    [
        (BOTH, ours(9), 8),
        (("PENDING", minute(0), None), minute(5), 5),
        (("PENDING", None, ours(1)), ours(9), 8),
        (("PENDING", None, None), ours(9), None),
        (BOTH, None, None),
        (("DONE", minute(0), ours(1)), ours(9), None),
    ],
)
def test_until_the_last_look_it_is_told_by_the_clock_of_the_looks(look: Any, last: Any, minutes: float | None) -> None:
    *_, event = followed(look)
    assert stay(event, None, last) == (None if minutes is None else timedelta(minutes=minutes))


def test_where_nobody_saw_when_a_step_was_made_nobody_knows_how_long_it_took() -> None:
    submitted, inferred, last = followed(BOTH, ("DRAINING", minute(5), ours(9)))
    assert (inferred.inferred, stay(submitted, inferred), stay(inferred, last)) == (True, None, None)


def test_a_moment_without_a_zone_is_not_compared_with_one_that_has_one() -> None:
    event, following = followed(("PENDING", None, EPOCH.replace(tzinfo=None)), ("RUNNING", None, ours(9)))
    assert stay(event, following) is None
