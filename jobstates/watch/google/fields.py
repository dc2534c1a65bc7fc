"""What stands in the fields of Google's messages, in our own words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from google.rpc.code_pb2 import Code

from jobstates.spec.observation import as_time

if TYPE_CHECKING:
    from datetime import datetime


def moment(message: Any, name: str) -> datetime | None:  # noqa: ANN401  # any message
    """The time in a field; None where it is not set, and for the epoch itself, which Dataflow writes where it has no time."""
    if name not in message.DESCRIPTOR.fields_by_name or not message.HasField(name):
        return None
    stamp = getattr(message, name)
    try:
        return as_time(stamp) if stamp.seconds > 0 else None
    except (ValueError, OverflowError):
        return None


def reason(status: Any) -> str | None:  # noqa: ANN401  # a google.rpc.Status
    """Why something went wrong, by its message or at least its code; None where it did not: some kinds tell success, too."""
    if not status.code:
        return None
    known: str = Code.Name(status.code) if status.code in Code.values() else f"code {status.code}"
    return status.message or known
