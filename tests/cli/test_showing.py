"""Small things that many commands show."""

from __future__ import annotations

from datetime import timedelta

import pytest

from jobstates.cli.asking import _names
from jobstates.spec.wording import duration


@pytest.mark.parametrize(
    ("length", "shown"),
    [
        (timedelta(seconds=0.9), "0s"),
        (timedelta(seconds=59), "59s"),
        (timedelta(minutes=1), "1m 0s"),
        (timedelta(minutes=45, seconds=19), "45m 19s"),
        (timedelta(hours=1, minutes=28, seconds=59), "1h 28m"),
        (timedelta(hours=23, minutes=59), "23h 59m"),
        (timedelta(days=1), "1d 0h"),
        (timedelta(days=400, hours=5), "400d 5h"),
    ],
)
def test_a_duration_is_told_in_its_two_largest_units(length: timedelta, shown: str) -> None:
    assert duration(length) == shown


def test_a_shell_completes_the_names_of_platforms() -> None:
    assert _names("v") == ["vertex", "vertex-pipeline"]
    assert _names("x") == []
