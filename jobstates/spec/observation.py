"""One look at one job, as the service spelled it.

Two clocks meet here and are never compared with each other: the service's own time for the state, and the clock of whoever
looked.
"""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from enum import Enum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

_NOTHING: Mapping[str, Any] = MappingProxyType({})


class Observation(NamedTuple):
    """One look at one job."""

    state: Any = None
    """The raw state: a name, a number, one of the vendor's enums, or None when the answer had none."""
    at: Any = None
    """The service's own time for the state (Dataflow's ``currentStateTime``, Vertex's ``endTime`` of a finished job): whatever
    ``as_time`` reads."""
    seen: datetime | None = None
    """When we looked, by our clock."""
    error: str | None = None
    """The reason the service gave with a bad end."""
    facts: Mapping[str, Any] = _NOTHING
    """What else the look told about the job, in the words of the platform's job model."""


def as_time(value: Any, *, zone: tzinfo | None = UTC) -> datetime | None:  # noqa: ANN401  # whatever a client hands out
    """Read a moment from what clients hand out: datetime, RFC 3339 text, epoch seconds, or a protobuf Timestamp.

    A service's time is UTC: a moment without a zone is taken to be in ``zone``; with ``zone=None`` it is left without one. All
    others are turned into UTC, so that equal moments are told in the same words.

    Raises:
        ValueError: when the value is no moment. Foreign objects may raise what they like.
    """
    match value:
        case None:
            return None
        case datetime():
            moment = datetime.combine(value, value.timetz())
        case str():
            moment = datetime.fromisoformat(value.strip())
        case int() | float() if not isinstance(value, bool):
            moment = datetime.fromtimestamp(value, UTC)
        case _ if callable(convert := getattr(value, "ToDatetime", None)):
            moment = convert()
        case _:
            raise ValueError(f"{type(value).__name__} is no moment")
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=zone)


def spelling(raw: object, limit: int = 200) -> str:
    """A raw value as text for people: bounded, encodable, and safe whatever the object does."""
    try:
        text = str(raw.name if isinstance(raw, Enum) else raw)[:limit]
        return text.encode("utf-8", "backslashreplace").decode()
    except Exception:  # noqa: BLE001  # a foreign object's __str__ may do anything
        return "<something that cannot be printed>"
