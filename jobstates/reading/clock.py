"""Reading times.

Two kinds are kept apart. What stands in the head of a log line is the writer's clock: it keeps its zone when it states an offset
or UTC, and stays without one otherwise, because names such as CST mean several zones. What stands in a document's field is the
service's clock, which is UTC.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

HEAD = 120
"""A line's clock starts within so many characters, or the line has none."""

_CLOCK = re.compile(
    r"(?<!\d)(\d{4})[-/](\d\d)[-/](\d\d)(?:[Tt ]|, )(\d\d):(\d\d)"
    r"(?:[:.](\d\d)(?:[.,](\d{1,9}))?)?(?: ?(?:([Zz]|UTC|GMT)\b|([+-]\d\d):?(\d\d)\b))?"
)
_REPR = re.compile(r"datetime\.datetime\(([\d, ]{8,60}?)(?:, *(tzinfo=.*))?\)")
_YEAR_1990 = 631152000


def clock_in(text: str, before: int = HEAD) -> datetime | None:
    """The first date and time in the head of a line, not beyond a position; None when there is none."""
    found = _CLOCK.search(text, 0, min(before, HEAD) + 40)
    return _moment(found) if found and found.start() <= min(before, HEAD) and found.end() <= max(before, 0) else None


def service_time(value: Any) -> datetime | None:  # noqa: ANN401  # whatever a document holds
    """The moment that a document's field gives: text, epoch seconds, ``{seconds, nanos}`` or a ``datetime`` repr.

    None when it gives none, and for the epoch itself, which Dataflow writes where it has no time.
    """
    moment = _service_time(value)
    return None if moment is None or moment.year <= 1970 else moment  # noqa: PLR2004


def _service_time(value: Any) -> datetime | None:  # noqa: ANN401
    if isinstance(value, dict):
        return _from_parts(value)
    if isinstance(value, bool):
        return None
    if isinstance(value, (int, float)):
        return from_epoch(value)
    if not isinstance(value, str) or len(value) > 200:  # noqa: PLR2004  # no time is so long
        return None
    if shown := _REPR.search(value):
        return _from_repr(shown)
    found = _CLOCK.match(value.strip())
    moment = _moment(found) if found else None
    return moment.replace(tzinfo=UTC) if moment and moment.tzinfo is None else moment


def from_epoch(seconds: float) -> datetime | None:
    """Epoch seconds, milli-, micro- or nanoseconds, told apart by their size."""
    try:
        for _ in range(3):
            if abs(seconds) >= _YEAR_1990 * 100:
                seconds /= 1000
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _from_parts(parts: Mapping[str, Any]) -> datetime | None:
    """A protobuf Timestamp in its text form; its numbers may come as text."""
    try:
        return datetime.fromtimestamp(int(parts["seconds"]), UTC) + timedelta(microseconds=int(parts.get("nanos", 0)) // 1000)
    except (KeyError, TypeError, ValueError, OverflowError, OSError):
        return None


def _from_repr(shown: re.Match[str]) -> datetime | None:
    try:
        return datetime(*(int(part) for part in shown[1].split(",")), tzinfo=UTC)  # type: ignore[misc,arg-type]  # 3 to 7 numbers
    except (TypeError, ValueError):
        return None


def _moment(found: re.Match[str]) -> datetime | None:
    year, month, day, hour, minute = (int(part) for part in found.groups()[:5])
    micros = int((found[7] or "0").ljust(6, "0")[:6])
    try:
        return datetime(year, month, day, hour, minute, int(found[6] or 0), micros, tzinfo=_zone(found))
    except ValueError:
        return None


def _zone(found: re.Match[str]) -> tzinfo | None:
    if found[8]:
        return UTC
    if not found[9]:
        return None
    minutes = int(found[9][1:]) * 60 + int(found[10])
    return timezone(timedelta(minutes=-minutes if found[9][0] == "-" else minutes))
