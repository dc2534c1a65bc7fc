"""Two kinds of clock, read from text and never mixed."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobstates.reading.clock import clock_in, from_epoch, service_time
from tests.reading.support import local, utc


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-03-04 05:06:07", local(2026, 3, 4, 5, 6, 7)),
        ("2026-03-04T05:06", local(2026, 3, 4, 5, 6)),
        ("2026-03-04 05:06.07 - x", local(2026, 3, 4, 5, 6, 7)),
        ("2026-03-04 05:06:07,089", local(2026, 3, 4, 5, 6, 7, 89000)),
        ("2026-03-04T05:06:07.123456789Z", utc(2026, 3, 4, 5, 6, 7, 123456)),
        ("2026-03-04 05:06:07 UTC]", utc(2026, 3, 4, 5, 6, 7)),
        ("2026-03-04 05:06:07 CST]", local(2026, 3, 4, 5, 6, 7)),
        ("2026-03-04T05:06:07-0330", datetime(2026, 3, 4, 5, 6, 7, tzinfo=timezone(-timedelta(hours=3, minutes=30)))),
        ("2026-03-04 05:06:07 - 2020 things", local(2026, 3, 4, 5, 6, 7)),
        ("Feb 30", None),
        ("2026-02-30 05:06:07", None),
        ("2026-03-04 05:06:07+99:00", None),
        ("12026-03-04 05:06:07", None),
        ("2026-03-04", None),
        ("x" * 121 + "2026-03-04 05:06:07", None),
    ],
)
def test_a_writers_clock_keeps_its_zone_only_where_it_states_one(text: str, moment: datetime | None) -> None:
    assert clock_in(text) == moment


def test_a_clock_beyond_the_position_does_not_count() -> None:
    assert clock_in("said: 2026-03-04 05:06:07", before=10) is None


@pytest.mark.parametrize(
    ("value", "moment"),
    [
        ("2026-03-04T05:06:07.5Z", utc(2026, 3, 4, 5, 6, 7, 500000)),
        ("2026-03-04 05:06:07", utc(2026, 3, 4, 5, 6, 7)),
        ({"seconds": "1772600767", "nanos": 5000}, utc(2026, 3, 4, 5, 6, 7, 5)),
        ({"seconds": 10**30}, None),
        ({"nanos": 1}, None),
        (1772600767, utc(2026, 3, 4, 5, 6, 7)),
        ("datetime.datetime(2026, 3, 4, 5, 6, 7, tzinfo=TzInfo(UTC))", utc(2026, 3, 4, 5, 6, 7)),
        ("datetime.datetime(2026, 3, 44)", None),
        ("1970-01-01T00:00:00Z", None),
        (0, None),
        (True, None),
        (None, None),
        ("soon", None),
        ("9" * 500, None),
    ],
)
def test_a_services_time_is_utc_and_never_the_epoch(value: Any, moment: datetime | None) -> None:
    assert service_time(value) == moment


@given(st.floats() | st.integers())
def test_no_number_is_too_odd_to_be_tried_as_a_time(number: float) -> None:
    moment = from_epoch(number)
    assert moment is None or moment.tzinfo is not None


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(), lambda inner: st.dictionaries(st.text(), inner)
    )
)
def test_no_value_is_too_odd_to_be_tried_as_a_services_time(value: Any) -> None:
    moment = service_time(value)
    assert moment is None or moment.tzinfo is not None


@given(st.datetimes(min_value=local(1971, 1, 1)))
def test_every_moment_that_is_written_is_read(moment: datetime) -> None:
    assert clock_in(f"[{moment.isoformat(sep=' ')}] x") == moment
    assert service_time(moment.isoformat() + "Z") == moment.replace(tzinfo=utc(2026, 1, 1).tzinfo)
