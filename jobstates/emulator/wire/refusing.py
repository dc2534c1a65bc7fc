"""How a call is refused over HTTP: ``google.rpc.Status`` as JSON, under the HTTP status that belongs to its code."""

from __future__ import annotations

from base64 import b64encode
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from google.protobuf.json_format import MessageToDict

from jobstates.emulator.calls import Status
from jobstates.emulator.codes import Code

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jobstates.emulator.wire.schema import Schema

HTTP: Mapping[int, int] = MappingProxyType(
    {
        Code.OK: 200,
        Code.CANCELLED: 499,
        Code.UNKNOWN: 500,
        Code.INVALID_ARGUMENT: 400,
        Code.DEADLINE_EXCEEDED: 504,
        Code.NOT_FOUND: 404,
        Code.ALREADY_EXISTS: 409,
        Code.PERMISSION_DENIED: 403,
        Code.RESOURCE_EXHAUSTED: 429,
        Code.FAILED_PRECONDITION: 400,
        Code.ABORTED: 409,
        Code.OUT_OF_RANGE: 400,
        Code.UNIMPLEMENTED: 501,
        Code.INTERNAL: 500,
        Code.UNAVAILABLE: 503,
        Code.DATA_LOSS: 500,
        Code.UNAUTHENTICATED: 401,
    }
)
"""The HTTP status of each code, as the comments of ``google.rpc.Code`` give it."""


class Refused(Exception):
    """What was sent is no call; never leaves this room.

    Attributes:
        status: why, for the one who sent it.
    """

    def __init__(self, status: Status) -> None:
        self.status = status
        super().__init__(status.message)


def invalid(message: str) -> Refused:
    """What was sent cannot be understood."""
    return Refused(Status(Code.INVALID_ARGUMENT, message))


def error(schema: Schema, status: Status) -> tuple[int, dict[str, Any]]:
    """The HTTP status and the JSON of a refusal; a code that is none reads as unknown."""
    code = Code(status.code) if status.code in HTTP else Code.UNKNOWN
    said: dict[str, Any] = {"code": HTTP[code], "message": status.message, "status": code.name}
    if status.details:
        said["details"] = [_detail(schema, name, serialized) for name, serialized in status.details]
    return HTTP[code], {"error": said}


def _detail(schema: Schema, name: str, serialized: bytes) -> dict[str, Any]:
    """A detail in JSON; one that the schema does not know, or cannot read, as the bytes it is."""
    kind: dict[str, Any] = {"@type": f"type.googleapis.com/{name}"}
    try:
        message = schema.message(name).FromString(serialized)
        said: dict[str, Any] = MessageToDict(message, descriptor_pool=schema.pool)
    except Exception:  # noqa: BLE001  # the library raises several, and a refusal must not be lost over its details
        said = {"value": b64encode(serialized).decode()}
    return kind | said
