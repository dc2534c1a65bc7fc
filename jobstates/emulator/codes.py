"""The canonical status codes, by the names and numbers of ``google.rpc.Code``."""

from __future__ import annotations

from enum import IntEnum
from typing import Annotated, Any

from pydantic import BeforeValidator


class Code(IntEnum):
    """A number of ``google.rpc.Code``."""

    OK = 0
    CANCELLED = 1
    UNKNOWN = 2
    INVALID_ARGUMENT = 3
    DEADLINE_EXCEEDED = 4
    NOT_FOUND = 5
    ALREADY_EXISTS = 6
    PERMISSION_DENIED = 7
    RESOURCE_EXHAUSTED = 8
    FAILED_PRECONDITION = 9
    ABORTED = 10
    OUT_OF_RANGE = 11
    UNIMPLEMENTED = 12
    INTERNAL = 13
    UNAVAILABLE = 14
    DATA_LOSS = 15
    UNAUTHENTICATED = 16


def _named(value: Any) -> Any:  # noqa: ANN401  # whatever a scenario holds
    if not isinstance(value, str):
        return value
    if value.upper() not in Code.__members__:
        raise ValueError(f"{value!r} is no status code; there are {', '.join(Code.__members__)}")
    return Code[value.upper()]


CodeName = Annotated[Code, BeforeValidator(_named, json_schema_input_type=str | int)]
"""A code as a scenario writes it: its name in any case, or its number."""
