"""What goes wrong in a call to Google, as a ``CallFailed``. No other error of gRPC's or Google's leaves this room.

What is not listed passes: a watcher that stops asking too early has lost a job for good, one that asks in vain has lost a call.
"""

from __future__ import annotations

import asyncio
import re
from contextlib import contextmanager
from typing import TYPE_CHECKING

import grpc
from google.api_core.exceptions import GoogleAPICallError, GoogleAPIError, from_grpc_error
from google.auth.exceptions import DefaultCredentialsError, GoogleAuthError, TransportError
from google.rpc.error_details_pb2 import RetryInfo
from grpc import StatusCode

from jobstates.watch.source import CallFailed, Trouble

if TYPE_CHECKING:
    from collections.abc import Iterator

TROUBLES = {
    StatusCode.RESOURCE_EXHAUSTED: Trouble.THROTTLED,
    StatusCode.NOT_FOUND: Trouble.MISSING,
    StatusCode.PERMISSION_DENIED: Trouble.FORBIDDEN,
    StatusCode.UNAUTHENTICATED: Trouble.FORBIDDEN,
    StatusCode.INVALID_ARGUMENT: Trouble.REFUSED,
    StatusCode.FAILED_PRECONDITION: Trouble.REFUSED,
    StatusCode.UNIMPLEMENTED: Trouble.REFUSED,
    StatusCode.OUT_OF_RANGE: Trouble.REFUSED,
    StatusCode.ALREADY_EXISTS: Trouble.REFUSED,
}
"""The statuses that do not simply pass."""
ERRORS = (GoogleAPIError, GoogleAuthError, grpc.RpcError, grpc.aio.BaseError, OSError, ValueError, TypeError)
SIGN_IN = "run `gcloud auth application-default login`"
"""What to do where nobody has said who we are."""
LONGEST = 300
"""Characters of a service's message that a reason repeats."""
UNSIGNED = "Getting metadata from plugin failed"
"""How gRPC begins to tell, as UNAVAILABLE, that no token could be had, whatever the cause."""
DISOWNED = re.compile(r"invalid_\w+|unauthorized_client|unsupported_grant_type|reauth|PERMISSION_DENIED", re.IGNORECASE)
"""How a token endpoint says that it will not have us: the error codes of RFC 6749, 5.2, and what Google adds to them."""


@contextmanager
def telling(call: str) -> Iterator[None]:
    """Turn what goes wrong in a call into ``CallFailed``. Being cancelled is nothing that goes wrong."""
    try:
        yield
    except asyncio.CancelledError as error:
        if (task := asyncio.current_task()) is None or task.cancelling():
            raise
        # gRPC says so, too, when somebody closes the channel under a call.
        raise CallFailed(Trouble.PASSING, f"{call}: the connection was closed") from error
    except ERRORS as error:
        raise call_failed(call, error) from error


def call_failed(call: str, error: Exception) -> CallFailed:
    """What an error comes to."""
    if isinstance(error, grpc.RpcError):
        error = from_grpc_error(error)  # type: ignore[no-untyped-call]  # that library declares no types
    if isinstance(error, GoogleAPICallError):
        code: StatusCode | None = error.grpc_status_code
        trouble = TROUBLES.get(code, Trouble.PASSING) if code else Trouble.PASSING
        if error.message.startswith(UNSIGNED) and DISOWNED.search(error.message):
            trouble = Trouble.FORBIDDEN
        return CallFailed(trouble, _reason(call, code.name if code else "", error.message), retry_after=_retry_after(error))
    said = f"{str(error).rstrip('.')}; {SIGN_IN}" if isinstance(error, DefaultCredentialsError) else str(error)
    return CallFailed(_without_status(error), _reason(call, type(error).__name__, said))


def _without_status(error: Exception) -> Trouble:
    """What an error comes to that was made on this side."""
    if isinstance(error, GoogleAuthError):
        return Trouble.PASSING if isinstance(error, TransportError) or error.retryable else Trouble.FORBIDDEN
    # The clients' word for a request that cannot be written down, and for credentials of another cloud.
    return Trouble.REFUSED if isinstance(error, (ValueError, TypeError)) else Trouble.PASSING


def _retry_after(error: GoogleAPICallError) -> float | None:
    """The seconds of the ``google.rpc.RetryInfo`` that came with an error."""
    return next((told.retry_delay.ToNanoseconds() / 1e9 for told in error.details if isinstance(told, RetryInfo)), None)


def _reason(*parts: str) -> str:
    return ": ".join(" ".join(part.split())[:LONGEST] for part in parts if part)
