"""How a refusal is spelled: ``google.rpc.Status`` as protobuf beside a gRPC status, and as JSON in an HTTP error.

The message has three fields (code = 1, message = 2, details = 3, each a ``google.protobuf.Any`` of type_url = 1 and value = 2),
so that it is spelled out here: this room knows no schema.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from jobstates.emulator.calls import Status

TYPES = "type.googleapis.com/"
NAMES: Final = {
    403: "PERMISSION_DENIED",
    408: "DEADLINE_EXCEEDED",
    413: "RESOURCE_EXHAUSTED",
    431: "RESOURCE_EXHAUSTED",
    501: "UNIMPLEMENTED",
}
"""Of ``google.rpc.Code``, for the statuses that this room gives; INVALID_ARGUMENT for the others."""
LAST_BYTE = 0x7F
INT64 = 2**64 - 1


class Refused(Exception):
    """An HTTP request that cannot be understood, or is too much; ``status`` is the answer's."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


def encoded(status: Status) -> bytes:
    """Serialize as ``google.rpc.Status``."""
    details = (_text(1, (TYPES + name).encode()) + _text(2, value) for name, value in status.details)
    return b"".join(
        (b"\x08", _varint(status.code & INT64), _text(2, status.message.encode()), *(_text(3, one) for one in details))
    )


def error(code: int, message: str) -> bytes:
    """The body of an HTTP error, as Google's services spell it."""
    name = NAMES.get(code, "INVALID_ARGUMENT")
    return json.dumps({"error": {"code": code, "message": message, "status": name}}).encode()


def _text(field: int, value: bytes) -> bytes:
    return bytes((field << 3 | 2,)) + _varint(len(value)) + value


def _varint(number: int) -> bytes:
    low, rest = number & LAST_BYTE, number >> 7
    return bytes((low | 0x80,)) + _varint(rest) if rest else bytes((low,))
