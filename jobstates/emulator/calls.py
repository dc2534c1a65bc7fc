"""What passes between the port, which knows bytes, and the services, which know jobs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, TypeAlias

Message: TypeAlias = Any
"""A protobuf message whose class is made from descriptors at run time: no type checker knows its fields."""

NOTHING: Mapping[int, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Status:
    """Why a call was refused, as ``google.rpc.Status`` says it."""

    code: int
    """A number of ``google.rpc.Code``."""
    message: str
    details: tuple[tuple[str, bytes], ...] = ()
    """Each detail's full message name, such as ``google.rpc.RetryInfo``, and its serialized message."""


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer to one call."""

    body: bytes = b""
    """The serialized response message."""
    status: Status | None = None
    """Why there is none."""
    delay: float = 0.0
    """Real seconds to wait before answering."""
    reset: bool = False
    """Cut the connection instead of answering."""
    enum_names: Mapping[int, str] = field(default_factory=lambda: NOTHING)
    """How numbers that the schema does not know are spelled where a client asked for names."""


Answer: TypeAlias = Callable[[str, bytes], Reply]
"""Answer one call: the method's path, such as ``/google.dataflow.v1beta3.JobsV1Beta3/GetJob``, and the serialized request.
Safe to call from any thread; never raises."""


@dataclass(frozen=True, slots=True)
class WebRequest:
    """One HTTP request, its body decoded from any content coding."""

    method: str
    target: str
    """Path and query as they were sent."""
    headers: Mapping[str, str]
    """By lower-case name."""
    body: bytes

    def split(self) -> tuple[str, str]:
        """The path and the query, both still escaped."""
        path, _, query = self.target.partition("#")[0].partition("?")
        if not path.startswith("/") and "://" in path:  # the absolute form, which proxies are sent
            path = f"/{path.partition('://')[2].partition('/')[2]}"
        return path, query


@dataclass(frozen=True, slots=True)
class WebReply:
    """The answer to one HTTP request."""

    status: int
    body: bytes = b""
    content_type: str = "application/json; charset=UTF-8"
    delay: float = 0.0
    reset: bool = False


Web: TypeAlias = Callable[[WebRequest], WebReply]
"""Answer one HTTP request. Called on the port's event loop, so it may not block; never raises."""
